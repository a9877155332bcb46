"""Backups as files: the database as it is at one moment, while the hub works on, sealed under a key made of the master key.

The master key itself is never inside: it is kept apart. Whoever has only the backup can read nothing of it.
"""

import fcntl
import os
import re
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from microcare.base.moments import format_moment
from microcare.store import sealed_file
from microcare.store.place import DATABASE, SECRET

SCRATCH = "backup-scratch-"
UNVERIFIED = ".unverified"
_named = re.compile(r"microcare-\d{8}T\d{6}Z\.backup(\.unverified)?")


class BusyError(Exception):
    """Another backup is being made."""


def name_of(at: int) -> str:
    """The name of a backup that is made at a moment: in the order of time, and the same everywhere."""
    text = format_moment(at)[:19].replace("-", "").replace(":", "")
    return f"microcare-{text}Z.backup"


@contextmanager
def alone(data: Path) -> Iterator[Path]:
    """A scratch folder for one backup at a time, with the data, where the database may lie in the clear. Raises BusyError."""
    with (data / "backup.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError("Another backup of this hub is being made. Wait until it is done.") from None
        # What one that was killed has left.
        for left in data.glob(f"{SCRATCH}*"):
            shutil.rmtree(left, ignore_errors=True)
        scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=data))
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def write(data: Path, scratch: Path, file: Path, master_key: str, at: int) -> None:
    """Write what the database holds at this moment into a new file. The hub may go on writing meanwhile."""
    copy = scratch / DATABASE
    source = f"file:{data / DATABASE}?mode=ro"
    with closing(sqlite3.connect(source, uri=True, timeout=30)) as live, closing(sqlite3.connect(copy)) as out:
        # In one go: a copy in pieces begins anew with every write of another process.
        live.backup(out, pages=-1)
    secret = (data / SECRET).read_bytes() if (data / SECRET).exists() else b""
    sealed_file.write(file, master_key, {"made": at}, _parts(secret, copy))
    copy.unlink()


def _parts(secret: bytes, copy: Path) -> Iterator[bytes]:
    yield len(secret).to_bytes(4, "big") + secret
    packing = zlib.compressobj(6)
    with copy.open("rb") as opened:
        while part := opened.read(sealed_file.CHUNK):
            yield packing.compress(part)
    yield packing.flush()


def unpack(file: Path, folder: Path, master_key: str) -> int:
    """Write the database (and the sessions' secret) of a backup into a folder; the moment it is of. Raises BadFileError."""
    parts = sealed_file.read(file, master_key)
    first = next(parts)
    if first[4:]:
        _write(folder / SECRET, first[4:])
    packed = zlib.decompressobj()
    handle = os.open(folder / DATABASE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        try:
            for part in parts:
                out.write(packed.decompress(part))
        except zlib.error:
            raise sealed_file.BadFileError(f"{file} cannot be unpacked. Take another.") from None
        out.write(packed.flush())
        out.flush()
        os.fsync(out.fileno())
    return int(sealed_file.about(file)["made"])


def _write(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)


def prune(folder: Path, keep: int) -> list[str]:
    """Remove the oldest backups of a folder, but the last `keep`; of those that were not verified one. Their names."""
    found = sorted(file for file in folder.iterdir() if _named.fullmatch(file.name))
    good = [file for file in found if file.suffix != UNVERIFIED]
    gone = [*good[: max(0, len(good) - keep)], *[file for file in found if file.suffix == UNVERIFIED][:-1]]
    for file in gone:
        file.unlink()
    return [file.name for file in gone]
