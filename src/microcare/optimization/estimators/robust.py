"""Doubly robust effects: models of the outcome lend precision, and only the randomization must be right.

Cheng, Bell, Qian (globally robust); Shi, Dempsey (DR-WCLS, arXiv 2306.16297); Liu et al. (DR-EMEE).
"""

import numpy as np

from microcare.base.wording import counted
from microcare.optimization.arrays import Floats
from microcare.optimization.refusal import Refusal
from microcare.optimization.sandwich import person_outer, person_sums
from microcare.optimization.trial_data import Fitted, TrialData, ready

OMEGAS = ("one", "variance")
ROUNDS = 100


def outcome_models(data: TrialData, ratio: bool) -> tuple[Floats, Floats]:
    """The expected outcome under each arm, mu1 and mu0 (rows,), from a model of the controls in each arm.

    A linear model, or for a ratio a logistic one (0 and 1) or a Poisson one (counts). With several folds each person's
    models come from other persons.
    """
    if len(data.arms) != 2:
        raise Refusal("the doubly robust estimator compares two arms; choose two")
    if data.folds < 1 or data.folds > len(data.persons):
        raise Refusal(f"folds: between 1 and the number of persons, {len(data.persons)}")
    seen = np.isfinite(data.y)
    link = "identity" if not ratio else "logit" if set(np.unique(data.seen)) <= {0.0, 1.0} else "log"
    weight = data.weight if data.observation is None else data.weight / data.observation
    fold = data.codes % data.folds
    found = [np.zeros(len(data.y)), np.zeros(len(data.y))]
    for arm in (0, 1):
        for one in range(data.folds):
            train = (data.arm == arm) & seen & ((fold != one) if data.folds > 1 else True)
            theta = _regression(data.z[train], data.y[train], weight[train], link)
            here = fold == one
            found[arm][here] = _mean(data.z[here] @ theta, link)
    return found[1], found[0]


def _mean(linear: Floats, link: str) -> Floats:
    if link == "identity":
        return linear
    return 1 / (1 + np.exp(-linear)) if link == "logit" else np.exp(np.minimum(linear, 30))


def _regression(z: Floats, y: Floats, weight: Floats, link: str) -> Floats:
    if len(y) <= z.shape[1]:
        raise Refusal(
            f"one arm has {counted(len(y), 'decision point')} for {counted(z.shape[1], 'control')}; use fewer controls or fewer folds"
        )
    theta: Floats = np.zeros(z.shape[1])
    if link != "identity":
        theta = np.linalg.lstsq(z.T @ z, z.T @ np.full(len(y), _start(y, link)), rcond=None)[0]
    for _ in range(ROUNDS):
        mean = _mean(z @ theta, link)
        variance = {"identity": np.ones(len(y)), "logit": mean * (1 - mean), "log": mean}[link] * weight
        step = np.linalg.lstsq(z.T @ (z * variance[:, None]), z.T @ (weight * (y - mean)), rcond=None)[0]
        theta = theta + (step if link == "identity" else step / max(1.0, float(np.abs(step).max()) / 5))
        if link == "identity" or np.abs(step).max() < 1e-11:
            return theta
    raise Refusal(
        "the model of the outcome has no solution in one arm: a control divides those with from those without the outcome"
    )


def _start(y: Floats, link: str) -> float:
    mean = float(np.clip(y.mean(), 1e-6, 1 - 1e-6 if link == "logit" else np.inf))
    return float(np.log(mean / (1 - mean))) if link == "logit" else float(np.log(mean))


def _weights(data: TrialData) -> tuple[Floats, Floats, Floats]:
    """a, p, and k = omega (a - p) / (p (1 - p)) of each row."""
    if data.omega not in OMEGAS:
        raise Refusal(f"omega is one of {', '.join(OMEGAS)}")
    a, p = data.arm.astype(np.float64), data.p[:, 1]
    omega = (p * (1 - p) if data.omega == "variance" else 1.0) * data.weight
    return a, p, omega * (a - p) / (p * (1 - p))


