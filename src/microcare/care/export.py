"""Data sets from the live journals."""

from collections.abc import Iterator

from microcare.hub import entry
from microcare.store import journals, people


def people_entries() -> Iterator[tuple[str, list[entry.Any]]]:
    """Every person's journal, oldest entry first. Identity stays where it is; a person is the name of their journal."""
    for person in people.everybody():
        yield person, list(_journal(person))


def _journal(person: str) -> Iterator[entry.Any]:
    after = 0
    while page := journals.entries(person, after=after, limit=1000):
        yield from (stated for _, stated in page)
        after = page[-1][0]
