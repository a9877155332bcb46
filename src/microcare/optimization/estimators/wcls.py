"""Weighted and centered least squares (Boruvka, Almirall, Witkiewitz, Murphy; J Am Stat Assoc 2018;113:1112)."""

from dataclasses import replace

import numpy as np

from microcare.optimization.arrays import Floats
from microcare.optimization.designs import independent
from microcare.optimization.sandwich import person_products
from microcare.optimization.trial_data import Fitted, TrialData


def statistics(data: TrialData) -> Floats:
    """Everything that the estimate needs of each person: the weighted products of [X, y], (persons, k + 1, k + 1)."""
    return _statistics(data, _columns(data))


def _columns(data: TrialData) -> list[Floats]:
    """The columns of [X, y], each (rows,)."""
    return [*data.z.T, *data.arm_columns().T, data.y]


def _statistics(data: TrialData, columns: list[Floats]) -> Floats:
    return person_products(data.codes, len(data.persons), columns, data.ratio())


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
    columns = _columns(data)
    found = _statistics(data, columns)
    fitted = solve(found, data.z.shape[1], data.controls.terms + data.terms)
    together = found.sum(axis=0)
    change = np.append(-fitted.theta, 1.0)
    spread = float(np.sqrt(max(change @ together @ change, 0.0) / data.ratio().sum()))

    def by_weight() -> Floats:
        x = np.stack(columns[:-1], axis=1)
        return x * (data.ratio() * (data.y - x @ fitted.theta))[:, None]

    return replace(
        fitted,
        spread=spread,
        by_weight=by_weight,
        by_probability=lambda: by_weight() * data.ratio_slope()[:, None],
    )