def _k_slope(data: TrialData) -> Floats:
    """The derivative of k by p, (rows,)."""
    if data.omega == "variance":
        return -data.weight
    p = data.p[:, 1]
    return -data.weight * np.where(data.arm == 1, 1 / p**2, 1 / (1 - p) ** 2)


def _filled(data: TrialData, mu1: Floats, mu0: Floats) -> tuple[Floats, Floats]:
    """The outcomes, those that are unknown filled by the models, and the part that the weight for observation multiplies.

    With R whether the outcome is known and pi its chance: mu_A + R / pi (Y - mu_A) (Robins, Rotnitzky, Zhao; J Am Stat
    Assoc 1994;89:846), which is right where either the models of the outcome or that of observation are.
    """
    if data.observation is None:
        return data.y, data.y
    mu = np.where(data.arm == 1, mu1, mu0)
    part = np.where(np.isfinite(data.y), data.y - mu, 0.0) / data.observation
    return mu + part, part


def fit(data: TrialData) -> Fitted:
    """Identity: sum k (Y - (A + p - 1) S'b - (1 - p) mu1 - p mu0) S = 0, which is linear in b."""
    mu1, mu0 = outcome_models(data, ratio=False)
    a, p, k = _weights(data)
    s, codes, count = data.s, data.codes, len(data.persons)
    y, part = _filled(data, mu1, mu0)
    rest = y - (1 - p) * mu1 - p * mu0
    own = person_outer(codes, count, s * (k * (a + p - 1))[:, None], s)
    right = person_sums(codes, count, s * (k * rest)[:, None])
    bread = own.sum(axis=0)
    beta = np.linalg.solve(bread, right.sum(axis=0))
    spread = float(np.nanstd(data.y - np.where(a == 1, mu1, mu0)))
    residual = rest - (a + p - 1) * (s @ beta)
    return Fitted(
        beta, bread, right - own @ beta, own, 0, spread, nuisance=data.z.shape[1],
        by_weight=lambda: s * (k * (residual if data.observation is None else part))[:, None],
        by_probability=lambda: s * (_k_slope(data) * residual + k * (mu1 - mu0 - s @ beta))[:, None],
    )  # fmt: skip


def fit_ratio(data: TrialData) -> Fitted:
    """Log: sum k (exp(-A S'b) Y - (1 - p) exp(-S'b) mu1 - p mu0) S = 0, by Newton's steps."""
    mu1, mu0 = outcome_models(data, ratio=True)
    a, p, k = _weights(data)
    s, m1, m0 = data.s, mu1, mu0
    y, part = _filled(data, mu1, mu0)
    codes, count = data.codes, len(data.persons)
    beta = np.zeros(s.shape[1])
    for _ in range(ROUNDS):
        blip = np.exp(np.clip(-(s @ beta), -30, 30))
        residual = np.where(a == 1, blip, 1.0) * y - (1 - p) * blip * m1 - p * m0
        slope = blip * (a * y - (1 - p) * m1)
        bread = (s * (k * slope)[:, None]).T @ s
        try:
            step = np.linalg.solve(bread, s.T @ (k * residual))
        except np.linalg.LinAlgError:
            break
        beta = beta + step / max(1.0, float(np.abs(step).max()) / 2)
        if np.abs(step).max() < 1e-12:
            scores = person_sums(codes, count, s * (k * residual)[:, None])
            own = person_outer(codes, count, s * (k * slope)[:, None], s)
            weighed = residual if data.observation is None else np.where(a == 1, blip, 1.0) * part
            by_p = _k_slope(data) * residual + k * (blip * m1 - m0)
            return Fitted(
                beta, bread, scores, own, 0, nuisance=data.z.shape[1],
                by_weight=ready(s * (k * weighed)[:, None]), by_probability=ready(s * by_p[:, None]),
            )  # fmt: skip
    raise Refusal("no ratio solves the estimating equations: the outcome is too rare in one of the arms")
