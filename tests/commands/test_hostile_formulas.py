"""A formula that runs a command elsewhere is refused by every command that takes one."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from microcare.cli import app
from microcare.optimization.excursion import excursion_effect
from microcare.optimization.pooling import statistics
from microcare.optimization.question import Question
from tests.commands.test_bad_tables import COMMANDS
from tests.optimization.trials import ASKED, trial

SPECIFICATION: dict[str, Any] = {
    "trial": "t", "outcome": "y", "days": 6, "arms": {"0": 0.5, "1": 0.5}, "effect": {"1": {"mean": 0.3}}, "power": 0.8,
}  # fmt: skip


def hostile(made: Path) -> str:
    """A formula of names, numbers, dots and signs alone, by which a formula library that evaluates them makes a file."""
    command = "+".join(f"np.int8({byte}).tobytes()" for byte in f"touch {made}".encode())
    return f"I(np.testing._private.utils.os.system({command}))"


OPTIONS = {
    "effect": ("controls", "moderators", "missing-model", "probability-model"),
    "statistics": ("controls", "moderators"),
    "distal": ("controls", "moderators", "missing-model"),
    "mediation": ("controls", "moderators", "missing-model", "mediator-form"),
    "contributions": ("controls",),
    "narrative": ("controls", "adjust"),
    "most": ("covariates",),
    "policy": ("formula",),
}


@pytest.mark.parametrize(("command", "option"), [(c, o) for c, options in OPTIONS.items() for o in options])
def test_every_option_that_takes_a_formula(command: str, option: str, tmp_path: Path) -> None:
    frame, asked = COMMANDS[command]
    frame().to_csv(tmp_path / "table.csv", index=False)
    asked = [one.replace("made.json", str(tmp_path / "made.json")) for one in asked]
    asked = [*[one for one in asked if not one.startswith(f"--{option}=")], f"--{option}={hostile(tmp_path / 'run')}"]
    if option == "missing-model":
        asked.append("--missing=ipw")
    result = CliRunner().invoke(app, ["analyze", command, str(tmp_path / "table.csv"), *asked])
    assert result.exit_code == 1, result.output
    assert "a formula has column names" in result.output
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("part", ["a1:{}", "a1:x1:x1+{}"])
def test_rules_of_several_stages(part: str, tmp_path: Path) -> None:
    frame, _ = COMMANDS["rules"]
    frame().to_csv(tmp_path / "table.csv", index=False)
    asked = ["--outcome=y", f"--stage={part.format(hostile(tmp_path / 'run'))}", "--stage=a2:x2"]
    result = CliRunner().invoke(app, ["analyze", "rules", str(tmp_path / "table.csv"), *asked])
    assert (result.exit_code, (tmp_path / "run").exists()) == (1, False)
    assert "a formula has column names" in result.output


@pytest.mark.parametrize("name", ["controls", "moderators"])
def test_a_specification(name: str, tmp_path: Path) -> None:
    """A plan says it too, before there are data."""
    trial().assign(chosen=lambda f: f.a, p_1=0.5).to_csv(tmp_path / "table.csv", index=False)
    written = tmp_path / "trial.yaml"
    written.write_text(json.dumps(SPECIFICATION | {name: hostile(tmp_path / "run")}), encoding="utf-8")
    for asked in (["analyze", "trial", str(written), str(tmp_path / "table.csv")], ["plan", "trial", str(written)]):
        result = CliRunner().invoke(app, asked)
        assert (result.exit_code, (tmp_path / "run").exists()) == (1, False), result.output
        assert "a formula has column names" in result.output


def test_a_file_of_another_sites_statistics(tmp_path: Path) -> None:
    trial().to_csv(tmp_path / "table.csv", index=False)
    statistics(trial(), Question(**ASKED)).save(tmp_path / "site.json")
    content = json.loads((tmp_path / "site.json").read_text(encoding="utf-8"))
    changed = json.dumps(content).replace(json.dumps(ASKED["controls"]), json.dumps(hostile(tmp_path / "run")))
    assert changed != json.dumps(content)
    (tmp_path / "site.json").write_text(changed, encoding="utf-8")
    result = CliRunner().invoke(app, ["analyze", "pool", str(tmp_path / "site.json")])
    assert (result.exit_code, (tmp_path / "run").exists()) == (1, False), result.output


def test_the_same_question_without_it_is_answered() -> None:
    assert excursion_effect(trial(), **ASKED).terms == ("(Intercept)", "s")
