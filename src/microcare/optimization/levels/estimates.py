"""Shares and means with intervals that know that decision points of one person belong together."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from microcare.optimization.arrays import Floats
from microcare.optimization.inference import Row

FEW_PERSONS, FEW_ROWS = 10, 30
"""Fewer than these, and a caution is written beside the number."""


@dataclass(frozen=True)
class Estimate:
    """A number with its interval, from so many persons and rows; None where there is none, and `caution` says why."""

    value: float | None
    lower: float | None
    upper: float | None
    persons: int
    n: int
    p: float | None = None
    caution: str = ""

    def as_dict(self, prefix: str = "") -> dict[str, Any]:
        """For machines; names begin with the prefix."""
        return {f"{prefix}{name}": getattr(self, name) for name in self.__dataclass_fields__}

    @property
    def known(self) -> bool:
        """Whether there is a number with an interval."""
        return self.value is not None and self.lower is not None and self.upper is not None


def nothing(why: str, persons: int = 0, n: int = 0) -> Estimate:
    """No number, and why."""
    return Estimate(None, None, None, persons, n, caution=why)


def thin(persons: int, n: int) -> str:
    """What must be said where data are thin."""
    if persons < FEW_PERSONS:
        return f"thin: only {persons} {'person' if persons == 1 else 'people'}"
    return f"thin: only {n} times" if n < FEW_ROWS else ""


def share(frame: pd.DataFrame, column: str, person: str = "person", level: float = 0.95) -> Estimate:
    """The share of rows with a 1, with an interval for the share in the population the persons come from.

    The interval is made on the logit scale from delete-one-person changes (t with persons - 1 degrees of freedom). Where
    all rows are the same it is the exact one-sided interval for as many independent observations as there are persons.
    """
    known, sums, counts = _sums(frame, column, person)
    persons = len(sums)
    if persons < 2:
        return nothing("not enough people", persons, known)
    value = float(sums.sum() / counts.sum())
    if value in (0.0, 1.0):
        far = float(((1 - level) / 2) ** (1 / persons))
        low, high = (0.0, 1 - far) if value == 0 else (far, 1.0)
    else:
        error = _error(sums, counts, value)
        if error <= 1e-12 and thin(persons, known):
            return nothing(f"thin: {persons} equal shares tell no interval", persons, known)
        half = stats.t.ppf((1 + level) / 2, persons - 1) * error / (value * (1 - value))
        logit = np.log(value / (1 - value))
        low, high = (float(1 / (1 + np.exp(-(logit + sign * half)))) for sign in (-1, 1))
    return Estimate(value, low, high, persons, known, caution=thin(persons, known))


def against(e: Estimate, limit: float, level: float = 0.95) -> float | None:
    """How often chance alone puts a share this far or farther from the limit (two-sided); None where it is not known.

    By the t of the same logit scale as the interval of `share`, which was made at `level`. A share of 0 or 1 is as
    likely as that many persons who all did the same.
    """
    if e.value is None or e.lower is None or e.upper is None or not 0 < limit < 1:
        return None
    if e.value in (0.0, 1.0):
        return min(1.0, 2 * float(((1 - limit) if e.value == 0 else limit) ** e.persons))

    def logit(share: float) -> float:
        return float(np.log(share / (1 - share)))

    error = (logit(e.upper) - logit(e.lower)) / 2 / float(stats.t.ppf((1 + level) / 2, e.persons - 1))
    return float(2 * stats.t.sf(abs(logit(e.value) - logit(limit)) / error, e.persons - 1)) if error > 0 else 0.0


def mean(frame: pd.DataFrame, column: str, person: str = "person", level: float = 0.95) -> Estimate:
    """The mean of the known values, with an interval from delete-one-person changes (t, persons - 1)."""
    known, sums, counts = _sums(frame, column, person)
    persons = len(sums)
    if persons < 2:
        return nothing("not enough people", persons, known)
    value = float(sums.sum() / counts.sum())
    error = _error(sums, counts, value)
    if error <= 1e-12 * max(1.0, abs(value)) and thin(persons, known):
        # So few equal values have an interval without a width, which would look like certainty.
        return nothing(f"thin: {known} equal values tell no interval", persons, known)
    half = float(stats.t.ppf((1 + level) / 2, persons - 1)) * error
    return Estimate(value, value - half, value + half, persons, known, caution=thin(persons, known))


def of_row(row: Row, persons: int, n: int, caution: str = "") -> Estimate:
    """An effect's row as an estimate."""
    return Estimate(row.estimate, row.lower, row.upper, persons, n, row.p, caution or thin(persons, n))


def _sums(frame: pd.DataFrame, column: str, person: str) -> tuple[int, Floats, Floats]:
    """Per person the sum of the known values and how many there are."""
    if column not in frame:
        return 0, np.zeros(0), np.zeros(0)
    values = pd.to_numeric(frame[column], errors="coerce")
    known = values.notna()
    grouped = values[known].astype(float).groupby(frame[person][known], sort=False)
    return int(known.sum()), grouped.sum().to_numpy(dtype=np.float64), grouped.count().to_numpy(dtype=np.float64)


def _error(sums: Floats, counts: Floats, value: float) -> float:
    """The standard error of a ratio of sums: the root of the sum of squared changes when one person is left out."""
    changes = (sums - value * counts) / (counts.sum() - counts)
    return float(np.sqrt(changes @ changes))
