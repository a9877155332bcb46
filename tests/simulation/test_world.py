"""The world around the engine: deterministic, and the same journal live, in preview and in replay."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from microcare.base.moments import parse_moment
from microcare.commands.loading import load
from microcare.hub import codec, entry, stimulus
from microcare.hub.advance import advance, wake
from microcare.hub.programs import Programs
from microcare.hub.state import State
from microcare.hub.step import Step
from microcare.program.compiled import CompiledProgram
from microcare.simulation.virtual import PERSONAS, VirtualPerson
from microcare.simulation.world import World, live
from tests.cast import compiled_of

PROGRAMS = Path(__file__).parents[2] / "programs"
SHIPPED = ("parenting", "activity", "mood", "veterans")
START = parse_moment("2026-03-02T07:10:00Z") or 0
DAYS = 30


def shipped(name: str) -> CompiledProgram:
    compiled = load(PROGRAMS / name)
    assert compiled is not None
    return compiled


def played(program: CompiledProgram, persona: str = "average", person: str = "ada", seed: bytes = b"s") -> list[Step]:
    virtual = VirtualPerson(person, PERSONAS[persona], program, b"v")
    return list(live(Programs([program], {program.id: seed}), virtual, "Europe/Berlin", START, DAYS))


def journal(steps: list[Step]) -> list[bytes]:
    return [codec.encode(x) for taken in steps for x in taken.entries]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_same_person_and_seed_give_the_same_journal(name: str) -> None:
    program = shipped(name)
    assert journal(played(program)) == journal(played(program))


def test_another_seed_or_another_person_gives_another_journal() -> None:
    program = shipped("activity")
    assert journal(played(program)) != journal(played(program, seed=b"t"))
    assert journal(played(program)) != journal(played(program, person="bert"))


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("persona", sorted(PERSONAS))
def test_what_was_played_can_be_replayed(name: str, persona: str) -> None:
    """The stimuli of a preview, run again as recorded ones: by the replay's road, and by the live service's."""
    program = shipped(name)
    steps = played(program, persona)
    stimuli = [s.stimulus for s in steps if not isinstance(s.stimulus, stimulus.Time)]
    last = max(s.stimulus.arrived for s in steps)
    assert journal(replayed(program, stimuli, last)) == journal(steps)
    assert journal(lived(program, stimuli, last)) == journal(steps)


def replayed(program: CompiledProgram, stimuli: Sequence[stimulus.Any], last: int) -> list[Step]:
    """As `microcare replay` does it: what fell due between stimuli was asked then."""
    programs = Programs([program], {program.id: b"s"})
    found: list[Step] = []
    state, due = State(), None
    for one in stimuli:
        for taken in advance(programs, "ada", state, due, one, punctual=True):
            state, due = taken.state, taken.due
            found.append(taken)
    return [*found, *wake(programs, "ada", state, due, last, punctual=True)]


def lived(program: CompiledProgram, stimuli: Sequence[stimulus.Any], last: int) -> list[Step]:
    """As the live service does it: a worker wakes whoever is due, then stimuli arrive."""
    programs = Programs([program], {program.id: b"s"})
    found: list[Step] = []
    state, due = State(), None
    for one in [*stimuli, None]:
        until = last if one is None else one.arrived - 1
        while due is not None and due <= until:
            for taken in wake(programs, "ada", state, due, max(due, state.last)):
                state, due = taken.state, taken.due
                found.append(taken)
        if one is not None:
            for taken in advance(programs, "ada", state, due, one):
                state, due = taken.state, taken.due
                found.append(taken)
    return found


def test_a_stimulus_whose_key_was_seen_is_nothing_new() -> None:
    program = compiled_of(
        {"interventions": {"walk": {"events": {"go": {}}, "rules": [{"on": "start", "deliver": "go"}]}}}
    )
    world = World(Programs([program], {"test": b"s"}), "ada")
    joins = stimulus.Enroll(key="k", at=START, program="test")
    world.send(joins, joins)
    list(world.run(START))
    world.send(joins)
    assert [type(x) for taken in world.run(START + 1) for x in taken.entries] == []
    assert list(world.state.courses) == ["test"]


def test_what_travel_makes_due_in_the_past_is_asked_now() -> None:
    rules = [{"on": "start", "every": "day", "at": "12:00", "times": 2, "deliver": "go"}]
    program = compiled_of({"interventions": {"walk": {"events": {"go": {}}, "rules": rules}}})
    world = World(Programs([program], {"test": b"s"}), "ada")
    travels = START + 10 * 3_600_000
    world.send(stimulus.Enroll(key="a", at=START, program="test", zone="America/New_York"))
    world.send(stimulus.Zone(key="b", at=travels, zone="Asia/Tokyo"))
    steps = list(world.run(travels + 3 * 86_400_000))
    arrivals = [s.stimulus.arrived for s in steps]
    assert arrivals == sorted(arrivals)


@pytest.mark.parametrize("persona", sorted(PERSONAS))
def test_personas_do_as_they_are_described(persona: str) -> None:
    entries = [x for taken in played(shipped("activity"), persona) for x in taken.entries]
    prompts = sum(isinstance(x, entry.Delivered) and x.prompt for x in entries)
    opened = sum(isinstance(x, entry.Staged) and x.stage == "opened" for x in entries)
    assert prompts > 20
    assert abs(opened / prompts - PERSONAS[persona].opens) < 0.25
    assert not [x for x in entries if isinstance(x, entry.Refused)]
