"""Who was erased, without names, outside of the database: a restore reads it, so that nobody who was erased is back.

A line is a moment and a keyed hash of the person's name in the journal: without the master key it says nothing, not even to
whoever holds the database. The list lies with the data and in every folder in which backups were made.
"""

import json
import logging
import os
import re
from pathlib import Path

from django.conf import settings

from microcare.base.moments import format_moment
from microcare.store import deployment, queries
from microcare.store.database import name, rows
from microcare.store.master import hashed
from microcare.store.place import ERASED

log = logging.getLogger(__name__)
PLACES = "backup.places"
_line = re.compile(r"(\S+) ([0-9a-f]{64})")


def note(person: str, at: int) -> None:
    """Enter somebody in every list, before they are erased. What cannot be written now is written with the next backup."""
    for folder in _folders():
        try:
            _add(folder / ERASED, [person], at)
        except OSError as error:
            log.error(
                "an erasure could not be noted in %s (%s): the next backup notes it", folder / ERASED, error.strerror
            )


def remember(folder: Path, at: int) -> None:
    """Backups are made there: keep a list there too, with everybody who was ever erased."""
    known = json.loads(deployment.get(PLACES) or "[]")
    if str(folder) not in known:
        deployment.put(PLACES, json.dumps([*known, str(folder)]))
    erased = [str(r[0]) for r in rows(queries.WITHOUT_KEY)]
    for file in (folder / ERASED, Path(name()).parent / ERASED):
        listed, _ = read(file)
        _add(file, [person for person in erased if mark(person) not in listed], at)


def mark(person: str) -> str:
    """What stands for a person in the list."""
    return hashed(person, "erasure")


def read(file: Path) -> tuple[frozenset[str], list[int]]:
    """The marks in a list (none, where there is no list yet), and the numbers of lines that are not whole."""
    if not file.exists():
        return frozenset(), []
    found, torn = set(), []
    for number, text in enumerate(file.read_text(encoding="ascii", errors="replace").splitlines(), 1):
        line = _line.fullmatch(text)
        if line is not None:
            found.add(line[2])
        elif text:
            torn.append(number)
    return frozenset(found), torn


def _folders() -> list[Path]:
    """With the data, and wherever backups are, as far as that is there."""
    places = [str(Path(name()).parent), *json.loads(deployment.get(PLACES) or "[]")]
    wanted = dict.fromkeys([*places, *([str(settings.BACKUP)] if settings.BACKUP else [])])
    return [Path(place) for place in wanted]


def _add(file: Path, people: list[str], at: int) -> None:
    """On disk when this returns. What a crash has left of a line stays one of its own."""
    text = "".join(f"{format_moment(at)} {mark(person)}\n" for person in people)
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, (("\n" if torn else "") + text).encode("ascii"))
        os.fsync(handle)
    finally:
        os.close(handle)
