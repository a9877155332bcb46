"""Moments, days and clocks: tables of texts, and properties against the standard library and `whenever`."""

from datetime import date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from whenever import Instant, RepeatedTime, SkippedTime

from microcare.base import moments
from microcare.base.moments import DAY, HOUR, MINUTE, Span
from microcare.base.zones import Table, _build
from tests.base import oracle

zones = st.sampled_from(oracle.SOME_ZONES)
instants = st.integers(0, 130 * 365 * DAY)  # 1970 to 2099
days = st.integers(date(1970, 1, 2).toordinal(), date(2100, 1, 1).toordinal())


def at(text: str) -> int:
    found = moments.parse_moment(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("18:30", 66_600),
        ("18:30:15", 66_615),
        ("7:05", 25_500),
        ("00:00", 0),
        ("24:00", 86_400),
        ("24:00:01", None),
        ("24:01", None),
        ("25:00", None),
        ("12:60", None),
        ("12:00:60", None),
        ("12", None),
        ("12:5", None),
        ("-1:00", None),
        ("١٢:٠٠", None),
        ("", None),
    ],
)
def test_parse_clock(text: str, clock: int | None) -> None:
    assert moments.parse_clock(text) == clock


@given(st.integers(0, 1440))
def test_clocks_round_trip(minutes: int) -> None:
    assert moments.parse_clock(moments.format_clock(minutes * 60)) == minutes * 60


@pytest.mark.parametrize(
    ("text", "window", "again"),
    [
        ("21:30-07:00", (77_400, 111_600), "21:30-07:00"),
        ("09:00 - 17:00", (32_400, 61_200), "09:00-17:00"),
        ("09:00–17:00", (32_400, 61_200), "09:00-17:00"),
        ("22:00-24:00", (79_200, 86_400), "22:00-24:00"),
        ("22:00-00:00", (79_200, 86_400), "22:00-24:00"),
        ("24:00-06:00", (0, 21_600), "00:00-06:00"),
        ("00:00-24:00", (0, 86_400), "00:00-24:00"),
        ("07:00-07:00", None, ""),
        ("07:00", None, ""),
        ("07:00-", None, ""),
        ("07:00-08:00-09:00", None, ""),
    ],
)
def test_parse_window(text: str, window: tuple[int, int] | None, again: str) -> None:
    assert moments.parse_window(text) == window
    if window is not None:
        assert moments.format_window(window) == again
        assert moments.parse_window(again) == window


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T01:00:00+01:00", 0),
        ("2026-11-23T18:30:00.120-03:30", 1_795_471_200_120),
        ("1969-12-31T23:59:59.9995Z", -1),
        ("2024-02-29T12:00Z", 1_709_208_000_000),
        ("2023-02-29T12:00Z", None),
        ("2026-11-23T18:30:00", None),
        ("2026-11-23", None),
        ("yesterday", None),
        ("", None),
        ("\ud800", None),
    ],
)
def test_parse_moment(text: str, moment: int | None) -> None:
    assert moments.parse_moment(text) == moment


@given(st.integers(-62_000_000_000_000, 253_000_000_000_000))
def test_moments_round_trip(moment: int) -> None:
    text = moments.format_moment(moment)
    assert text.endswith("Z")
    assert len(text) == 24
    assert moments.parse_moment(text) == moment


@pytest.mark.parametrize(
    ("zone", "moment", "shown"),
    [
        ("Europe/Berlin", "2026-11-23T17:30:59Z", "2026-11-23 18:30 +01:00"),
        ("America/St_Johns", "2026-01-01T00:00:00Z", "2025-12-31 20:30 -03:30"),
        ("Asia/Kathmandu", "2026-01-01T00:00:00Z", "2026-01-01 05:45 +05:45"),
        ("Africa/Monrovia", "1971-01-01T00:00:00Z", "1970-12-31 23:15 -00:44:30"),
    ],
)
def test_format_local(zone: str, moment: str, shown: str) -> None:
    assert moments.format_local(zone, at(moment)) == shown


def test_is_zone() -> None:
    assert all(moments.is_zone(zone) for zone in oracle.ALL_ZONES)
    for name in (
        "",
        "Europe/Nowhere",
        "europe/berlin",
        "../etc/passwd",
        "right/Europe/Berlin",
        "localtime",
        "a\0b",
    ):
        assert not moments.is_zone(name)
    with pytest.raises(ValueError, match="Nowhere"):
        moments.local_day("Europe/Nowhere", 0)


