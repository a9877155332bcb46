"""Nobody is forgotten: what is left out is looked at again when it may have become possible, or it is said that nobody looks."""

from typing import Any

import pytest
from msgspec.structs import replace

from microcare.base.moments import HOUR, MINUTE
from microcare.hub import codec, entry, looks, stimulus
from microcare.hub.fold import fold_all
from microcare.hub.state import State
from microcare.hub.work import Work
from tests.cast import Case, Story, compiled_of

START = "mon 08:00"
"""The second of March; all is told in Berlin."""


def program(evaluate: list[Case] | None = None, **walk: Any) -> Case:
    """A program whose one need state is answered by one micro intervention."""
    one: Case = {
        "events": {"go": {"expires": "1h"}},
        "rules": [{"on": "start", "every": "day", "at": "10:00", "times": 2, "deliver": "go"}],
    }
    return {
        "program": "p",
        "person": {"age": {"type": "integer"}, "pregnant": {"type": "boolean"}},
        "signals": {"home": {"type": "boolean", "keep": "7d", "fresh": "6h"}, "steps": {"type": "number", "keep": "7d"}},
        "reports": {"awful": {"text": "Awful", "keep": "1d"}},
        "measures": {"mood": {"items": {"low": {"scale": "0..4"}, "tired": {"scale": "0..4"}}}},
        "model": [{"level": 1, "needs": {"low": {"present": "mood.low >= 2", "measures": "mood", "interventions": ["walk"]}}}],
        "evaluate": evaluate if evaluate is not None else [{"on": "start"}],
        "interventions": {"walk": one | walk},
    }  # fmt: skip


def low(said: Case, **answers: int) -> Story:
    """Somebody whose mood is low since Monday at 08:05."""
    story = Story(compiled_of(said))
    story.enroll(START)
    return story.answer("mon 08:05", "mood", **({"low": 4} | answers))


def began(story: Story) -> list[str]:
    """When micro interventions began."""
    return [story.wall(x.at)[5:] for x in story.of(entry.Started)]


@pytest.mark.parametrize(
    ("requires", "when"),
    [
        ("care.days >= 3", "03-05 08:00"),
        ("care.days >= 30", "04-01 09:00"),
        ("local.hour >= 18", "03-02 18:00"),
        ("local.time >= \"18:40\"", "03-02 18:40"),
        ("local.weekend", "03-07 00:00"),
        ("care.days >= 3 && local.hour >= 18", "03-05 18:00"),
        ("care.days >= 20 && local.weekday == \"sunday\" && local.hour >= 18", "03-22 18:00"),
        ("mood.age >= 1", "03-03 08:05"),
("local.date >= date(\"2026-05-01\")", "05-01 00:00"),
    ],
)  # fmt: skip
def test_what_becomes_possible_with_time_begins_then(requires: str, when: str) -> None:
    said = program(requires=requires)
    said["model"][0]["needs"]["low"]["stale_after"] = "365d"
    story = low(said).pass_time("mon+13 08:00")
    assert began(story)[:1] == [when]
    first = next(x for x in story.of(entry.Recommended) if x.action == "nothing")
    assert first.retry, "the entry says when it is looked at next"
    looks = [x for x in story.of(entry.Retried) if x.at < story.of(entry.Started)[0].at]
    assert len(looks) <= 2, "a look that finds nothing new is not entered each day"


FACTS: dict[str, tuple[Case, stimulus.Any]] = {
    "a field": ({"requires": "person.age > 40"}, stimulus.Setting(key="x", at=0, name="person.age", value=50)),
    "a contraindication ruled out": ({"contraindicated": "person.pregnant"}, stimulus.Setting(key="x", at=0, name="person.pregnant", value=False)),
    "a signal": ({"resource": "signals.home"}, stimulus.Signal(key="x", at=0, name="home", value=True)),
    "a history": ({"requires": "count(signals.steps, \"2d\") >= 1"}, stimulus.Signal(key="x", at=0, name="steps", value=3)),
    "a report": ({"requires": "reported.awful"}, stimulus.Report(key="x", at=0, name="awful")),
    "the time zone": ({"requires": "local.hour < 8"}, stimulus.Zone(key="x", at=0, zone="America/New_York")),
    "a liking": ({}, stimulus.Setting(key="x", at=0, name="like.walk", value=1)),
}  # fmt: skip
"""Why it is left out, and the fact that ends it."""


@pytest.mark.parametrize("kind", FACTS)
def test_what_becomes_possible_with_a_fact_begins_in_that_step(kind: str) -> None:
    walk, fact = FACTS[kind]
    story = Story(compiled_of(program(**walk)))
    story.enroll(START)
    if kind == "a liking":
        story.send(stimulus.Setting(key="no", at=story.moment("mon 08:01"), name="like.walk", value=-1))
    story.answer("mon 08:05", "mood", low=4)
    assert [x.action for x in story.of(entry.Recommended)] == ["nothing"]
    story.send(replace(fact, at=story.moment("mon 12:00")))
    assert began(story) == ["03-02 12:00"] if kind != "the time zone" else began(story) == ["03-02 06:00"]


