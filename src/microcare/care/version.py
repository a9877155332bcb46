"""A cheap number that rises with every change of a person: pages poll it."""

from microcare.store import journals


def page_version(person: str) -> int:
    """The person's version: one row by key."""
    return journals.version(person)
