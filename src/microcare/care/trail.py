"""What is entered in the audit trail besides deeds: who looked at lists of names, and what was refused.

One function enters refusals, whoever refuses; it is bounded, so that whoever tries for days does not fill the disk: the first
of a minute from one place is a line, the others are counted, and their number is a line when the minute is over.
"""

import threading
import time
from collections import OrderedDict

from microcare.care import clock
from microcare.store import audit, refused
from microcare.store.database import name, writing

MINUTE = 60_000
AGAIN = 10 * MINUTE
"""Looking at the same list again is entered after this time."""
MOST = 10
"""So many places are told apart in a minute."""
KEPT = 10_000
_looked: OrderedDict[tuple[str, ...], float] = OrderedDict()
_waiting: dict[tuple[str, int, str, str, str], int] = {}
_flushed = 0.0
_lock = threading.Lock()


def looked(who: str, deed: str, about: str = "", detail: str = "", every: int = AGAIN) -> None:
    """Somebody (a member of the staff, another system) read a list of people, or what a page repeats by itself."""
    key, now = (name(), who, deed, about, detail), time.monotonic()
    with _lock:
        last = _looked.get(key)
        if last is not None and (now - last) * 1000 < every:
            return
        _looked[key] = now
        _looked.move_to_end(key)
        while len(_looked) > KEPT:
            _looked.popitem(last=False)
    audit.append(clock.now(), who, deed, about, detail)


def refuse(who: str, deed: str, about: str = "", detail: str = "", origin: str = "") -> None:
    """Enter an attempt that was refused. `origin`: where it came from, where that is not who tried."""
    minute, origin = clock.wall() // MINUTE, origin or who
    times = _due((name(), minute, who, deed, origin))
    if not times:
        return
    with writing():
        settle(minute)
        first, counted_for = refused.count(minute, who, deed, origin, times, MOST)
        if first:
            much = f"more than {MOST} places in this minute" if counted_for == refused.MANY else detail
            audit.append(clock.now(), counted_for, deed, "" if counted_for == refused.MANY else about, much)


def _due(key: tuple[str, int, str, str, str]) -> int:
    """How many attempts of this kind to write down now; those that follow within a second wait for the next one."""
    global _flushed
    with _lock:
        fresh, now = key not in _waiting, time.monotonic()
        _waiting[key] = _waiting.get(key, 0) + 1
        if not fresh and now - _flushed < 1:
            return 0
        _flushed = now
        times = _waiting[key]
        for old in [one for one in _waiting if one[:2] != key[:2]]:
            del _waiting[old]
        _waiting[key] = 0
        return times


def settle(before: int = 0) -> None:
    """Enter how often the same was refused in the minutes that are over."""
    with writing():
        for one in refused.take(before or clock.wall() // MINUTE):
            if one.count > 1:
                audit.append(
                    clock.now(), one.who, one.deed, "", f"at least {one.count - 1} more times in the same minute"
                )
