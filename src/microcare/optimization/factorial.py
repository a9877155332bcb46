"""The analysis of an optimization trial (MOST): which components to keep.

Effect coding: each factor is -1 and +1, so that in a balanced design the effects do not mix, and a main effect is the
difference of the two levels' means, twice the coefficient (Collins, Optimization of Behavioral, Biobehavioral, and
Biomedical Interventions, 2018).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from microcare.optimization import designs, inference, sandwich, tables
from microcare.optimization.arrays import Floats
from microcare.optimization.inference import Row
from microcare.optimization.multiplicity import adjusted
from microcare.optimization.refusal import Refusal
from microcare.optimization.tables import Table

FAMILIES = ("identity", "logit")


@dataclass(frozen=True)
class FactorialEffects:
    """`rows` are the coefficients (intercept, covariates, factors, interactions); `effects` twice those of the factors.

    `aliases` says which other effects each estimated one cannot be told from.
    """

    rows: tuple[Row, ...]
    effects: tuple[Row, ...]
    adjusted: tuple[float, ...]
    vcov: Floats
    df: float
    aliases: Mapping[str, tuple[str, ...]]
    decisions: Mapping[str, str]
    n_persons: int
    notes: tuple[str, ...]
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything, for machines."""
        effects = [row.as_dict() | {"p_adjusted": p} for row, p in zip(self.effects, self.adjusted, strict=True)]
        return {
            "effects": effects,
            "coefficients": [row.as_dict() for row in self.rows],
            "vcov": self.vcov.tolist(),
            "df": self.df,
            "aliases": {term: list(others) for term, others in self.aliases.items()},
            "decisions": dict(self.decisions),
            "n_persons": self.n_persons,
            "notes": list(self.notes),
            "warnings": list(self.warnings),
        }


def factorial_effects(
    table: Table,
    *,
    outcome: str,
    factors: Sequence[str],
    order: int | None = None,
    covariates: str = "~ 1",
    cluster: str | None = None,
    family: str = "identity",
    costs: Mapping[str, float] | None = None,
    worth: float = 0.0,
    method: str = "holm",
    level: float = 0.95,
) -> FactorialEffects:
    """Main effects and interactions up to `order` (all, if not given) of two-level factors.

    With `cluster` (persons in groups, or repeated rows of a person) errors belong together, and the covariance is Mancl
    and DeRouen's. `costs` are of each factor's upper level, `worth` is how much of the outcome one unit of cost must buy.

    Raises:
        Refusal: everything that speaks against a number.
    """
    if family not in FAMILIES:
        raise Refusal(f"there is no family {family}; there are {', '.join(FAMILIES)}")
    asked = [outcome, *factors, *designs.variables(covariates), *([cluster] if cluster else [])]
    frame = tables.read(table, asked)
    if not factors or len(set(factors)) < len(factors):
        raise Refusal("name each factor once")
    y = tables.numbers(frame, outcome, "outcome")
    used = np.isfinite(y) & frame[list(factors)].notna().all(axis=1).to_numpy()
    frame, y = frame.loc[used], y[used]
    if len(y) < 2 or np.ptp(y) == 0:
        raise Refusal(f"outcome {outcome}: it does not vary; there is nothing to explain")
    coded = np.stack([_coded(frame, factor) for factor in factors], axis=1)
    terms, columns, aliases = _terms(coded, list(factors), order or len(factors))
    more = designs.design(frame, np.flatnonzero(used), covariates, "covariates")
    names = (*more.terms, *terms)
    x = np.hstack([more.matrix, columns])
    designs.independent(x, names, "the factors and covariates")
    lost = int((~used).sum())
    warnings = [f"{lost} rows without outcome or factor are left out"] if lost else []
    theta, vcov, df = _fitted(x, y, family, frame[cluster] if cluster else None)
    quantile_df = df if family == "identity" or cluster else np.inf
    rows = inference.rows(names, theta, vcov, quantile_df, level)
    start = len(more.terms)
    effects = inference.rows(terms, 2 * theta[start:], 4 * vcov[start:, start:], quantile_df, level)
    return FactorialEffects(
        rows, effects, tuple(adjusted([r.p for r in effects], method)), vcov, df, aliases,
        _decisions(effects, factors, costs or {}, worth), len(y), tuple(_notes(coded, aliases, family)), tuple(warnings),
    )  # fmt: skip


def _coded(frame: pd.DataFrame, factor: str) -> Floats:
    """-1 for the lower level and +1 for the upper one, by number or by alphabet."""
    levels = sorted(frame[factor].unique().tolist())
    if len(levels) != 2:
        raise Refusal(
            f"factor {factor}: it has {len(levels)} levels ({', '.join(map(str, levels[:6]))}); a factor has two"
        )
    return np.where((frame[factor] == levels[1]).to_numpy(), 1.0, -1.0)


