"""A real micro-randomized trial, replayed: as many decision points as rows, each as it was."""

import csv
import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.commands.test_commands import PROGRAMS, run
from tests.exchange.test_heartsteps import AVAILABLE, PEOPLE, ROWS, load
from tests.reference import reference

pytestmark = [pytest.mark.reference, pytest.mark.slow]
Rows = dict[str, list[dict[str, str]]]


def trial(folder: Path, draws: str) -> tuple[Rows, Rows, Path]:
    """The rows of the trial and those of our table, by person, in order; and the journal."""
    files = [str(reference(f"heartsteps/{name}.csv")) for name in ("decisions", "users")]
    out, journal, table = folder / "stimuli.jsonl", folder / "journal.jsonl", folder / "trial.csv"
    assert load().main([*files, "--out", str(out), "--draws", draws]) == 0
    result = run("replay", PROGRAMS / "heartsteps", out, "--out", journal)
    assert result.exit_code == 0, result.output
    assert run("export", "trial", journal, "--out", table).exit_code == 0
    return by_person(Path(files[0]), "id"), by_person(table, "person"), journal


def by_person(path: Path, column: str) -> Rows:
    found: Rows = defaultdict(list)
    with path.open() as file:
        for row in csv.DictReader(file):
            found[row[column]].append(row)
    return found


def same(theirs: str, ours: str) -> bool:
    return theirs == ours == "" or (theirs != "" and ours != "" and float(theirs) == float(ours))


def compared(theirs: Rows, ours: Rows) -> int:
    """Compare everything but the draw, row by row; gives the number of rows."""
    assert theirs.keys() == ours.keys()
    count = 0
    for person, rows in theirs.items():
        assert len(rows) == len(ours[person])
        for row, made in zip(rows, ours[person], strict=True):
            count += 1
            assert row["avail"] == made["available"], (row, made)
            assert made["available"] == "1" or made["reasons"], "unavailable names its reason"
            assert same(row["steps_window"], made["proximal"])
            assert same(row["logpre"], made["x_signals.log_steps_before"])
            assert same(row["homework"], made["x_signals.home_or_work"])
    return count


def test_with_the_draws_of_the_trial_the_table_is_the_trial(tmp_path: Path) -> None:
    theirs, ours, journal = trial(tmp_path, "imported")
    assert compared(theirs, ours) == ROWS
    for person, rows in theirs.items():
        for row, made in zip(rows, ours[person], strict=True):
            if row["avail"] == "0":
                assert made["chosen"] == made["probability"] == ""
                continue
            assert (made["chosen"] == "suggestion") == (row["a"] == "1")
            assert float(made["p_suggestion"]) == float(row["p"])
            assert made["drawn_elsewhere"] == "HeartSteps V1"
            assert made["synthetic"] == "1"
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    kinds = Counter(line["entry"]["kind"] for line in lines)
    assert kinds["decided"] == ROWS
    assert kinds["enrolled"] == kinds["withdrew"] == PEOPLE
    assert kinds["refused"] == 0
    assert len({(x["person"], x["entry"]["point"]) for x in lines if x["entry"]["kind"] == "decided"}) == ROWS


def test_with_draws_of_our_own_it_has_the_shape_of_the_trial(tmp_path: Path) -> None:
    theirs, ours, _ = trial(tmp_path, "own")
    assert compared(theirs, ours) == ROWS
    made = [row for rows in ours.values() for row in rows if row["available"] == "1"]
    assert len(made) == AVAILABLE
    assert {row["outcome"] for row in made} == {"randomized"}
    assert {row["drawn_elsewhere"] for row in made} == {""}
    sent = sum(row["chosen"] == "suggestion" for row in made)
    # 6333 draws with probability 0.6: five standard deviations are 195.
    assert abs(sent - 0.6 * AVAILABLE) < 195
    assert {row["p_suggestion"] for row in made} == {"0.6"}
