"""The estimators for many trials at once: the equations of the package, without its loops over trials.

`coverage` holds some trials of each cell against the package's own estimators, which must say the same.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bench.intervals.drawing import Trials
from microcare.optimization.arrays import Floats, Marks

ROUNDS = 60


class Batch(NamedTuple):
    """For each trial the coefficients (b, k), the bread (b, k, k), scores (b, n, k), own parts (b, n, k, k), and whether
    there is an answer (b,). The first `controls` coefficients are of controls; `nuisance` more were estimated besides."""

    theta: Floats
    bread: Floats
    scores: Floats
    own: Floats
    solved: Marks
    controls: int
    nuisance: int = 0


Fit = Callable[[Trials], Batch]


def _weight(t: Trials) -> Floats:
    """Numerator (equal parts) over probability of the arm that each row had; 0 where unavailable."""
    control = 1 - (t.arms - 1) * t.p
    return t.available / t.arms / np.where(t.arm > 0, t.p, control)


def _arms(t: Trials, centered: bool) -> Floats:
    """(1{A=k} - 1 / arms) S for every arm k from 1, side by side."""
    less = 1 / t.arms if centered else 0.0
    return np.concatenate([((t.arm == k) - less)[..., None] * t.s for k in range(1, t.arms)], axis=-1)


def _products(left: Floats, right: Floats) -> Floats:
    """Each person's sum of left right': (b, n, t, k), (b, n, t, l) gives (b, n, k, l)."""
    return np.swapaxes(left, -1, -2) @ right


def _sums(left: Floats, values: Floats) -> Floats:
    """Each person's sum of left times values: (b, n, t, k), (b, n, t) gives (b, n, k)."""
    found: Floats = (np.swapaxes(left, -1, -2) @ values[..., None])[..., 0]
    return found


def _solve(matrix: Floats, right: Floats) -> Floats:
    found: Floats = np.linalg.solve(matrix, right[..., None])[..., 0]
    return found


def _by(columns: Floats, theta: Floats) -> Floats:
    """The linear predictor: (b, n, t, k) by (b, k)."""
    found: Floats = (columns @ theta[:, None, :, None])[..., 0]
    return found


def wcls(t: Trials) -> Batch:
    """Weighted and centered least squares."""
    x = np.concatenate([t.s, _arms(t, centered=True)], axis=-1)
    weighted = x * _weight(t)[..., None]
    own, right = _products(weighted, x), _sums(weighted, t.y)
    bread = own.sum(axis=1)
    theta = _solve(bread, right.sum(axis=1))
    scores = right - (own @ theta[:, None, :, None])[..., 0]
    return Batch(theta, bread, scores, own, np.ones(len(theta), dtype=bool), t.s.shape[-1])


def emee(t: Trials) -> Batch:
    """The marginal excursion effect on a ratio."""
    q, weight, treated = t.s.shape[-1], _weight(t), _arms(t, centered=False)
    d = np.concatenate([t.s, _arms(t, centered=True)], axis=-1) * weight[..., None]
    theta: Floats = np.zeros((len(t.y), d.shape[-1]))
    theta[:, 0] = np.log((weight * t.y).sum(axis=(1, 2)) / weight.sum(axis=(1, 2)))

    def parts(theta: Floats) -> tuple[Floats, Floats]:
        return np.exp(-_by(treated, theta[:, q:])), np.exp(_by(t.s, theta[:, :q]))

    def bread(theta: Floats) -> tuple[Floats, Floats]:
        blip, base = parts(theta)
        slopes = np.concatenate([base[..., None] * t.s, (blip * t.y)[..., None] * treated], axis=-1)
        return _products(d, slopes).sum(axis=1), _sums(d, blip * t.y - base)

    theta, slope, scores, solved = _newton(theta, bread)
    blip, base = parts(theta)
    columns = np.concatenate([t.s, treated], axis=-1)
    own = _products(d * blip[..., None], columns * (base / blip)[..., None])
    return Batch(theta, slope, scores, own, solved, q)