def _terms(coded: Floats, factors: list[str], order: int) -> tuple[tuple[str, ...], Floats, dict[str, tuple[str, ...]]]:
    """All products up to an order, by degree; of those that are equal in this design only the simplest, with the others."""
    count = len(factors)
    sets = [s for degree in range(1, count + 1) for s in combinations(range(count), degree)]
    sets.sort(key=lambda s: (len(s), sum(1 << k for k in s)))
    cells = np.unique(coded, axis=0)
    kept: dict[str, tuple[Floats, Floats]] = {}
    aliases: dict[str, tuple[str, ...]] = {}
    for members in sets:
        name = ":".join(factors[k] for k in members)
        cell = np.prod(cells[:, members], axis=1)
        if np.ptp(cell) == 0:
            aliases["(Intercept)"] = (*aliases.get("(Intercept)", ()), name)
            continue
        same = next((k for k, (other, _) in kept.items() if abs(float(other @ cell)) > len(cell) - 0.5), None)
        if same is not None:
            aliases[same] = (*aliases.get(same, ()), name)
        elif len(members) <= order:
            kept[name] = (cell, np.prod(coded[:, members], axis=1))
    return tuple(kept), np.stack([column for _, column in kept.values()], axis=1), aliases


def _fitted(x: Floats, y: Floats, family: str, cluster: pd.Series | None) -> tuple[Floats, Floats, float]:
    k = x.shape[1]
    theta, weight = _solved(x, y, family)
    mean = x @ theta if family == "identity" else 1 / (1 + np.exp(-(x @ theta)))
    bread = x.T @ (x * weight[:, None])
    if cluster is None:
        inference.enough(len(y) - k, len(y), k)
        residual = y - mean
        scale = float(residual @ residual) / (len(y) - k) if family == "identity" else 1.0
        return theta, scale * np.linalg.inv(bread), float(len(y) - k)
    codes, units = pd.factorize(cluster, use_na_sentinel=True)
    if (codes < 0).any():
        raise Refusal("a row belongs to no cluster")
    inference.enough(len(units) - k, len(units), k)
    scores = sandwich.person_sums(codes, len(units), x * (y - mean)[:, None])
    own = sandwich.person_outer(codes, len(units), x, x * weight[:, None])
    return theta, sandwich.covariances(bread, scores, own, tuple(units)).corrected, float(len(units) - k)


def _solved(x: Floats, y: Floats, family: str) -> tuple[Floats, Floats]:
    if family == "identity":
        return np.linalg.lstsq(x, y, rcond=None)[0], np.ones(len(y))
    if not set(np.unique(y)) <= {0.0, 1.0}:
        raise Refusal("the family logit needs an outcome of 0 and 1")
    theta = np.zeros(x.shape[1])
    for _ in range(100):
        mean = 1 / (1 + np.exp(-(x @ theta)))
        weight = mean * (1 - mean)
        step = np.linalg.lstsq(x.T @ (x * weight[:, None]), x.T @ (y - mean), rcond=None)[0]
        theta = theta + step / max(1.0, float(np.abs(step).max()) / 5)
        if np.abs(step).max() < 1e-12:
            mean = 1 / (1 + np.exp(-(x @ theta)))
            return theta, mean * (1 - mean)
    raise Refusal("the model has no solution: a factor divides those with from those without the outcome")


def _decisions(
    effects: Sequence[Row], factors: Sequence[str], costs: Mapping[str, float], worth: float
) -> dict[str, str]:
    """For each component: keep, drop, or not known yet; by the interval against what its cost must buy."""
    found = {}
    for row in effects:
        if row.term not in factors:
            continue
        cost = costs.get(row.term, 0.0)
        needed = cost * worth
        against = f"what its cost must buy ({needed:.3g})" if needed else "0"
        shown = f"{row.estimate:.3g} ({row.lower:.3g} to {row.upper:.3g})"
        if row.lower > needed:
            found[row.term] = f"keep: its effect {shown} is above {against}"
        elif row.upper < needed:
            found[row.term] = f"drop: its effect {shown} is below {against}"
        else:
            found[row.term] = f"not known yet: its effect {shown} may lie on either side of {against}"
    return found


def _notes(coded: Floats, aliases: Mapping[str, tuple[str, ...]], family: str) -> list[str]:
    cells, counts = np.unique(coded, axis=0, return_counts=True)
    found = [f"{len(cells)} cells of {2 ** coded.shape[1]}, {counts.min()} to {counts.max()} persons each"]
    if counts.min() != counts.max():
        found.append(
            "the cells are not equal: each effect averages over the other factors' levels with equal weight, by the model"
        )
    if aliases:
        found.append("a fraction of all cells: each effect stands for itself and for those it is aliased with")
    if family == "logit":
        found.append("effects are logarithms of odds ratios")
    return found
