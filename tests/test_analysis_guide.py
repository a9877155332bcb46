"""The guide to analysis: its commands print what it shows."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from microcare.cli import app
from tests.reference import reference

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs/guides/analysis.md"
REAL = "decisions.csv"


def blocks() -> list[list[str]]:
    """The guide's commands, each block with what it shows."""
    found = re.findall(r"```\n(\$ microcare .*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return [block.splitlines() for block in found]


def marked(block: list[str]) -> object:
    """A block as a test's parameter: those with the real trial need its data, those that simulate take their time."""
    real, slow = REAL in shlex.split(block[0]), any("microcare simulate" in line for line in block)
    marks = [pytest.mark.reference] if real else [pytest.mark.slow] if slow else []
    return pytest.param(block, marks=marks, id=" ".join(shlex.split(block[0])[2:4]))


@pytest.mark.parametrize("block", [marked(block) for block in blocks()])
def test_what_the_guide_shows_is_what_is_printed(
    block: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = str(reference("heartsteps/decisions.csv")) if REAL in shlex.split(block[0]) else ""
    for folder in ("examples", "programs"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    monkeypatch.chdir(tmp_path)
    printed = []
    for line in block:
        if line.startswith("$ "):
            words = [real if word == REAL else word for word in shlex.split(line)[2:]]
            found = CliRunner().invoke(app, words)
            assert found.exit_code == 0, found.output
            printed += [line, *(row.rstrip() for row in found.stdout.rstrip().splitlines())]
    assert printed == block


def test_the_guide_shows_both_trials_and_a_sequence() -> None:
    commands = [line for block in blocks() for line in block if line.startswith("$ ")]
    assert sum("examples/trial-data" in c for c in commands) >= 3
    assert sum(f" {REAL} " in c for c in commands) >= 3
    assert sum("examples/sequences" in c for c in commands) == 2
