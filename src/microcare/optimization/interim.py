"""Looking at a trial before its end, so that the answer stays valid.

Alpha spending (Lan, DeMets; Biometrika 1983;70:659) for looks that were planned or not, with boundaries by numerical
integration (Armitage, McPherson, Rowe; J R Stat Soc A 1969;132:235); and a confidence sequence that holds at any time
(Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas; Ann Stat 2024;52:2613).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from microcare.optimization.arrays import Floats
from microcare.optimization.refusal import Refusal

SPENDING = ("obrien-fleming", "pocock", "linear")
POINTS = 801
"""Of the grid on which the path's density is followed."""
WIDE = 9.0
"""No boundary lies further out, in standard errors."""


def spent(fraction: float, alpha: float, spending: str) -> float:
    """How much of alpha (half on each side) may be spent when this fraction of the information is there."""
    if spending == "obrien-fleming":
        return float(4 * stats.norm.sf(stats.norm.ppf(1 - alpha / 4) / np.sqrt(fraction)))
    if spending == "pocock":
        return float(alpha * np.log(1 + (np.e - 1) * fraction))
    if spending == "linear":
        return alpha * fraction
    raise Refusal(f"there is no spending {spending}; there are {', '.join(SPENDING)}")


@dataclass(frozen=True)
class Look:
    """One look: the fraction of the information, the boundary of |z|, and the chance spent until then under no effect."""

    fraction: float
    boundary: float
    spent: float


def boundaries(fractions: Sequence[float], alpha: float = 0.05, spending: str = "obrien-fleming") -> tuple[Look, ...]:
    """Two-sided boundaries of z at each look: a trial may be ended for an effect where |z| is beyond.

    Raises:
        Refusal: the fractions do not rise from above 0 to at most 1.
    """
    if not fractions or list(fractions) != sorted(set(fractions)) or fractions[0] <= 0 or fractions[-1] > 1:
        raise Refusal("looks are fractions of the information that rise, above 0 and at most 1, like 0.5, 0.75, 1")
    if not 0 < alpha < 1:
        raise Refusal(f"the significance level lies between 0 and 1, like 0.05; {alpha:g} does not")
    looks: list[Look] = []
    before = 0.0
    grid: Floats = np.zeros(1)
    density: Floats = np.ones(1)
    for fraction in fractions:
        total = spent(fraction, alpha, spending)
        step = np.sqrt(fraction - before)
        wanted = total - (looks[-1].spent if looks else 0.0)
        boundary = _boundary(grid, density, fraction, float(step), wanted)
        looks.append(Look(fraction, boundary, total))
        grid, density = _follow(grid, density, boundary * np.sqrt(fraction), float(step))
        before = fraction
    return tuple(looks)


def _boundary(grid: Floats, density: Floats, fraction: float, step: float, wanted: float) -> float:
    """The |z| that is crossed with the wanted chance by those who have not crossed before."""

    def missing(z: float) -> float:
        edge = z * np.sqrt(fraction)
        outside = stats.norm.sf((edge - grid) / step) + stats.norm.cdf((-edge - grid) / step)
        return float(density @ outside) - wanted

    if missing(WIDE) >= 0:
        return WIDE
    return float(optimize.brentq(missing, 0.0, WIDE, xtol=1e-10))


def _follow(grid: Floats, density: Floats, edge: float, step: float) -> tuple[Floats, Floats]:
    """The density of the path among those who go on, on a grid between the boundaries, times Simpson's weights."""
    there = np.linspace(-edge, edge, POINTS)
    weights = np.full(POINTS, 2.0)
    weights[1::2] = 4.0
    weights[[0, -1]] = 1.0
    weights *= (there[1] - there[0]) / 3
    found = stats.norm.pdf((there[:, None] - grid[None, :]) / step) / step @ density
    return there, found * weights


def confidence_sequence(
    estimate: float, se: float, persons: int, planned: int, alpha: float = 0.05
) -> tuple[float, float]:
    """An interval that may be looked at after every person, and holds at all looks together with 1 - alpha.

    It is narrowest about `planned` persons. For few persons (below about 50) it is an approximation.
    """
    if persons < 2 or planned < 2 or not 0 < alpha < 1 or se < 0:
        raise Refusal("a confidence sequence needs at least two persons, a standard error, and a level between 0 and 1")
    tuned = (-2 * np.log(alpha) + np.log(-2 * np.log(alpha) + 1)) / planned
    scale = persons * tuned + 1
    half = se * float(np.sqrt(2 * scale / (persons * tuned) * np.log(np.sqrt(scale) / alpha)))
    return estimate - half, estimate + half
