"""What the deployment itself keeps secret: sealed under a key made of its master key, or only as a keyed hash."""

import base64
import hmac
import secrets
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE = 12


def _key(use: bytes) -> bytes:
    return sha256(b"microcare-staff-" + use + base64.urlsafe_b64decode(settings.MASTER_KEY)).digest()


def seal(plain: bytes, place: str) -> bytes:
    """Encrypt what belongs to a place."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(_key(b"seal")).encrypt(nonce, plain, place.encode())


def open_sealed(sealed: bytes, place: str) -> bytes | None:
    """Decrypt it; None where it belongs elsewhere, or another master key had sealed it."""
    try:
        return AESGCM(_key(b"seal")).decrypt(sealed[:NONCE], sealed[NONCE:], place.encode())
    except (InvalidTag, ValueError):
        return None


def hashed(text: str, use: str) -> str:
    """A keyed hash, so that what is short cannot be guessed from a copy of the database."""
    return hmac.new(_key(use.encode()), text.encode(), sha256).hexdigest()
