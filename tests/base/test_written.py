"""What is a date and what is a time of day, at every place where one is written."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microcare.base.moments import parse_clock
from microcare.base.written import TIMES, day_of, is_date, is_time
from microcare.expressions.values import accept_date, accept_time
from tests.house.test_house import PATHS

NO_DATES = [
    "20260302", "2026-W10-1", "2026W101", "2026-061", "2026-3-2", "2026-02-30", "2026-13-01", "0000-01-01", " 2026-03-02",
    "2026-03-02 ", "2026-03-02T08:00", "2026-03-02\n", "٢٠٢٦-٠٣-٠٢", "", "today", None, 20260302, True,
]  # fmt: skip
NO_TIMES = [
    "24:00",
    "25:00",
    " 18:30",
    "18:30 ",
    "18:30:15",
    "7:30",
    "18.30",
    "1830",
    "18:60",
    "١٨:٣٠",
    "",
    None,
    1830,
    True,
]


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date(text: object) -> None:
    assert not is_date(text) and day_of(text) is None and accept_date(text) is None


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time_of_day(text: object) -> None:
    assert not is_time(text) and accept_time(text) is None


@given(st.dates())
def test_every_day_of_the_calendar_is_one(day: date) -> None:
    assert day_of(day.isoformat()) == day.toordinal()


def test_every_minute_of_the_day_is_one() -> None:
    assert len(TIMES) == 1440 and all(is_time(t) and (parse_clock(t) or 0) < 86_400 for t in TIMES)


def test_dates_have_one_home() -> None:
    ways = ("fromisoformat", "strptime", "parse_date(", "parse_datetime(")
    found = {path for path, source in PATHS.items() if any(way in source for way in ways)}
    assert {p.removeprefix("microcare/") for p in found} == {"base/written.py"}
