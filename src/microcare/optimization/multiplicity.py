"""Many effects shown at once: how small a chance has to be to still mean something."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from microcare.optimization.arrays import Floats
from microcare.optimization.refusal import Refusal

METHODS = ("none", "bonferroni", "holm", "bh")
LATTICE = 14
"""The distribution of the largest |t| is integrated over 2 to the power of so many points."""


def adjusted(p: Sequence[float], method: str = "holm") -> Floats:
    """Adjusted p-values in the order given: Bonferroni, Holm (family-wise), or Benjamini-Hochberg (`bh`, false discoveries).

    Raises:
        Refusal: the method is unknown, or a p-value is none.
    """
    found = np.asarray(p, dtype=np.float64)
    if method not in METHODS:
        raise Refusal(f"there is no adjustment {method}; there are {', '.join(METHODS)}")
    if not ((found >= 0) & (found <= 1)).all():
        raise Refusal("p-values lie between 0 and 1, and are never unknown")
    count, order = len(found), np.argsort(found, kind="stable")
    made = np.empty(count)
    if method == "holm":
        made[order] = np.maximum.accumulate(found[order] * (count - np.arange(count)))
    elif method == "bh":
        made[order[::-1]] = np.minimum.accumulate(found[order[::-1]] * count / np.arange(count, 0, -1))
    else:
        made = found * (count if method == "bonferroni" else 1)
    return np.minimum(made, 1.0)


def weighted(p: Sequence[float], weights: Sequence[float]) -> Floats:
    """Adjusted p-values in the order given, where each has its share (weights, summing to 1) of one family-wise rate.

    Holm's procedure with weights (Scand J Stat 1979;6:65): what is rejected hands its weight on to the rest.
    """
    found, share = np.asarray(p, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if not ((found >= 0) & (found <= 1)).all() or not (share > 0).all() or share.sum() > 1 + 1e-9:
        raise Refusal("p-values lie between 0 and 1, and their shares are above 0 and sum to 1")
    order = np.argsort(found / share, kind="stable")
    left = share[order][::-1].cumsum()[::-1]
    made = np.empty(len(found))
    made[order] = np.maximum.accumulate(left * found[order] / share[order])
    return np.minimum(made, 1.0)


@dataclass(frozen=True)
class Together:
    """Several combinations, each judged together with all others: (c,) each; `quantile` is that of the largest |t|."""

    lower: Floats
    upper: Floats
    p: Floats
    quantile: float


def together(estimate: Floats, covariance: Floats, contrasts: Floats, df: float, level: float = 0.95) -> Together:
    """Intervals that hold for all contrasts (c, k) at once, and p-values that take all of them into account.

    Both are by the distribution of the largest |t| (Hothorn, Bretz, Westfall; Biom J 2008;50:346), which knows how the
    contrasts hang together, and so is never wider than Bonferroni's. A contrast without any spread keeps its value.
    """
    value = contrasts @ estimate
    se = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", contrasts, covariance, contrasts), 0))
    moves = se > 0
    if not moves.any():
        return Together(value, value, np.where(value == 0, 1.0, 0.0), 0.0)
    largest = np.abs(_standardized(covariance, contrasts[moves])).max(axis=1)
    quantile = _quantile(largest, df, level)
    wide = quantile * se
    p = np.where(value == 0, 1.0, 0.0)
    p[moves] = [_beyond(largest, df, float(t)) for t in np.abs(value[moves] / se[moves])]
    return Together(value - wide, value + wide, p, quantile)


def maybe_best(estimate: Floats, covariance: Floats, df: float, level: float = 0.95) -> tuple[int, ...]:
    """Which of several values (k,) may be the largest: a set that holds the best with at least the level's chance.

    One stays in the set unless some other is better by more than the quantile of the largest of its differences, which is
    one-sided and takes all differences from it into account (multiple comparisons with the best, Hsu 1981, as Ertefaie,
    Wu, Lynch, Nahum-Shani use it for embedded regimes; Biostatistics 2016;17:135).
    """
    kept = []
    for one in range(len(estimate)):
        others = np.delete(np.eye(len(estimate)), one, axis=0)
        others[:, one] = -1.0
        se = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", others, covariance, others), 0))
        ahead, moves = others @ estimate, se > 0
        if (ahead[~moves] > 0).any():
            continue
        if moves.any():
            largest = _standardized(covariance, others[moves]).max(axis=1)
            if (ahead[moves] > _quantile(np.maximum(largest, 0), df, level) * se[moves]).any():
                continue
        kept.append(one)
    return tuple(kept)


def _standardized(covariance: Floats, contrasts: Floats) -> Floats:
    """Normal values of the contrasts, each of variance 1 and correlated as they are: (lattice points, c)."""
    values, vectors = np.linalg.eigh(covariance)
    directions = contrasts @ (vectors * np.sqrt(np.maximum(values, 0)))
    directions = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    left, sizes, _ = np.linalg.svd(directions, full_matrices=False)
    rank = int((sizes > 1e-10 * sizes[0]).sum())
    points = stats.qmc.Sobol(rank, scramble=True, rng=1).random_base2(LATTICE).clip(1e-12, 1 - 1e-12)
    normal: Floats = stats.norm.ppf(points)
    made: Floats = normal @ (left[:, :rank] * sizes[:rank]).T
    return made


def _beyond(largest: Floats, df: float, quantile: float) -> float:
    """The chance that the largest, divided by the common spread of df degrees of freedom, is beyond the quantile."""
    if quantile <= 0:
        return 1.0
    if np.isinf(df):
        return float((largest > quantile).mean())
    return float(special.chdtr(df, df * (largest / quantile) ** 2).mean())


def _quantile(largest: Floats, df: float, level: float) -> float:
    low, high = 1e-6, 4.0
    while _beyond(largest, df, high) > 1 - level:
        high *= 2
    return float(optimize.brentq(lambda q: _beyond(largest, df, q) - (1 - level), low, high))
