"""What holds for every excursion effect, whatever the data."""

from typing import Any

import numpy as np
import pandas as pd
import pyfixest
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from microcare.optimization.excursion import excursion_effect
from tests.optimization.trials import ASKED, trial

KINDS: dict[str, dict[str, Any]] = {
    "wcls": {},
    "emee": {"outcome": "yb", "family": "log"},
    "count": {"outcome": "count", "family": "count"},
    "logit": {"outcome": "yb", "family": "logit", "controls": "~ s"},
    "dr": {"estimator": "dr"},
    "dr ratio": {"estimator": "dr", "outcome": "yb", "family": "log"},
    "windows": {"window": 3, "reference": "none", "time": "t"},
}
every = pytest.mark.parametrize("kind", KINDS)


def asked(kind: str = "wcls", **more: Any) -> dict[str, Any]:
    return ASKED | KINDS[kind] | more


@every
def test_the_order_of_rows_changes_nothing(kind: str) -> None:
    table = trial()
    shuffled = table.sample(frac=1, random_state=3)
    one, other = (excursion_effect(t, **asked(kind)) for t in (table, shuffled))
    np.testing.assert_allclose(one.theta, other.theta, atol=1e-9)
    np.testing.assert_allclose(one.vcov, other.vcov, atol=1e-9)


@every
def test_ids_may_be_of_any_type(kind: str) -> None:
    table = trial()
    found = [
        excursion_effect(table.assign(person=made), **asked(kind))
        for made in (table.person, table.person.str[1:].astype(int), pd.Categorical(table.person))
    ]
    for one in found[1:]:
        np.testing.assert_allclose(one.vcov, found[0].vcov, rtol=1e-12)


@every
def test_what_was_measured_while_unavailable_is_of_no_account(kind: str) -> None:
    table = trial()
    away = table.available == 0
    changed = table.astype({"y": float, "yb": float, "count": float, "x": float})
    if kind != "windows":
        changed.loc[away, ["y", "yb", "count"]] = np.nan
    changed.loc[away, "x"] = np.nan
    changed.loc[away, "p"] = np.nan
    one, other = (excursion_effect(t, **asked(kind)) for t in (table, changed))
    np.testing.assert_array_equal(one.theta, other.theta)
    np.testing.assert_array_equal(one.vcov, other.vcov)


def test_the_corrected_covariance_is_the_sum_of_the_changes_without_each_person() -> None:
    table = trial()
    whole = excursion_effect(table, **asked())
    changes = np.array(
        [whole.theta - excursion_effect(table[table.person != one], **asked()).theta for one in whole.persons]
    )
    np.testing.assert_allclose(whole.changes, changes, atol=1e-10)
    np.testing.assert_allclose(whole.vcov, changes.T @ changes, atol=1e-10)


@pytest.mark.filterwarnings("ignore::Warning")
def test_least_squares_by_other_packages() -> None:
    table = trial(points=15)
    effect = excursion_effect(table, **asked(numerator=0.4))
    used = table[table.available == 1].copy()
    used["w"] = np.where(used.a == 1, 0.4 / used.p, 0.6 / (1 - used.p))
    used["c"] = used.a - 0.4
    used["cs"] = used.c * used.s
    least = sm.WLS(used.y, sm.add_constant(used[["s", "x", "c", "cs"]]), weights=used.w).fit()
    np.testing.assert_allclose(effect.theta, least.params, atol=1e-10)
    fixed = pyfixest.feols(
        "y ~ s + x + c + cs", used, weights="w", vcov={"CRV3": "person"}, ssc=pyfixest.ssc(k_adj=False, G_adj=False)
    )
    np.testing.assert_allclose(np.diag(effect.vcov), fixed.se().to_numpy() ** 2, rtol=1e-8)


def test_odds_ratios_by_weighted_logistic_regression() -> None:
    table = trial()
    effect = excursion_effect(table, **asked("logit"))
    used = table[table.available == 1].copy()
    weight = np.where(used.a == 1, 0.5 / used.p, 0.5 / (1 - used.p))
    x = np.column_stack([np.ones(len(used)), used.s, used.a, used.a * used.s])
    fitted = sm.GLM(used.yb, x, family=sm.families.Binomial(), freq_weights=weight).fit(tol=1e-14)
    np.testing.assert_allclose(effect.theta, fitted.params, atol=1e-8)


