"""Shared cases about time and turns: refused points, pauses, times of day."""

from collections import Counter
from pathlib import Path

import pytest

from microcare.base.moments import parse_moment
from tests.base import oracle
from tests.cases.shared import case, command, journal, of

pytestmark = pytest.mark.reference


def moment(text: str) -> int:
    found = parse_moment(text)
    assert found is not None
    return found


def test_a_night_of_signals_is_a_prompt_or_two(tmp_path: Path) -> None:
    found = journal("e01", "2026-03-03T08:00:00Z", tmp_path)
    assert not of(found, "stopped")
    assert 1 <= len([x for x in of(found, "delivered") if x["prompt"]]) <= 3


def test_what_a_pause_moved_is_asked_when_the_pause_ends_early(tmp_path: Path) -> None:
    found = journal("e03", "2026-04-05T09:00:00Z", tmp_path)
    first = of(found, "delivered", name="why")[0]
    assert first["at"] == moment("2026-03-03T09:00:00Z"), "the moment at which the pause was ended"


def test_an_evaluation_opens_at_each_of_its_times(tmp_path: Path) -> None:
    found = journal("e07", "2026-03-05T23:00:00Z", tmp_path)
    opened = [x["at"] for x in of(found, "evaluation_opened")]
    assert opened == [moment(f"2026-03-0{day}T{hour}:00:00Z") for day in (3, 4, 5) for hour in ("09", "18")]


def test_a_pause_is_no_disengagement(tmp_path: Path) -> None:
    found = journal("e09", "2026-03-20T08:00:00Z", tmp_path)
    assert not of(found, "ended")
    assert of(found, "delivered")[-1]["at"] > moment("2026-03-16T08:00:00Z"), "it goes on after the pause"


def test_a_pause_leaves_no_backlog(tmp_path: Path) -> None:
    found = journal("e10", "2026-03-05T09:00:00Z", tmp_path)
    assert not of(found, "stopped")
    assert len(of(found, "delivered")) <= 1


def test_a_pause_uses_up_nothing_of_the_suite(tmp_path: Path) -> None:
    found = journal("e15", "2026-03-30T08:00:00Z", tmp_path)
    assert not [x for x in of(found, "ended") if x["reason"] == "nothing could be delivered"]
    assert [x["at"] for x in of(found, "delivered", what="event")][:1] == [moment("2026-03-24T10:00:00Z")]


def test_a_last_word_reaches_the_person_though_the_rule_ends_it(tmp_path: Path) -> None:
    found = journal("e17", "2026-03-03T08:00:00Z", tmp_path)
    bye = of(found, "delivered", name="bye")[0]["delivery"]
    assert not of(found, "undelivered", delivery=bye, reason="the intervention ended")
    assert of(found, "ended", reason="enough")


def test_a_draw_that_does_not_say_whose_rule_it_is_goes_to_nobody(tmp_path: Path) -> None:
    found = journal("e21", "2026-03-04T12:00:00Z", tmp_path)
    assert not of(found, "decided", source="phone of b")
    assert "which intervention" in of(found, "refused")[0]["reason"]


def test_the_history_counts_on(tmp_path: Path) -> None:
    found = journal("e28", "2026-09-02T08:00:00Z", tmp_path)
    assert len(of(found, "overall_outcome")) > 200
    assert of(found, "delivered", name="late"), "`history.count` reaches its figure"


def test_an_unknown_time_plans_nothing_and_check_says_so(tmp_path: Path) -> None:
    assert not of(journal("e24", "2026-03-05T13:00:00Z", tmp_path), "decided")
    _, said = command("check", str(case("e24") / "program.yaml"))
    assert "until they say it, nothing is planned for it" in said


@pytest.mark.parametrize("program", ["program.yaml", "gap.yaml", "gap2.yaml"])
def test_random_moments_lie_in_the_persons_own_window_apart_and_once(program: str, tmp_path: Path) -> None:
    found = journal("b02", "2026-05-10T12:00:00Z", tmp_path, program)
    zone = "Asia/Shanghai"
    drawn = [x for x in of(found, "moments_drawn", person="a") if x["rule"] == "narrow"]
    for one in drawn:
        times = [oracle.local(zone, m) for m in one["moments"]]
        assert all((15, 32) <= (t.hour, t.minute) < (15, 42) for t in times)
        assert min(b - a for a, b in zip(one["moments"], one["moments"][1:], strict=False)) >= 60_000
    prompts = [(x["person"], x["at"]) for x in of(found, "delivered") if x["prompt"]]
    assert len(prompts) == len(set(prompts)), "nothing fires twice at one moment"
    noons = of(found, "decided", person="b", rule="noon")
    assert len({x["slot"] for x in noons}) == len(noons), "a flight doubles no day"


# What needs a word of the language that is not there yet waits for it here, by name.


@pytest.mark.xfail(reason="waits for personal windows in `between`")
def test_six_prompts_a_day_lie_inside_each_persons_own_hours(tmp_path: Path) -> None:
    found = journal("b07", "2026-05-12T22:00:00Z", tmp_path)
    prompts = Counter((x["person"], oracle.local("Europe/Berlin", x["at"]).date()) for x in of(found, "delivered"))
    assert set(prompts.values()) == {6}


@pytest.mark.xfail(reason="waits for conditions of questions, and for several answers")
def test_a_question_depends_on_another() -> None:
    code, said = command("check", str(case("b12") / "program.yaml"))
    assert code == 0, said


@pytest.mark.xfail(reason="waits for reminders that know their own delivery")
def test_a_form_not_filled_in_is_reminded_of_each_day(tmp_path: Path) -> None:
    found = journal("b09", "2026-05-08T12:00:00Z", tmp_path)
    assert len(of(found, "delivered", person="never", name="nudge")) == 4
    assert len(of(found, "delivered", person="day1only", name="nudge")) == 3


@pytest.mark.xfail(reason="waits for a diary's own day")
def test_a_diary_answered_after_midnight_is_about_the_day_before(tmp_path: Path) -> None:
    found = journal("b14", "2026-05-07T08:00:00Z", tmp_path)
    looked = {p: [x["inputs"] for x in of(found, "decided", person=p, rule="see")] for p in ("late", "intime")}
    assert looked["late"] == looked["intime"]
