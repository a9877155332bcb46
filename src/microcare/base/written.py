"""Dates and times of day as texts: the one home of what is one. A text that is none is refused, and never guessed at."""

import re
from datetime import date
from functools import lru_cache

TIMES = frozenset(f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(60))
"""Every time of day, as it is written."""
LIKE_DATE, LIKE_TIME = "2026-03-02", "18:30"
"""How they are written, for whoever wrote another thing."""
_date = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@lru_cache(maxsize=4096)
def day_of(text: object) -> int | None:
    """The day of the calendar (1: the first of the year 1) that a text YYYY-MM-DD names; None for anything else."""
    if not isinstance(text, str) or _date.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return None


def is_date(text: object) -> bool:
    """Whether it is a text "YYYY-MM-DD" that names a day of the calendar."""
    return day_of(text) is not None


def is_time(text: object) -> bool:
    """Whether it is a text "HH:MM" that names a minute of the day. (24:00 is the end of a window, and no time of day.)"""
    return isinstance(text, str) and text in TIMES
