"""Publishing to people who are in the middle of something: nobody's time stops, nothing is lost, nothing is asked again."""

from typing import Any

import pytest

from microcare.base.moments import DAY
from microcare.hub import entry, stimulus
from microcare.hub.moving import same_rules
from microcare.program.compiled import CompiledProgram
from tests.cast import Case, Story, compiled_of

MEASURES = {"mood": {"items": {"low": {"scale": "0..4"}}}, "sleep": {"items": {"well": {"scale": "0..4"}}}}
BASE: Case = {
    "program": "p",
    "measures": MEASURES,
    "interventions": {
        "walk": {
            "events": {
                "go": {"expires": "5h", "proximal": {"ask": "Did you?", "within": "4h", "success": 'answer == "yes"'}},
                "rest": {"expires": "1h"},
            },
            "rules": [{"name": "daily", "on": "start", "every": "day", "at": "10:00", "times": 4, "deliver": "go"}],
        }
    },
}  # fmt: skip


def told(before: Case, after: Case, running: str = "move", at: str = "mon 12:00", doing: Any = None) -> Story:
    """Somebody begins with one version, does something, and is moved to another."""
    old, new = compiled_of(before), compiled_of(after)
    story = Story(old, new, current={"p": old.version})
    story.enroll("mon 08:00")
    if doing is not None:
        doing(story)
    story.pass_time(at)
    return story.send(
        stimulus.Publish(key="new", at=story.moment(at), program="p", version=new.version, running=running)
    )


def walk(**changes: Any) -> Case:
    """The program with its one intervention changed."""
    return {**BASE, "interventions": {"walk": BASE["interventions"]["walk"] | changes}}


def renamed_event() -> Case:
    """The event `go` is called `stroll`."""
    one = BASE["interventions"]["walk"]
    rules = [{**one["rules"][0], "deliver": "stroll"}]
    return walk(events={"stroll": one["events"]["go"], "rest": one["events"]["rest"]}, rules=rules)


def did(story: Story) -> None:
    """The first walk is done, and its question is open."""
    story.act("mon 11:00", "go")


def test_the_open_question_of_a_renamed_event_is_answered_and_time_goes_on() -> None:
    story = told(BASE, renamed_event(), doing=did)
    name = next(iter(story.world.state.assessments))
    story.send(stimulus.Answer(key="a", at=story.moment("mon 12:30"), assessment=name, item="answer", value="yes"))
    story.pass_time("mon 12:31")
    assert [(x.event, x.success) for x in story.of(entry.Proximal)] == [("go", True)]
    assert [x.event for x in story.of(entry.Completed)] == ["go"]
    story.pass_time("fri 18:00")
    assert [x.name for x in story.of(entry.Delivered)] == ["go", "stroll", "stroll", "stroll"]
    assert [x.result for x in story.of(entry.OverallOutcome)] == ["ended"]
    assert not story.world.state.deliveries
    assert not story.of(entry.Stopped)


def test_a_question_that_nobody_answers_after_a_move_is_closed_in_time() -> None:
    story = told(BASE, renamed_event(), doing=did).pass_time("fri 18:00")
    assert [x.event for x in story.of(entry.Completed)] == ["go"]
    assert [x.reason for x in story.of(entry.Ended)] == ["completed"]


def test_what_is_with_the_person_can_be_done_after_its_event_is_gone() -> None:
    story = told(BASE, renamed_event(), at="mon 10:30").act("mon 12:00", "go")
    assert [x.act for x in story.of(entry.Acted)] == ["done"]
    assert [a.event for a in story.world.state.assessments.values()] == ["go"]
    assert [x.reason for x in story.pass_time("fri 18:00").of(entry.Ended)] == ["completed"]


def test_a_signal_is_watched_for_an_event_that_is_gone() -> None:
    proximal = {"signal": "steps", "take": "sum", "over": "3h", "success": "value > 100"}
    before = walk(events={"go": {"expires": "5h", "proximal": proximal}, "rest": {}})
    before |= {"signals": {"steps": {"type": "number", "keep": "5d"}}}
    after = renamed_event() | {"signals": before["signals"]}
    story = told(before, after, doing=did)
    story.send(stimulus.Signal(key="s", at=story.moment("mon 13:00"), name="steps", value=400))
    story.pass_time("tue 08:00")
    assert [(x.event, x.value, x.success) for x in story.of(entry.Proximal)] == [("go", 400, True)]


QUIET = {"limits": {"quiet": "09:30-14:00"}}
LATER = {
    "name": "daily",
    "on": "start",
    "every": "day",
    "at": "10:00",
    "times": 2,
    "when_refused": "later",
    "deliver": "go",
}


