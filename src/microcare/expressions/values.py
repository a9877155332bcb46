"""Values at run time: what is accepted from outside, how texts become times, and how values are shown.

Every function here is total: whatever it is given it answers, with None (unknown) where there is no answer.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from microcare.base.written import TIMES, is_date
from microcare.expressions.types import Type, Value

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EXACT = 2**53
"""Whole numbers up to here are the same as int and as double."""

_units = {"w": 7 * DAY, "d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND, "ms": 1}
_duration_part = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)(ms|[wdhms])", re.ASCII)
_duration_whole = re.compile(r"(?:\d{1,15}(?:\.\d{1,9})?(?:ms|[wdhms]))+", re.ASCII)


def accept_number(value: object) -> int | float | None:
    """The value as a double: ints that a double holds exactly stay ints; bool, nan, infinity, others are
    None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int) and -EXACT <= value <= EXACT:
        return int(value)
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if number - number == 0.0 else None


def accept_boolean(value: object) -> bool | None:
    """True or false; anything else is unknown."""
    return value if isinstance(value, bool) else None


def accept_text(value: object) -> str | None:
    """A text; anything else is unknown."""
    return str.__str__(value) if isinstance(value, str) else None


def accept_time(value: object) -> str | None:
    """A time of day HH:MM; anything else is unknown."""
    text = accept_text(value)
    return text if text in TIMES else None


def accept_date(value: object) -> str | None:
    """A date YYYY-MM-DD; anything else is unknown."""
    text = accept_text(value)
    return text if text is not None and is_date(text) else None


def accept_milliseconds(value: object) -> int | None:
    """A moment or a duration: a whole number that a double holds exactly."""
    if isinstance(value, bool) or not isinstance(value, int) or not -EXACT <= value <= EXACT:
        return None
    return int(value)


ACCEPT: dict[Type, Callable[[object], Value]] = {
    Type.NUMBER: accept_number,
    Type.BOOLEAN: accept_boolean,
    Type.TEXT: accept_text,
    Type.TIME: accept_time,
    Type.DATE: accept_date,
    Type.MOMENT: accept_milliseconds,
    Type.DURATION: accept_milliseconds,
}


def accept(wanted: Type, value: object) -> Value:
    """The value if it is a proper value of this type, else None: bad data is unknown data."""
    check = ACCEPT.get(wanted)
    return None if check is None else check(value)


def parse_duration(text: str) -> int | None:
    """Milliseconds of "3d", "2h", "90m", "1h30m", "1.5h"; units w d h m(inutes) s ms; None if it is none."""
    if len(text) > 100 or _duration_whole.fullmatch(text) is None:
        return None
    # Whole amounts stay ints all the way; only a fraction such as 1.5h passes through a float.
    total = sum(
        round(float(amount) * _units[unit]) if "." in amount else int(amount) * _units[unit]
        for amount, unit in _duration_part.findall(text)
    )
    return total if total <= EXACT else None


def show_duration(milliseconds: int) -> str:
    """The shortest text with the largest units, "1h30m"; "0s" for nothing. Read back by parse_duration."""
    sign, rest = ("-", -milliseconds) if milliseconds < 0 else ("", milliseconds)
    parts = []
    for unit in ("d", "h", "m", "s", "ms"):
        amount, rest = divmod(rest, _units[unit])
        if amount:
            parts.append(f"{amount}{unit}")
    return sign + ("".join(parts) or "0s")


def show_number(value: float) -> str:
    """Up to twelve significant digits, without a needless point: 3, 0.3, 1e+20."""
    text = f"{value:.12g}"
    return "0" if text == "-0" else text


def quote(text: str) -> str:
    """The text as a literal of the language."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def show_moment(value: int) -> str:
    """A moment as people read it, UTC."""
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=value)
    except OverflowError:
        return f"{value} ms since 1970"
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def show(kind: Type, value: Value) -> str:
    """A value in plain words, as in explanations."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quote(value) if kind is Type.TEXT else value
    if kind is Type.DURATION:
        return show_duration(int(value))
    return show_moment(int(value)) if kind is Type.MOMENT else show_number(value)
