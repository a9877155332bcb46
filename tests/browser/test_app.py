"""The app in a person's hands: offline, on another device, with a timer, in distress, by keyboard, for everybody."""

import json
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Demo
from tests.browser.test_first_minute import answer, check_in, join

pytestmark = pytest.mark.browser


def kept(page: Page) -> int:
    """How many things the phone keeps for the hub."""
    return int(page.evaluate("queue.all(document.querySelector('#main').dataset.person).then((rows) => rows.length)"))


def expect_kept(page: Page, address: str) -> None:
    """Wait until the phone has a page for the time without a connection."""
    for _ in range(50):
        if page.evaluate("(at) => caches.open('pages').then(async (kept) => Boolean(await kept.match(at)))", address):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{address} was not kept")


def test_answers_queue_without_a_connection_and_say_truthfully_where_they_are(demo: Demo, phone: Page) -> None:
    join(phone, demo)
    answer(phone, "4")
    phone.context.set_offline(True)
    answer(phone, "0")
    expect(phone.locator("#strip")).to_contain_text("saved on this phone")
    answer(phone, "4")
    phone.locator(".question:visible").get_by_role("button", name="0").first.click()
    expect(phone.get_by_text("It is not with the hub yet.")).to_be_visible()
    assert kept(phone) == 3
    phone.context.set_offline(False)
    expect(phone.get_by_role("heading", name="Why noticing works")).to_be_visible(timeout=30_000)
    assert kept(phone) == 0


def test_a_page_opens_without_a_connection(demo: Demo, phone: Page) -> None:
    join(phone, demo)
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.reload()
    expect(phone.locator(".question").first).to_be_visible()
    expect_kept(phone, "/help")
    phone.context.set_offline(True)
    phone.goto(f"{demo.url}/help")
    expect(phone.locator(".helpcard").first).to_be_visible()
    phone.goto(demo.url)
    expect(phone.locator(".question").first).to_be_visible()


def test_a_duplicate_arrival_changes_nothing(demo: Demo, phone: Page) -> None:
    join(phone, demo)
    sent: list[str] = []
    phone.on("request", lambda r: sent.append(r.post_data or "") if r.url.endswith("/stimuli") else None)
    answer(phone, "4")
    body = next(s for s in sent if '"answer"' in s)
    again = phone.evaluate(
        """async (body) => (await fetch("/stimuli", {method: "POST", body,
           headers: {"Content-Type": "application/json", "X-CSRFToken": document.querySelector("#token input").value}})).json()""",
        body,
    )
    assert again["saved"] == []
    assert again["known"] == [json.loads(body)["stimuli"][0]["key"]]


def test_a_page_shows_what_is_new_without_a_reload(demo: Demo, phone: Page, browser: Browser) -> None:
    join(phone, demo)
    other = browser.new_context(viewport=DESKTOP)
    try:
        page = other.new_page()
        join(page, demo)
        check_in(page)
    finally:
        other.close()
    expect(phone.get_by_role("heading", name="Why noticing works")).to_be_visible(timeout=20_000)


def test_an_exercise_runs_pauses_and_begins_again(demo: Demo, phone: Page) -> None:
    join(phone, demo)
    check_in(phone)
    phone.get_by_role("button", name="I have read it").click()
    answer(phone, "I tell her that I saw it")
    answer(phone, "3")
    clock = phone.locator(".ring .clock")
    expect(clock).to_have_text("1:30")
    phone.get_by_role("button", name="Begin", exact=True).click()
    expect(clock).not_to_have_text("1:30")
    expect(phone.locator(".step-now")).not_to_be_empty()
    phone.get_by_role("button", name="Pause").click()
    stopped = clock.inner_text()
    phone.wait_for_timeout(1200)
    expect(clock).to_have_text(stopped)
    phone.get_by_role("button", name="From the start").click()
    expect(phone.get_by_role("button", name="Pause")).to_be_visible()


def test_the_clock_of_a_demo_can_be_moved(demo: Demo, phone: Page) -> None:
    join(phone, demo)
    check_in(phone)
    before = phone.locator(".demo b").inner_text()
    phone.get_by_role("button", name="Tomorrow").click()
    expect(phone.locator(".demo b")).not_to_have_text(before)
    expect(phone.locator("main")).to_be_visible()


