"""Schedules: which local days, which times of day, and the next slot of both, found without a scan.

Recurrences are expanded in wall time and then resolved, so a daily 18:30 stays 18:30, and a slot's identity, its
planned day and place in that day, does not depend on the zone.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from microcare.base.moments import EPOCH_DAY, LAST_DAY, SECOND, add_months, resolve, wall_reached, weekday
from microcare.base.spans import DAY

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Names of days, by their number."""

_CYCLE_MONTHS = 4800
"""After 400 years the calendar repeats, days of the week included."""


@dataclass(frozen=True, slots=True)
class DayPattern:
    """Days that come again: every n days, weeks or months, counted from a first day. `weekdays` empty: all days.

    - day: every n-th day, if it is one of the weekdays.
    - week: the first day of every n-th period of seven days; with weekdays, those days of the period instead.
    - month: the first day's day of every n-th month (or the month's last), if it is one of the weekdays.
    """

    unit: Literal["day", "week", "month"]
    n: int = 1
    weekdays: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if self.n < 1 or not self.weekdays <= _ALL:
            raise ValueError(f"no such days: every {self.n} {self.unit}, {sorted(self.weekdays)}")


_ALL = frozenset(range(7))
_NAMED = {
    **{name: frozenset({number}) for number, name in enumerate(WEEKDAYS)},
    "weekday": frozenset(range(5)),
    "weekend": frozenset({5, 6}),
}
_NAMED |= {f"{name}s": days for name, days in _NAMED.items()}
_period = re.compile(r"(?:(\d{1,4}|an?|one|other)\s+)?(day|week|month|year)(s?)", re.ASCII)
_counts = {"a": 1, "an": 1, "one": 1, "other": 2}


def parse_days(text: str) -> DayPattern | None:
    """The days a text says, or None: "day", "2 days", "week", "3 months", "weekday", "weekend", "monday, thursday".

    A leading "every" may stand. "2 weeks on monday" names days of every second week; "year" is twelve months.
    """
    text = " ".join(text.lower().split()).removeprefix("every ")
    days = _day_names(text)
    if days is not None:
        return DayPattern("day", 1, days)
    period, on, names = text.partition(" on ")
    match = _period.fullmatch(period)
    if match is None:
        return None
    count, unit, many = match.groups()
    n = 1 if count is None else _counts.get(count) or int(count)
    # "1 days" is only clumsy; "days" alone does not say how many.
    if n == 0 or (many and count is None):
        return None
    if on:
        days = _day_names(names)
        return DayPattern("week", n, days) if unit == "week" and days is not None else None
    if unit == "day":
        return DayPattern("day", n)
    if unit == "week":
        return DayPattern("week", n)
    return DayPattern("month", n * 12 if unit == "year" else n)


def _day_names(text: str) -> frozenset[int] | None:
    found: set[int] = set()
    for name in re.split(r",\s*(?:and )?| and ", text):
        days = _NAMED.get(name.strip())
        if days is None:
            return None
        found |= days
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Slot:
    """A planned time. Its identity is (day, index): the planned local day, and the place among that day's clocks."""

    day: int
    index: int
    moment: int


def next_slot(
    pattern: DayPattern,
    clocks: Sequence[int],
    zone: str,
    first_day: int,
    after: tuple[int, int] | None,
    not_before: int | None = None,
) -> Slot | None:
    """The first slot, in the order of identities, on a day of the pattern from `first_day` on.

    Only slots whose identity comes after `after`, and, if given, whose moment is not before `not_before`. None where
    there is none: no clocks, a pattern that its weekdays rule out, or the end of the calendar (year 9999).
    `clocks` are sorted, and the last is at most a day after the first; then later identities never have earlier
    moments. The cost does not depend on how far away the slot is.
    """
    if not clocks:
        return None
    day, index = first_day, 0
    if after is not None and after[0] >= first_day:
        day, index = after[0], after[1] + 1
        if index >= len(clocks):
            day, index = day + 1, 0
    # Two days after it, no zone can be before it.
    if not_before is not None and (day - EPOCH_DAY - 2) * DAY <= not_before:
        wall = wall_reached(zone, not_before)
        # The first day whose last clock is late enough, and the first of its clocks that is. Both divisions round up.
        least = EPOCH_DAY - (clocks[-1] * SECOND - wall) // DAY
        if least >= day:
            place = bisect_left(clocks, -(((least - EPOCH_DAY) * DAY - wall) // SECOND))
            if least > day or place > index:
                day, index = least, place
    found = next_day(pattern, first_day, day)
    if found is None:
        return None
    if found != day:
        index = 0
    return Slot(found, index, resolve(zone, found, clocks[index]))


def next_day(pattern: DayPattern, first_day: int, day: int) -> int | None:
    """The first day of a pattern that is neither before its first day nor before `day`; None: there is none."""
    day = max(day, first_day)
    if pattern.unit == "day" and pattern.n == 1 and not pattern.weekdays:
        found: int | None = day
    elif pattern.unit == "month":
        found = _next_month_day(pattern, first_day, day)
    elif pattern.unit == "week" and pattern.weekdays:
        found = _next_week_day(pattern, first_day, day)
    else:
        n = pattern.n if pattern.unit == "day" else pattern.n * 7
        found = day + (first_day - day) % n
        if pattern.weekdays:
            found = _on_weekday(found, n, pattern.weekdays)
    return found if found is not None and found <= LAST_DAY else None


def _on_weekday(day: int, n: int, weekdays: frozenset[int]) -> int | None:
    """The first of day, day + n, ... on one of the weekdays. Days of the week repeat after seven steps."""
    steps = _steps(n % 7, weekdays)[weekday(day)]
    return None if steps is None else day + steps * n


@lru_cache(maxsize=1024)
def _steps(n: int, weekdays: frozenset[int]) -> tuple[int | None, ...]:
    """From each day of the week: how many steps of n days lead to one of the weekdays."""
    return tuple(next((k for k in range(7) if (start + k * n) % 7 in weekdays), None) for start in range(7))


def _next_week_day(pattern: DayPattern, first_day: int, day: int) -> int | None:
    period = first_day + (day - first_day) // (7 * pattern.n) * (7 * pattern.n)
    if day < period + 7:
        found = _on_weekday(day, 1, pattern.weekdays)
        if found is not None and found < period + 7:
            return found
    return _on_weekday(period + 7 * pattern.n, 1, pattern.weekdays)


def _next_month_day(pattern: DayPattern, first_day: int, day: int) -> int | None:
    if day > LAST_DAY:
        return None
    begin, wanted = date.fromordinal(first_day), date.fromordinal(day)
    months = (wanted.year - begin.year) * 12 + wanted.month - begin.month
    months += -months % pattern.n
    if add_months(first_day, months) < day:
        months += pattern.n
    for step in range(months, months + _CYCLE_MONTHS * pattern.n, pattern.n):
        if (begin.year * 12 + begin.month - 1 + step) // 12 > date.max.year:
            return None
        found = add_months(first_day, step)
        if not pattern.weekdays or weekday(found) in pattern.weekdays:
            return found
    return None


def window_bounds(zone: str, day: int, window: tuple[int, int]) -> tuple[int, int]:
    """The moments at which a window of a planned day begins and ends. Equal where the clock skips all of it."""
    return resolve(zone, day, window[0]), resolve(zone, day, window[1])