def test_an_answer_that_makes_it_possible_is_a_fact_too() -> None:
    story = low(
        program(
            requires="mood.tired <= 1",
            evaluate=[{"on": "start"}, {"every": "day", "at": "12:00", "measures": ["mood"]}],
        ),
        tired=4,
    )
    assert began(story) == []
    story.pass_time("tue 12:30").answer("tue 12:30", "mood", low=4, tired=0)
    assert began(story) == ["03-03 12:30"]


def test_what_changes_nothing_is_looked_at_without_an_entry() -> None:
    story = low(program(requires="signals.steps > 5000 && care.days >= 5"))
    count = len(story.of(entry.Recommended))
    for hour in range(48):
        at = story.moment("mon 09:00") + hour * HOUR
        story.send(stimulus.Signal(key=f"s{hour}", at=at, name="steps", value=100))
    assert len(story.of(entry.Recommended)) == count
    assert not story.of(entry.Retried)


def test_a_report_that_finds_nothing_keeps_the_next_look_of_what_else_waits() -> None:
    said = program(requires="care.days >= 3")
    said["model"][0]["needs"]["upset"] = {"present": "reported.awful", "interventions": ["talk"]}
    said["interventions"]["talk"] = said["interventions"]["walk"] | {"requires": "person.age > 90"}
    said["evaluate"].append({"on": "report"})
    story = low(said)
    story.send(stimulus.Report(key="r", at=story.moment("tue 12:00"), name="awful"))
    assert began(story.pass_time("fri 08:00")) == ["03-05 08:00"]


@pytest.mark.parametrize(
    ("evaluate", "later", "why"),
    [
        ([{"on": "start"}], "wed+7 08:00", "low is unknown, and no evaluation asks by time"),
        ([{"on": "start"}, {"on": "report"}], "wed+7 08:00", "low is unknown, and no evaluation asks by time"),
    ],
)
def test_evidence_that_grows_old_with_nobody_to_ask_again_is_said(evaluate: list[Case], later: str, why: str) -> None:
    story = low(program(evaluate, requires="person.age > 90")).pass_time(later)
    assert story.world.state.needs["p/low"].state == "unknown"
    assert story.of(entry.Waits)[-1].why == (why,)
    assert story.of(entry.Waits)[-1].at == story.of(entry.NeedChanged)[-1].at


def test_who_never_answers_and_is_not_asked_again_is_said_to_wait() -> None:
    story = Story(compiled_of(program()))
    story.enroll(START)
    story.pass_time("sun 08:00")
    assert [x.why for x in story.of(entry.Waits)] == [("low is unknown, and no evaluation asks by time",)]


def test_a_need_that_nothing_answers_is_said_to_wait() -> None:
    said = program(at_most=1, rest="0m")
    story = low(said).pass_time("fri 08:00")
    assert [x.left_out for x in story.of(entry.Recommended) if x.action == "nothing"] == [{"walk": "exhausted"}]
    story.pass_time("wed+5 08:00")
    assert story.of(entry.Waits)


def test_a_reached_target_is_said() -> None:
    said = program() | {"target": {"reached": "mood.low <= 1", "assess": {"measure": "mood", "every": "2d"}}}
    story = low(said, low=0)
    story.pass_time("wed 08:01").answer("wed 08:30", "mood", low=0, tired=0)
    story.pass_time("mon+8 08:00")
    assert story.of(entry.TargetChecked)[-1].reached is True
    assert story.of(entry.Waits)[-1].why[0] == "the target is reached"


def test_what_any_questionnaire_tells_about_a_need_is_looked_at() -> None:
    said = program() | {"target": {"reached": "mood.low <= 0", "assess": {"measure": "mood", "every": "2d"}}}
    story = low(said, low=0, tired=0).pass_time("wed 08:01").answer("wed 08:30", "mood", low=4, tired=0)
    assert [x.purpose for x in story.of(entry.Assessed)] == ["evaluation", "target"]
    assert story.world.state.needs["p/low"].state == "present"
    assert began(story) == ["03-04 08:30"]


def test_an_evaluation_that_repeats_is_a_look_and_nothing_is_said() -> None:
    story = low(program([{"on": "start"}, {"every": "week", "at": "09:00"}]), low=0).pass_time("mon+9 08:00")
    assert not story.of(entry.Waits)


WITHOUT_A_MODEL: Case = {
    "program": "p",
    "person": {"pregnant": {"type": "boolean"}},
    "interventions": {
        "walk": {"contraindicated": "person.pregnant", "events": {"go": {"expires": "1h"}}, "rules": [{"on": "start", "deliver": "go"}]},
        "rest": {"contraindicated": "care.days < 2", "events": {"go": {"expires": "1h"}}, "rules": [{"on": "start", "deliver": "go"}]},
        "sing": {"events": {"go": {"expires": "1h"}}, "rules": [{"on": "start", "deliver": "go"}]},
    },
}  # fmt: skip


