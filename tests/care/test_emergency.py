"""The number to call: never one of another country, and asked for where it cannot be known."""

import pytest

from microcare.base.zones import zone_names
from microcare.care.emergency import NUMBERS, countries, emergency

BY_COUNTRY = {code: number for number, codes in NUMBERS.items() for code in codes.split()}


def test_every_zone_shows_a_number_of_its_own_countries_or_asks() -> None:
    from importlib.resources import files

    shared: dict[str, set[str]] = {}
    for table in ("zone.tab", "zone1970.tab"):
        for line in files("tzdata.zoneinfo").joinpath(table).read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                codes, _, zone = line.split("\t")[:3]
                shared.setdefault(zone, set()).update(codes.split(","))
    asked = 0
    for zone in zone_names():
        found = emergency(zone)
        asked += found.ask
        assert len(found.numbers) <= 1
        if zone in shared and found.numbers:
            assert found.numbers[0] in {BY_COUNTRY.get(code) for code in shared[zone]}
        if "/" not in zone or zone.startswith("Etc/"):
            assert found.ask, f"{zone} is no place"
    assert 0 < asked < len(list(zone_names())) / 2


@pytest.mark.parametrize(
    ("zone", "number"),
    [("Europe/Berlin", "112"), ("America/New_York", "911"), ("US/Eastern", "911"), ("Asia/Calcutta", "112"),
     ("Europe/Kiev", "112"), ("Asia/Tokyo", "119"), ("Africa/Asmera", ""), ("Etc/GMT+5", ""), ("UTC", ""), ("CET", "")],
)  # fmt: skip
def test_a_zone_tells_the_number_only_where_all_its_countries_share_it(zone: str, number: str) -> None:
    assert "".join(emergency(zone).numbers) == number


def test_what_somebody_says_comes_first() -> None:
    assert emergency("UTC", "JP").numbers == ("119",)
    assert emergency("Europe/Berlin", "US").numbers == ("911", "112")
    assert emergency("Asia/Dubai", "").country == "AE", "known, though its number is not: it is not asked again"
    assert not emergency("UTC", "AE").ask


def test_every_number_is_of_a_country_that_there_is() -> None:
    assert set(BY_COUNTRY) - set(countries()) <= {"XK"}
