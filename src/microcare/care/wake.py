"""Wake the people who are due: claim a batch, step each outside the write lock, and commit all in one transaction.

One person's failure stays theirs: they are marked and rest, longer each time; everybody else goes on. If the commit of
the batch fails as a whole, each person is committed alone, so that only the one at fault is held up.
"""

import logging
from dataclasses import dataclass

from microcare.care.failure import describe, moving
from microcare.care.programs import programs
from microcare.hub.advance import wake
from microcare.hub.programs import Programs
from microcare.hub.step import Step
from microcare.store import commit, heartbeats, wakeups
from microcare.store.commit import Writing, write
from microcare.store.journals import Loaded

log = logging.getLogger(__name__)

BATCH = 200
"""How many people share a transaction."""

STEPS = 200
"""How many instants of one person at most are worked off at a time, so that a long backlog delays nobody else."""


@dataclass(slots=True)
class Woken:
    """What one batch came to, in people (`steps`: in steps)."""

    claimed: int = 0
    stepped: int = 0
    steps: int = 0
    failed: int = 0
    conflicts: int = 0


@dataclass(slots=True)
class _Woke:
    before: Loaded
    writing: Writing | None
    error: str


def wake_due(now: int, limit: int = BATCH) -> Woken:
    """Wake people who are due by now, at most `limit` of them."""
    people, broken = wakeups.claim(now, limit)
    done = Woken(claimed=len(people) + len(broken))
    for person, reason in broken:
        log.error("%s: %s", person, reason)
        wakeups.fail(person, reason, now, 0)
        done.failed += 1
    if not people:
        return done
    known = programs()
    woken = [_wake(known, one, now) for one in people]
    _commit(woken, done)
    for one in woken:
        if one.error:
            wakeups.fail(one.before.person, one.error, now, one.before.tries)
            done.failed += 1
        elif one.writing is None:
            # Due, yet nothing to do: the due instant had been stored too early. Never seen; never busy-waited on.
            wakeups.fail(one.before.person, "due, but nothing came of it", now, one.before.tries)
            done.failed += 1
    return done


def _wake(known: Programs, one: Loaded, now: int) -> _Woke:
    steps: list[Step] = []
    error = ""
    try:
        for done in moving(wake(known, one.person, one.state, one.due, now)):
            steps.append(done)
            heartbeats.tick()
            if len(steps) >= STEPS:
                break
    except Exception as raised:
        log.exception("%s could not be woken", one.person)
        error = describe(raised)
    try:
        return _Woke(one, write(one, steps) if steps else None, error)
    except Exception as raised:
        log.exception("%s could not be written", one.person)
        return _Woke(one, None, describe(raised))


def _commit(woken: list[_Woke], done: Woken) -> None:
    ready = [one for one in woken if one.writing is not None]
    failed = frozenset(one.before.person for one in ready if one.error)
    writings = [one.writing for one in ready if one.writing is not None]
    try:
        conflicts = set(commit.commit(writings, failed=failed)) if writings else set()
    except Exception:
        log.exception("a batch of %d people could not be committed; trying them one by one", len(ready))
        conflicts = _one_by_one(ready, failed)
    done.conflicts += len(conflicts)
    for one in ready:
        if one.writing is not None and one.before.person not in conflicts:
            done.stepped += 1
            done.steps += len(one.writing.stimuli)


def _one_by_one(ready: list[_Woke], failed: frozenset[str]) -> set[str]:
    conflicts: set[str] = set()
    for one in ready:
        if one.writing is None:
            continue
        try:
            conflicts |= commit.commit([one.writing], failed=failed)
        except Exception as raised:
            log.exception("%s could not be committed", one.before.person)
            one.error, one.writing = one.error or describe(raised), None
    return conflicts
