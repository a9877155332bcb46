"""The only clock. Everything below is told what time it is.

The machine's clock is believed as long as it goes on from a mark: the last moment this hub trusted, with the machine's
uptime then, which nobody can set. Where it has jumped, time goes on by the uptime, after a restart of the machine
from the mark on; nothing is decided by time alone, and an administrator says which is right; or the clock returns.

A demo's clock is ahead of the real one by an offset, which only a demo's database has.
"""

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from microcare.base.moments import DAY, MINUTE, format_moment
from microcare.store import audit, deployment, journals
from microcare.store.database import writing

TOLERANCE = 5 * MINUTE
"""So far, in ms, the clock may be moved without being doubted: what is sent a little early or late harms nobody."""
GAP = DAY
"""So long, in ms, a machine may be switched off without its clock being doubted when it is up again."""
MARK_EVERY = 30_000
"""So old, in ms, a mark may become."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the machine says: its clock (ms since 1970 UTC), which start of it this is, and how long it has been up (ms)."""

    wall: int
    boot: str
    up: int
    off: bool = False
    """Of a mark: the machine may have been off for a while before it, so that a clock further ahead may be right."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What is believed of a reading."""

    now: int
    """The moment to go by, ms."""
    doubt: str = ""
    """How the clock is wrong, or may be: ahead, behind; empty: it is believed."""


def judge(mark: Reading | None, read: Reading) -> Judged:
    """Believe the machine's clock, or not. `mark`: the last reading that was believed; None: there is none yet."""
    if mark is None:
        return Judged(read.wall)
    known = bool(read.boot) and read.boot == mark.boot and read.up >= mark.up
    steady = mark.wall + (read.up - mark.up) if known else mark.wall
    if read.wall < steady - TOLERANCE:
        return Judged(steady, "behind")
    if read.wall > steady + (TOLERANCE if known and not mark.off else GAP):
        return Judged(steady, "ahead")
    return Judged(read.wall)


def read() -> Reading:
    """What the machine says now."""
    up = time.monotonic_ns() // 1_000_000
    # The kernel's own words: no library between can shift them.
    with suppress(OSError, ValueError):
        up = int(float(Path("/proc/uptime").read_text(encoding="ascii").split()[0]) * 1000)
    return Reading(time.time_ns() // 1_000_000, _boot(), up)


@cache
def _boot() -> str:
    """Which start of the machine this is; empty where it does not say, and then one is not told from another."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def now() -> int:
    """This moment, ms since 1970 UTC: what is believed of the machine's clock."""
    offset, mark = deployment.clock()
    return judge(_mark(mark), read()).now + offset


def wall() -> int:
    """What the machine's clock shows, believed or not: for measuring how long something takes."""
    return time.time_ns() // 1_000_000


def doubt() -> tuple[str, int, int] | None:
    """How the clock is doubted (ahead, behind), what it shows and what this hub goes by, ms; None: it is believed."""
    shows = read()
    judged = judge(_mark(deployment.clock()[1]), shows)
    return (judged.doubt, shows.wall, judged.now) if judged.doubt else None


def keep() -> bool:
    """Go on marking what is believed. False: the clock is doubted, and nothing may be decided by time."""
    shows, mark = read(), _mark(deployment.clock()[1])
    if mark is None:
        return _first(shows)
    judged = judge(mark, shows)
    if judged.doubt and shows.boot != mark.boot:
        # Time goes on by the uptime of this start: whoever waits for a moment (an alert's reminder) reaches it.
        _put(replace(shows, wall=judged.now, off=True))
    elif not judged.doubt and (shows.boot != mark.boot or mark.off or not 0 <= shows.wall - mark.wall < MARK_EVERY):
        _put(shows)
    return not judged.doubt


def believe(who: str) -> None:
    """An administrator says that the machine's clock is right."""
    shows, by = read(), now()
    with writing():
        _put(shows)
        audit.append(now(), who, "confirm clock", "", f"it went by {format_moment(by)}")


def _first(shows: Reading) -> bool:
    """The first mark of a hub: its clock is believed, unless something was entered here later than it shows."""
    newest = journals.last_received() - deployment.clock()[0]
    _put(shows if newest <= shows.wall + TOLERANCE else Reading(newest, "", 0))
    return newest <= shows.wall + TOLERANCE


def _put(mark: Reading) -> None:
    deployment.put(deployment.CLOCK, f"{mark.wall} {mark.up} {mark.boot} {int(mark.off)}")


def _mark(kept: str) -> Reading | None:
    with suppress(ValueError):
        wall_, up, boot, off = kept.split(" ")
        return Reading(int(wall_), boot, int(up), off == "1")
    return None
