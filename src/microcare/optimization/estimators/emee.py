"""The estimator of the marginal excursion effect on a ratio (Qian, Yoo, Klasnja, Almirall, Murphy; Biometrika 2021;108:507)."""

import numpy as np

from microcare.optimization.arrays import Floats
from microcare.optimization.refusal import Refusal
from microcare.optimization.sandwich import person_outer, person_sums
from microcare.optimization.trial_data import Fitted, TrialData

ROUNDS = 100
CLOSE = 1e-12
STEEPEST = 30.0
"""No linear predictor of a probability or a rate goes beyond e to this."""


class _Equations:
    """sum W [Z; (1{A=k} - numerator) S] (exp(-sum 1{A=k} S'b_k) Y - exposure exp(Z'a)) = 0."""

    def __init__(self, data: TrialData) -> None:
        self.q = data.z.shape[1]
        self.codes, self.count = data.codes, len(data.persons)
        self.z, self.y, self.exposure = data.z, data.y, data.exposure
        self.treated = data.arm_columns(centered=False)
        self.d = data.ratio()[:, None] * np.hstack([self.z, data.arm_columns()])

    def parts(self, theta: Floats) -> tuple[Floats, Floats]:
        """exp(-effect) (rows,) and the expected outcome without treatment (rows,)."""
        blip = np.exp(np.clip(-(self.treated @ theta[self.q :]), -STEEPEST, STEEPEST))
        return blip, self.exposure * np.exp(np.clip(self.z @ theta[: self.q], -STEEPEST, STEEPEST))

    def residual(self, theta: Floats) -> Floats:
        """The blipped-down residual, (rows,)."""
        blip, base = self.parts(theta)
        return blip * self.y - base

    def slopes(self, theta: Floats) -> Floats:
        """Minus the derivative of the residual, (rows, k)."""
        blip, base = self.parts(theta)
        return np.hstack([base[:, None] * self.z, (blip * self.y)[:, None] * self.treated])


def fit(data: TrialData) -> Fitted:
    """Solve the estimating equations by Newton's steps, halved where they lead away.

    The corrected covariance takes the hat matrix of the outcome's own residual Y - exposure exp(Z'a + effect).

    Raises:
        Refusal: the outcome is negative, or no solution is found.
    """
    e = _Equations(data)
    theta = _solve(e)
    residual = e.residual(theta)
    scores = person_sums(e.codes, e.count, e.d * residual[:, None])
    bread = e.d.T @ e.slopes(theta)
    blip, base = e.parts(theta)
    mean = base / blip
    left = e.d * blip[:, None]
    right = mean[:, None] * np.hstack([e.z, e.treated])
    own = person_outer(e.codes, e.count, left, right)
    highest = float(mean.max())
    warnings: tuple[str, ...] = ()
    if highest > 1 and set(np.unique(e.y)) <= {0.0, 1.0}:
        warnings = (
            f"{np.mean(mean > 1):.1%} of the fitted probabilities are above 1 (highest {highest:.3g}): the ratio cannot hold everywhere",
        )
    return Fitted(
        theta, bread, scores, own, e.q, None, warnings,
        by_weight=lambda: e.d * residual[:, None],
        by_probability=lambda: e.d * (residual * data.ratio_slope())[:, None],
    )  # fmt: skip


def _solve(e: _Equations) -> Floats:
    if (e.y < 0).any():
        raise Refusal("a ratio needs an outcome that is never below 0")
    weight = np.abs(e.d[:, 0]) if (e.z[:, 0] == 1).all() else np.ones(len(e.y))
    average = float((weight * e.y).sum() / (weight * e.exposure).sum())
    if average <= 0:
        raise Refusal("the outcome is 0 in every row that is used: there is no ratio to estimate")
    theta: Floats = np.zeros(e.d.shape[1])
    theta[: e.q] = np.linalg.lstsq(e.z.T @ e.z, e.z.T @ np.full(len(e.y), np.log(average)), rcond=None)[0]
    value: Floats = e.d.T @ e.residual(theta)
    size = np.abs(e.d).T @ (np.abs(e.y) + e.exposure) + 1e-300
    for _ in range(ROUNDS):
        if np.max(np.abs(value) / size) < CLOSE:
            return theta
        try:
            step = np.linalg.solve(e.d.T @ e.slopes(theta), value)
        except np.linalg.LinAlgError:
            break
        theta, value, moved = _half(e, theta, value, step, size)
        if not moved:
            break
    if np.max(np.abs(value) / size) < 1e-8:
        return theta
    raise Refusal(
        "no ratio solves the estimating equations: the outcome is too rare in one of the arms, or a term divides those with from those without it; "
        "use fewer moderators and controls"
    )


def _half(e: _Equations, theta: Floats, value: Floats, step: Floats, size: Floats) -> tuple[Floats, Floats, bool]:
    norm = float(np.linalg.norm(value / size))
    for halved in range(40):
        tried = theta + step / 2**halved
        found = e.d.T @ e.residual(tried)
        if np.isfinite(found).all() and float(np.linalg.norm(found / size)) < norm:
            return tried, found, True
    return theta, value, False
