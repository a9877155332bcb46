"""Outcomes of which the answer, given in time, arrives when they have been stated without it."""

from typing import Any

import pytest

from microcare.hub import entry, stimulus
from microcare.hub.codec import decode_entry, encode
from microcare.optimization.dataset.interventions import Interventions
from tests.cast import Case, Story, compiled_of

PROGRAM: Case = {
    "measures": {"mood": {"items": {"low": {"scale": "0..4"}}}},
    "model": [
        {"level": 1, "needs": {"low": {"present": "mood.low >= 2", "stale_after": "60d", "interventions": ["walk"]}}},
        {"level": 2, "needs": {"more": {"present": "past.walk.times > 0 && past.walk.successes == 0", "interventions": ["talk"]}}},
    ],
    "evaluate": [{"on": "start"}, {"every": "2 days", "at": "12:00", "measures": ["mood"]}],
    "interventions": {
        "walk": {
            "rest": "20d", "outcome": {"measure": "mood", "within": "4h", "success": "mood.low <= 1"},
            "events": {"go": {"expires": "1h"}}, "rules": [{"on": "start", "deliver": "go"}],
        },
        "talk": {"events": {"talk": {}}, "rules": [{"on": "start", "every": "day", "at": "20:00", "deliver": "talk"}]},
    },
}  # fmt: skip


def told(when: str, value: int, measured: int) -> Story:
    """A walk whose outcome nobody heard of; later mood was asked for the evaluation; then its answer of then arrives."""
    story = Story(compiled_of(PROGRAM)).enroll("mon 08:00").answer("mon 08:05", "mood", low=3)
    story.pass_time("mon 12:00")
    overall = story.assessment("mood")
    story.answer("wed 12:30", "mood", low=measured).pass_time("wed 13:00")
    assert [x.result for x in story.of(entry.OverallOutcome)] == ["unknown"]
    one = stimulus.Answer(
        key="late", at=story.moment(when), received=story.moment("wed 14:00"), assessment=overall, item="low", value=value
    )  # fmt: skip
    return story.pass_time("wed 14:00").send(one).check()


@pytest.mark.parametrize(("value", "measured", "result"), [(0, 4, "success"), (4, 0, "failure")])
def test_an_outcome_is_stated_anew_from_its_own_answer_and_counts_once(value: int, measured: int, result: str) -> None:
    story = told("mon 12:00", value, measured)
    before, now = story.of(entry.OverallOutcome)
    assert (now.run, now.result, now.corrects, now.need) == (before.run, result, True, before.need)
    assert now.inputs == {"mood.low": value}
    past = story.world.state.past["test/walk"]
    assert (past.over, past.result, past.successes, past.failures) == (
        1,
        result,
        result == "success",
        result == "failure",
    )
    assert [p.result for p in story.world.state.history] == [result]
    assert story.world.state.measures["test/mood"].scores == {"score": measured}, "what was said later stands"


def test_the_needs_that_look_at_it_are_looked_at_again() -> None:
    story = told("mon 12:00", 0, 4)
    assert story.world.state.needs["test/more"].state == "absent"


def test_what_was_answered_after_its_time_is_no_outcome() -> None:
    story = told("mon 14:00", 0, 4)
    assert [x.result for x in story.of(entry.OverallOutcome)] == ["unknown"]


def test_what_is_exported_is_the_newest_statement() -> None:
    story = told("mon 12:00", 0, 4)
    taken = Interventions("ada")
    for stated in story.entries:
        if isinstance(stated, Interventions.READS):
            taken.take(decode_entry(encode(stated)))
    (row,) = [r for r in taken.rows() if r["intervention"] == "walk"]
    assert (row["outcome"], row["success"], row["o_mood.low"]) == ("success", 1, 0)


def test_a_late_answer_of_somebody_who_has_left_corrects_what_came_of_it() -> None:
    story = Story(compiled_of(PROGRAM)).enroll("mon 08:00").answer("mon 08:05", "mood", low=3).pass_time("mon 14:00")
    overall, at = story.assessment("mood"), story.moment("mon 12:00")
    story.send(stimulus.Withdraw(key="leave", at=story.moment("mon 15:00")))
    story.pass_time("mon 16:00")
    late: dict[str, Any] = {"at": at, "received": story.moment("mon 16:00"), "item": "low", "value": 0}
    story.send(stimulus.Answer(key="late", assessment=overall, **late)).check()
    assert [x.result for x in story.of(entry.OverallOutcome)] == ["unknown", "success"]


def test_the_proximal_outcome_is_told_from_its_own_questionnaire() -> None:
    walk: Case = {
        "events": {"go": {"expires": "1h", "proximal": {"measure": "mood", "within": "1h", "success": "mood.low <= 1"}}, "on": {}},
        "rules": [{"on": "start", "deliver": "go"}, {"on": "start", "every": "day", "at": "20:00", "deliver": "on"}],
    }  # fmt: skip
    story = Story(compiled_of(PROGRAM | {"model": [], "evaluate": [], "interventions": {"walk": walk}} | TARGET))
    story.enroll("mon 08:00").act("mon 08:10", "go")
    proximal = story.assessment("mood")
    story.pass_time("mon 09:30")
    story.answer("tue 08:30", "mood", low=4).pass_time("tue 09:00")
    at, now = story.moment("mon 08:30"), story.moment("tue 09:00")
    story.send(stimulus.Answer(key="late", at=at, received=now, assessment=proximal, item="low", value=1)).check()
    assert [(x.value, x.success) for x in story.of(entry.Proximal)] == [(None, None), (1, True)]


TARGET: Case = {"target": {"reached": "mood.low <= 1", "assess": {"measure": "mood", "every": "1d", "within": "12h"}}}


def test_the_goal_is_looked_at_again_when_an_answer_arrives_late() -> None:
    story = (
        Story(compiled_of(PROGRAM | {"model": [], "evaluate": []} | TARGET)).enroll("mon 08:00").pass_time("tue 09:00")
    )
    asked, at = story.assessment("mood"), story.moment("tue 09:00")
    story.pass_time("tue 21:00")
    assert not story.of(entry.TargetChecked)
    late = stimulus.Answer(key="late", at=at, received=story.moment("tue 21:00"), assessment=asked, item="low", value=1)
    story.send(late).check()
    assert [x.reached for x in story.of(entry.TargetChecked)] == [True]
