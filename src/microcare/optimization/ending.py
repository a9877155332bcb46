"""A trial whose outcome is one number a person, measured at the end: what distal and mediated effects share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from microcare.optimization import tables
from microcare.optimization.arranging import availability, trial_data
from microcare.optimization.arrays import Floats, Marks, Places
from microcare.optimization.designs import Design, design, variables
from microcare.optimization.nuisances import SMALLEST, logistic
from microcare.optimization.question import Question
from microcare.optimization.refusal import Refusal
from microcare.optimization.sandwich import person_outer
from microcare.optimization.stacking import Block
from microcare.optimization.tables import Number, Table
from microcare.optimization.trial_data import TrialData
from microcare.optimization.validation import Findings

OVER, COUNTED, LEARNED, MISSING = (
    ("all", "available"),
    ("persons", "points"),
    ("available", "all"),
    ("error", "drop", "ipw"),
)
WEIGHT = "weight of the decision point"
LEFT_OUT = "have no outcome and are left out"
"""What is said of rows that are left out, which is not so where others stand for them."""


@dataclass(frozen=True)
class Ending:
    """What is asked of a trial with an outcome at the end.

    `over`: the effect is averaged over `all` decision points, with "treat if the person is available" against "do not"
    (no effect where nobody could be treated), or over those `available`. `count`: each of the `persons` weighs the same
    however long they were followed, or each of the `points`. `learn`: the models of the outcome are fitted in `available`
    rows, or in `all` (as the R package MRTAnalysis does). `missing`: persons without the outcome are an `error`, `drop`ped
    (said), or made up for by weighing the others by one over their chance of having it (`ipw`), from a logistic model of
    `missing_model`, whose columns are the same in all rows of a person.
    """

    outcome: str
    treatment: str
    probability: Number | Sequence[Number] | Mapping[str, Number]
    person: str
    availability: str | None = None
    moderators: str = "~ 1"
    controls: str = "~ 1"
    over: str = "all"
    count: str = "persons"
    learn: str = "available"
    folds: int = 1
    missing: str = "error"
    missing_model: str | None = None
    weight: str | None = None
    arms: Sequence[str | float] | None = None
    level: float = 0.95
    allow: frozenset[str] = frozenset()
    lower_is_better: bool = False
    """Less of the outcome is better."""

    def checked(self) -> "Ending":
        """Itself, with every choice one that there is."""
        for name, known in (("over", OVER), ("count", COUNTED), ("learn", LEARNED), ("missing", MISSING)):
            if getattr(self, name) not in known:
                raise Refusal(f"{name} is one of {', '.join(known)}, not {getattr(self, name)}")
        return self


@dataclass(frozen=True)
class Ended:
    """The trial: `data` holds the available rows, its weight is omega; `rest` (persons, p, p) the weighted products of the
    moderators in rows that count and were not available. `away` are the controls, persons, outcomes and places of
    the rows that were not available and from which models learn.
    """

    data: TrialData
    frame: pd.DataFrame
    rows: Places
    rest: Floats
    away: tuple[Floats, Places, Floats, Places]
    found: Findings
    notes: tuple[str, ...]
    staying: tuple[Block, Floats] | None = None
    """The model of who has the outcome: its equation, and the derivative of each person's log weight (persons, m)."""

    @property
    def gone(self) -> Marks:
        """The persons who have no outcome and still count, (persons,), for they tell who has one."""
        none = np.zeros(self.count, dtype=bool)
        return none if self.staying is None else np.asarray(self.staying[0].scores.any(axis=1))

    def leaving(self, scores: Floats) -> Floats:
        """The derivative of scores (persons, k) by the coefficients of the model of who has the outcome, (persons, k, m)."""
        if self.staying is None:
            raise Refusal("there is no model of who has the outcome")
        return scores[:, :, None] * self.staying[1][:, None, :]

    @property
    def count(self) -> int:
        """The number of persons."""
        return len(self.data.persons)


