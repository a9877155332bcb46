"""Moments, local days and wall clocks. There is no clock here: the present is always an argument.

A moment is an int, milliseconds since 1970 UTC. A local day is an int, the ordinal of its date. A clock is an int,
seconds after midnight as the wall shows them (from 86400: on the next day). A window is a part of the day, two clocks
`(start, end)`, the start inside and the end outside. A zone is an IANA name; one that does not exist raises
ValueError (ask `is_zone` first).
"""

import re
from bisect import bisect_right
from calendar import monthrange
from datetime import date

from whenever import Instant, OffsetDateTime

from microcare.base.spans import DAY, HOUR, MINUTE, SECOND, Span, format_duration, format_span, parse_span
from microcare.base.zones import Table, table_for, tables, zone_names

__all__ = [
    "DAY",
    "DAY_SECONDS",
    "EPOCH_DAY",
    "HOUR",
    "LAST_DAY",
    "MINUTE",
    "SECOND",
    "Span",
    "add",
    "add_months",
    "format_clock",
    "format_duration",
    "format_local",
    "format_moment",
    "format_span",
    "format_window",
    "inside",
    "is_zone",
    "local_clock",
    "local_day",
    "local_midnight",
    "parse_clock",
    "parse_moment",
    "parse_span",
    "parse_window",
    "resolve",
    "wall_reached",
    "weekday",
    "window_end",
]

DAY_SECONDS = 86_400
LAST_DAY = date.max.toordinal()
"""The last day of the calendar, 9999-12-31."""

EPOCH_DAY = date(1970, 1, 1).toordinal()
"""The local day 1970-01-01."""

_clock = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)


# -- Texts ------------------------------------------------------------------------------------------------------------


def parse_clock(text: str) -> int | None:
    """Seconds after midnight of "18:30", "18:30:15" or "24:00"; None for anything else."""
    match = _clock.fullmatch(text.strip())
    if match is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    clock = hours * 3600 + minutes * 60 + seconds
    return clock if minutes < 60 and seconds < 60 and clock <= DAY_SECONDS else None


def format_clock(seconds: int) -> str:
    """A clock as "HH:MM", without its seconds. The next day's are written as they show; 86400 itself is "24:00"."""
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours if seconds == DAY_SECONDS else hours % 24:02}:{minutes:02}"


def parse_window(text: str) -> tuple[int, int] | None:
    """The part of the day in "21:30-07:00", as (77400, 111600); None if it is none.

    The end is always after the start: a window that crosses midnight ends on the next day. One that would begin and
    end at the same time says nothing; the whole day is "00:00-24:00".
    """
    first, dash, second = text.replace("\N{EN DASH}", "-").partition("-")
    start, end = parse_clock(first), parse_clock(second)
    if not dash or start is None or end is None or start == end:
        return None
    start %= DAY_SECONDS
    return start, end if end > start else end + DAY_SECONDS


def format_window(window: tuple[int, int]) -> str:
    """A window as "21:30-07:00"."""
    return f"{format_clock(window[0])}-{format_clock(window[1])}"


def parse_moment(text: str) -> int | None:
    """The moment of an ISO 8601 text with an offset or Z, to the ms below; None if it is none."""
    try:
        return OffsetDateTime.parse_iso(text).to_instant().timestamp(unit="millisecond")
    except ValueError:
        return None


def format_moment(ms: int) -> str:
    """A moment as ISO 8601 in UTC, with milliseconds: "2026-11-23T17:30:00.000Z". Years 1 to 9999, else ValueError."""
    return Instant.from_timestamp(ms, unit="millisecond").format_iso(unit="millisecond")


