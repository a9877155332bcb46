"""Prepare a demo: a database of its own, marked as one, with example programs, participants and a facilitator."""

import fcntl
import os
import re
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import IO

from microcare.base.moments import (
    DAY_SECONDS,
    SECOND,
    format_local,
    inside,
    is_zone,
    local_day,
    parse_clock,
    parse_moment,
    resolve,
    window_end,
)
from microcare.base.written import day_of
from microcare.store.place import DATABASE, MASTER, SECRET

_MOMENT = re.compile(
    r"(?P<day>[0-9-]{10})[T ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})?"
)
LOCK = "running"
MORNING = 8 * 3600
"""When a demo that is started in the quiet of the night begins its day, in seconds after midnight."""
FILES = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", SECRET, MASTER)


class CannotDemonstrateError(Exception):
    """Why there can be no demo, in plain words."""


def prepare(folder: Path, programs: list[str], keep: bool, set_up: Callable[[bool], None], at: str = "") -> list[str]:
    """Make (or keep) the demo's database; returns what to tell the person who started it.

    `at` is what the clock of a new demo shows when it begins. Without it the demo begins now, or in the morning where
    now is in a program's quiet hours: nobody would see anything come. `set_up` is told whether the hub is a new one.
    """
    paths, zone = [find_program(name) for name in programs], local_zone()
    began = begin(at, zone) if at else None
    fresh = not (folder / DATABASE).exists()
    if not fresh and not _is_demo(folder / DATABASE):
        raise CannotDemonstrateError(
            f"{folder} holds a database that is not a demo's; choose another folder with --data."
        )
    if not keep and not fresh:
        for name in FILES:
            (folder / name).unlink(missing_ok=True)
        fresh = True
    if at and not fresh:
        raise CannotDemonstrateError("A demo that is kept goes on from its own time; a moment is for a new one.")
    if fresh:
        _mark(folder)
    set_up(fresh)
    return _fill(paths, zone, began, fresh)


_held: list[IO[str]] = []
"""Locks of this process, for as long as it lives."""


def take(folder: Path, url: str) -> None:
    """Have a folder for this demo alone while this process lives: another demo would make its database anew under it.

    The lock is the system's: it goes with the process, however that ends.
    """
    if (folder / DATABASE).exists() and not _is_demo(folder / DATABASE):
        raise CannotDemonstrateError(
            f"{folder} holds a database that is not a demo's; choose another folder with --data."
        )
    if not _locked(folder, url, fcntl.LOCK_EX):
        raise CannotDemonstrateError(
            f"{_running(folder)}, and goes on untouched. Use that one, or stop it first (Ctrl-C where it runs), "
            "or give this one a folder and a port of its own: microcare demo --data other-demo --port 8010"
        )


def share(folder: Path, url: str) -> str:
    """Have a folder for a hub while this process lives, so that no demo makes it anew; or why it cannot be had."""
    if _locked(folder, url, fcntl.LOCK_SH):
        return ""
    return f"{_running(folder)}. Use that one, or stop it first (Ctrl-C where it runs), or choose another folder."


def _locked(folder: Path, url: str, how: int) -> bool:
    os.umask(0o077)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = (folder / LOCK).open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return False
    # Where it is, for whoever comes second.
    lock.truncate(0)
    lock.write(url)
    lock.flush()
    _held.append(lock)
    return True


def _running(folder: Path) -> str:
    url = (folder / LOCK).read_text(encoding="utf-8").strip()
    return f"A hub is running in {folder} already" + (f", at {url}" if url else "")


def begin(at: str, zone: str) -> int:
    """The moment that a text names: by the wall of a zone (2026-03-02T08:00), or with an offset of its own."""
    found = _MOMENT.fullmatch(at.strip())
    day, time = (day_of(found["day"]), parse_clock(found["time"])) if found is not None else (None, None)
    if found is None or day is None or time is None or time >= DAY_SECONDS or not "2000" <= found["day"][:4] < "2100":
        raise CannotDemonstrateError(
            f"`{at}` is no moment to begin at. Write one like 2026-03-02T08:00 (as a clock in {zone} shows it)."
        )
    if not found["offset"]:
        return resolve(zone, day, time)
    moment = parse_moment(f"{found['day']}T{found['time']}{found['offset']}")
    if moment is None:
        raise CannotDemonstrateError(f"`{at}`: {found['offset']} is no offset. Write one like +01:00, or Z.")
    return moment


