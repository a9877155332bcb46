"""Whatever somebody does on their pages, the next page says what came of it, and what the day still brings."""

import re

import pytest

from microcare.care import facilitate
from tests.live import TEA, Hub
from tests.web.conftest import Ada, join, state_of


def notice(page: str) -> str:
    """What the page says of the last deed."""
    found = re.search(r'id="came">(.*?)</p>', page, re.S)
    return " ".join(found[1].split()) if found else ""


def test_a_need_that_was_said_gets_an_answer(ada: Ada) -> None:
    ada.get().answer("3", "0", "all right")
    ada.post("/do", kind="report", name="talk", key="report:0001")
    said = notice(ada.text)
    assert said.startswith("You said: “I would like to say something”.")
    assert len(said) > len("You said: “I would like to say something”."), "and what came of it"


def test_a_need_is_answered_where_the_program_has_nothing(hub: Hub) -> None:
    hub.publish(TEA.replace("evaluate:\n  - {on: report, measures: [mood], within: 7d}\n", "evaluate:\n"))
    ada = join("tea")
    ada.get().answer("3", "0", "all right")
    ada.post("/do", kind="report", name="talk", key="report:0001")
    assert "It is entered." in notice(ada.text)
    ada.post("/settings", what="pause", days="1")
    ada.post("/do", kind="report", name="talk", key="report:0002")
    assert "The program rests" in notice(ada.text)


def test_what_was_chosen_says_that_it_began(kinds: Ada) -> None:
    assert notice(kinds.get("/").text) == "“A cup of tea” has begun."
    delivery = next(iter(state_of(kinds).deliveries))
    kinds.post("/do", kind="act", act="done", delivery=delivery, key="act:0001")
    assert notice(kinds.text) == "", "once they have gone on, it is old"


def test_what_comes_today_is_said_with_its_time_and_a_draw_is_never_given_away(hub: Hub) -> None:
    hub.publish(TODAY)
    ada = join("tea")
    assert "Planned for today" in ada.get().text, "at once, too"
    hub.show("2026-03-02T07:20:00Z")
    page = ada.get().text
    assert "Nothing to do today" not in page
    assert "Nothing to do right now" in page
    assert "Planned for today: “A cup of tea”, 9 am." in page
    assert "Something more may come later today." in page, "the draw at ten is not named"
    assert "10 am" not in page
    assert "A walk" not in re.sub(r"You are in the middle of.*?itself\.", "", page)


TODAY = """
program: tea
title: A cup of tea
interventions:
  tea:
    title: A cup of tea
    aim: A calm moment
    events: {cup: {goal: support, title: Tea, say: Make a cup of tea., expires: 6h}}
    rules: [{name: daily, on: start, every: day, at: "09:00", window: 1h, deliver: cup}]
  walk:
    title: A walk
    aim: Fresh air
    events: {go: {goal: support, title: Walk, say: Go out., expires: 6h}}
    rules: [{name: often, on: start, every: day, at: "10:00", window: 1h, randomize: {go: 0.5, nothing: 0.5}}]
"""


def test_leaving_with_erasure_says_what_happened(ada: Ada) -> None:
    page = ada.get("/settings/leave").post("/settings/leave", kept="erase", sure="yes").text
    assert "You have left. Who you are and what you wrote is erased here" in page


def test_an_answered_message_waits_no_longer(ada: Ada) -> None:
    facilitate.message(ada.person, "tea", "carla", "How are you?")
    assert "How are you?" in ada.get("/").text
    ada.get("/messages")
    ada.post("/do", kind="message", program="tea", value="Well, thank you", key="message:0001")
    assert "How are you?" not in ada.get("/").text
    assert not [d for d in state_of(ada).deliveries.values() if d.what == "message" and not d.done]
    facilitate.message(ada.person, "tea", "carla", "And today?")
    assert "And today?" in ada.get("/").text, "a later one waits again"


@pytest.mark.parametrize("clock", range(0, 86_400, 1800))
def test_no_time_ends_with_a_point_and_no_sentence_with_two(clock: int) -> None:
    from microcare.care.telling import clock_words, inner

    assert not clock_words(clock).endswith(".")
    assert not f"{inner('A calm moment.')}.".endswith("..")


ABOUT = {
    0: "less than a minute",
    59_999: "less than a minute",
    60_000: "about 1 minute",
    7_200_000: "about 2 hours",
}


@pytest.mark.parametrize("ms", ABOUT)
def test_about_how_long(ms: int) -> None:
    from microcare.care.telling import about_words

    assert about_words(ms) == ABOUT[ms]
