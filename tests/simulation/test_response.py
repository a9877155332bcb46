"""What is planted in virtual people comes out of their journals; the shipped trial is made again."""

import csv
import os
import subprocess
import sys
from collections import defaultdict
from functools import cache
from math import sqrt
from pathlib import Path
from statistics import mean, variance

import pytest
from typer.testing import CliRunner

from microcare.cli import app
from microcare.commands.loading import load
from microcare.hub import codec
from microcare.hub import entry as e
from microcare.optimization.dataset.columns import Row
from microcare.optimization.dataset.tables import rows_of
from microcare.simulation.population import Population, life
from microcare.simulation.response import Response, read_response

ROOT = Path(__file__).parents[2]
START = 1_772_434_800_000


def tables(program: Path, people: int, days: int, planted: object, name: str) -> list[Row]:
    """A table of simulated people."""
    compiled = load(program)
    assert compiled is not None
    population = Population(people, days, START, "Europe/Berlin", 3, read_response(planted))
    rows: list[Row] = []
    for number in range(people):
        entries = [codec.decode_entry(body) for body in life(compiled, population, number)]
        rows += rows_of(population.name(number), entries, (name,))[name]
    return rows


@cache
def suggestions() -> list[Row]:
    """Decision points of people in whom a walk adds 100 steps, 40 more at work, and who differ little."""
    planted = {
        "people": {"average": 1},
        "signals": {
            "steps": {
                "usual": 1000,
                "within": 0.05,
                "missing": 0.1,
                "effects": {
                    "walk": {"adds": 100, "where": {"signals.place": {"work": 40}}},
                    "stretch": {"each_day": -1},
                },
            }
        },
    }
    rows = tables(ROOT / "programs" / "activity", 12, 43, planted, "decisions")
    return [r for r in rows if r["rule"] == "suggest"]


def difference(treated: list[float], others: list[float]) -> tuple[float, float]:
    error = sqrt(variance(treated) / len(treated) + variance(others) / len(others))
    return mean(treated) - mean(others), error


def values(chosen: str, place: str = "") -> list[float]:
    return [
        float(str(r["proximal"]))
        for r in suggestions()
        if r["randomized"] and r["chosen"] == chosen and r.get("proximal") is not None
        and (not place or r["x_signals.place"] == place)
    ]  # fmt: skip


@pytest.mark.parametrize(("place", "truth"), [("work", 140), ("home", 100), ("other", 100)])
def test_planted_effects_come_out(place: str, truth: float) -> None:
    found, error = difference(values("walk", place), values("nothing", place))
    assert error < 15
    assert abs(found - truth) < 3.5 * error


def test_an_effect_can_fade() -> None:
    late = [r for r in suggestions() if r["chosen"] == "stretch" and r.get("proximal") is not None]
    for day in (5, 35):
        some = [float(r["proximal"] or 0) for r in late if abs(int(r["day"] or 0) - day) <= 5]
        found, error = difference(some, values("nothing"))
        assert abs(found + day) < 3.5 * error


def test_some_devices_say_nothing_and_nothing_is_not_zero() -> None:
    rows = suggestions()
    missing = sum(r.get("proximal") is None for r in rows)
    assert 0.06 < missing / len(rows) < 0.14
    assert all(r.get("proximal") != 0 for r in rows)


def test_planted_sequences_come_out() -> None:
    planted = {
        "people": {"engaged": 1},
        "success": {
            "breathing": {"chance": 0.5},
            "walking": {"chance": 0.2, "after": {"breathing": 0.6}, "who": {"lives_with": {"alone": 0.1}}},
            "writing": {"chance": 0.2, "after_for": {"walking": {"lives_with": {"alone": 0.5}}}},
        },
    }
    rows = tables(ROOT / "examples" / "sequences" / "evenings.yaml", 40, 60, planted, "interventions")
    found: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for r in rows:
        if r.get("success") is not None and r.get("previous"):
            found[r["previous"], r["intervention"], r["person_lives_with"]].append(int(r["success"] or 0))
    truth = {
        ("breathing", "walking", "alone"): 0.9, ("breathing", "walking", "others"): 0.8, ("writing", "walking", "others"): 0.2,
        ("walking", "writing", "alone"): 0.7, ("walking", "writing", "others"): 0.2, ("writing", "breathing", "alone"): 0.5,
    }  # fmt: skip
    for which, chance in truth.items():
        count = len(found[which])
        assert count > 20, which
        assert abs(mean(found[which]) - chance) < 3.5 * sqrt(chance * (1 - chance) / count), which


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("signals: {steps: {usul: 3}}", "usul"),
        ("people: {averge: 1}", "average"),
        ("people: {average: 0}", "people"),
        ("success: {walk: {chance: often}}", "chance"),
        ("[", "response.yaml"),
    ],
)
def test_a_wrong_response_is_said(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "response.yaml").write_text(text)
    words = ["simulate", str(ROOT / "programs" / "activity"), "--response", str(tmp_path / "response.yaml")]
    done = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "j.jsonl")])
    assert done.exit_code == 1
    assert says in done.stderr
    assert not (tmp_path / "j.jsonl").exists()


def test_people_are_the_same_in_any_number_of_processes(tmp_path: Path) -> None:
    outs = [tmp_path / "one.jsonl", tmp_path / "two.jsonl", tmp_path / "other.jsonl"]
    for out, more in zip(
        outs, (["--workers", "1"], ["--workers", "2"], ["--workers", "1", "--seed", "2"]), strict=True
    ):
        words = ["simulate", str(ROOT / "programs" / "activity"), "--people", "10", "--days", "3", "--out", str(out)]
        done = CliRunner().invoke(app, [*words, *more])
        assert done.exit_code == 0, done.output
    assert outs[0].read_bytes() == outs[1].read_bytes() != outs[2].read_bytes()


def test_without_a_response_people_are_ordinary() -> None:
    program = load(ROOT / "programs" / "activity")
    assert program is not None
    population = Population(3, 4, START, "Europe/Berlin", 1, Response())
    entries = [codec.decode_entry(body) for body in life(program, population, 0)]
    assert isinstance(entries[0], e.Enrolled) and len(entries) > 30


@pytest.mark.slow
def test_the_shipped_trial_is_made_again(tmp_path: Path) -> None:
    command = str(Path(sys.executable).parent / "microcare")
    subprocess.run(
        ["sh", "examples/trial-data/make.sh", str(tmp_path)], cwd=ROOT, env=os.environ | {"MICROCARE": command}, check=True,
        capture_output=True,
    )  # fmt: skip
    shipped = ROOT / "examples" / "trial-data"
    for name in ("decisions.csv", "decisions.codebook.json"):
        assert (tmp_path / name).read_text() == (shipped / name).read_text(), f"run examples/trial-data/make.sh: {name}"
    assert (shipped / "decisions.csv").stat().st_size < 500_000
    with (shipped / "decisions.csv").open(newline="") as file:
        assert len(list(csv.reader(file))) == 1 + 30 * 42 * 5
