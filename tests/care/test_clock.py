"""The machine's clock is believed only as long as it goes on from what was believed before."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microcare.care import clock
from microcare.care.clock import GAP, TOLERANCE, Reading, judge
from tests.live import DAY, HOUR, Hub

WALL, UP = 1_780_000_000_000, 5 * DAY
MARK = Reading(WALL, "one", UP)
YEAR, MINUTE = 365 * DAY, 60_000


@pytest.mark.parametrize(
    ("wall", "boot", "up", "doubt", "by"),
    [
        (WALL + MINUTE, "one", UP + MINUTE, "", WALL + MINUTE),
        # Set by a network's clock, a little.
        (WALL + 3 * MINUTE, "one", UP + MINUTE, "", WALL + 3 * MINUTE),
        (WALL - 3 * MINUTE, "one", UP + MINUTE, "", WALL - 3 * MINUTE),
        # A day, a year, an hour ahead; and behind.
        (WALL + DAY, "one", UP + MINUTE, "ahead", WALL + MINUTE),
        (WALL + YEAR, "one", UP + MINUTE, "ahead", WALL + MINUTE),
        (WALL + HOUR, "one", UP + MINUTE, "ahead", WALL + MINUTE),
        (WALL - HOUR, "one", UP + MINUTE, "behind", WALL + MINUTE),
        (0, "one", UP + MINUTE, "behind", WALL + MINUTE),
        # The hub, but not its machine, rested for a month.
        (WALL + 30 * DAY, "one", UP + 30 * DAY, "", WALL + 30 * DAY),
        # The machine was switched off: for a night; for a week; or its battery is empty.
        (WALL + 10 * HOUR, "two", MINUTE, "", WALL + 10 * HOUR),
        (WALL + 7 * DAY, "two", MINUTE, "ahead", WALL),
        (WALL - 7 * DAY, "two", MINUTE, "behind", WALL),
        # A machine that does not tell its starts apart is one that was switched off.
        (WALL + HOUR, "", UP + MINUTE, "", WALL + HOUR),
        # A container that counts its own uptime anew.
        (WALL + HOUR, "one", MINUTE, "", WALL + HOUR),
    ],
)
def test_what_is_believed(wall: int, boot: str, up: int, doubt: str, by: int) -> None:
    judged = judge(MARK, Reading(wall, boot, up))
    assert (judged.doubt, judged.now) == (doubt, by)


def test_after_another_start_time_goes_on_from_the_mark_and_a_right_clock_is_believed_again(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = Machine(monkeypatch)
    assert clock.keep()
    # The machine was off for ten hours; its clock has lost the year, and a network gives it back after an hour.
    real = clock.read
    began = real().up
    monkeypatch.setattr(clock, "read", lambda: replace(real(), boot="another", up=real().up - began + MINUTE))
    at.moved = -YEAR
    before = clock.now()
    assert not clock.keep()
    at.passed = HOUR
    assert HOUR - MINUTE < clock.now() - before < HOUR + MINUTE
    assert not clock.keep()
    at.moved = 10 * HOUR
    assert clock.keep()
    assert clock.doubt() is None
    assert 10 * HOUR < clock.now() - before < 12 * HOUR


def test_without_a_mark_the_machine_is_believed() -> None:
    assert judge(None, MARK) == clock.Judged(WALL)


@given(st.integers(0, 40 * DAY), st.integers(-YEAR, YEAR), st.booleans())
def test_it_is_never_far_from_what_the_uptime_says(passed: int, moved: int, started_again: bool) -> None:
    read = Reading(WALL + passed + moved, "two" if started_again else "one", UP + passed)
    judged = judge(MARK, read)
    known = WALL if started_again else WALL + passed
    assert -TOLERANCE <= judged.now - known <= (GAP if started_again else TOLERANCE)
    assert (judged.now == read.wall) or judged.doubt
    # Whoever goes on from what was believed is believed.
    if not judged.doubt:
        later = Reading(read.wall + MINUTE, read.boot, read.up + MINUTE)
        assert judge(read, later) == clock.Judged(later.wall)


class Machine:
    """A machine whose clock can be set; its uptime cannot."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.real = clock.read
        self.moved = 0
        self.passed = 0
        monkeypatch.setattr(clock, "read", self.read)

    def read(self) -> Reading:
        real = self.real()
        return Reading(real.wall + self.passed + self.moved, real.boot, real.up + self.passed)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def turn() -> None:
    """The worker that wakes people, until there is no work."""
    from microcare.workers import wake

    stop = Event()

    def once(name: str, work: Callable[[int], int], coming: object, until: Event, process: str) -> None:
        while work(clock.now()):
            pass

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(wake, "run", once)
        wake.work(stop)


