"""Direct and indirect effects of one dose: against the formulas written out, equations stacked by hand, and the truth."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from microcare.optimization import mediation
from microcare.optimization.mediation import fieller, mediated_effect
from microcare.optimization.refusal import Refusal

Array = np.ndarray[Any, Any]
ASKED: dict[str, Any] = {
    "outcome": "end", "treatment": "a", "probability": "p", "person": "person", "availability": "available",
    "mediator": "m", "controls": "~ s + x",
}  # fmt: skip


def course(persons: int = 40, points: int = 8, seed: int = 1, hidden: float = 0.0) -> pd.DataFrame:
    """Doses that give 0.2 directly at the end, and 0.5 of the mediator, of which each gives 0.4 at the end: 0.2 indirectly.

    `hidden` moves mediator and outcome, and is not in the table.
    """
    draw = np.random.default_rng(seed)
    who = np.repeat(np.arange(persons), points)
    n = len(who)
    f = pd.DataFrame({"person": who, "t": np.tile(np.arange(points), persons), "s": draw.integers(0, 2, n)})
    f["x"], u = draw.normal(size=n), draw.normal(size=n)
    f["available"], f["p"] = (draw.random(n) < 0.85).astype(int), 0.35 + 0.3 * f.s
    f["a"] = (draw.random(n) < f.p) * f.available
    f["m"] = 0.5 * f.a + 0.3 * f.x + 0.2 * f.s + hidden * u + draw.normal(size=n)
    part = 0.2 * f.a + 0.4 * f.m + 0.1 * f.x + hidden * u
    f["end"] = part.groupby(f.person).transform("sum") + 0.3 * draw.normal(size=persons)[who]
    return f


def expit(v: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-v)))


class Written:
    """All seven equations, written out without the package; `learn` as in the package."""

    def __init__(self, f: pd.DataFrame, over: str, learn: str) -> None:
        self.f, self.who = f, f.person.to_numpy()
        self.x = sm.add_constant(f[["s", "x"]]).to_numpy(float)
        self.xm = np.column_stack([self.x, f.m])
        self.a, self.p, self.y, self.i = (f[c].to_numpy(float) for c in ("a", "p", "end", "available"))
        far = (self.i == 0) if learn == "all" else np.zeros(len(f), dtype=bool)
        self.on1, self.on0 = ((self.i == 1) & (self.a == k) | far for k in (1, 0))
        counts = np.ones(len(f)) if over == "all" else self.i
        t = pd.Series(counts).groupby(self.who).transform("sum").to_numpy()
        self.omega = counts / t * t[t > 0].mean()
        self.people = pd.unique(self.who)

    def solve(self) -> Array:
        def ols(x: Array, y: Array, on: Array) -> Array:
            return np.asarray(sm.OLS(y[on], x[on]).fit().params)

        ok = self.i == 1
        q = sm.GLM(self.a[ok], self.xm[ok], family=sm.families.Binomial()).fit(tol=1e-14).params
        mu1 = ols(self.xm, self.y, self.on1)
        parts = [q, ols(self.x, self.y, self.on1), ols(self.x, self.y, self.on0), mu1]
        parts.append(ols(self.x, self.xm @ mu1, self.on0))
        phis = self.phis(*parts)
        effects = [(self.omega * d).sum() / self.omega.sum() for d in phis]
        return np.concatenate([effects, *parts])

    def phis(self, q: Array, eta1: Array, eta0: Array, mu1: Array, nu1: Array) -> tuple[Array, Array]:
        q1 = expit(self.xm @ q)
        e1, e0, n1, m1 = self.x @ eta1, self.x @ eta0, self.x @ nu1, self.xm @ mu1
        one, zero = self.a / self.p, (1 - self.a) / (1 - self.p)
        phi11, phi00 = one * (self.y - e1) + e1, zero * (self.y - e0) + e0
        phi10 = self.a * (1 - q1) / ((1 - self.p) * q1) * (self.y - m1) + zero * (m1 - n1) + n1
        return self.i * (phi10 - phi00), self.i * (phi11 - phi10)

    def persons(self, theta: Array) -> Array:
        q, eta1, eta0, mu1, nu1 = np.split(theta[2:], np.cumsum([4, 3, 3, 4]))
        direct, indirect = self.phis(q, eta1, eta0, mu1, nu1)
        rows = [
            (self.omega * (direct - theta[0]))[:, None],
            (self.omega * (indirect - theta[1]))[:, None],
            (self.i * (self.a - expit(self.xm @ q)))[:, None] * self.xm,
            (self.on1 * (self.y - self.x @ eta1))[:, None] * self.x,
            (self.on0 * (self.y - self.x @ eta0))[:, None] * self.x,
            (self.on1 * (self.y - self.xm @ mu1))[:, None] * self.xm,
            (self.on0 * (self.xm @ mu1 - self.x @ nu1))[:, None] * self.x,
        ]
        return np.asarray(pd.DataFrame(np.hstack(rows)).groupby(self.who).sum().loc[self.people])

    def changes(self, theta: Array) -> Array:
        """(M - E_i)^-1 U_i with numerical derivatives."""
        size, step = len(theta), 1e-5
        slopes = [(self.persons(theta + step * e) - self.persons(theta - step * e)) / (2 * step) for e in np.eye(size)]
        own = -np.stack(slopes, axis=2)
        scores = self.persons(theta)
        return np.linalg.solve(own.sum(axis=0) - own, scores[:, :, None])[:, :, 0]


@pytest.mark.parametrize("over", ["all", "available"])
@pytest.mark.parametrize("learn", ["available", "all"])
def test_the_equations_written_out(over: str, learn: str) -> None:
    f = course()
    effect = mediated_effect(f.sample(frac=1, random_state=1), **ASKED, over=over, learn=learn)
    written = Written(f, over, learn)
    theta = written.solve()
    np.testing.assert_allclose(effect.theta, theta[:2], atol=1e-8)
    u = written.persons(theta)[:, :2] / written.omega.sum()
    np.testing.assert_allclose(effect.vcov_uncorrected, u.T @ u, rtol=1e-6)
    j = written.changes(theta)[:, :2]
    np.testing.assert_allclose(effect.vcov, j.T @ j, rtol=1e-5)


def test_both_effects_are_the_whole() -> None:
    """With the same models the direct and the indirect effect add up to the distal effect, whatever the mediator's model."""
    from microcare.optimization.distal import distal_effect

    f = course()
    effect = mediated_effect(f, **ASKED, mediator_form="~ s * m + x")
    whole = distal_effect(f, **{k: v for k, v in ASKED.items() if k != "mediator"})
    assert effect.total()[0].estimate == pytest.approx(whole.beta[0], abs=1e-10)
    assert effect.sensitivity is None or effect.sensitivity.to_zero > 0


