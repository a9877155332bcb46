"""A risk answer is never refused because it came late, and a total is heard whatever completes it."""

from itertools import pairwise
from typing import Any

import pytest

from microcare.base.moments import DAY, HOUR
from microcare.hub import effect, entry, stimulus
from microcare.hub.fold import CLOSED_KEPT, fold
from microcare.hub.programs import EVERY, Programs, Stop
from microcare.hub.step import Step
from tests.cast import Case, Story, compiled_of, filled, patched

PROGRAM: Case = {
    "measures": {"mood": {"items": {"low": {"scale": "0..4"}, "alive": {"scale": "0..3"}}}},
    "evaluate": [{"every": "day", "at": "09:00", "measures": ["mood"], "within": "2h"}],
    "safety": [
        {"on": "mood.alive", "if": "value >= 2", "say": "Call 112.", "alert": {"roster": "duty", "acknowledge_within": "7m"}},
        {"on": "mood.score", "if": "value >= 5", "say": "Call us.", "alert": {"roster": "duty"}},
    ],
    "rosters": {"duty": {"people": ["dora@example.org"], "hours": "always"}},
    "interventions": {"walk": {"events": {"go": {"expires": "1h"}}, "rules": [{"on": "start", "deliver": "go"}]}},
}  # fmt: skip
DROPPED: Case = {
    "measures": {"mood": {"items": {"alive": None}}},
    "safety": [{"on": "mood.low", "if": "value >= 4", "say": "Call.", "alert": {"roster": "duty"}}],
}
RENAMED: Case = {
    "measures": {"mood": None, "spirits": {"items": {"low": {"scale": "0..4"}, "living": {"scale": "0..3"}}}},
    "evaluate": [{"every": "day", "at": "09:00", "measures": ["spirits"], "within": "2h"}],
    "safety": [{"on": "spirits.living", "if": "value >= 2", "say": "Call.", "alert": {"roster": "duty"}}],
}


def lived(next_version: Case | None = None) -> Story:
    """Somebody who was asked on Tuesday at nine: a1."""
    versions = [compiled_of(PROGRAM)]
    if next_version is not None:
        versions.append(compiled_of(patched(filled(PROGRAM), next_version)))
    story = Story(*versions, current={"test": versions[0].version})
    story.enroll().pass_time("tue 09:01")
    assert [x.assessment for x in story.of(entry.Asked)] == ["a1"]
    return story


def given(story: Story, item: str, value: Any, at: int, name: str = "a1") -> Step:
    """One answer, given then, arriving now; the step that took it."""
    now = max(story.world.state.last, at)
    story.send(stimulus.Answer(key=story.key(), at=at, received=now, assessment=name, item=item, value=value))
    return next(s for s in reversed(story.steps) if isinstance(s.stimulus, stimulus.Answer))


def heard(taken: Step) -> list[str]:
    """What alerts were raised for, each with its help page and its notice in the same step."""
    raised = [x for x in taken.entries if isinstance(x, entry.Alerted)]
    assert not [x for x in taken.entries if isinstance(x, entry.Refused)]
    assert [x.alert for x in taken.effects if isinstance(x, effect.Help)] == [x.alert for x in raised]
    assert [x.alert for x in taken.effects if isinstance(x, effect.Notify)] == [x.alert for x in raised]
    return [f"{x.measure}.{x.item} {x.value:g}" for x in raised]


def publish(running: str) -> Any:
    def change(story: Story) -> None:
        version = [p.version for p in story.world.programs][-1]
        now = story.moment("tue 10:00")
        story.send(stimulus.Publish(key="new", at=now, program="test", version=version, running=running))
        assert story.world.state.courses["test"].version == version

    return change


def setting(name: str, value: Any) -> Any:
    return lambda story: story.send(stimulus.Setting(key="set", at=story.moment("tue 10:00"), name=name, value=value))


def stopped_by_staff(story: Story) -> None:
    world = story.world
    stop = Stop(EVERY, story.moment("tue 10:00"))
    world.programs = Programs(list(world.programs), {"test": b"a seed"}, None, [stop])
    story.pass_time("tue 15:00")


def stopped_by_itself(story: Story) -> None:
    stated = entry.Stopped(
        at=story.world.state.last, received=story.world.state.last, program="test", reason="too much"
    )
    story.world.state = fold(story.world.state, stated)
    story.entries.append(stated)


def left(story: Story) -> None:
    story.send(stimulus.Withdraw(key="left", at=story.moment("tue 10:00"), program="test"))
    assert not story.world.state.courses


LATE: dict[str, tuple[Case | None, Any]] = {
    "in time": (None, lambda story: None),
    "after it expired": (None, lambda story: story.pass_time("tue 15:00")),
    "after a newer one": (None, lambda story: story.pass_time("thu 15:00")),
    "after more others than are kept": (None, lambda story: story.pass_time(story.moment("tue 15:00") + (CLOSED_KEPT + 9) * DAY)),
    "after leaving": (None, left),
    "in a pause": (None, setting("pause", 1_900_000_000_000)),
    "while the program is stopped by staff": (None, stopped_by_staff),
    "while the program is stopped for them": (None, stopped_by_itself),
    "after a version without the item": (DROPPED, publish("finish")),
    "after a version without the item took along what ran": (DROPPED, publish("move")),
    "after a version without the measure": (RENAMED, publish("finish")),
    "after a version without the measure took along what ran": (RENAMED, publish("move")),
}  # fmt: skip


