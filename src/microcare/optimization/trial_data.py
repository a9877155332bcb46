"""What every estimator is given: a validated trial as arrays."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from microcare.optimization.arrays import Floats, Places
from microcare.optimization.designs import Design

Kind = Literal["observation", "treatment"]


@dataclass(frozen=True)
class Nuisance:
    """A fitted logistic model.

    `slope` (rows, m): for `observation` (having an outcome) the derivative of the log weight of each row that is used by the model's
    coefficients, for `treatment` that of its probability. `scores` (persons, m) and `own` (persons, m, m) are each
    person's score and part of the information.
    """

    kind: Kind
    slope: Floats
    scores: Floats
    own: Floats


@dataclass(frozen=True)
class TrialData:
    """One trial. Rows are the available decision points that have an outcome, in any order; arms are 0..K, arm 0 the one
    compared with.

    `y` (rows,), `arm` (rows,) whole numbers, `p` and `numerator` (rows, K + 1). `weight` (rows,) above 0 multiplies each
    row's weight (later decision points of a window, missing outcomes).
    """

    y: Floats
    arm: Places
    p: Floats
    numerator: Floats
    weight: Floats
    moderators: Design
    controls: Design
    codes: Places
    persons: tuple[Any, ...]
    arms: tuple[str, ...]
    exposure: Floats
    folds: int = 1
    omega: str = "one"
    terms: tuple[str, ...] = ()
    n_decision_points: int = 0
    n_available: int = 0
    observation: Floats | None = None
    """The probability of an outcome, (rows,), where rows without one are kept (their y is NaN) for models to fill."""

    @property
    def s(self) -> Floats:
        """The moderators, (rows, p)."""
        return self.moderators.matrix

    @property
    def z(self) -> Floats:
        """The controls, (rows, q)."""
        return self.controls.matrix

    nuisances: tuple[Nuisance, ...] = ()

    @property
    def seen(self) -> Floats:
        """The outcomes that are known."""
        return self.y[np.isfinite(self.y)]

    def ratio(self) -> Floats:
        """The weight of each row: numerator over probability of the arm it had, times its other weights."""
        rows = np.arange(len(self.arm))
        return self.numerator[rows, self.arm] / self.p[rows, self.arm] * self.weight

    def ratio_slope(self) -> Floats:
        """The derivative of each row's log weight by its probability of arm 1, (rows,)."""
        p = self.p[:, 1]
        return np.where(self.arm == 1, -1 / p, 1 / (1 - p))

    def arm_columns(self, centered: bool = True) -> Floats:
        """(1{A=k} - numerator_k) S for each arm k from 1, side by side: (rows, K p); not centered without the numerator."""
        parts = []
        for k in range(1, len(self.arms)):
            step = (self.arm == k).astype(np.float64)
            parts.append((step - self.numerator[:, k] if centered else step)[:, None] * self.s)
        return np.hstack(parts)


@dataclass(frozen=True)
class Fitted:
    """What an estimator gives: the coefficients (controls, then effects), each person's score and part of the bread."""

    theta: Floats
    bread: Floats
    scores: Floats
    own: Floats
    n_controls: int
    spread: float | None = None
    warnings: tuple[str, ...] = ()
    nuisance: int = 0
    """Coefficients that were estimated besides."""
    more: dict[str, Any] = field(default_factory=dict)
    by_weight: Callable[[], Floats] | None = None
    """The part of each row's score that its weight multiplies, (rows, k)."""
    by_probability: Callable[[], Floats] | None = None
    """The derivative of each row's score by its probability of arm 1, (rows, k)."""


def ready(rows: Floats) -> Callable[[], Floats]:
    """Rows of scores that are made already, where they might be made later."""
    return lambda: rows


Estimator = Callable[[TrialData], Fitted]
