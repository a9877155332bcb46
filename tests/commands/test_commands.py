"""The commands as they are typed: exit status, plain messages, JSON for machines, no colors where no terminal is."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from microcare.cli import app

PROGRAMS = Path(__file__).parents[2] / "programs"
GOOD = """
program: small
title: Small
interventions:
  walk:
    title: A walk
    aim: Steps
    events:
      go: {goal: trigger_desired_action, say: "Go for a walk.", expires: 1h}
    rules:
      - {name: daily, on: start, every: day, at: "10:00", randomize: {go: 0.6, nothing: 0.4}}
"""
STIMULI = (
    '{"person": "ada", "kind": "enroll", "key": "1", "at": "2026-03-02T08:00:00Z", "program": "small", "zone": "Europe/Berlin"}',
    '{"person": "ada", "kind": "signal", "key": "2", "at": 1772550000000, "name": "steps", "value": 3}',
    '{"person": "ada", "kind": "withdraw", "key": "3", "at": "2026-03-09T08:00:00Z"}',
)


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(w) for w in words])


def small(folder: Path, text: str = GOOD) -> Path:
    path = folder / "small.yaml"
    path.write_text(text)
    return path


def stimuli(folder: Path, lines: Sequence[str] = STIMULI) -> Path:
    path = folder / "stimuli.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("name", ["parenting", "activity", "mood", "veterans", "heartsteps"])
def test_check_accepts_the_shipped_programs(name: str) -> None:
    result = run("check", PROGRAMS / name)
    assert result.exit_code == 0, result.output
    assert "no errors" in result.output
    assert "\x1b" not in result.output


def test_check_as_json(tmp_path: Path) -> None:
    found = json.loads(run("check", small(tmp_path), "--json").stdout)
    assert found["errors"] == 0
    assert all({"code", "file", "line", "column", "message", "cure", "severity"} == set(i) for i in found["issues"])


@pytest.mark.parametrize(
    ("good", "wrong", "places", "cure"),
    [
        ("goal: trigger", "gaol: trigger", ["small.yaml:9:"], "Did you mean `goal`?"),
        ("nothing: 0.4", "nothing: 0.3", ["small.yaml:11:"], "0.9"),
        (
            "randomize: {go: 0.6, nothing: 0.4}",
            "if: person.agee > 3, deliver: goo",
            ["small.yaml:11:"],
            "agee",
        ),
        ("title: Small", "titel: Small, again", ["small.yaml:3:"], "title"),
        ("expires: 1h}", "expires: soon, efort: 2}", ["small.yaml:9:"], "effort"),
    ],
)
def test_check_names_place_and_cure(good: str, wrong: str, places: list[str], cure: str, tmp_path: Path) -> None:
    result = run("check", small(tmp_path, GOOD.replace(good, wrong)))
    assert result.exit_code == 1
    assert all(place in result.output for place in places), result.output
    assert cure in result.output, result.output
    assert "\x1b" not in result.output


@pytest.mark.parametrize("command", [["check"], ["preview"], ["coverage"], ["draw"]])
def test_a_program_that_is_not_there(command: list[str], tmp_path: Path) -> None:
    result = run(*command, tmp_path / "nowhere")
    assert result.exit_code == 1
    assert "nowhere" in result.output
    assert "Traceback" not in result.output


def test_a_word_that_is_no_command() -> None:
    result = run("chekc", ".")
    assert result.exit_code == 2
    assert "chekc" in result.output


def test_preview_tells_a_story(tmp_path: Path) -> None:
    result = run("preview", small(tmp_path), "--days", 5, "--persona", "engaged")
    assert result.exit_code == 0
    assert "2026-03-03" in result.output
    assert "A walk, rule daily: " in result.output
    assert "drawn from go 0.6, nothing 0.4" in result.output
    assert "\x1b" not in result.output


def test_preview_as_json_is_the_same_twice(tmp_path: Path) -> None:
    first, second = (run("preview", small(tmp_path), "--days", 5, "--json").stdout for _ in range(2))
    assert first == second
    entries = json.loads(first)
    assert entries[0]["kind"] == "enrolled"
    assert {"decided", "delivered"} <= {x["kind"] for x in entries}
    assert run("preview", small(tmp_path), "--days", 5, "--json", "--seed", 2).stdout != first


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["--persona", "egnaged"],
            "Did you mean `engaged`? There are: engaged, average, struggling, seldom and silent.",
        ),
        (["--persona", "happy"], "There are: engaged, average, struggling, seldom and silent."),
        (["--zone", "Berlin"], "`--zone`: there is no time zone `Berlin`. Did you mean `Europe/Berlin`?"),
        (["--zone", "GMT+1"], "Write a name like Europe/Berlin."),
        (["--zone", "2026-03-02T08:00:00Z"], "give it with `--start`"),
        (["--start", "tomorrow"], "`--start`: `tomorrow` is no moment: write one like 2026-03-02T08:00:00Z."),
        (["--start", "2026-04-01"], "write 2026-04-01T08:00:00Z"),
        (["--start", "2026-04-01 09:30"], "write 2026-04-01T09:30Z"),
        (["--start", "Europe/Berlin"], "is a time zone, and not a moment"),
        (["--start", "soon", "--persona", "happy"], "`--start`: `soon`"),
    ],
)
def test_preview_helps_with_a_wrong_word(words: list[str], says: str, tmp_path: Path) -> None:
    result = run("preview", small(tmp_path), *words)
    assert result.exit_code == 2
    assert says in result.output


def test_replay_and_export(tmp_path: Path) -> None:
    journal, table = tmp_path / "journal.jsonl", tmp_path / "trial.csv"
    result = run("replay", small(tmp_path), stimuli(tmp_path), "--out", journal, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["people"], found["stimuli"], found["entries"]["refused"]) == (1, 3, 1)
    assert not list(tmp_path.glob("*.part"))
    result = run("export", "trial", journal, "--out", table)
    assert result.exit_code == 0, result.output
    lines = table.read_text().splitlines()
    assert len(lines) == 1 + found["entries"]["decided"] == 1 + 7
    assert set(json.loads((tmp_path / "trial.codebook.json").read_text())) == set(lines[0].split(","))


def test_replay_is_the_same_twice(tmp_path: Path) -> None:
    outs = [tmp_path / f"{n}.jsonl" for n in range(2)]
    for out in outs:
        assert run("replay", small(tmp_path), stimuli(tmp_path), "--out", out).exit_code == 0
    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert run("replay", small(tmp_path), stimuli(tmp_path), "--out", outs[1], "--seed", "another").exit_code == 0
    assert outs[0].read_bytes() != outs[1].read_bytes()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("no json", "stimuli.jsonl:4"),
        ('{"kind": "withdraw", "key": "4", "at": 1}', "which person"),
        (
            '{"person": "ada", "kind": "withdrawn", "key": "4", "at": 1}',
            "Did you mean `withdraw`? There are: acknowledge, act,",
        ),
        ('{"person": "ada", "key": "4", "at": 1}', "it does not say its kind. There are: acknowledge, act,"),
        ('{"person": "ada", "kind": 3, "key": "4", "at": 1}', "there is no kind `3`. There are: acknowledge,"),
        ('{"person": "ada", "kind": ["time"], "key": "4", "at": 1}', "There are: acknowledge,"),
        ('{"person": "ada", "kind": "withdraw", "key": "4", "at": "monday"}', "2026-03-02T08:00:00Z"),
        ('{"person": "ada", "kind": "withdraw", "at": 1}', "key"),
        ("[" * 5000, "stimuli.jsonl:4"),
        ('{"person": 3, "kind": "withdraw", "key": "4", "at": 1}', "person"),
    ],
)
def test_replay_refuses_a_line_that_is_no_stimulus(line: str, says: str, tmp_path: Path) -> None:
    out = tmp_path / "journal.jsonl"
    result = run("replay", small(tmp_path), stimuli(tmp_path, [*STIMULI, line]), "--out", out)
    assert result.exit_code == 1
    assert says in result.output
    assert "Traceback" not in result.output
    assert not out.exists(), "nothing is written where a line cannot be read"


def test_replay_helps_with_wrong_words(tmp_path: Path) -> None:
    assert run("replay", small(tmp_path), tmp_path / "nowhere.jsonl").exit_code == 1
    result = run("replay", small(tmp_path), stimuli(tmp_path), "--until", "later")
    assert result.exit_code == 2
    assert "2026-03-02T08:00:00Z" in result.output


def test_export_of_what_is_no_journal(tmp_path: Path) -> None:
    assert run("export", "trial", tmp_path / "nowhere.jsonl", "--out", tmp_path / "t.csv").exit_code == 1
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text('{"person": "ada"}\n')
    result = run("export", "trial", wrong, "--out", tmp_path / "t.csv")
    assert result.exit_code == 1
    assert "line 1" in result.output


@pytest.mark.parametrize("command", ["preview", "coverage", "draw"])
def test_what_only_the_checks_find_stops_a_program_too(command: str, tmp_path: Path) -> None:
    wrong = small(tmp_path, GOOD.replace("nothing: 0.4", "nothing: 0.3"))
    result = run(command, wrong)
    assert result.exit_code == 1
    assert "the probabilities sum to 0.9" in result.stderr and not result.stdout


def test_preview_writes_a_journal_that_export_reads(tmp_path: Path) -> None:
    journal, table = tmp_path / "journal.jsonl", tmp_path / "trial.csv"
    assert run("preview", PROGRAMS / "activity", "--days", 7, "--out", journal).exit_code == 0
    assert run("export", "trial", journal, "--out", table).exit_code == 0
    assert table.read_text().count("\n") > 7 * 5


def test_preview_answers_as_it_is_told(tmp_path: Path) -> None:
    asked = GOOD + (
        "measures: {mood: {items: {low: {text: Low?, scale: 0..4}}}}\n"
        "model: [{level: 1, goal: Calm, needs: {low: {present: mood.score >= 2, interventions: [walk]}}}]\n"
        "evaluate: [{on: start, measures: mood}]\n"
    )
    told = run("preview", small(tmp_path, asked), "--days", 2, "--persona", "engaged", "--answer", "mood.low=4")
    assert "mood.low: 4" in told.stdout
    for wrong, said in (
        ("mood.lw=4", "Did you mean `mood.low`?"),
        ("sleep=1", "There are: mood.low"),
        ("mood.low=9", "--answer"),
    ):
        result = run("preview", small(tmp_path, asked), "--answer", wrong)
        assert result.exit_code == 2 and said in result.stderr


def test_draw_prints_the_levels_in_the_order_of_priorities() -> None:
    shown = run("draw", PROGRAMS / "parenting").stdout
    assert 0 < shown.index("  Level 1: ") < shown.index("  Level 2: ") < shown.index("  Level 3: ")
