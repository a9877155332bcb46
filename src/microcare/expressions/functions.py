"""What an author can call: the reference of functions and operators, and the window functions over a history.

The reference manual is built from FUNCTIONS and OPERATORS. Window functions are not part of the generated code: each
one becomes a leaf whose value is computed once, by `history`, and frozen with the decision that used it.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from microcare.expressions.types import Type, Value
from microcare.expressions.values import DAY, accept_number, parse_duration


class Clock(Protocol):
    """The instant of the decision and the person's local days around it.

    now: moment. midnight(n): moment at which the local day n days ago began; 0 is today.
    """

    now: int

    def midnight(self, days_ago: int) -> int: ...


Series = Sequence[tuple[int, Value]]
"""(moment, value), oldest first."""


@dataclass(frozen=True, slots=True)
class FunctionDoc:
    """One entry of the reference; `result` is None where it is the type of the argument."""

    name: str
    signature: str
    meaning: str
    example: str
    result: Type | None
    window: bool = False


@dataclass(frozen=True, slots=True)
class OperatorDoc:
    sign: str
    name: str
    meaning: str
    example: str


FUNCTIONS: tuple[FunctionDoc, ...] = (
    FunctionDoc("known", "known(x)", "True if x has a value, false if it is unknown. Never unknown itself.",
                "known(person.dinner_time)", Type.BOOLEAN),
    FunctionDoc("has", "has(x)", "The same as known(x), in the words of CEL.", "has(signals.steps)", Type.BOOLEAN),
    FunctionDoc("if_unknown", "if_unknown(x, default)", "x, or the default while x is unknown.",
                "if_unknown(presence.score, 0) <= 4", None),
    FunctionDoc("between", "between(x, low, high)",
                "True from low to high, both included. A window of times may cross midnight.",
                'between(person.bedtime, "22:00", "02:00")', Type.BOOLEAN),
    FunctionDoc("min", "min(a, b, ...)", "The smallest of several values of one type.", "min(phq9.score, 20)", None),
    FunctionDoc("max", "max(a, b, ...)", "The largest of several values of one type.", "max(mood.score, 1)", None),
    FunctionDoc("abs", "abs(x)", "The number without its sign.", "abs(signals.change) > 2", Type.NUMBER),
    FunctionDoc("round", "round(x)", "The nearest whole number; halves go away from zero.",
                "round(presence.score / 2)", Type.NUMBER),
    FunctionDoc("floor", "floor(x)", "The next whole number downwards.", "floor(signals.minutes / 60)", Type.NUMBER),
    FunctionDoc("ceil", "ceil(x)", "The next whole number upwards.", "ceil(signals.minutes / 60)", Type.NUMBER),
    FunctionDoc("days_since", "days_since(moment)",
                "Days of 24 hours from the moment to now, with fractions; negative if it is still to come.",
                "days_since(person.joined) >= 14", Type.NUMBER),
    FunctionDoc("size", "size(text)", "How many characters the text has; text.size() is the same.",
                "size(person.child_name) > 0", Type.NUMBER),
    FunctionDoc("startsWith", "text.startsWith(part)", "True if the text begins so, in the same letter case.",
                'person.city.startsWith("New")', Type.BOOLEAN),
    FunctionDoc("endsWith", "text.endsWith(part)", "True if the text ends so, in the same letter case.",
                'person.city.endsWith("burg")', Type.BOOLEAN),
    FunctionDoc("contains", "text.contains(part)", "True if the part occurs in the text, in the same letter case.",
                'answer.contains("tired")', Type.BOOLEAN),
    FunctionDoc("time", "time(text)", "A time of day from a text HH:MM; unknown if the text is none.",
                'person.dinner_time < time("18:30")', Type.TIME),
    FunctionDoc("date", "date(text)", "A date from a text YYYY-MM-DD; unknown if the text is none.",
                'person.birthday < date("2015-01-01")', Type.DATE),
    FunctionDoc("duration", "duration(text)",
                "A duration from a text with the units w, d, h, m (minutes), s and ms; unknown if the text is none.",
                'now - person.joined > duration("3d")', Type.DURATION),
    FunctionDoc("count", "count(x) or count(x, window)",
                "How many values there are, of any type and of any value; 0 if there are none.",
                'count(signals.steps, "7d") >= 3', Type.NUMBER, True),
    FunctionDoc("share", "share(x) or share(x, window)", "The part of the values that is true, 0 to 1.",
                'share(signals.at_home, "1d") > 0.5', Type.NUMBER, True),
    FunctionDoc("sum", "sum(x) or sum(x, window)",
                "The sum of the values. Unknown without values: no data is not zero.",
                'sum(signals.screen_minutes, "1d") > 120', Type.NUMBER, True),
    FunctionDoc("mean", "mean(x) or mean(x, window)", "The mean of the values; unknown without values.",
                'mean(signals.steps, "7d") < 5000', Type.NUMBER, True),
    FunctionDoc("minimum", "minimum(x) or minimum(x, window)", "The smallest value; unknown without values.",
                'minimum(mood.score, "7d") <= 2', Type.NUMBER, True),
    FunctionDoc("maximum", "maximum(x) or maximum(x, window)", "The largest value; unknown without values.",
                'maximum(mood.score, "7d") >= 8', Type.NUMBER, True),
    FunctionDoc("last", "last(x) or last(x, window)", "The latest known value; unknown without values.",
                'last(mood.score, "2d") < 3', None, True),
    FunctionDoc("first", "first(x) or first(x, window)", "The earliest known value; unknown without values.",
                "last(mood.score) > first(mood.score)", None, True),
    FunctionDoc("trend", "trend(x) or trend(x, window)",
                "Rise per day of the straight line that fits best (least squares); needs values at two moments.",
                'trend(mood.score, "14d") < 0', Type.NUMBER, True),
    FunctionDoc("today", "today(x)", "The sum since the last local midnight; unknown without values today.",
                "today(signals.steps) > 8000", Type.NUMBER, True),
    FunctionDoc("usual", "usual(x, window)",
                "The mean daily sum over that many whole local days before today; days without values do not count.",
                'today(signals.steps) > usual(signals.steps, "28d") + 5000', Type.NUMBER, True),
    FunctionDoc("change", "change(x, window)",
                "The mean over the last window minus the mean over the window before it; unknown if either is empty.",
                'change(mood.score, "7d") < -1', Type.NUMBER, True),
)  # fmt: skip

OPERATORS: tuple[OperatorDoc, ...] = (
    OperatorDoc("( )", "brackets", "What is inside is worked out first.", "(a + b) * 2"),
    OperatorDoc("!", "not", "True if what follows is false.", "!why.success"),
    OperatorDoc("-x", "minus", "The number with the other sign.", "-3"),
    OperatorDoc("*", "times", "Multiplies numbers.", "score * 2"),
    OperatorDoc("/", "divided by", "Divides, with fractions: 7 / 2 is 3.5. Dividing by zero is unknown.",
                "signals.minutes / 60"),
    OperatorDoc("%", "remainder", "What is left after whole division; it has the sign of the right side: -1 % 7 is 6.",
                "day % 7 == 0"),
    OperatorDoc("+", "plus", "Adds numbers or durations, moves a moment by a duration, joins texts.",
                'person.joined + "14d" <= now'),
    OperatorDoc("-", "minus", "Subtracts; one moment minus another is a duration.", 'now - person.joined > "3d"'),
    OperatorDoc("<", "less than", "Earlier or smaller, of two values of the same type.", "presence.score < 4"),
    OperatorDoc("<=", "at most", "Less or equal.", "presence.score <= 4"),
    OperatorDoc(">", "more than", "Later or larger.", 'person.dinner_time > "18:30"'),
    OperatorDoc(">=", "at least", "More or equal.", "attention.score >= 6"),
    OperatorDoc("==", "equals", "The same value; unknown if either side is unknown.", 'answer == "yes"'),
    OperatorDoc("!=", "differs from", "Not the same value; unknown if either side is unknown.", 'answer != "yes"'),
    OperatorDoc("in", "is one of", "Equal to one of a list; unknown if anything in it is unknown.",
                'last.outcome in ["success", "failure"]'),
    OperatorDoc("&&", "and", "True if both are. False if one side is false, even if the other is unknown.",
                "signals.at_home && why.success"),
    OperatorDoc("||", "or", "True if one is. True if one side is true, even if the other is unknown.",
                "signals.at_home || why.success"),
    OperatorDoc("? :", "choice", "condition ? value : other value; unknown if the condition is unknown.",
                "presence.score <= 4 ? 3 : 1"),
)  # fmt: skip

DOCS: dict[str, FunctionDoc] = {doc.name: doc for doc in FUNCTIONS}
WINDOW_FUNCTIONS = frozenset(doc.name for doc in FUNCTIONS if doc.window)
METHODS = frozenset({"startsWith", "endsWith", "contains", "size"})
NEEDS_WINDOW = frozenset({"usual", "change"})
WITHOUT_WINDOW = frozenset({"today"})
OF_ANY_TYPE = frozenset({"count", "last", "first"})


def numbers(series: Iterable[tuple[int, Value]]) -> list[tuple[int, float]]:
    """The proper numbers of a series; unknown and bad values are left out, as if they had not come."""
    found = ((moment, accept_number(value)) for moment, value in series)
    return [(moment, value) for moment, value in found if value is not None]


def part(series: Series, after: int, until: int) -> Series:
    """The values with after < moment <= until. The series is oldest first."""
    begin = bisect_right(series, after, key=lambda dated: dated[0])
    return series[begin : bisect_right(series, until, lo=begin, key=lambda dated: dated[0])]


def sum_of(series: Series) -> float | None:
    """Exactly rounded, so that it does not depend on the order of the values; None without values or beyond doubles."""
    values = [value for _, value in numbers(series)]
    try:
        return math.fsum(values) if values else None
    except OverflowError:
        return None


def mean_of(series: Series) -> float | None:
    values = numbers(series)
    added = sum_of(series)
    return None if added is None else added / len(values)


def slope_of(series: Series) -> float | None:
    """Least-squares slope per day; None without two different moments. Moments are centered before squaring."""
    values = numbers(series)
    if not values or values[0][0] == values[-1][0]:
        return None
    try:
        days = [(moment - values[0][0]) / DAY for moment, _ in values]
        center = math.fsum(days) / len(days)
        level = math.fsum(value for _, value in values) / len(values)
        above = math.fsum(
            (day - center) * (value - level) for day, (_, value) in zip(days, values, strict=True)
        )
        return accept_number(above / math.fsum((day - center) ** 2 for day in days))
    except (OverflowError, ValueError, ZeroDivisionError):
        return None


def share_of(series: Series) -> float | None:
    truths = [value for _, value in series if isinstance(value, bool)]
    return sum(truths) / len(truths) if truths else None


def today_of(series: Series, clock: Clock) -> float | None:
    return sum_of(part(series, clock.midnight(0) - 1, clock.now))


def usual_of(series: Series, window: int, clock: Clock) -> float | None:
    """Mean of the daily sums of the window's whole local days before today that have values; local days may have 23 or
    25 hours, so they are counted by their midnights."""
    sums: list[tuple[int, Value]] = []
    end = clock.midnight(0)
    for days_ago in range(1, window // DAY + 1):
        begin = clock.midnight(days_ago)
        sums.append((begin, sum_of(part(series, begin - 1, end - 1))))
        end = begin
    return mean_of(sums)


def change_of(series: Series, window: int, clock: Clock) -> float | None:
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

    function and arguments: as in Leaf; the argument is the window in milliseconds (or its text, "7d"). A window reaches
    from now back: now - window < moment <= now. Without a window all values until now count; later ones never do.
    Without values count is 0 and everything else is None: no data is not zero.
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
