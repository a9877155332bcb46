"""The published programs, compiled once in each process, and their files."""

import logging
import threading
from dataclasses import replace

from microcare.exchange.questionnaires import questionnaire_measure
from microcare.hub.programs import Programs, Stop
from microcare.program.compiled import CompiledProgram
from microcare.program.compiler import compile_program
from microcare.program.reader import read_bundle
from microcare.store import bundles, database, deployment, stops
from microcare.store.bundles import Published

log = logging.getLogger(__name__)


class _Cache:
    """All compiled programs, as of one stamp of the store."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stamp: tuple[object, ...] | None = None
        self.programs = Programs((), {}, {})
        self.compiled: dict[tuple[str, str, str, str], CompiledProgram] = {}


_cache = _Cache()


def programs() -> Programs:
    """All published programs, the secret seeds, and what staff have stopped. Compiled anew only where something is new."""
    stamp = (database.name(), bundles.stamp(), stops.stamp())
    if _cache.stamp == stamp:
        return _cache.programs
    with _cache.lock:
        if _cache.stamp != stamp:
            _cache.programs = _load(str(stamp[0]))
            _cache.stamp = stamp
        return _cache.programs


def _load(database: str) -> Programs:
    """Every version in the wording published last. One that cannot be compiled is left out, loudly."""
    latest: dict[tuple[str, str], CompiledProgram] = {}
    current: dict[str, str] = {}
    for one in bundles.published():
        key = (database, one.program, one.version, one.wording)
        found = _cache.compiled.get(key) or _compiled(one)
        if found is None:
            continue
        _cache.compiled[key] = found
        latest[(one.program, one.version)] = found
        current[one.program] = one.version
    stopped = [Stop(one.program, one.since, one.until) for one in stops.stops()]
    return Programs(latest.values(), deployment.seeds(), current, stopped)


def _compiled(one: Published) -> CompiledProgram | None:
    """One whose files are damaged concerns only those who are in it."""
    try:
        return _compile(one)
    except Exception as error:
        log.exception("program %s %s cannot be read: %s", one.program, one.version, type(error).__name__)
        return None


def _compile(one: Published) -> CompiledProgram | None:
    reading = read_bundle(bundles.files(one), one.root, questionnaire_measure)
    if reading.program is None:
        log.error("program %s %s cannot be read any more: %s", one.program, one.version, reading.issues)
        return None
    compiled, issues = compile_program(reading.program, reading.source)
    if compiled is None:
        log.error("program %s %s cannot be compiled any more: %s", one.program, one.version, issues)
        return None
    # Its version is what it was published as, even where a later release would hash the same text otherwise.
    return replace(compiled, version=one.version, wording=one.wording)


def compiled(program: str, version: str = "") -> CompiledProgram:
    """A program in one version, or the one that people join now; KeyError where there is none."""
    known = programs()
    if version:
        return known.of(program, version)
    found = known.current(program)
    if found is None:
        raise KeyError(program)
    return found


def names() -> list[str]:
    """The programs that people can join, in the order of publishing."""
    return list(dict.fromkeys(one.program for one in bundles.published()))


def file(program: str, version: str, path: str) -> bytes:
    """A file of a version (content, pictures); KeyError where there is none."""
    found = bundles.file(program, version, path)
    if found is None:
        raise KeyError(path)
    return found
