"""Help in a real browser: what is said after a risk answer, with and without a connection, and what is seen first."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser.conftest import DESKTOP, Demo
from tests.browser.test_app import expect_kept
from tests.browser.test_first_minute import answer, join

pytestmark = pytest.mark.browser

CLAIM = re.compile(r"(?<!Nobody )(?:has|have) been told|went to the people|(?:have|has|was|were) told", re.IGNORECASE)
"""What no page may say while nobody was reached."""
SMALL = ViewportSize(width=360, height=640)


def to_the_risk_item(page: Page) -> Locator:
    """Answer until the question comes whose answers may worry; the most worrying of them."""
    for _ in range(8):
        question = page.locator(".question:visible")
        risky = question.locator("[data-help]")
        if risky.count():
            return risky.last
        answer(page, question.locator("button.answer").first.inner_text())
    raise AssertionError("no risk item came")


def claims(page: Page) -> list[str]:
    """What the visible page claims."""
    return CLAIM.findall(page.locator("body").inner_text())


@pytest.mark.parametrize("demo", ["mood"], indirect=True)
def test_offline_nothing_says_that_somebody_was_told(demo: Demo, phone: Page) -> None:
    join(phone, demo)
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.reload()
    expect_kept(phone, "/help")
    risky = to_the_risk_item(phone)
    phone.context.set_offline(True)
    risky.click()
    card = phone.locator("#help-card")
    expect(card.get_by_text("Nobody has been told of it. Please call.")).to_be_visible()
    expect(card.get_by_text("You told us about thoughts")).to_be_visible()
    assert not claims(phone)
    phone.goto(f"{demo.url}/help")
    expect(phone.get_by_text("An answer of yours is on this phone only. Nobody has been told of it.")).to_be_visible()
    assert not claims(phone)
    phone.context.set_offline(False)
    # The hub has it now, and says by itself what came of it.
    expect(phone.get_by_text("and reached nobody")).to_be_visible(timeout=60_000)
    assert not claims(phone)
    phone.context.set_offline(True)
    expect(phone.get_by_text("There is no connection now. This is how it was")).to_be_visible(timeout=30_000)
    phone.get_by_role("button", name="Yes", exact=True).first.click()
    expect(phone.get_by_text("An answer of yours is on this phone only.")).to_be_visible()
    assert not claims(phone)


@pytest.mark.parametrize("demo", ["mood"], indirect=True)
def test_the_demo_has_no_mail_and_says_so(demo: Demo, phone: Page, desktop: Page) -> None:
    join(phone, demo)
    to_the_risk_item(phone).click()
    expect(phone.locator("#help-card").get_by_text("and reached nobody")).to_be_visible(timeout=30_000)
    phone.get_by_role("button", name="I am not sure").first.click()
    phone.get_by_label("Your phone number").fill("0171 2345678")
    phone.get_by_role("button", name="Yes, please call me").click()
    expect(phone.get_by_text("You asked to be called at 0171 2345678.")).to_be_visible()
    expect(phone.get_by_text("We could not tell them that you want a call.")).to_be_visible(timeout=30_000)
    assert not claims(phone)
    desktop.goto(f"{demo.url}/desk/")
    desktop.fill("#id_username", demo.user)
    desktop.fill("#id_password", demo.password)
    desktop.get_by_role("button", name="Sign in").click()
    expect(desktop.get_by_text("the alert reached nobody")).to_be_visible()
    expect(desktop.get_by_text("wants to be called")).to_be_visible()
    desktop.locator(".people a").first.click()
    expect(desktop.get_by_text("Reached nobody:").first).to_be_visible()
    expect(desktop.get_by_role("link", name="0171 2345678").first).to_be_visible()
    assert not claims(desktop)


@pytest.mark.parametrize("demo", ["mood"], indirect=True)
def test_numbers_stand_above_the_fold_wherever_somebody_is(demo: Demo, browser: Browser) -> None:
    context = browser.new_context(viewport=SMALL, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{demo.url}/help")
    above_the_fold(page, ["112", "911"])
    join(page, demo)
    for zone, numbers in (("UTC", ["112", "911"]), ("Asia/Tokyo", ["119"]), ("Asia/Dubai", ["112", "911"])):
        page.goto(f"{demo.url}/settings")
        page.get_by_text("Language and time zone").click()
        page.get_by_label("Time zone").select_option(zone)
        page.locator("form", has=page.get_by_label("Time zone")).get_by_role("button", name="Save").click()
        page.goto(f"{demo.url}/help")
        above_the_fold(page, numbers)
    page.goto(demo.url)
    to_the_risk_item(page).click()
    expect(page.locator("#help-card")).to_be_visible()
    above_the_fold(page, ["112", "911"])
    context.close()


def above_the_fold(page: Page, numbers: list[str]) -> None:
    """Whether these numbers are seen without scrolling."""
    for number in numbers:
        link = page.locator(f'a.danger-act[href="tel:{number}"]').first
        expect(link).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("demo", ["mood"], indirect=True)
def test_a_country_is_chosen_by_its_name_in_the_language_of_the_page(demo: Demo, browser: Browser) -> None:
    context = browser.new_context(viewport=DESKTOP, locale="de-DE")
    page = context.new_page()
    page.goto(f"{demo.url}/help")
    page.get_by_label("In welchem Land bist du?").select_option(label="Österreich")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("link", name="112 anrufen")).to_be_visible()
    expect(page.get_by_label("In welchem Land bist du?")).to_have_count(0)
    context.close()
