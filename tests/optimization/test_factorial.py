"""Optimization trials: reference results, fractions, clusters, decisions."""

import json
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as formulas
from scipy import stats

from microcare.optimization.aliasing import aliasing
from microcare.optimization.factorial import factorial_effects
from microcare.optimization.multiplicity import adjusted, maybe_best, together
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


def test_aliases_have_their_sign_and_the_relation_its_words() -> None:
    quarter = crossed("A", "B", "C").assign(D=lambda f: -f.A * f.B, E=lambda f: f.A * f.C)
    found = aliasing(quarter.to_numpy(float), list("ABCDE"), None)
    assert found.relation == "I = -A:B:D = A:C:E = -B:C:D:E" and found.resolution == 3
    assert set(found.aliases["A"]) == {"-B:D", "C:E", "-A:B:C:D:E"}
    # Every effect is estimated, is the average, or is an alias: none is lost, none is told twice.
    told = [a.removeprefix("-") for row in found.aliases.values() for a in row] + list(found.terms)
    assert len(told) == len(set(told)) == 2**5 - 1


@pytest.mark.parametrize("seed", range(5))
def test_aliases_are_those_that_brute_force_finds(seed: int) -> None:
    draw = np.random.Generator(np.random.Philox(seed))
    basic = crossed("A", "B", "C").to_numpy(float)
    coded = np.column_stack(
        [basic, *(draw.choice([-1, 1]) * np.prod(basic[:, draw.permutation(3)[:2]], axis=1) for _ in "DE")]
    )
    found = aliasing(coded, list("ABCDE"), None)
    columns = dict(zip(found.terms, found.columns.T, strict=True)) | {"(Intercept)": np.ones(8)}
    for size in range(1, 6):
        for members in combinations(range(5), size):
            name, column = ":".join("ABCDE"[k] for k in members), np.prod(coded[:, members], axis=1)
            if name in columns:
                continue
            for term, other in columns.items():
                same, against = (column == other).all(), (column == -other).all()
                assert (name in found.aliases.get(term, ())) == same
                assert (f"-{name}" in found.aliases.get(term, ())) == against


def test_what_is_left_out_of_unequal_cells_leaks() -> None:
    table = trial(crossed("A", "B", "C"), each=20)
    uneven = table[~((table.A == 1) & (table.B == 1)) | (np.arange(len(table)) % 4 == 0)]
    found = factorial_effects(uneven, outcome="y", factors=["A", "B", "C"], order=1)
    x = np.column_stack([np.ones(len(uneven)), uneven.A, uneven.B, uneven.C])
    taken = np.linalg.lstsq(x, (uneven.A * uneven.B).to_numpy(float), rcond=None)[0]
    assert found.aliasing.leaks["A"]["A:B"] == pytest.approx(taken[1])
    assert any("takes over" in w for w in found.warnings)
    assert any("the more persons it has" in n for n in found.notes)


def test_with_all_interactions_every_cell_counts_the_same() -> None:
    table = trial(crossed("A", "B"), each=20)
    uneven = table.drop(table.index[table.A.eq(1) & table.B.eq(1)][:13])
    found = factorial_effects(uneven, outcome="y", factors=["A", "B"])
    means = uneven.groupby(["A", "B"]).y.mean()
    assert found.effects[0].estimate == pytest.approx(means.loc[1].mean() - means.loc[-1].mean())
    assert any("every cell counts the same" in n for n in found.notes)


def test_only_the_terms_that_are_asked_for() -> None:
    table = trial(crossed("A", "B", "C"))
    found = factorial_effects(table, outcome="y", factors=["A", "B", "C"], terms=["C", "B:A"])
    assert [row.term for row in found.effects] == ["C", "A:B"]
    wanted = formulas.ols("y ~ C + A:B", table).fit()
    np.testing.assert_allclose([r.estimate for r in found.rows], wanted.params, atol=1e-12)
    np.testing.assert_allclose([r.se for r in found.rows], wanted.bse, atol=1e-12)


def test_uneven_errors() -> None:
    table = trial(crossed("A", "B"))
    found = factorial_effects(table, outcome="y", factors=["A", "B"], errors="robust")
    wanted = formulas.ols("y ~ B * A", table).fit(cov_type="HC3")
    assert {r.term: r.se for r in found.rows}["A"] == pytest.approx(wanted.bse["A"])


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
    raw = plain.bse["A"] * np.sqrt(29 / 30 * (len(table) - 4) / (len(table) - 1))
    assert np.sqrt(found.vcov_uncorrected[1, 1]) == pytest.approx(raw)
    left = np.array([formulas.ols("y ~ A * B", table[table.group != g]).fit().params for g in table.group.unique()])
    changes = left - plain.params.to_numpy()
    np.testing.assert_allclose(found.vcov[:3, :3], (changes.T @ changes)[:3, :3], atol=1e-12)
    assert found.n_clusters == 30 and found.n_persons == len(table)
    again = factorial_effects(table, outcome="y", factors=["A", "B"], person="group")
    assert again.rows == found.rows and again.n_persons == 30


