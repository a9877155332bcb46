"""What every estimator is given: a validated trial as arrays."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from microcare.optimization.arrays import Floats, Marks, Places
from microcare.optimization.designs import Design


@dataclass(frozen=True)
class TrialData:
    """One trial. Rows are decision points, in any order; arms are 0..K, arm 0 the one compared with.

    `y` (rows,), `arm` (rows,) whole numbers, `p` and `numerator` (rows, K + 1), `used` (rows,): available and observed.
    `weight` (rows,) multiplies each row's weight (later decision points of a window, missing outcomes); it is 0 where a
    row is not used, and `y`, `s` and `z` are 0 there too.
    """

    y: Floats
    arm: Places
    p: Floats
    numerator: Floats
    used: Marks
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
    row_order: Places = field(default_factory=lambda: np.empty(0, dtype=np.intp))

    @property
    def s(self) -> Floats:
        """The moderators, (rows, p)."""
        return self.moderators.matrix

    @property
    def z(self) -> Floats:
        """The controls, (rows, q)."""
        return self.controls.matrix

    def ratio(self) -> Floats:
        """The weight of each row: numerator over probability of the arm it had, times its other weights; 0 where not used."""
        rows = np.arange(len(self.arm))
        found = np.zeros(len(self.arm))
        u = self.used
        found[u] = self.numerator[rows[u], self.arm[u]] / self.p[rows[u], self.arm[u]] * self.weight[u]
        return found

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
