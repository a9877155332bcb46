"""The specification of a trial: read, hashed, held against the program, planned, analyzed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from microcare.cli import app
from microcare.optimization.planning.trial import read
from microcare.optimization.refusal import Refusal

WALKING = Path(__file__).parents[3] / "examples/trial/walking.yaml"


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(w) for w in words])


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = WALKING.read_text()
    assert old in text
    path = tmp_path / "trial.yaml"
    path.write_text(text.replace(old, new).replace("../../programs", str(WALKING.parents[2] / "programs")))
    return path


def test_the_example_is_planned(tmp_path: Path) -> None:
    found = json.loads(run("plan", "trial", WALKING, "--format", "json").stdout)
    assert found["hash"] == read(WALKING).hash
    assert found["power"] >= 0.8
    said = run("plan", "trial", WALKING, "--plot", tmp_path / "power.svg").stdout
    assert f"{found['n_persons']} persons find this effect" in said
    assert "<svg" in (tmp_path / "power.svg").read_text()


def test_the_hash_is_of_what_is_said_and_not_of_how(tmp_path: Path) -> None:
    same = changed(tmp_path, "days: 42\nper_day: 5", "per_day: 5\n# a remark\ndays: 42")
    assert read(same).model_copy(update={"program": "../../programs/heartsteps"}).hash == read(WALKING).hash
    assert read(changed(tmp_path, "days: 42", "days: 43")).hash != read(WALKING).hash


def test_options_and_specification_agree() -> None:
    words = ("--days", 42, "--per-day", 5, "--probability", 0.6, "--effect-mean", 0.1, "--effect-shape", "quadratic")
    more = ("--effect-initial", 0, "--effect-peak", 28, "--availability", 0.5, "--availability-shape", "quadratic")
    rest = ("--availability-initial", 0.7, "--availability-peak", 42, "--dropout", 0.1, "--format", "json")
    by_options = json.loads(run("plan", "mrt", *words, *more, *rest).stdout)
    by_file = json.loads(run("plan", "trial", WALKING, "--format", "json").stdout)
    assert by_options["curve"] == by_file["curve"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("nothing: 0.4", "nothing: 0.3", "sum to 0.9"),
        ("days: 42", "days: 0", "days: "),
        ("days: 42", "dayz: 42", "dayz"),
        ("effect: {suggestion", "effect: {walk", "give the effect of suggestion"),
        ("power: 0.8", "", "either the power"),
        ("family: identity", "family: log", "needs `base`"),
        ("trial: walking", "trial: [", "no YAML"),
    ],
)
def test_a_wrong_specification_says_what_is_wrong(old: str, new: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=said):
        read(changed(tmp_path, old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("nothing: 0.4, suggestion: 0.6", "nothing: 0.5, suggestion: 0.5", "the specification says"),
        ("suggestions.suggest", "suggestions.other", "it randomizes in suggestions.suggest"),
        ("programs/heartsteps", "programs/nothing", "has errors"),
    ],
)
def test_a_program_that_randomizes_otherwise_is_refused(old: str, new: str, said: str, tmp_path: Path) -> None:
    refused = run("plan", "trial", changed(tmp_path, old, new))
    assert refused.exit_code == 1 and said in refused.stderr


def test_the_promised_analysis_is_made(tmp_path: Path) -> None:
    """A trial that the engine has played is analyzed by the file that planned it."""
    from tests.optimization.trials import trial

    table = trial(persons=30).assign(
        chosen=lambda f: f.a.map({0: "nothing", 1: "suggestion"}),
        p_suggestion=lambda f: f.p,
        proximal=lambda f: f.y,
        day=lambda f: f.t,
    )
    table.to_csv(tmp_path / "t.csv", index=False)
    found = json.loads(run("analyze", "trial", WALKING, tmp_path / "t.csv", "--format", "json").stdout)
    assert found["n_persons"] == 30 and len(found["effects"]) == 3
    assert read(WALKING).hash in run("analyze", "trial", WALKING, tmp_path / "t.csv").stdout


def test_smart_and_most_by_command() -> None:
    assert (
        json.loads(run("plan", "smart", "--effect", 0.4, "--format", "json", "--check", 100).stdout)["n_persons"] == 295
    )
    assert (
        json.loads(run("plan", "most", "--factors", 4, "--effect", 0.3, "--format", "json").stdout)["n_persons"] == 351
    )
    assert "chance to find" in run("plan", "most", "--factors", 4, "--effect", 0.3, "--persons", 200).stdout
    refused = run("plan", "most", "--factors", 99, "--effect", 0.3, "--format", "json")
    assert refused.exit_code == 1 and "between 1 and 20" in json.loads(refused.stdout)["refused"][0]
