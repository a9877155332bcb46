"""The causal excursion effect: what a treatment does now, averaged over the lives people lead."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from microcare.optimization import inference, nuisances, sandwich, tables
from microcare.optimization.arranging import trial_data
from microcare.optimization.effect import RATIOS, Effect
from microcare.optimization.estimators import emee, logit, robust, wcls
from microcare.optimization.question import FAMILIES, MISSING, Number, Question
from microcare.optimization.refusal import Refusal
from microcare.optimization.tables import Table
from microcare.optimization.trial_data import Estimator, Fitted, TrialData
from microcare.optimization.validation import Findings

ESTIMATORS: dict[tuple[str, str], Estimator] = {
    ("wcls", "identity"): wcls.fit,
    ("emee", "log"): emee.fit,
    ("emee", "count"): emee.fit,
    ("dr", "identity"): robust.fit,
    ("dr", "log"): robust.fit_ratio,
    ("dr", "count"): robust.fit_ratio,
    ("msm", "logit"): logit.fit,
}
USUAL = {"identity": "wcls", "log": "emee", "count": "emee", "logit": "msm"}


def excursion_effect(
    table: Table,
    *,
    outcome: str,
    treatment: str,
    probability: Number | Sequence[Number] | Mapping[str, Number] | None = None,
    person: str,
    **options: Any,
) -> Effect:
    """The causal excursion effect of a treatment on a proximal outcome, from the table of a micro-randomized trial.

    Args:
        table: a data frame, or the path of a CSV or Parquet file; one row a decision point, in any order.
        outcome: the proximal outcome's column, measured after the decision point.
        treatment: the arm's column; 0 and 1, or the arms' names.
        probability: the probability of the treatment (a column or a number); with several arms one for each arm but the
            first, or for all, in their order or by name.
        person: the column that says whose row it is; ids of any type.

    Options:
        availability: 0 and 1; without it every row is available.
        moderators, controls: formulas; the effect may differ by the moderators, the controls only take away noise.
        family: `identity` (a difference), `log` (a risk ratio), `count` (a rate ratio), `logit` (an odds ratio).
        estimator: `wcls`, `emee`, `dr` (doubly robust), or by the family.
        window, lag, reference, summary, end, per_decision: see `windows.window`; time is the column that orders a
            person's rows.
        arms: the arms, the one that is compared with first.
        numerator: the stabilizing probability: a number or a column that depends on moderators only; 0.5, or equal parts.
        missing: what to do where an available row has no outcome: `error`, `drop` (said), `ipw` (weight by the inverse
            probability of having one), `dr` (with the doubly robust estimator's models as well).
        missing_model: the formula of a logistic model for having an outcome; else the controls and the treatment.
        probability_model: the formula of a logistic model for the treatment, instead of its probability.
        exposure: a column that the expected count is proportional to.
        weight: a further weight of each row.
        probability_of: `treatment`, or `received` where the column holds the probability of the arm the row had.
        folds: with `dr`, the number of groups of persons for cross-fitting; 1 fits the models on everybody.
        omega: with `dr`, the weight of each row: `one` or `variance`, p (1 - p).
        allow: names of refusals that are only said.

    Returns:
        The effect, with terms in the order of the moderators (for each arm, with several).

    Raises:
        Refusal: everything that speaks against a number, each with its cure.
    """
    question = Question(outcome, treatment, probability, person, **options)
    return effect_of(tables.read(table, question.columns(tables.names(table))), question)


def effect_of(frame: pd.DataFrame, question: Question) -> Effect:
    """The same, of a data frame that is read already."""
    found = Findings(allowed=frozenset(question.allow))
    estimator = _estimator(question)
    data, notes = trial_data(frame, question, found)
    fitted = ESTIMATORS[(estimator, question.family)](data)
    return conclude(data, fitted, question, estimator, found, notes)


def _estimator(q: Question) -> str:
    if q.family not in FAMILIES:
        raise Refusal(f"there is no family {q.family}; there are {', '.join(FAMILIES)}")
    name = q.estimator or USUAL[q.family]
    if q.missing == "dr" and name != "dr":
        raise Refusal("missing outcomes are filled by models only with the estimator dr")
    if (name, q.family) not in ESTIMATORS:
        fitting = ", ".join(f for e, f in ESTIMATORS if e == name)
        raise Refusal(
            f"the estimator {name} is for the family {fitting}, not for {q.family}"
            if fitting
            else f"there is no estimator {name}; there are wcls, emee and dr"
        )
    if q.missing not in MISSING:
        raise Refusal(f"missing is one of {', '.join(MISSING)}")
    return name


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