@pytest.mark.slow
def test_the_truth_is_found_and_covered() -> None:
    found, missed = [], np.zeros(2)
    for seed in range(300):
        effect = mediated_effect(course(persons=30, seed=seed), **ASKED, over="available")
        found.append(effect.theta)
        missed += [not r.lower <= 0.2 <= r.upper for r in effect.effects()]
    off = (np.mean(found, axis=0) - 0.2) / (np.std(found, axis=0) / np.sqrt(300))
    assert np.abs(off).max() < 3.5
    assert (missed <= 28).all() and (missed >= 2).all()


@pytest.mark.slow
def test_a_hidden_cause_makes_it_wrong_and_the_sentence_says_so() -> None:
    clean, hidden = (mediated_effect(course(1500, seed=3, hidden=h), **ASKED, over="available") for h in (0.0, 1.0))
    assert abs(clean.indirect()[0].estimate - 0.2) < 4 * clean.indirect()[0].se
    assert hidden.indirect()[0].estimate - 0.2 > 4 * hidden.indirect()[0].se
    assert "nothing unmeasured moves both m and end" in hidden.sentence()
    share = clean.share()
    assert share.lower is not None and share.upper is not None and share.lower < 0.5 < share.upper


def test_a_cause_as_strong_as_the_robustness_value_explains_the_effect_away() -> None:
    """The largest bias of a cause that explains r of both is |slope| sqrt(r r / (1 - r)) / f, so that at r it is the slope."""
    effect = mediated_effect(course(200), **ASKED)
    known = effect.sensitivity
    assert known is not None
    f = course(200)
    f = f[(f.available == 1) & (f.a == 1)]
    fitted = sm.OLS(f.end, sm.add_constant(f[["s", "x", "m"]])).fit()
    strength = abs(fitted.tvalues["m"]) / np.sqrt(fitted.df_resid)
    assert known.to_zero / np.sqrt(1 - known.to_zero) == pytest.approx(strength)
    assert 0 <= known.to_doubt <= known.to_zero
    assert set(known.measured) == {"s", "x"}
    explained = sm.OLS(f.m, sm.add_constant(f[["s", "x"]])).fit()
    assert known.measured["x"][0] == pytest.approx(
        explained.tvalues["x"] ** 2 / (explained.tvalues["x"] ** 2 + explained.df_resid)
    )


