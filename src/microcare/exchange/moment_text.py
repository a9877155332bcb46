"""The instants that other systems send: RFC 3339 text to a moment."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

_INSTANT = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?P<time>[0-9]{2}:[0-9]{2}):(?P<second>[0-9]{2})"
    r"(?:\.(?P<fraction>[0-9]{1,12}))?(?P<zone>[Zz]|[+-][0-9]{2}:[0-9]{2})?"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_instant(text: str) -> int | None:
    """Read an RFC 3339 date-time as milliseconds since 1970 UTC; None when it is not one.

    Text without an offset is UTC, as Open mHealth's date-time says. Fractions are cut to whole
    milliseconds, and a leap second counts as the second after it.
    """
    match = _INSTANT.fullmatch(text)
    if match is None:
        return None
    second = int(match["second"])
    leap = second == 60
    try:
        wall = datetime.fromisoformat(f"{match['date']}T{match['time']}:{59 if leap else second:02d}")
        since = wall.replace(tzinfo=_zone(match["zone"])) - _EPOCH
    except ValueError:
        return None
    milliseconds = since // timedelta(milliseconds=1) + int(((match["fraction"] or "") + "000")[:3])
    return milliseconds + 1000 if leap else milliseconds


def is_date(text: str) -> bool:
    """Whether the text is a day of the calendar, written YYYY-MM-DD."""
    if _DAY.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _zone(text: str | None) -> timezone:
    """The offset that was written; ValueError when no place on earth could have it."""
    if text is None or text in "Zz":
        return UTC
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 23 or minutes > 59:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)
