"""What may begin: whoever begins it, one question is asked. And done once counts once."""

from typing import Any

import pytest

from microcare.hub import entry, stimulus
from tests.cast import Case, Story, compiled_of, patched

PROGRAM: Case = {
    "facilitator": "coach",
    "person": {
        "pregnant": {"type": "boolean", "default": False},
        "gear": {"type": "boolean", "default": True}, "trained": {"type": "boolean", "default": True},
    },
    "reports": {"awful": {"text": "Awful"}},
    "measures": {"mood": {"items": {"low": {"scale": "0..4"}}}},
    "model": [{"level": 1, "needs": {"low": {"present": "mood.score >= 2", "stale_after": "90d", "interventions": ["walk"]}}}],
    "evaluate": [{"on": "start"}],
    "recommend": {"proposal_lasts": "2d", "unanswered": "app", "offer_lasts": "2d"},
    "interventions": {
        "walk": {
            "contraindicated": "person.pregnant", "resource": "person.gear", "requires": "person.trained",
            "events": {"go": {"expires": "2h"}}, "rules": [{"on": "start", "deliver": "go"}],
        },
        "rest": {"events": {"sit": {"expires": "2h"}}, "rules": [{"on": "report.awful", "offer": "walk"}]},
    },
}  # fmt: skip
WHY: dict[str, tuple[str, Any]] = {
    "contraindicated": ("person.pregnant", True),
    "contraindication unknown": ("person.pregnant", None),
    "its resource is missing": ("person.gear", False),
    "prerequisite not met": ("person.trained", False),
}


def waiting(mode: str) -> Story:
    """Somebody for whom a walk is proposed or offered."""
    story = Story(compiled_of(patched(PROGRAM, {"facilitator": mode, "recommend": {"app": "offer"}})))
    story.enroll().answer("mon 08:05", "mood", low=4)
    assert list(story.world.state.offers) == ["r1"]
    return story


def send(story: Story, kind: type, **parts: Any) -> None:
    at = story.world.state.last + 60_000
    story.send(kind(key=story.key(), at=at, **parts))


def changed(story: Story, why: str) -> None:
    name, value = WHY[why]
    send(story, stimulus.Setting, name=name, value=value)


WHO: dict[str, tuple[str, Any]] = {
    "approval": ("coach", lambda s: send(s, stimulus.Decide, proposal="r1", by="carla", intervention="walk")),
    "assignment": ("coach", lambda s: send(s, stimulus.Assign, program="test", intervention="walk", by="carla")),
    "silence": ("coach", lambda s: s.pass_time("sun 12:00")),
    "choice": ("app", lambda s: send(s, stimulus.Choice, offer="r1", intervention="walk")),
    "choice from a list": ("self", lambda s: send(s, stimulus.Choice, offer="r1", intervention="walk")),
}  # fmt: skip


@pytest.mark.parametrize("why", WHY)
@pytest.mark.parametrize("who", WHO)
def test_what_must_not_begin_does_not_whoever_begins_it(who: str, why: str) -> None:
    mode, begins = WHO[who]
    story = waiting(mode)
    changed(story, why)
    begins(story)
    assert [x.intervention for x in story.of(entry.Started)] == []
    story.check()


@pytest.mark.parametrize("who", WHO)
def test_the_same_begins_where_nothing_speaks_against_it(who: str) -> None:
    mode, begins = WHO[who]
    story = waiting(mode)
    begins(story)
    assert [x.intervention for x in story.of(entry.Started)][:1] == ["walk"]


@pytest.mark.parametrize("why", WHY)
def test_enrollment_without_a_model_begins_nothing_that_must_not_begin(why: str) -> None:
    name, value = WHY[why]
    fields = {name.removeprefix("person."): value}
    program = {k: v for k, v in PROGRAM.items() if k not in ("model", "evaluate", "recommend")}
    story = Story(compiled_of(program))
    story.enroll("mon 08:00", "", **fields)
    assert [x.intervention for x in story.of(entry.Started)] == ["rest"]
    assert [x.left_out["walk"] for x in story.of(entry.Recommended)] == [why]


