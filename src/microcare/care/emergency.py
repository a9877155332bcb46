"""The emergency number where a person is: by the country they named, else by their time zone; where neither tells, it is
asked. A program's own numbers stand beside it."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Emergency:
    """What is known of the number to call."""

    numbers: tuple[str, ...]
    """The one of the country they named first; two where what they named and their time zone disagree; none known: none."""
    country: str
    """Where they are, as far as that is known; empty: it must be asked."""

    @property
    def ask(self) -> bool:
        """Whether the country must be asked to know the number."""
        return not self.numbers and not self.country


@lru_cache(maxsize=1)
def _zones() -> dict[str, frozenset[str]]:
    """The countries of each zone, from the zone database's own tables."""
    places = files("tzdata.zoneinfo")
    found: dict[str, frozenset[str]] = {}
    shared: dict[str, frozenset[str]] = {}
    for name, into in (("zone.tab", found), ("zone1970.tab", shared)):
        for line in places.joinpath(name).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                countries, _, zone = line.split("\t")[:3]
                into[zone] = frozenset(countries.split(","))
    for line in places.joinpath("tzdata.zi").read_text(encoding="utf-8").splitlines():
        if line.startswith("L "):
            _, zone, other = line.split()
            # An older name stands for all countries that share its zone now: which of them it was, nobody can tell.
            if "/" in other and not other.startswith(("Etc/", "SystemV/")) and zone in shared:
                found.setdefault(other, shared[zone])
    return found


@lru_cache(maxsize=1)
def _by_country() -> dict[str, str]:
    return {country: number for number, countries in NUMBERS.items() for country in countries.split()}


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """All countries: code and English name, by name."""
    text = files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8")
    pairs = [line.split("\t")[:2] for line in text.splitlines() if line and not line.startswith("#")]
    return {pair[0]: pair[1] for pair in sorted(pairs, key=lambda pair: pair[1])}


def emergency(zone: str, country: str = "") -> Emergency:
    """What to call where somebody is who named this country (empty: none) and whose clock shows this zone."""
    there = _zones().get(zone, frozenset())
    numbers = {_by_country().get(code, "") for code in there}
    of_zone = next(iter(numbers)) if len(numbers) == 1 else ""
    if not country:
        return Emergency((of_zone,) if of_zone else (), next(iter(there)) if len(there) == 1 else "")
    own = _by_country().get(country, "")
    other = of_zone if country not in there else ""
    return Emergency(tuple(dict.fromkeys(number for number in (own, other) if number)), country)


def emergency_number(zone: str, country: str = "") -> str:
    """The first number to call; empty where it is not known."""
    return next(iter(emergency(zone, country).numbers), "")
