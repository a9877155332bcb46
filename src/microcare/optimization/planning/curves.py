"""How an effect, or availability, runs over the days of a trial."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from microcare.optimization.arrays import Floats
from microcare.optimization.refusal import Refusal

SHAPES = ("constant", "linear", "quadratic")


@dataclass(frozen=True)
class Curve:
    """A shape over the days: its mean over all days, its value on the first day, and for a quadratic the day (from 1) at
    which it peaks (or has its trough); or `values`, one for each day.
    """

    mean: float = 0.0
    shape: str = "constant"
    initial: float | None = None
    peak: float | None = None
    values: Sequence[float] | None = None

    def over(self, days: int) -> Floats:
        """The value on each day, (days,).

        Raises:
            Refusal: the shape is unknown, or lacks what it needs.
        """
        if self.values is not None:
            if len(self.values) != days:
                raise Refusal(f"a curve with a value for each day needs {days} values, not {len(self.values)}")
            return np.asarray(self.values, dtype=np.float64)
        if self.shape not in SHAPES:
            raise Refusal(f"there is no shape {self.shape}; there are {', '.join(SHAPES)}")
        if self.shape == "constant" or days == 1:
            return np.full(days, self.mean)
        if self.initial is None:
            raise Refusal(f"a {self.shape} curve needs its value on the first day (initial)")
        day = np.arange(days, dtype=np.float64)
        if self.shape == "linear":
            return np.asarray(self.initial + (self.mean - self.initial) / day.mean() * day)
        if self.peak is None:
            raise Refusal("a quadratic curve needs the day of its peak or trough (peak)")
        turned = day**2 - 2 * (self.peak - 1) * day
        if abs(turned.mean()) < 1e-12:
            raise Refusal("no quadratic has this first value, mean and peak; choose another peak")
        return np.asarray(self.initial + (self.mean - self.initial) / turned.mean() * turned)


def polynomials(days: int, per_day: int, terms: int) -> Floats:
    """1, day, day^2, ... for every decision point, (days per_day, terms); the day runs from 0."""
    day = np.repeat(np.arange(days, dtype=np.float64), per_day)
    return np.stack([day**k for k in range(terms)], axis=1)
