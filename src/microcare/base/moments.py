"""Moments, spans and wall time. There is no clock here: what time it is, is always an argument.

A moment is milliseconds since 1970 UTC; a local day is a proleptic ordinal; a clock is seconds after local midnight on
the wall. A wall time that does not exist moves to the first instant that does; one that exists twice happens once.
"""

import re
from bisect import bisect_right
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from whenever import Instant, TimeZoneNotFoundError

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
EPOCH_DAY = 719_163
"""The ordinal of 1970-01-01."""
EARLIEST, LATEST = -60_000_000_000_000, 250_000_000_000_000
"""The moments this module computes with: about the years 69 to 9892."""


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: a calendar part (months, days) counted on the wall, and an exact part in milliseconds."""

    months: int = 0
    days: int = 0
    milliseconds: int = 0

    @property
    def exact(self) -> int:
        """Milliseconds, with a month of 30 days and a day of 24 hours (for limits and shelf lives)."""
        return (self.months * 30 + self.days) * DAY + self.milliseconds


_UNITS = {
    "s": (0, 0, SECOND), "sec": (0, 0, SECOND), "second": (0, 0, SECOND),
    "m": (0, 0, MINUTE), "min": (0, 0, MINUTE), "minute": (0, 0, MINUTE),
    "h": (0, 0, HOUR), "hour": (0, 0, HOUR),
    "d": (0, 1, 0), "day": (0, 1, 0),
    "w": (0, 7, 0), "week": (0, 7, 0),
    "mo": (1, 0, 0), "month": (1, 0, 0),
    "y": (12, 0, 0), "year": (12, 0, 0),
}  # fmt: skip
_PIECE = re.compile(r"\s*(\d{1,6}|an?\b)?\s*([a-z]+)\s*(?:,|and\b)?", re.ASCII)


def parse_span(text: str) -> Span | None:
    """A length of time as people write it: `3d`, `1h30m`, `2 weeks`, `90 minutes`, `a day`; None if not understood."""
    words = text.strip().lower()
    if not words or len(words) > 60:
        return None
    months = days = milliseconds = place = 0
    while place < len(words):
        found = _PIECE.match(words, place)
        if found is None or found.end() == place:
            return None
        number, word = found.groups()
        unit = _UNITS.get(word) or (_UNITS.get(word[:-1]) if word.endswith("s") and len(word) > 2 else None)
        if unit is None:
            return None
        count = int(number) if number and number.isdigit() else 1
        months, days, milliseconds = months + count * unit[0], days + count * unit[1], milliseconds + count * unit[2]
        place = found.end()
    span = Span(months, days, milliseconds)
    return span if span.exact <= 200 * 365 * DAY else None


def format_span(span: Span) -> str:
    """A span in plain words, like `3 months` or `2 hours 30 minutes`."""
    years, months = divmod(span.months, 12)
    parts = [_plural(n, w) for n, w in ((years, "year"), (months, "month"), (span.days, "day")) if n]
    if span.milliseconds or not parts:
        parts.append(format_duration(span.milliseconds))
    return " ".join(parts)


def format_duration(milliseconds: int) -> str:
    """A duration in plain words, its two largest units at most."""
    rest, parts = abs(milliseconds) // SECOND, []
    for size, word in ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        count, rest = divmod(rest, size)
        if count:
            parts.append(_plural(count, word))
    return ("minus " if milliseconds < 0 else "") + " ".join(parts[:2] or ["0 minutes"])


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)


def parse_clock(text: str) -> int | None:
    """A time of day, like `18:30` or `24:00`, as seconds after midnight; None if it is none."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds = int(found[1]), int(found[2]), int(found[3] or 0)
    total = hours * 3600 + minutes * 60 + seconds
    return total if minutes < 60 and seconds < 60 and total <= 86_400 else None


def format_clock(seconds: int) -> str:
    """Seconds after midnight as HH:MM."""
    return f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}"


def parse_window(text: str) -> tuple[int, int] | None:
    """A part of the day, like `21:30-07:00`: (from, to) in seconds; one that crosses midnight ends after 24 hours."""
    first, mark, second = text.replace("\u2013", "-").partition("-")
    start, end = parse_clock(first), parse_clock(second) if mark else None
    if start is None or end is None or start == end or start == 86_400:
        return None
    return (start, end) if end > start else (start, end + 86_400)


def parse_moment(text: str) -> int | None:
    """An ISO 8601 moment with an offset or Z; None if it is none. Finer than a millisecond is cut off."""
    try:
        found = Instant.parse_iso(text.strip())
    except ValueError:
        return None
    return int(found.timestamp(unit="millisecond"))


def format_moment(moment: int) -> str:
    """A moment as ISO 8601 in UTC, to the millisecond."""
    day, rest = divmod(moment, DAY)
    return f"{date.fromordinal(day + EPOCH_DAY).isoformat()}T{_hms(rest)}.{rest % 1000:03d}Z"


def format_local(zone: str, moment: int) -> str:
    """A moment on the person's wall, with its offset: `2026-11-23 18:30:00 +01:00`."""
    offset = offset_at(zone, moment)
    day, rest = divmod(moment + offset, DAY)
    sign, minutes = "-" if offset < 0 else "+", abs(offset) // MINUTE
    shown = f"{date.fromordinal(day + EPOCH_DAY).isoformat()} {_hms(rest)}"
    return f"{shown} {sign}{minutes // 60:02d}:{minutes % 60:02d}"


