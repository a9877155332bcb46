"""An open page of the desk in a real browser: a new alert is there within seconds, and takes nothing from whoever is typing."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Demo, _page
from tests.browser.test_first_minute import join

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("demo", ["mood"], indirect=True)]
QUESTION = "I had thoughts of not wanting to be alive"
SECONDS = 15_000
"""The page asks every three seconds; a machine under load may be late."""


@pytest.fixture
def worried(browser: Browser, demo: Demo) -> Iterator[Page]:
    """A person on their phone, before the question that worries."""
    for page in _page(browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)):
        join(page, demo)
        for _ in range(8):
            question = page.locator(".question:visible")
            if question.locator("[data-help]").count():
                break
            text = question.locator("legend").inner_text()
            question.locator(".answer").first.click()
            expect(page.get_by_text(text, exact=True).locator("visible=true")).to_have_count(0)
        yield page


def answers(worried: Page) -> None:
    """They give the risk answer."""
    worried.locator(".question:visible [data-help]").last.click()
    expect(worried.locator("#help-card")).to_be_visible()
    worried.wait_for_function("queue.all(document.querySelector('#main').dataset.person).then((r) => r.length === 0)")


def sign_in(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url}/desk/login")
    page.fill("#id_username", demo.user)
    page.fill("#id_password", demo.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="People")).to_be_visible()


@pytest.mark.parametrize("path", ["/desk/", "/desk/safety", "/desk/account", "/desk/monitor"])
def test_an_open_page_of_the_desk_shows_a_new_alert_within_seconds(
    demo: Demo, worried: Page, desktop: Page, path: str
) -> None:
    sign_in(desktop, demo)
    desktop.goto(demo.url + path)
    expect(desktop.locator("#now-said")).to_be_empty()
    loads: list[str] = []
    desktop.on("framenavigated", lambda frame: loads.append(frame.url))
    answers(worried)
    expect(desktop.locator("#now [data-alert]")).to_contain_text(QUESTION, timeout=SECONDS)
    expect(desktop.locator("#now [data-alert]")).to_contain_text("Nobody has taken it on.")
    expect(desktop.get_by_role("alert")).to_contain_text(QUESTION)
    expect(desktop).to_have_title(re.compile(r"^\(1\) "))
    assert loads == [], "the page was not loaded again"
    if path == "/desk/":
        expect(desktop.locator("#people .urgent")).to_have_count(1)
    # From the bar to the person, and taken on: the other pages learn it too.
    other = desktop.context.new_page()
    other.goto(f"{demo.url}/desk/monitor")
    expect(other.locator("#now [data-alert]")).to_have_count(1)
    desktop.locator("#now [data-alert] a").click()
    desktop.get_by_role("button", name="I take it on").click()
    expect(desktop.get_by_text(f"{demo.user} has taken it on")).to_be_visible()
    expect(other.locator("#now")).to_contain_text("1 alert is taken on and not resolved", timeout=SECONDS)
    expect(other.locator("#now [data-alert]")).to_have_count(0)


def test_what_is_being_typed_stays_where_it_is(demo: Demo, worried: Page, desktop: Page) -> None:
    sign_in(desktop, demo)
    desktop.locator("#people a").first.click()
    desktop.locator("details:has(textarea[name=text]) > summary").first.click() if not desktop.locator(
        "textarea[name=text]"
    ).first.is_visible() else None
    field = desktop.locator("textarea[name=text]").first
    field.press_sequentially("Half a sen")
    answers(worried)
    expect(desktop.locator("#now [data-alert]")).to_have_count(1, timeout=SECONDS)
    field.press_sequentially("tence")
    expect(field).to_have_value("Half a sentence")
    assert desktop.evaluate("document.activeElement.name") == "text"
    # The alert stands on the person's own page too, without a new loading.
    expect(desktop.locator("#alerts")).to_contain_text(QUESTION)
    # And where somebody writes in the very part that has changed, it is kept, and said.
    desktop.locator("#alerts details > summary").click()
    note = desktop.locator("#alerts textarea[name=note]")
    note.press_sequentially("I called, they")
    worried.reload()
    worried.locator(".triage button[value=yes]").first.click()
    expect(desktop.locator("#alerts .now-changed")).to_be_visible(timeout=SECONDS)
    expect(note).to_have_value("I called, they")


def test_without_a_connection_the_page_says_that_it_stands_still(demo: Demo, worried: Page, desktop: Page) -> None:
    sign_in(desktop, demo)
    desktop.context.set_offline(True)
    expect(desktop.locator(".now-lost")).to_contain_text("No connection", timeout=30_000)
    answers(worried)
    desktop.context.set_offline(False)
    expect(desktop.locator("#now [data-alert]")).to_have_count(1, timeout=30_000)
    expect(desktop.locator(".now-lost")).to_be_hidden()
    # Signed out elsewhere: it says so, rather than showing nothing new for ever.
    other = desktop.context.new_page()
    other.goto(f"{demo.url}/desk/account")
    other.get_by_role("button", name="Sign out", exact=True).click()
    expect(desktop.locator(".now-lost")).to_contain_text("You are signed out", timeout=SECONDS)


def test_without_scripts_the_page_says_that_it_does_not_renew_itself(demo: Demo, browser: Browser) -> None:
    for page in _page(browser.new_context(viewport=DESKTOP, java_script_enabled=False)):
        sign_in(page, demo)
        expect(page.get_by_text("Without scripts this page does not renew itself")).to_be_visible()
        page.get_by_role("link", name="Load again").click()
        expect(page.get_by_role("heading", name="People")).to_be_visible()


def test_the_switch_asks_before_it_stops(demo: Demo, worried: Page, desktop: Page) -> None:
    sign_in(desktop, demo)
    desktop.goto(f"{demo.url}/desk/monitor")
    switch = desktop.locator(".stop-all")
    switch.locator("summary").click()
    button = switch.get_by_role("button", name="Stop", exact=True)
    button.click()
    switch.get_by_label("Why").fill("a wrong text went out")
    button.click()
    # Without a tick nothing is sent: the form is still there, and nothing is stopped.
    expect(switch.get_by_label("Why")).to_have_value("a wrong text went out")
    other = desktop.context.new_page()
    other.goto(f"{demo.url}/desk/safety")
    expect(other.get_by_text("Everything is stopped")).to_have_count(0)
    switch.get_by_label("Yes, stop it now").check()
    button.click()
    expect(desktop.locator("#now")).to_contain_text("Everything is stopped")
    assert desktop.url.endswith("/desk/monitor")
    # Open pages learn it by themselves, at the desk and on the phone.
    expect(other.locator("#now")).to_contain_text("a wrong text went out", timeout=SECONDS)
    expect(worried.locator("#rests")).to_contain_text("help is there as always", timeout=SECONDS)
    expect(worried.locator(".question:visible")).to_have_count(0)
