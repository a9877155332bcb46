"""What the live service costs on SQLite: its time over that of bare inserts of the very same rows.

Waking: people of the activity program through its decision points, in batches of one transaction. Bare: the same rows in
the same transactions (update of the person, entries, stimuli, outbox), by Python's sqlite3 alone, into another file with
the same durability. Answering: one call of the road for each answer, its two commits, against the same two bare commits.

Live and bare alternate in rounds, and medians are compared, because machines are noisy: read the ratios. The engine alone
(no storage) is shown beside them.

Run: python bench/live.py
"""

import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from microcare.main import set_up

if TYPE_CHECKING:
    from microcare.store.commit import Writing

PEOPLE, ROUNDS = 300, 12
DAY = 86_400_000
PROGRAMS = Path(__file__).resolve().parent.parent / "programs"
ADVANCE = "UPDATE person SET snapshot=?, version=?, sequence=?, due=?, alerts=?, waiting=? WHERE id=? AND version=?"
ENTRY = "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)"
STIMULUS = "INSERT INTO stimulus VALUES (?, ?, ?, ?, ?, ?)"
EFFECT = "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, 'pending', '', 0, 0, ?, ?, ?, 0, 0, ?)"
Batch = list[tuple[str, list[tuple[object, ...]]]]


def bare_database(live: Path, bare: Path) -> sqlite3.Connection:
    """A copy of the database as it is now, opened by Python alone, as durable as the live one."""
    with sqlite3.connect(live) as source, sqlite3.connect(bare) as target:
        source.backup(target)
    connection = sqlite3.connect(bare, isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;")
    return connection


def insert(connection: sqlite3.Connection, batches: Sequence[Batch]) -> None:
    """Write recorded rows, one transaction a batch."""
    for batch in batches:
        connection.execute("BEGIN IMMEDIATE")
        for sql, rows in batch:
            connection.executemany(sql, rows)
        connection.execute("COMMIT")


class Recorder:
    """Stands at the commit and keeps the rows that pass, so that they can be written again without the hub."""

    def __init__(self) -> None:
        from microcare.store import commit

        self.store = commit
        self.batches: list[Batch] = []
        self.steps = 0
        self.rows = 0
        self._commit = commit.commit
        commit.commit = self.commit

    def commit(self, writings: Sequence["Writing"], *, failed: frozenset[str] = frozenset()) -> frozenset[str]:
        """Commit, and remember."""
        batch: Batch = [(ADVANCE, []), (ENTRY, []), (STIMULUS, []), (EFFECT, [])]
        for one in writings:
            batch[0][1].append((*one.person, one.before.person, one.before.version))
            batch[1][1].extend(one.entries)
            batch[2][1].extend(one.stimuli)
            batch[3][1].extend(one.effects)
            self.steps += len(one.stimuli)
        self.rows += sum(len(rows) for _, rows in batch)
        self.batches.append(batch)
        return self._commit(writings, failed=failed)

    def end(self) -> None:
        """Stand aside."""
        self.store.commit = self._commit

    def take(self) -> list[Batch]:
        """What was recorded since the last time."""
        taken, self.batches = self.batches, []
        return taken


def waking(folder: Path) -> None:
    """Wake all people, instant after instant, over several days."""
    from microcare.care import wake as deed
    from microcare.care.enroll import enroll, every_consent
    from microcare.care.programs import programs
    from microcare.hub.advance import wake
    from microcare.store import journals, wakeups

    people = [
        enroll("activity", zone="Europe/Berlin", consents=every_consent("activity")).person for _ in range(PEOPLE)
    ]
    recorder = Recorder()
    bare = bare_database(folder / "microcare.sqlite3", folder / "bare.sqlite3")
    live, plain, engine, steps, rows = [], [], [], [], []
    now = max(journals.load(p).due or 0 for p in people)
    for _ in range(ROUNDS):
        before = (recorder.steps, recorder.rows)
        loaded = [journals.load(p) for p in people]
        known = programs()
        began = perf_counter()
        for one in loaded:
            for _step in wake(known, one.person, one.state, one.due, now):
                pass
        engine.append(perf_counter() - began)
        began = perf_counter()
        while deed.wake_due(now).claimed:
            pass
        live.append(perf_counter() - began)
        steps.append(recorder.steps - before[0])
        rows.append(recorder.rows - before[1])
        batches = recorder.take()
        began = perf_counter()
        insert(bare, batches)
        plain.append(perf_counter() - began)
        coming = wakeups.next_due(now)
        now = max(now + DAY // 4, coming or 0)
    recorder.end()
    report("waking", live, plain, engine, steps, rows)
    bare.close()


def answering(folder: Path) -> None:
    """One call of the road for each answer to an open questionnaire."""
    from microcare.care import clock
    from microcare.care import receive as road
    from microcare.care.enroll import enroll, every_consent
    from microcare.care.programs import programs
    from microcare.hub.advance import advance
    from microcare.hub.stimulus import Answer
    from microcare.store import journals

    people = [enroll("mood", zone="Europe/Berlin", consents=every_consent("mood")).person for _ in range(ROUNDS * 20)]
    items = [(p, *next(iter(journals.load(p).state.assessments.items()))) for p in people]
    recorder = Recorder()
    bare = bare_database(folder / "microcare.sqlite3", folder / "bare2.sqlite3")
    live, plain, engine, steps, rows = [], [], [], [], []
    for number in range(ROUNDS):
        before = (recorder.steps, recorder.rows)
        part = items[number * 20 : number * 20 + 20]
        wanted = [
            (person, Answer(key=f"k{item}", at=clock.now(), assessment=name, item=item, value=1))
            for person, name, asked in part
            for item in asked.items
        ]
        loaded = {person: journals.load(person) for person, _, _ in part}
        known = programs()
        began = perf_counter()
        states = {person: (one.state, one.due) for person, one in loaded.items()}
        for person, answer in wanted:
            for step in advance(known, person, *states[person], answer):
                states[person] = (step.state, step.due)
        engine.append(perf_counter() - began)
        began = perf_counter()
        for person, answer in wanted:
            assert road.receive(person, [answer]).saved
        live.append(perf_counter() - began)
        steps.append(recorder.steps - before[0])
        rows.append(recorder.rows - before[1])
        batches = recorder.take()
        began = perf_counter()
        insert(bare, batches)
        plain.append(perf_counter() - began)
    recorder.end()
    report("answering", live, plain, engine, steps, rows)
    bare.close()


def report(
    name: str, live: list[float], plain: list[float], engine: list[float], steps: list[int], rows: list[int]
) -> None:
    """Print medians and their ratio."""
    per_live = median(n / t for n, t in zip(steps, live, strict=True) if n)
    per_bare = median(n / t for n, t in zip(steps, plain, strict=True) if n)
    per_engine = median(n / t for n, t in zip(steps, engine, strict=True) if n)
    print(f"{name}: {sum(steps)} steps, {sum(rows)} rows, {ROUNDS} rounds")
    print(f"  live           {per_live:10,.0f} steps/s")
    print(f"  bare inserts   {per_bare:10,.0f} steps/s   of the same rows in the same transactions")
    print(f"  engine alone   {per_engine:10,.0f} steps/s   nothing stored")
    print(f"  live costs {per_bare / per_live:.2f} times the bare inserts")


def main() -> int:
    """Both, on a database of their own."""
    with tempfile.TemporaryDirectory(prefix="microcare-bench-") as name:
        folder = Path(name)
        set_up(folder, new=True)
        from django.db import connections

        from microcare.care.publish import publish
        from microcare.care.verify import verify_all

        for program in ("activity", "mood"):
            assert publish(PROGRAMS / program).version
        waking(folder)
        print()
        answering(folder)
        assert verify_all() == []
        connections.close_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