def test_components_are_kept_for_what_they_buy() -> None:
    table = trial(crossed("A", "B", "C"), each=60)
    found = factorial_effects(table, outcome="y", factors=["A", "B", "C"], costs={"B": 1, "C": 10}, worth=0.2)
    assert found.decisions["A"].startswith("keep")
    assert found.decisions["B"].startswith("drop") and found.decisions["C"].startswith("drop")
    assert factorial_effects(table, outcome="y", factors=["A", "B", "C"]).decisions["C"].startswith("not known yet")


def test_packages_are_weighed_by_result_and_cost() -> None:
    table = trial(crossed("A", "B", "C"), each=100).assign(x=lambda f: np.arange(len(f)) % 7)
    given: dict[str, Any] = {"outcome": "y", "factors": ["A", "B", "C"], "covariates": "~ x", "costs": {"A": 4, "C": 1}}
    free = factorial_effects(table, **given)
    assert len(free.packages) == 8 and set(free.packages[0].components) >= {"A"} and free.packages[0].may_be_best
    wanted = formulas.ols("y ~ A * B * C + x", table).fit()
    for package in free.packages:
        at = pd.DataFrame([{f: 1 if f in package.components else -1 for f in "ABC"} | {"x": table.x.mean()}])
        predicted = wanted.get_prediction(at).summary_frame().iloc[0]
        assert (package.outcome.estimate, package.outcome.se) == pytest.approx(
            (predicted["mean"], predicted["mean_se"])
        )
    poor = factorial_effects(table, **given, budget=3.0)
    assert all("A" not in p.components for p in poor.packages if p.affordable)
    assert not any(p.may_be_best for p in poor.packages if not p.affordable)
    dear = factorial_effects(table, **given, worth=1.0)
    assert "A" not in dear.packages[0].components
    burden = factorial_effects(table, **given, lower_is_better=True)
    assert burden.decisions["A"].startswith("drop") and burden.decisions["B"].startswith("keep")
    assert "A" not in burden.packages[0].components


@pytest.mark.parametrize(
    ("change", "more", "said"),
    [
        (lambda f: f.assign(A=[k % 3 for k in range(len(f))]), {}, "A: it has 3 levels"),
        (lambda f: f.assign(y=1.0), {}, "does not vary"),
        (lambda f: f, {"factors": ["A", "A"]}, "once"),
        (lambda f: f, {"family": "logit"}, "0 and 1"),
        (lambda f: f.iloc[:3], {}, "A: it has 1 level"),
        (lambda f: f, {"outcome": "z"}, "no column z"),
        (lambda f: f, {"covariates": "~ A"}, "follows from"),
        (lambda f: f, {"method": "most"}, "no adjustment"),
        (lambda f: f, {"covariates": "~ 0 + A"}, "leave the intercept in"),
        (lambda f: f.assign(group=1), {"cluster": "group"}, "all rows belong to one"),
        (lambda f: f.iloc[[0, 10, 20, 30]], {}, "cannot carry"),
        (lambda f: f, {"terms": ["A", "C"]}, "the factors are A, B"),
        (lambda f: f, {"order": 3}, "of 1 to 2 factors"),
        (lambda f: f, {"costs": {"C": 1.0}}, "no such factor"),
        (lambda f: f, {"errors": "none"}, "equal or robust"),
        (lambda f: f.assign(y=(f.A > 0) * 1.0), {"family": "logit"}, "has no solution"),
        (lambda f: f.assign(y="much"), {}, "is no number"),
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


@pytest.mark.parametrize("df", [12.0, 200.0, np.inf])
def test_all_pairs_together_are_judged_as_tukey_did(df: float) -> None:
    pairs = np.array([np.eye(4)[i] - np.eye(4)[j] for i, j in combinations(range(4), 2)])
    found = together(np.array([0.0, 1.0, 2.0, 4.0]), np.eye(4), pairs, df)
    large = df if np.isfinite(df) else 1e6
    assert found.quantile == pytest.approx(stats.studentized_range.ppf(0.95, 4, large) / np.sqrt(2), rel=2e-3)
    assert found.p[2] == pytest.approx(stats.studentized_range.sf(4, 4, large), rel=0.02)
    np.testing.assert_allclose(found.upper - found.lower, 2 * found.quantile * np.sqrt(2))


def test_one_effect_alone_needs_no_adjustment() -> None:
    found = together(np.array([2.0]), np.array([[1.0]]), np.eye(1), 9.0)
    assert found.quantile == pytest.approx(stats.t.ppf(0.975, 9), rel=1e-4)
    assert found.p[0] == pytest.approx(2 * stats.t.sf(2, 9), rel=1e-3)
    assert together(np.zeros(1), np.zeros((1, 1)), np.eye(1), 9.0).p.tolist() == [1.0]


def test_the_best_is_kept_as_often_as_promised() -> None:
    draw = np.random.Generator(np.random.Philox(3))
    lost = sum(0 not in maybe_best(draw.normal(size=3), np.eye(3), np.inf) for _ in range(400))
    assert 8 <= lost <= 36
    assert maybe_best(np.array([0.0, 9.0, 8.9]), np.eye(3), 50.0) == (1, 2)
