"""What the wall clock shows in each zone: the zone's changes of offset in one table, searched by bisection.

A table is built once from the zone database (by `whenever`), and answers in integer arithmetic from then on.
Units: milliseconds since 1970 UTC, and wall milliseconds, the same count read off the wall clock.

**Wall time to instant.** A wall time stands for the first instant at which the wall clock has reached it. So a time
that does not exist is the change that skips it, one that exists twice is the first, and a later wall time is never an
earlier instant: slots of a schedule keep their order in every zone.
"""

from bisect import bisect_right
from functools import lru_cache

from whenever import Instant, ZonedDateTime, available_timezones

_FAR = 2**100
"""Beyond every moment."""

_FIRST_YEAR = 1800
"""Before the first change of any zone."""

_USUAL_YEAR, _LAST_YEAR = 2100, 10_000
"""Tables end before the first; who asks beyond gets one to the end of the calendar, which takes some 10 ms."""

_MARGIN = 2 * 86_400_000
"""More than any offset, so that an end in wall time is safe too."""


class Table:
    """Periods of one offset. Period i lasts from `starts[i]` to `starts[i + 1]`; the first begins before all time."""

    __slots__ = ("ends", "offsets", "starts", "until")

    def __init__(self, starts: tuple[int, ...], offsets: tuple[int, ...], until: int) -> None:
        self.starts = starts
        self.offsets = offsets
        """What the wall is ahead of UTC, in ms."""
        self.until = until
        """From here on (in UTC or on the wall) the table does not know."""
        ends: list[int] = []
        highest = -_FAR
        for next_start, offset in zip(starts[1:], offsets, strict=False):
            highest = max(highest, next_start + offset)
            ends.append(highest)
        self.ends = (*ends, _FAR)
        """The latest wall time seen up to the end of each period."""

    def resolve(self, wall: int) -> int:
        """The first instant at which the wall clock has reached a wall time, both in ms."""
        period = bisect_right(self.ends, wall)
        moment = wall - self.offsets[period]
        start = self.starts[period]
        if moment < start:
            return start
        return moment

    def reached(self, moment: int) -> int:
        """The least wall time, in ms, that resolves to this moment or later."""
        period = bisect_right(self.starts, moment) - 1
        before = self.ends[period - 1] if period else -_FAR
        if moment == self.starts[period]:
            return before
        return max(before, moment + self.offsets[period])


tables: dict[str, Table] = {}


def table_for(zone: str, moment: int) -> Table:
    """The zone's table, covering a moment (or wall time). Raises ValueError for a zone that does not exist.

    Longer tables answer as shorter ones do, so what is kept here never shows in a result.
    """
    found = tables.get(zone)
    if found is None or moment >= found.until:
        found = _build(zone, _USUAL_YEAR)
        if moment >= found.until:
            found = _build(zone, _LAST_YEAR)
        tables[zone] = found
    return found


def _build(zone: str, last_year: int) -> Table:
    start = Instant.from_utc(_FIRST_YEAR, 1, 1).to_tz(zone)
    starts, offsets = [-_FAR], [_offset(start)]
    following = start.next_transition()
    while following is not None and following.year < last_year:
        offset = _offset(following)
        # A new abbreviation alone is no change of the wall clock.
        if offset != offsets[-1]:
            starts.append(following.timestamp() * 1000)
            offsets.append(offset)
        following = following.next_transition()
    until = _FAR if following is None else following.timestamp() * 1000 - _MARGIN
    return Table(tuple(starts), tuple(offsets), until)


def _offset(moment: ZonedDateTime) -> int:
    return moment.offset.total("nanoseconds") // 1_000_000


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """The names of all zones in the zone database."""
    return frozenset(available_timezones())
