"""Repairs of what cannot be read, each entered in the audit trail."""

from collections.abc import Callable

from microcare.care import clock
from microcare.store import aside, audit
from microcare.store.aside import Aside

REBUILT = ("snapshot", "caseload")
"""Tables that are told from the journal, and can be told anew."""


def listed(*, whole: bool = True) -> list[Aside]:
    """What cannot be read; `whole`: after reading the whole database, else only what was met at work."""
    return list(aside.everything()) if whole else [*aside.outbox_rows(), *aside.hooks()]


def cure(one: Aside) -> str:
    """What to do about it: the words of a command, or what else there is."""
    if one.table in REBUILT:
        return f"microcare repair --rebuild {one.person}"
    if one.table in ("outbox", "webhook") and "/" not in one.name:
        return f"microcare repair --drop {one.name}"
    if one.table == "outbox":
        return "the worker sets it aside when it is due"
    if one.table == "journal":
        return "bring this row back from a backup"
    return "bring this row back from a backup; everything else of the person goes on without it"


def do(what: str, name: str, by: str) -> str:
    """Rebuild, release or drop; what is wrong, in words (empty: it is done)."""
    deeds: dict[str, Callable[[], str]] = {
        "rebuild": lambda: aside.rebuild(name),
        "release": lambda: aside.release(name, clock.now()),
        "drop": lambda: aside.drop(name, clock.now()),
    }
    wrong = deeds[what]()
    if not wrong:
        audit.append(clock.now(), by, f"repair: {what}", name.partition("-")[0])
    return wrong
