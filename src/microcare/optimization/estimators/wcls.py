"""Weighted and centered least squares (Boruvka, Almirall, Witkiewitz, Murphy; J Am Stat Assoc 2018;113:1112)."""

import numpy as np

from microcare.optimization.arrays import Floats
from microcare.optimization.designs import independent
from microcare.optimization.sandwich import person_products
from microcare.optimization.trial_data import Fitted, TrialData


def statistics(data: TrialData) -> Floats:
    """Everything that the estimate needs of each person: the weighted products of [X, y], (persons, k + 1, k + 1)."""
    x = np.hstack([data.z, data.arm_columns(), data.y[:, None]])
    return person_products(data.codes, len(data.persons), x * data.ratio()[:, None], x, symmetric=True)


def solve(found: Floats, n_controls: int, names: tuple[str, ...] = ()) -> Fitted:
    """The estimate from the persons' statistics (persons, k + 1, k + 1), whoever added them up."""
    own, right = found[:, :-1, :-1], found[:, :-1, -1]
    bread = own.sum(axis=0)
    independent(bread, names or tuple(f"coefficient {k + 1}" for k in range(len(bread))), "the controls and moderators")
    theta = np.linalg.solve(bread, right.sum(axis=0))
    scores = right - own @ theta
    return Fitted(theta, bread, scores, own, n_controls)


def fit(data: TrialData) -> Fitted:
    """Regress the outcome on controls and centered treatment by moderators, weighted by numerator over probability."""
    found = statistics(data)
    fitted = solve(found, data.z.shape[1], data.controls.terms + data.terms)
    weight = data.ratio()
    residual = data.y - np.hstack([data.z, data.arm_columns()]) @ fitted.theta
    total = weight.sum()
    spread = float(np.sqrt((weight * residual**2).sum() / total)) if total > 0 else None
    return Fitted(fitted.theta, fitted.bread, fitted.scores, fitted.own, fitted.n_controls, spread)
