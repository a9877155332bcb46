"""The parts that Open mHealth schemas are made of: numbers, texts, quantities, value sets, time frames.

A check gets a field's path and what was found there, and returns what it means or a refusal. It looks no
deeper than its own fields, so that hostile nesting costs nothing, and it never raises.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from microcare.base.written import is_date
from microcare.exchange.moment_text import parse_instant

LARGEST = 1e12
"""Larger numbers are no measurement of a person."""
LONGEST_TEXT = 10_000
"""Characters in a text field."""
PARTS_OF_DAY = ("morning", "afternoon", "evening", "night")
_MILLISECONDS: Mapping[str, float | None] = {
    "ps": 1e-9,
    "ns": 1e-6,
    "us": 1e-3,
    "ms": 1.0,
    "sec": 1e3,
    "min": 6e4,
    "h": 3.6e6,
    "d": 8.64e7,
    "wk": 6.048e8,
    "Mo": None,
    "yr": None,
}
"""A unit's length in ms; months and years have none that is fixed."""
_ENDS = ("start_date_time", "end_date_time", "duration")


@dataclass(frozen=True)
class Refusal:
    """Why a data point is not read: the field, and in plain words what was expected and found."""

    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"


@dataclass(frozen=True)
class Span:
    """When a measurement was so: moments in ms, None where unknown."""

    start: int | None
    end: int | None


Found = float | str | tuple[float, str] | Span
"""What a field means: a number, a text, a value with its unit, a time."""
Check = Callable[[str, object], Found | Refusal]


def described(found: object) -> str:
    """Say what was found, never more than a short text of it."""
    match found:
        case None:
            return "nothing"
        case bool():
            return "true" if found else "false"
        case str():
            return f'"{found}"' if len(found) <= 40 and found.isprintable() else "another text"
        case int():
            return str(found) if abs(found) < LARGEST else "a huge number"
        case float():
            return str(found)
        case Mapping():
            return "an object"
        case list() | tuple():
            return "a list"
        case _:
            return "something else"


def number() -> Check:
    """A finite number; true and false are none."""

    def check(path: str, found: object) -> Found | Refusal:
        if isinstance(found, bool) or not isinstance(found, int | float):
            return Refusal(path, f"expected a number, found {described(found)}")
        if isinstance(found, float) and not math.isfinite(found):
            return Refusal(path, f"expected a finite number, found {described(found)}")
        if abs(found) > LARGEST:
            return Refusal(path, "the number is too large to be a measurement")
        return float(found)

    return check


def text() -> Check:
    """Any text of reasonable length."""

    def check(path: str, found: object) -> Found | Refusal:
        if not isinstance(found, str):
            return Refusal(path, f"expected text, found {described(found)}")
        if len(found) > LONGEST_TEXT:
            return Refusal(path, f"the text is longer than {LONGEST_TEXT} characters")
        return found

    return check


def one_of(*words: str) -> Check:
    """One of a few words."""

    def check(path: str, found: object) -> Found | Refusal:
        if not isinstance(found, str) or found not in words:
            wanted = f'"{words[0]}"' if len(words) == 1 else f"one of {', '.join(words)}"
            return Refusal(path, f"expected {wanted}, found {described(found)}")
        return found

    return check


def quantity(*units: str) -> Check:
    """A value with its unit."""
    value_check, unit_check = number(), one_of(*units)

    def check(path: str, found: object) -> Found | Refusal:
        if not isinstance(found, Mapping):
            return Refusal(path, f"expected an object with value and unit, found {described(found)}")
        value = value_check(f"{path}.value", found.get("value"))
        unit = unit_check(f"{path}.unit", found.get("unit"))
        for part in (value, unit):
            if isinstance(part, Refusal):
                return part
        assert isinstance(value, float) and isinstance(unit, str)
        return value, unit

    return check


def time_frame(interval_only: bool = False) -> Check:
    """When: a date-time or a time interval; `interval_only` for what can only be measured over time."""

    def check(path: str, found: object) -> Found | Refusal:
        if not isinstance(found, Mapping):
            return Refusal(path, f"expected an object, found {described(found)}")
        instant, interval = "date_time" in found, "time_interval" in found
        if interval_only and not interval:
            return Refusal(f"{path}.time_interval", "is missing; this is measured over a time, not at an instant")
        if instant == interval:
            have = "both" if instant else "neither"
            return Refusal(path, f"expected either date_time or time_interval, found {have}")
        if interval:
            return _interval(f"{path}.time_interval", found["time_interval"])
        moment = _instant(f"{path}.date_time", found["date_time"])
        return moment if isinstance(moment, Refusal) else Span(moment, moment)

    return check


def _instant(path: str, found: object) -> int | Refusal:
    if not isinstance(found, str):
        return Refusal(path, f"expected a date-time as text, found {described(found)}")
    moment = parse_instant(found)
    if moment is None:
        return Refusal(path, f"expected a date-time like 2024-02-05T07:25:00Z, found {described(found)}")
    return moment


def _interval(path: str, found: object) -> Span | Refusal:
    """Two of start, end and duration, or a date with a part of the day."""
    if not isinstance(found, Mapping):
        return Refusal(path, f"expected an object, found {described(found)}")
    ends = [name for name in _ENDS if name in found]
    by_day = "date" in found and "part_of_day" in found
    if by_day and not ends:
        return _part_of_day(path, found)
    if by_day or len(ends) != 2:
        listed = " and ".join(ends) if ends else "none of them"
        return Refusal(
            path,
            f"expected two of {', '.join(_ENDS)}, or date with part_of_day; found {listed}"
            + (" beside date and part_of_day" if by_day else ""),
        )
    moments: dict[str, int] = {}
    for name in _ENDS[:2]:
        if name in found:
            moment = _instant(f"{path}.{name}", found[name])
            if isinstance(moment, Refusal):
                return moment
            moments[name] = moment
    start, end = moments.get("start_date_time"), moments.get("end_date_time")
    if "duration" in found:
        return _with_duration(f"{path}.duration", found["duration"], start, end)
    return _ordered(start, end)


def _part_of_day(path: str, found: Mapping[str, object]) -> Span | Refusal:
    """A part of a day names no instant: both ends stay unknown."""
    day = found["date"]
    if not isinstance(day, str) or not is_date(day):
        return Refusal(f"{path}.date", f"expected a date like 2024-02-05, found {described(day)}")
    part = one_of(*PARTS_OF_DAY)(f"{path}.part_of_day", found["part_of_day"])
    return part if isinstance(part, Refusal) else Span(None, None)


def _with_duration(path: str, found: object, start: int | None, end: int | None) -> Span | Refusal:
    """Find the other end, unless the duration is in months or years, whose length is not fixed."""
    duration = quantity(*_MILLISECONDS)(path, found)
    if isinstance(duration, Refusal):
        return duration
    assert isinstance(duration, tuple)
    value, unit = duration
    length = _MILLISECONDS[unit]
    if length is None:
        return Span(start, end)
    milliseconds = value * length
    if abs(milliseconds) > LARGEST * 10:
        return Refusal(path, "the duration is longer than three hundred years")
    if start is not None:
        return _ordered(start, start + round(milliseconds))
    assert end is not None
    return _ordered(end - round(milliseconds), end)


def _ordered(start: int | None, end: int | None) -> Span:
    """An interval that ends before it starts is allowed, but says nothing: both ends are unknown."""
    if start is not None and end is not None and end < start:
        return Span(None, None)
    return Span(start, end)
