"""Make a backup of a hub that works, and count it as made only when it could be restored."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from microcare.base.moments import HOUR
from microcare.care import clock
from microcare.store import audit, backups, deployment, erasures
from microcare.store.database import name as database_name
from microcare.store.place import GIVEN_KEY

VERIFIED = "backup.verified"
"""When the last backup that could be restored was made, by the wall, ms."""
"""Why the last attempt of the schedule came to nothing; empty: it did not."""


class NotMadeError(Exception):
    """Why there is no backup, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that could be restored, and which older ones made way for it."""

    file: Path
    size: int
    removed: tuple[str, ...]


def make(to: Path, who: str, keep: int = 0) -> Made:
    """Make a backup in a folder (or as a file of that name), and restore it into a scratch place. Raises NotMadeError.

    `keep`: how many of the folder stay; 0: all.
    """
    at = clock.wall()
    file = to / backups.name_of(at) if to.is_dir() else to
    if file.exists():
        raise NotMadeError(f"{file} is there already: name another file, or a folder.")
    _there(file.parent)
    try:
        with backups.alone(Path(database_name()).parent) as scratch:
            _written(file, scratch, at)
        removed = backups.prune(file.parent, keep) if keep else []
    except backups.BusyError as error:
        raise NotMadeError(str(error)) from None
    except OSError as error:
        raise NotMadeError(f"No backup was made: {error.strerror or error} ({error.filename or file}).") from None
    deployment.put(VERIFIED, str(at))
    audit.append(clock.now(), who, "backup", "", file.name)
    return Made(file, file.stat().st_size, tuple(removed))


def _there(folder: Path) -> None:
    if not folder.is_dir():
        raise NotMadeError(f"There is no folder {folder}: make it, or see whether its disk is mounted.")


def _written(file: Path, scratch: Path, at: int) -> None:
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        erasures.remember(file.parent.absolute(), clock.wall())
        backups.write(Path(database_name()).parent, scratch, part, settings.MASTER_KEY, clock.now())
        problem = _problem(part, scratch)
        if problem:
            doubtful = file.with_name(file.name + backups.UNVERIFIED)
            part.rename(doubtful)
            raise NotMadeError(
                f"The backup could not be restored as it should be. It is kept as {doubtful}, and does not count:\n{problem}"
            )
        part.rename(file)
        _on_disk(file.parent)
    finally:
        part.unlink(missing_ok=True)


def _problem(file: Path, scratch: Path) -> str:
    """Why it cannot be restored, by doing so as one would, in a process of its own; empty where it can."""
    command = [sys.executable, "-m", "microcare", "restore", str(file), "--data", str(scratch), "--check"]
    kept = {k: v for k, v in os.environ.items() if k not in ("MICROCARE_AUDIT_LOG", "MICROCARE_BACKUP")}
    done = subprocess.run(  # noqa: S603 - our own
        command, env=kept | {GIVEN_KEY: settings.MASTER_KEY}, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else (done.stderr or done.stdout).strip() or f"status {done.returncode}"


def _on_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def last_verified() -> int:
    """When the last backup that could be restored was made, by the wall, ms; 0: none ever was."""
    return int(deployment.get(VERIFIED) or 0)


def is_late(verified: int) -> bool:
    """Whether the last verified backup is older than two rounds of the schedule."""
    return clock.wall() - verified > 2 * settings.BACKUP_EVERY * HOUR


def make_due(now: int) -> Made | None:
    """Make a backup if the schedule wants one; None: it does not. Raises NotMadeError."""
    if now - last_verified() < settings.BACKUP_EVERY * HOUR:
        return None
    folder = Path(settings.BACKUP)
    _there(folder)
    return make(folder, "worker", settings.BACKUP_KEEP)