@pytest.mark.parametrize(
    ("zone", "wall", "moment"),
    [
        ("Europe/Berlin", "2026-03-29 02:30", "2026-03-29T01:00:00Z"),  # does not exist: the change
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25T00:30:00Z"),  # twice: the first
        ("Europe/Berlin", "2026-10-25 03:00", "2026-10-25T02:00:00Z"),
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03T15:30:00Z"),  # half an hour is skipped
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04T14:45:00Z"),  # half an hour comes twice
        ("Pacific/Apia", "2011-12-30 00:00", "2011-12-30T10:00:00Z"),  # a day that was left out
        ("Pacific/Apia", "2011-12-30 18:00", "2011-12-30T10:00:00Z"),
        ("Pacific/Apia", "2011-12-31 00:00", "2011-12-30T10:00:00Z"),
        ("Pacific/Kwajalein", "1993-08-21 12:00", "1993-08-21T12:00:00Z"),  # another, the other way around
        (
            "America/St_Johns",
            "2010-11-06 23:30",
            "2010-11-07T02:00:00Z",
        ),  # set back at 00:01, to the day before
        ("Africa/Cairo", "2026-04-24 00:00", "2026-04-23T22:00:00Z"),  # a day without a midnight
        (
            "Europe/Dublin",
            "2026-10-25 01:30",
            "2026-10-25T00:30:00Z",
        ),  # winter time that the data call negative
    ],
)
def test_resolve(zone: str, wall: str, moment: str) -> None:
    then = datetime.fromisoformat(wall)
    assert moments.resolve(zone, then.toordinal(), then.hour * 3600 + then.minute * 60) == at(moment)


def test_midnight_is_the_first_moment_of_a_day() -> None:
    # Cairo goes from 23:59:59 to 01:00; St. John's saw the first minute of a day, then an hour of the day before.
    day = date(2026, 4, 24).toordinal()
    midnight = moments.local_midnight("Africa/Cairo", day)
    assert (moments.local_day("Africa/Cairo", midnight), moments.local_clock("Africa/Cairo", midnight)) == (
        day,
        3600,
    )
    assert moments.local_day("Africa/Cairo", midnight - 1) == day - 1
    day = date(2010, 11, 7).toordinal()
    midnight = moments.local_midnight("America/St_Johns", day)
    found = [moments.local_day("America/St_Johns", midnight + minutes * MINUTE) - day for minutes in (-1, 0, 1, 59, 60)]
    assert found == [-1, 0, -1, -1, 0]


@given(zones, instants)
def test_local_day_and_clock(zone: str, moment: int) -> None:
    shown = oracle.local(zone, moment)
    assert moments.local_day(zone, moment) == shown.toordinal()
    assert moments.local_clock(zone, moment) == shown.hour * 3600 + shown.minute * 60 + shown.second
    assert moments.weekday(shown.toordinal()) == shown.weekday()


@given(zones, days, st.integers(0, 3 * 86_400))
def test_resolve_is_the_standard_librarys(zone: str, day: int, clock: int) -> None:
    assert moments.resolve(zone, day, clock) == oracle.resolve(zone, day, clock)


@given(zones, days, st.integers(0, 86_400), st.integers(0, 86_400))
def test_later_walls_are_never_earlier_moments(zone: str, day: int, one: int, other: int) -> None:
    earlier, later = sorted((one, other))
    assert moments.resolve(zone, day, earlier) <= moments.resolve(zone, day, later)


@given(zones, instants)
def test_wall_reached_is_the_inverse_of_resolve(zone: str, moment: int) -> None:
    """The least wall time that resolves to a moment or later; the second before resolves to an earlier one."""
    moment -= moment % 1000
    wall = moments.wall_reached(zone, moment)
    day, clock = wall // DAY + oracle.EPOCH.toordinal(), wall % DAY // 1000
    assert moments.resolve(zone, day, clock) >= moment
    assert moments.resolve(zone, day, clock - 1) < moment


def test_clocks_set_forth_and_soon_back() -> None:
    """No zone did this yet: two hours forth at 100 h, two back at 101 h. The wall shows 100..., 102-103, 101... again."""
    table = Table((-(2**60), 100 * HOUR, 101 * HOUR), (0, 2 * HOUR, 0), 2**60)
    walls = range(99 * HOUR, 105 * HOUR, 10 * MINUTE)
    found = [table.resolve(wall) for wall in walls]
    assert found == sorted(found)
    # 100:30 is skipped at first and stands for the change, although the wall never shows it; 103:30 comes late.
    assert table.resolve(100 * HOUR + 30 * MINUTE) == 100 * HOUR
    assert table.resolve(101 * HOUR + 30 * MINUTE) == 100 * HOUR
    assert table.resolve(102 * HOUR + 30 * MINUTE) == 100 * HOUR + 30 * MINUTE
    assert table.resolve(103 * HOUR) == 103 * HOUR
    for wall in walls:
        assert table.reached(table.resolve(wall)) <= wall


def test_clocks_set_back_and_soon_forth() -> None:
    """Nor this: five hours back at 100 h, five forth at 101 h. All the wall shows in that hour was shown before."""
    table = Table((-(2**60), 100 * HOUR, 101 * HOUR), (0, -5 * HOUR, 0), 2**60)
    assert table.resolve(98 * HOUR) == 98 * HOUR
    assert table.resolve(95 * HOUR + 30 * MINUTE) == 95 * HOUR + 30 * MINUTE
    assert table.resolve(100 * HOUR + 30 * MINUTE) == 101 * HOUR
    assert table.reached(100 * HOUR + 30 * MINUTE) == 100 * HOUR


