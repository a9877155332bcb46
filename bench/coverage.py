"""How often intervals and tests miss the truth, over many simulated trials.

    python -m bench.coverage [--trials 10000] [--seed 1]

At 95 % they should miss 5 % of the time. The Monte Carlo error of 10,000 trials is 0.2 points.
"""

import argparse
import sys
from collections.abc import Iterator
from multiprocessing import Pool
from typing import NamedTuple

import numpy as np
from scipy import stats

from microcare.optimization import inference, sandwich
from microcare.optimization.estimators import emee, robust, wcls
from microcare.optimization.refusal import Refusal
from microcare.optimization.simulated import Truth, generator, trial
from microcare.optimization.trial_data import Estimator

ESTIMATORS: dict[str, tuple[Estimator, bool]] = {
    "wcls": (wcls.fit, False), "emee": (emee.fit, True),
    "dr": (robust.fit, False), "dr ratio": (robust.fit_ratio, True),
}  # fmt: skip
EFFECTS = {1: (0.2,), 2: (0.2, 0.1), 3: (0.2, 0.1, 0.05)}
PERSONS = (12, 37, 100)


class Cell(NamedTuple):
    """One row of the table: an estimator, so many persons, an effect with so many terms."""

    estimator: str
    persons: int
    terms: int
    trials: int
    seed: int


class Missed(NamedTuple):
    """In how many trials there was an answer, and how often its intervals and its test missed the truth."""

    cell: Cell
    answered: int
    interval: int
    uncorrected: int
    test: int


def run(cell: Cell) -> Missed:
    """Draw and analyze the trials of one cell."""
    fit, ratio = ESTIMATORS[cell.estimator]
    truth = Truth(cell.persons, effect=EFFECTS[cell.terms], ratio=ratio)
    wanted = np.array(truth.effect)
    counted = np.zeros(4, dtype=int)
    for number in range(cell.trials):
        data = trial(truth, generator(cell.seed, cell.persons, cell.terms, number))
        try:
            fitted = fit(data)
            covered = sandwich.covariances(fitted.bread, fitted.scores, fitted.own)
        except Refusal:
            continue
        q = fitted.n_controls
        df = cell.persons - len(fitted.theta) - fitted.nuisance
        error = fitted.theta[q:] - wanted
        vcov = covered.corrected[q:, q:]
        test = inference.omnibus(error, vcov, np.eye(cell.terms), df)
        plain = abs(error[0]) / np.sqrt(covered.uncorrected[q, q]) > stats.norm.ppf(0.975)
        interval = abs(error[0]) / np.sqrt(vcov[0, 0]) > stats.t.ppf(0.975, df)
        counted += (1, interval, plain, test.p < 0.05)
    return Missed(cell, *(int(c) for c in counted))


def cells(trials: int, seed: int) -> Iterator[Cell]:
    """Every cell; the controls are the moderators, and twelve persons carry no more than two of each."""
    for estimator in ESTIMATORS:
        for persons in PERSONS:
            for terms in EFFECTS:
                if persons > 12 or terms < 3:
                    yield Cell(estimator, persons, terms, trials, seed)


def main() -> None:
    """Print the table as its rows are ready."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--persons", type=int, default=0, help="only the cells with so many persons")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    print(f"{asked.trials} trials of 60 decision points a cell; how often the truth was missed, in %, wanted 5")
    print("estimator  persons  terms  answered   interval   test of all terms   uncorrected, normal")
    with Pool(asked.processes) as pool:
        for found in pool.imap(run, [c for c in cells(asked.trials, asked.seed) if asked.persons in (0, c.persons)]):
            shares = [100 * count / max(found.answered, 1) for count in (found.interval, found.test, found.uncorrected)]
            cell = found.cell
            named = f"{cell.estimator:<10} {cell.persons:7} {cell.terms:6} {found.answered:9}"
            print(f"{named}   {shares[0]:8.2f}   {shares[1]:17.2f}   {shares[2]:19.2f}")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
