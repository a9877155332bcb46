"""From an estimate and its covariance to intervals and tests, with the right degrees of freedom always.

One combination of coefficients is judged by t, several at once by Hotelling's T2; there is no switch to large-sample
quantiles, for with the corrected covariance they are right for twelve persons and for thousands.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from scipy import optimize, special, stats

from microcare.optimization.arrays import Floats
from microcare.optimization.refusal import Refusal


@dataclass(frozen=True)
class Row:
    """One estimate with its interval and its test against 0."""

    term: str
    estimate: float
    se: float
    df: float
    lower: float
    upper: float
    p: float

    def as_dict(self) -> dict[str, float | str]:
        """The row with its columns' names."""
        return asdict(self)


@dataclass(frozen=True)
class Test:
    """Several combinations tested at once: Hotelling's T2, its degrees of freedom, and p."""

    statistic: float
    df1: int
    df2: float
    p: float


def enough(df: float, persons: int, coefficients: int) -> None:
    """Refuse where there are no degrees of freedom left."""
    if df <= 0:
        raise Refusal(
            f"{persons} persons cannot carry {coefficients} coefficients: at least {coefficients + 1} are needed, better many more; "
            "take terms out of the controls or the moderators"
        )


def combination(
    estimate: Floats, covariance: Floats, weights: Floats, df: float, term: str = "", level: float = 0.95
) -> Row:
    """One linear combination of the coefficients, weights (k,), by t with df degrees of freedom.

    Raises:
        Refusal: the level is not inside (0, 1).
    """
    if not 0 < level < 1:
        raise Refusal(f"the level of an interval lies between 0 and 1, like 0.95; {level} does not")
    value = float(weights @ estimate)
    se = float(np.sqrt(np.maximum(weights @ covariance @ weights, 0.0)))
    half = float(stats.t.ppf((1 + level) / 2, df)) * se
    p = float(2 * stats.t.sf(abs(value) / se, df)) if se > 0 else (1.0 if value == 0 else 0.0)
    return Row(term, value, se, float(df), value - half, value + half, p)


def omnibus(estimate: Floats, covariance: Floats, contrasts: Floats, df: float) -> Test:
    """Several combinations at once, contrasts (c, k) of full row rank.

    T2 = (C b)' (C V C')^-1 (C b) is compared with Hotelling's distribution: p = P(F(c, df) > T2 / adj) with
    adj = c (df + c - 1) / df. For c = 1 this is the t test.
    """
    value = contrasts @ estimate
    middle = contrasts @ covariance @ contrasts.T
    count = len(value)
    if np.linalg.matrix_rank(middle) < count:
        raise Refusal("the tested combinations repeat one another: leave out those that follow from the others")
    statistic = float(value @ np.linalg.solve(middle, value))
    adjusted = count * (df + count - 1) / df
    return Test(statistic, count, float(df), float(stats.f.sf(statistic / adjusted, count, df)))


@dataclass(frozen=True)
class Band:
    """A curve with its pointwise and its simultaneous interval, each of shape (m,)."""

    estimate: Floats
    se: Floats
    lower: Floats
    upper: Floats
    band_lower: Floats
    band_upper: Floats


def band(estimate: Floats, covariance: Floats, points: Floats, df: float, level: float = 0.95) -> Band:
    """Many combinations, points (m, k), with a band that holds for all of them at once.

    The band's half-width is the quantile of the largest |t| over all points. It is computed by drawing nothing: the
    multivariate t of the rank of the points is integrated by a fixed lattice, and never exceeds Scheffe's bound.
    """
    value = points @ estimate
    se = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", points, covariance, points), 0))
    half = float(stats.t.ppf((1 + level) / 2, df)) * se
    wide = _largest(covariance, points[se > 0], df, level) * se if (se > 0).any() else half
    return Band(value, se, value - half, value + half, value - wide, value + wide)


def _largest(covariance: Floats, points: Floats, df: float, level: float) -> float:
    """The quantile of the largest |t| over the points."""
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    directions = points @ root
    directions = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    rank = int(np.linalg.matrix_rank(directions))
    single = float(stats.t.ppf((1 + level) / 2, df))
    scheffe = float(np.sqrt(rank * stats.f.ppf(level, rank, df)))
    if rank == 1:
        return single
    normal = stats.norm.ppf(
        stats.qmc.Sobol(directions.shape[1], scramble=True, rng=1).random_base2(13).clip(1e-12, 1 - 1e-12)
    )
    largest = np.concatenate([np.abs(part @ directions.T).max(axis=1) for part in np.array_split(normal, 16)])

    def missed(quantile: float) -> float:
        return float(special.chdtr(df, df * (largest / quantile) ** 2).mean()) - (1 - level)

    return float(optimize.brentq(missed, single * 0.999, scheffe * 1.05))


def rows(terms: Sequence[str], estimate: Floats, covariance: Floats, df: float, level: float = 0.95) -> tuple[Row, ...]:
    """Every coefficient by itself."""
    return tuple(
        combination(estimate, covariance, unit, df, term, level)
        for term, unit in zip(terms, np.eye(len(estimate)), strict=True)
    )
