"""The analysis of an optimization trial (MOST): which components to keep.

Effect coding: each factor is -1 and +1, so that in a balanced design the effects do not mix, and a main effect is the
difference of the two levels' means, twice the coefficient (Collins, Optimization of Behavioral, Biobehavioral, and
Biomedical Interventions, 2018).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from microcare.optimization import designs, inference, keeping, sandwich, tables
from microcare.optimization.aliasing import Aliasing, aliasing
from microcare.optimization.arrays import Floats, Places
from microcare.optimization.inference import Row
from microcare.optimization.keeping import Package, Worth
from microcare.optimization.multiplicity import Together, adjusted, together
from microcare.optimization.nuisances import logistic
from microcare.optimization.refusal import Refusal
from microcare.optimization.tables import Table

FAMILIES = ("identity", "logit")
ERRORS = ("equal", "robust")
FEW = 20
"""Below so many clusters an analysis says that there are few."""


@dataclass(frozen=True)
class FactorialEffects:
    """`rows` are the coefficients (intercept, covariates, factors, interactions); `effects` twice those of the factors.

    `adjusted` are the effects' p-values by the method asked for, `together` their simultaneous intervals. `aliases` says
    which other effects each estimated one cannot be told from; a minus stands before those that are its opposite.
    """

    rows: tuple[Row, ...]
    effects: tuple[Row, ...]
    adjusted: tuple[float, ...]
    together: Together
    vcov: Floats
    vcov_uncorrected: Floats
    df: float
    aliasing: Aliasing
    decisions: Mapping[str, str]
    packages: tuple[Package, ...]
    cells: tuple[Mapping[str, Any], ...]
    n_persons: int
    n_clusters: int
    notes: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def aliases(self) -> Mapping[str, tuple[str, ...]]:
        """By estimated effect, those it cannot be told from."""
        return self.aliasing.aliases

    def as_dict(self) -> dict[str, Any]:
        """Everything, for machines."""
        chances = [row.p for row in self.effects]
        holm, false = adjusted(chances, "holm"), adjusted(chances, "bh")
        effects = [
            row.as_dict()
            | {"p_adjusted": self.adjusted[k], "p_holm": float(holm[k]), "p_bh": float(false[k])}
            | {"lower_together": float(self.together.lower[k]), "upper_together": float(self.together.upper[k])}
            for k, row in enumerate(self.effects)
        ]
        return {
            "effects": effects,
            "coefficients": [row.as_dict() for row in self.rows],
            "vcov": self.vcov.tolist(),
            "vcov_uncorrected": self.vcov_uncorrected.tolist(),
            "df": self.df if np.isfinite(self.df) else None,
            "aliases": {term: list(others) for term, others in self.aliases.items()},
            "defining_relation": self.aliasing.relation,
            "resolution": self.aliasing.resolution or None,
            "leaks": {term: dict(row) for term, row in self.aliasing.leaks.items()},
            "decisions": dict(self.decisions),
            "packages": [package.as_dict() for package in self.packages],
            "cells": [dict(cell) for cell in self.cells],
            "n_persons": self.n_persons,
            "n_clusters": self.n_clusters,
            "notes": list(self.notes),
            "warnings": list(self.warnings),
        }


def factorial_effects(
    table: Table,
    *,
    outcome: str,
    factors: Sequence[str],
    order: int | None = None,
    terms: Sequence[str] | None = None,
    covariates: str = "~ 1",
    cluster: str | None = None,
    person: str | None = None,
    family: str = "identity",
    errors: str = "equal",
    costs: Mapping[str, float] | None = None,
    worth: float = 0.0,
    budget: float | None = None,
    lower_is_better: bool = False,
    method: str = "holm",
    level: float = 0.95,
) -> FactorialEffects:
    """Main effects and interactions up to `order` (all, if not given) of two-level factors, or exactly the `terms`.

    With `cluster` (groups of persons, or the person of repeated rows) errors belong together, and the covariance is Mancl
    and DeRouen's; `person` alone is such a cluster. Without, errors are equally spread, or anyhow (`errors="robust"`).
    `costs` are of each factor's upper level, `worth` is how much of the outcome one unit of cost must buy.

    Raises:
        Refusal: everything that speaks against a number.
    """
    _known(family, errors, factors, costs or {})
    groups = [name for name in (cluster, person) if name is not None]
    frame = tables.read(table, [outcome, *factors, *designs.variables(covariates), *groups], ids=groups)
    tables.filled(frame)
    y = tables.numbers(frame, outcome, "outcome")
    used = np.isfinite(y) & frame[list(factors)].notna().all(axis=1).to_numpy()
    frame, y = frame.loc[used], y[used]
    if len(y) < 2 or np.ptp(y) == 0:
        raise Refusal(f"outcome {outcome}: it does not vary; there is nothing to explain")
    coded = np.stack([_coded(frame, factor) for factor in factors], axis=1)
    told = aliasing(coded, factors, order, terms)
    more = designs.design(frame, np.flatnonzero(used), covariates, "covariates")
    if designs.INTERCEPT not in more.terms:
        raise Refusal(f"covariates {covariates}: leave the intercept in; the factors are held against the average")
    names = (*more.terms, *told.terms)
    x = np.hstack([more.matrix, told.columns])
    inference.enough(len(y) - len(names), len(y), len(names))
    designs.independent(x, names, "the factors and covariates")
    codes, units = _clusters(frame, cluster or person)
    fitted = _fitted(x, y, family, names, codes, units, errors)
    rows = inference.rows(names, fitted.theta, fitted.vcov, fitted.df, level)
    start = len(more.terms)
    doubled, spread = 2 * fitted.theta[start:], 4 * fitted.vcov[start:, start:]
    effects = inference.rows(told.terms, doubled, spread, fitted.df, level)
    rule = Worth(costs or {}, worth, lower_is_better, budget)
    made = keeping.packages(
        told.terms, factors, fitted.theta, fitted.vcov, more.matrix.mean(axis=0), rule, fitted.df, level
    )
    persons = frame[person].nunique() if person else len(y)
    return FactorialEffects(
        rows, effects, tuple(float(p) for p in adjusted([r.p for r in effects], method)),
        together(doubled, spread, np.eye(len(doubled)), fitted.df, level), fitted.vcov, fitted.uncorrected, fitted.df,
        told, keeping.decisions(effects, factors, rule), made, _cells(coded, factors, y), persons,
        len(units) if codes is not None else len(y),
        (*_notes(coded, told, family, more.terms), *([keeping.advice(made, rule)] if made else [])),
        (*_cautions(coded, effects, told, rule, codes, units, int((~used).sum()), level),),
    )  # fmt: skip


def _known(family: str, errors: str, factors: Sequence[str], costs: Mapping[str, float]) -> None:
    if family not in FAMILIES:
        raise Refusal(f"there is no family {family}; there are {', '.join(FAMILIES)}")
    if errors not in ERRORS:
        raise Refusal(f"errors are {' or '.join(ERRORS)}, not {errors}")
    if not factors or len(set(factors)) < len(factors):
        raise Refusal("name each factor once")
    stray = [name for name in costs if name not in factors]
    if stray:
        raise Refusal([f"a cost of {name}: there is no such factor; there are {', '.join(factors)}" for name in stray])


def _coded(frame: pd.DataFrame, factor: str) -> Floats:
    """-1 for the lower level and +1 for the upper one, by number or by alphabet."""
    found = frame[factor].unique().tolist()
    levels = sorted(found, key=lambda v: (isinstance(v, str), v))
    if len(levels) != 2:
        raise Refusal(
            f"factor {factor}: it has {len(levels)} level{'' if len(levels) == 1 else 's'} "
            f"({', '.join(map(str, levels[:6]))}); a factor has two"
        )
    return np.where(tables.equals(frame[factor], levels[1]), 1.0, -1.0)


def _clusters(frame: pd.DataFrame, name: str | None) -> tuple[Places | None, tuple[Any, ...]]:
    if name is None:
        return None, ()
    codes, units = tables.persons(frame, name)
    if len(units) < 2:
        raise Refusal(f"cluster {name}: all rows belong to one; how sure an effect is cannot be told from one")
    return codes, units


@dataclass(frozen=True)
class _Fitted:
    theta: Floats
    vcov: Floats
    uncorrected: Floats
    df: float


def _fitted(
    x: Floats, y: Floats, family: str, names: Sequence[str], codes: Places | None, units: Sequence[Any], errors: str
) -> _Fitted:
    k = x.shape[1]
    rows = np.arange(len(y))
    if family == "identity":
        theta, weight = np.linalg.lstsq(x, y, rcond=None)[0], np.ones(len(y))
        residual = y - x @ theta
    else:
        if not set(np.unique(y)) <= {0.0, 1.0}:
            raise Refusal("the family logit needs an outcome of 0 and 1")
        model = logistic(x, y == 1, np.ones(len(y)), rows, len(y), names, "the factors and covariates")
        theta, residual = model.coefficients, y - model.probability
        weight = model.probability * (1 - model.probability)
    bread = x.T @ (x * weight[:, None])
    if codes is None:
        inference.enough(len(y) - k, len(y), k)
        if errors == "equal":
            scale = float(residual @ residual) / (len(y) - k) if family == "identity" else 1.0
            plain = scale * np.linalg.inv(bread)
            return _Fitted(theta, plain, plain, float(len(y) - k) if family == "identity" else np.inf)
        codes, units = rows, tuple(rows.tolist())
    inference.enough(len(units) - k, len(units), k)
    scores = sandwich.person_sums(codes, len(units), x * residual[:, None])
    own = sandwich.person_outer(codes, len(units), x, x * weight[:, None])
    both = sandwich.covariances(bread, scores, own, tuple(units))
    return _Fitted(theta, both.corrected, both.uncorrected, float(len(units) - k))


def _cells(coded: Floats, factors: Sequence[str], y: Floats) -> tuple[dict[str, Any], ...]:
    """Each cell's levels, persons, and mean outcome."""
    cells, which, counts = np.unique(coded, axis=0, return_inverse=True, return_counts=True)
    means = np.bincount(which.ravel(), y) / counts
    return tuple(
        dict(zip(factors, map(int, cell), strict=True)) | {"n": int(n), "mean": float(mean)}
        for cell, n, mean in zip(cells, counts, means, strict=True)
    )


