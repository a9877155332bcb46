"""Which option next, for whom: decision rules of several stages, learned backwards.

Q-learning by regression (Murphy, J Mach Learn Res 2005;6:1073) or dynamic weighted least squares, which is right if either
the outcome's or the treatment's model is (Wallace, Moodie; Biometrics 2015;71:636). What a later stage is worth contains a
maximum, so the usual standard error of an earlier stage is wrong; its intervals come from the m-out-of-n bootstrap with m
chosen by how close to no effect the later stage is (Chakraborty, Laber, Zhao; Biometrics 2013;69:714).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from microcare.optimization import designs, inference, sandwich, tables
from microcare.optimization.arrays import Floats, Marks, Places
from microcare.optimization.inference import Row
from microcare.optimization.refusal import Refusal
from microcare.optimization.simulated import generator
from microcare.optimization.tables import Number, Table

METHODS = ("q", "dwols")
TUNING = 0.05
"""Chakraborty's xi: m = n^((1 + xi (1 - share)) / (1 + xi))."""
Turns = Callable[[range], Iterable[int]]


@dataclass(frozen=True)
class Stage:
    """One decision: 0 or 1 in `treatment`, empty for whoever had no decision there. `moderators` may change what is best,
    `controls` predict the outcome; `probability` is that of 1 (a column or number)."""

    treatment: str
    moderators: str = "~ 1"
    controls: str = "~ 1"
    probability: Number = 0.5


@dataclass(frozen=True)
class StageRule:
    """What was learned of one stage: the effect's terms, and the rule as text."""

    stage: int
    effects: tuple[Row, ...]
    rule: str
    n_persons: int
    regular: bool
    treated: float
    """The share of persons for whom the rule says 1."""
    agreeing: float
    """The share who had what the rule says."""


