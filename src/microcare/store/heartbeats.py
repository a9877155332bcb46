"""Heartbeats: what each loop of each process last did, each in a small file of its own beside the database.

Files, because a database that is locked, full or away is what they must tell of. How long ago something was is measured
by the machine's monotonic clock, which all processes share and nobody sets; the wall's time is only for people to read.
"""

import contextlib
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from microcare.store.database import name
from microcare.store.outbox import LANES

SIZE = 1024
"""A heartbeat is written over the last one in place, so that a full disk does not stop it. Bytes."""
SELDOM = 0.5
"""A loop that is busy writes no more often than this, seconds."""
LOOPS = ("wake", *LANES, "tell", "watch")
"""The loops without which nobody is reached: each must be alive in some process."""


class Beat(msgspec.Struct, frozen=True):
    """The last heartbeat of one loop."""

    process: str
    pid: int
    loop: str
    ticked: float
    """When the loop last came round, seconds of the monotonic clock."""
    ticked_at: int
    """The same on the wall, ms."""
    well: float
    """When a round last went well (at first: when it began)."""
    well_at: int
    error: str = ""
    """The kind of error that the last round ended with; empty: none."""


@dataclass(frozen=True, slots=True)
class Still:
    """A loop that does not do its work."""

    loop: str
    process: str
    since: int
    """Wall time, ms; 0: since ever."""
    error: str = ""
    """Its rounds end with this error; empty: it does not come round at all."""


def folder() -> Path:
    """Where they lie."""
    return Path(name()).parent / "heartbeats"


def clear(where: Path) -> None:
    """Forget all of them: nothing runs yet."""
    for file in where.glob("*.json"):
        file.unlink(missing_ok=True)


class Pulse:
    """The heartbeat of one loop of this process. Whatever keeps it from being written stops nobody's work."""

    def __init__(self, process: str, loop: str) -> None:
        self.process = process
        self.loop = loop
        self._file = folder() / f"{process.replace(' ', '-')}.{loop}.json"
        self._well, self._well_at = time.monotonic(), time.time_ns() // 1_000_000
        self._written, self._error = 0.0, ""

    def beat(self, error: str = "") -> None:
        """The loop has come round; `error`: how it ended, where it did not go well."""
        now, at = time.monotonic(), time.time_ns() // 1_000_000
        if not error:
            self._well, self._well_at = now, at
        if error != self._error or now - self._written >= SELDOM:
            self._written, self._error = now, error
            self._write(Beat(self.process, os.getpid(), self.loop, now, at, self._well, self._well_at, error[:200]))

    def tick(self) -> None:
        """It is at work still; how the round ends is not known yet."""
        now = time.monotonic()
        if now - self._written >= SELDOM:
            self._written, at = now, time.time_ns() // 1_000_000
            self._write(
                Beat(self.process, os.getpid(), self.loop, now, at, self._well, self._well_at, self._error[:200])
            )

    def _write(self, beat: Beat) -> None:
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(mode=0o700, exist_ok=True)
            into = os.open(self._file, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.pwrite(into, msgspec.json.encode(beat).ljust(SIZE), 0)
            finally:
                os.close(into)

    def end(self) -> None:
        """The loop has been told to stop, and has."""
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)


_own = threading.local()


def beats_with(pulse: Pulse | None) -> None:
    """From now on what this thread does beats with this heart."""
    _own.pulse = pulse


def tick() -> None:
    """Called in the middle of long work: a round that gets on is not stuck, however long it is."""
    pulse: Pulse | None = getattr(_own, "pulse", None)
    if pulse is not None:
        pulse.tick()


def read(where: Path) -> list[Beat]:
    """All heartbeats."""
    found = []
    for file in sorted(where.glob("*.json")):
        # One that ends at this moment, or is being written for the first time, is none.
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            found.append(msgspec.json.decode(file.read_bytes().rstrip(), type=Beat))
    return found


def stands_still(beat: Beat, limit: float, now: float) -> bool:
    """Whether a loop has not come round for so long, seconds. A heartbeat from before the machine started is as old as any."""
    return not now - limit <= beat.ticked <= now + 1


def still(beats: list[Beat], limit: float, now: float) -> list[Still]:
    """The loops that do not do their work: those that stand still, those that only fail, and those that nobody runs."""
    found, moving = [], set()
    for beat in beats:
        if not stands_still(beat, limit, now):
            moving.add(beat.loop)
            if beat.error and beat.well < now - limit:
                found.append(Still(beat.loop, beat.process, beat.well_at, beat.error))
    for beat in beats:
        # A process that is no more is missed only where no other does the same.
        if stands_still(beat, limit, now) and (beat.loop not in moving or alive(beat.pid)):
            found.append(Still(beat.loop, beat.process, beat.ticked_at))
    known = {beat.loop for beat in beats}
    return found + [Still(loop, "", 0) for loop in LOOPS if loop not in known]


def alive(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True
