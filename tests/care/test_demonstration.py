"""A demo begins at a stated moment, or now; at night it begins in the morning, and says so."""

from pathlib import Path

import pytest

from microcare.base.moments import inside, local_clock, local_day
from microcare.care import clock, demonstration
from microcare.care.demonstration import CannotDemonstrateError, begin, waking
from tests.live import HOUR, ZONE, Hub, moment

NIGHT, EARLY = (77_400, 111_600), (75_600, 90_000)
"""Quiet hours: half past nine to seven; nine to one."""


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-03-02T08:00", "Europe/Berlin", "2026-03-02T07:00:00Z"),
        ("2026-03-02 08:00", "America/New_York", "2026-03-02T13:00:00Z"),
        ("2026-03-02T08:00:00+05:30", "Europe/Berlin", "2026-03-02T02:30:00Z"),
        ("2026-03-02T08:00:00Z", "Europe/Berlin", "2026-03-02T08:00:00Z"),
        ("2028-02-29T12:00", "Asia/Kolkata", "2028-02-29T06:30:00Z"),
        # What the wall skips is the change; what it shows twice is the first.
        ("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:00:00Z"),
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00Z"),
    ],
)
def test_a_stated_moment_is_one_of_the_demo_s_own_wall(text: str, zone: str, expected: str) -> None:
    assert begin(text, zone) == moment(expected)


@pytest.mark.parametrize(
    "text",
    [
        "tomorrow",
        "08:00",
        "2026-02-30T08:00",
        "2026-03-02T25:00",
        "1026-03-02T08:00",
        "20260302T0800",
        "2026-W10-1T08:00",
        "2026-03-02",
        "2026-03-02T24:00",
        "2026-03-02T8:00",
        "2026-03-02T08:00 Uhr",
    ],
)
def test_what_is_no_moment_is_refused_with_a_cure(text: str) -> None:
    with pytest.raises(CannotDemonstrateError, match=r"2026-03-02T08:00 \(as a clock in Asia/Tokyo"):
        begin(text, "Asia/Tokyo")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Auckland"])
@pytest.mark.parametrize("quiet", [[NIGHT], [EARLY], [NIGHT, EARLY], [(0, 86_400)], [(28_000, 36_000)], []])
def test_a_demo_begins_outside_quiet_hours(zone: str, quiet: list[tuple[int, int]]) -> None:
    for day in ("2026-03-28", "2026-03-29", "2026-10-25", "2028-02-29", "2026-12-31"):
        for hours in range(48):
            now = moment(f"{day}T00:00:00Z") + hours * HOUR // 2
            found = waking(quiet, zone, now)
            assert now <= found <= now + 48 * HOUR
            if (0, 86_400) in quiet:
                assert found == now
            else:
                assert not any(inside(zone, found, window) for window in quiet)
            if found != now and quiet == [NIGHT]:
                assert local_clock(zone, found) == 8 * 3600
                assert local_day(zone, found) - local_day(zone, now) in (0, 1)


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("2026-03-01T23:10:00Z", "2026-03-02 08:00 +01:00"),
        ("2026-03-02T05:00:00Z", "2026-03-02 08:00 +01:00"),
        ("2026-03-28T23:30:00Z", "2026-03-29 08:00 +02:00"),
        ("2026-03-02T12:00:00Z", ""),
    ],
)
def test_a_demo_that_is_opened_at_night_begins_in_the_morning_and_says_so(hub: Hub, at: str, shown: str) -> None:
    hub.show(at)
    said = " ".join(demonstration._clock(["tea"], ZONE, fresh=True, began=None))
    assert (shown or "The clock shows 2026-03-02 13:00 +01:00 in Europe/Berlin.") in said
    expected = begin(shown[:16], ZONE) if shown else moment(at)
    assert 0 <= clock.now() - expected < 60_000
    assert ("nothing comes to anybody" in said) is bool(shown)


def test_a_stated_moment_is_kept_also_at_night(hub: Hub) -> None:
    began = moment("2026-03-01T23:10:00Z")
    hub.show(began)
    said = demonstration._clock(["tea"], ZONE, fresh=True, began=began)
    assert said == ["The clock shows 2026-03-02 00:10 +01:00 in Europe/Berlin."]
    assert 0 <= clock.now() - began < 60_000


def test_only_a_new_demo_takes_a_moment(tmp_path: Path) -> None:
    (tmp_path / "microcare.sqlite3").touch()
    (tmp_path / "DEMO").touch()
    with pytest.raises(CannotDemonstrateError, match="goes on from its own time"):
        demonstration.prepare(tmp_path, ["mood"], True, lambda _: None, "2026-03-02T08:00")


def test_only_a_demo_s_clock_is_set(hub: Hub) -> None:
    from microcare.store import deployment

    deployment.put("demo", "0")
    before = deployment.get("offset")
    with pytest.raises(CannotDemonstrateError):
        demonstration.show(0)
    assert deployment.get("offset") == before