def test_without_a_model_what_cannot_begin_is_said_and_begins_once_when_it_can() -> None:
    story = Story(compiled_of(WITHOUT_A_MODEL))
    story.enroll(START)
    assert [x.left_out for x in story.of(entry.Recommended)] == [
        {"walk": "contraindication unknown", "rest": "contraindicated"}
    ]
    story.pass_time("thu 12:00")
    story.send(stimulus.Setting(key="s", at=story.moment("thu 12:00"), name="person.pregnant", value=False))
    story.pass_time("fri+4 12:00")
    assert [(x.intervention, story.wall(x.at)[5:]) for x in story.of(entry.Started)] == [
        ("sing", "03-02 08:00"), ("rest", "03-04 08:00"), ("walk", "03-05 12:00"),
    ]  # fmt: skip
    assert story.of(entry.Waits)[-1].why == ("nothing is left to do",)


def test_without_a_model_what_never_can_begin_is_said_to_wait() -> None:
    only = WITHOUT_A_MODEL | {"interventions": {"walk": WITHOUT_A_MODEL["interventions"]["walk"]}}
    story = Story(compiled_of(only))
    story.enroll(START)
    assert [x.why for x in story.of(entry.Waits)] == [("walk: contraindication unknown",)]


TWO: Case = program([{"on": "start"}, {"every": "2 days", "at": "09:00", "measures": ["mood"], "within": "10h"}]) | {
    "facilitator": "coach",
    "model": [
        {
            "level": 1,
            "needs": {"weary": {"present": "mood.tired >= 2", "measures": "mood", "interventions": ["sleep"]}},
        },
        {"level": 2, "needs": {"low": {"present": "mood.low >= 2", "measures": "mood", "interventions": ["walk"]}}},
    ],
}
TWO["interventions"]["sleep"] = TWO["interventions"]["walk"]


@pytest.mark.parametrize("unanswered", ["app", "remind", "wait"])
@pytest.mark.parametrize(
    ("tired", "low_now", "proposed"),
    [(4, 0, ["walk", "sleep"]), (4, 4, ["walk", "sleep"]), (0, 4, ["walk"]), (0, 0, ["walk"])],
)
def test_a_proposal_is_judged_again_when_needs_change(
    unanswered: str, tired: int, low_now: int, proposed: list[str]
) -> None:
    story = low(TWO | {"recommend": {"unanswered": unanswered, "proposal_lasts": "5d"}}, tired=0)
    story.pass_time("wed 09:05").answer("wed 09:10", "mood", low=low_now, tired=tired)
    assert [x.chosen[0] for x in story.of(entry.Recommended) if x.action == "proposed"] == proposed
    left = [o.interventions for o in story.world.state.offers.values()]
    assert left == ([] if (tired, low_now) == (0, 0) else [(proposed[-1],)])
    assert all(x.answer == "let go" for x in story.of(entry.OfferClosed))
    story.pass_time("mon+2 08:00")
    first = [x.intervention for x in story.of(entry.Started)][:1]
    assert first == ([proposed[-1]] if unanswered == "app" and (tired, low_now) != (0, 0) else [])


def test_a_proposal_of_what_must_not_begin_any_more_is_let_go() -> None:
    walk = TWO["interventions"]["walk"] | {"contraindicated": "if_unknown(person.pregnant, false)"}
    said = TWO | {"interventions": TWO["interventions"] | {"walk": walk}}
    story = low(said | {"recommend": {"unanswered": "app", "proposal_lasts": "5d"}}, tired=0)
    story.send(stimulus.Setting(key="s", at=story.moment("tue 12:00"), name="person.pregnant", value=True))
    story.pass_time("mon+2 08:00")
    assert not story.of(entry.Started)
    assert story.of(entry.OfferClosed)[0].answer == "let go"


def test_a_proposal_waits_for_nobody_who_does_not_decide_any_more() -> None:
    story = low(TWO, tired=0)
    story.send(stimulus.Setting(key="s", at=story.moment("tue 12:00"), name="mode", value="app"))
    assert [x.intervention for x in story.of(entry.Started)] == ["walk"]


def test_a_journal_of_before_is_looked_at_again_with_the_next_fact() -> None:
    """An entry that says nothing of a next look is read as it was; a fact leads to a look all the same."""
    said = program(requires="person.age > 40")
    story = low(said)
    known = [x for x in story.entries if not isinstance(x, entry.Waits)]
    story.world.state = codec.decode_state(codec.encode(fold_all(State(), known)))
    at = story.moment("mon 08:05") + 30 * MINUTE
    story.send(stimulus.Setting(key="s", at=at, name="person.age", value=50))
    assert began(story) == ["03-02 08:35"]


def test_a_look_costs_little_where_only_facts_matter() -> None:
    """No moment to come is asked about where time changes nothing."""
    story = low(program(requires="person.age > 40", resource="mood.tired > 9"))
    compiled = story.program.interventions["walk"]
    work = Work(story.world.programs, "ada", story.world.state, stimulus.Time(key="t", at=0), story.world.state.last)
    asked: list[int] = []
    assert looks.possible_at(work, compiled, lambda w: asked.append(w.now) or "no") == 0  # type: ignore[func-returns-value]
    assert not asked
    assert story.world.state.courses["p"].retry == 0
