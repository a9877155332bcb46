"""A package that is not installed: every command that needs it says so in a sentence, with its cure."""

import json
import subprocess
import sys
from pathlib import Path

ASK = """
import json, sys
from importlib.abc import MetaPathFinder

class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"numpy", "scipy", "pandas", "formulaic", "duckdb", "matplotlib"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None

sys.meta_path.insert(0, Absent())
from typer.testing import CliRunner
from microcare.cli import app
print(json.dumps([[r.exit_code, r.output] for r in (CliRunner().invoke(app, one) for one in json.loads(sys.argv[1]))]))
"""
COMMON = ["--outcome", "y", "--treatment", "a", "--person", "person"]
DRAWN = [*COMMON, "--probability", "0.5"]
COMMANDS = [
    ["analyze", "t.csv"],
    ["analyze", "effect", "t.csv", *DRAWN],
    ["analyze", "distal", "t.csv", *DRAWN],
    ["analyze", "mediation", "t.csv", *DRAWN, "--mediator", "m"],
    ["analyze", "contributions", "t.csv", "--proximal", "y", "--overall", "z", *DRAWN[2:]],
    ["analyze", "narrative", "t.csv", *DRAWN, "--narrative", "n"],
    ["analyze", "statistics", "t.csv", *DRAWN, "--out", "s.json"],
    ["analyze", "pool", "s.json"],
    ["analyze", "trial", "t.yaml", "t.csv"],
    ["analyze", "factorial", "t.csv", "--outcome", "y", "--factors", "a"],
    ["plan", "power", "t.yaml"],
    ["plan", "mrt"],
    ["export", "tables", "j.jsonl", "--out", "out", "--format", "parquet"],
]


def test_every_command_says_what_is_missing_and_how_it_is_added(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("person,a,y\n1,0,1\n")
    (tmp_path / "t.yaml").write_text("trial: t\n")
    (tmp_path / "s.json").write_text("{}")
    (tmp_path / "j.jsonl").write_text("")
    done = subprocess.run(
        [sys.executable, "-c", ASK, json.dumps(COMMANDS)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    for asked, (status, said) in zip(COMMANDS, json.loads(done.stdout), strict=True):
        assert "Traceback" not in said, asked
        if status != 2:
            assert status == 1 and "install" in said and "needs" in said, (asked, said)
    assert sum(status == 1 for status, _ in json.loads(done.stdout)) >= 9, done.stdout
