"""Small inputs that went wrong once, kept beside the reference data: each folder is replayed as its README says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.reference import REFERENCE

CASES = REFERENCE.parent / "cases"
"""The folder of the shared cases, whether it is there or not."""


def case(name: str) -> Path:
    """The folder of a case; the test is skipped, saying why, where it is absent."""
    found = next(iter(CASES.glob(f"{name}*")), None) if CASES.is_dir() else None
    if found is None:
        pytest.skip(f"reference data not found: the case {name} (beside the folder that MICROCARE_REFERENCE names)")
    return found


def command(*arguments: str) -> tuple[int, str]:
    """A command of microcare: its exit code, and what it said."""
    from microcare.cli import app

    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.output


def journal(name: str, until: str, tmp_path: Path, program: str = "program.yaml") -> list[dict[str, Any]]:
    """The entries of a case's stimuli, replayed until a moment; each with its person."""
    folder, out = case(name), tmp_path / "journal.jsonl"
    stimuli = next(folder.glob("stim*.jsonl"))
    code, said = command("replay", str(folder / program), str(stimuli), "--out", str(out), "--until", until)
    assert code == 0, said
    return list(_entries(out))


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        found = json.loads(line)
        yield {"person": found["person"], **found["entry"]}


def of(entries: list[dict[str, Any]], kind: str, **having: Any) -> list[dict[str, Any]]:
    """The entries of a kind that have these values."""
    return [x for x in entries if x["kind"] == kind and all(x.get(k) == v for k, v in having.items())]
