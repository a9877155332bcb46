"""A key for each person: what names them, and what they write, is readable under it alone. Destroying it erases them.

Each person's key is kept wrapped by the deployment's master key (AES-256-GCM both times), so a copy of the database
without the master key tells nobody's name. What is sealed is bound to its person and its place: it cannot be moved to
somebody else's row.
"""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from microcare.store import queries
from microcare.store.database import blob, row, run

NONCE = 12
SEALED = "s1."
"""What is sealed begins so; a later scheme will begin otherwise."""


class Key:
    """One person's key, in memory."""

    def __init__(self, person: str, key: bytes) -> None:
        self._person = person
        self._key = AESGCM(key)

    def seal(self, plain: bytes, place: str) -> bytes:
        """Encrypt what belongs to a place of this person's."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._key.encrypt(nonce, plain, self._about(place))

    def open(self, sealed: bytes, place: str) -> bytes | None:
        """Decrypt it; None where it is not of this person and place, or was changed."""
        try:
            return self._key.decrypt(sealed[:NONCE], sealed[NONCE:], self._about(place))
        except (InvalidTag, ValueError):
            return None

    def seal_text(self, plain: str, place: str) -> str:
        """The same for a text column; what is empty stays empty."""
        if not plain:
            return ""
        return SEALED + base64.urlsafe_b64encode(self.seal(plain.encode(), place)).decode()

    def open_text(self, sealed: str, place: str) -> str:
        """A sealed text; empty where it cannot be opened."""
        if not sealed.startswith(SEALED):
            return ""
        try:
            opened = self.open(base64.urlsafe_b64decode(sealed[len(SEALED) :]), place)
        except ValueError:
            return ""
        return "" if opened is None else opened.decode(errors="replace")

    def _about(self, place: str) -> bytes:
        return f"{self._person}\0{place}".encode()


def _master() -> AESGCM:
    return AESGCM(base64.urlsafe_b64decode(settings.MASTER_KEY))


def make(person: str) -> Key:
    """A new key for a new person."""
    key, nonce = secrets.token_bytes(32), secrets.token_bytes(NONCE)
    run(queries.ADD_KEY, [person, nonce + _master().encrypt(nonce, key, person.encode())])
    return Key(person, key)


def unwrap(person: str, wrapped: bytes) -> Key | None:
    """A person's key from its row; None where another master key had wrapped it."""
    try:
        return Key(person, _master().decrypt(wrapped[:NONCE], wrapped[NONCE:], person.encode()))
    except (InvalidTag, ValueError):
        return None


def key_of(person: str) -> Key | None:
    """A person's key; None where it was destroyed."""
    found = row(queries.KEY_OF, [person])
    return None if found is None else unwrap(person, blob(found[0]))


def destroy(person: str) -> None:
    """Destroy a person's key: nothing sealed with it can be read again here.

    A backup made before holds the wrapped key; whoever has it and the master key can read that backup until it is replaced.
    """
    run(queries.DESTROY_KEY, [person])
