"""One commit: the compare-and-set on the person, their entries, their stimuli, and the outbox; all, or nothing.

Rows are made before the write lock is taken, so that the lock is held for the writing alone.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from microcare.hub import codec, effect, entry
from microcare.hub.attention import attention
from microcare.hub.state import State
from microcare.hub.step import Step
from microcare.hub.stimulus import Time
from microcare.store import desk_queries, queries, systems
from microcare.store.database import Value, run, run_many, writing
from microcare.store.journals import Loaded
from microcare.store.outbox import lane_of

Row = tuple[Value, ...]


def _pass(point: str) -> None:
    """Nothing happens at this point."""


reached: Callable[[str], None] = _pass
"""Called at each point of a commit. Tests put a crash here; nobody else sets it."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What one person's steps bring to the store."""

    before: Loaded
    after: Loaded
    person: Row
    entries: tuple[Row, ...]
    stimuli: tuple[Row, ...]
    effects: tuple[Row, ...]
    joined: tuple[Row, ...]
    """Programs that the person is newly in."""
    line: Row
    """Their line in the caseload."""
    told: tuple[tuple[str, int, str, int, str], ...]
    """What other systems may want to be told: person, number, kind, moment, program."""


def write(before: Loaded, steps: Sequence[Step]) -> Writing:
    """The rows of a person's steps, in order. There is at least one step."""
    entries: list[Row] = []
    stimuli: list[Row] = []
    effects: list[Row] = []
    told: list[tuple[str, int, str, int, str]] = []
    person, sequence, version = before.person, before.sequence, before.version
    for step in steps:
        version += 1
        stimuli.append(_stimulus(person, step, version, sequence + 1))
        for index, wanted in enumerate(step.effects):
            effects.append(_effect(person, sequence + 1, index, wanted))
        assert step.entries or not step.effects, "an effect needs an entry to be named after"
        for stated in step.entries:
            sequence += 1
            entries.append(_entry(person, sequence, stated))
            if kind_of(stated) in systems.TOLD:
                told.append((person, sequence, kind_of(stated), stated.received, getattr(stated, "program", "")))
    last = steps[-1]
    state = last.state
    waiting = sum(1 for offer in state.offers.values() if offer.action == "proposed")
    row = (codec.encode(state).decode(), version, sequence, last.due, len(state.alerts), waiting)
    after = Loaded(person, state, version, sequence, last.due, before.failed, before.tries)
    joined = tuple((program, person) for program in state.courses if program not in before.state.courses)
    line = caseload_row(person, state)
    return Writing(before, after, row, tuple(entries), tuple(stimuli), tuple(effects), joined, line, tuple(told))


def caseload_row(person: str, state: State) -> Row:
    """A person's line in the caseload, as `desk_queries.SET_CASELOAD` wants it."""
    found = attention(state)
    needs, programs, running = (json.dumps(names) for names in (found.needs, found.programs, found.running))
    return (
        found.alerts, found.untaken, found.urgent, found.raised, found.proposals, found.tasks, found.unread, found.check_in,
        needs, found.quiet_since, int(found.declining), found.active, found.paused_until, programs, running,
        found.stopped, found.waits, found.unreached, found.calls, person,
    )  # fmt: skip


def _stimulus(person: str, step: Step, version: int, sequence: int) -> Row:
    taken = step.stimulus
    # Time is derived, not sent: two instants may bear one key, so its row is named after the step as well.
    key = f"{taken.key}#{version}" if isinstance(taken, Time) else taken.key
    return person, key, version, sequence, kind_of(taken), codec.encode(taken).decode()


def _entry(person: str, sequence: int, stated: entry.Any) -> Row:
    return person, sequence, stated.at, stated.received, kind_of(stated), codec.encode(stated).decode()


def _effect(person: str, sequence: int, index: int, wanted: effect.Any) -> Row:
    once = "at_least" if isinstance(wanted, effect.AT_LEAST_ONCE) else "at_most"
    body = codec.encode(wanted).decode()
    lane = lane_of(wanted)
    return person, sequence, index, kind_of(wanted), body, once, wanted.expires, wanted.at, wanted.at, lane


def kind_of(value: object) -> str:
    """The name that a stimulus, an entry or an effect bears in JSON."""
    return str(type(value).__struct_config__.tag)  # type: ignore[attr-defined]


def commit(writings: Sequence[Writing], *, failed: frozenset[str] = frozenset()) -> frozenset[str]:
    """Write them in one transaction; returns the people who had changed meanwhile, of whom nothing was written.

    The marks of people in `failed` stay; those of all others are taken off.
    """
    conflicts: set[str] = set()
    reached("before")
    with writing():
        written: list[Writing] = []
        for one in writings:
            if _compare_and_set(one, one.before.person in failed):
                written.append(one)
            else:
                conflicts.add(one.before.person)
        reached("person")
        run_many(desk_queries.SET_CASELOAD, [one.line for one in written])
        run_many(queries.ADD_ENROLLMENT, [r for one in written for r in one.joined])
        run_many(queries.ADD_ENTRY, [r for one in written for r in one.entries])
        systems.add_events([r for one in written for r in one.told])
        reached("entries")
        run_many(queries.ADD_STIMULUS, [r for one in written for r in one.stimuli])
        reached("stimuli")
        run_many(queries.ADD_EFFECT, [r for one in written for r in one.effects])
        reached("effects")
    reached("after")
    return frozenset(conflicts)


def _compare_and_set(one: Writing, failed: bool) -> bool:
    sql = queries.ADVANCE_FAILED if failed else queries.ADVANCE_PERSON
    return run(sql, [*one.person, one.before.person, one.before.version]) == 1
