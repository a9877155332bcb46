"""What one dose at one decision point does to the outcome at the end (Qian; Biometrics 2025, ujaf134)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from microcare.optimization import ending, inference, sandwich
from microcare.optimization.arrays import Floats
from microcare.optimization.effect import Effect
from microcare.optimization.ending import Ended, Ending
from microcare.optimization.refusal import Refusal
from microcare.optimization.sandwich import person_outer, person_sums
from microcare.optimization.stacking import Block, Linear, linear, stack
from microcare.optimization.tables import Number, Table


class DistalEffect(Effect):
    """The effect of one dose on the outcome at the end."""

    def sentence(self, level: float = 0.95) -> str:
        """What was found, for someone who is no statistician."""
        row = self.effects(level)[0]
        where = "" if len(self.terms) == 1 else f" (where all moderators are 0, for the term {row.term})"
        close = (
            "this is more than chance would make."
            if row.lower > 0 or row.upper < 0
            else "so the data fit with no effect at all, and with everything inside this interval."
        )
        return (
            f"One {self.treatment} at one decision point, with all later ones as the program gives them, "
            f"{'raised' if row.estimate >= 0 else 'lowered'} {self.outcome} by {abs(row.estimate):.3g} on average{where}; "
            f"{level:.0%} interval {row.lower:.3g} to {row.upper:.3g}, from {self.n_persons} persons and {self.n_available} available "
            f"decision points: {close}{self.better(row)}"
        )


def distal_effect(
    table: Table,
    *,
    outcome: str,
    treatment: str,
    probability: Number | Sequence[Number] | Mapping[str, Number],
    person: str,
    **options: Any,
) -> DistalEffect:
    """The distal causal excursion effect: one dose at a decision point against none, all else as it was, on the outcome at
    the end of the DMI, averaged over decision points and over what came before and after.

    Args:
        table: a data frame or a file; one row a decision point, the outcome the same in all rows of a person.
        options: see `ending.Ending`. With `folds` above 1 each person's models of the outcome come from other persons.

    Returns:
        The effect's terms. `vcov` counts the estimation of the models of the outcome, `vcov_uncorrected` takes them as known.

    Raises:
        Refusal: as in `excursion.excursion_effect`, or the outcome is not one number a person.
    """
    asked = Ending(outcome, treatment, probability, person, **options).checked()
    return effect_of(ending.ended(table, asked), asked)


def effect_of(trial: Ended, asked: Ending) -> DistalEffect:
    """The same, of a trial that is arranged already."""
    data, count = trial.data, trial.count
    s, p, codes, omega = data.s, data.p[:, 1], data.codes, data.weight
    one, zero = models(trial, asked)
    mu1, mu0 = data_values(trial, one, asked), data_values(trial, zero, asked)
    k = np.where(data.arm == 1, 1 / p, -1 / (1 - p))
    pseudo = k * (data.y - (1 - p) * mu1 - p * mu0)
    own = person_outer(codes, count, s * omega[:, None], s) + trial.rest
    right = person_sums(codes, count, s * (omega * pseudo)[:, None])
    beta = np.linalg.solve(own.sum(axis=0), right.sum(axis=0))
    block = Block(right - own @ beta, own)
    carrying = np.flatnonzero(own.any(axis=(1, 2)))
    inference.enough(len(carrying) - len(beta) - data.z.shape[1], len(carrying), len(beta) + data.z.shape[1])
    counted = np.flatnonzero(own.any(axis=(1, 2)) | trial.gone)
    persons = tuple(data.persons[int(c)] for c in counted)
    plain = sandwich.covariances(own.sum(axis=0), block.scores[counted], own[counted], persons)
    blocks, slopes = [block], {}
    if asked.folds == 1:
        blocks += [one[0].block, zero[0].block]
        slopes = {
            (0, 1): -person_outer(codes, count, s * (omega * k * (1 - p))[:, None], data.z),
            (0, 2): -person_outer(codes, count, s * (omega * k * p)[:, None], data.z),
        }
    if trial.staying is not None:
        slopes[0, len(blocks)] = trial.leaving(block.scores)
        blocks.append(trial.staying[0])
    whole = stack(blocks, slopes)
    corrected = sandwich.covariances(whole.bread, whole.scores[counted], whole.own[counted], persons)
    size = len(beta)
    if len(persons) < 20:
        trial.found.said.append(f"only {len(persons)} persons: intervals are wide, and one person can move the result")
    return DistalEffect(
        estimand=_estimand(asked, data.arms), estimator="dcee", family="identity", outcome=asked.outcome,
        treatment=asked.treatment, controls=(), terms=data.terms, theta=beta, vcov=corrected.corrected[:size, :size],
        vcov_uncorrected=plain.uncorrected, df=float(len(carrying) - size - data.z.shape[1]), persons=persons,
        changes=corrected.changes[:, :size], n_decision_points=data.n_decision_points, n_available=len(data.y),
        moderators=data.moderators, spread=None, warnings=tuple(trial.found.said), notes=trial.notes,
        lower_is_better=asked.lower_is_better,
    )  # fmt: skip


def models(trial: Ended, asked: Ending) -> tuple[list[Linear], list[Linear]]:
    """The expected outcome by the controls under treatment and without, one model for each group of persons (`folds`)."""
    data, (z, codes, y, _) = trial.data, trial.away
    if not 1 <= asked.folds <= trial.count:
        raise Refusal(f"folds: between 1 and the number of persons, {trial.count}")
    x, who = np.vstack([data.z, z]), np.concatenate([data.codes, codes])
    outcome, arm = np.concatenate([data.y, y]), np.concatenate([data.arm, np.zeros(len(y), dtype=np.intp)])
    found: tuple[list[Linear], list[Linear]] = ([], [])
    for a, what in ((1, "the model of the outcome with treatment"), (0, "the model of the outcome without treatment")):
        for fold in range(asked.folds):
            used = (arm == a) & ((who % asked.folds != fold) | (asked.folds == 1))
            found[1 - a].append(linear(x, outcome, used, who, trial.count, what))
    return found


def data_values(trial: Ended, fitted: list[Linear], asked: Ending) -> Floats:
    """Each available row's expected outcome, (rows,), by the models that its person did not make."""
    coefficients = np.stack([one.coefficients for one in fitted])[trial.data.codes % asked.folds]
    return np.asarray((trial.data.z * coefficients).sum(axis=1))


def _estimand(asked: Ending, arms: tuple[str, ...]) -> str:
    where = (
        f"averaged over all decision points ({arms[1]} if the person was available, else nothing)"
        if asked.over == "all"
        else "averaged over available decision points"
    )
    by = asked.moderators.strip().removeprefix("~").strip()
    return (
        f"the difference in {asked.outcome}, measured once at the end, between {arms[1]} and {arms[0]} at one decision point, with "
        f"earlier and later treatment as the trial gave it, {where}" + ("" if by in ("1", "") else f", by {by}")
    )
