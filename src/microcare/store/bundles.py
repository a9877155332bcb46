"""Published programs with all their files, as they were."""

from collections.abc import Mapping
from dataclasses import dataclass

from microcare.store import queries
from microcare.store.database import blob, row, rows, run, run_many, writing


@dataclass(frozen=True, slots=True)
class Published:
    """One wording of one version of a program."""

    program: str
    version: str
    wording: str
    root: str
    published: int
    serial: int


def publish(program: str, version: str, wording: str, root: str, files: Mapping[str, bytes], now: int) -> None:
    """Keep a program's files, and make it the one that people join."""
    with writing():
        run(queries.ADD_PROGRAM, [program, version, wording, root, now])
        run_many(queries.ADD_FILE, [(program, version, wording, path, body) for path, body in files.items()])


def published() -> list[Published]:
    """All published programs, in the order of publishing."""
    return [Published(*r) for r in rows(queries.PROGRAMS)]


def stamp() -> int:
    """A number that changes whenever something is published."""
    found = row(queries.PROGRAMS_STAMP)
    assert found is not None
    return int(found[0])


def files(one: Published) -> dict[str, bytes]:
    """All files of a published program, by their path in its bundle."""
    found = rows(queries.FILES, [one.program, one.version, one.wording])
    return {str(path): blob(body) for path, body in found}


def file(program: str, version: str, path: str) -> bytes | None:
    """One file of a version, in the wording published last."""
    found = row(queries.FILE, [program, version, path])
    return None if found is None else blob(found[0])