def _newton(
    theta: Floats, equations: Callable[[Floats], tuple[Floats, Floats]]
) -> tuple[Floats, Floats, Floats, Marks]:
    """The root, the bread and the scores there, and for which trials it is one; steps no longer than 1."""
    moved = np.full(len(theta), np.inf)
    with np.errstate(all="ignore"):
        for _ in range(ROUNDS):
            bread, scores = equations(theta)
            singular = ~np.isfinite(bread).all(axis=(1, 2)) | (np.abs(np.linalg.det(bread)) < 1e-200)
            bread = np.where(singular[:, None, None], np.eye(theta.shape[1]), bread)
            step = np.where(singular[:, None], 0.0, _solve(bread, scores.sum(axis=1)))
            moved = np.abs(step).max(axis=1)
            if moved.max() < 1e-10:
                break
            theta = theta + step / np.maximum(1.0, moved)[:, None]
    return theta, bread, scores, (moved < 1e-8) & ~singular & np.isfinite(theta).all(axis=1)


def _outcomes(t: Trials, ratio: bool) -> tuple[Floats, Floats, Marks]:
    """The expected outcome under arm 1 and arm 0, by a model of the controls in each; and for which trials there are such."""
    found: list[Floats] = []
    solved: Marks = np.ones(len(t.y), dtype=bool)
    for arm in (1, 0):
        used = (t.available * (t.arm == arm))[..., None] * t.s
        if not ratio:
            own = _products(used, t.s).sum(axis=1)
            found.append(_by(t.s, _solve(own, _sums(used, t.y).sum(axis=1))))
            continue

        def logistic(theta: Floats, used: Floats = used) -> tuple[Floats, Floats]:
            mean = 1 / (1 + np.exp(-_by(t.s, theta)))
            return _products(used * (mean * (1 - mean))[..., None], t.s).sum(axis=1), _sums(used, t.y - mean)

        theta, _, _, fine = _newton(np.zeros((len(t.y), t.s.shape[-1])), logistic)
        solved &= fine
        found.append(1 / (1 + np.exp(-_by(t.s, theta))))
    return found[0], found[1], solved


def robust(t: Trials) -> Batch:
    """Doubly robust, a difference."""
    mu1, mu0, solved = _outcomes(t, ratio=False)
    k = t.available * (t.arm - t.p) / (t.p * (1 - t.p))
    left = t.s * k[..., None]
    own = _products(left * (t.arm + t.p - 1)[..., None], t.s)
    right = _sums(left, t.y - (1 - t.p) * mu1 - t.p * mu0)
    bread = own.sum(axis=1)
    theta = _solve(bread, right.sum(axis=1))
    scores = right - (own @ theta[:, None, :, None])[..., 0]
    return Batch(theta, bread, scores, own, solved, 0, t.s.shape[-1])


def robust_ratio(t: Trials) -> Batch:
    """Doubly robust, a ratio."""
    mu1, mu0, solved = _outcomes(t, ratio=True)
    left = t.s * (t.available * (t.arm - t.p) / (t.p * (1 - t.p)))[..., None]

    def equations(theta: Floats) -> tuple[Floats, Floats]:
        blip = np.exp(-_by(t.s, theta))
        slope = blip * (t.arm * t.y - (1 - t.p) * mu1)
        residual = np.where(t.arm == 1, blip, 1.0) * t.y - (1 - t.p) * blip * mu1 - t.p * mu0
        own.append(_products(left * slope[..., None], t.s))
        return own[-1].sum(axis=1), _sums(left, residual)

    own: list[Floats] = []
    theta, bread, scores, fine = _newton(np.zeros((len(t.y), t.s.shape[-1])), equations)
    return Batch(theta, bread, scores, own[-1], solved & fine, 0, t.s.shape[-1])


class Covered(NamedTuple):
    """The uncorrected and the corrected covariance of each trial, (b, k, k)."""

    uncorrected: Floats
    corrected: Floats


def covariances(b: Batch) -> Covered:
    """Of every trial at once."""
    inverse = np.linalg.inv(b.bread)
    plain = inverse @ (np.swapaxes(b.scores, 1, 2) @ b.scores) @ np.swapaxes(inverse, 1, 2)
    changes = _solve(b.bread[:, None] - b.own, b.scores)
    return Covered(plain, np.swapaxes(changes, 1, 2) @ changes)