def test_a_share_has_limits_only_where_there_is_a_whole() -> None:
    none = fieller(0.1, 0.1, np.array([[0.01, 0.0], [0.0, 0.01]]), 50)
    assert (none.estimate, none.lower, none.upper) == (None, None, None)
    v = np.array([[0.004, 0.003], [0.003, 0.005]])
    share = fieller(0.5, 1.0, v, 40)
    assert share.lower is not None and share.upper is not None
    for limit in (share.lower, share.upper):
        t = (0.5 - limit) / np.sqrt(np.array([1, -limit]) @ v @ np.array([1, -limit]))
        assert abs(t) == pytest.approx(stats.t.ppf(0.975, 40))


REFUSED: dict[str, tuple[Any, dict[str, Any], str]] = {
    "the mediator tells the dose": (lambda f: f.assign(m=20.0 * f.a + f.m / 100), {}, "all but tells|no solution"),
    "the mediator among the controls": (None, {"controls": "~ s + m"}, "take it out"),
    "the mediator among the moderators": (None, {"moderators": "~ m"}, "take it out"),
    "a form without it": (None, {"mediator_form": "~ s + x"}, "not in it"),
    "unknown mediator": (lambda f: f.assign(m=f.m.where(f.t > 0)), {}, "m is unknown"),
    "no such mediator": (None, {"mediator": "steps"}, "no column steps"),
    "folds": (None, {"folds": 5}, "folds"),
    "too few": (lambda f: f[f.person < 5], {}, "cannot carry"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    change, more, said = REFUSED[case]
    f = course() if change is None else change(course())
    with pytest.raises(Refusal, match=said):
        mediated_effect(f, **ASKED | more)


def test_what_a_machine_reads() -> None:
    found = mediated_effect(course(), **ASKED).as_dict()
    assert found["assumptions"] == list(mediation.ASSUMPTIONS)
    assert [r["term"] for r in found["direct"] + found["indirect"] + found["total"]] == [
        "direct:(Intercept)", "indirect:(Intercept)", "total:(Intercept)",
    ]  # fmt: skip
    assert found["sensitivity"]["to_zero"] >= found["sensitivity"]["to_doubt"]


def test_those_who_left_count_in_both_effects() -> None:
    """The direct and the indirect effect still add up to the distal one, and so do their changes."""
    from microcare.optimization.distal import distal_effect

    f = course(persons=60)
    f["base"] = f.groupby("person").x.transform("mean")
    f["end"] = f.end.where(~((f.base > 0) & (f.person % 3 == 0)))
    more: dict[str, Any] = {"missing": "ipw", "missing_model": "~ base"}
    effect = mediated_effect(f, **ASKED, **more)
    whole = distal_effect(f, **{k: v for k, v in ASKED.items() if k != "mediator"}, **more)
    assert effect.total()[0].estimate == pytest.approx(whole.beta[0], abs=1e-10)
    np.testing.assert_allclose(effect.changes.sum(axis=1), whole.changes[:, 0], atol=1e-9)


def test_the_sentence_says_which_way_is_better() -> None:
    f = course(persons=120)
    found = mediated_effect(f, **ASKED, lower_is_better=True)
    row = found.total()[0]
    assert row.lower > 0, "it raises the outcome, and more than chance would make"
    assert found.sentence().endswith(f"Less of {found.outcome} is better, so it does harm")
    assert found.as_dict()["lower_is_better"] is True
    assert "is better" not in mediated_effect(f, **ASKED).sentence()
