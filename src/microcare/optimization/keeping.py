"""Which components to keep, given what they cost: each by itself, and as packages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from microcare.optimization import inference
from microcare.optimization.arrays import Floats
from microcare.optimization.inference import Row
from microcare.optimization.multiplicity import maybe_best

MOST_FACTORS = 5
"""With more factors there are too many packages to list."""


@dataclass(frozen=True)
class Worth:
    """What effects are held against: the cost of each factor's upper level, and how much of the outcome one unit of cost
    must buy. `lower_is_better`: the outcome is a burden. `budget`: no package may cost more."""

    costs: Mapping[str, float]
    worth: float = 0.0
    lower_is_better: bool = False
    budget: float | None = None


@dataclass(frozen=True)
class Package:
    """Some components together: the expected outcome, what they cost, and whether no other may be better.

    `net` is the outcome less what the cost must buy; packages beyond the budget are never the best.
    """

    components: tuple[str, ...]
    outcome: Row
    cost: float
    net: float
    affordable: bool
    may_be_best: bool

    def as_dict(self) -> dict[str, Any]:
        """The package for machines."""
        return {
            "components": list(self.components), **self.outcome.as_dict(), "cost": self.cost, "net": self.net,
            "affordable": self.affordable, "may_be_best": self.may_be_best,
        }  # fmt: skip


def decisions(effects: Sequence[Row], factors: Sequence[str], rule: Worth) -> dict[str, str]:
    """For each component: keep, drop, or not known yet; by the interval against what its cost must buy."""
    found = {}
    for row in effects:
        if row.term not in factors:
            continue
        needed = rule.costs.get(row.term, 0.0) * rule.worth
        turn = -1.0 if rule.lower_is_better else 1.0
        low, high = sorted((turn * row.lower, turn * row.upper))
        against = f"what its cost must buy ({turn * needed:.3g})" if needed else "0"
        shown = f"{row.estimate:.3g} ({row.lower:.3g} to {row.upper:.3g})"
        if low > needed:
            found[row.term] = f"keep: its effect {shown} is better than {against}"
        elif high < needed:
            found[row.term] = f"drop: its effect {shown} is worse than {against}"
        else:
            found[row.term] = f"not known yet: its effect {shown} may lie on either side of {against}"
    return found


def packages(
    terms: Sequence[str],
    factors: Sequence[str],
    theta: Floats,
    vcov: Floats,
    average: Floats,
    rule: Worth,
    df: float,
    level: float,
) -> tuple[Package, ...]:
    """Every combination of components, the best net outcome first.

    `theta` (k,) has the intercept and covariates first, which count with their `average` values, and then the terms.
    """
    if len(factors) > MOST_FACTORS:
        return ()
    settings = np.array(list(product((-1.0, 1.0), repeat=len(factors))))
    places = [[list(factors).index(part) for part in term.split(":")] for term in terms]
    rows = np.zeros((len(settings), len(theta)))
    rows[:, : len(average)] = average
    rows[:, len(average) :] = np.stack([np.prod(settings[:, p], axis=1) for p in places], axis=1)
    price = np.array([rule.costs.get(name, 0.0) for name in factors])
    costs = (settings > 0) @ price
    turn = -1.0 if rule.lower_is_better else 1.0
    outcome = rows @ theta
    net = turn * outcome - rule.worth * costs
    allowed = np.ones(len(costs), dtype=bool) if rule.budget is None else costs <= rule.budget + 1e-9
    best = set()
    if allowed.any():
        chosen = np.flatnonzero(allowed)
        best = {int(chosen[k]) for k in maybe_best(net[chosen], rows[chosen] @ vcov @ rows[chosen].T, df, level)}
    made = []
    for k in np.argsort(np.where(allowed, -net, np.inf), kind="stable"):
        inside = tuple(name for name, on in zip(factors, settings[k] > 0, strict=True) if on)
        row = inference.combination(theta, vcov, rows[k], df, " + ".join(inside) or "none", level)
        made.append(Package(inside, row, float(costs[k]), float(net[k]), bool(allowed[k]), int(k) in best))
    return tuple(made)


def advice(found: Sequence[Package], rule: Worth) -> str:
    """What the packages say, for someone who is no statistician."""
    able = [package for package in found if package.affordable]
    if not able:
        return "no package can be had for the budget" if found else ""
    top, count = able[0], sum(package.may_be_best for package in able)
    cost = f", at a cost of {top.cost:.4g}" if rule.costs else ""
    said = f"the package with the best expected result is {top.outcome.term}{cost}"
    if count == 1:
        return f"{said}; no other may be better"
    return f"{said}; {count} of {len(able)} packages may be the best, so prefer the simplest or cheapest of them"
