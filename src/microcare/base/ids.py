"""Names, and hashes of content."""

import json
import re
from hashlib import blake2b

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)


def is_identifier(name: str) -> bool:
    """Whether a name is one: lower-case letters, digits, underscores; a letter first; 64 at most."""
    return IDENTIFIER.fullmatch(name) is not None


def digest(data: bytes) -> str:
    """A short, stable hash of content: 32 hexadecimal digits."""
    return blake2b(data, digest_size=16).hexdigest()


def canonical(value: object) -> bytes:
    """JSON in one spelling, for hashing. Order of keys counts where it means something, so it is kept."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
