"""Regimes embedded in a SMART: any number of stages, which may be the best, refusals."""

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from microcare.optimization import inference
from microcare.optimization.refusal import Refusal
from microcare.optimization.regimes import Regimes, embedded_regimes
from tests.optimization.test_sequences import SMART, smart


def long(persons: int = 900, seed: int = 4) -> pd.DataFrame:
    """Three stages; only who does not respond is randomized again, and at the last stage only after a second option."""
    draw = np.random.Generator(np.random.Philox(seed))
    a, b, c = (
        np.where(draw.random(persons) < p, second, first)
        for p, first, second in [(0.6, "tip", "game"), (0.5, "more", "other"), (0.3, "stop", "call")]
    )
    r, q = (draw.random(persons) < 0.4).astype(int), (draw.random(persons) < 0.5).astype(int)
    b = np.where(r == 1, None, b.astype(object))  # type: ignore[call-overload]
    q = np.where(r == 1, 1, q)
    c = np.where(q == 1, None, c.astype(object))  # type: ignore[call-overload]
    y = draw.normal(size=persons) + (a == "game") + 0.5 * (c == "call") + r + 0.5 * q
    p1, p2, p3 = np.where(a == "game", 0.6, 0.4), np.full(persons, 0.5), np.where(c == "call", 0.3, 0.7)
    return pd.DataFrame({"a": a, "r": r, "b": b, "q": q, "c": c, "y": y, "p1": p1, "p2": p2, "p3": p3})


def test_three_stages_are_what_enumeration_finds() -> None:
    table = long()
    found = embedded_regimes(
        table, outcome="y", options=["a", "b", "c"], responses=["r", "q"], probabilities=["p1", "p2", "p3"]
    )
    assert len(found.values) == 8
    values = {row.term: row.estimate for row in found.values}
    for a, b, c in product(("tip", "game"), ("more", "other"), ("stop", "call")):
        follows = (table.a == a) & (table.r.eq(1) | (table.b == b)) & (table.q.eq(1) | (table.c == c))
        weight = 1 / (table.p1 * np.where(table.r == 1, 1, table.p2) * np.where(table.q == 1, 1, table.p3))
        name = f"begin with {a}; who does not: {b}; who does not (after 0): {c}"
        assert values[name] == pytest.approx(np.average(table.y[follows], weights=weight[follows]))
    assert sum(found.followers) > len(table)


def test_without_probabilities_options_were_equally_likely() -> None:
    table = smart()
    told = embedded_regimes(table, **SMART, probabilities=[0.5, 0.5])
    assert embedded_regimes(table, **SMART).values == told.values


def test_the_covariance_is_that_of_leaving_persons_out() -> None:
    table = smart(60)
    found = embedded_regimes(table, **SMART)
    means = np.array([row.estimate for row in found.values])
    left = [[r.estimate for r in embedded_regimes(table.drop(index=k), **SMART).values] for k in table.index]
    changes = np.array(left) - means
    np.testing.assert_allclose(found.vcov, changes.T @ changes, atol=1e-12)
    row = found.contrasts[0]
    assert row.estimate == pytest.approx(means[0] - means[1])
    assert row.se == pytest.approx(np.sqrt(found.vcov[0, 0] + found.vcov[1, 1] - 2 * found.vcov[0, 1]))


def test_are_all_regimes_worth_the_same() -> None:
    table = smart(500)
    same = embedded_regimes(table, **SMART)
    apart = embedded_regimes(table.assign(y=table.y + 2 * table.a1), **SMART)
    assert same.test is not None and apart.test is not None
    assert apart.test.p < 1e-6 < same.test.p and same.test.df1 == 3
    by_hand = inference.omnibus(
        np.array([r.estimate for r in same.values]), same.vcov, np.eye(4)[1:] - np.eye(4)[0], 496.0
    )
    assert same.test.statistic == pytest.approx(by_hand.statistic)


def test_intervals_together_are_wider_and_the_best_is_among_the_kept() -> None:
    found = embedded_regimes(smart(), **SMART)
    top = max(found.values, key=lambda row: row.estimate)
    assert top.term in found.best
    for k, row in enumerate(found.contrasts):
        assert found.together.lower[k] < row.lower and found.together.upper[k] > row.upper
    lower = embedded_regimes(smart(3000).assign(y=lambda f: f.y + 3 * f.a1), **SMART, lower_is_better=True)
    assert all(name.startswith("begin with 0") for name in lower.best)


def test_persons_in_groups() -> None:
    table = smart(300)
    group = np.arange(300) % 20
    table["y"] += np.random.Generator(np.random.Philox(1)).normal(size=20)[group] * 2
    apart, within = embedded_regimes(table, **SMART), embedded_regimes(table.assign(g=group), **SMART, cluster="g")
    assert within.n_clusters == 20 and within.n_persons == 300
    assert within.values[0].se > 1.5 * apart.values[0].se


def warned(found: Regimes, text: str) -> bool:
    return any(text in warning for warning in found.warnings)


def test_what_is_limited_is_told() -> None:
    table = smart(100)
    late = table.index[table.r == 0][0]
    table.loc[late, "a2"] = np.nan
    assert warned(embedded_regimes(table, **SMART), "1 persons follow no regime")
    gone = embedded_regimes(table.assign(y=table.y.mask(table.index < 5)), **SMART)
    assert warned(gone, "5 persons without outcome") and gone.n_persons == 95
    rare = smart(200)
    rare = rare[~((rare.a1 == 1) & (rare.a2 == 1)) & ~((rare.a1 == 1) & (rare.r == 1))]
    found = embedded_regimes(pd.concat([rare, smart(200).query("a1 == 1 and a2 == 1").head(3)]), **SMART)
    assert warned(found, "hardly anybody followed: begin with 1; who does not: 1 (3)")
    alone = smart(200)
    found = embedded_regimes(alone[~((alone.a1 == 1) & (alone.a2 == 1))], **SMART)
    assert warned(found, "after 1, 0 everybody had 0 in a2")


@pytest.mark.parametrize(
    ("change", "more", "said"),
    [
        (lambda f: f.iloc[:1], {}, "does not vary"),
        (lambda f: f.assign(y=1), {}, "does not vary"),
        (lambda f: f.assign(y="good"), {}, "is no number"),
        (lambda f: f, {"options": ["a1", "a9"]}, "no column a9"),
        (lambda f: f, {"options": ["a1"]}, "0 responses between them, not 1"),
        (lambda f: f, {"probabilities": [0.5]}, "for each of the 2 stages"),
        (lambda f: f, {"probabilities": [0.5, 1.0]}, "probability of a2: it lies"),
        (lambda f: f, {"probabilities": [0.0, 0.5]}, "probability of a1: it lies"),
        (lambda f: f.assign(a1=1, a2=np.nan), {}, "one regime only"),
        (lambda f: f.assign(a1=f.a1.where(f.index > 3)), {}, "4 persons have none"),
        (lambda f: f.assign(r=f.r.where(f.index > 3)), {}, "unknown for 4 persons"),
        (lambda f: f.assign(r=f.x1), {}, "different values"),
        (lambda f: f.assign(id=1), {"person": "id"}, "several rows"),
        (lambda f: f.assign(g=1), {"cluster": "g"}, "at least two of them"),
        (lambda f: f.assign(a2=np.arange(len(f)) % 40), {}, "more than 64 regimes"),
        (lambda f: f.assign(g=f.index % 3), {"cluster": "g"}, "cannot carry"),
    ],
)  # fmt: skip
def test_refusals(change: Any, more: dict[str, Any], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        embedded_regimes(change(smart(200)), **(SMART | more))
