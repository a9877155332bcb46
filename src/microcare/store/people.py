"""People: who they are (apart from their care), how they are found, and the list that facilitators see."""

import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import blake2b

from microcare.hub import codec
from microcare.hub.state import State
from microcare.store import queries, texts, vault
from microcare.store.database import row, rows, run, writing

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without letters that are mistaken for one another."""
MOST = 500
"""So many matches of a search are shown."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a person is. `texts` are the free texts they have written, by reference."""

    name: str
    email: str
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of the facilitators' list. Moments in ms."""

    id: str
    name: str
    program: str
    """The programs the person is in, in the order of joining, joined by commas."""
    due: int | None
    last_activity: int
    """When something last reached or happened to the person (0: never)."""
    open_alerts: int
    waiting: int
    """Proposals that wait for a facilitator."""
    failed: str
    created: int


@dataclass(frozen=True, slots=True)
class Counts:
    """The whole house in four numbers."""

    people: int
    open_alerts: int
    waiting: int
    failed: int


def new_code() -> str:
    """An invitation code: 20 letters and digits, about 99 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(20))


def _hash(code: str) -> str:
    plain = "".join(c for c in code.lower() if c.isalnum())
    return blake2b(plain.encode(), digest_size=16, person=b"microcare-code").hexdigest()


def add(program: str, name: str, email: str, now: int) -> tuple[str, str]:
    """Add a person who is invited to a program; returns (person, invitation code). Only the code's hash is kept."""
    person, code = f"p{secrets.token_hex(8)}", new_code()
    with writing():
        run(queries.ADD_PERSON, [person, codec.encode(State()).decode(), now])
        key = vault.make(person)
        sealed = [key.seal_text(name, "name"), key.seal_text(email, "email")]
        run(queries.ADD_IDENTITY, [person, *sealed, _hash(code), program])
        if program:
            run(queries.ADD_ENROLLMENT, [program, person])
    return person, code


def renew_code(person: str) -> str:
    """A new invitation code; the old one opens nothing any more."""
    code = new_code()
    run(queries.SET_CODE, [_hash(code), person])
    return code


def person_of_code(code: str) -> str | None:
    """Whose invitation code it is. Case and separators do not matter."""
    found = row(queries.PERSON_OF_CODE, [_hash(code)])
    return None if found is None else str(found[0])


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


def _who(person: str) -> tuple[str, str]:
    found = row(queries.IDENTITY, [person])
    return ("", "") if found is None else _opened(person, *found)


def _opened(person: str, name: str, email: str, wrapped: bytes) -> tuple[str, str]:
    key = vault.unwrap(person, bytes(wrapped))
    return ("", "") if key is None else (key.open_text(name, "name"), key.open_text(email, "email"))


def correct(person: str, name: str, email: str) -> None:
    """Correct a person's name and address."""
    key = vault.key_of(person)
    if key is not None:
        run(queries.SET_IDENTITY, [key.seal_text(name, "name"), key.seal_text(email, "email"), person])


def erase(person: str) -> None:
    """Erase who a person is and all they have written: their key is destroyed. What remains in the journal names nobody."""
    with writing():
        vault.destroy(person)
        run(queries.ERASE_IDENTITY, [person])
        run(queries.ERASE_TEXTS, [person])


def people(
    limit: int = 50, offset: int = 0, search: str = "", programs: Collection[str] | None = None
) -> list[PersonRow]:
    """The facilitators' list: open alerts first, then those who wait for an answer, then the newest.

    With `programs` only people who are (or were, or are invited to be) in one of them.
    """
    wanted = search.strip().lower()
    if programs is not None and not programs:
        return []
    if not wanted and programs is None:
        return [_row(r) for r in rows(queries.PEOPLE, [limit, offset])]
    if not wanted:
        sql = queries.PEOPLE_IN.format(programs=queries.among(len(programs or ())))
        return [_row(r) for r in rows(sql, [*(programs or ()), limit, offset])]
    named = [person for person, name, email in _everybody() if wanted in name.lower() or wanted in email.lower()]
    seen = [p for p in (*named[:MOST], wanted) if programs is None or programs_of(p) & set(programs)]
    lines = [found for person in seen if (found := row(queries.ONE_OF_PEOPLE, [person])) is not None]
    ordered = sorted(map(_row, lines), key=lambda r: (-r.open_alerts, -r.waiting, -r.created, r.id))
    return ordered[offset : offset + limit]


def programs_of(person: str) -> frozenset[str]:
    """The programs a person is, was, or is invited to be in: their facilitators may see them."""
    return frozenset(str(found[0]) for found in rows(queries.PROGRAMS_OF, [person]))


def _everybody() -> Iterator[tuple[str, str, str]]:
    for person, name, email, wrapped in rows(queries.IDENTITIES):
        yield str(person), *_opened(str(person), name, email, wrapped)


def _row(found: tuple[object, ...]) -> PersonRow:
    person, sealed, wrapped, snapshot, due, alerts, waiting, failed, created = found
    name = ""
    if isinstance(wrapped, bytes | memoryview):
        name, _ = _opened(str(person), str(sealed), "", bytes(wrapped))
    state = codec.decode_state(str(snapshot))
    assert isinstance(alerts, int)
    assert isinstance(waiting, int)
    assert isinstance(created, int)
    assert due is None or isinstance(due, int)
    courses = ", ".join(state.courses)
    return PersonRow(str(person), name, courses, due, state.last, alerts, waiting, str(failed), created)


def counts(programs: Collection[str] | None = None) -> Counts:
    """How many people there are (in these programs), and how many need somebody."""
    if programs is not None and not programs:
        return Counts(0, 0, 0, 0)
    if programs is None:
        found = row(queries.COUNT_PEOPLE)
    else:
        found = row(queries.COUNT_PEOPLE_IN.format(programs=queries.among(len(programs))), [*programs])
    assert found is not None
    return Counts(*(int(n) for n in found))


def everybody() -> list[str]:
    """All people's names in the journal."""
    found: list[str] = []
    while page := rows(queries.ALL_PEOPLE, [found[-1] if found else "", 1000]):
        found += [str(r[0]) for r in page]
    return found