@dataclass(frozen=True)
class Sequences:
    """The rules of all stages, and what following them is worth."""

    stages: tuple[StageRule, ...]
    value: Row
    observed: float
    n_persons: int
    followers: int
    method: str
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything, for machines."""
        return {
            "method": self.method,
            "stages": [
                {
                    "stage": s.stage, "effects": [row.as_dict() for row in s.effects], "rule": s.rule, "n_persons": s.n_persons,
                    "interval": "t" if s.regular else "m-out-of-n bootstrap", "share_treated": s.treated, "share_agreeing": s.agreeing,
                }
                for s in self.stages
            ],
            "value": self.value.as_dict(),
            "observed_mean": self.observed,
            "n_persons": self.n_persons,
            "n_following": self.followers,
            "warnings": list(self.warnings),
        }  # fmt: skip


@dataclass(frozen=True)
class _Arrays:
    """One stage as arrays of all persons: whether there was a decision, what it was, and the two designs."""

    there: Marks
    a: Floats
    p: Floats
    s: Floats
    z: Floats
    terms: tuple[str, ...]


def learn(
    table: Table,
    *,
    outcome: str,
    stages: Sequence[Stage],
    method: str = "q",
    bootstraps: int = 1000,
    seed: int = 1,
    level: float = 0.95,
    turns: Turns = iter,
) -> Sequences:
    """Learn the rules of all stages from a table with one row a person; higher outcomes are better.

    People with fewer stages leave the later ones empty: their outcome is taken as it is there.

    Raises:
        Refusal: everything that speaks against a number.
    """
    if method not in METHODS:
        raise Refusal(f"there is no method {method}; there are {', '.join(METHODS)}")
    if not stages:
        raise Refusal("there is at least one stage")
    y, arrays, warnings = _read(table, outcome, stages)
    fitted = _backwards(y, arrays, np.arange(len(y)), method)
    drawn = _bootstrap(y, arrays, fitted, method, bootstraps, seed, turns) if len(stages) > 1 else []
    rules = []
    for number, (stage, found) in enumerate(zip(arrays, fitted, strict=True)):
        last = number == len(arrays) - 1
        rows = inference.rows(stage.terms, found.blip, found.vcov, found.df, level)
        if not last:
            rows = tuple(_hybrid(row, drawn[number][:, k], found.rate, level) for k, row in enumerate(rows))
        rules.append(_rule(number + 1, stage, found, rows, last))
    value, followers = _value(y, arrays, fitted, level)
    return Sequences(tuple(rules), value, float(y.mean()), len(y), followers, method, tuple(warnings))


def _read(table: Table, outcome: str, stages: Sequence[Stage]) -> tuple[Floats, list[_Arrays], list[str]]:
    asked = [outcome]
    for stage in stages:
        asked += [stage.treatment, *designs.variables(stage.moderators), *designs.variables(stage.controls)]
        asked += [str(stage.probability)] if tables.as_number(stage.probability) is None else []
    frame = tables.read(table, asked)
    y = tables.numbers(frame, outcome, "outcome")
    here = np.isfinite(y)
    warnings = [f"{int((~here).sum())} persons without outcome are left out"] if not here.all() else []
    frame, y = frame.loc[here].reset_index(drop=True), y[here]
    if len(y) < 10 or np.ptp(y) == 0:
        raise Refusal("rules are learned from at least ten persons whose outcomes differ")
    return y, [_stage(frame, stage, number + 1) for number, stage in enumerate(stages)], warnings


def _stage(frame: pd.DataFrame, stage: Stage, number: int) -> _Arrays:
    a = tables.numbers(frame, stage.treatment, f"treatment of stage {number}")
    there = np.isfinite(a)
    if set(np.unique(a[there])) != {0.0, 1.0}:
        raise Refusal(f"treatment {stage.treatment}: it is 0 and 1, both of them, or empty where there was no decision")
    p = tables.number_or_column(frame, stage.probability, f"probability of stage {number}")
    if not ((p[there] > 0) & (p[there] < 1)).all():
        raise Refusal(f"probability of stage {number}: it lies between 0 and 1 wherever there was a decision")
    rows = np.flatnonzero(there)
    moderators = designs.design(frame.loc[there], rows, stage.moderators, f"moderators of stage {number}")
    controls = designs.design(frame.loc[there], rows, stage.controls, f"controls of stage {number}")
    missed = designs.contains(controls.matrix, moderators.matrix, moderators.terms)
    if missed:
        raise Refusal(f"the controls of stage {number} miss the moderator {', '.join(missed)}: add it to the controls")
    both = np.hstack([controls.matrix, moderators.matrix * a[there][:, None]])
    designs.independent(both, (*controls.terms, *moderators.terms), f"stage {number}")
    full = [np.zeros((len(a), d.matrix.shape[1])) for d in (moderators, controls)]
    for matrix, d in zip(full, (moderators, controls), strict=True):
        matrix[there] = d.matrix
    return _Arrays(there, np.where(there, a, 0.0), np.where(there, p, 0.5), full[0], full[1], moderators.terms)


@dataclass(frozen=True)
class _Fit:
    blip: Floats
    vcov: Floats
    df: float
    rate: float = 1.0


def _backwards(y: Floats, arrays: Sequence[_Arrays], rows: Places, method: str) -> list[_Fit]:
    """Every stage's blip for these persons (with repetition in a bootstrap), from the last stage to the first."""
    value = y[rows].copy()
    found: list[_Fit] = []
    for stage in reversed(arrays):
        there = stage.there[rows]
        s, z, a, p = stage.s[rows][there], stage.z[rows][there], stage.a[rows][there], stage.p[rows][there]
        x = np.hstack([z, s * a[:, None]])
        weight = np.abs(a - p) if method == "dwols" else np.ones(len(a))
        found.append(_regressed(x, value[there], weight, s.shape[1]))
        blip = s @ found[-1].blip
        value[there] += np.maximum(blip, 0) - a * blip
    return found[::-1]


def _regressed(x: Floats, value: Floats, weight: Floats, terms: int) -> _Fit:
    bread = x.T @ (x * weight[:, None])
    theta = np.linalg.lstsq(bread, x.T @ (weight * value), rcond=None)[0]
    n, k = x.shape
    inference.enough(n - k, n, k)
    scores = x * (weight * (value - x @ theta))[:, None]
    leverage = weight * np.einsum("ij,jk,ik->i", x, np.linalg.pinv(bread), x)
    inverse = np.linalg.pinv(bread)
    corrected = scores / np.maximum(1 - leverage, 1e-8)[:, None]
    vcov = inverse @ (corrected.T @ corrected) @ inverse
    return _Fit(theta[-terms:], vcov[-terms:, -terms:], float(n - k))


