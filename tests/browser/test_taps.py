"""A tap answers the question it was meant for: a new question takes nothing until it has been on the screen for a moment."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from microcare.web.participant.doing import MOMENT
from tests.browser.conftest import DESKTOP, PHONE, Demo, start

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("taps")]
PAIRS = 6
"""Each is a plain question, and a question about danger that comes next, its answers in the same places."""
APART = (20, 80, 140, 200, 250, 300)
DELAYS = (20, 80, 150, 220, 300, 380)
WAYS = ("touch", "mouse", "keyboard")
PROGRAM = """
program: pairs
title: Pairs of questions
measures:
  day:
    title: Today
    items:
{items}
    score: plain1
evaluate:
  - {{on: start, measures: [day], within: 7d}}
safety:
{rules}
rosters:
  on_duty: {{people: [duty@clinic.test], hours: always}}
interventions:
  tea:
    title: A cup of tea
    aim: A calm moment a day
    effort: 5m
    lasts: 60d
    outcome: {{after: 1d, measure: day, success: day.score >= 2}}
    events:
      cup: {{goal: trigger_desired_action, title: Tea, say: Make a cup of tea., expires: 6h}}
    rules:
      - {{name: daily, on: start, every: day, at: "09:00", lasts: 60d, window: 1h, deliver: cup}}
"""
LISTENS = """
window.noted = { appeared: null, tapped: 0 };
addEventListener("pointerdown", () => { noted.tapped = performance.now(); }, true);
addEventListener("DOMContentLoaded", () => {
  const main = document.querySelector("#main"), shown = () => main.querySelector("legend")?.textContent;
  let before = shown();
  new MutationObserver(() => {
    if (shown() !== before) { before = shown(); noted.appeared = performance.now(); }
  }).observe(main, { childList: true, subtree: true });
});
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A hub whose program asks about danger after each plain question."""
    folder: Path = tmp_path_factory.mktemp("taps")
    items = "".join(
        f"      plain{n}: {{text: How was part {n} of the day?, scale: 0..3}}\n"
        f"      danger{n}: {{text: Did you think of harming yourself in part {n}?, scale: 0..3}}\n"
        for n in range(1, PAIRS + 1)
    )
    rules = "".join(
        f"  - {{on: day.danger{n}, if: value >= 1, say: Please call somebody now., alert: {{roster: on_duty}}}}\n"
        for n in range(1, PAIRS + 1)
    )
    file = folder / "pairs.yaml"
    file.write_text(PROGRAM.format(items=items.rstrip(), rules=rules.rstrip()), encoding="utf-8")
    found, process = start(str(file), folder / "demo")
    yield found
    process.send_signal(signal.SIGINT)
    process.wait(timeout=20)


@pytest.fixture
def page(hub: Demo, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Somebody new, with a phone (or, `desk`, before a screen), at their first question."""
    touch = getattr(request, "param", "touch") == "touch"
    context = browser.new_context(viewport=PHONE if touch else DESKTOP, has_touch=touch, is_mobile=touch)
    context.add_init_script(LISTENS)
    found = context.new_page()
    found.set_default_timeout(20_000)
    found.goto(hub.join)
    found.get_by_role("button", name="Go on").click()
    found.get_by_role("button", name="Begin again").click()
    expect(found.get_by_text("How was part 1 of the day?")).to_be_visible()
    yield found
    context.close()


def place(page: Page, label: str) -> tuple[float, float]:
    """The middle of an answer of the question that is shown."""
    box = page.locator(".question:visible .answer", has_text=label).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def press(page: Page, way: str, at: tuple[float, float]) -> None:
    """A tap, a click, or the key that presses the answer at a place."""
    if way == "touch":
        page.touchscreen.tap(*at)
    elif way == "mouse":
        page.mouse.click(*at)
    else:
        page.evaluate(
            """([x, y]) => [...document.querySelectorAll(".question .answer")].find((one) => {
              const box = one.getBoundingClientRect();
              return box.left <= x && x <= box.right && box.top <= y && y <= box.bottom; })?.focus()""",
            list(at),
        )
        page.keyboard.press("Enter")


def ready(page: Page, question: str) -> None:
    """Wait until a question is there, and takes taps."""
    expect(page.locator(".question:visible legend")).to_have_text(question)
    expect(page.locator("#main.arriving")).to_have_count(0)
    # The style sheet's own guard goes by the real time.
    expect(page.locator(".question:visible .answer").first).to_have_css("pointer-events", "auto")


