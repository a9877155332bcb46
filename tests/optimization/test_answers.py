"""The table of answers and scores: what was asked, what was answered, what was left out; in the words of then."""

import csv
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.cases.shared import command

PROGRAM = """
program: diary
title: Diary
measures:
  mood:
    items:
      low: {text: "How low?", scale: 0..4, labels: {0: not at all, 4: "=very"}}
      why: {text: "Why?", choices: {tired: {label: "Tired, worn out; \\"done\\"", score: 2}, other: {label: Other, score: 5}}}
      out: {text: "Out?", type: boolean, optional: true}
      how: {text: "In your words", type: text, optional: true}
    score: low + why
    scores: {twice: low * 2}
interventions:
  diary:
    title: Diary
    aim: Diary
    events:
      ask: {goal: feedback, say: "Diary.", content: [{form: mood}], expires: 5h}
    rules:
      - {on: start, every: day, at: "10:00", times: 2, deliver: ask}
"""
SECRET = "=nobody shall read this"


def stimulus(key: str, at: str, **more: Any) -> str:
    return json.dumps({"person": "p1", "kind": "answer", "key": key, "at": at, "assessment": "a1", **more})


ENROLLED = json.dumps(
    {
        "person": "p1",
        "kind": "enroll",
        "key": "e",
        "at": "2026-05-04T07:30:00Z",
        "program": "diary",
        "zone": "Europe/Berlin",
    }
)


def exported(tmp_path: Path, stimuli: list[str], until: str, form: str = "csv") -> Path:
    (tmp_path / "diary.yaml").write_text(PROGRAM)
    (tmp_path / "stimuli.jsonl").write_text("\n".join([ENROLLED, *stimuli]) + "\n")
    made = str(tmp_path / "j.jsonl")
    program, source = str(tmp_path / "diary.yaml"), str(tmp_path / "stimuli.jsonl")
    code, said = command("replay", program, source, "--until", until, "--out", made)
    assert code == 0, said
    code, said = command("export", "tables", made, "--out", str(tmp_path / "out"), "--format", form)
    assert code == 0, said
    return tmp_path / "out" / f"answers.{form}"


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


GIVEN = [
    stimulus("1", "2026-05-04T08:10:00Z", item="low", value=4),
    stimulus("2", "2026-05-04T08:11:00Z", item="why", value="tired"),
    stimulus("3", "2026-05-04T08:12:00Z", item="out", value=False),
    stimulus("4", "2026-05-04T08:13:00Z", item="how", value=SECRET),
]


def test_every_answer_and_every_score_has_its_row(tmp_path: Path) -> None:
    rows = read(exported(tmp_path, GIVEN, "2026-05-04T12:00:00Z"))
    assert [(r["kind"], r["item"], r["code"], r["score"]) for r in rows] == [
        ("item", "low", "4", "4.0"),
        ("item", "why", "tired", "2.0"),
        ("item", "out", "0", ""),
        ("item", "how", "", ""),
        ("score", "score", "", "6.0"),
        ("score", "twice", "", "8.0"),
    ]
    assert rows[0]["label"] == "'=very", "no cell begins a formula"
    assert rows[1]["label"] == 'Tired, worn out; "done"'
    assert {r["asked_utc"] for r in rows} == {"2026-05-04T08:00:00.000Z"}
    assert rows[0]["answered_utc"] == "2026-05-04T08:10:00.000Z"
    assert rows[0]["answered_local"] == "2026-05-04 10:10 +02:00"
    assert [r["free_text"] for r in rows] == ["0", "0", "0", "1", "", ""]
    assert all(r["stands"] == "1" and r["person"] == "p1" and r["purpose"] == "form" for r in rows)
    assert all("nobody shall read" not in path.read_text() for path in (tmp_path / "out").iterdir())


def test_what_was_left_out_is_empty_and_never_zero(tmp_path: Path) -> None:
    rows = read(exported(tmp_path, GIVEN[:1], "2026-05-04T14:00:00Z"))
    left = [r for r in rows if r["skipped"] == "1"]
    assert [r["item"] for r in left] == ["why", "out", "how"]
    assert all(r["code"] == r["label"] == r["score"] == r["answered_utc"] == r["late"] == "" for r in left)
    scores = {r["item"]: r for r in rows if r["kind"] == "score"}
    assert scores["score"]["score"] == "" and scores["score"]["complete"] == "0"
    assert scores["twice"]["score"] == "8.0"


@pytest.mark.parametrize(
    "given", [GIVEN[:1], [*GIVEN[:1], stimulus("2", "2026-05-04T08:11:00Z", item="why", value=None)]]
)
def test_what_is_still_open_is_not_left_out(tmp_path: Path, given: list[str]) -> None:
    rows = read(exported(tmp_path, given, "2026-05-04T09:00:00Z"))
    assert [r["item"] for r in rows] == ["low"], "and the next day's questions were never asked"


def test_who_leaves_answers_no_more(tmp_path: Path) -> None:
    gone = json.dumps(
        {"person": "p1", "kind": "withdraw", "key": "w", "at": "2026-05-04T08:30:00Z", "program": "diary"}
    )
    rows = read(exported(tmp_path, [*GIVEN[:1], gone], "2026-05-04T09:00:00Z"))
    assert [(r["item"], r["skipped"]) for r in rows] == [("low", "0"), ("why", "1"), ("out", "1"), ("how", "1")]


def test_a_correction_stands_and_what_it_replaced_is_kept(tmp_path: Path) -> None:
    changed = stimulus("5", "2026-05-04T08:20:00Z", item="low", value=1)
    rows = read(exported(tmp_path, [*GIVEN, changed], "2026-05-04T12:00:00Z"))
    assert [(r["code"], r["stands"]) for r in rows if r["item"] == "low"] == [("4", "0"), ("1", "1")]
    assert [(r["score"], r["stands"]) for r in rows if r["item"] == "score"] == [("6.0", "0"), ("3.0", "1")]


def test_an_answer_given_before_the_one_that_stands_replaces_nothing(tmp_path: Path) -> None:
    given = [
        stimulus("1", "2026-05-04T08:10:00Z", item="low", value=4),
        stimulus("2", "2026-05-04T08:05:00Z", item="low", value=0, received="2026-05-04T08:12:00Z"),
    ]
    rows = read(exported(tmp_path, given, "2026-05-04T09:00:00Z"))
    assert [(r["code"], r["stands"]) for r in rows] == [("4", "1"), ("0", "0")]


def test_the_other_formats_hold_the_same(tmp_path: Path) -> None:
    lines = [json.loads(x) for x in exported(tmp_path, GIVEN, "2026-05-04T14:00:00Z", "jsonl").read_text().splitlines()]
    assert lines[0]["label"] == "=very" and lines[1]["code"] == "tired" and lines[3]["code"] is None
    parquet = exported(tmp_path, GIVEN, "2026-05-04T14:00:00Z", "parquet")
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT label, code, score FROM '{parquet}' LIMIT 2").fetchall()
    assert found == [("=very", "4", 4.0), ('Tired, worn out; "done"', "tired", 2.0)]
    book = json.loads((tmp_path / "out" / "codebook.json").read_text())["answers"]
    assert book["rows"] == len(lines) and [c["name"] for c in book["columns"]] == list(lines[0])
