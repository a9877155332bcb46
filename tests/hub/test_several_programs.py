"""Several programs of one person: each pays for itself, none takes from the others, and what is left is left."""

from itertools import permutations

import pytest

from microcare.base.moments import DAY, HOUR
from microcare.hub import attention, entry, stimulus
from microcare.hub.programs import Programs
from microcare.hub.step import step
from microcare.hub.work import DELIVERIES
from microcare.program.compiled import CompiledProgram
from tests.cast import Case, Story, compiled_of

MOOD = {"mood": {"items": {"low": {"scale": "0..4"}}}}
MODEL = [{"level": 1, "needs": {"low": {"present": "mood.low >= 2", "measures": "mood", "interventions": ["walk"]}}}]
WALK: Case = {
    "events": {"go": {"expires": "1h"}}, "rules": [{"on": "start", "every": "day", "at": "10:00", "times": 3, "deliver": "go"}],
}  # fmt: skip
QUICK: dict[str, Case] = {
    "ends at once": {"rest": "0m", "events": {"go": {}}, "rules": [{"on": "start", "deliver": "nothing"}]},
    "ends by a rule": {"rest": "0m", "events": {"go": {}}, "rules": [{"on": "start", "end": "enough", "as": "failure"}]},
    "ends after no time": {
        "rest": "0m", "events": {"go": {}}, "rules": [{"on": "start", "after": "0m", "end": "enough", "as": "failure"}],
    },
    "delivers for ever": {
        "events": {"go": {}, "come": {}},
        "rules": [{"on": "start", "deliver": "go"}, {"on": "go.delivered", "deliver": "come"}, {"on": "come.delivered", "deliver": "go"}],
    },
    "delivers on time for ever": {
        "events": {"go": {}, "come": {}},
        "rules": [
            {"on": "start", "deliver": "go"},
            {"on": "go.delivered", "after": "0m", "deliver": "come"},
            {"on": "come.delivered", "after": "0m", "deliver": "go"},
        ],
    },
}  # fmt: skip
WAYS: dict[str, Case] = {
    **{kind: {"interventions": {"walk": one}} for kind, one in QUICK.items()},
    "asks for its goal for ever": {"target": {"reached": "mood.low <= 0", "assess": {"measure": "mood", "every": "0m", "within": "1h"}}},
    "reminds for ever": {"facilitator": "coach", "recommend": {"proposal_lasts": "0m"}},
    "keeps in contact for ever": {"contact": {"after": "0m", "at": [], "say": "Here."}},
}  # fmt: skip
"""What a program can do for ever, with no time passing."""


def good(name: str) -> CompiledProgram:
    """A program that does nothing wrong."""
    return compiled_of({"program": name, "interventions": {"walk": WALK}})


def endless(way: str) -> CompiledProgram:
    """A program that does something again and again at one instant."""
    said = {"measures": MOOD, "model": MODEL, "evaluate": [{"on": "start"}], "interventions": {"walk": WALK}}
    return compiled_of({"program": "endless"} | said | WAYS[way])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("order", list(permutations(("endless", "first", "last"))))
def test_a_program_without_end_is_stopped_wherever_it_stands(way: str, order: tuple[str, ...]) -> None:
    programs = {"endless": endless(way), "first": good("first"), "last": good("last")}
    story = Story(*(programs[name] for name in order))
    for name in order:
        story.enroll("mon 08:00", name)
    story.answer("mon 08:10", "mood", low=4)
    story.pass_time("thu 12:00")
    assert [x.program for x in story.of(entry.Stopped)] == ["endless"]
    walked = [x.program for x in story.of(entry.Delivered) if x.program != "endless" and x.what == "event"]
    assert sorted(walked) == ["first"] * 3 + ["last"] * 3


def test_what_one_program_spends_another_still_has() -> None:
    """Two programs that each deliver nearly all they may in one step both go on."""
    many = {f"e{i}": {"expires": "1h"} for i in range(DELIVERIES - 5)}
    rules = [{"name": n, "on": "start", "every": "day", "at": "10:00", "deliver": n} for n in many]
    story = Story(
        *(compiled_of({"program": n, "interventions": {"walk": {"events": many, "rules": rules}}}) for n in "pq")
    )
    story.enroll("mon 08:00", "p").enroll("mon 08:00", "q").pass_time("tue 12:00")
    assert not story.of(entry.Stopped)
    assert len([x for x in story.of(entry.Delivered) if x.what == "event"]) == 4 * (DELIVERIES - 5)