def stood(page: Page, question: str) -> None:
    """The page's time goes on until a question takes taps: an answer of the hub may come to the page after its time stood still."""
    expect(page.locator(".question:visible legend")).to_have_text(question)
    for _ in range(40):
        page.clock.run_for(2 * MOMENT)
        if page.locator("#main.arriving").count() == 0:
            try:
                expect(page.locator(".question:visible .answer").first).to_have_css(
                    "pointer-events", "auto", timeout=500
                )
                return
            except AssertionError:
                continue
    raise AssertionError("the question never took taps")


def plain(n: int) -> str:
    return f"How was part {n} of the day?"


def danger(n: int) -> str:
    return f"Did you think of harming yourself in part {n}?"


def answers(page: Page) -> list[tuple[str, Any]]:
    """What the hub has, in order."""
    while page.evaluate("queue.all(document.querySelector('#main').dataset.person).then((rows) => rows.length)"):
        page.wait_for_timeout(50)
    kept = page.evaluate("fetch('/settings/my-data.json').then((all) => all.json()).then((all) => all.journal)")
    return [(one["item"], one["value"]) for one in kept if one["kind"] == "answered"]


def expected(pairs: int) -> list[tuple[str, Any]]:
    return [one for n in range(1, pairs + 1) for one in ((f"plain{n}", 3), (f"danger{n}", 0))]


def slow(page: Page, ms: int) -> None:
    """A hub that is far away: each of its answers takes so long."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    line = {"offline": False, "latency": ms, "downloadThroughput": -1, "uploadThroughput": -1}
    devtools.send("Network.emulateNetworkConditions", line)


@pytest.mark.parametrize(
    ("page", "way", "server"),
    [
        ("touch", "touch", "fast"),
        ("touch", "touch", "slow"),
        ("touch", "touch", "away"),
        ("desk", "mouse", "fast"),
        ("desk", "mouse", "away"),
    ],
    indirect=["page"],
)
def test_two_taps_answer_one_question(page: Page, way: str, server: str) -> None:
    """Real taps, one after the other; how long the new question had stood is measured in the page."""
    if server == "slow":
        slow(page, 150)
    if server == "away":
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.context.set_offline(True)
    given = []
    for n, apart in enumerate(APART, 1):
        ready(page, plain(n))
        at = place(page, "3")
        page.evaluate("noted.appeared = null")
        press(page, way, at)
        page.wait_for_timeout(apart)
        press(page, way, at)
        stood = page.evaluate("noted.appeared === null ? 0 : noted.tapped - noted.appeared")
        given.append((f"plain{n}", 3))
        if stood >= MOMENT:
            # The machine is so busy that the tap came when the question had stood long enough: then it is an answer.
            # The range is looked at on every machine below, where the page's time stands still.
            break
        ready(page, danger(n))
        press(page, way, place(page, "0"))
        given.append((f"danger{n}", 0))
    page.context.set_offline(False)
    assert answers(page)[: len(given)] == given


def stopped(page: Page) -> None:
    """From now on the page's time stands still, and goes on as the test says."""
    page.clock.install()
    page.reload()
    expect(page.locator(".question:visible")).to_be_visible()
    page.clock.pause_at(page.evaluate("Date.now()") + 1000)


@pytest.mark.parametrize(
    ("page", "way"), [("touch", "touch"), ("desk", "mouse"), ("desk", "keyboard")], indirect=["page"]
)
def test_a_question_takes_nothing_before_it_has_stood_for_a_moment(page: Page, way: str) -> None:
    """The page's own time stands still, so that the whole range is seen on every machine."""
    stopped(page)
    for n, delay in enumerate(DELAYS, 1):
        stood(page, plain(n))
        press(page, way, place(page, "3"))
        expect(page.locator(".question:visible legend")).to_have_text(danger(n))
        expect(page.locator("[aria-busy]")).to_have_count(0)
        page.clock.run_for(delay)
        press(page, way, place(page, "3"))
        assert page.locator("[aria-busy], #help-card").count() == 0, f"{delay} ms after it appeared"
        stood(page, danger(n))
        press(page, way, place(page, "0"))
        if n < PAIRS:
            expect(page.locator(".question:visible legend")).to_have_text(plain(n + 1))
    expect(page.locator(".question:visible")).to_have_count(0)
    page.clock.resume()
    assert answers(page) == expected(PAIRS)


