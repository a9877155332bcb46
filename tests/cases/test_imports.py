"""Shared cases about what comes from elsewhere: questionnaires, translations."""

import shutil
from pathlib import Path

import pytest

from tests.cases.shared import case, command

pytestmark = pytest.mark.reference


def test_check_says_what_of_a_questionnaire_is_not_taken(tmp_path: Path) -> None:
    folder = case("b11")
    shutil.copy(folder / "program.yaml", tmp_path / "program.yaml")
    shutil.copy(folder / "tiny.json", tmp_path / "m.json")
    _, said = command("check", str(tmp_path / "program.yaml"))
    said = " ".join(said.split())
    assert "m.json: d stands under a condition (enableWhen)" in said
    assert "m.json: e allows several answers (repeats)" in said
    assert "value set that is not in the file" not in said and "b has no choices" not in said


def test_an_empty_translation_is_missing(tmp_path: Path) -> None:
    folder = case("b15")
    for file, languages in (("de.yaml", ("de",)), ("program.yaml", ("ta", "ar"))):
        _, said = command("check", str(folder / file))
        said = " ".join(said.split())
        assert all(f"missing in `{language}`" in said for language in languages), said
    _, said = command("check", str(folder / "de.yaml"))
    assert "3 texts are missing in `de`" in " ".join(said.split()), said
