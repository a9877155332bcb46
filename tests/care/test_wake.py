"""Waking: one person's failure is theirs, two workers never step twice, long backlogs are worked off."""

from collections.abc import Iterator
from typing import Any

import pytest

from microcare.care import wake as waking
from microcare.care.verify import verify
from microcare.care.wake import wake_due
from microcare.hub import advance, entry
from microcare.hub.step import Step
from microcare.store import commit, database, journals, queries, wakeups
from tests.crash import start
from tests.live import DAY, HOUR, START, Hub, moment

T = moment(START)
NINE = moment("2026-03-02T08:00:00Z")


def _decided(person: str) -> list[entry.Decided]:
    return [e for _, e in journals.entries(person) if isinstance(e, entry.Decided)]


def test_people_wake_when_they_are_due_and_not_before(hub: Hub) -> None:
    person = hub.join()
    assert wakeups.next_due(T) == NINE
    assert wake_due(NINE - 1).claimed == 0
    done = wake_due(NINE)
    assert (done.claimed, done.stepped, done.failed, done.conflicts) == (1, 1, 0, 0)
    assert [d.outcome for d in _decided(person)] == ["decided"]
    assert wake_due(NINE).claimed == 0


def test_a_batch_is_limited(hub: Hub) -> None:
    people = [hub.join() for _ in range(5)]
    assert [wake_due(NINE, limit=2).stepped for _ in range(4)] == [2, 2, 1, 0]
    assert all(len(_decided(p)) == 1 for p in people)


def test_one_persons_failure_delays_nobody(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    people = [hub.join() for _ in range(5)]
    ill = people[2]

    def broken(programs: Any, person: str, *rest: Any) -> Iterator[Step]:
        if person == ill:
            raise RuntimeError("a fault in a program")
        return advance.wake(programs, person, *rest)

    monkeypatch.setattr(waking, "wake", broken)
    done = wake_due(NINE)
    assert (done.stepped, done.failed) == (4, 1)
    assert [len(_decided(p)) for p in people] == [1, 1, 0, 1, 1]
    assert "RuntimeError" in journals.load(ill).failed
    assert ill in caplog.text
    rests = []
    now = NINE
    for _ in range(12):
        now += 1000
        while wake_due(now).claimed == 0:
            now += 60_000
        rests.append(database.rows("SELECT lease FROM person WHERE id = %s", [ill])[0][0] - now)
    assert rests[:4] == [120_000, 240_000, 480_000, 960_000]
    assert max(rests) == wakeups.LONGEST_REST, "the rest is bounded"
    monkeypatch.undo()
    assert wake_due(now + wakeups.LONGEST_REST).failed == 0
    assert journals.load(ill).failed == ""
    assert verify(ill).good


def test_a_commit_that_fails_as_a_whole_is_done_one_by_one(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    """One person's journal has a row where the next entry belongs: their commit breaks, and takes nobody along."""
    people = [hub.join() for _ in range(4)]
    ill = people[1]
    number = journals.load(ill).sequence + 1
    database.run(queries.ADD_ENTRY, [ill, number, 0, 0, "intruder", "{}"])
    done = wake_due(NINE)
    assert (done.stepped, done.failed) == (3, 1)
    assert "one by one" in caplog.text
    assert "IntegrityError" in journals.load(ill).failed
    assert all(len(_decided(p)) == 1 and verify(p).good for p in people if p != ill)


def test_who_cannot_be_read_at_all_is_marked(hub: Hub) -> None:
    """A snapshot alone is told from the journal; here that is damaged too."""
    well, ill = hub.join(), hub.join()
    database.run("UPDATE journal SET body = '{broken' WHERE person = %s AND sequence = 2", [ill])
    database.run("UPDATE person SET snapshot = '{broken' WHERE id = %s", [ill])
    done = wake_due(NINE)
    assert (done.stepped, done.failed) == (1, 1)
    assert len(_decided(well)) == 1
    assert "cannot be read" in str(database.rows("SELECT failed FROM person WHERE id = %s", [ill])[0][0])


def test_a_stale_claim_runs_out(hub: Hub) -> None:
    person = hub.join()
    people, _ = wakeups.claim(NINE, 10)
    assert [p.person for p in people] == [person]
    assert wake_due(NINE + wakeups.LEASE - 1).claimed == 0
    assert wake_due(NINE + wakeups.LEASE).stepped == 1


def test_a_conflict_writes_nothing_and_is_done_again(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody answers between the worker's reading and its commit."""
    from microcare.care import settings

    person = hub.join()
    hub.show(NINE)
    real = commit.commit

    def late(writings: Any, **rest: Any) -> frozenset[str]:
        monkeypatch.setattr(commit, "commit", real)
        settings.set_value(person, "language", "de")
        return real(writings, **rest)

    monkeypatch.setattr(commit, "commit", late)
    done = wake_due(NINE)
    assert (done.stepped, done.conflicts) == (0, 1)
    wake_due(NINE + 1000)
    assert len(_decided(person)) == 1
    assert verify(person).good


def test_two_workers_never_step_twice(hub: Hub) -> None:
    """Two processes on one database, racing for the same people over many instants."""
    people = [hub.join() for _ in range(12)]
    instants = [NINE + day * DAY + extra for day in range(4) for extra in (0, 2 * HOUR, 6 * HOUR, 40_000)]

    def work(say: Any) -> None:
        for now in sorted(instants):
            for _ in range(30):
                if not wake_due(now, limit=3).claimed:
                    break

    other = start(work)
    work(None)
    assert other.wait() == ([], False)
    while wake_due(max(instants) + wakeups.LEASE).claimed:
        pass
    for person in people:
        assert verify(person).good
        points = [d.point for d in _decided(person)]
        assert len(points) == len(set(points)) == 4


def test_a_long_standstill_enters_what_was_missed(hub: Hub) -> None:
    person = hub.join()
    late = NINE + 7 * DAY + 5 * HOUR
    hub.show(late)
    while wake_due(late).claimed:
        pass
    outcomes = [d.outcome for d in _decided(person)]
    assert outcomes == ["missed"] * 8
    assert verify(person).good