def test_two_arms_by_name_are_two_arms() -> None:
    table = trial()
    named = table.assign(a=np.where(table.a == 1, "walk", "nothing"))
    one = excursion_effect(table, **asked())
    other = excursion_effect(named, **asked(arms=["nothing", "walk"], probability={"walk": "p"}))
    np.testing.assert_allclose(one.vcov, other.vcov, rtol=1e-12)


@pytest.mark.parametrize("kind", ["wcls", "emee"])
def test_several_arms_agree_with_the_saturated_regression(kind: str) -> None:
    """With equal probabilities, and arms and moderators saturated, every effect is a difference of cell means."""
    table = trial(persons=30, arms=3)
    effect = excursion_effect(table, **asked(kind, probability=["p0", "p1", "p2"], controls="~ s"))
    assert effect.terms == ("1:(Intercept)", "1:s", "2:(Intercept)", "2:s")
    y = "y" if kind == "wcls" else "yb"
    cells = table[table.available == 1].groupby(["s", "a"])[y].mean()
    if kind == "emee":
        cells = np.log(cells)
    wanted = [cells[0, 1] - cells[0, 0], 0, cells[0, 2] - cells[0, 0], 0]
    wanted[1] = cells[1, 1] - cells[1, 0] - wanted[0]
    wanted[3] = cells[1, 2] - cells[1, 0] - wanted[2]
    np.testing.assert_allclose(effect.beta, wanted, atol=1e-9)


def test_one_combination_is_judged_by_t_and_several_by_hotelling() -> None:
    effect = excursion_effect(trial(), **asked())
    row = effect.combination({"(Intercept)": 1, "s": 1})
    value, variance = effect.beta.sum(), effect.beta_vcov.sum()
    assert row.p == pytest.approx(2 * stats.t.sf(abs(value) / variance**0.5, effect.df))
    assert effect.test(["s"]).p == pytest.approx(effect.effects()[1].p)
    test = effect.test()
    d = effect.df
    t2 = effect.beta @ np.linalg.solve(effect.beta_vcov, effect.beta)
    assert test.p == pytest.approx(stats.f.sf(t2 * d / (2 * (d + 1)), 2, d))
    assert effect.effects(0.99)[0].upper > effect.effects(0.95)[0].upper


def test_a_band_is_wider_than_each_interval_and_narrower_than_scheffe() -> None:
    table = trial().assign(day=lambda f: f.t / 10)
    effect = excursion_effect(table, **asked(moderators="~ day", controls="~ day + x"))
    band = effect.curve(pd.DataFrame({"day": np.linspace(0, 1, 21)}))
    scheffe = np.sqrt(2 * stats.f.ppf(0.95, 2, effect.df)) * band.se
    assert (band.band_upper > band.upper).all()
    assert (band.band_upper <= band.estimate + scheffe * 1.01).all()


@given(st.integers(0, 10**6), st.floats(0.1, 50), st.floats(-100, 100))
@settings(max_examples=15)
def test_a_change_of_unit_changes_the_unit_only(seed: int, scale: float, shift: float) -> None:
    table = trial(seed=seed)
    one = excursion_effect(table, **asked())
    other = excursion_effect(table.assign(y=table.y * scale + shift), **asked())
    np.testing.assert_allclose(other.beta, one.beta * scale, rtol=1e-6, atol=1e-8 * (abs(shift) + scale))
    np.testing.assert_allclose(other.beta_vcov, one.beta_vcov * scale**2, rtol=1e-5, atol=1e-8 * (abs(shift) + scale))


def test_an_exposure_is_a_rate() -> None:
    """Doubling the exposure of everybody halves the base rate and leaves the ratio as it is."""
    table = trial().assign(minutes=2.0)
    one = excursion_effect(table, **asked("count"))
    other = excursion_effect(table, **asked("count", exposure="minutes"))
    np.testing.assert_allclose(one.beta, other.beta, atol=1e-9)
    assert one.theta[0] - other.theta[0] == pytest.approx(np.log(2))


def test_the_sentence_says_what_was_found() -> None:
    effect = excursion_effect(trial(persons=60), **asked(moderators="~ 1"))
    assert "raised y by" in effect.sentence() and "60 persons" in effect.sentence()