@pytest.mark.parametrize("why", WHY)
def test_a_rule_offers_nothing_that_must_not_begin(why: str) -> None:
    story = waiting("coach")
    send(story, stimulus.Decide, proposal="r1", by="carla")
    send(story, stimulus.Assign, program="test", intervention="rest", by="carla")
    changed(story, why)
    send(story, stimulus.Report, name="awful")
    assert [x.left_out.get("walk") for x in story.of(entry.Recommended) if x.by_rule == "walk"] in ([], [why])
    assert not [x for x in story.of(entry.Recommended)[1:] if "walk" in x.chosen]


def test_one_approval_starts_one_run() -> None:
    story = waiting("coach")
    send(story, stimulus.Assign, program="test", intervention="walk", by="carla")
    for _ in range(2):
        send(story, stimulus.Decide, proposal="r1", by="carla", intervention="walk")
    assert [x.run for x in story.of(entry.Started)] == ["test.walk.1"]
    assert len(story.of(entry.Refused)) == 2


def test_a_facilitator_does_not_answer_an_offer_for_the_person() -> None:
    story = waiting("app")
    send(story, stimulus.Decide, proposal="r1", by="carla", intervention="walk")
    assert [x.reason for x in story.of(entry.Refused)] == ["there is no such proposal"]


ASKS: Case = {
    "reports": {"awful": {"text": "Awful"}},
    "recommend": {"app": "start"},
    "model": [{"level": 1, "needs": {"low": {"present": "reported.awful", "interventions": ["one", "two", "three"]}}}],
    "evaluate": [{"on": "report"}],
    "interventions": {n: {"events": {"go": {"expires": "9h"}}, "rules": [{"on": "start", "deliver": "go"}]} for n in ("one", "two", "three")},
}  # fmt: skip


@pytest.mark.parametrize("apart", [1, 5, 59, 61, 600, 3000])
@pytest.mark.parametrize("does", ["start", "offer"])
def test_a_report_said_again_asks_once(apart: int, does: str) -> None:
    story = Story(compiled_of(patched(ASKS, {"recommend": {"app": does}})))
    story.enroll()
    begin = story.moment("mon 09:00")
    for n in range(4):
        at = begin + n * apart * 1000
        if at - begin < 3_500_000:
            story.pass_time(at).send(stimulus.Report(key=story.key(), at=at, name="awful"))
    assert [x.action for x in story.of(entry.Recommended) if x.chosen] == [
        {"start": "started", "offer": "offered"}[does]
    ]
    if apart < 20:
        assert [x.repeat for x in story.of(entry.Reported)] == [False, True, True, True]


WALK: Case = {
    "interventions": {
        "walk": {
            "events": {
                "go": {"expires": "9h", "proximal": {"ask": "Did you?", "within": "3h", "success": 'answer == "yes"'}},
                "well": {"expires": "1h"},
            },
            "rules": [
                {"on": "start", "every": "day", "at": ["10:00", "12:00"], "deliver": "go"},
                {"name": "praise", "on": "go.succeeded", "deliver": "well"},
            ],
        }
    }
}  # fmt: skip


def test_what_was_done_in_time_counts_after_a_newer_one_replaced_it() -> None:
    story = Story(compiled_of(WALK))
    story.enroll().pass_time("mon 12:30")
    story.send(
        stimulus.Act(
            key="late", at=story.moment("mon 11:00"), received=story.moment("mon 12:30"), delivery="d1", act="done"
        )
    )
    assert [(x.delivery, x.late) for x in story.of(entry.Acted)] == [("d1", True)]
    story.send(stimulus.Act(key="again", at=story.moment("mon 12:31"), delivery="d1", act="done"))
    assert len(story.of(entry.Acted)) == 1
    story.check()


@pytest.mark.parametrize(("given", "praised"), [("mon 12:00", 1), ("mon 13:59", 1), ("mon 14:01", 0), ("tue 09:00", 0)])
def test_an_answer_given_in_time_is_an_outcome_however_late_it_arrives_and_once(given: str, praised: int) -> None:
    story = Story(compiled_of(WALK))
    story.enroll().act("mon 11:00", "go").pass_time("wed 08:00")
    for key in ("one tab", "another"):
        arrives = story.world.state.last + 1000
        story.send(
            stimulus.Answer(
                key=key, at=story.moment(given), received=arrives, assessment="a1", item="answer", value="yes"
            )
        )
    assert len([x for x in story.of(entry.Proximal) if x.success]) == praised
    assert len([x for x in story.of(entry.Delivered) if x.name == "well"]) == praised
    assert len(story.of(entry.Answered)) == 2, "it is kept in any case"
    story.check()
