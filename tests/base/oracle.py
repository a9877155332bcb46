"""Time by the standard library and brute force, sharing no code with the package: what it is compared with."""

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from microcare.base.schedules import DayPattern

EPOCH = datetime.fromisoformat("1970-01-01")
ALL_ZONES = sorted(available_timezones() - {"localtime"})
SOME_ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Europe/Dublin",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "America/St_Johns",
    "Asia/Gaza",
    "Africa/Cairo",
    "Asia/Beirut",
    "America/Asuncion",
    "America/Scoresbysund",
    "Antarctica/Troll",
    "Pacific/Apia",
    "UTC",
)
Identity = tuple[int, int]
Found = tuple[int, int, int]


def seconds(moment: datetime) -> int:
    """Seconds since 1970 of a naive UTC datetime."""
    return (moment - EPOCH) // timedelta(seconds=1)


@lru_cache(maxsize=20_000)
def offset(zone: str, second: int) -> int:
    """What the wall is ahead of UTC, in seconds."""
    found = datetime.fromtimestamp(second, ZoneInfo(zone)).utcoffset()
    assert found is not None
    return found.days * 86_400 + found.seconds


@lru_cache(maxsize=2000)
def transitions(zone: str, first_year: int = 2020, last_year: int = 2030) -> tuple[tuple[int, int, int], ...]:
    """Every change of the wall clock in those years: (second, offset before, offset after). Looks at every day."""
    found = []
    second, end = (seconds(EPOCH.replace(year=year)) for year in (first_year, last_year + 1))
    before = offset(zone, second)
    while second < end:
        after = offset(zone, second + 86_400)
        if after != before:
            found.append((change(zone, second, second + 86_400), before, after))
        second, before = second + 86_400, after
    return tuple(found)


def change(zone: str, low: int, high: int) -> int:
    """The first second after `low` and up to `high` at which the offset is not that of `low`."""
    before = offset(zone, low)
    span = range(low, high + 1)
    return low + bisect_left(span, True, key=lambda second: offset(zone, second) != before)


@lru_cache(maxsize=20_000)
def resolve(zone: str, day: int, clock: int) -> int:
    """The moment in ms of a wall time: the first that shows it, or the change that skips it."""
    wall = datetime.combine(date.fromordinal(day), datetime.min.time()) + timedelta(seconds=clock)
    instants = []
    for fold in (0, 1):
        shift = wall.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset()
        assert shift is not None
        instants.append(seconds(wall - shift))
    shown = [instant for instant in instants if instant + offset(zone, instant) == seconds(wall)]
    if shown:
        return min(shown) * 1000
    return change(zone, min(instants), max(instants)) * 1000


def local(zone: str, moment: int) -> datetime:
    """The wall at a moment in ms, without its zone."""
    return EPOCH + timedelta(milliseconds=moment) + timedelta(seconds=offset(zone, moment // 1000))


def is_inside(zone: str, moment: int, window: tuple[int, int]) -> bool:
    """Whether the wall clock is inside a window, by its seconds."""
    wall = local(zone, moment)
    clock = wall.hour * 3600 + wall.minute * 60 + wall.second
    return any(window[0] <= clock + shift < window[1] for shift in (0, 86_400))


def on_pattern(pattern: DayPattern, first_day: int, day: int) -> bool:
    """Whether one day is of the pattern."""
    passed, when = day - first_day, date.fromordinal(day)
    if passed < 0:
        return False
    wanted = not pattern.weekdays or when.weekday() in pattern.weekdays
    if pattern.unit == "day":
        return passed % pattern.n == 0 and wanted
    if pattern.unit == "week":
        return passed // 7 % pattern.n == 0 and (wanted if pattern.weekdays else passed % 7 == 0)
    first = date.fromordinal(first_day)
    months = (when.year - first.year) * 12 + when.month - first.month
    return months % pattern.n == 0 and when.day == min(first.day, monthrange(when.year, when.month)[1]) and wanted


def slots(pattern: DayPattern, clocks: Sequence[int], zone: str, first_day: int, days: range) -> Iterator[Found]:
    """Every slot planned for some days: (day, index, moment)."""
    for day in days:
        if on_pattern(pattern, first_day, day):
            for index, clock in enumerate(clocks):
                yield day, index, resolve(zone, day, clock)