def format_local(zone: str, ms: int) -> str:
    """A moment as the wall shows it, with the offset: "2026-11-23 18:30 +01:00"."""
    table = _covering(zone, ms)
    offset = table.offsets[bisect_right(table.starts, ms) - 1]
    days, rest = divmod(ms + offset, DAY)
    ahead = abs(offset) // SECOND
    seconds = f":{ahead % 60:02}" if ahead % 60 else ""
    sign = "-" if offset < 0 else "+"
    clock = format_clock(rest // SECOND)
    return f"{date.fromordinal(days + EPOCH_DAY)} {clock} {sign}{ahead // 3600:02}:{ahead // 60 % 60:02}{seconds}"


# -- The wall ---------------------------------------------------------------------------------------------------------


def is_zone(name: str) -> bool:
    """Whether the zone database has a zone of exactly this name."""
    return name in zone_names()


def _covering(zone: str, moment: int) -> Table:
    found = tables.get(zone)
    return table_for(zone, moment) if found is None or moment >= found.until else found


def local_day(zone: str, moment: int) -> int:
    """The local day of a moment, as an ordinal."""
    table = tables.get(zone)
    if table is None or moment >= table.until:
        table = table_for(zone, moment)
    return (moment + table.offsets[bisect_right(table.starts, moment) - 1]) // DAY + EPOCH_DAY


def local_clock(zone: str, moment: int) -> int:
    """What the wall clock shows at a moment, in whole seconds after midnight."""
    table = tables.get(zone)
    if table is None or moment >= table.until:
        table = table_for(zone, moment)
    return (moment + table.offsets[bisect_right(table.starts, moment) - 1]) % DAY // SECOND


def weekday(day: int) -> int:
    """The day of the week: Monday 0 to Sunday 6."""
    return (day - 1) % 7


def resolve(zone: str, day: int, clock: int) -> int:
    """The moment of a wall time: the first instant at which the wall clock of that day has reached it.

    A time that does not exist is the change that skips it; one that exists twice is the first. A later wall time is
    never an earlier moment.
    """
    wall = (day - EPOCH_DAY) * DAY + clock * SECOND
    table = tables.get(zone)
    if table is None or wall >= table.until:
        table = table_for(zone, wall)
    # As Table.resolve, written out: this is the hot path.
    period = bisect_right(table.ends, wall)
    moment = wall - table.offsets[period]
    start = table.starts[period]
    if moment < start:
        return start
    return moment


def local_midnight(zone: str, day: int) -> int:
    """The first moment of a local day; of a day that a zone leaves out, the first after it."""
    return resolve(zone, day, 0)


def wall_reached(zone: str, moment: int) -> int:
    """The least wall time that `resolve` takes to this moment or later; ms since the wall's own 1970-01-01 00:00."""
    return _covering(zone, moment).reached(moment)


def add_months(day: int, months: int) -> int:
    """The day so many months later; a day of the month that is not there becomes the month's last."""
    begin = date.fromordinal(day)
    year, month = divmod(begin.year * 12 + begin.month - 1 + months, 12)
    # The last day of a month is looked up only where it can matter.
    in_month = begin.day if begin.day < 29 else min(begin.day, monthrange(year, month + 1)[1])
    return date(year, month + 1, in_month).toordinal()


def add(zone: str, moment: int, span: Span) -> int:
    """The moment a span later: first its months and days on the wall, then its exact part.

    So "1 day" after 18:30 is 18:30 also where the clocks change between; what the wall skips is the change.
    """
    if span.months or span.days:
        table = _covering(zone, moment)
        wall = moment + table.offsets[bisect_right(table.starts, moment) - 1]
        day, rest = divmod(wall, DAY)
        if span.months:
            day = add_months(day + EPOCH_DAY, span.months) - EPOCH_DAY
        wall = (day + span.days) * DAY + rest
        moment = _covering(zone, wall).resolve(wall)
    return moment + span.milliseconds


# -- Windows ----------------------------------------------------------------------------------------------------------


def inside(zone: str, moment: int, window: tuple[int, int]) -> bool:
    """Whether the wall clock is inside a daily window: at its start or after, and before its end."""
    start, end = window
    clock = local_clock(zone, moment)
    return start <= clock < end or clock + DAY_SECONDS < end


def window_end(zone: str, moment: int, window: tuple[int, int]) -> int:
    """The first instant from this moment on that is outside a daily window. The whole day is never left: its next end.

    The clock may be set while the window lasts: set back, the window is longer; set beyond the window's end, it ends
    with the change; set back behind its end, the window is entered again later.
    """
    start, end = window
    while inside(zone, moment, window):
        table = _covering(zone, moment)
        period = bisect_right(table.starts, moment) - 1
        wall = moment + table.offsets[period]
        midnight = wall // DAY * DAY
        # On which day this occurrence of the window ends: today, or (it began today and crosses midnight) tomorrow.
        clock = (wall - midnight) // SECOND
        ends = midnight + (end if clock >= start else end - DAY_SECONDS) * SECOND - table.offsets[period]
        # A change at the very end counts: clocks set back then show a time inside the window again.
        if period + 1 == len(table.starts) or ends < table.starts[period + 1]:
            return ends
        moment = table.starts[period + 1]
    return moment
