"""Window functions over a history, by hand and by property."""

import math
import statistics
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microcare.expressions.functions import history
from microcare.expressions.reference import NEEDS_WINDOW, WINDOW_FUNCTIONS
from microcare.expressions.types import Value

hour = 3_600_000
day = 24 * hour
now = 100 * day + 12 * hour


@dataclass(frozen=True)
class Noon:
    """Noon of day 100; yesterday had only 23 hours, as when summer time begins."""

    now: int = now

    def midnight(self, days_ago: int) -> int:
        return 100 * day - days_ago * day + (hour if days_ago > 0 else 0)


clock = Noon()
steps: tuple[tuple[int, Value], ...] = (
    (now - 9 * day, 100),
    (now - 8 * day, 300),
    (now - 7 * day, 200),  # exactly a week ago: outside of the last week, inside of the one before
    (now - 2 * day, 10),
    (now - 2 * day + 1, None),
    (now - day, "bad"),
    (now - day + 1, 20),
    (now - hour, 30),
    (now, 40.0),
    (now + 1, 5000),  # still to come
)
home: tuple[tuple[int, Value], ...] = ((now - 3, True), (now - 2, False), (now - 1, None), (now, True))


@pytest.mark.parametrize(
    ("function", "window", "expected"),
    [
        ("count", 7 * day, 5),
        ("count", None, 8),
        ("sum", 7 * day, 100),
        ("sum", None, 700),
        ("mean", 7 * day, 25),
        ("minimum", 7 * day, 10),
        ("maximum", 8 * day, 200),
        ("maximum", None, 300),
        ("last", None, 40),
        ("first", 7 * day, 10),
        ("first", None, 100),
        ("today", None, 70),
        ("usual", 2 * day, 15),
        ("usual", 1 * day, 20),
        ("usual", 9 * day, 126),
        ("change", 7 * day, 25 - 200),
        ("change", 3 * day, None),
        ("trend", hour, None),
    ],
)
def test_by_hand(function: str, window: int | None, expected: float | None) -> None:
    arguments = () if window is None else (window,)
    assert history(function, arguments, steps, clock) == expected


def test_booleans() -> None:
    assert history("share", (), home, clock) == 2 / 3
    assert history("count", (), home, clock) == 3
    assert history("last", (), home, clock) is True
    assert history("sum", (), home, clock) is None


def test_days_are_local() -> None:
    """Yesterday begins an hour later than 24 hours before today."""
    early: tuple[tuple[int, Value], ...] = ((99 * day, 5), (99 * day + hour, 7))
    assert history("usual", (day,), early, clock) == 7
    assert history("usual", (2 * day,), early, clock) == 6


@pytest.mark.parametrize("function", sorted(WINDOW_FUNCTIONS))
@pytest.mark.parametrize("series", [(), ((now - 1, None),), ((now + 1, 3),), ((now - 1, math.nan),)])
def test_no_data_is_unknown_and_only_its_count_is_zero(function: str, series: tuple[tuple[int, Value], ...]) -> None:
    expected = 0 if function == "count" else None
    assert history(function, (7 * day,), series, clock) == expected
    if function not in NEEDS_WINDOW:
        assert history(function, (), series, clock) == expected


def test_what_leaves_the_doubles_is_unknown() -> None:
    huge: tuple[tuple[int, Value], ...] = ((now - 1, 1.7e308), (now, 1.7e308))
    for function in ("sum", "mean", "today"):
        assert history(function, (), huge, clock) is None
    assert history("change", (7 * day,), ((now - 8 * day, -1.7e308), (now, 1.7e308)), clock) is None


dated = st.lists(st.tuples(st.integers(now - 20 * day, now + day), st.integers(-1000, 1000)), max_size=40).map(
    lambda found: sorted(found, key=lambda pair: pair[0])
)


@given(dated, st.integers(1, 21 * day))
def test_against_plain_definitions(series: list[tuple[int, Value]], window: int) -> None:
    inside = [(moment, value) for moment, value in series if now - window < moment <= now]
    values = [int(value) for _, value in inside if value is not None]
    assert history("count", (window,), series, clock) == len(values)
    if not values:
        assert history("mean", (window,), series, clock) is None
        return
    assert history("sum", (window,), series, clock) == sum(values)
    assert history("mean", (window,), series, clock) == pytest.approx(statistics.fmean(values))
    assert history("minimum", (window,), series, clock) == min(values)
    assert history("maximum", (window,), series, clock) == max(values)
    assert history("last", (window,), series, clock) == values[-1]


@given(dated)
def test_trend_is_the_least_squares_slope(series: list[tuple[int, Value]]) -> None:
    past = [(moment / day, float(value)) for moment, value in series if moment <= now and value is not None]
    slope = history("trend", (), series, clock)
    if len({moment for moment, _ in past}) < 2:
        assert slope is None
        return
    expected = statistics.linear_regression([moment for moment, _ in past], [value for _, value in past]).slope
    assert isinstance(slope, float)
    assert slope == pytest.approx(expected, rel=1e-4, abs=1e-4)