def test_a_postponed_point_of_a_rule_that_is_gone_has_its_outcome() -> None:
    before, after = (
        walk(rules=[LATER]) | QUIET,
        walk(rules=[{"name": "other", "on": "report", "deliver": "rest"}]) | QUIET,
    )
    after["interventions"]["walk"]["rules"].append({"name": "first", "on": "start", "deliver": "go"})
    story = told(before, after).pass_time("mon 18:00")
    moved = story.of(entry.Postponed)
    assert [(x.rule, x.outcome) for x in story.of(entry.Decided)] == [("daily", "missed")]
    assert moved[0].slot == story.of(entry.Decided)[0].slot


@pytest.mark.parametrize("name", ["daily", "every_day"])
def test_a_postponed_point_of_a_rule_that_stays_is_asked_whatever_it_is_called(name: str) -> None:
    before, after = walk(rules=[LATER]) | QUIET, walk(rules=[LATER | {"name": name}]) | QUIET
    story = told(before, after).pass_time("wed 18:00")
    decided = story.of(entry.Decided)
    assert [(x.rule, x.outcome, story.wall(x.at)) for x in decided] == [
        (name, "decided", "2026-03-02 14:00"), (name, "decided", "2026-03-03 14:00"),
    ]  # fmt: skip
    assert len({x.point for x in decided}) == 2


def unnamed(*rules: Case) -> Case:
    """Rules without names, which all deliver the same."""
    return walk(rules=[{"on": "start", "deliver": "go"} | r for r in rules])


MORNING, EVENING = {"every": "day", "at": "10:00", "times": 3}, {"every": "day", "at": "18:00", "times": 3}


def test_rules_that_change_places_stay_who_they_are() -> None:
    """At 10:05 the morning's point is decided and still inside its window; it is not decided again."""
    story = told(unnamed(MORNING, EVENING), unnamed(EVENING, MORNING), at="mon 10:05").pass_time("fri 20:00")
    decided = story.of(entry.Decided)
    assert [story.wall(x.planned)[5:] for x in decided] == [
        f"03-0{day} {clock}" for day in (2, 3, 4) for clock in ("10:00", "18:00")
    ]
    assert len({x.point for x in decided}) == len(decided)


def test_a_rule_put_before_another_takes_nothing_from_it() -> None:
    noon = {"every": "day", "at": "15:00", "times": 2}
    story = told(unnamed(MORNING), unnamed(noon, MORNING), at="mon 10:05").pass_time("fri 20:00")
    decided = story.of(entry.Decided)
    assert [story.wall(x.planned)[5:] for x in decided] == [
        "03-02 10:00", "03-02 15:00", "03-03 10:00", "03-03 15:00", "03-04 10:00",
    ]  # fmt: skip
    assert len({x.point for x in decided}) == len(decided)


def test_a_schedule_that_a_new_version_adds_begins_and_a_beginning_does_not_come_again() -> None:
    after = unnamed({"name": "other", **MORNING})
    after["interventions"]["walk"]["rules"] += [
        {"name": "hello", "on": "start", "deliver": "rest"},
        {"name": "late", "on": "start", "after": "2d", "deliver": "rest"},
    ]
    story = told(unnamed(EVENING), after, at="mon 12:00").pass_time("sat 20:00")
    assert [(x.rule, story.wall(x.planned)[5:]) for x in story.of(entry.Decided)] == [
        ("other", "03-03 10:00"), ("late", "03-04 08:00"), ("other", "03-04 10:00"), ("other", "03-05 10:00"),
    ]  # fmt: skip


def test_which_rule_is_which() -> None:
    def of(*rules: Case) -> CompiledProgram:
        return compiled_of(unnamed(*rules))

    def same(old: CompiledProgram, new: CompiledProgram) -> dict[str, str]:
        return same_rules(old.interventions["walk"], new.interventions["walk"])

    named = {"name": "a"} | MORNING
    assert same(of(named), of(EVENING, named)) == {"a": "a"}
    assert same(of(named), of({"name": "a"} | EVENING)) == {"a": "a"}
    assert same(of(named), of({"name": "b"} | MORNING)) == {"a": "b"}
    assert same(of(MORNING, EVENING), of(EVENING, MORNING)) == {"go": "go_2", "go_2": "go"}
    assert same(of(MORNING, EVENING), of(EVENING)) == {"go_2": "go"}
    assert same(of(MORNING), of({"every": "day", "at": "11:00"})) == {"go": "go"}


NEEDS: Case = BASE | {
    "model": [{"level": 1, "needs": {"low": {"present": "mood.low >= 2", "measures": "mood", "interventions": ["walk"]}}}],
    "evaluate": [
        {"every": "day", "at": "09:00", "measures": ["mood"], "within": "2h"},
        {"every": "2 days", "at": "19:00", "measures": ["sleep"], "within": "2h"},
        {"on": "saturday", "measures": ["mood"]},
    ],
}  # fmt: skip


def looks(story: Story) -> list[str]:
    """When something was asked, and what."""
    return [f"{story.wall(x.at)[5:]} {x.measure}" for x in story.of(entry.Asked) if x.purpose == "evaluation"]


