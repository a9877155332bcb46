"""The effect of one dose on the outcome at the end: against the formula written out, refitting, and the truth."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from microcare.optimization.distal import distal_effect
from microcare.optimization.refusal import Refusal

ASKED: dict[str, Any] = {
    "outcome": "end", "treatment": "a", "probability": "p", "person": "person", "availability": "available",
    "moderators": "~ s", "controls": "~ s + x",
}  # fmt: skip


def course(persons: int = 40, points: int = 10, seed: int = 1, unequal: bool = False) -> pd.DataFrame:
    """A course whose doses add up: each gives 0.1 + 0.2 s at the end where the person was available, and moves the next x by
    0.3, which gives 0.05 at the end.
    """
    draw = np.random.Generator(np.random.Philox(seed))
    tables = []
    for person in range(persons):
        count = points - (person % 4 if unequal else 0)
        base, before, total = draw.normal(), 0.0, 0.0
        rows = []
        for t in range(count):
            s, x = int(draw.random() < 0.5), 0.3 * before + draw.normal()
            available, p = int(draw.random() < 0.8), 0.4 + 0.2 * s
            a = int(draw.random() < p) * available
            total += (0.1 + 0.2 * s) * a + 0.05 * x
            rows.append({"t": t, "s": s, "x": x, "available": available, "p": p, "a": a, "base": base})
            before = a
        end = total + base + 0.3 * draw.normal()
        tables.append(pd.DataFrame(rows).assign(person=f"p{person}", end=end))
    return pd.concat(tables, ignore_index=True)


def written_out(f: pd.DataFrame, learn: str = "available", over: str = "all") -> tuple[Any, Any]:
    """Estimate and covariance, models taken as known, in the words of the formula."""
    x = sm.add_constant(f[["s", "x"]])
    ok = (f.available == 1) | (learn == "all")
    mu = [sm.OLS(f.end[ok & (f.a == a)], x[ok & (f.a == a)]).fit().predict(x) for a in (0, 1)]
    chance = np.where(f.a == 1, f.p, 1 - f.p)
    pseudo = (f.available * (-1.0) ** (1 - f.a) / chance * (f.end - (1 - f.p) * mu[1] - f.p * mu[0])).to_numpy()
    counts = np.ones(len(f)) if over == "all" else f.available.to_numpy(float)
    t = pd.Series(counts).groupby(f.person.to_numpy()).transform("sum").to_numpy()
    omega = counts / np.where(t > 0, t, 1)
    s = sm.add_constant(f[["s"]]).to_numpy()
    bread = (s * omega[:, None]).T @ s
    beta = np.linalg.solve(bread, s.T @ (omega * pseudo))
    u = pd.DataFrame(s * (omega * (pseudo - s @ beta))[:, None]).groupby(f.person.to_numpy()).sum().to_numpy()
    inverse = np.linalg.inv(bread)
    return beta, inverse @ u.T @ u @ inverse


@pytest.mark.parametrize("learn", ["available", "all"])
@pytest.mark.parametrize("over", ["available", "all"])
@pytest.mark.parametrize("unequal", [False, True])
def test_the_formula_written_out(learn: str, over: str, unequal: bool) -> None:
    f = course(unequal=unequal)
    effect = distal_effect(f.sample(frac=1, random_state=2), **ASKED, learn=learn, over=over)
    beta, v0 = written_out(f, learn, over)
    np.testing.assert_allclose(effect.beta, beta, atol=1e-10)
    np.testing.assert_allclose(effect.vcov_uncorrected, v0, rtol=1e-8)
    assert any("weighs the same" in n for n in effect.notes) == (unequal or over == "available")


@pytest.mark.parametrize("more", [{}, {"over": "available"}, {"learn": "all"}, {"count": "points"}])
def test_the_changes_are_those_of_estimating_everything_again_without_each_person(more: dict[str, Any]) -> None:
    f = course(persons=14, unequal=more.get("count") == "points")
    whole = distal_effect(f, **ASKED, **more)
    again = [distal_effect(f[f.person != one], **ASKED, **more).theta for one in whole.persons]
    changes = whole.theta - np.array(again)
    np.testing.assert_allclose(whole.changes, changes, atol=1e-9)
    np.testing.assert_allclose(whole.vcov, changes.T @ changes, atol=1e-9)
    assert whole.df == 14 - 2 - 3


def test_cross_fitting_takes_each_persons_models_from_others() -> None:
    """One person a group: models without the person, by hand."""
    f = course(persons=15)
    effect = distal_effect(f, **ASKED | {"moderators": "~ 1", "over": "available", "count": "points"}, folds=15)
    pseudo = []
    for person in f.person.unique():
        rest, own = f[(f.person != person) & (f.available == 1)], f[(f.person == person) & (f.available == 1)]
        mu = [sm.OLS(r.end, sm.add_constant(r[["s", "x"]])).fit() for r in (rest[rest.a == 0], rest[rest.a == 1])]
        m0, m1 = (m.predict(sm.add_constant(own[["s", "x"]], has_constant="add")) for m in mu)
        sign = np.where(own.a == 1, 1 / own.p, -1 / (1 - own.p))
        pseudo.append(sign * (own.end - (1 - own.p) * m1 - own.p * m0))
    assert effect.beta[0] == pytest.approx(float(np.concatenate(pseudo).mean()), abs=1e-10)


@pytest.mark.slow
def test_the_truth_is_found_and_covered() -> None:
    """0.1 + 0.2 s now, 0.3 * 0.05 by the next x (but at the last point): 0.115 and 0.2, in available points."""
    truth, missed, found = np.array([0.1 + 0.015 * 9 / 10, 0.2]), 0, []
    for seed in range(300):
        effect = distal_effect(course(persons=30, seed=20000 + seed), **ASKED, over="available")
        rows = effect.effects()
        missed += not rows[0].lower <= truth[0] <= rows[0].upper
        found.append(effect.beta)
    off = (np.mean(found, axis=0) - truth) / (np.std(found, axis=0) / np.sqrt(300))
    assert np.abs(off).max() < 3.5
    assert 4 <= missed <= 28


def test_a_person_followed_for_longer_weighs_the_same() -> None:
    """Everything of one person twice over changes nothing where persons weigh the same, and something where points do."""
    f = course(persons=20)
    again = f[f.person == "p3"].assign(t=lambda r: r.t + 100)
    twice = pd.concat([f, again])
    kinds = {"count": "persons", "moderators": "~ 1", "controls": "~ 1"}
    fitted = [distal_effect(t, **ASKED | kinds).beta[0] for t in (f, twice)]
    counted = [distal_effect(t, **ASKED | kinds | {"count": "points"}).beta[0] for t in (f, twice)]
    assert abs(fitted[0] - fitted[1]) < 0.25 * abs(counted[0] - counted[1])


def test_the_sentence_and_what_a_machine_reads() -> None:
    effect = distal_effect(course(persons=200), **ASKED | {"moderators": "~ 1"})
    assert "One a at one decision point" in effect.sentence() and "raised end" in effect.sentence()
    assert effect.as_dict()["estimand"].startswith("the difference in end, measured once at the end")


def hole(f: pd.DataFrame) -> pd.DataFrame:
    return f.assign(end=f.end.where(f.person != "p1"))


REFUSED: dict[str, tuple[Any, dict[str, Any], str]] = {
    "an outcome after each point": (lambda f: f.assign(end=f.end + f.t), {}, "more than one value"),
    "known in some rows only": (lambda f: f.assign(end=f.end.where(f.t > 3)), {}, "more than one value"),
    "missing": (hole, {}, "say what to do"),
    "three arms": (lambda f: f.assign(a=f.t % 3), {"probability": [0.3, 0.3]}, "two arms"),
    "too few": (lambda f: f[f.person.isin(["p1", "p2", "p3"])], {}, "3 persons cannot carry"),
    "a choice": (None, {"over": "some"}, "over is one of"),
    "moderators unknown": (lambda f: f.assign(s=f.s.where(f.available == 1)), {}, "over = available"),
    "no column": (None, {"outcome": "ends"}, "did you mean end"),
    "folds": (None, {"folds": 99}, "folds"),
    "collinear": (lambda f: f.assign(x=2.0 * f.s), {}, "follows from"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    change, more, said = REFUSED[case]
    f = course() if change is None else change(course())
    with pytest.raises(Refusal, match=said):
        distal_effect(f, **ASKED | more)


def test_persons_without_the_outcome_may_be_left_out() -> None:
    one, other = distal_effect(hole(course()), **ASKED, missing="drop"), course()
    np.testing.assert_allclose(one.vcov, distal_effect(other[other.person != "p1"], **ASKED).vcov)
    assert "left out" in " ".join(one.warnings)


def left(f: pd.DataFrame, seed: int = 3) -> pd.DataFrame:
    """Persons whose course began well leave more often before the end."""
    draw = np.random.default_rng(seed).random(f.person.nunique())
    start = f.groupby("person", sort=False).base.first()
    gone = start.index[draw > 1 / (1 + np.exp(-1 + start.to_numpy()))]
    return f.assign(end=f.end.where(~f.person.isin(gone)))


def test_those_who_stayed_stand_for_those_who_left() -> None:
    f = left(course(persons=60))
    effect = distal_effect(f, **ASKED, missing="ipw", missing_model="~ base")
    first = f.groupby("person", sort=False).first(numeric_only=True)
    x = sm.add_constant(first[["base"]])
    chance = sm.GLM(first.end.notna().astype(float), x, family=sm.families.Binomial()).fit(tol=1e-14).predict(x)
    known = f[f.end.notna()].assign(w=1 / f.person.map(chance))
    np.testing.assert_allclose(effect.beta, distal_effect(known, **ASKED, weight="w").beta, atol=1e-9)
    assert f"{first.end.isna().sum()} of 60 persons have no end" in " ".join(effect.notes)
    assert effect.n_persons == 60 and effect.df == first.end.notna().sum() - 5
    assert not any("left out" in w for w in effect.warnings)


def test_the_changes_count_who_left() -> None:
    f = left(course(persons=80))
    more: dict[str, Any] = {"missing": "ipw", "missing_model": "~ base"}
    whole = distal_effect(f, **ASKED, **more)
    again = [distal_effect(f[f.person != one], **ASKED, **more).theta for one in whole.persons[:25]]
    scale = np.sqrt(np.diag(whole.vcov))
    assert np.abs((whole.changes[:25] - (whole.theta - np.array(again))) / scale).max() < 0.05
    gone = set(f[f.end.isna()].person)
    moved = np.abs(whole.changes[[p in gone for p in whole.persons]] / scale).max()
    assert 0.001 < moved < 0.5


@pytest.mark.parametrize(
    ("model", "said"), [(None, "missing_model"), ("~ x", "changes within a person"), ("~ far", "no column far")]
)
def test_a_model_of_who_left_is_of_what_was_known_at_the_start(model: str | None, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        distal_effect(left(course()), **ASKED, missing="ipw", missing_model=model)


@pytest.mark.parametrize(("sign", "verdict"), [(1, ", so it does harm."), (-1, ", so it helps."), (0, ".")])
def test_the_sentence_says_which_way_is_better(sign: int, verdict: str) -> None:
    f = course(persons=200)
    noise = np.random.default_rng(2).normal(size=200).repeat(10)
    asked = ASKED | {"moderators": "~ 1"}
    f["end"] = sign * f.end if sign else noise
    said = distal_effect(f, **asked, lower_is_better=True).sentence()
    assert said.endswith(f"Less of end is better{verdict}"), said
    assert "is better" not in distal_effect(f, **asked).sentence()
