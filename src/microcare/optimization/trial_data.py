"""What every estimator is given: a validated trial as arrays."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from microcare.optimization.arrays import Floats, Places
from microcare.optimization.designs import Design


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

    @property
    def s(self) -> Floats:
        """The moderators, (rows, p)."""
        return self.moderators.matrix

    @property
    def z(self) -> Floats:
        """The controls, (rows, q)."""
        return self.controls.matrix

    def ratio(self) -> Floats:
        """The weight of each row: numerator over probability of the arm it had, times its other weights."""
        rows = np.arange(len(self.arm))
        return self.numerator[rows, self.arm] / self.p[rows, self.arm] * self.weight

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


Estimator = Callable[[TrialData], Fitted]
