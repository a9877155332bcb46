"""Restore a backup into an empty place: proven first, then made safe to go on with, and only then put in its place.

What was handed over since the backup nobody can know here. So what goes out at most once, and was due by now, is unclear and
stays unsent; alerts go out again; whoever was erased since is erased again.
"""

import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from microcare.base.moments import format_moment
from microcare.store import backups, place

log = logging.getLogger(__name__)
SCRATCH = "restoring-"
SetUp = Callable[[Path], None]
"""Opens the hub in a folder, as a hub is opened when it starts."""


class NotRestoredError(Exception):
    """Why nothing was restored, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore came to."""

    made: int
    people: int
    unclear: int
    """Prompts that waited and are not sent, for they may have been."""
    erased: int
    """People who were erased again."""
    notes: tuple[str, ...] = ()


def master_key(data: Path, file: Path | None) -> str:
    """The key to restore with: from a file, the environment, or the folder. Raises NotRestoredError."""
    given = os.environ.get(place.GIVEN_KEY, "")
    source = file or (None if given else data / place.MASTER)
    try:
        key = source.read_text(encoding="ascii").strip() if source is not None else given
    except (OSError, ValueError):
        raise NotRestoredError(
            f"The master key is not in {source}. It is never inside a backup: bring it from where it is kept, and name its "
            f"file with --master-key, or set {place.GIVEN_KEY}. Without it no backup can be read."
        ) from None
    problem = place.key_problem(key, str(source or place.GIVEN_KEY))
    if problem:
        raise NotRestoredError(problem)
    return key


def check(file: Path, data: Path, key: str, set_up: SetUp) -> int:
    """See whether a backup can be restored, in a scratch place that is left as it was; how many people are in it."""
    scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=data))
    try:
        backups.unpack(file, scratch, key)
        return _proven(scratch, key, set_up, anyway=False)[0]
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def restore(
    file: Path,
    data: Path,
    key: str,
    erased: Path | None,
    set_up: SetUp,
    *,
    anyway: bool = False,
    keep_key: bool = False,
) -> Restored:
    """Restore a backup into a folder where there is no hub. `erased`: the list of who was erased; None: there is none.

    `anyway`: although some people's data are not whole. `keep_key`: the key is put with the data. Raises NotRestoredError.
    """
    if not place.is_empty(data / place.DATABASE):
        raise NotRestoredError(f"{data} holds a hub already. Restore into an empty folder; nothing was changed.")
    if erased is not None and not erased.is_file():
        raise NotRestoredError(
            f"{erased} is missing: it says who was erased since the backup. Bring it from where the newest backups are and "
            "name it with --erasures. Only if nobody can have been erased since, restore with --no-erasures."
        )
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in data.glob(f"{SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=data))
    try:
        made = backups.unpack(file, scratch, key)
        people, problems = _proven(scratch, key, set_up, anyway=anyway)
        done = _made_safe(made, people, problems, erased)
        _put(scratch, data, key if keep_key else "")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return done


def _proven(scratch: Path, key: str, set_up: SetUp, *, anyway: bool) -> tuple[int, list[str]]:
    """Open it as a hub would, and fold every journal anew. Returns how many people there are, and what is not whole."""
    from microcare.care.verify import verify_all
    from microcare.store import database, people

    os.environ[place.GIVEN_KEY] = key
    try:
        set_up(scratch)
    except place.WrongPlaceError as error:
        raise NotRestoredError(str(error)) from None
    wrong = [str(found[0]) for found in database.rows("PRAGMA integrity_check") if found[0] != "ok"]
    problems = [f"the database: {text}" for text in wrong]
    problems += [f"{found.person}: {'; '.join(found.problems)}" for found in verify_all()]
    if problems and not anyway:
        more = [f"  and {len(problems) - 20} more"] if len(problems) > 20 else []
        raise NotRestoredError("\n".join(["This backup is not whole:", *(f"  {p}" for p in problems[:20]), *more]))
    return len(people.everybody()), problems


def _made_safe(made: int, people: int, problems: list[str], erased: Path | None) -> Restored:
    from microcare.care import clock
    from microcare.care.wake import wake_due
    from microcare.store import audit, database, outbox

    # Days may have passed since the backup, on another machine: whoever restores says that this clock is right.
    clock.believe("restore")
    now, failed = clock.now(), 0
    # What came due since the backup is worked off here, as of now, so that it is known what may have been sent.
    while (woken := wake_due(now)).claimed:
        failed += woken.failed
    with database.writing():
        unclear = outbox.after_restore(made, now)
        audit.append(
            now, "command", "restore", "", f"the backup of {format_moment(made)}; {unclear} prompts are unclear"
        )
    again, notes = _erase_again(erased)
    notes += [f"The steps of {failed} people failed: see them at the desk as soon as the hub runs."] if failed else []
    # Nothing may stay in the write-ahead log: the file alone is put in its place.
    database.scrub()
    database.close()
    return Restored(made, people, unclear, again, (*problems[:20], *notes))


def _erase_again(erased: Path | None) -> tuple[int, list[str]]:
    from microcare.care import clock, withdraw
    from microcare.store import erasures, people, vault

    if erased is None:
        return 0, []
    marks, torn = erasures.read(erased)
    again = 0
    for person in people.everybody():
        if erasures.mark(person) in marks and vault.key_of(person) is not None:
            try:
                withdraw.erase(person, "restore")
            except Exception:
                log.exception("%s could not leave their programs; they are erased all the same", person)
                people.erase(person, clock.wall())
            again += 1
    return again, [f"{erased}:{number}: this line is not whole, and says nothing." for number in torn]


def _put(scratch: Path, data: Path, key: str) -> None:
    """The secrets first, the database last: until it is there, there is no hub."""
    if (scratch / place.SECRET).exists() and not (data / place.SECRET).exists():
        (scratch / place.SECRET).rename(data / place.SECRET)
    if key and not (data / place.MASTER).exists():
        handle = os.open(data / place.MASTER, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(key)
    (scratch / place.DATABASE).rename(data / place.DATABASE)
    handle = os.open(data, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
