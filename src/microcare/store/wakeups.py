"""Wakeups: who is due, claimed by one worker at a time; who failed, and rests."""

from microcare.store import queries
from microcare.store.database import row, rows, run, writing
from microcare.store.journals import Loaded, state_of

LEASE = 30_000
"""How long a claim lasts, ms. Correctness does not hang on it: every commit compares versions."""

FIRST_REST, LONGEST_REST = 60_000, 6 * 3_600_000
"""How long a person rests after a first failure, and at most, ms; it doubles each time."""


def claim(now: int, limit: int) -> tuple[list[Loaded], list[tuple[str, str]]]:
    """Claim people who are due by now. Returns them, and those who cannot be read, with the reason."""
    with writing():
        found = rows(queries.CLAIMABLE, [now, now, limit])
        if found:
            run(queries.CLAIM.format(people=queries.among(len(found))), [now + LEASE, *[r[0] for r in found]])
    people: list[Loaded] = []
    broken: list[tuple[str, str]] = []
    for person, snapshot, version, sequence, due, failed, tries in found:
        try:
            state = state_of(str(person), snapshot, sequence)
        except ValueError as error:
            broken.append((str(person), str(error)))
            continue
        people.append(Loaded(person, state, version, sequence, due, failed, tries))
    return people, broken


def release(person: str, now: int) -> None:
    """Give a claim back before it runs out."""
    run(queries.RELEASE, [0, person, now + LEASE])


def fail(person: str, reason: str, now: int, tries: int) -> None:
    """Mark a person whose step went wrong; they rest, longer each time."""
    rest = min(FIRST_REST << min(tries, 20), LONGEST_REST)
    run(queries.FAIL, [reason[:2000], now + rest, person])


def heal(person: str, version: int) -> None:
    """Take the mark off a person whose steps went well."""
    run(queries.HEAL, [person, version])


def next_due(after: int) -> int | None:
    """The earliest instant later than `after` at which anybody is due."""
    found = row(queries.NEXT_DUE, [after])
    return None if found is None or found[0] is None else int(found[0])
