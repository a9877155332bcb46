"""The emergency number where a person is, by their time zone. A program's own crisis text comes first; this is below it."""

from functools import lru_cache
from importlib.resources import files

NUMBERS = {
    "112": "AD AL AT AX BA BE BG CH CY CZ DE DK EE ES FI FO FR GE GI GL GR HR HU IE IN IS IT LI LT LU LV MC MD ME MK MT NL NO PL"
    " PT RO RS SE SI SK SM TR UA VA XK ZA",
    "911": "AG AR AS BB BM BS BZ CA CR DM DO EC FM GD GU GY JM KN KY LC MH MP MS MX PA PE PH PR PW PY SV TC US UY VC VE VG VI",
    "999": "BH BW GB GG HK IM JE KE MU MY SG",
    "000": "AU CX CC",
    "111": "NZ",
    "119": "JP KR TW",
    "101": "IL",
    "192": "BR",
    "120": "CN",
}  # fmt: skip
"""Numbers that reach an ambulance, with the countries (ISO 3166) in which they do."""


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """The country of each zone, from the zone database's own table."""
    found: dict[str, str] = {}
    for line in files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found[zone] = country
    return found


@lru_cache(maxsize=1)
def _by_country() -> dict[str, str]:
    return {country: number for number, countries in NUMBERS.items() for country in countries.split()}


def emergency_number(zone: str) -> str:
    """The number to call where this zone is; empty where it is not known."""
    return _by_country().get(_countries().get(zone, ""), "")
