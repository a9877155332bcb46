"""Missing outcomes and estimated probabilities: against stacked equations solved by hand, and against the truth."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.optimize import approx_fprime, root

from microcare.optimization import windows
from microcare.optimization.excursion import excursion_effect
from microcare.optimization.refusal import Refusal
from tests.optimization.trials import ASKED, trial

Array = np.ndarray[Any, Any]


def expit(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


def gaps(table: pd.DataFrame, seed: int = 5) -> pd.DataFrame:
    """The table with outcomes missing by state, treatment and control."""
    draw = np.random.default_rng(seed)
    chance = expit(1.2 - 0.8 * table.s + 0.5 * table.a + 0.4 * table.x)
    lost = draw.random(len(table)) > chance
    made = table.astype({"y": float, "yb": float, "count": float})
    made.loc[lost, ["y", "yb", "count"]] = np.nan
    return made


class Stack:
    """The estimating functions of effect and logistic model, one row a person, written out without the package."""

    def __init__(self, table: pd.DataFrame, kind: str, model: str) -> None:
        f = table[table.available == 1]
        self.people, self.who = list(f.person.unique()), f.person.to_numpy()
        self.a, self.p, self.s, self.x = (f[c].to_numpy(float) for c in ("a", "p", "s", "x"))
        self.one = np.ones(len(f))
        self.kind, self.model = kind, model
        self.y = f["y" if kind == "wcls" else "yb"].to_numpy(float)
        self.seen = np.isfinite(self.y)
        self.y = np.where(self.seen, self.y, 0.0)
        self.z = np.column_stack([self.one, self.s, self.x])
        self.m = np.column_stack([self.z, self.a]) if model == "observation" else self.z[:, :2]
        self.size = 5 + self.m.shape[1]

    def rows(self, theta: Array) -> Array:
        main, chance = theta[:5], expit(self.m @ theta[5:])
        p = chance if self.model == "treatment" else self.p
        w = 0.5 / np.where(self.a == 1, p, 1 - p) * self.seen
        if self.model == "observation":
            w = w / chance
        d = np.column_stack([self.z, self.a - 0.5, (self.a - 0.5) * self.s])
        if self.kind == "wcls":
            left = self.y - d @ main
        else:
            left = np.exp(-self.a * (main[3] + main[4] * self.s)) * self.y - np.exp(self.z @ main[:3])
        target = self.seen if self.model == "observation" else self.a
        return np.hstack([(w * left)[:, None] * d, (target - chance)[:, None] * self.m])

    def persons(self, theta: Array) -> Array:
        return np.asarray(pd.DataFrame(self.rows(theta)).groupby(self.who).sum().loc[self.people])

    def solve(self, start: Array) -> Array:
        found = root(lambda t: self.rows(t).sum(axis=0), start, tol=1e-13)
        assert np.abs(self.rows(found.x).sum(axis=0)).max() < 1e-7
        return np.asarray(found.x)


@pytest.mark.parametrize("kind", ["wcls", "emee"])
@pytest.mark.parametrize("model", ["observation", "treatment"])
def test_the_uncorrected_covariance_is_that_of_the_whole_stack(kind: str, model: str) -> None:
    table = trial(persons=30)
    asked = ASKED | ({} if kind == "wcls" else {"outcome": "yb", "family": "log"})
    if model == "observation":
        table = gaps(table)
        effect = excursion_effect(table, **asked | {"missing": "ipw"})
    else:
        effect = excursion_effect(table, **asked | {"probability_model": "~ s"})
    stack = Stack(table, kind, model)
    start = np.zeros(stack.size)
    start[:5] = effect.theta
    theta = stack.solve(start)
    np.testing.assert_allclose(effect.theta, theta[:5], atol=1e-8)
    bread = np.array([approx_fprime(theta, lambda t, k=k: stack.rows(t)[:, k].sum(), 1e-6) for k in range(stack.size)])
    scores = stack.persons(theta)
    inverse = np.linalg.inv(bread)
    np.testing.assert_allclose(
        effect.vcov_uncorrected, (inverse @ scores.T @ scores @ inverse.T)[:5, :5], rtol=2e-4, atol=1e-7
    )
    assert (np.diag(effect.vcov) > np.diag(effect.vcov_uncorrected)).all()


@pytest.mark.parametrize("more", [{"missing": "ipw"}, {"probability_model": "~ s"}])
def test_the_changes_are_those_of_estimating_everything_again_without_each_person(more: dict[str, Any]) -> None:
    table = gaps(trial(persons=60)) if "missing" in more else trial(persons=60)
    whole = excursion_effect(table, **ASKED | more)
    again = [excursion_effect(table[table.person != one], **ASKED | more).theta for one in whole.persons[:12]]
    changes = whole.theta - np.array(again)
    scale = np.sqrt(np.diag(whole.vcov))
    assert np.abs((whole.changes[:12] - changes) / scale).max() < 0.03
    assert np.abs(changes / scale).max() > 0.1


def test_the_weights_are_those_of_another_package() -> None:
    table = gaps(trial(persons=40))
    f = table[table.available == 1].copy()
    x = sm.add_constant(f[["s", "x", "a"]])
    f["chance"] = sm.GLM(f.y.notna(), x, family=sm.families.Binomial()).fit(tol=1e-14).predict(x)
    f["w"] = 1 / f.chance
    by_hand = excursion_effect(f[f.y.notna()], **ASKED | {"weight": "w"})
    effect = excursion_effect(table, **ASKED | {"missing": "ipw"})
    np.testing.assert_allclose(effect.theta, by_hand.theta, atol=1e-8)
    assert f"{f.y.isna().sum()} of {len(f)} available" in " ".join(effect.notes)
    assert "s + x + a" in " ".join(effect.notes)


@pytest.mark.parametrize("family", ["identity", "log"])
def test_models_fill_missing_outcomes_as_written_out(family: str) -> None:
    table = gaps(trial(persons=40))
    name = "y" if family == "identity" else "yb"
    effect = excursion_effect(
        table, **ASKED | {"estimator": "dr", "missing": "dr", "outcome": name, "family": family, "moderators": "~ 1"}
    )
    f = table[table.available == 1].copy()
    x = sm.add_constant(f[["s", "x", "a"]])
    seen = f[name].notna().to_numpy()
    chance = sm.GLM(seen.astype(float), x, family=sm.families.Binomial()).fit(tol=1e-14).predict(x).to_numpy()
    kind = sm.families.Gaussian() if family == "identity" else sm.families.Binomial()
    z, a, p = x[["const", "s", "x"]].to_numpy(), f.a.to_numpy(), f.p.to_numpy()
    mu = []
    for arm in (0, 1):
        use = seen & (a == arm)
        model = sm.GLM(f[name].to_numpy()[use], z[use], family=kind, freq_weights=1 / chance[use])
        mu.append(model.fit(tol=1e-14).predict(z))
    own = np.where(a == 1, mu[1], mu[0])
    filled = own + np.where(seen, (f[name].to_numpy() - own) / chance, 0.0)
    ones = mu[1] + np.where(a == 1, (filled - mu[1]) / p, 0.0)
    zeros = mu[0] + np.where(a == 0, (filled - mu[0]) / (1 - p), 0.0)
    if family == "identity":
        assert effect.beta[0] == pytest.approx(float(np.mean(ones - zeros)), abs=1e-8)
    else:
        assert effect.beta[0] == pytest.approx(float(np.log(ones.mean() / zeros.mean())), abs=1e-8)
    assert effect.n_available == seen.sum()


def big(seed: int, n: int = 400) -> pd.DataFrame:
    return gaps(trial(persons=n, points=10, seed=seed), seed + 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    "more", [{"missing": "ipw"}, {"missing": "dr", "estimator": "dr"}, {"probability_model": "~ s"}]
)
def test_the_truth_is_found(more: dict[str, Any]) -> None:
    """The planted effect is 0.3 + 0.4 s. Leaving rows out is right here too, so what is tested is bias by the weights."""
    tables = [big(seed) if "missing" in more else trial(persons=400, points=10, seed=seed) for seed in range(60, 66)]
    found = [excursion_effect(t, **ASKED | more) for t in tables]
    z = [(e.beta - [0.3, 0.4]) / np.sqrt(np.diag(e.beta_vcov)) for e in found]
    assert np.abs(np.sum(z, axis=0) / np.sqrt(len(z))).max() < 3.5


def test_weighting_corrects_what_leaving_out_distorts() -> None:
    """Outcomes of the treated are missing where the effect is large; the marginal effect is 0.5 (s is a fair coin)."""
    draw = np.random.default_rng(1)
    n, points = 800, 10
    f = pd.DataFrame({"person": np.repeat(np.arange(n), points), "s": draw.integers(0, 2, n * points)})
    f["a"] = draw.integers(0, 2, len(f))
    f["y"] = f.a * f.s + 0.5 * f.s + draw.normal(size=len(f))
    f.loc[draw.random(len(f)) > np.where((f.a == 1) & (f.s == 1), 0.3, 0.9), "y"] = np.nan
    asked: dict[str, Any] = {
        "outcome": "y",
        "treatment": "a",
        "probability": 0.5,
        "person": "person",
        "controls": "~ s",
    }
    dropped = excursion_effect(f, **asked, missing="drop", allow=frozenset({"after-treatment"})).effects()[0]
    for more in ({"missing": "ipw"}, {"missing": "dr", "estimator": "dr"}):
        row = excursion_effect(f, **asked, **more, missing_model="~ s * a").effects()[0]
        assert abs(row.estimate - 0.5) < 3 * row.se
        assert abs(dropped.estimate - 0.5) > 4 * dropped.se


def test_estimated_probabilities_lower_the_error_where_they_are_right() -> None:
    table = trial(persons=200)
    stated = excursion_effect(table, **ASKED | {"controls": "~ s", "moderators": "~ 1"})
    fitted = excursion_effect(
        table, **ASKED | {"controls": "~ s", "moderators": "~ 1", "probability": None, "probability_model": "~ s + x"}
    )
    assert fitted.effects()[0].se < stated.effects()[0].se
    assert "estimated by a logistic regression on s + x" in " ".join(fitted.notes)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "neither": ({"probability": None}, "give the probability"),
    "the treatment by itself": ({"probability_model": "~ a"}, "outcome or the treatment itself"),
    "the treatment divided": ({"probability_model": "~ twin"}, "no solution"),
    "a window without later doses": (
        {"probability_model": "~ s", "window": 2, "reference": "none", "time": "t"},
        "probabilities that were drawn with",
    ),
    "several arms": ({"probability_model": "~ s", "treatment": "three"}, "several arms"),
    "divided outcomes": ({"missing": "ipw", "outcome": "divided"}, "no solution"),
    "hardly any": ({"missing": "ipw", "outcome": "rare", "missing_model": "~ s"}, "cannot be trusted"),
    "unknown in the model": ({"missing": "ipw", "outcome": "divided", "missing_model": "~ hole"}, "hole is unknown"),
    "dr of wcls": ({"missing": "dr"}, "only with the estimator dr"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    more, said = REFUSED[case]
    f = trial(persons=40)
    numbers = np.arange(len(f))
    f = f.assign(twin=2 * f.a + 1, three=numbers % 3, divided=f.y.where(f.s == 1), hole=f.x.where(numbers > 40))
    f["rare"] = f.y.where(
        ((f.s == 0) & (numbers % 5 > 0)) | (numbers == int(f.index[(f.s == 1) & (f.available == 1)][0]))
    )
    with pytest.raises(Refusal, match=said):
        excursion_effect(f, **ASKED | more)


@pytest.mark.parametrize(("summary", "counted"), [("any", 1), ("sum", 0), ("mean", 0)])
def test_an_unknown_outcome_in_a_window_is_not_a_zero(summary: str, counted: int) -> None:
    """Of three points 1, unknown, 0 only `any` is settled, and only for the window that saw the 1."""
    y = np.array([1.0, np.nan, 0.0, 0.0])
    zero, ones = np.zeros(4, dtype=np.intp), np.ones(4, dtype=bool)
    half = np.full((4, 2), 0.5)
    found = windows.window(y, zero, half, ones, zero, np.arange(4), length=2, summary=summary, end="truncate")
    np.testing.assert_array_equal(np.isfinite(found.y), [counted == 1, False, True, True])
    assert not counted or found.y[0] == 1
