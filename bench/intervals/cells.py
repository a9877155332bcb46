"""The excursion effects of every estimator, by how many persons there are, how many terms, and what the trial is like."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy import stats

from bench.intervals import batched
from bench.intervals.drawing import Setting, Trials, trials
from microcare.optimization import inference, sandwich
from microcare.optimization.arrays import Floats
from microcare.optimization.estimators import emee, robust, wcls
from microcare.optimization.simulated import generator
from microcare.optimization.trial_data import Estimator

EVEN = Setting("persons alike", uneven=False)
UNEVEN = Setting("persons differ")
LONG = Setting("six weeks", points=210, availability=0.7, leaving=1.0, shortest=1 / 6, carried=0.5, over_time=True)
FITS: dict[str, tuple[batched.Fit, Estimator, bool]] = {
    "WCLS": (batched.wcls, wcls.fit, False), "EMEE": (batched.emee, emee.fit, True),
    "robust": (batched.robust, robust.fit, False), "robust, ratio": (batched.robust_ratio, robust.fit_ratio, True),
}  # fmt: skip
SHAPES = ((1, 2), (2, 2), (1, 3), (3, 2))
"""Terms of the effect of each arm, and arms. As many controls as terms; twelve persons carry two of each, no more."""
ROWS = 600_000
"""So many decision points are held in memory at once."""
SAME = 1e-7


class Cell(NamedTuple):
    """One row of the table."""

    setting: Setting
    estimator: str
    persons: int
    terms: int
    arms: int

    @property
    def tested(self) -> int:
        """The degrees of freedom of the test of all effects."""
        return self.terms * (self.arms - 1)

    @property
    def df(self) -> int:
        """Persons less coefficients."""
        return self.persons - self.terms * self.arms


class Missed(NamedTuple):
    """How many trials had an answer, and how often the truth was missed, in %: by the interval of the first effect, of
    the last one, by the test of all, and by the uncorrected covariance with normal quantiles (first effect)."""

    answered: int
    first: float
    last: float
    test: float
    uncorrected: float


def cells() -> Iterator[Cell]:
    """Every cell, the cheap ones first. The doubly robust estimator compares two arms."""
    for setting, sizes in ((UNEVEN, (12, 37, 100)), (EVEN, (12, 37)), (LONG, (12, 37))):
        for persons in sizes:
            for estimator in FITS:
                for terms, arms in SHAPES:
                    if (persons > 12 or terms < 3) and (arms == 2 or not estimator.startswith("robust")):
                        yield Cell(setting, estimator, persons, terms, arms)


def run(cell: Cell, count: int, seed: int) -> Missed:
    """Draw and analyze the trials of a cell."""
    fit, _, ratio = FITS[cell.estimator]
    each = max(1, min(count, ROWS // (cell.persons * cell.setting.points)))
    hits, answered = np.zeros(4), 0
    for number, start in enumerate(range(0, count, each)):
        draw = generator(seed, cell.persons, cell.terms, cell.arms, number)
        drawn = trials(cell.setting, min(each, count - start), cell.persons, cell.terms, cell.arms, ratio, draw)
        found = fit(drawn)
        if number == 0:
            same(cell, drawn, found)
        hits += missed(cell, drawn.truth.ravel(), found)
        answered += int(found.solved.sum())
    return Missed(answered, *(100 * hits / max(answered, 1)).tolist())


def missed(cell: Cell, truth: Floats, found: batched.Batch) -> Floats:
    """How many of these trials' intervals and tests miss: first, last, all, uncorrected."""
    covered = batched.covariances(found)
    q, df, tested = found.controls, cell.df, cell.tested
    error, vcov = found.theta[:, q:] - truth, covered.corrected[:, q:, q:]
    statistic = (error * np.linalg.solve(vcov, error[..., None])[..., 0]).sum(axis=1)
    test = stats.f.sf(statistic * df / (tested * (df + tested - 1)), tested, df) < 0.05
    beyond = np.abs(error) / np.sqrt(np.diagonal(vcov, 0, 1, 2)) > stats.t.ppf(0.975, df)
    plain = np.abs(error[:, 0]) / np.sqrt(covered.uncorrected[:, q, q]) > stats.norm.ppf(0.975)
    counted: Floats = np.array([np.sum(part & found.solved) for part in (beyond[:, 0], beyond[:, -1], test, plain)])
    return counted


def same(cell: Cell, drawn: Trials, found: batched.Batch, some: int = 3) -> None:
    """See that the package's own estimator, covariance and test say the same of a few of the trials."""
    covered = batched.covariances(found)
    q, df = found.controls, cell.df
    for number in np.flatnonzero(found.solved)[:some]:
        own = FITS[cell.estimator][1](drawn.one(number))
        spread = sandwich.covariances(own.bread, own.scores, own.own)
        test = inference.omnibus(own.theta[q:], spread.corrected[q:, q:], np.eye(cell.tested), df)
        beta, vcov = found.theta[number, q:], covered.corrected[number, q:, q:]
        statistic = float(beta @ np.linalg.solve(vcov, beta))
        alike = np.allclose(own.theta, found.theta[number], rtol=SAME, atol=SAME)
        alike &= np.allclose(spread.corrected, covered.corrected[number], rtol=1e-5, atol=1e-9)
        alike &= df == cell.persons - len(own.theta) - own.nuisance
        alike &= bool(np.isclose(test.statistic, statistic, rtol=1e-5))
        if not alike:
            raise RuntimeError(f"{cell}: the package's estimator says something else of trial {number}")


def expected(cell: Cell) -> tuple[float, float]:
    """How often an interval and the test miss where all persons weigh the same and the errors between them are normal, in %.

    Then the corrected covariance is n / (n - 1) times that of a mean of n, which has n - 1 degrees of freedom; the recipe
    takes n less the coefficients. Both keep to the safe side, which shows in few persons.
    """
    n, c, df = cell.persons, cell.tested, cell.df
    interval = 2 * stats.t.sf(stats.t.ppf(0.975, df) * np.sqrt(n / (n - 1)), n - 1)
    edge = c * (df + c - 1) / df * stats.f.ppf(0.95, c, df) * n / (n - 1)
    return 100 * float(interval), 100 * float(stats.f.sf(edge * (n - c) / (c * (n - 1)), c, n - c))