def test_what_fails_stops_its_program_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault met while a program is worked for is that program's; the others, and what is clearing away, go on."""
    from microcare.hub import sequencer

    story = Story(good("first"), good("broken"), good("last"))
    for name in ("first", "broken", "last"):
        story.enroll("mon 08:00", name)
    real = sequencer.decide

    def failing(work, point) -> None:  # type: ignore[no-untyped-def]
        if work.state.runs[point.run].program == "broken":
            raise KeyError(point.run)
        real(work, point)

    monkeypatch.setattr(sequencer, "decide", failing)
    story.pass_time("thu 12:00")
    assert [(x.program, x.reason) for x in story.of(entry.Stopped)] == [("broken", "it failed (KeyError)")]
    assert len([x for x in story.of(entry.Delivered) if x.what == "event"]) == 6


def test_a_version_that_is_not_here_stops_nothing() -> None:
    """It must be brought back; a program stopped for that would stay stopped."""
    p = good("p")
    story = Story(p)
    story.enroll()
    with pytest.raises(KeyError):
        step(Programs([], {}), "ada", story.world.state, stimulus.Time(key="t", at=story.moment("mon 10:00")))


def test_joining_a_second_program_keeps_zone_and_language() -> None:
    p, q = good("p"), compiled_of({"program": "q", "language": "de", "interventions": {"walk": WALK}})
    story = Story(p, q)
    story.enroll("mon 08:00", "p")
    at = story.moment("mon 09:00")
    story.send(stimulus.Setting(key="s", at=at, name="language", value="fr"))
    story.send(stimulus.Zone(key="z", at=at, zone="America/New_York"))
    story.send(stimulus.Enroll(key="e", at=at + HOUR, program="q", zone="UTC", language="es"))
    state = story.world.state
    assert (state.zone, state.language) == ("America/New_York", "fr")
    assert story.of(entry.Enrolled)[-1].zone == "America/New_York"


def test_a_program_that_is_left_takes_all_of_its_own_along() -> None:
    """Needs, triggers, what is asked seldom, imported draws; what the other program knows stays."""
    both = [
        compiled_of(
            {
                "program": name,
                "measures": MOOD,
                "model": MODEL,
                "evaluate": [{"on": "start"}, {"every": "day", "at": "09:00"}],
                "target": {"reached": "mood.low <= 0", "assess": {"measure": "mood", "every": "1d"}},
                "interventions": {"walk": WALK},
            }
        )
        for name in "pq"
    ]
    story = Story(*both)
    story.enroll("mon 08:00", "p").enroll("mon 08:00", "q")
    for name, asked in list(story.world.state.assessments.items()):
        story.send(
            stimulus.Answer(
                key=f"{name}.low", at=story.moment("mon 08:05"), assessment=name, item=asked.items[0], value=3
            )
        )
    story.pass_time("wed 12:00")
    draw = stimulus.Draw(
        key="d", at=story.moment("wed 12:00"), program="p", rule="go", slot="x", option="a", probabilities={"a": 1}
    )
    story.send(draw)
    assert attention.attention(story.world.state).needs == ("p/low", "q/low")
    story.send(stimulus.Withdraw(key="w", at=story.moment("wed 12:05"), program="p"))
    state = story.world.state
    assert attention.attention(state).needs == ("q/low",)
    for table in (state.needs, state.triggers, state.felt, state.imported):
        assert not [k for k in table if k.startswith("p/")]
    assert [k for k in state.triggers if k.startswith("q/")]
    # Who joins again is looked at as somebody who has just come.
    story.enroll("wed 13:00", "p")
    opened = [x for x in story.of(entry.EvaluationOpened) if x.program == "p" and x.at > story.moment("wed 12:30")]
    assert [x.why for x in opened] == ["enrolled"]
    assert story.pass_time(story.moment("wed 13:00") + DAY).world.due is not None