def _notes(coded: Floats, told: Aliasing, family: str, covariates: Sequence[str]) -> list[str]:
    cells, counts = np.unique(coded, axis=0, return_counts=True)
    smallest, largest = int(counts.min()), int(counts.max())
    sizes = f"{smallest}" if smallest == largest else f"{smallest} to {largest}"
    found = [f"{len(cells)} of {2 ** coded.shape[1]} cells, with {sizes} rows each"]
    if smallest != largest:
        whole = len(cells) == len(told.terms) + 1 and len(covariates) == 1
        found.append(
            "the cells are not equally large; every cell counts the same in an effect, however many persons it has, so it is "
            "what a balanced trial would have shown"
            if whole
            else "the cells are not equally large and some effects are left out: a cell counts the more, the more persons it has; "
            "with all interactions in the model every cell would count the same"
        )
    if told.relation:
        found.append(f"a fraction of all cells ({told.relation}, resolution {told.resolution})")
        found.append("each effect stands for itself and for those it is aliased with")
    if told.degree < coded.shape[1]:
        found.append(f"aliases are listed up to interactions of {told.degree} factors")
    if family == "logit":
        found.append("effects are logarithms of odds ratios")
    return found


def _cautions(
    coded: Floats, effects: Sequence[Row], told: Aliasing, rule: Worth, codes: Places | None, units: Sequence[Any],
    lost: int, level: float,
) -> list[str]:  # fmt: skip
    found = [f"{lost} rows without outcome or factor are left out"] if lost else []
    if told.leaks:
        taken = [f"{term} takes over {v:+.2f} of {o}" for term, row in told.leaks.items() for o, v in row.items()]
        found.append(f"effects that are left out show in others: {'; '.join(taken[:6])}{'; ...' if taken[6:] else ''}")
    if codes is not None and len(units) < FEW:
        found.append(f"only {len(units)} clusters: intervals are wide, and may be too narrow still")
    mixed = [row.term for row in effects if ":" in row.term and row.p < 1 - level]
    if mixed:
        found.append(f"what a component does depends on others ({', '.join(mixed)}): judge them by packages, not alone")
    return found
