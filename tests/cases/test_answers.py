"""Shared cases about answers as they leave the hub."""

import csv
from pathlib import Path

import pytest

from tests.cases.shared import case, command, journal

pytestmark = pytest.mark.reference


def test_answers_and_scores_are_exported(tmp_path: Path) -> None:
    journal("b06", "2026-05-06T20:00:00Z", tmp_path)
    assert case("b06").is_dir()
    code, said = command("export", "tables", str(tmp_path / "journal.jsonl"), "--out", str(tmp_path / "out"))
    assert code == 0, said
    with (tmp_path / "out" / "answers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    people = list(dict.fromkeys(r["person"] for r in rows))
    assert people == ["007", 'O\'Neil, "Ann"', "'=1+1", "Zoë\nTwo", "'-x"], "no cell begins a formula"
    for person in people:
        first = [r for r in rows if r["person"] == person and r["assessment"] == "a1"]
        assert [(r["item"], r["code"], r["label"], r["score"]) for r in first] == [
            ("low", "0", "", "0.0"),
            ("why", "tired", 'Tired, worn out; "done"', "0.0"),
            ("how", "", "", ""),
            ("score", "", "", "0.0"),
        ]
        later = [r for r in rows if r["person"] == person and r["assessment"] != "a1"]
        assert all(r["score"] == r["code"] == r["label"] == "" for r in later), "left out is empty, and never zero"
        assert {r["skipped"] for r in later if r["kind"] == "item"} == {"1"}
    assert "HYPERLINK" not in (tmp_path / "out" / "answers.csv").read_text(encoding="utf-8")
