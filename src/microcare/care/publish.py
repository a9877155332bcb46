"""Publish a program: check it, keep all its files, and let people join it. One with errors is refused."""

from dataclasses import dataclass
from pathlib import Path

from microcare.base.issues import Issue, Severity
from microcare.care import clock
from microcare.care.access import DESIGN, MACHINE, Access
from microcare.exchange.questionnaires import questionnaire_measure
from microcare.program.checks import check_program
from microcare.program.compiler import compile_program
from microcare.program.reader import read_program
from microcare.store import bundles, deployment


@dataclass(frozen=True, slots=True)
class Published:
    """What came of it. With errors nothing was published, and `version` is empty."""

    program: str
    version: str
    wording: str
    issues: tuple[Issue, ...]


def check(path: Path) -> Published:
    """What publishing it would say; nothing is published."""
    return _read(path, None)


def publish(path: Path, allowed: Access = MACHINE) -> Published:
    """Publish the program in a folder (with program.yaml) or in one YAML file. Raises NotTheirsError.

    Whose it is says the name inside of it. A new name is for whoever designs all programs, or was made its designer before.

    People in it stay on the version they are on, until a facilitator moves them; a corrected wording reaches them at once.
    """
    return _read(path, allowed)


def _read(path: Path, keeps: Access | None) -> Published:
    reading = read_program(path, questionnaire_measure)
    if reading.program is None:
        return Published("", "", "", tuple(reading.issues))
    if keeps is not None:
        keeps.require(DESIGN, reading.program.program)
    compiled, found = compile_program(reading.program, reading.source)
    issues = tuple(dict.fromkeys((*reading.issues, *found, *check_program(reading))))
    if compiled is None or any(i.severity is Severity.ERROR for i in issues):
        return Published(reading.program.program, "", "", issues)
    if keeps is None:
        return Published(compiled.id, compiled.version, compiled.wording, issues)
    root, files = reading.source.root, dict(reading.source.files)
    deployment.make_seed(compiled.id)
    bundles.publish(compiled.id, compiled.version, compiled.wording, root, files, clock.now())
    return Published(compiled.id, compiled.version, compiled.wording, issues)
