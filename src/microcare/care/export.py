"""Data sets from the live journals: of those who agreed to it."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from microcare.care.programs import programs
from microcare.hub import entry
from microcare.hub.consent import lacking
from microcare.optimization.dataset.tables import TABLES
from microcare.optimization.dataset.writing import write_people
from microcare.store import journals, people

NAMES = tuple(TABLES)
"""The tables of the data set."""


def agreed(program: str = "") -> tuple[list[str], int]:
    """The people whose data may be exported (of a program, or of all), and how many did not agree to it.

    Where a program asks for research as a purpose, whoever has not agreed to its present text is left out, whole.
    """
    found, left_out = [], 0
    for person in people.everybody():
        of = people.programs_of(person)
        if program and program not in of:
            continue
        if may_be_exported(person, of):
            found.append(person)
        else:
            left_out += 1
    return found, left_out


def may_be_exported(person: str, of: frozenset[str]) -> bool:
    """Whether a person agreed to research in all of the programs they are, or were, in.

    Where a program cannot be asked any more whether it wants consent, nobody can tell, and that is no consent.
    """
    known = programs()
    asking = [known.current(name) for name in of]
    consents = journals.load(person).state.consents
    return all(c is not None and not lacking(c, consents, "research") for c in asking)


def people_entries(chosen: list[str]) -> Iterator[tuple[str, list[entry.Any]]]:
    """Each one's journal, oldest entry first. Identity stays where it is; a person is the name of their journal."""
    for person in chosen:
        yield person, list(_journal(person))


def _journal(person: str) -> Iterator[entry.Any]:
    after = 0
    while page := journals.entries(person, after=after, limit=1000):
        yield from (stated for _, stated in page)
        after = page[-1][0]


def table(name: str, form: str, program: str = "") -> tuple[bytes, int]:
    """One table of everybody (of a program) who agreed, as csv or jsonl; and how many did not agree."""
    chosen, left_out = agreed(program)
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.{form}"
        write_people(people_entries(chosen), {name: file})
        return file.read_bytes(), left_out
