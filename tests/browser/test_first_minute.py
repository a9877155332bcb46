"""Within a minute of joining, a person receives an event, does it, answers, and the next step changes with the answer."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Demo

pytestmark = pytest.mark.browser


def join(page: Page, demo: Demo) -> None:
    """Follow the invitation link."""
    page.goto(demo.join)
    # The code of the link is in the field, and no more in the address, also after another language was chosen.
    expect(page.locator("#code")).to_have_value(demo.join.partition("#")[2])
    expect(page).to_have_url(f"{demo.url}/join")
    page.get_by_role("button", name="Deutsch").click()
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".question").first).to_be_visible()


def answer(page: Page, label: str) -> None:
    """Tap an answer of the question that is shown, and wait until another thing is there."""
    question = page.locator(".question:visible")
    text = question.locator("legend").inner_text()
    question.get_by_role("button", name=label).first.click()
    expect(page.get_by_text(text, exact=True).locator("visible=true")).to_have_count(0)


def check_in(page: Page) -> None:
    """Four taps: present, and blind to the good moments."""
    for label in ("4", "0", "4", "0"):
        answer(page, label)


@pytest.mark.parametrize(
    ("said", "next_title"),
    [
        ("I tell her that I saw it", "One good moment from today"),
        ("I promise her a toy", "The same idea, told as a story"),
    ],
)
def test_the_next_step_changes_with_the_answer(demo: Demo, phone: Page, said: str, next_title: str) -> None:
    join(phone, demo)
    check_in(phone)
    expect(phone.get_by_role("heading", name="Why noticing works")).to_be_visible()
    phone.get_by_role("button", name="I have read it").click()
    answer(phone, said)
    answer(phone, "3")
    expect(phone.get_by_role("heading", name=next_title)).to_be_visible()


def test_a_question_is_resumed_on_another_device(demo: Demo, phone: Page, desktop: Page) -> None:
    join(phone, demo)
    answer(phone, "4")
    answer(phone, "0")
    third = phone.locator(".question:visible legend").inner_text()
    desktop.goto(demo.join)
    desktop.get_by_role("button", name="Go on").click()
    expect(desktop.locator(".question:visible legend")).to_have_text(third)


def test_the_facilitator_sees_it_with_reasons(demo: Demo, phone: Page, desktop: Page) -> None:
    join(phone, demo)
    check_in(phone)
    desktop.goto(f"{demo.url}/desk/")
    desktop.fill("#id_username", demo.user)
    desktop.fill("#id_password", demo.password)
    desktop.get_by_role("button", name="Sign in").click()
    desktop.locator(".people a").first.click()
    expect(desktop.get_by_text("Started: Noticing the good").first).to_be_visible()
    desktop.get_by_text("Started: Noticing the good").first.click()
    expect(desktop.get_by_text('"action": "started"').first).to_be_visible()
