"""Free text and photos of a person, under their key, apart from the journal, which only refers to them."""

import secrets
from dataclasses import dataclass

from microcare.store import queries, vault
from microcare.store.database import blob, row, rows, run


@dataclass(frozen=True, slots=True)
class Kept:
    """Something kept: its media type (`text/plain`, `image/png`, ...) and its bytes."""

    media: str
    body: bytes


def keep(person: str, text: str) -> str:
    """Keep a text; returns the reference that answers and entries hold instead of it."""
    return keep_bytes(person, text.encode(), "text/plain")


def keep_bytes(person: str, body: bytes, media: str) -> str:
    """Keep a photo or another file, sealed with the person's key; returns its reference.

    Nothing is kept of somebody who has been erased: their reference leads nowhere.
    """
    reference = f"t{secrets.token_hex(8)}"
    key = vault.key_of(person)
    if key is not None:
        run(queries.KEEP_TEXT, [person, reference, media, key.seal(body, reference)])
    return reference


def kept(person: str, reference: str) -> Kept | None:
    """What is kept under a reference of this person; None where it was erased, or is another person's."""
    found = row(queries.KEPT, [person, reference])
    key = vault.key_of(person)
    if found is None or key is None:
        return None
    opened = key.open(blob(found[1]), reference)
    return None if opened is None else Kept(str(found[0]), opened)


def text(person: str, reference: str) -> str:
    """The text under a reference; empty where there is none any more."""
    found = kept(person, reference)
    return found.body.decode(errors="replace") if found is not None and found.media == "text/plain" else ""


def texts(person: str) -> dict[str, str]:
    """All kept texts of a person, by reference."""
    key = vault.key_of(person)
    if key is None:
        return {}
    opened = {str(r): key.open(blob(body), str(r)) for r, body in rows(queries.KEPT_TEXTS, [person])}
    return {reference: body.decode(errors="replace") for reference, body in opened.items() if body is not None}


def photos(person: str) -> dict[str, str]:
    """The kept photos of a person: their media types, by reference."""
    return {str(reference): str(media) for reference, media in rows(queries.KEPT_PHOTOS, [person])}
