"""What the guides show is what the commands print."""

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from examples.optimization.make import HERE, tables
from microcare.cli import app

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs/guides/sequences.md"
BLOCKS = re.findall(r"```\n\$ microcare (.*?)\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_guide_shows_every_command_of_its_kind() -> None:
    assert {command.split()[1] for command, _ in BLOCKS} == {"most", "smart", "rules", "policy", "interim"}


@pytest.mark.parametrize(("command", "shown"), BLOCKS, ids=[command[:40] for command, _ in BLOCKS])
def test_a_guides_commands_print_what_it_shows(command: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(app, shlex.split(command))
    assert result.exit_code == (1 if "no overlap" in shown else 0), result.output
    printed = " ".join(result.output.split())
    for line in shown.splitlines():
        assert " ".join(line.split()) in printed, line


@pytest.mark.parametrize("name", list(tables()))
def test_shipped_tables_are_what_their_script_writes(name: str) -> None:
    pd.testing.assert_frame_equal(pd.read_csv(HERE / name), tables()[name], check_dtype=False)
