"""Optimization trials: reference results, fractions, clusters, decisions."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as formulas

from microcare.optimization.factorial import factorial_effects
from microcare.optimization.multiplicity import adjusted
from microcare.optimization.refusal import Refusal
from tests.reference import reference

FACTORS = ["A", "B", "C", "D"]


@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "more", "tolerance"),
    [
        ("full", {}, 1e-12),
        ("adjusted", {"covariates": "~ base"}, 1e-12),
        ("logistic_2way", {"outcome": "yb", "order": 2, "family": "logit"}, 1e-6),
    ],
)
def test_reference(name: str, more: dict[str, Any], tolerance: float) -> None:
    wanted = json.loads(reference("mrt/out/most_factorial.json").read_text())[name]
    data = reference("mrt/data/most_2x4_factorial.csv")
    found = factorial_effects(data, **({"outcome": "y", "factors": FACTORS} | more))
    rows = {row.term: row for row in found.rows}
    assert set(rows) == set(wanted["names"])
    for term, estimate, se, p in zip(wanted["names"], wanted["est"], wanted["se"], wanted["p"], strict=True):
        assert (rows[term].estimate, rows[term].se, rows[term].p) == pytest.approx((estimate, se, p), abs=tolerance)


def trial(cells: pd.DataFrame, each: int = 10, seed: int = 1) -> pd.DataFrame:
    draw = np.random.Generator(np.random.Philox(seed))
    table = cells.loc[cells.index.repeat(each)].reset_index(drop=True)
    group = draw.integers(0, 30, len(table))
    table["group"] = [f"g{g}" for g in group]
    table["y"] = 0.5 * table.A - 0.2 * table.B + draw.normal(size=30)[group] + draw.normal(size=len(table))
    return table


def crossed(*names: str) -> pd.DataFrame:
    return pd.MultiIndex.from_product([[-1, 1]] * len(names), names=names).to_frame(index=False)


def test_a_fraction_says_what_cannot_be_told_apart() -> None:
    half = crossed("A", "B", "C").assign(D=lambda f: f.A * f.B * f.C)
    found = factorial_effects(trial(half), outcome="y", factors=FACTORS)
    assert found.aliases["(Intercept)"] == ("A:B:C:D",)
    assert found.aliases["A"] == ("B:C:D",) and found.aliases["A:B"] == ("C:D",)
    assert [row.term for row in found.effects] == [*FACTORS, "A:B", "A:C", "B:C"]
    assert any("fraction" in note for note in found.notes)


def test_a_main_effect_is_the_difference_of_two_means() -> None:
    table = trial(crossed("A", "B"))
    found = factorial_effects(table, outcome="y", factors=["A", "B"])
    assert found.effects[0].estimate == pytest.approx(table[table.A == 1].y.mean() - table[table.A == -1].y.mean())


@pytest.mark.parametrize("levels", [{-1: 0, 1: 1}, {-1: "off", 1: "on"}])
def test_levels_may_be_written_in_any_way(levels: dict[int, Any]) -> None:
    table = trial(crossed("A", "B"))
    one = factorial_effects(table, outcome="y", factors=["A", "B"])
    other = factorial_effects(table.assign(A=table.A.map(levels)), outcome="y", factors=["A", "B"])
    assert one.effects == other.effects


def test_clusters_belong_together() -> None:
    table = trial(crossed("A", "B"), each=40)
    found = factorial_effects(table, outcome="y", factors=["A", "B"], cluster="group")
    assert found.df == 26
    plain = formulas.ols("y ~ A * B", table).fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(table.group)[0]})
    # statsmodels does not correct; leaving persons out does, a little.
    assert found.rows[1].se == pytest.approx(plain.bse["A"], rel=0.15)
    assert found.rows[1].se > plain.bse["A"] * 0.98


def test_components_are_kept_for_what_they_buy() -> None:
    table = trial(crossed("A", "B", "C"), each=60)
    found = factorial_effects(table, outcome="y", factors=["A", "B", "C"], costs={"B": 1, "C": 10}, worth=0.2)
    assert found.decisions["A"].startswith("keep")
    assert found.decisions["B"].startswith("drop") and found.decisions["C"].startswith("drop")
    assert factorial_effects(table, outcome="y", factors=["A", "B", "C"]).decisions["C"].startswith("not known yet")


@pytest.mark.parametrize(
    ("change", "more", "said"),
    [
        (lambda f: f.assign(A=[k % 3 for k in range(len(f))]), {}, "A: it has 3 levels"),
        (lambda f: f.assign(y=1.0), {}, "does not vary"),
        (lambda f: f, {"factors": ["A", "A"]}, "once"),
        (lambda f: f, {"family": "logit"}, "0 and 1"),
        (lambda f: f.iloc[:3], {}, "levels|follows|carry|0 in every"),
        (lambda f: f, {"outcome": "z"}, "no column z"),
        (lambda f: f, {"covariates": "~ A"}, "follows from"),
        (lambda f: f, {"method": "most"}, "no adjustment"),
    ],
)
def test_refusals(change: Any, more: dict[str, Any], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        factorial_effects(change(trial(crossed("A", "B"))), **({"outcome": "y", "factors": ["A", "B"]} | more))


def test_adjusted_chances_by_hand() -> None:
    p = [0.01, 0.04, 0.03, 0.5]
    np.testing.assert_allclose(adjusted(p, "bonferroni"), [0.04, 0.16, 0.12, 1])
    np.testing.assert_allclose(adjusted(p, "holm"), [0.04, 0.09, 0.09, 0.5])
    np.testing.assert_allclose(adjusted(p, "bh"), [0.04, 0.16 / 3, 0.16 / 3, 0.5])
    np.testing.assert_allclose(adjusted(p, "none"), p)
    with pytest.raises(Refusal):
        adjusted([0.1, float("nan")])