def _bootstrap(
    y: Floats, arrays: Sequence[_Arrays], fitted: list[_Fit], method: str, count: int, seed: int, turns: Turns
) -> list[Floats]:
    """sqrt(m) (estimate of a resample - estimate) of each stage but the last, (count, terms)."""
    n = len(y)
    share = _close(arrays[-1], fitted[-1])
    m = int(np.ceil(n ** ((1 + TUNING * (1 - share)) / (1 + TUNING))))
    if count < 100:
        raise Refusal("an interval by the bootstrap needs at least 100 resamples")
    drawn: list[list[Floats]] = [[] for _ in arrays]
    for number in turns(range(count)):
        rows = generator(seed, number).integers(0, n, m)
        try:
            again = _backwards(y, arrays, rows, method)
        except (Refusal, np.linalg.LinAlgError):
            continue
        for k, one in enumerate(again):
            drawn[k].append(np.sqrt(m) * (one.blip - fitted[k].blip))
    if len(drawn[0]) < 0.9 * count:
        raise Refusal("too many resamples cannot be analyzed: an option is too rare for so many terms")
    for k, one in enumerate(fitted):
        fitted[k] = _Fit(one.blip, one.vcov, one.df, float(np.sqrt(n)))
    return [np.stack(parts) for parts in drawn]


def _close(stage: _Arrays, fit: _Fit) -> float:
    """The share of persons whose effect at a stage cannot be told from none."""
    s = stage.s[stage.there]
    blip = s @ fit.blip
    variance = np.einsum("ij,jk,ik->i", s, fit.vcov, s)
    return float(np.mean(blip**2 <= stats.chi2.ppf(0.95, 1) * np.maximum(variance, 1e-300)))


def _hybrid(row: Row, drawn: Floats, root: float, level: float) -> Row:
    """The bootstrap's hybrid interval, and the chance of 0 by its own test."""
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    below = float(np.mean(drawn >= root * row.estimate))
    p = min(1.0, 2 * min(below, float(np.mean(drawn <= root * row.estimate))) + 1 / len(drawn))
    se = float(drawn.std() / root)
    return Row(
        row.term, row.estimate, se, row.df, row.estimate - float(high) / root, row.estimate - float(low) / root, p
    )


def _rule(number: int, stage: _Arrays, fit: _Fit, rows: tuple[Row, ...], last: bool) -> StageRule:
    wanted = stage.s[stage.there] @ fit.blip > 0
    had = stage.a[stage.there] == 1
    parts = [
        f"{v:+.3g}" if t == designs.INTERCEPT else f"{v:+.3g} {t}" for t, v in zip(stage.terms, fit.blip, strict=True)
    ]
    text = f"choose 1 if {' '.join(parts).removeprefix('+')} is above 0, else 0"
    return StageRule(
        number, rows, text, int(stage.there.sum()), last, float(wanted.mean()), float((wanted == had).mean())
    )


def _value(y: Floats, arrays: Sequence[_Arrays], fitted: Sequence[_Fit], level: float) -> tuple[Row, int]:
    """The mean outcome if everybody followed the rules, from those who did, weighted by the inverse of their chance to.

    It is learned and valued on the same people, and so a little too good; a caution says so.
    """
    weight = np.ones(len(y))
    for stage, fit in zip(arrays, fitted, strict=True):
        wanted = (stage.s @ fit.blip > 0).astype(np.float64)
        chance = np.where(wanted == 1, stage.p, 1 - stage.p)
        weight *= np.where(stage.there, (stage.a == wanted) / chance, 1.0)
    followers = int((weight > 0).sum())
    if followers < 2:
        raise Refusal("fewer than two persons followed the rules that were learned: their worth cannot be told")
    mean = float((weight * y).sum() / weight.sum())
    score = (weight * (y - mean))[:, None]
    covered = sandwich.covariances(np.array([[weight.sum()]]), score, weight[:, None, None])
    return inference.combination(np.array([mean]), covered.corrected, np.ones(1), len(y) - 1, "value", level), followers