def waking(quiet: list[tuple[int, int]], zone: str, now: int) -> int:
    """Now, or where now is in quiet hours the next morning after them; now, where all hours are quiet."""
    if not any(inside(zone, now, window) for window in quiet):
        return now
    morning = resolve(zone, local_day(zone, now), MORNING)
    moment = morning if morning > now else resolve(zone, local_day(zone, now) + 1, MORNING)
    for window in quiet * 2:
        moment = window_end(zone, moment, window)
    return now if any(inside(zone, moment, window) for window in quiet) else moment


def show(moment: int) -> None:
    """Let the demo's clock show a moment; it goes on from there."""
    from microcare.care import clock
    from microcare.store import deployment

    if not deployment.is_demo():
        raise CannotDemonstrateError("Only a demo's clock can be set.")
    deployment.put("offset", str(moment - clock.wall()))


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
    candidates = [os.environ.get("TZ", "")]
    with suppress(OSError):
        candidates.append(Path("/etc/timezone").read_text(encoding="utf-8").strip())
    candidates.append(os.path.realpath("/etc/localtime").rpartition("zoneinfo/")[2])
    return next((name for name in candidates if name and is_zone(name)), "UTC")


def _fill(paths: list[Path], zone: str, began: int | None, fresh: bool) -> list[str]:
    from django.conf import settings

    from microcare.care.access import ROLES
    from microcare.care.accounts import make_facilitator, renew_password
    from microcare.store import deployment

    deployment.put("demo", "1")
    if began is not None:
        show(began)
    programs = [_published(path) for path in paths]
    lines = ["", "The demo is up. It is a database of its own; its clock can be moved."]
    lines += [*_clock(programs, zone, fresh, began), ""]
    for program in programs:
        lines.append(f"  Participant in {program}:  {settings.URL}/join#{_robin(program, zone)}")
    password = make_facilitator("facilitator", roles=ROLES) or renew_password("facilitator")
    lines += [
        f"  Facilitator:  {settings.URL}/desk/   user: facilitator   password: {password}",
        "",
        "Stop it with Ctrl-C.",
    ]
    return lines


def _clock(programs: list[str], zone: str, fresh: bool, began: int | None) -> list[str]:
    """Begin in the morning, unless another moment is wanted or now is as good; and what the clock shows then."""
    from microcare.care import clock

    now = clock.now()
    first = waking(quiet_of(programs), zone, now) if fresh and began is None else now
    if first != now:
        show(first)
        return [
            f"It is {format_local(zone, now)} in {zone}: in quiet hours nothing comes to anybody.",
            f"So the clock shows {format_local(zone, first)}. To begin at another moment: --at 2026-03-02T21:00",
        ]
    return [f"The clock shows {format_local(zone, now)} in {zone}."] if abs(now - clock.wall()) > SECOND else []


def quiet_of(programs: Iterable[str]) -> list[tuple[int, int]]:
    """The quiet hours of programs, in the versions that people join now."""
    from microcare.care.programs import compiled

    return [window for name in programs if (window := compiled(name).quiet) is not None]


def _published(path: Path) -> str:
    """Publish a program; its name."""
    from microcare.base.issues import Severity
    from microcare.care.publish import publish

    done = publish(path)
    if not done.version:
        errors = [f"  {i.place}: {i.message}" for i in done.issues if i.severity is Severity.ERROR]
        raise CannotDemonstrateError("\n".join([f"{path} has errors:", *errors]))
    return done.program


def _robin(program: str, zone: str) -> str:
    """The demo's participant in a program: the code of an invitation to be them. Only a demo's may be used again and again."""
    from microcare.care.enroll import enroll, every_consent
    from microcare.store import deployment, entering

    person = deployment.get(f"demo.person.{program}")
    if person is None:
        person = enroll(program, zone=zone, name="Robin", email="", consents=every_consent(program)).person
        deployment.put(f"demo.person.{program}", person)
    return entering.make_code(person, 1 << 53, once=False)
