"""`analyze trial` runs what was registered, on the table that the product writes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from microcare.cli import app
from microcare.optimization.distal import distal_effect
from microcare.optimization.excursion import excursion_effect
from microcare.optimization.planning.trial import Specification, read
from microcare.optimization.pooling import statistics
from microcare.optimization.question import Question
from microcare.optimization.refusal import Refusal

WALKING = Path(__file__).parents[3] / "examples/trial/walking.yaml"
PLANNED: dict[str, Any] = {
    "trial": "t", "rule": "moves.suggest", "outcome": "proximal", "days": 14, "arms": {"nothing": 0.4, "walk": 0.6},
    "effect": {"walk": {"mean": 0.3}}, "power": 0.8,
}  # fmt: skip


def exported(persons: int = 25, seed: int = 1) -> pd.DataFrame:
    """A decision table as `export trial` writes it: two rules, moments without a draw, an option that was not eligible, lost outcomes."""
    draw = np.random.Generator(np.random.Philox(seed))
    rows = []
    for person in range(persons):
        for day in range(14):
            kind = str(draw.choice(["drawn", "drawn", "drawn", "unavailable", "missed", "alone"]))
            row: dict[str, Any] = {
                "person": str(12345678901234567000 + person), "intervention": "moves", "rule": "suggest", "point": f"{person}.{day}",
                "day": day, "x_tired": float(draw.normal()), "randomized": 0, "available": None, "chosen": None, "eligible": "",
            }  # fmt: skip
            if kind == "unavailable":
                row |= {"available": 0}
            elif kind == "alone":
                row |= {
                    "available": 1,
                    "randomized": int(draw.random() < 0.5),
                    "chosen": "nothing",
                    "eligible": "nothing",
                    "p_nothing": 1.0,
                }
            elif kind == "drawn":
                walk = draw.random() < 0.6
                value = 5 + 0.3 * row["x_tired"] + walk * (0.8 - 0.05 * day) + draw.normal()
                row |= {
                    "available": 1, "randomized": 1, "chosen": "walk" if walk else "nothing", "eligible": "nothing; walk",
                    "p_nothing": 0.4, "p_walk": 0.6, "proximal": value if draw.random() < 0.9 else None,
                }  # fmt: skip
            rows.append(row)
            rows.append(
                row | {"rule": "remind", "point": f"{person}.{day}.r", "p_walk": None, "p_call": 0.6, "chosen": "call"}
            )
    return pd.DataFrame(rows)


def by_hand(**changed: Any) -> dict[str, Any]:
    """The same rows chosen by hand, and asked about directly."""
    rows = exported()
    kept = rows[
        (rows["rule"] == "suggest") & (rows["randomized"] == 1) & rows["p_walk"].notna() & rows["proximal"].notna()
    ]
    asked: dict[str, Any] = {
        "outcome": "proximal", "treatment": "chosen", "person": "person", "arms": ["nothing", "walk"], "probability": "p_walk",
        "numerator": 0.6, "moderators": "~ 1", "controls": "~ 1",
    }  # fmt: skip
    return excursion_effect(kept.drop(columns=["randomized", "eligible"]), **asked | changed).as_dict()


def analyzed(folder: Path, status: int = 0, frame: pd.DataFrame | None = None, **changed: Any) -> dict[str, Any]:
    (exported() if frame is None else frame).to_csv(folder / "table.csv", index=False)
    (folder / "trial.yaml").write_text(json.dumps(PLANNED | changed), encoding="utf-8")
    result = CliRunner().invoke(
        app, ["analyze", "trial", str(folder / "trial.yaml"), str(folder / "table.csv"), "--format", "json"]
    )
    assert result.exit_code == status, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def same(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert [e["term"] for e in mine["effects"]] == [e["term"] for e in theirs["effects"]]
    for one, other in zip(mine["coefficients"], theirs["coefficients"], strict=True):
        assert one["estimate"] == pytest.approx(other["estimate"], rel=1e-9)
        assert one["se"] == pytest.approx(other["se"], rel=1e-9)


def test_the_product_s_own_table_is_taken(tmp_path: Path) -> None:
    found = analyzed(tmp_path)
    same(found, by_hand())
    notes = " ".join(found["notes"])
    assert "chance did not decide" in notes and "walk could not be drawn" in notes
    assert any("have no outcome and are left out" in warning for warning in found["warnings"])


@pytest.mark.parametrize("terms", [2, 3])
def test_the_planned_terms_are_tested(terms: int, tmp_path: Path) -> None:
    formula = "~ day" if terms == 2 else "~ day + I(day ** 2)"
    found = analyzed(tmp_path, terms=terms)
    same(found, by_hand(moderators=formula, controls=formula))
    assert found["omnibus"]["df1"] == terms


def test_the_planned_controls_and_moderators_are_used(tmp_path: Path) -> None:
    found = analyzed(tmp_path, terms=2, controls="~ x_tired", moderators="~ x_tired")
    same(found, by_hand(moderators="~ x_tired + day", controls="~ x_tired + day"))


@pytest.mark.parametrize("missing", ["ipw", "dr"])
def test_missing_outcomes_are_treated_as_was_registered(missing: str, tmp_path: Path) -> None:
    found = analyzed(tmp_path, missing=missing, missing_model="~ x_tired", controls="~ x_tired")
    assert any("logistic" in note for note in found["notes"])
    assert found["estimator"] == ("dr" if missing == "dr" else "wcls")
    assert "have none" in analyzed(tmp_path, 1, missing="error")["refused"][0]


def test_a_table_of_other_rules_is_refused(tmp_path: Path) -> None:
    refused = analyzed(tmp_path, 1, rule="moves.suggests")["refused"]
    assert "no decision point of the rule moves.suggests; it has moves.remind, moves.suggest" in refused[0]


def test_less_is_better_where_it_was_registered(tmp_path: Path) -> None:
    assert "Less of proximal is better" in analyzed(tmp_path, lower_is_better=True)["sentence"]
    assert "better" not in analyzed(tmp_path)["sentence"]


def test_a_hash_that_was_registered_stays(tmp_path: Path) -> None:
    """The words that came later count only where they are used."""
    assert read(WALKING).hash == "9869aa383237b55d97b5b5182eb0f6e6235e9c99b7f03d179b633e15058cbfd4"
    plain = Specification.model_validate(PLANNED)
    assert Specification.model_validate(PLANNED | {"missing": "drop"}).hash == plain.hash
    assert Specification.model_validate(PLANNED | {"missing": "ipw"}).hash != plain.hash


def test_other_commands_take_the_same_table(tmp_path: Path) -> None:
    frame = exported()
    frame = frame[frame["rule"] == "suggest"].assign(
        end=lambda f: f.person.str[-2:].astype(int) % 5 + f.x_tired.groupby(f.person).transform("mean")
    )
    frame.to_csv(tmp_path / "table.csv", index=False)
    asked: dict[str, Any] = {
        "treatment": "chosen", "person": "person", "arms": ["nothing", "walk"], "probability": "p_walk", "availability": "available",
    }  # fmt: skip
    direct = excursion_effect(tmp_path / "table.csv", outcome="proximal", missing="drop", **asked)
    pooled = statistics(tmp_path / "table.csv", Question(outcome="proximal", missing="drop", **asked)).effect()
    np.testing.assert_allclose(direct.theta, pooled.theta, rtol=1e-9)
    assert distal_effect(tmp_path / "table.csv", outcome="end", over="available", **asked).n_persons == 25


def test_another_table_s_unknown_probability_is_still_refused() -> None:
    frame = exported().drop(columns=["eligible"])
    frame = frame[frame["rule"] == "suggest"]
    with pytest.raises(Refusal, match=r"only draws with a probability|0 or 1 in every row"):
        excursion_effect(
            frame, outcome="proximal", treatment="chosen", person="person", arms=["nothing", "walk"], probability="p_walk", missing="drop",
            availability="randomized",
        )  # fmt: skip