@pytest.mark.parametrize("running", ["move", "finish"])
@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0), (1, 2, 0)])
def test_an_evaluation_stays_itself_wherever_it_stands(running: str, order: tuple[int, ...]) -> None:
    after = NEEDS | {"evaluate": [NEEDS["evaluate"][i] for i in order], "contact": {"after": "90d", "say": "Here."}}
    moved, stayed = told(NEEDS, after, running, at="wed 12:00"), told(NEEDS, NEEDS, running, at="wed 12:00")
    assert looks(moved.pass_time("mon+2 12:00")) == looks(stayed.pass_time("mon+2 12:00"))


def test_an_evaluation_that_is_added_counts_from_then_on_and_one_that_is_gone_asks_no_more() -> None:
    after = NEEDS | {
        "evaluate": [{"every": "week", "at": "08:30", "measures": ["sleep"], "only": ["sleep"]}, NEEDS["evaluate"][0]]
    }
    story = told(NEEDS, after, at="mon+4 12:00")
    before = len(looks(story))
    seen = looks(story.pass_time("tue+5 12:00"))[before:]
    assert [x for x in seen if "sleep" in x] == ["04-06 08:30 sleep"]
    assert len([x for x in seen if "mood" in x]) == 8


def test_an_old_journal_whose_moves_say_nothing_of_places_is_read_as_before() -> None:
    from microcare.hub.fold import fold_all
    from microcare.hub.state import State

    story = told(NEEDS, NEEDS, at="wed 12:00")
    moved = story.of(entry.Moved)[0]
    old = entry.Moved(at=moved.at, received=moved.received, program="p", version=moved.version, runs=True)
    state = fold_all(State(), [old if x is moved else x for x in story.entries])
    assert state.triggers == story.world.state.triggers


def test_a_need_that_is_gone_leaves_the_caseload() -> None:
    def low(story: Story) -> None:
        story.answer("tue 09:10", "mood", low=4)

    tired = {"present": "sleep.well <= 1", "measures": "sleep", "interventions": ["walk"]}
    after = NEEDS | {"model": [{"level": 1, "needs": {"tired": tired}}]}
    story = told(NEEDS, after, at="tue 12:00", doing=low)
    assert story.world.state.needs["p/low"].state == "unknown"


def test_what_finishes_on_the_old_version_still_hears_its_signals_and_reports() -> None:
    signals: Case = {"signals": {"home": {"type": "boolean", "keep": "1d"}}, "reports": {"awful": {"text": "Awful"}}}
    rules = [
        {"name": "at_home", "on": "signals.home", "deliver": "go"},
        {"name": "asked", "on": "report.awful", "deliver": "rest"},
        {"name": "first", "on": "start", "deliver": "nothing"},
    ]
    story = told(walk(rules=rules) | signals, BASE, "finish")
    story.send(stimulus.Signal(key="s", at=story.moment("tue 08:00"), name="home", value=True))
    story.send(stimulus.Report(key="r", at=story.moment("tue 09:00"), name="awful"))
    assert not story.of(entry.Refused)
    assert [x.name for x in story.of(entry.Delivered)] == ["go", "rest"]


def test_an_outcome_that_is_awaited_is_assessed_as_it_was_planned() -> None:
    outcome = {"measure": "sleep", "after": "2d", "within": "1d", "success": "sleep.well >= 3"}
    once = [{"name": "once", "on": "start", "deliver": "rest"}]
    before = walk(rules=once, outcome=outcome)
    after = {
        "program": "p",
        "interventions": {"talk": {"events": {"t": {}}, "rules": [{"on": "start", "deliver": "t"}]}},
    }
    story = told(before, after).pass_time("wed 10:00")
    assert not story.of(entry.Refused)
    assert [x.measure for x in story.of(entry.Asked)] == ["sleep"]
    assert [x.result for x in story.pass_time(story.moment("wed 10:00") + 2 * DAY).of(entry.OverallOutcome)] == [
        "unknown"
    ]


def test_another_goal_is_asked_for_although_the_one_before_was_reached() -> None:
    def reached(story: Story) -> None:
        story.pass_time("tue 08:30").answer("tue 08:30", "mood", low=1)

    target = {"reached": "mood.low <= 1", "assess": {"measure": "mood", "every": "1d", "within": "2h"}}
    before, after = BASE | {"target": target}, BASE | {"target": target | {"reached": "mood.low <= 0"}}
    story = told(before, after, at="tue 12:00", doing=reached)
    assert [x.reached for x in story.of(entry.TargetChecked)] == [True, None]
    count = len(story.of(entry.Asked))
    assert len(story.pass_time("fri 12:00").of(entry.Asked)) > count
    same = told(before, before | {"contact": {"after": "90d", "say": "Here."}}, at="tue 12:00", doing=reached)
    assert [x.reached for x in same.of(entry.TargetChecked)] == [True]