def test_a_hand_that_trembles_answers_one_question(page: Page) -> None:
    stopped(page)
    stood(page, plain(1))
    at = place(page, "3")
    press(page, "touch", at)
    expect(page.locator(".question:visible legend")).to_have_text(danger(1))
    for _ in range(12):
        page.clock.run_for(120)
        press(page, "touch", at)
        assert page.locator("[aria-busy], #help-card").count() == 0
    stood(page, danger(1))
    press(page, "touch", place(page, "0"))
    expect(page.locator(".question:visible legend")).to_have_text(plain(2))
    page.clock.resume()
    assert answers(page) == expected(1)


@pytest.mark.parametrize("page", ["desk"], indirect=True)
def test_a_key_that_is_held_down_answers_one_question(page: Page) -> None:
    ready(page, plain(1))
    page.locator(".question:visible .answer", has_text="3").focus()
    page.keyboard.down("Enter")
    expect(page.locator(".question:visible legend")).to_have_text(danger(1))
    page.locator(".question:visible .answer", has_text="3").focus()
    expect(page.locator("#main.arriving")).to_have_count(0)
    for _ in range(5):
        page.keyboard.down("Enter")
    assert page.locator("[aria-busy], #help-card").count() == 0
    page.keyboard.up("Enter")
    assert answers(page) == expected(1)[:1]
    page.keyboard.press("Enter")
    expect(page.locator("#help-card")).to_be_visible()


def test_help_that_appears_under_the_finger_is_not_put_away_by_it(page: Page) -> None:
    stopped(page)
    stood(page, plain(1))
    press(page, "touch", place(page, "3"))
    expect(page.locator(".question:visible legend")).to_have_text(danger(1))
    stood(page, danger(1))
    press(page, "touch", place(page, "2"))
    # The hub has it, and its own help card is there.
    button = page.locator("[data-form=seen] button")
    expect(button).to_be_visible()
    button.evaluate("(one) => one.scrollIntoView({ block: 'center' })")
    box = button.bounding_box()
    assert box is not None
    page.clock.run_for(150)
    press(page, "touch", (box["x"] + 20, box["y"] + 10))
    expect(page.locator("#help-card")).to_be_visible()
    page.clock.resume()
    expect(page.locator("#main.arriving")).to_have_count(0)
    page.get_by_role("button", name="I have read this").click()
    expect(page.get_by_role("button", name="I have read this")).to_have_count(0)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_without_scripts_a_question_takes_no_tap_at_first(hub: Demo, page: Page, browser: Browser, motion: Any) -> None:
    """The guard of the style sheet: while it stands nothing is taken, and it stands for a moment."""
    context = browser.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, java_script_enabled=False, reduced_motion=motion,
        storage_state=page.context.storage_state(),
    )  # fmt: skip
    try:
        one = context.new_page()
        one.set_default_timeout(20_000)
        devtools = context.new_cdp_session(one)
        devtools.send("Animation.enable")
        devtools.send("Animation.setPlaybackRate", {"playbackRate": 0})
        one.goto(hub.url)
        expect(one.locator(".question:visible legend")).to_have_text(plain(1))
        one.touchscreen.tap(*place(one, "3"))
        style = "[...document.querySelectorAll('.question')].map((x) => getComputedStyle(x)).map((x) => [x.pointerEvents, x.animationDuration])"
        assert one.evaluate(style) == [["none", f"{MOMENT / 1000:g}s"]]
        devtools.send("Animation.setPlaybackRate", {"playbackRate": 1})
        one.locator(".question:visible .answer", has_text="3").click()
        expect(one.locator(".question:visible legend")).to_have_text(danger(1))
        assert answers(page) == expected(1)[:1]
    finally:
        context.close()


def test_the_moment_is_the_same_everywhere() -> None:
    static = Path(__file__).parents[2] / "src" / "microcare" / "web" / "static" / "microcare"
    assert f"MOMENT = {MOMENT};" in (static / "moment.js").read_text(encoding="utf-8")
    assert f"animation: arriving {MOMENT / 1000:g}s".replace("0.", ".") in (static / "app.css").read_text(
        encoding="utf-8"
    )
