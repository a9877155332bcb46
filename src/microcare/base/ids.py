"""Names and content hashes."""

import json
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from hashlib import blake2b

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
"""A name in a program: lower-case letters, digits and underscores, beginning with a letter, at most 64."""


def is_identifier(name: str) -> bool:
    """Whether a text can be a name in a program."""
    return IDENTIFIER.fullmatch(name) is not None


def digest(data: bytes) -> str:
    """A short stable hash of some content: BLAKE2b of 16 bytes, as 32 hexadecimal digits."""
    return blake2b(data, digest_size=16).hexdigest()


def canonical(value: object) -> bytes:
    """JSON in one spelling, for hashing: equal values give equal bytes, whatever the order of their keys.

    Takes None, bool, int, float, str, mappings, sequences, and sets (in sorted order, as sequences). Numbers behave
    as doubles, so 1 and 1.0 are one value. Keys become text. Raises ValueError for infinity, nan and for two keys
    that become the same text; TypeError for everything else.
    """
    plain = _plain(value)
    text = json.dumps(plain, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    # Half a surrogate pair can stand in a text; a hash must still be possible.
    return text.encode("utf-8", "surrogatepass")


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, Mapping):
        found = {_key(key): _plain(part) for key, part in value.items()}
        if len(found) != len(value):
            raise ValueError("two keys become the same text")
        return found
    if isinstance(value, AbstractSet):
        return sorted((_plain(part) for part in value), key=canonical)
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _key(key: object) -> str:
    return key if isinstance(key, str) else canonical(key).decode("utf-8", "surrogatepass")
