"""The programs that are shipped are examples: they check without an error, in every part."""

from pathlib import Path

import pytest

from microcare.base.issues import Severity
from microcare.exchange.questionnaires import questionnaire_measure
from microcare.program.checks import check_program
from microcare.program.compiler import compile_program
from microcare.program.planner import coverage
from microcare.program.reader import read_bundle, read_program

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(p.parent for p in (ROOT / "programs").glob("*/program.yaml"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)
def test_no_errors(folder: Path) -> None:
    reading = read_program(folder, questionnaire_measure)
    found = [*reading.issues, *check_program(reading)]
    assert [str(i) for i in found if i.severity is Severity.ERROR] == []
    assert reading.program is not None and coverage(reading.program).uncovered == ()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)
def test_a_stored_version_is_the_same_program(folder: Path) -> None:
    reading = read_program(folder, questionnaire_measure)
    stored = read_bundle(dict(reading.source.files), questionnaires=questionnaire_measure)
    assert reading.program is not None and stored.program == reading.program
    first, _ = compile_program(reading.program, reading.source)
    second, _ = compile_program(stored.program, stored.source)
    assert first is not None and second is not None
    assert (first.version, first.wording) == (second.version, second.wording)


def test_there_are_some() -> None:
    assert len(FOLDERS) >= 3
