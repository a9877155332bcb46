"""Every zone, every change of the wall clock from 2020 to 2030, against the standard library."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise

import pytest

from microcare.base import moments, schedules
from microcare.base.schedules import DayPattern
from microcare.base.zones import table_for
from tests.base import oracle

HOUR, DAY = 3600, 86_400
QUARTER = 900

KINDS: dict[str, tuple[DayPattern, tuple[int, ...]]] = {
    "daily in the night": (DayPattern("day"), (2 * HOUR + 1800,)),
    "daily at midnight": (DayPattern("day"), (0,)),
    "daily at both midnights": (DayPattern("day"), (0, DAY)),
    "several times a day": (
        DayPattern("day"),
        (1800, 2 * HOUR, 2 * HOUR + 2700, 3 * HOUR, 12 * HOUR, 86_399),
    ),
    "every three days": (DayPattern("day", 3), (2 * HOUR, 3 * HOUR)),
    "weekends": (DayPattern("day", 1, frozenset({5, 6})), (HOUR + 1800, 2 * HOUR + 1800)),
    "weekly": (DayPattern("week"), (2 * HOUR + 900,)),
    "days of every second week": (DayPattern("week", 2, frozenset({0, 4, 6})), (0, 2 * HOUR + 1)),
    "monthly": (DayPattern("month"), (2 * HOUR + 1800,)),
    "every 90 minutes of the day": (DayPattern("day"), tuple(range(0, DAY, 5400))),
    "every quarter of a night": (DayPattern("day"), tuple(range(22 * HOUR, 31 * HOUR, QUARTER))),
}
WINDOWS = ((77_400, 111_600), (0, 7200), (9000, 10_800), (82_800, 88_200), (0, DAY), (43_200, 129_600 - 900))


def check_wall(zone: str, second: int, before: int, after: int) -> None:
    """Wall times around a change: from wall to moment, and from moment to wall."""
    for wall in range(second + min(before, after) - 2 * HOUR, second + max(before, after) + 2 * HOUR, QUARTER):
        for exact in (wall - 1, wall):
            day, clock = exact // DAY + oracle.EPOCH.toordinal(), exact % DAY
            found = moments.resolve(zone, day, clock)
            assert found == oracle.resolve(zone, day, clock), (zone, day, clock)
            assert moments.resolve(zone, day - 1, clock + DAY) == found
    for instant in range(second - 2 * HOUR, second + 2 * HOUR, QUARTER):
        for moment in (instant * 1000 - 1, instant * 1000):
            shown = oracle.local(zone, moment)
            day, clock = moments.local_day(zone, moment), moments.local_clock(zone, moment)
            assert (day, clock) == (shown.toordinal(), shown.hour * HOUR + shown.minute * 60 + shown.second)
            # Back again: the same second, or where the time comes twice the first of the two.
            again = moments.resolve(zone, day, clock)
            first_pass = moment // 1000 * 1000 == again
            assert first_pass or (before > after and again == (moment // 1000 - (before - after)) * 1000)


def check_schedules(zone: str, second: int) -> None:
    """Each kind of schedule over some days around a change: the very slots of the brute-force list, in its order."""
    middle = second // DAY + oracle.EPOCH.toordinal()
    days = range(middle - 4, middle + 4)
    for name, (pattern, clocks) in KINDS.items():
        for first_day in (middle - 4, middle - 400):
            wanted = list(oracle.slots(pattern, clocks, zone, first_day, days))
            found = list(chain(pattern, clocks, zone, first_day, days))
            assert found == wanted, (zone, name)
            assert all(a[2] <= b[2] for a, b in pairwise(found)), (zone, name)
            for not_before in (second * 1000 + shift for shift in (-1, 0, 1, -1_800_000, 1_800_000, 3_600_000)):
                expected = next((slot for slot in wanted if slot[2] >= not_before), None)
                slot = schedules.next_slot(pattern, clocks, zone, first_day, None, not_before)
                assert slot is not None
                if expected is not None:
                    assert (slot.day, slot.index, slot.moment) == expected, (zone, name, not_before)
                else:
                    assert slot.day >= days.stop


def chain(
    pattern: DayPattern, clocks: tuple[int, ...], zone: str, first_day: int, days: range
) -> Iterator[oracle.Found]:
    """Slots one after the other, each asked for by the identity of the last."""
    after = (days.start, -1)
    while True:
        slot = schedules.next_slot(pattern, clocks, zone, first_day, after)
        assert slot is not None
        if slot.day >= days.stop:
            return
        yield slot.day, slot.index, slot.moment
        after = (slot.day, slot.index)


def check_windows(zone: str, second: int) -> None:
    """Quiet windows around a change, quarter by quarter; and the bounds of planned windows."""
    # Offsets and windows are whole quarters; the change itself may be at any second.
    begin, end = second // QUARTER * QUARTER - 27 * HOUR, second // QUARTER * QUARTER + 54 * HOUR
    grid = [x * 1000 for x in sorted({*range(begin, end, QUARTER), second - 1, second})]
    for window in WINDOWS:
        states = [oracle.is_inside(zone, moment, window) for moment in grid]
        leaving = end * 1000
        for moment, is_inside in zip(reversed(grid), reversed(states), strict=True):
            if not is_inside:
                leaving = moment
            assert moments.inside(zone, moment, window) == is_inside, (zone, moment, window)
            if leaving < end * 1000:
                assert moments.window_end(zone, moment, window) == leaving, (zone, moment, window)
            elif window == (0, DAY):
                assert moments.window_end(zone, moment, window) > moment
        middle = second // DAY + oracle.EPOCH.toordinal()
        for day in (middle - 1, middle, middle + 1):
            wanted = tuple(oracle.resolve(zone, day, clock) for clock in window)
            assert schedules.window_bounds(zone, day, window) == wanted
            assert wanted[0] <= wanted[1]


def check(zone: str) -> None:
    for second, before, after in oracle.transitions(zone):
        check_wall(zone, second, before, after)
        check_schedules(zone, second)
        check_windows(zone, second)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "Asia/Gaza"])
def test_some_zones(zone: str) -> None:
    assert len(oracle.transitions(zone)) >= 20
    check(zone)


@pytest.mark.slow
def test_tables_of_all_zones_are_those_of_the_standard_library() -> None:
    assert len(oracle.ALL_ZONES) > 400
    first, last = (oracle.seconds(oracle.EPOCH.replace(year=year)) * 1000 for year in (2020, 2031))
    for zone in oracle.ALL_ZONES:
        table = table_for(zone, last)
        begin = bisect_right(table.starts, first) - 1
        changes = tuple(
            (start // 1000, table.offsets[begin + i] // 1000, table.offsets[begin + i + 1] // 1000)
            for i, start in enumerate(table.starts[begin + 1 :])
            if start < last
        )
        assert changes == oracle.transitions(zone), zone
        assert table.offsets[begin] == oracle.offset(zone, first // 1000) * 1000
        # Later wall times are never earlier moments because these never fall.
        assert list(table.ends) == sorted(table.ends)


@pytest.mark.slow
def test_every_change_of_all_zones() -> None:
    """Zones whose clocks go alike in these years (links, mostly) are checked once; the test above compares them all."""
    alike: dict[tuple[tuple[int, int, int], ...], str] = {}
    for zone in oracle.ALL_ZONES:
        alike.setdefault(oracle.transitions(zone), zone)
    changes = set()
    for found, zone in alike.items():
        for second, before, after in found:
            # The same change in the same zone's neighborhood, a second time, tells nothing new.
            if (second, before, after) in changes:
                continue
            changes.add((second, before, after))
            check_wall(zone, second, before, after)
            check_schedules(zone, second)
            check_windows(zone, second)
    assert len(changes) > 300
