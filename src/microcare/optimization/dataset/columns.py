"""What every column of every table means, of which type and unit, and how it says that something is unknown."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from microcare.hub.stimulus import Value

Row = dict[str, Value]
"""One row: a value for each column that has one."""
EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Column:
    """One column, as its codebook tells it."""

    name: str
    meaning: str
    type: str = "text"
    unit: str = ""
    unknown: str = EMPTY

    def as_dict(self) -> dict[str, str]:
        """For machines."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Family:
    """Columns that a program brings with it: their names begin with a prefix, and the rest of the name says of what."""

    prefix: str
    meaning: str
    """With {} where the rest of the name stands."""
    type: str = ""
    unit: str = ""
    unknown: str = EMPTY


def flag(name: str, meaning: str, unknown: str = EMPTY) -> Column:
    """A column of 1 and 0."""
    return Column(name, meaning, "integer", "1 or 0", unknown)


def moment(name: str, meaning: str) -> Column:
    """A column of moments."""
    return Column(name, meaning, "moment", "UTC, ISO 8601")


def number(name: str, meaning: str, unit: str = "") -> Column:
    """A column of numbers."""
    return Column(name, meaning, "number", unit)


def count(name: str, meaning: str, unit: str = "") -> Column:
    """A column of whole numbers."""
    return Column(name, meaning, "integer", unit)


PERSON = Column("person", "Who: the person's name in the study.", unknown="never")
PROGRAM = Column("program", "The program.", unknown="never")
VERSION = Column("version", "The version (hash of its behavior).")
INTERVENTION = Column("intervention", "The micro intervention.")
RUN = Column("run", "Which time the person had it.")


def ordered(known: Sequence[Column], families: Sequence[Family], names: Iterable[str]) -> list[str]:
    """All columns of a table: the known ones, then those the rows bring, family by family."""
    fixed = [c.name for c in known]
    places = {family.prefix: place for place, family in enumerate(families)}
    more = sorted(set(names) - set(fixed), key=lambda n: (places[_family(families, n).prefix], n))
    return [*fixed, *more]


def described(known: Sequence[Column], families: Sequence[Family], names: Iterable[str]) -> list[Column]:
    """The codebook's rows for these columns."""
    fixed = {c.name: c for c in known}
    return [fixed[n] if n in fixed else _of(_family(families, n), n) for n in names]


def _family(families: Sequence[Family], name: str) -> Family:
    return next(f for f in families if name.startswith(f.prefix))


def _of(family: Family, name: str) -> Column:
    rest = name.removeprefix(family.prefix)
    return Column(name, family.meaning.format(rest), family.type or "number or text", family.unit, family.unknown)


def plain(value: Value) -> Value:
    """A value as tables write it: 1 and 0 for true and false."""
    return int(value) if isinstance(value, bool) else value
