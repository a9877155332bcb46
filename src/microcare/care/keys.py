"""Keys of stimuli that come from a deed and not from a device: random, unless the caller has one of its own."""

import secrets


def new_key(kind: str) -> str:
    """A key that nobody has used."""
    return f"{kind}:{secrets.token_hex(12)}"
