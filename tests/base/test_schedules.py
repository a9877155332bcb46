"""Schedules against a scan of all days, far and near."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microcare.base import schedules
from microcare.base.moments import DAY, HOUR
from microcare.base.schedules import DayPattern, Slot, next_slot, parse_days
from tests.base import oracle

WEEKEND = frozenset({5, 6})
ANY = frozenset[int]()


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("day", DayPattern("day")),
        ("every day", DayPattern("day")),
        ("2 days", DayPattern("day", 2)),
        ("every other day", DayPattern("day", 2)),
        ("week", DayPattern("week")),
        ("2 weeks", DayPattern("week", 2)),
        ("a month", DayPattern("month")),
        ("month", DayPattern("month")),
        ("3 months", DayPattern("month", 3)),
        ("1 year", DayPattern("month", 12)),
        ("weekday", DayPattern("day", 1, frozenset(range(5)))),
        ("weekend", DayPattern("day", 1, WEEKEND)),
        ("Weekends", DayPattern("day", 1, WEEKEND)),
        ("monday", DayPattern("day", 1, frozenset({0}))),
        ("monday, thursday", DayPattern("day", 1, frozenset({0, 3}))),
        ("monday, tuesday and sunday", DayPattern("day", 1, frozenset({0, 1, 6}))),
        ("monday,  weekend", DayPattern("day", 1, frozenset({0, 5, 6}))),
        ("2 weeks on monday, friday", DayPattern("week", 2, frozenset({0, 4}))),
        ("90m", None),
        ("2 hours", None),
        ("0 days", None),
        ("days", None),
        ("monday,", None),
        ("moonday", None),
        ("2 days on monday", None),
        ("2 weeks on", None),
        ("2 weeks on tuesdayish", None),
        ("-1 days", None),
        ("", None),
    ],
)
def test_parse_days(text: str, pattern: DayPattern | None) -> None:
    assert parse_days(text) == pattern


@pytest.mark.parametrize(("n", "weekdays"), [(0, ANY), (-1, ANY), (1, frozenset({7}))])
def test_impossible_patterns(n: int, weekdays: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="no such days"):
        DayPattern("day", n, weekdays)


def slot_day(pattern: DayPattern, first: str, after: str | None = None) -> str | None:
    begin = date.fromisoformat(first).toordinal()
    last = None if after is None else (date.fromisoformat(after).toordinal(), 0)
    found = next_slot(pattern, (43_200,), "Europe/Berlin", begin, last)
    return None if found is None else date.fromordinal(found.day).isoformat()


@pytest.mark.parametrize(
    ("pattern", "first", "after", "found"),
    [
        (DayPattern("month"), "2024-01-31", "2024-01-31", "2024-02-29"),
        (DayPattern("month"), "2024-01-31", "2024-02-29", "2024-03-31"),
        (DayPattern("month"), "2024-01-31", "2099-01-31", "2099-02-28"),
        (DayPattern("month", 12), "2024-02-29", "2024-02-29", "2025-02-28"),
        (DayPattern("month", 12), "2024-02-29", "2027-06-01", "2028-02-29"),
        (DayPattern("month", 12), "2024-02-29", "2099-06-01", "2100-02-28"),  # no leap year
        (DayPattern("month", 3), "2026-11-30", "2026-11-30", "2027-02-28"),
        (DayPattern("week"), "2026-11-25", "2026-11-25", "2026-12-02"),
        (DayPattern("week", 2, frozenset({0, 3})), "2026-11-24", None, "2026-11-26"),
        (DayPattern("week", 2, frozenset({0, 3})), "2026-11-24", "2026-11-26", "2026-11-30"),
        (DayPattern("week", 2, frozenset({0, 3})), "2026-11-24", "2026-11-30", "2026-12-10"),
        (DayPattern("day", 2, WEEKEND), "2026-11-23", None, "2026-11-29"),
        (DayPattern("day", 14, WEEKEND), "2026-11-23", None, None),
        (DayPattern("month", 4800, WEEKEND), "2026-11-23", None, None),
        (DayPattern("month", 1, frozenset({4})), "2026-11-13", "2026-11-13", "2027-08-13"),
        (DayPattern("day"), "9999-12-31", "9999-12-31", None),
        (DayPattern("month"), "9999-12-15", "9999-12-15", None),
        (DayPattern("week"), "9999-12-30", "9999-12-30", None),
    ],
)
def test_days(pattern: DayPattern, first: str, after: str | None, found: str | None) -> None:
    assert slot_day(pattern, first, after) == found


def test_no_clocks_no_slot() -> None:
    assert next_slot(DayPattern("day"), (), "UTC", 730_000, None) is None


def test_a_place_beyond_the_days_clocks_means_the_next_day() -> None:
    assert next_slot(DayPattern("day"), (0, HOUR // 1000), "UTC", 730_000, (730_000, 1 << 30)) == Slot(
        730_001, 0, (730_001 - oracle.EPOCH.toordinal()) * DAY
    )


day_sets = st.frozensets(st.integers(0, 6), max_size=3)
patterns = st.one_of(
    st.builds(DayPattern, st.just("day"), st.integers(1, 30), day_sets),
    st.builds(DayPattern, st.just("week"), st.integers(1, 5), day_sets),
    st.builds(DayPattern, st.just("month"), st.integers(1, 13), day_sets),
)
# A day's clocks, or those of a window that crosses midnight: none more than a day after the first.
clock_lists = st.tuples(
    st.sampled_from((0, 0, 3600, 79_200)),
    st.lists(st.integers(0, 86_400), min_size=1, max_size=4, unique=True),
).map(lambda drawn: tuple(sorted(drawn[0] + clock for clock in drawn[1])))
first_days = st.integers(date(1970, 1, 2).toordinal(), date(2100, 1, 1).toordinal())
SCANNED = 1500


@given(
    patterns,
    clock_lists,
    st.sampled_from(oracle.SOME_ZONES),
    first_days,
    st.none() | st.tuples(st.integers(-40, 40_000), st.integers(-1, 5)),
    st.none() | st.tuples(st.integers(-40, 800), st.integers(0, DAY - 1)),
)
def test_next_slot_is_the_first_of_a_scan(
    pattern: DayPattern,
    clocks: tuple[int, ...],
    zone: str,
    first_day: int,
    passed: tuple[int, int] | None,
    later: tuple[int, int] | None,
) -> None:
    """Whatever lies between (some hundred years), the slot is the one that a look at each day finds."""
    after = None if passed is None else (first_day + passed[0], passed[1])
    begin = first_day if after is None else max(first_day, after[0])
    not_before = None if later is None else (begin - oracle.EPOCH.toordinal() + later[0]) * DAY + later[1]
    found = next_slot(pattern, clocks, zone, first_day, after, not_before)
    scan = oracle.slots(pattern, clocks, zone, first_day, range(begin, begin + SCANNED))
    expected = next(
        (
            slot
            for slot in scan
            if (after is None or slot[:2] > after) and (not_before is None or slot[2] >= not_before)
        ),
        None,
    )
    if expected is not None:
        assert found == Slot(*expected)
    else:
        assert found is None or found.day >= begin + SCANNED


@given(patterns, clock_lists, st.sampled_from(oracle.SOME_ZONES), first_days)
def test_slots_follow_each_other(pattern: DayPattern, clocks: tuple[int, ...], zone: str, first_day: int) -> None:
    """Identities rise strictly, moments never fall; asking by moment finds a slot that is not before it."""
    last = next_slot(pattern, clocks, zone, first_day, None)
    for _ in range(12):
        if last is None:
            return
        following = next_slot(pattern, clocks, zone, first_day, (last.day, last.index))
        if following is not None:
            assert (last.day, last.index) < (following.day, following.index)
            assert last.moment <= following.moment
        again = next_slot(pattern, clocks, zone, first_day, None, last.moment)
        assert again is not None
        assert again.moment == last.moment
        last = following


@given(st.sampled_from(oracle.SOME_ZONES), first_days, st.integers(0, 86_399), st.integers(1, 86_400))
def test_window_bounds(zone: str, day: int, start: int, size: int) -> None:
    begin, end = schedules.window_bounds(zone, day, (start, start + size))
    assert begin <= end
    assert begin == oracle.resolve(zone, day, start)
    assert end == oracle.resolve(zone, day, start + size)
