"""Prepare a demo: a database of its own, marked as one, with example programs, participants and a facilitator."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

DATABASE = "microcare.sqlite3"
FILES = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", "secret.key", "master.key")


class CannotDemonstrateError(Exception):
    """Why there can be no demo, in plain words."""


def prepare(folder: Path, programs: list[str], keep: bool, set_up: Callable[[], None]) -> list[str]:
    """Make (or keep) the demo's database; returns what to tell the person who started it."""
    paths = [find_program(name) for name in programs]
    fresh = not (folder / DATABASE).exists()
    if not fresh and not _is_demo(folder / DATABASE):
        raise CannotDemonstrateError(
            f"{folder} holds a database that is not a demo's; choose another folder with --data."
        )
    if not keep and not fresh:
        for name in FILES:
            (folder / name).unlink(missing_ok=True)
        fresh = True
    if fresh:
        _mark(folder)
    set_up()
    return _fill(paths)


def _mark(folder: Path) -> None:
    """Mark the folder before anything is in it, so that a start that was broken off can be made anew."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "DEMO").write_text("This folder belongs to `microcare demo`, which makes it anew.\n", encoding="utf-8")


def _is_demo(database: Path) -> bool:
    if (database.parent / "DEMO").exists():
        return True
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            found = connection.execute("SELECT value FROM deployment WHERE key = 'demo'").fetchone()
    except sqlite3.Error:
        return False
    return found is not None and found[0] == "1"


def find_program(name: str) -> Path:
    """The folder of a program that is shipped, or of one's own by its path."""
    here = Path(__file__).resolve().parent.parent
    shelves = [here / "programs", here.parent.parent / "programs", Path("programs")]
    for place in [*(shelf / name for shelf in shelves), Path(name)]:
        if (place / "program.yaml").is_file() or (place.suffix in (".yaml", ".yml") and place.is_file()):
            return place
    known = sorted({p.parent.name for shelf in shelves if shelf.is_dir() for p in shelf.glob("*/program.yaml")})
    raise CannotDemonstrateError(f"There is no program {name}. There are: {', '.join(known)}.")


def local_zone() -> str:
    """The time zone of this machine, by its IANA name; UTC where it has none."""
    from microcare.base.moments import is_zone

    candidates = [os.environ.get("TZ", "")]
    with suppress(OSError):
        candidates.append(Path("/etc/timezone").read_text(encoding="utf-8").strip())
    candidates.append(os.path.realpath("/etc/localtime").rpartition("zoneinfo/")[2])
    return next((name for name in candidates if name and is_zone(name)), "UTC")


def _fill(paths: list[Path]) -> list[str]:
    from django.conf import settings

    from microcare.base.issues import Severity
    from microcare.care.access import ROLES
    from microcare.care.accounts import make_facilitator, renew_password
    from microcare.care.enroll import enroll, every_consent
    from microcare.care.publish import publish
    from microcare.store import deployment, people

    deployment.put("demo", "1")
    lines = ["", "The demo is up. It is a database of its own; its clock can be moved.", ""]
    for path in paths:
        done = publish(path)
        if not done.version:
            errors = [f"  {i.place}: {i.message}" for i in done.issues if i.severity is Severity.ERROR]
            raise CannotDemonstrateError("\n".join([f"{path} has errors:", *errors]))
        person = deployment.get(f"demo.person.{done.program}")
        if person is None:
            joined = enroll(
                done.program, zone=local_zone(), name="Robin", email="", consents=every_consent(done.program)
            )
            person, code = joined.person, joined.code
            deployment.put(f"demo.person.{done.program}", person)
        else:
            code = people.renew_code(person)
        lines.append(f"  Participant in {done.program}:  {settings.URL}/join/{code}")
    password = make_facilitator("facilitator", roles=ROLES) or renew_password("facilitator")
    lines += [
        f"  Facilitator:  {settings.URL}/desk/   user: facilitator   password: {password}",
        "",
        "Stop it with Ctrl-C.",
    ]
    return lines
