"""Counts over stretches of time, like steps or sleep: what one of them holds already is not counted a second time.

A device sends the day so far again and again, or hours and then the whole day. A longer interval replaces those that it
contains; one that lies inside a known one adds nothing; the same one again corrects it. Two that overlap in part cannot
be told apart, and the later one is refused.
"""

from microcare.base.moments import format_local, local_day, local_midnight

Intervals = tuple[tuple[int, int], ...]
"""The known intervals of one signal, each from when and until when, ms."""
SLACK = 1
"""One that ends at midnight counts on the day that it covers, so much before its end, ms."""


def dated(zone: str, since: int | None, at: int) -> int:
    """When a value counts: at the end of its interval, and where that is midnight still on the day that it covers."""
    ends_a_day = since is not None and since < at and local_midnight(zone, local_day(zone, at)) == at
    return at - SLACK if ends_a_day else at


def held(known: Intervals, since: int, at: int) -> Intervals:
    """The known intervals that an interval contains, the same one among them."""
    return tuple((begin, end) for begin, end in known if since <= begin < at and end <= at + SLACK)


def problem(zone: str, known: Intervals, since: int, at: int) -> str:
    """Why an interval cannot be counted beside those that are known; empty where it can."""
    if since >= at:
        return "its interval ends before it begins: send `since` before `at`"
    inside = held(known, since, at)
    for begin, end in known:
        if (begin, end) in inside or since >= end or begin >= at:
            continue
        of = f"the known one from {format_local(zone, begin)} to {format_local(zone, end)}"
        if begin <= since and at <= end + SLACK:
            return f"its interval lies inside {of}, which counts it already"
        return (
            f"its interval overlaps {of} in part, so that some would count twice: send intervals that follow one another, or "
            "one that holds all of that"
        )
    return ""
