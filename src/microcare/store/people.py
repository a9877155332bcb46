"""People: who they are (apart from their care), how they are found, and the list that facilitators see."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from microcare.hub import codec
from microcare.hub.state import State
from microcare.store import desk_queries, emergencies, entering, push_devices, queries, texts, vault
from microcare.store.database import blob, row, rows, run, writing

MOST = 500
"""So many matches of a search are shown."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a person is. `texts` are the free texts they have written, by reference."""

    name: str
    email: str
    texts: dict[str, str]


def add(program: str, name: str, email: str, now: int, until: int = 0) -> tuple[str, str]:
    """Add a person who is invited to a program; returns (person, invitation code). Only the code's hash is kept.

    `until`: when the code ends (0: a fortnight from now).
    """
    person = f"p{secrets.token_hex(8)}"
    with writing():
        run(queries.ADD_PERSON, [person, codec.encode(State()).decode(), now])
        run(desk_queries.ADD_CASELOAD, [person, now])
        key = vault.make(person)
        sealed = [key.seal_text(name, "name"), key.seal_text(email, "email")]
        run(queries.ADD_IDENTITY, [person, *sealed, program])
        if program:
            run(queries.ADD_ENROLLMENT, [program, person])
        return person, entering.make_code(person, until or now + entering.CODE_LASTS)


def invited_to(person: str) -> str:
    """The program a person is invited to; empty where there is none."""
    found = row(queries.INVITED_TO, [person])
    return "" if found is None else str(found[0])


def identity(person: str) -> Identity:
    """Who a person is; empty where they have been erased."""
    name, email = _who(person)
    return Identity(name, email, texts.texts(person))


def email_of(person: str) -> str:
    """The person's address for mail; empty where there is none."""
    return _who(person)[1]


def name_of(person: str) -> str:
    """What a person is called; empty where they have been erased."""
    return _who(person)[0]


def _who(person: str) -> tuple[str, str]:
    found = row(queries.IDENTITY, [person])
    return ("", "") if found is None else _opened(person, *found)


def _opened(person: str, name: str, email: str, wrapped: bytes) -> tuple[str, str]:
    key = vault.unwrap(person, blob(wrapped))
    return ("", "") if key is None else (key.open_text(str(name), "name"), key.open_text(str(email), "email"))


def correct(person: str, name: str, email: str) -> None:
    """Correct a person's name and address."""
    key = vault.key_of(person)
    if key is not None:
        run(queries.SET_IDENTITY, [key.seal_text(name, "name"), key.seal_text(email, "email"), person])


def erase(person: str, now: int) -> None:
    """Erase who a person is and all they have written: their key is destroyed. What remains in the journal names nobody."""
    with writing():
        vault.destroy(person)
        run(queries.ERASE_IDENTITY, [person])
        run(queries.ERASE_TEXTS, [person])
        for forget in (desk_queries.FORGET_GROUPS, queries.FORGET_DETAILS, queries.FORGET_FAILURE):
            run(forget, [person])
        emergencies.forget(person)
        entering.forget_person(person, now)
        push_devices.erase(person)


def named(search: str) -> list[str]:
    """The people whose name or address has this in it, or who are called so in the journal; at most `MOST`."""
    wanted = search.strip().lower()
    found = [person for person, name, email in _everybody() if wanted in name.lower() or wanted in email.lower()]
    return [*found[:MOST], *([wanted] if wanted not in found else [])]


def opened_name(person: str, sealed: str, wrapped: bytes | None) -> str:
    """A name, opened with the person's wrapped key; empty where they have been erased."""
    return _opened(person, sealed, "", blob(wrapped))[0] if wrapped is not None else ""


def programs_of(person: str) -> frozenset[str]:
    """The programs a person is, was, or is invited to be in: their facilitators may see them."""
    return frozenset(str(found[0]) for found in rows(queries.PROGRAMS_OF, [person]))


def _everybody() -> Iterator[tuple[str, str, str]]:
    for person, name, email, wrapped in rows(queries.IDENTITIES):
        yield str(person), *_opened(str(person), name, email, wrapped)


def everybody() -> list[str]:
    """All people's names in the journal."""
    found: list[str] = []
    while page := rows(queries.ALL_PEOPLE, [found[-1] if found else "", 1000]):
        found += [str(r[0]) for r in page]
    return found
