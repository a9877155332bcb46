"""Sample size and power of a micro-randomized trial.

Continuous outcomes: Liao, Klasnja, Tewari, Murphy (Stat Med 2016;35:1944). Binary outcomes: Cohn, Qian, Murphy (Stat Med
2023;42:2777). Several arms: the same with one block of columns for each arm, and the covariance of the arms' draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from microcare.optimization.arrays import Floats
from microcare.optimization.planning.power import f_power, sensible, smallest
from microcare.optimization.refusal import Refusal


@dataclass(frozen=True)
class Continuous:
    """A trial with a continuous outcome.

    `effect` (points, arms): each arm's effect against the first, in standard deviations of what the controls leave of the
    outcome; `availability` (points,) and `probability` (points, arms) are those of the arms that are compared with the
    first; `basis` (points, p) is the test's model of each effect over time; `controls` is the number of control terms;
    `remaining` (points,) is the share of people still in the trial.
    """

    effect: Floats
    availability: Floats
    probability: Floats
    basis: Floats
    controls: int
    alpha: float = 0.05
    remaining: Floats | None = None

    @property
    def terms(self) -> int:
        """How many terms are tested."""
        return int(self.basis.shape[1] * self.effect.shape[1])

    def noncentrality(self) -> float:
        """The noncentrality that each person adds, delta' Q delta.

        delta is each arm's effect projected on the basis, weighted by availability (equation 10), and Q sums over
        decision points availability times V times f f', where V is the covariance of the arms' indicators; with one
        arm V is p (1 - p).
        """
        checked(self.availability, self.probability, self.remaining)
        tau = self.availability if self.remaining is None else self.availability * self.remaining
        weighted = self.basis * tau[:, None]
        delta = np.linalg.solve(_invertible(weighted.T @ self.basis), weighted.T @ self.effect)
        found = 0.0
        for t, f in enumerate(self.basis):
            p, at = self.probability[t], delta.T @ f
            found += tau[t] * float(at @ (np.diag(p) - np.outer(p, p)) @ at)
        return found

    def power(self, persons: int) -> float:
        """The chance to find the effect with so many persons."""
        return f_power(persons * self.noncentrality(), self.terms, persons - self.terms - self.controls, self.alpha)

    def size(self, wanted: float) -> int:
        """The smallest number of persons with this power."""
        sensible(self.alpha, wanted, None)
        ncp, df = self.noncentrality(), self.terms + self.controls
        if ncp <= 0:
            raise Refusal("an effect of 0 needs no trial: say which effect would be worth finding")
        return smallest(lambda n: f_power(n * ncp, self.terms, n - df, self.alpha), wanted, df + 1)


@dataclass(frozen=True)
class Binary:
    """A trial with an outcome of yes or no.

    `effect` (p,): the logarithm of the risk ratio is basis @ effect; `base` (q,): the logarithm of the chance without
    treatment is controls @ base. `basis` (points, p), `controls` (points, q), `availability` and `probability` (points,).
    """

    effect: Floats
    base: Floats
    basis: Floats
    controls: Floats
    availability: Floats
    probability: Floats
    alpha: float = 0.05
    remaining: Floats | None = None
    warnings: tuple[str, ...] = field(default=())

    def matrices(self) -> tuple[Floats, Floats]:
        """M and Sigma of the paper's equation for the asymptotic covariance, (p, p) each."""
        checked(self.availability, self.probability[:, None], self.remaining)
        tau = self.availability if self.remaining is None else self.availability * self.remaining
        p, rise, fall = self.probability, self.basis @ self.effect, np.exp(self.controls @ self.base)
        shared = tau * fall * p * (1 - p)
        bread = shared * np.exp(p * rise)
        meat = shared * np.exp(2 * p * rise) * ((1 - p) * np.exp(-rise) + p - fall)
        return (self.basis * bread[:, None]).T @ self.basis, (self.basis * meat[:, None]).T @ self.basis

    def noncentrality(self) -> float:
        """The noncentrality that each person adds, b' M Sigma^-1 M b."""
        bread, meat = self.matrices()
        left = bread @ self.effect
        return float(left @ np.linalg.solve(_invertible(meat), left))

    def cautions(self) -> tuple[str, ...]:
        """Where the formula does not fit the specification."""
        found = []
        both = np.exp(np.stack([self.controls @ self.base, self.controls @ self.base + self.basis @ self.effect]))
        if both.max() >= 1:
            raise Refusal(
                f"the chance of the outcome reaches {both.max():.3g}: no chance is above 1; lower the base or the effect"
            )
        spanned = self.probability[:, None] * self.basis
        left = spanned - self.controls @ np.linalg.lstsq(self.controls, spanned, rcond=None)[0]
        if np.abs(left).max() > 1e-8:
            found.append(
                "the formula is exact only where the controls span probability times the effect's terms; they do not"
            )
        return tuple(found)

    def power(self, persons: int) -> float:
        """The chance to find the effect with so many persons."""
        p, q = self.basis.shape[1], self.controls.shape[1]
        return f_power(persons * self.noncentrality(), p, persons - p - q, self.alpha)

    def size(self, wanted: float) -> int:
        """The smallest number of persons with this power."""
        sensible(self.alpha, wanted, None)
        p, q = self.basis.shape[1], self.controls.shape[1]
        ncp = self.noncentrality()
        if ncp <= 0:
            raise Refusal("an effect of 0 needs no trial: say which effect would be worth finding")
        return smallest(lambda n: f_power(n * ncp, p, n - p - q, self.alpha), wanted, p + q + 1)


def checked(availability: Floats, probability: Floats, remaining: Floats | None) -> None:
    """Refuse availability and probabilities that are none."""
    if not ((availability >= 0) & (availability <= 1)).all() or availability.max() <= 0:
        raise Refusal("availability lies between 0 and 1 on every day, and above 0 on some")
    if not (probability > 0).all() or not (probability.sum(axis=1) < 1).all():
        raise Refusal("every arm's probability lies inside (0, 1), and together they leave some for the first arm")
    if remaining is not None and not ((remaining > 0) & (remaining <= 1)).all():
        raise Refusal("the share of people who are still there lies between 0 and 1")


def _invertible(matrix: Floats) -> Floats:
    if np.linalg.matrix_rank(matrix) < len(matrix):
        raise Refusal("the effect has more terms than the days can tell apart: use fewer terms or more days")
    return matrix


def staying(days: int, per_day: int, dropout: float) -> Floats:
    """The share of people still there at every decision point, if so many have left at the end, evenly; (points,)."""
    if not 0 <= dropout < 1:
        raise Refusal(f"the share that drops out lies between 0 and 1; {dropout:g} does not")
    return np.repeat(np.linspace(1, 1 - dropout, days), per_day)


def columns(values: Sequence[float] | float, days: int, per_day: int, what: str) -> Floats:
    """A constant or a value for each day, at every decision point, (points,)."""
    found = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if len(found) == 1:
        return np.full(days * per_day, found[0])
    if len(found) == days:
        return np.repeat(found, per_day)
    if len(found) == days * per_day:
        return found
    raise Refusal(
        f"{what}: give one number, one for each of {days} days, or one for each of {days * per_day} decision points"
    )