def ended(table: Table, asked: Ending, more: Sequence[str] = ()) -> Ended:
    """Read, check and arrange; `more` are further columns that are needed.

    Raises:
        Refusal: as in `excursion.excursion_effect`, or the outcome is not one number a person.
    """
    q = Question(
        asked.outcome, asked.treatment, asked.probability, asked.person, availability=asked.availability,
        moderators=asked.moderators, controls=asked.controls, arms=asked.arms, weight=WEIGHT, missing="error" if asked.missing == "error" else "drop",
        level=asked.level, allow=asked.allow, estimator="dr", folds=asked.folds,
    )  # fmt: skip
    wanted = [c for c in q.columns(tables.names(table)) if c != WEIGHT]
    frame = tables.read(
        table,
        dict.fromkeys(
            [
                *wanted,
                *more,
                *(variables(asked.missing_model) if asked.missing_model is not None else ()),
                *([] if asked.weight is None else [asked.weight]),
            ]
        ),
        ids=[asked.person],
    ).copy()
    if not len(frame):
        raise Refusal("the table has no rows")
    codes, persons = tables.persons(frame, asked.person)
    y = tables.numbers(frame, asked.outcome, "outcome")
    _one_each(y, codes, persons, asked)
    available = availability(frame, q, [])
    counted = (np.ones(len(frame), dtype=bool) if asked.over == "all" else available) & np.isfinite(y)
    omega, notes = _omega(frame, asked, codes, counted)
    staying = None
    if asked.missing == "ipw" and not np.isfinite(y).all():
        weight, staying, note = _staying(frame, asked, codes, np.isfinite(y), len(persons))
        omega, notes = omega * weight[codes], [*notes, note]
    frame[WEIGHT] = omega
    found = Findings(allowed=frozenset(asked.allow))
    data, said = trial_data(frame, q, found)
    if staying is not None:
        found.said[:] = [text for text in found.said if LEFT_OUT not in text]
    if len(data.arms) != 2:
        raise Refusal("the effect of one dose compares two arms; choose two")
    rows = np.flatnonzero(available & np.isfinite(y) & (omega > 0))
    missed = counted & ~available & (omega > 0)
    s = _at(frame, missed, data.moderators, asked) if missed.any() else np.zeros((0, data.s.shape[1]))
    rest = person_outer(codes[missed], len(persons), s * omega[missed][:, None], s)
    learned = ~available & np.isfinite(y) if asked.learn == "all" else np.zeros(len(frame), dtype=bool)
    z = design(frame[learned], np.flatnonzero(learned), asked.controls, "controls", data.controls.blueprint).matrix
    away = (z, codes[learned], y[learned], np.flatnonzero(learned))
    return Ended(data, frame, rows, rest, away, found, (*notes, *said), staying)


def _staying(
    frame: pd.DataFrame, asked: Ending, codes: Places, known: Marks, count: int
) -> tuple[Floats, tuple[Block, Floats], str]:
    """Each person's weight (persons,), the model's equation with the slope of the log weight, and a note."""
    role = "the model of who has the outcome"
    formula = asked.missing_model
    if formula is None:
        raise Refusal(
            "missing = ipw: say by what the chance of having the outcome is modeled (missing_model), like ~ age + severity"
        )
    for name in variables(formula):
        values = frame[name].fillna("unknown") if frame[name].dtype == object else frame[name]
        if (values.groupby(codes).nunique() > 1).any():
            raise Refusal(f"{role}: {name} changes within a person; use what was known of each person at the start")
    first = np.flatnonzero(~pd.Series(codes).duplicated().to_numpy())
    made = design(frame.take(first), first, formula, role)
    model = logistic(made.matrix, known[first], np.ones(count), codes[first], count, made.terms, role)
    low = float(model.probability.min())
    if low < SMALLEST:
        raise Refusal(f"{role}: somebody had a chance of {low:.2g} of an outcome; use a simpler model")
    note = (
        f"{int((~known[first]).sum())} of {count} persons have no {asked.outcome}; the chance of having it is modeled by a logistic "
        f"regression on {formula.strip().removeprefix('~').strip()} and lies between {low:.2g} and "
        f"{float(model.probability.max()):.2g}; this is right if, given these, who has none has nothing to do with what it would have been"
    )
    slope = -(1 - model.probability)[:, None] * made.matrix
    return 1 / model.probability, (Block(model.scores, model.own), slope), note


def _one_each(y: Floats, codes: Places, persons: Sequence[object], asked: Ending) -> None:
    if not np.isfinite(y).any():
        raise Refusal(f"outcome {asked.outcome}: nobody has it")
    first = pd.Series(y).groupby(codes).transform("first").to_numpy()
    differing = np.flatnonzero((y != first) & (np.isfinite(y) | np.isfinite(first)))
    if len(differing):
        raise Refusal(
            f"outcome {asked.outcome}: person {persons[int(codes[differing[0]])]} has more than one value; an outcome at the end "
            "is the same in all rows of a person. For an outcome after each decision point ask for the excursion effect"
        )


def _omega(frame: pd.DataFrame, asked: Ending, codes: Places, counted: Marks) -> tuple[Floats, list[str]]:
    weight: Floats = np.ones(len(frame))
    if asked.weight is not None:
        weight = tables.numbers(frame, asked.weight, "weight")
        if not (weight[counted] >= 0).all():
            raise Refusal(f"weight {asked.weight}: no weight is below 0 or unknown")
    points = np.bincount(codes, counted)
    unequal = len({int(n) for n in points if n}) > 1
    notes = []
    if unequal and asked.count == "persons":
        notes.append(
            f"persons have {int(points[points > 0].min())} to {int(points.max())} decision points; each person weighs the same, so the "
            "effect is that of a dose at a moment drawn from a person's own"
        )
    if unequal and asked.count == "points":
        notes.append("each decision point weighs the same, so persons with more of them weigh more")
    if asked.count == "persons":
        weight = weight * points[points > 0].mean() / np.maximum(points, 1)[codes]
    return np.where(counted, weight, 0.0), notes


def _at(frame: pd.DataFrame, missed: Marks, moderators: Design, asked: Ending) -> Floats:
    try:
        return design(
            frame[missed], np.flatnonzero(missed), asked.moderators, "moderators", moderators.blueprint
        ).matrix
    except Refusal as refused:
        raise Refusal(
            f"{refused}: there nobody was available. To average over all decision points the moderators must be known there too; "
            "or say over = available"
        ) from None
