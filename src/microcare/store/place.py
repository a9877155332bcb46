"""The folder of a hub: its database and its secrets, made only on purpose and proven at every start.

A hub in whose place there is nothing is not a new hub: a disk may not be there, or a key may be lost. So nothing here
makes what it does not find, but `make`, which is asked for.
"""

import base64
import os
import secrets
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

DATABASE, MASTER, SECRET = "microcare.sqlite3", "master.key", "secret.key"
ERASED = "erasures.list"
"""Who was erased, without names: with the data, and with every backup."""
GIVEN_KEY = "MICROCARE_MASTER_KEY"
"""The environment's name for the master key, where no file holds it."""
LEAST_SPACE = 50_000_000
"""With fewer bytes free, the hub does not start: it could not save what people write."""


class WrongPlaceError(Exception):
    """Why no hub can be run in a folder, and what to do about it."""


def make(folder: Path, environment: Mapping[str, str]) -> None:
    """Make the folder of a new hub, with its secrets. Raises `WrongPlaceError` where there is a hub already."""
    if not is_empty(folder / DATABASE):
        raise WrongPlaceError(f"{folder} holds a hub already: start it without --new, or choose another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make_secret(folder / SECRET)
        if not environment.get(GIVEN_KEY):
            _make_secret(folder / MASTER)
    except OSError as error:
        raise WrongPlaceError(f"No hub can be made in {folder}: {error.strerror or error}.") from None


def prove(folder: Path, environment: Mapping[str, str]) -> None:
    """Raise `WrongPlaceError` unless a hub is there whose secrets are with it and whose database can be written."""
    database = folder / DATABASE
    if is_empty(database):
        raise WrongPlaceError(
            f"There is no hub in {folder}: {DATABASE} is {'empty' if database.exists() else 'missing'}. If there should "
            "be one, see whether its disk is mounted, or restore a backup. A new hub is made by: "
            f"microcare up --new --data {folder}"
        )
    if not environment.get(GIVEN_KEY) and not (folder / MASTER).exists():
        raise WrongPlaceError(
            f"{folder / MASTER} is missing, and {GIVEN_KEY} is not set: without that key no name and no text can be "
            "read. Put the file back from where it is kept; nothing was changed."
        )
    problem = _unreadable_key(folder, environment) or _unwritable(database)
    if problem:
        raise WrongPlaceError(problem)
    free = shutil.disk_usage(folder).free
    if free < LEAST_SPACE:
        raise WrongPlaceError(
            f"The disk of {folder} is full ({free // 1_000_000} MB are free, {LEAST_SPACE // 1_000_000} MB are needed): "
            "what people write could not be saved. Free some space, then start again."
        )


def secret(file: Path) -> str:
    """A secret of the hub's (32 bytes, base64). Where there is none, one that lives with the process: nothing is made."""
    try:
        return file.read_text(encoding="ascii").strip()
    except OSError:
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def renew(folder: Path) -> bool:
    """Make the secret that signs sessions again, where it is lost: everybody signs in again, and nothing else is lost."""
    if (folder / SECRET).exists():
        return False
    _make_secret(folder / SECRET)
    return True


def is_empty(database: Path) -> bool:
    """Whether nothing was ever kept there. What cannot be read is not empty."""
    if not database.exists():
        return True
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as opened:
            return opened.execute("SELECT 1 FROM sqlite_master WHERE name = 'person'").fetchone() is None
    except sqlite3.Error:
        return False


def _unreadable_key(folder: Path, environment: Mapping[str, str]) -> str:
    given, file = environment.get(GIVEN_KEY), folder / MASTER
    if given:
        return key_problem(given, GIVEN_KEY)
    try:
        return key_problem(file.read_text(encoding="utf-8", errors="replace").strip(), str(file))
    except OSError as error:
        return f"{file} cannot be read: {error.strerror or error}. Give it to the user who runs the hub."


def key_problem(text: str, where: str) -> str:
    """Why a text is no master key; empty where it is one."""
    return "" if is_key(text) else f"{where} holds no key: 32 bytes as base64, as it was when the hub was made."


def is_key(text: str) -> bool:
    """Whether a text is a master key: 32 bytes as base64."""
    try:
        return len(base64.b64decode(text, altchars=b"-_", validate=True)) == 32
    except ValueError:
        return False


def _unwritable(database: Path) -> str:
    """Why nothing can be written there, by trying; empty where it can."""
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=rw", uri=True, timeout=0, isolation_level=None)) as opened:
            opened.execute("BEGIN IMMEDIATE")
            opened.execute("CREATE TABLE proof_of_writing (x)")
            opened.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        # Somebody else who writes at this moment shows that it can be written.
        if "locked" in str(error) or "busy" in str(error):
            return ""
        return (
            f"{database} cannot be written ({error}). See whether its disk is mounted read-only or full, and whether "
            "the folder belongs to the user who runs the hub."
        )
    except sqlite3.DatabaseError as error:
        return f"{database} is damaged, or no database ({error}). Keep a copy of the folder, and restore a backup."
    return ""


def _make_secret(file: Path) -> None:
    """32 random bytes, readable by their owner alone; one that is there stays."""
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
        out.write(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
        out.flush()
        os.fsync(out.fileno())
    try:
        # A link, not a rename: of two processes that start together the first one's secret stays.
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
