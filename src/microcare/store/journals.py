"""Journals: a person's state as loaded, and their entries."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from microcare.hub import codec, entry, stimulus
from microcare.hub.entry import FORMAT
from microcare.hub.fold import fold_all
from microcare.hub.state import State
from microcare.store import queries
from microcare.store.database import row, rows

log = logging.getLogger(__name__)

ALL = 1 << 40


class UnknownPersonError(KeyError):
    """There is no such person."""


class UnreadableError(ValueError):
    """What is kept of a person cannot be read; everybody else's can."""

    def __init__(self, person: str, what: str) -> None:
        super().__init__(f"{what} of {person} cannot be read")
        self.person = person


@dataclass(frozen=True, slots=True)
class Loaded:
    """A person as read from the store: nothing is locked; a commit compares `version`."""

    person: str
    state: State
    version: int
    sequence: int
    due: int | None
    failed: str = ""
    tries: int = 0


def load(person: str) -> Loaded:
    """A person's state; UnknownPersonError where there is no such person."""
    found = row(queries.LOAD, [person])
    if found is None:
        raise UnknownPersonError(person)
    snapshot, version, sequence, due, failed, tries = found
    return Loaded(person, state_of(person, snapshot, sequence), version, sequence, due, failed, tries)


def decoded(snapshot: str, sequence: int) -> State:
    """The state in a snapshot; ValueError where it cannot be read, or knows nothing of the entries there are."""
    try:
        state = codec.decode_state(snapshot)
    except TypeError as error:
        raise ValueError("it is no text") from error
    if sequence and not state.last:
        raise ValueError("it is empty")
    return state


def state_of(person: str, snapshot: str, sequence: int) -> State:
    """The state in a snapshot. One that an earlier release made lacks what that did not keep: the journal has it.

    So has it what a damaged snapshot has lost: the snapshot is only a cache, and the next commit writes it anew.
    Raises UnreadableError where the journal cannot be read either.
    """
    try:
        state = decoded(snapshot, sequence)
        if state.format == FORMAT or not state.last:
            return state
    except ValueError as error:
        log.error("the snapshot of %s cannot be read (%s): it is told from the journal", person, type(error).__name__)
    told = entries(person)
    if len(told) != sequence:
        raise UnreadableError(person, "the whole journal")
    try:
        return fold_all(State(), (stated for _, stated in told))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UnreadableError(person, "the journal") from error


def _entry(person: str, number: int, body: str) -> entry.Any:
    try:
        return codec.decode_entry(body)
    except (ValueError, TypeError) as error:
        raise UnreadableError(person, f"entry {number}") from error


def snapshot(person: str) -> bytes:
    """The stored state, byte for byte."""
    found = row(queries.LOAD, [person])
    if found is None:
        raise UnknownPersonError(person)
    return str(found[0]).encode()


def known(person: str, keys: Sequence[str]) -> set[str]:
    """Which of these keys have been taken before."""
    if not keys:
        return set()
    found: set[str] = set()
    for first in range(0, len(keys), 500):
        part = keys[first : first + 500]
        sql = queries.KNOWN.format(keys=queries.among(len(part)))
        found.update(str(r[0]) for r in rows(sql, [person, *part]))
    return found


def entries(person: str, after: int = 0, limit: int = ALL) -> list[tuple[int, entry.Any]]:
    """A person's entries with a number above `after`, each with its number."""
    return [(int(n), _entry(person, n, body)) for n, body in rows(queries.ENTRIES, [person, after, limit])]


def newest(
    person: str, kinds: Sequence[str] = (), before: int = 0, piece: int = 200
) -> Iterator[tuple[int, entry.Any]]:
    """A person's entries (of some kinds; with a number below `before`), newest first.

    They are read piece by piece, so that looking for the last one does not read years.
    """
    sql, before = queries.ENTRIES_BACKWARD, before or ALL
    if kinds:
        sql = queries.ENTRIES_OF_PERSON_BACKWARD.format(kinds=queries.among(len(kinds)))
    while found := rows(sql, [person, before, *kinds, piece]):
        for number, body in found:
            yield int(number), _entry(person, number, body)
        before = int(found[-1][0])


def last_received() -> int:
    """When the newest entry of all was made, ms; 0: there is none. It reads the whole journal: not for every day."""
    found = row(queries.LAST_RECEIVED)
    return 0 if found is None or found[0] is None else int(found[0])


def entries_of_kinds(
    person: str, kinds: Sequence[str], after: int = 0, limit: int = ALL
) -> list[tuple[int, entry.Any]]:
    """A person's entries of some kinds with a number above `after`, oldest first, each with its number."""
    sql = queries.ENTRIES_OF_PERSON.format(kinds=queries.among(len(kinds)))
    return [(int(n), _entry(person, n, body)) for n, body in rows(sql, [*kinds, person, after, limit])]


def entries_of_kind(kind: str, after: tuple[str, int] = ("", 0), limit: int = 1000) -> list[tuple[str, int, entry.Any]]:
    """All people's entries of a kind after (person, number), a page at a time, for exports."""
    found = rows(queries.ENTRIES_OF_KIND, [kind, after[0], after[0], after[1], limit])
    return [(str(p), int(n), _entry(str(p), n, body)) for p, n, body in found]


def stimuli(person: str) -> list[stimulus.Any]:
    """All that reached the engine for a person, in its order: what a replay begins with."""
    return [codec.decode_stimulus(r[0]) for r in rows(queries.STIMULI, [person])]


def version(person: str) -> int:
    """The number that rises with every change of a person."""
    found = row(queries.VERSION, [person])
    if found is None:
        raise UnknownPersonError(person)
    return int(found[0])