def _hms(milliseconds: int) -> str:
    seconds = milliseconds // SECOND
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


@lru_cache(maxsize=1024)
def is_zone(name: str) -> bool:
    """Whether there is a time zone of that (IANA) name."""
    try:
        Instant.from_timestamp(0, unit="millisecond").to_tz(name)
    except (TimeZoneNotFoundError, ValueError, TypeError):
        return False
    return True


class _Zone:
    """The stretches of constant offset of one zone that have been looked at: sorted, growing as needed."""

    __slots__ = ("ends", "name", "offsets", "starts")

    def __init__(self, name: str) -> None:
        self.name = name
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.offsets: list[int] = []

    def at(self, moment: int) -> int:
        """The place of the stretch that holds a moment."""
        place = bisect_right(self.starts, moment) - 1
        if place >= 0 and moment < self.ends[place]:
            return place
        if not EARLIEST < moment < LATEST:
            raise ValueError(f"{moment} is outside the moments that can be computed with")
        here = Instant.from_timestamp(moment, unit="millisecond").to_tz(self.name)
        before, after = here.prev_transition(), here.next_transition()
        if before is not None and before.to_instant() > here.to_instant():
            before = None
        start = EARLIEST if before is None else int(before.timestamp(unit="millisecond"))
        end = LATEST if after is None else int(after.timestamp(unit="millisecond"))
        self.starts.insert(place + 1, start)
        self.ends.insert(place + 1, end)
        self.offsets.insert(place + 1, round(here.offset.total("milliseconds")))
        return place + 1


_ZONES: dict[str, _Zone] = {}


def _zone(name: str) -> _Zone:
    found = _ZONES.get(name)
    if found is None:
        found = _ZONES[name] = _Zone(name)
    return found


def offset_at(zone: str, moment: int) -> int:
    """The zone's offset from UTC at a moment, in milliseconds."""
    found = _ZONES.get(zone) or _zone(zone)
    return found.offsets[found.at(moment)]


def local_day(zone: str, moment: int) -> int:
    """The ordinal of the day on the wall."""
    return (moment + offset_at(zone, moment)) // DAY + EPOCH_DAY


def local_clock(zone: str, moment: int) -> int:
    """Seconds after midnight on the wall."""
    return (moment + offset_at(zone, moment)) % DAY // SECOND


def weekday(day: int) -> int:
    """The day of the week of an ordinal: Monday is 0."""
    return (day - 1) % 7


def resolve(zone: str, day: int, clock: int) -> int:
    """The moment at which a wall time happens.

    A time that does not exist moves to the first instant that does (the transition); one that exists twice happens at
    the first. A clock of 86,400 or more is on a later day.
    """
    wall = (day - EPOCH_DAY) * DAY + clock * SECOND
    found = _ZONES.get(zone) or _zone(zone)
    # An offset lies within a day of UTC, so the stretch in force a day and a bit earlier comes before the right one.
    place = found.at(wall - DAY - 2 * HOUR)
    while True:
        moment = wall - found.offsets[place]
        if moment < found.ends[place]:
            return max(moment, found.starts[place])
        place = found.at(found.ends[place])


def add(zone: str, moment: int, span: Span) -> int:
    """A moment so much later: months and days on the wall (a month's end is kept within the month), then the rest."""
    if not span.months and not span.days:
        return moment + span.milliseconds
    wall = moment + offset_at(zone, moment)
    day, rest = wall // DAY + EPOCH_DAY, wall % DAY
    if span.months:
        day = add_months(day, span.months)
    return resolve(zone, day + span.days, rest // SECOND) + rest % SECOND + span.milliseconds


def add_months(day: int, months: int) -> int:
    """The same day of a later month; where that month is shorter, its last day."""
    start = date.fromordinal(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).toordinal()


def local_midnight(zone: str, day: int) -> int:
    """The first instant of a local day."""
    return resolve(zone, day, 0)


def inside(zone: str, moment: int, window: tuple[int, int]) -> bool:
    """Whether the wall clock is inside a daily window: from its start, up to but not including its end."""
    clock = local_clock(zone, moment)
    start, end = window
    return start <= clock < end or clock + 86_400 < end


def window_end(zone: str, moment: int, window: tuple[int, int]) -> int:
    """For a moment inside a daily window: the first instant after it that is outside."""
    clock, day = local_clock(zone, moment), local_day(zone, moment)
    end = window[1] if clock >= window[0] else window[1] - 86_400
    found = resolve(zone, day, end)
    while found <= moment or inside(zone, found, window):
        # The wall was turned back over the window's end: it is left when the clock comes by again.
        later = _ZONES[zone].ends[_ZONES[zone].at(max(found, moment))]
        again = resolve(zone, day + 1, end) if later > moment + 2 * DAY else later
        wall_end = (day - EPOCH_DAY) * DAY + end * SECOND - offset_at(zone, max(found, moment))
        found = wall_end if wall_end > moment and not inside(zone, wall_end, window) else max(again, found + 1)
    return found
