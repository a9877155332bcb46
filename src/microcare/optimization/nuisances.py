"""Probabilities that are estimated on the way to an effect, and what their estimation does to the effect's covariance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from microcare.optimization import designs
from microcare.optimization.arrays import Floats, Marks, Places
from microcare.optimization.question import Question
from microcare.optimization.refusal import Refusal
from microcare.optimization.sandwich import person_outer, person_sums
from microcare.optimization.trial_data import Fitted, TrialData

ROUNDS = 100
SMALLEST = 0.01
"""A row that had less chance of an outcome than this would stand for more than a hundred others."""


@dataclass(frozen=True)
class Logistic:
    """A logistic regression: coefficients (m,), each row's probability, and each person's score and information."""

    coefficients: Floats
    probability: Floats
    scores: Floats
    own: Floats


def logistic(
    x: Floats, y: Marks, weight: Floats, codes: Places, count: int, terms: Sequence[str], role: str
) -> Logistic:
    """Solve sum weight x (y - expit(x eta)) = 0; x (rows, m).

    Raises:
        Refusal: columns follow from one another, or no finite coefficients solve the equations.
    """
    designs.independent(x, terms, role)
    eta: Floats = np.zeros(x.shape[1])
    for _ in range(ROUNDS):
        mean = 1 / (1 + np.exp(-(x @ eta)))
        curved = x * (weight * mean * (1 - mean))[:, None]
        try:
            step = np.linalg.solve(x.T @ curved, x.T @ (weight * (y - mean)))
        except np.linalg.LinAlgError:
            break
        eta = eta + step / max(1.0, float(np.abs(step).max()) / 5)
        if not np.isfinite(eta).all() or np.abs(x @ eta).max() > 30:
            break
        if np.abs(step).max() < 1e-12 * max(1.0, float(np.abs(eta).max())):
            mean = 1 / (1 + np.exp(-(x @ eta)))
            scores = person_sums(codes, count, x * (weight * (y - mean))[:, None])
            own = person_outer(codes, count, x, x * (weight * mean * (1 - mean))[:, None])
            return Logistic(eta, mean, scores, own)
    raise Refusal(f"{role}: the model has no solution, for its terms divide the rows; use fewer or coarser terms")


def stacked(data: TrialData, fitted: Fitted) -> Fitted:
    """The estimating equations with those of the estimated probabilities beneath them.

    With U the scores of the effect and s those of a model with coefficients eta, the stack has the bread
    [[M, -dU/deta], [0, information]]; each person's part of it has the same shape, so that both covariances, and the
    changes without each person, account for the estimation of eta (Stefanski and Boos; Am Stat 2002;56:29).
    """
    k, count = fitted.scores.shape[1], len(data.persons)
    size = k + sum(n.scores.shape[1] for n in data.nuisances)
    own = np.zeros((count, size, size))
    own[:, :k, :k] = fitted.own
    bread = np.zeros((size, size))
    bread[:k, :k] = fitted.bread
    start = k
    for one in data.nuisances:
        moved = fitted.by_weight if one.kind == "observation" else fitted.by_probability
        if moved is None:
            raise Refusal("this estimator takes probabilities as they are stated; it cannot estimate them")
        end = start + one.scores.shape[1]
        own[:, :k, start:end] = -person_outer(data.codes, count, moved(), one.slope)
        own[:, start:end, start:end] = one.own
        bread[:, start:end] = own[:, :, start:end].sum(axis=0)
        start = end
    scores = np.hstack([fitted.scores, *(n.scores for n in data.nuisances)])
    return Fitted(fitted.theta, bread, scores, own, fitted.n_controls)


def observation(
    frame: pd.DataFrame,
    q: Question,
    asked: Places,
    seen: Marks,
    weight: Floats,
    arms: Floats,
    codes: Places,
    count: int,
) -> tuple[Logistic, Floats, str]:
    """The chance of an outcome of the rows `asked` (n,), modeled; everything else is theirs too, with `arms` (n, K) columns
    of 0 and 1. Returns the model, its derivative of the log weight (n, m), and a note.

    Raises:
        Refusal: the model has no solution, or a row had next to no chance of an outcome.
    """
    role = "the model of missing outcomes"
    made = designs.design(frame.take(asked), asked, q.missing_model or q.controls, role)
    x, terms, said = made.matrix, made.terms, (q.missing_model or q.controls).strip().removeprefix("~").strip()
    if q.missing_model is None:
        x, terms = np.hstack([x, arms]), terms + tuple(f"{q.treatment} {k + 1}" for k in range(arms.shape[1]))
        said += f" + {q.treatment}"
    model = logistic(x, seen, weight, codes, count, terms, role)
    low = float(model.probability.min())
    if low < SMALLEST:
        row = asked[int(model.probability.argmin())] + 1
        raise Refusal(
            f"{role}: row {row} had a chance of {low:.2g} of an outcome; a weight of {1 / low:.0f} cannot be trusted. "
            "Use a simpler model, or leave out people and times that were hardly ever observed"
        )
    note = (
        f"{int((~seen).sum())} of {len(seen)} available decision points have no outcome; the chance of having one is modeled "
        f"by a logistic regression on {said} and lies between {low:.2g} and {float(model.probability.max()):.2g}; this is right if, "
        "given these, whether an outcome is missing has nothing to do with what it would have been"
    )
    return model, -(1 - model.probability)[:, None] * x, note


def treatment(
    frame: pd.DataFrame, q: Question, arm: Places, available: Marks, codes: Places, count: int
) -> tuple[Floats, Floats, Logistic]:
    """The treatment's probability from a logistic model of the available rows: p (rows,), NaN elsewhere, with its
    derivative by the model's coefficients (rows, m), and the model.

    Raises:
        Refusal: the model has no solution, or later points of a window would need it too.
    """
    role = "the probability model"
    if q.reference == "none" and q.window + q.lag > 1:
        raise Refusal(
            f"{role}: the weights of a window without later doses need the probabilities that were drawn with"
        )
    rows = np.flatnonzero(available)
    formula = q.probability_model or "~ 1"
    made = designs.design(frame.take(rows), rows, formula, role)
    for name in {*designs.variables(formula)} & {q.outcome, q.treatment}:
        raise Refusal(f"{role}: {name} is the outcome or the treatment itself; take it out")
    ones = np.ones(len(rows))
    model = logistic(made.matrix, arm[rows] == 1, ones, codes[rows], count, made.terms, role)
    p = np.full(len(frame), np.nan)
    p[rows] = model.probability
    slope = np.zeros((len(frame), made.matrix.shape[1]))
    slope[rows] = made.matrix * (model.probability * (1 - model.probability))[:, None]
    return p, slope, model
