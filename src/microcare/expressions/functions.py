"""Window functions over a history, and the reference of all functions for whoever asks here.

Window functions are not part of the generated code: each one becomes a leaf whose value is computed once, by
`history`, and frozen with the decision that used it.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from microcare.expressions.reference import (
    DEPARTURES,
    FUNCTIONS,
    NEEDS_WINDOW,
    OPERATORS,
    FunctionDoc,
    OperatorDoc,
)
from microcare.expressions.types import Value
from microcare.expressions.values import DAY, accept_number, parse_duration

__all__ = ["DEPARTURES", "FUNCTIONS", "OPERATORS", "Clock", "FunctionDoc", "OperatorDoc", "Series", "history"]


class Clock(Protocol):
    """The instant of the decision and the person's local days around it.

    now: moment. midnight(n): moment at which the local day n days ago began; 0 is today.
    """

    @property
    def now(self) -> int: ...

    def midnight(self, days_ago: int) -> int: ...


Series = Sequence[tuple[int, Value]]
"""(moment, value), oldest first."""


def numbers(series: Iterable[tuple[int, Value]]) -> list[tuple[int, float]]:
    """The proper numbers of a series; unknown and bad values are left out, as if they had not come."""
    found = ((moment, accept_number(value)) for moment, value in series)
    return [(moment, value) for moment, value in found if value is not None]


def part(series: Series, after: int, until: int) -> Series:
    """The values with after < moment <= until. The series is oldest first."""
    begin = bisect_right(series, after, key=lambda dated: dated[0])
    return series[begin : bisect_right(series, until, lo=begin, key=lambda dated: dated[0])]


def sum_of(series: Series) -> float | None:
    """Exactly rounded, so that it does not depend on the order of the values; None without values or beyond
    doubles."""
    values = [value for _, value in numbers(series)]
    try:
        return math.fsum(values) if values else None
    except OverflowError:
        return None


def mean_of(series: Series) -> float | None:
    """The mean of the known numbers; unknown where there are none."""
    values = numbers(series)
    added = sum_of(series)
    return None if added is None else added / len(values)


def slope_of(series: Series) -> float | None:
    """Least-squares slope per day; None without two different moments. Moments are centered before
    squaring."""
    values = numbers(series)
    if not values or values[0][0] == values[-1][0]:
        return None
    try:
        days = [(moment - values[0][0]) / DAY for moment, _ in values]
        center = math.fsum(days) / len(days)
        level = math.fsum(value for _, value in values) / len(values)
        above = math.fsum((day - center) * (value - level) for day, (_, value) in zip(days, values, strict=True))
        return accept_number(above / math.fsum((day - center) ** 2 for day in days))
    except (OverflowError, ValueError, ZeroDivisionError):
        return None


def share_of(series: Series) -> float | None:
    """The share of true among the known; unknown where there are none."""
    truths = [value for _, value in series if isinstance(value, bool)]
    return sum(truths) / len(truths) if truths else None


def today_of(series: Series, clock: Clock) -> float | None:
    """The sum since local midnight; unknown where there is nothing yet."""
    return sum_of(part(series, clock.midnight(0) - 1, clock.now))


def usual_of(series: Series, window: int, clock: Clock) -> float | None:
    """Mean of the daily sums of the window's whole local days before today that have values; local days may
    have 23 or 25 hours, so they are counted by their midnights."""
    sums: list[tuple[int, Value]] = []
    end = clock.midnight(0)
    for days_ago in range(1, window // DAY + 1):
        begin = clock.midnight(days_ago)
        sums.append((begin, sum_of(part(series, begin - 1, end - 1))))
        end = begin
    return mean_of(sums)


def change_of(series: Series, window: int, clock: Clock) -> float | None:
    """The mean of the last window minus the mean of the window before."""
    now = mean_of(part(series, clock.now - window, clock.now))
    before = mean_of(part(series, clock.now - 2 * window, clock.now - window))
    return None if now is None or before is None else accept_number(now - before)


def known_values(series: Series) -> list[Value]:
    """Without None and without nan and infinities, which are unknown too."""
    return [v for _, v in series if v is not None and (not isinstance(v, float) or v - v == 0.0)]


_over_values: dict[str, Callable[[Series], Value]] = {
    "count": lambda series: len(known_values(series)),
    "share": share_of,
    "sum": sum_of,
    "mean": mean_of,
    "minimum": lambda series: min((value for _, value in numbers(series)), default=None),
    "maximum": lambda series: max((value for _, value in numbers(series)), default=None),
    "last": lambda series: (known_values(series) or [None])[-1],
    "first": lambda series: (known_values(series) or [None])[0],
    "trend": slope_of,
}


def history(function: str, arguments: tuple[Value, ...], series: Series, clock: Clock) -> Value:
    """The value of a window function over a series of (moment, value), oldest first.

    function and arguments: as in Leaf; the argument is the window in milliseconds (or its text, "7d"). A
    window reaches
    from now back: now - window < moment <= now. Without a window all values until now count; later ones never
    do. Without values count is 0 and everything else is None: no data is not zero.
    """
    window = arguments[0] if arguments else None
    if isinstance(window, str):
        window = parse_duration(window)
    if window is None and function in NEEDS_WINDOW:
        return None
    span = None if window is None else int(window)
    if function == "today":
        return today_of(series, clock)
    if function == "usual" and span is not None:
        return usual_of(series, span, clock)
    if function == "change" and span is not None:
        return change_of(series, span, clock)
    if span is None:
        until = bisect_right(series, clock.now, key=lambda dated: dated[0])
        return _over_values[function](series[:until])
    return _over_values[function](part(series, clock.now - span, clock.now))
