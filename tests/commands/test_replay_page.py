"""The replay guide's example runs, and the guide names every field of every kind of stimulus."""

import json
from pathlib import Path
from typing import get_args

from msgspec.structs import fields
from typer.testing import CliRunner

from microcare.cli import app
from microcare.hub import stimulus

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/replay"


def test_the_example_runs_and_nothing_is_refused(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    arguments = ["replay", str(EXAMPLE / "program.yaml"), str(EXAMPLE / "stimuli.jsonl"), "--out", str(journal)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    entries = [json.loads(line)["entry"] for line in journal.read_text(encoding="utf-8").splitlines()]
    kinds = [entry["kind"] for entry in entries]
    assert "refused" not in kinds
    decided = [entry for entry in entries if entry["kind"] == "decided"]
    assert len(decided) == 3
    assert decided[0]["source"] == "another study"
    assert [entry["inputs"] for entry in entries if entry["kind"] == "proximal"] == [{"answer": "yes"}]


def test_the_guide_names_every_field_of_every_kind() -> None:
    page = (ROOT / "docs/guides/replay.md").read_text(encoding="utf-8")
    for kind in get_args(stimulus.Any):
        section = page.split(f"### `{kind.__struct_config__.tag}`\n")[1].split("###")[0]
        for field in fields(kind):
            assert f"`{field.name}`" in (section + page.split("## The kinds")[0]), (kind, field.name)
