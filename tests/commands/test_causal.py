"""`microcare analyze statistics` and its neighbors, from files to what is printed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from microcare.cli import app
from microcare.optimization.distal import distal_effect
from microcare.optimization.excursion import excursion_effect
from tests.optimization.test_contributions import ASKED as CONTRIBUTED
from tests.optimization.test_contributions import course as events
from tests.optimization.test_distal import ASKED as DISTAL
from tests.optimization.test_distal import course
from tests.optimization.test_mediation import ASKED as MEDIATED
from tests.optimization.test_mediation import course as mediated_course
from tests.optimization.test_narrative import ASKED as NARRATED
from tests.optimization.test_narrative import course as stories
from tests.optimization.trials import ASKED, trial

QUESTION = [f"--{name}={value}" for name, value in ASKED.items()]


def ran(*arguments: Any, status: int = 0) -> str:
    result = CliRunner().invoke(app, ["analyze", *map(str, arguments)])
    assert result.exit_code == status, result.output
    return result.output


def test_two_sites_are_pooled_without_rows(tmp_path: Path) -> None:
    table = trial()
    for name, rows in (("north", table[table.person < "p3"]), ("south", table[table.person >= "p3"])):
        rows.to_csv(tmp_path / f"{name}.csv", index=False)
        said = ran(
            "statistics", tmp_path / f"{name}.csv", *QUESTION, "--site", name, "--out", tmp_path / f"{name}.json"
        )
        assert "treat it as personal data" in said
    files = [tmp_path / "north.json", tmp_path / "south.json"]
    found = json.loads(ran("pool", *files, "--format", "json", "--out", tmp_path / "all.json"))
    whole = excursion_effect(table, **ASKED).as_dict()
    for key in ("effects", "coefficients"):
        for mine, theirs in zip(found[key], whole[key], strict=True):
            for name in ("estimate", "se", "lower", "upper", "df", "p"):
                assert mine[name] == pytest.approx(theirs[name], rel=1e-9)
            assert mine["term"] == theirs["term"]
    assert (found["n_persons"], found["n_decision_points"]) == (20, 240)
    assert "raised y by" in ran("pool", tmp_path / "all.json")
    assert "there twice" in ran("pool", files[0], files[0], status=1)
    assert json.loads(ran("pool", files[0], files[0], "--format", "json", status=1).partition("\nthe")[0])["refused"]


def test_the_effect_on_the_outcome_at_the_end(tmp_path: Path) -> None:
    table = course()
    table.to_csv(tmp_path / "course.csv", index=False)
    asked = [tmp_path / "course.csv", *(f"--{name}={value}" for name, value in DISTAL.items())]
    found = json.loads(ran("distal", *asked, "--format", "json"))
    np.testing.assert_allclose(found["vcov"], distal_effect(table, **DISTAL).vcov, rtol=1e-9)
    assert "One a at one decision point" in ran("distal", *asked, "--over", "available")
    assert "over is one of" in ran("distal", *asked, "--over", "some", status=1)


def test_what_goes_through_a_mediator(tmp_path: Path) -> None:
    mediated_course().to_csv(tmp_path / "course.csv", index=False)
    asked = [tmp_path / "course.csv", *(f"--{name}={value}" for name, value in MEDIATED.items())]
    said = ran("mediation", *asked)
    assert "Randomization does NOT give this" in said and "For comparison, the controls explain: s" in said
    found = json.loads(ran("mediation", *asked, "--format", "json"))
    assert found["share"]["lower"] is None or found["share"]["lower"] < found["share"]["estimate"]
    assert "take it out" in ran("mediation", *asked, "--controls", "~ s + m", status=1)


def test_what_each_event_contributes(tmp_path: Path) -> None:
    events().to_csv(tmp_path / "course.csv", index=False)
    asked = [tmp_path / "course.csv", *(f"--{name}={value}" for name, value in CONTRIBUTED.items())]
    said = ran("contributions", *asked)
    assert "- walk: given" in said and "Randomization does NOT give this" in said
    found = json.loads(ran("contributions", *asked, "--format", "json"))["events"]
    lines = ran("contributions", *asked, "--format", "csv").strip().splitlines()
    assert [one["event"] for one in found] == ["breathe", "walk", "write"] and len(lines) == 4
    assert "probability" in ran("contributions", *asked, "--probability", "1.0", status=1)


def test_what_a_narrative_moderates(tmp_path: Path) -> None:
    stories(persons=200).to_csv(tmp_path / "course.csv", index=False)
    asked = [
        tmp_path / "course.csv",
        *(f"--{name}={value}" for name, value in NARRATED.items()),
        "--narrative",
        "story",
    ]
    said = ran("narrative", *asked)
    assert "was not drawn" in said and "compared with bare, journey" in said
    found = json.loads(ran("narrative", *asked, "--narrative-probability", "0.5", "--format", "json"))
    assert found["drawn"] == "at each decision point" and found["differences"][0]["p"] < 0.05
    assert "two variants" in ran("narrative", *asked, "--variants", "bare,journey,map", status=1)
