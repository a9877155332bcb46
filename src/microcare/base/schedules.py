"""What comes due again and again: days on the calendar, times on the wall, in closed form and never by a scan.

Recurrences are expanded in wall time and then resolved to moments. A slot's identity is its planned local day and its
place in that day, unchanged by travel or by a clock that is turned.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from microcare.base.moments import add_months, resolve, weekday

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class DayPattern:
    """Which days: every n-th day, week or month from a first day, or certain days of the week (none: all)."""

    unit: Literal["day", "week", "month"]
    n: int = 1
    weekdays: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Slot:
    """One planned time. Its identity is (day, index); the moment follows from the zone."""

    day: int
    index: int
    moment: int


_EVERY = re.compile(r"(?:every\s+)?(?:(\d{1,3}|other|an?)\s+)?(day|week|month|year)s?", re.ASCII)


def parse_days(text: str) -> DayPattern | None:
    """Days as people write them: `day`, `2 days`, `weekday`, `weekend`, `monday, thursday`, `month`; None if not days."""
    words = text.strip().lower()
    named = {"weekday": range(5), "weekdays": range(5), "weekend": (5, 6), "weekends": (5, 6), "daily": range(7)}
    if words.removeprefix("every ") in named:
        return DayPattern("day", 1, frozenset(named[words.removeprefix("every ")]) if words != "daily" else frozenset())
    found = _EVERY.fullmatch(words)
    if found is not None:
        count = {"other": 2, None: 1, "a": 1, "an": 1}.get(found[1]) or int(found[1] or 1)
        if count < 1:
            return None
        if found[2] == "year":
            return DayPattern("month", 12 * count)
        unit: Literal["day", "week", "month"] = "day" if found[2] == "day" else "week" if found[2] == "week" else "month"
        return DayPattern(unit, count)
    days = [_weekday(w) for w in re.split(r"\s*(?:,|\band\b)\s*", words.removeprefix("every "))]
    known = [d for d in days if d is not None]
    return DayPattern("day", 1, frozenset(known)) if known and len(known) == len(days) else None


def _weekday(word: str) -> int | None:
    short = word.removesuffix("s") if len(word) > 4 else word
    found = [i for i, name in enumerate(WEEKDAYS) if short == name or (len(short) == 3 and name.startswith(short))]
    return found[0] if found else None


def next_day(pattern: DayPattern, first: int, at_least: int) -> int:
    """The first day of a pattern, counted from `first`, that is not before `at_least`."""
    day = max(first, at_least)
    if pattern.unit == "day":
        if pattern.weekdays and pattern.n == 1:
            return day + min((d - weekday(day)) % 7 for d in pattern.weekdays)
        day = first + -(-(day - first) // pattern.n) * pattern.n
        for _ in range(8):
            if not pattern.weekdays or weekday(day) in pattern.weekdays:
                return day
            day += pattern.n
        return day
    if pattern.unit == "week":
        return first + -(-(day - first) // (7 * pattern.n)) * 7 * pattern.n
    start, wanted = date.fromordinal(first), date.fromordinal(day)
    months = (wanted.year - start.year) * 12 + wanted.month - start.month
    count = max(months // pattern.n, 0)
    while True:
        found = add_months(first, count * pattern.n)
        if found >= day:
            return found
        count += 1


def next_slot(
    pattern: DayPattern,
    clocks: Sequence[int],
    zone: str,
    first_day: int,
    after: tuple[int, int] | None,
    not_before: int | None = None,
) -> Slot:
    """The next slot: the first in (day, index) order after an identity, and not before a moment.

    `clocks` are seconds after midnight, sorted. Closed form: the cost does not depend on how far away it is.
    """
    day, index = (first_day, 0) if after is None else (after[0], after[1] + 1)
    if not_before is not None:
        # No wall time lies more than two days from its moment, whatever its zone.
        earliest = not_before // 86_400_000 + 719_163 - 2 - clocks[-1] // 86_400
        if earliest > day:
            day, index = earliest, 0
    while True:
        found = next_day(pattern, first_day, day)
        if found > day:
            day, index = found, 0
        while index < len(clocks):
            moment = resolve(zone, day, clocks[index])
            if not_before is None or moment >= not_before:
                return Slot(day, index, moment)
            index += 1
        day, index = day + 1, 0


def window_bounds(zone: str, day: int, window: tuple[int, int]) -> tuple[int, int]:
    """The moments at which a daily window of a planned day begins and ends."""
    return resolve(zone, day, window[0]), resolve(zone, day, window[1])