@given(zones, st.integers(-200 * 365 * DAY, 130 * 365 * DAY))
def test_long_tables_answer_as_short_ones(zone: str, moment: int) -> None:
    assume(moment < _build(zone, 2100).until)
    answers = []
    for table in (_build(zone, 2100), _build(zone, 10_000)):
        answers.append((table.resolve(moment), table.reached(moment)))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("year", [2099, 2100, 2101, 2500, 9998])
def test_far_years(year: int) -> None:
    for month in (1, 7):
        day = date(year, month, 15).toordinal()
        moment = moments.resolve("Europe/Berlin", day, 43_200)
        assert moments.local_clock("Europe/Berlin", moment) == 43_200
        assert moment == oracle.resolve("Europe/Berlin", day, 43_200)


# -- Adding -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "begin", "span", "end"),
    [
        ("Europe/Berlin", "2026-01-31T12:00:00Z", Span(1), "2026-02-28T12:00:00Z"),
        ("Europe/Berlin", "2024-01-31T12:00:00Z", Span(1), "2024-02-29T12:00:00Z"),
        ("Europe/Berlin", "2024-02-29T12:00:00Z", Span(12), "2025-02-28T12:00:00Z"),
        ("Europe/Berlin", "2024-01-31T12:00:00Z", Span(1, 1), "2024-03-01T12:00:00Z"),
        ("Europe/Berlin", "2026-03-28T12:00:00Z", Span(0, 1), "2026-03-29T11:00:00Z"),
        ("Europe/Berlin", "2026-03-28T12:00:00Z", Span(0, 0, 24 * HOUR), "2026-03-29T12:00:00Z"),
        ("Europe/Berlin", "2026-03-28T01:30:00.250Z", Span(0, 1), "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-10-25T01:30:00Z", Span(0, 0, 0), "2026-10-25T01:30:00Z"),
        ("Pacific/Apia", "2011-12-29T22:00:00Z", Span(0, 1), "2011-12-30T10:00:00Z"),
        ("Europe/Berlin", "2026-03-28T12:00:00.007Z", Span(0, 1, 5), "2026-03-29T11:00:00.012Z"),
        ("UTC", "2026-03-31T12:00:00Z", Span(-1, -1), "2026-02-27T12:00:00Z"),
    ],
)
def test_add(zone: str, begin: str, span: Span, end: str) -> None:
    assert moments.format_moment(moments.add(zone, at(begin), span)) == moments.format_moment(at(end))


@given(zones, instants, st.builds(Span, st.integers(0, 240), st.integers(0, 400), st.integers(0, 100 * HOUR)))
def test_add_is_that_of_whenever(zone: str, moment: int, span: Span) -> None:
    wall = Instant.from_timestamp(moment, unit="millisecond").to_tz(zone).to_plain()
    calendar = wall.add(months=span.months, days=span.days, naive_arithmetic_ok=True)
    try:
        expected = calendar.assume_tz(zone, disambiguation="raise").timestamp(unit="millisecond")
    except RepeatedTime:
        expected = calendar.assume_tz(zone, disambiguation="earlier").timestamp(unit="millisecond")
    except SkippedTime:
        # `whenever` keeps the minutes where we take the change itself.
        second = calendar.replace(nanosecond=0)
        ends = [second.assume_tz(zone, disambiguation=d).timestamp() for d in ("earlier", "later")]
        expected = oracle.change(zone, *ends) * 1000
    if not span.months and not span.days:
        expected = moment
    assert moments.add(zone, moment, span) == expected + span.milliseconds


# -- Windows ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "moment", "window", "end"),
    [
        ("Europe/Berlin", "2026-11-23T20:29:59.999Z", "21:30-07:00", None),
        ("Europe/Berlin", "2026-11-23T20:30:00Z", "21:30-07:00", "2026-11-24T06:00:00Z"),
        ("Europe/Berlin", "2026-11-24T05:59:59.999Z", "21:30-07:00", "2026-11-24T06:00:00Z"),
        ("Europe/Berlin", "2026-11-24T06:00:00Z", "21:30-07:00", None),
        (
            "Europe/Berlin",
            "2026-03-28T22:00:00Z",
            "21:30-02:30",
            "2026-03-29T01:00:00Z",
        ),  # the end is skipped
        ("Europe/Berlin", "2026-10-24T22:00:00Z", "21:30-02:30", "2026-10-25T00:30:00Z"),
        ("Europe/Berlin", "2026-10-25T01:00:00Z", "21:30-02:30", "2026-10-25T01:30:00Z"),  # entered again
        ("Europe/Berlin", "2026-10-24T22:00:00Z", "21:30-03:00", "2026-10-25T02:00:00Z"),  # longer by an hour
        ("Europe/Berlin", "2026-11-23T12:00:00Z", "00:00-24:00", "2026-11-23T23:00:00Z"),
        ("UTC", "2026-11-23T22:00:00Z", "21:30-07:00", "2026-11-24T07:00:00Z"),
    ],
)
def test_windows(zone: str, moment: str, window: str, end: str | None) -> None:
    found = moments.parse_window(window)
    assert found is not None
    assert moments.inside(zone, at(moment), found) == (end is not None)
    assert moments.window_end(zone, at(moment), found) == at(end or moment)
