"""The marginal odds ratio by weighted logistic regression on the moderators (a marginal structural model; Robins 2000)."""

import numpy as np

from microcare.optimization import designs
from microcare.optimization.refusal import Refusal
from microcare.optimization.sandwich import person_outer, person_sums
from microcare.optimization.trial_data import Fitted, TrialData, ready

ROUNDS = 100


def fit(data: TrialData) -> Fitted:
    """Solve sum W [S; 1{A=k} S] (Y - expit(S'g + sum 1{A=k} S'b_k)) = 0.

    An odds ratio changes with what it is adjusted for, even under randomization, so the controls are the moderators.

    Raises:
        Refusal: the controls hold more than the moderators, or no odds ratio solves the equations.
    """
    if designs.contains(data.s, data.z, data.controls.terms):
        raise Refusal(
            "an odds ratio changes with every control, even in a randomized trial: let the controls be the moderators"
        )
    x = np.hstack([data.z, data.arm_columns(centered=False)])
    weight, y, codes = data.ratio(), data.y, data.codes
    theta = np.zeros(x.shape[1])
    for _ in range(ROUNDS):
        mean = 1 / (1 + np.exp(-(x @ theta)))
        bread = x.T @ (x * (weight * mean * (1 - mean))[:, None])
        try:
            step = np.linalg.solve(bread, x.T @ (weight * (y - mean)))
        except np.linalg.LinAlgError:
            break
        theta = theta + step / max(1.0, float(np.abs(step).max()) / 5)
        if np.abs(step).max() < 1e-12:
            mean = 1 / (1 + np.exp(-(x @ theta)))
            curved = x * (weight * mean * (1 - mean))[:, None]
            own = person_outer(codes, len(data.persons), x, curved)
            rows = x * (weight * (y - mean))[:, None]
            return Fitted(
                theta, own.sum(axis=0), person_sums(codes, len(data.persons), rows), own, data.z.shape[1],
                by_weight=ready(rows), by_probability=ready(rows * data.ratio_slope()[:, None]),
            )  # fmt: skip
    raise Refusal(
        "no odds ratio solves the equations: a moderator or an arm divides those with from those without the outcome"
    )