@pytest.mark.parametrize("given_at", ["tue 09:30", "now"])
@pytest.mark.parametrize("late", LATE)
def test_a_risk_answer_is_never_refused_for_being_late(late: str, given_at: str) -> None:
    changes, happens = LATE[late]
    story = lived(changes)
    happens(story)
    at = max(story.world.state.last, story.moment("tue 09:02")) if given_at == "now" else story.moment(given_at)
    assert heard(given(story, "alive", 3, at)) == ["mood.alive 3"]
    story.check()
    alert = story.world.state.alerts["alert1"]
    assert (alert.version, alert.within) == (story.program.version, 7 * 60_000)


@pytest.mark.parametrize("late", LATE)
def test_the_last_answer_makes_a_total_that_is_heard_however_late_it_comes(late: str) -> None:
    changes, happens = LATE[late]
    story = lived(changes)
    before = late == "after more others than are kept"
    if not before:
        assert heard(given(story, "low", 4, story.moment("tue 09:02"))) == []
    happens(story)
    if before:
        # Of one so old only what is answered now is known: its total is heard once both have come.
        assert heard(given(story, "low", 4, story.moment("tue 09:02"))) == []
    assert heard(given(story, "alive", 1, story.moment("tue 09:30"))) == ["mood.score 5"]


@pytest.mark.parametrize("order", [("low", "alive"), ("alive", "low")])
def test_a_total_is_heard_whatever_item_is_answered_last(order: tuple[str, str]) -> None:
    story, values = lived(), {"low": 4, "alive": 1}
    assert heard(given(story, order[0], values[order[0]], story.moment("tue 09:02"))) == []
    assert heard(given(story, order[1], values[order[1]], story.moment("tue 09:03"))) == ["mood.score 5"]
    # Said once more it is the same total; a correction makes another one.
    assert heard(given(story, order[1], values[order[1]], story.moment("tue 09:04"))) == []
    assert heard(given(story, "alive", 2, story.moment("tue 09:05"))) == ["mood.alive 2", "mood.score 6"]


def test_a_total_that_makes_do_with_less_is_heard_when_its_questionnaire_is_over() -> None:
    program = patched(PROGRAM, {"measures": {"mood": {"complete": 1, "prorate": True}}})
    story = Story(compiled_of(program))
    story.enroll().pass_time("tue 09:01")
    assert heard(given(story, "low", 4, story.moment("tue 09:02"))) == [], "the other answer may still come"
    story.pass_time("tue 12:00")
    raised = story.of(entry.Alerted)
    assert [(x.item, x.value) for x in raised] == [("score", 8)]
    assert [x.alert for x in story.effects if isinstance(x, effect.Help)] == ["alert1"]
    assert [x.alert for x in story.effects if isinstance(x, effect.Notify) and not x.level] == ["alert1"]


def test_a_score_of_some_items_is_heard_before_the_others_are_answered() -> None:
    program = patched(PROGRAM, {"measures": {"mood": {"scores": {"danger": "alive * 2"}}}})
    program = patched(
        program, {"safety": [{"on": "mood.danger", "if": "value >= 2", "say": "Call.", "alert": {"roster": "duty"}}]}
    )
    story = Story(compiled_of(program))
    story.enroll().pass_time("tue 09:01")
    assert heard(given(story, "alive", 1, story.moment("tue 09:02"))) == ["mood.danger 2"]
    assert heard(given(story, "low", 1, story.moment("tue 09:02"))) == []


def test_who_has_left_gives_no_more_answers_but_those_of_before() -> None:
    story = lived()
    left(story)
    after = story.moment("tue 11:00")
    taken = given(story, "low", 4, after)
    assert [x.reason for x in taken.entries if isinstance(x, entry.Refused)] == ["not in this program any more"]
    assert heard(given(story, "low", 4, story.moment("tue 09:30"))) == []
    # With what they said before, this one makes a total that is a risk.
    assert heard(given(story, "alive", 1, after)) == ["mood.score 5"]
    assert not story.world.state.courses


def test_a_rule_published_since_is_heard_too_where_it_asks_the_same() -> None:
    stricter = [PROGRAM["safety"][0] | {"if": "value >= 1"}]
    story = lived({"safety": stricter})
    publish("finish")(story)
    taken = given(story, "alive", 1, story.moment("tue 10:01"))
    assert heard(taken) == ["mood.alive 1"]
    assert story.world.state.alerts["alert1"].version == story.world.state.courses["test"].version


def test_an_alert_goes_on_at_the_pace_of_its_own_rule_whatever_is_published() -> None:
    slower = [
        {"on": "mood.low", "if": "value >= 4", "say": "Call.", "alert": {"roster": "duty", "acknowledge_within": "3h"}}
    ]
    story = lived({"safety": slower})
    given(story, "alive", 3, story.moment("tue 09:02"))
    publish("finish")(story)
    story.pass_time("tue 10:40")
    steps = [x.at for x in story.of(entry.AlertMoved) if x.stage == "escalated"]
    assert len(steps) > 3
    assert max(b - a for a, b in pairwise(steps)) < HOUR


def test_an_answer_given_before_the_one_that_stands_changes_no_score_and_is_heard() -> None:
    """Two tabs; what was answered in the first one arrives last."""
    story = lived()
    given(story, "low", 0, story.moment("tue 09:05"))
    given(story, "alive", 0, story.moment("tue 09:06"))
    assert heard(given(story, "alive", 3, story.moment("tue 09:04"))) == ["mood.alive 3"]
    assert story.world.state.measures["test/mood"].scores == {"score": 0}
    assert len(story.of(entry.Assessed)) == 1