@pytest.mark.parametrize("moved", [DAY, YEAR, -DAY], ids=["a day ahead", "a year ahead", "a day behind"])
def test_while_the_clock_is_wrong_nothing_is_decided_and_afterwards_nothing_was_lost(
    moved: int, hub: Hub, machine: Machine
) -> None:
    from microcare.hub.entry import Decided
    from microcare.store import journals

    person = hub.join()
    turn()
    before = hub.kinds(person)
    machine.moved = moved
    for _ in range(20):
        machine.passed += 30_000
        turn()
    assert hub.kinds(person) == before, "ten minutes of a wrong clock decide nothing"
    assert clock.doubt() is not None
    machine.moved = 0
    # It is five past nine: the prompt of that day comes.
    machine.passed += 55 * MINUTE
    turn()
    assert clock.doubt() is None
    outcomes = [one.outcome for _, one in journals.entries(person) if isinstance(one, Decided)]
    assert outcomes == ["decided"]


def test_what_somebody_says_meanwhile_is_taken_at_the_moment_it_is(hub: Hub, machine: Machine) -> None:
    from microcare.care.receive import receive
    from microcare.hub.stimulus import Report
    from microcare.store import journals

    person = hub.join()
    turn()
    at = clock.now()
    machine.moved = YEAR
    assert abs(clock.now() - at) < MINUTE
    receive(person, [Report(key="r1", at=clock.now(), name="talk")])
    stated = [one for _, one in journals.entries(person)]
    assert max(one.at for one in stated) - at < MINUTE


def test_an_administrator_s_word_settles_it(hub: Hub, machine: Machine) -> None:
    from microcare.store import audit

    hub.join()
    turn()
    machine.moved = YEAR
    turn()
    assert clock.doubt() is not None
    clock.believe("ada")
    assert clock.doubt() is None
    assert audit.trail(limit=1)[0].deed == "confirm clock"
    turn()
    assert clock.doubt() is None


def test_a_hub_of_an_earlier_release_doubts_a_clock_that_is_behind_its_newest_entry(hub: Hub, machine: Machine) -> None:
    from microcare.store import deployment
    from microcare.store.database import run

    hub.join()
    run("DELETE FROM deployment WHERE key = %s", [deployment.CLOCK])
    machine.moved = -DAY
    assert not clock.keep()
    assert clock.doubt() is not None
    machine.moved = 0
    assert clock.keep()


@pytest.mark.slow
def test_a_real_hub_started_a_year_ahead_waits(tmp_path: Path) -> None:
    """The commands as people start them, the second one under a shifted clock."""
    import sys
    from os import environ

    root = Path(__file__).parents[2]
    env = {k: v for k, v in environ.items() if not k.startswith(("MICROCARE", "DJANGO"))}
    env["PYTHONPATH"] = str(root / "src")
    made = f"from pathlib import Path\nfrom microcare.main import set_up\nset_up(Path({str(tmp_path / 'data')!r}), new=True)\n"
    made += "from microcare.care import clock\nassert clock.keep()"
    subprocess.run([sys.executable, "-c", made], env=env, check=True)
    command = [sys.executable, "-m", "microcare", "clock", "--data", str(tmp_path / "data")]
    assert "is believed" in subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
    shifted = ["sh", str(root / "scripts" / "at"), "next year", *command]
    done = subprocess.run(shifted, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert "microcare clock --confirm" in done.stderr
    assert "Confirmed" in subprocess.run([*shifted, "--confirm"], env=env, capture_output=True, text=True).stdout
    assert subprocess.run(shifted, env=env, capture_output=True, text=True).returncode == 0
    assert "behind" in subprocess.run(command, env=env, capture_output=True, text=True).stderr
