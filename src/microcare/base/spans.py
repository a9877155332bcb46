"""Lengths of time, as authors write them: "3d", "1h30m", "2 weeks", "3 months"."""

import re
from dataclasses import dataclass
from fractions import Fraction

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_LONGEST = 12_000 * 30 * DAY
"""A thousand years, as `Span.exact` counts them. More is a slip of the hand."""


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: a calendar part, counted on the wall (months, then days), and an exact part in ms."""

    months: int = 0
    days: int = 0
    milliseconds: int = 0

    @property
    def exact(self) -> int:
        """Milliseconds, with a month of 30 days and a day of 24 hours; for limits and shelf lives."""
        return (self.months * 30 + self.days) * DAY + self.milliseconds


# What one of each unit is: months, days, milliseconds.
_UNITS: dict[str, tuple[int, int, int]] = {
    "y": (12, 0, 0),
    "mo": (1, 0, 0),
    "w": (0, 7, 0),
    "d": (0, 1, 0),
    "h": (0, 0, HOUR),
    "m": (0, 0, MINUTE),
    "s": (0, 0, SECOND),
    "ms": (0, 0, 1),
}
_SPELLINGS = {
    "y": "y yr yrs year years",
    "mo": "mo mos month months",
    "w": "w wk wks week weeks",
    "d": "d day days",
    "h": "h hr hrs hour hours",
    "m": "m min mins minute minutes",
    "s": "s sec secs second seconds",
    "ms": "ms millisecond milliseconds",
}
_ORDER = tuple(_UNITS)
_unit_of = {word: unit for unit, words in _SPELLINGS.items() for word in words.split()}
_part = re.compile(r"(?:(\d{1,12})(\.\d{1,9})?\s*|(an?|one)\s+)([A-Za-z]+)", re.ASCII | re.IGNORECASE)
_between = re.compile(r"\s*,?\s*(?:and\s+)?", re.ASCII | re.IGNORECASE)


def parse_span(text: str) -> Span | None:
    """The length of time a text says, or None if it is not understood.

    "3d", "2h", "30m", "1h30m", "45s", "2 weeks", "3 months", "1 year", "a day", "day", "2 hours and 30 minutes".
    `m` is minutes; months are `mo` or spelled out. Larger units come first. Only exact units take a fraction (1.5h):
    what half a day means on a day of 23 hours is for the author to say.
    """
    text = text.strip()
    if not text or len(text) > 100:
        return None
    alone = _unit(text)
    if alone is not None:
        return Span(*_UNITS[alone])
    months = days = milliseconds = 0
    position, last = 0, -1
    while position < len(text):
        match = _part.match(text, position)
        unit = _unit(match.group(4)) if match is not None else None
        if match is None or unit is None or _ORDER.index(unit) <= last:
            return None
        last = _ORDER.index(unit)
        amount = Fraction((match.group(1) or "1") + (match.group(2) or ""))
        scaled = [amount * one for one in _UNITS[unit]]
        if match.group(2) and (scaled[0] or scaled[1] or scaled[2].denominator != 1):
            return None
        months, days = months + int(scaled[0]), days + int(scaled[1])
        milliseconds += int(scaled[2])
        position = match.end()
        if position < len(text):
            gap = _between.match(text, position)
            position = gap.end() if gap is not None else position
            if position == len(text):
                return None
    span = Span(months, days, milliseconds)
    return span if span.exact <= _LONGEST else None


def _unit(word: str) -> str | None:
    # A single capital M could be minutes or months, so short units are small letters; words may be written as one likes.
    return _unit_of.get(word if len(word) < 3 else word.lower())


def format_span(span: Span) -> str:
    """A length of time in plain words, "1 month 2 weeks", which `parse_span` reads back; "0 seconds" for nothing."""
    years, months = divmod(span.months, 12) if span.months % 12 == 0 else (0, span.months)
    weeks, days = divmod(span.days, 7) if span.days % 7 == 0 else (0, span.days)
    parts = _counted((years, "year"), (months, "month"), (weeks, "week"), (days, "day"))
    if span.milliseconds or not parts:
        rest, milliseconds = divmod(abs(span.milliseconds), SECOND)
        minutes, seconds = divmod(rest, 60)
        hours, minutes = divmod(minutes, 60)
        sign = -1 if span.milliseconds < 0 else 1
        units = ((hours, "hour"), (minutes, "minute"), (seconds, "second"), (milliseconds, "millisecond"))
        parts += _counted(*((sign * amount, word) for amount, word in units))
    return " ".join(parts) or "0 seconds"


def format_duration(ms: int) -> str:
    """An exact length of time in plain words, "2 hours 30 minutes"; a day is 24 hours."""
    sign, size = ("minus ", -ms) if ms < 0 else ("", ms)
    days, rest = divmod(size, DAY)
    parts = _counted((days, "day"))
    if rest or not parts:
        parts.append(format_span(Span(milliseconds=rest)))
    return sign + " ".join(parts)


def _counted(*amounts: tuple[int, str]) -> list[str]:
    return [f"{amount} {word}{'' if abs(amount) == 1 else 's'}" for amount, word in amounts if amount]
