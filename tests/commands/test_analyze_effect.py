"""`microcare analyze effect`, as somebody types it."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from microcare.cli import app
from microcare.commands.effect import parted, weights
from microcare.optimization.excursion import excursion_effect
from microcare.optimization.refusal import Refusal
from tests.optimization.trials import ASKED, trial


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trial") / "trial.csv"
    trial().to_csv(path, index=False)
    return path


def ask(table: Path, *more: str, **changed: str) -> Result:
    words = [part for name, value in (ASKED | changed).items() for part in (f"--{name}", str(value))]
    return CliRunner().invoke(app, ["analyze", "effect", str(table), *words, *more])


def test_for_machines(table: Path) -> None:
    found = json.loads(
        ask(table, "--format", "json", "--numerator", "0.4", "--combination", "(Intercept) + s", "--influence").stdout
    )
    effect = excursion_effect(table, **ASKED, numerator=0.4)
    np.testing.assert_array_equal(found["vcov"], effect.vcov)
    np.testing.assert_array_equal(found["vcov_uncorrected"], effect.vcov_uncorrected)
    assert [row["estimate"] for row in found["coefficients"]] == list(effect.theta)
    assert [row["name"] for row in found["coefficients"]] == [
        "control:(Intercept)", "control:s", "control:x", "effect:(Intercept)", "effect:s",
    ]  # fmt: skip
    assert found["effects"][1] == effect.effects()[1].as_dict()
    assert set(found["effects"][0]) == {"term", "estimate", "se", "df", "lower", "upper", "p"}
    assert found["combinations"][0]["estimate"] == pytest.approx(effect.beta.sum())
    assert (found["n_persons"], found["n_decision_points"]) == (20, 240)
    assert len(found["influence"]) == 20


def test_for_people(table: Path) -> None:
    said = ask(table, "--influence").stdout
    for words in (
        "Where the person was available",
        "term",
        "All terms at once: T2",
        "Estimated:",
        "Without this person",
    ):
        assert words in said


def test_for_sheets(table: Path) -> None:
    lines = ask(table, "--format", "csv").stdout.splitlines()
    assert lines[0] == "term,estimate,se,df,lower,upper,p" and len(lines) == 3


def test_a_refusal_is_said_to_people_and_machines(table: Path) -> None:
    refused = ask(table, outcome="z")
    assert refused.exit_code == 1 and "has no column z" in refused.stderr and not refused.stdout
    machine = ask(table, "--format", "json", outcome="z")
    assert machine.exit_code == 1 and "has no column z" in json.loads(machine.stdout)["refused"][0]


def test_several_arms(tmp_path: Path) -> None:
    trial(persons=30, arms=3).to_csv(tmp_path / "t.csv", index=False)
    found = json.loads(ask(tmp_path / "t.csv", "--format", "json", "--arms", "0,1,2", probability="1=p1,2=p2").stdout)
    assert [row["term"] for row in found["effects"]] == ["1:(Intercept)", "1:s", "2:(Intercept)", "2:s"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("p", "p"),
        ("0.5", "0.5"),
        ("p1, p2", ["p1", "p2"]),
        ("walk=p1,sit=0.2", {"walk": "p1", "sit": "0.2"}),
        (None, None),
    ],
)
def test_probabilities_are_written_in_several_ways(text: str | None, value: object) -> None:
    assert parted(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(Intercept) + s", {"(Intercept)": 1, "s": 1}),
        ("(Intercept) + 2 * s", {"(Intercept)": 1, "s": 2}),
        ("s - (Intercept)", {"s": 1, "(Intercept)": -1}),
    ],
)
def test_sums_of_terms(text: str, value: dict[str, float]) -> None:
    assert weights(text, ("(Intercept)", "s")) == value


def test_a_sum_of_no_term() -> None:
    with pytest.raises(Refusal, match="q is no term"):
        weights("s + q", ("(Intercept)", "s"))


def test_over_a_column_with_a_band(table: Path) -> None:
    found = json.loads(ask(table, "--over", "x", "--format", "json", moderators="~ 1", controls="~ s").stdout)
    effect = excursion_effect(table, **ASKED | {"moderators": "~ x", "controls": "~ s + x"})
    line = found["over"]["curve"]
    assert found["over"]["column"] == "x" and len(line) == 11
    for row in (line[0], line[-1]):
        there = effect.combination({"(Intercept)": 1, "x": row["x"]})
        assert [row[k] for k in ("estimate", "lower", "upper")] == pytest.approx(
            [there.estimate, there.lower, there.upper]
        )
        assert row["band_lower"] < row["lower"] < row["upper"] < row["band_upper"]
    sheet = ask(table, "--over", "x", "--format", "csv", moderators="~ 1", controls="~ s").stdout.splitlines()
    assert sheet[0].split(",")[0] == "x" and float(sheet[1].split(",")[0]) == line[0]["x"]
    assert "the band holds for the whole line" in ask(table, "--over", "x", moderators="~ 1", controls="~ s").stdout


@pytest.mark.parametrize(
    ("over", "moderators", "words"),
    [("day", "~ 1", "no such column"), ("x", "~ x + s", "no other column"), ("x", "~ s", "no other column")],
)
def test_what_an_effect_cannot_be_shown_over(table: Path, over: str, moderators: str, words: str) -> None:
    found = ask(table, "--over", over, moderators=moderators)
    assert found.exit_code == 1 and words in found.stderr
