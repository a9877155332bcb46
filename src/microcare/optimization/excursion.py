"""The causal excursion effect: what a treatment does now, averaged over the lives people lead."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from microcare.optimization import streaming, tables
from microcare.optimization.arranging import trial_data
from microcare.optimization.concluding import conclude
from microcare.optimization.designs import INTERCEPT
from microcare.optimization.effect import Effect
from microcare.optimization.estimators import emee, logit, robust, wcls
from microcare.optimization.question import FAMILIES, MISSING, Question
from microcare.optimization.refusal import Refusal
from microcare.optimization.tables import Number, Table
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
INFINITE = 12.0
"""The logarithm of a ratio that no study can tell from infinity: 160,000."""
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
        lower_is_better: less of the outcome is better, and the sentence says what that means.

    Returns:
        The effect, with terms in the order of the moderators (for each arm, with several).

    Raises:
        Refusal: everything that speaks against a number, each with its cure.
    """
    question = Question(outcome, treatment, probability, person, **options)
    known = tables.names(table)
    try:
        if not isinstance(table, pd.DataFrame) and (effect := streaming.instead(table, question, known)) is not None:
            return effect
        return effect_of(tables.read(table, question.columns(known), known, question.texts), question)
    except MemoryError:
        raise Refusal(
            "the analysis takes more memory than there is: use fewer columns, the table as a Parquet file (which is read part by part "
            "with the estimator wcls), a larger machine, or sums per person (microcare analyze statistics)"
        ) from None


def effect_of(frame: pd.DataFrame, question: Question) -> Effect:
    """The same, of a data frame that is read already."""
    found = Findings(allowed=frozenset(question.allow))
    estimator = _estimator(question)
    data, notes = trial_data(frame, question, found)
    fitted = ESTIMATORS[(estimator, question.family)](data)
    _finite(data, fitted, question)
    return conclude(data, fitted, question, estimator, found, notes)


def _finite(data: TrialData, fitted: Fitted, q: Question) -> None:
    """Refuse a ratio that the equations push to 0 or to infinity for some of the rows."""
    if q.family == "identity":
        return
    effects = fitted.theta[fitted.n_controls :].reshape(len(data.arms) - 1, -1)
    logs = data.s @ effects.T
    if not np.isfinite(logs).all() or np.abs(logs).max() > INFINITE:
        row = int(np.abs(np.nan_to_num(logs, nan=np.inf)).max(axis=1).argmax())
        where = ", ".join(
            f"{t} {v:g}" for t, v in zip(data.moderators.terms, data.s[row], strict=True) if t != INTERCEPT
        )
        raise Refusal(
            f"outcome {q.outcome}: the ratio is 0 or infinite{f' (where {where})' if where else ''}: in one arm hardly any decision "
            "point has it there; ask for the difference instead (family identity), use fewer moderators, or wait for more people"
        )


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
