"""A file that only the master key opens: chunk by chunk (AES-256-GCM), so that its size does not matter, and whole or not at all.

MICROCARE BACKUP 1\\n   length (4 bytes), a JSON object that says what it is, in the clear
then chunks: length (4 bytes), nonce and sealed bytes; each is bound to the beginning, its number, and whether it is the last
"""

import base64
import json
import os
import struct
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"MICROCARE BACKUP 1\n"
CHUNK = 1 << 20
NONCE, TAG = 12, 16


class BadFileError(ValueError):
    """Why a file cannot be opened, and what to do about it."""


def write(file: Path, master_key: str, about: dict[str, Any], parts: Iterable[bytes]) -> None:
    """Write a new file; it is on disk when this returns. Raises FileExistsError rather than write over one."""
    salt = os.urandom(16)
    head = json.dumps(about | {"salt": salt.hex()}, sort_keys=True).encode()
    seal, bound = _cipher(master_key, salt), sha256(MAGIC + head).digest()
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(MAGIC + struct.pack(">I", len(head)) + head)
        for number, (part, last) in enumerate(_with_end(parts)):
            nonce = os.urandom(NONCE)
            sealed = nonce + seal.encrypt(nonce, part, bound + struct.pack(">Q?", number, last))
            out.write(struct.pack(">I", len(sealed)) + sealed)
        out.flush()
        os.fsync(out.fileno())


def about(file: Path) -> dict[str, Any]:
    """What a file says of itself in the clear. It is proven only by `read`."""
    with file.open("rb") as opened:
        return _head(opened, file)[0]


def read(file: Path, master_key: str) -> Iterator[bytes]:
    """What is in it, part by part. Raises BadFileError where it is not whole, was changed, or another key sealed it."""
    with file.open("rb") as opened:
        said, bound = _head(opened, file)
        seal, number, last = _cipher(master_key, bytes.fromhex(said["salt"])), 0, False
        while not last:
            size = opened.read(4)
            length = struct.unpack(">I", size)[0] if len(size) == 4 else 0
            sealed = opened.read(length) if NONCE + TAG <= length <= CHUNK + NONCE + TAG else b""
            if not sealed or len(sealed) != length:
                raise BadFileError(f"{file} is not whole: it ends, or is damaged, in part {number + 1}. Take another.")
            part, last = _opened(seal, sealed, bound, number)
            if part is None:
                raise BadFileError(
                    f"{file} cannot be opened: this is not the master key of its hub, or the file was changed "
                    f"(part {number + 1}). Take the key that was kept with that hub, or another file."
                )
            yield part
            number += 1
        if opened.read(1):
            raise BadFileError(f"{file} was changed: something follows its end. Take another.")


def _head(opened: IO[bytes], file: Path) -> tuple[dict[str, Any], bytes]:
    if opened.read(len(MAGIC)) != MAGIC:
        raise BadFileError(f"{file} is no backup of microcare, or one of a newer release.")
    try:
        head = opened.read(struct.unpack(">I", opened.read(4))[0])
        said = json.loads(head)
        bytes.fromhex(said["salt"])
    except (struct.error, ValueError, KeyError, TypeError):
        raise BadFileError(f"{file} is damaged at its beginning. Take another.") from None
    return said, sha256(MAGIC + head).digest()


def _opened(seal: AESGCM, sealed: bytes, bound: bytes, number: int) -> tuple[bytes | None, bool]:
    for last in (False, True):
        try:
            nonce, rest = sealed[:NONCE], sealed[NONCE:]
            return seal.decrypt(nonce, rest, bound + struct.pack(">Q?", number, last)), last
        except InvalidTag:
            continue
    return None, True


def _with_end(parts: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Chunks of at most CHUNK, each with whether it is the last; an empty one ends them."""
    for part in parts:
        for at in range(0, len(part), CHUNK):
            yield part[at : at + CHUNK], False
    yield b"", True


def _cipher(master_key: str, salt: bytes) -> AESGCM:
    return AESGCM(sha256(b"microcare-backup" + salt + base64.urlsafe_b64decode(master_key)).digest())