def test_it_works_without_scripts(demo: Demo, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    try:
        page = context.new_page()
        # Without scripts nothing reads the link's code: it is typed.
        page.goto(f"{demo.url}/join")
        page.locator("#code").fill(demo.join.partition("#")[2])
        page.get_by_role("button", name="Go on").click()
        for label in ("4", "0", "4", "0"):
            page.locator(".question:visible").get_by_role("button", name=label).first.click()
        expect(page.get_by_role("heading", name="Why noticing works")).to_be_visible()
        page.get_by_role("button", name="I have read it").click()
        expect(page.locator(".question:visible")).to_be_visible()
    finally:
        context.close()


def test_an_answer_can_be_given_by_keyboard_alone(demo: Demo, desktop: Page) -> None:
    join(desktop, demo)
    first = desktop.locator(".question:visible legend").inner_text()
    button = desktop.locator(".question:visible .answer").first
    for _ in range(30):
        desktop.keyboard.press("Tab")
        if button.evaluate("(one) => one === document.activeElement"):
            break
    expect(desktop.locator("#main.arriving")).to_have_count(0)
    desktop.keyboard.press("Enter")
    expect(desktop.locator(".question:visible legend")).not_to_have_text(first)
    assert desktop.evaluate("document.activeElement !== document.body")


@pytest.mark.parametrize("demo", ["mood"], indirect=True)
def test_a_risk_answer_shows_help_at_once_also_without_a_connection(demo: Demo, phone: Page) -> None:
    join(phone, demo)
    for _ in range(8):
        question = phone.locator(".question:visible")
        risky = question.locator("[data-help]")
        if risky.count():
            break
        text = question.locator("legend").inner_text()
        question.locator(".answer").first.click()
        expect(phone.get_by_text(text, exact=True).locator("visible=true")).to_have_count(0)
    phone.context.set_offline(True)
    risky.last.click()
    expect(phone.locator("#help-card")).to_be_visible()
    phone.context.set_offline(False)
    phone.wait_for_function(
        "queue.all(document.querySelector('#main').dataset.person).then((rows) => rows.length === 0)"
    )
    phone.goto(demo.url)
    expect(phone.locator(".helpcard").first).to_be_visible()
    phone.get_by_role("button", name="I have read this").click()
    expect(phone.get_by_text("what came of your answer")).to_be_visible()


PAGES = ("/", "/need", "/journey", "/journey?as=list", "/settings", "/help")


@pytest.fixture(params=["light", "dark"])
def shades(request: pytest.FixtureRequest, browser: Browser) -> Iterator[list[Page]]:
    """A phone and a desktop, in light and in dark."""
    contexts = [
        browser.new_context(viewport=size, color_scheme=request.param, reduced_motion="reduce") for size in (PHONE, DESKTOP)
    ]  # fmt: skip
    yield [context.new_page() for context in contexts]
    for context in contexts:
        context.close()


def violations(page: Page) -> list[str]:
    """What WCAG 2.2 AA finds wrong with a page, as far as a machine can see."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found.response["violations"]]


def test_every_page_is_for_everybody(demo: Demo, shades: list[Page]) -> None:
    wrong: list[str] = []
    for page in shades:
        join(page, demo)
        for path in PAGES:
            page.goto(demo.url + path)
            page.wait_for_load_state("networkidle")
            wrong += [f"{path} {v}" for v in violations(page)]
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
    assert wrong == []


def test_the_desk_is_for_everybody(demo: Demo, shades: list[Page]) -> None:
    wrong: list[str] = []
    for page in shades:
        page.goto(f"{demo.url}/desk/")
        wrong += violations(page)
        page.fill("#id_username", demo.user)
        page.fill("#id_password", demo.password)
        page.get_by_role("button", name="Sign in").click()
        wrong += violations(page)
        page.locator(".people a").first.click()
        wrong += violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the desk scrolls sideways"
    assert wrong == []


def test_what_was_put_aside_can_be_undone_for_a_moment(demo: Demo, phone: Page) -> None:
    join(phone, demo)
    check_in(phone)
    heading = phone.get_by_role("heading", name="Why noticing works")
    expect(heading).to_be_visible()
    phone.get_by_role("button", name="Not now").click()
    undo = phone.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    undo.click()
    expect(phone.get_by_role("button", name="Not now")).to_be_visible()
    assert kept(phone) == 0
    phone.get_by_role("button", name="Not now").click()
    expect(undo).to_be_visible()
    assert kept(phone) == 1
    expect(heading).to_be_hidden(timeout=15_000)
    assert kept(phone) == 0


def test_what_was_put_aside_is_sent_also_when_the_page_is_left(demo: Demo, phone: Page) -> None:
    join(phone, demo)
    check_in(phone)
    phone.get_by_role("button", name="Not now").click()
    expect(phone.get_by_role("button", name="Undo")).to_be_visible()
    phone.goto(f"{demo.url}/journey")
    for _ in range(50):
        if not kept(phone):
            break
        phone.wait_for_timeout(100)
    phone.goto(demo.url)
    expect(phone.get_by_role("heading", name="Why noticing works")).to_be_hidden()


HELD = """() => {
  const line = window.fetch, gone = new Promise((resolve) => { window.letGo = resolve; });
  window.fetch = async (...asked) => { if (String(asked[0]).includes("/stimuli")) await gone; return line(...asked); };
}"""
"""What is sent waits until `letGo()`."""


@pytest.mark.parametrize("line", ["away", "slow"])
def test_it_is_too_much_brings_help_and_relief_at_once_without_a_connection_too(
    demo: Demo, phone: Page, line: str
) -> None:
    join(phone, demo)
    check_in(phone)
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    expect_kept(phone, "/need")
    phone.goto(f"{demo.url}/need")
    if line == "away":
        phone.context.set_offline(True)
    else:
        # Held in the page itself: what passes a service worker is not surely seen by a route.
        phone.evaluate(HELD)
    phone.get_by_role("button", name="It is too much right now").click()
    first = phone.locator("#first-help")
    expect(first.get_by_role("link", name="Help now")).to_be_in_viewport()
    expect(first.get_by_role("link", name="Call 112")).to_be_in_viewport()
    expect(first.get_by_role("heading", name="Longer out than in")).to_be_in_viewport()
    expect(first.get_by_text("The hub has not heard it yet.")).to_be_visible()
    if line == "away":
        # Wherever the person goes without a connection, it stays on top.
        phone.goto(demo.url)
        expect(first.get_by_role("heading", name="Longer out than in")).to_be_in_viewport()
        phone.context.set_offline(False)
    else:
        # The line is there again: what was held goes on, and nothing is held any more.
        phone.evaluate("letGo()")
    # The hub has heard it: the exercise is a delivery of its own now, and the question about safety stands under it.
    expect(first).to_have_count(0, timeout=30_000)
    expect(phone.get_by_role("heading", name="Longer out than in")).to_be_visible()
    expect(phone.get_by_role("link", name="How you are")).to_be_visible()
    expect(phone.locator(".said-first").get_by_role("link", name="Help now")).to_be_visible()
    assert kept(phone) == 0
