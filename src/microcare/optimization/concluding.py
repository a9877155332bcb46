"""From what an estimator gives to an effect: covariances, degrees of freedom, and what must be said with the numbers."""

from collections.abc import Sequence

import numpy as np

from microcare.optimization import inference, nuisances, sandwich
from microcare.optimization.effect import RATIOS, Effect
from microcare.optimization.question import Question
from microcare.optimization.trial_data import Fitted, TrialData
from microcare.optimization.validation import Findings


def conclude(
    data: TrialData, fitted: Fitted, q: Question, estimator: str, found: Findings, notes: Sequence[str]
) -> Effect:
    """Covariances, degrees of freedom, and everything that must be said with the numbers."""
    carrying = np.zeros(len(data.persons), dtype=bool)
    carrying[data.codes] = True
    n_carrying = int(carrying.sum())
    coefficients = len(fitted.theta) + fitted.nuisance
    inference.enough(n_carrying - coefficients, n_carrying, coefficients)
    whole = nuisances.stacked(data, fitted) if data.nuisances else fitted
    counted = carrying | whole.scores.any(axis=1)
    persons = tuple(p for p, counts in zip(data.persons, counted, strict=True) if counts)
    covered = sandwich.covariances(whole.bread, whole.scores[counted], whole.own[counted], persons)
    size = len(fitted.theta)
    if n_carrying < 20:
        found.said.append(
            f"only {n_carrying} persons: intervals are wide, and one person can move the result; see the influence of each"
        )
    return Effect(
        estimand=_estimand(q, data),
        estimator=estimator,
        family=q.family,
        outcome=q.outcome,
        treatment=q.treatment if len(data.arms) == 2 else "the arm",
        controls=data.controls.terms[: fitted.n_controls],
        terms=data.terms,
        theta=fitted.theta,
        vcov=covered.corrected[:size, :size],
        vcov_uncorrected=covered.uncorrected[:size, :size],
        df=float(n_carrying - coefficients),
        persons=persons,
        changes=covered.changes[:, :size],
        n_decision_points=data.n_decision_points,
        n_available=data.n_available,
        moderators=data.moderators,
        spread=fitted.spread if q.family == "identity" else None,
        warnings=tuple(found.said) + fitted.warnings,
        notes=tuple(notes),
        more=fitted.more,
        lower_is_better=q.lower_is_better,
    )


def _estimand(q: Question, data: TrialData) -> str:
    scale = "difference in" if q.family == "identity" else f"{RATIOS[q.family]} of"
    against = f"{data.arms[0]} (the reference arm)"
    arms = " or ".join(data.arms[1:])
    by = (
        ""
        if q.moderators.strip().removeprefix("~").strip() in ("1", "")
        else f", by {q.moderators.strip().removeprefix('~').strip()}"
    )
    return (
        f"the {scale} {q.outcome} between {arms} and {against} now, among available decision points, averaged over "
        f"everything else that differs between people and moments{by}"
    )
