"""What each event of a DMI contributes: to its proximal outcome, to the DMI's overall outcome, and how much of the one
goes through the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from microcare.optimization import arranging, tables, validation
from microcare.optimization.arrays import Floats, Marks, Places
from microcare.optimization.distal import distal_effect
from microcare.optimization.effect import RATIOS, verdict
from microcare.optimization.excursion import excursion_effect
from microcare.optimization.inference import Row
from microcare.optimization.mediation import ASSUMPTIONS, Sensitivity, Share, mediated_effect
from microcare.optimization.question import Question
from microcare.optimization.refusal import Refusal
from microcare.optimization.tables import Number, Table

WEIGHT, CHANCE, GIVEN = "weight of the event", "probability of the event", "event was given"


@dataclass(frozen=True)
class Contribution:
    """One event. Its effects are those of one time that it is given; None where `refused` says why there is no number.

    `given`: how often a person was given it, on average. `p_proximal` and `p_overall` are adjusted for the number of events
    (Holm).
    """

    event: str
    dmi: str
    persons: int
    points: int
    given: float
    proximal: Row | None
    overall: Row | None
    through: Row | None
    share: Share | None
    sensitivity: Sensitivity | None
    p_proximal: float | None = None
    p_overall: float | None = None
    refused: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    family: str = "identity"
    """Of the proximal outcome."""
    proximal_lower_is_better: bool = False
    overall_lower_is_better: bool = False

    def sentence(self) -> str:
        """What was found, for someone who is no statistician."""
        said = f"{self.event}: given {self.given:.1f} times to a person, to {self.persons} persons"
        for row, what, p, lower, family in (
            (self.proximal, "its proximal outcome", self.p_proximal, self.proximal_lower_is_better, self.family),
            (self.overall, "the overall outcome", self.p_overall, self.overall_lower_is_better, "identity"),
        ):
            if row is None or p is None:
                continue
            sure = "more than chance would make" if p < 0.05 else "not more than chance would make"
            said += f"; each time it {_changes(what, row, family)}, {sure}"
            said += f" (less of {what} is better{verdict(row, p < 0.05)})" if lower else ""
        if (
            self.share is not None
            and self.share.estimate is not None
            and self.share.lower is not None
            and self.share.upper is not None
        ):
            said += f"; {self.share.estimate:.0%} of the latter ({self.share.lower:.0%} to {self.share.upper:.0%}) goes through the former"
        elif self.through is not None:
            said += "; which part of the latter goes through the former cannot be told"
        return said + "".join(f"; no number: {reason}" for reason in self.refused)


def _changes(what: str, row: Row, family: str) -> str:
    if family in RATIOS:
        low, value, high = (float(np.exp(v)) for v in (row.lower, row.estimate, row.upper))
        return f"multiplies {what} by {value:.3g} ({low:.3g} to {high:.3g}, {RATIOS[family]})"
    return f"changes {what} by {row.estimate:.3g} ({row.lower:.3g} to {row.upper:.3g})"


@dataclass(frozen=True)
class Contributions:
    """Every event of every DMI, in the order of their names."""

    rows: tuple[Contribution, ...]
    assumptions: tuple[str, ...] = ASSUMPTIONS

    def table(self) -> pd.DataFrame:
        """One row an event; what there is no number for is empty."""
        found = []
        for row in self.rows:
            line: dict[str, Any] = {
                "dmi": row.dmi,
                "event": row.event,
                "persons": row.persons,
                "decision_points": row.points,
                "given": row.given,
            }
            for name, part in (("proximal", row.proximal), ("overall", row.overall), ("through", row.through)):
                for key in ("estimate", "se", "lower", "upper"):
                    line[f"{name}_{key}"] = None if part is None else getattr(part, key)
            line |= {"proximal_p": row.p_proximal, "overall_p": row.p_overall}
            line["proximal_lower_is_better"] = row.proximal_lower_is_better
            line["overall_lower_is_better"] = row.overall_lower_is_better
            for key in ("estimate", "lower", "upper"):
                line[f"share_{key}"] = None if row.share is None else getattr(row.share, key)
            found.append(line | {"refused": "; ".join(row.refused)})
        return pd.DataFrame(found)

    def as_dict(self) -> dict[str, Any]:
        """Everything, for machines."""
        return {
            "events": [asdict(row) | {"sentence": row.sentence()} for row in self.rows],
            "assumptions": list(self.assumptions),
        }


def contributions(
    table: Table,
    *,
    proximal: str,
    overall: str,
    treatment: str,
    probability: Number | Sequence[Number] | Mapping[str, Number],
    person: str,
    event: str | None = None,
    dmi: str | None = None,
    availability: str | None = None,
    controls: str = "~ 1",
    family: str = "identity",
    arms: Sequence[str | float] | None = None,
    level: float = 0.95,
    proximal_lower_is_better: bool = False,
    overall_lower_is_better: bool = False,
) -> Contributions:
    """What each event contributes.

    Args:
        table: a data frame or a file; one row a decision point.
        proximal: the outcome after each decision point.
        overall: the outcome at the end of the DMI: the same in all rows of a person (in that DMI).
        treatment: whether the event was given; or, without `event`, which event was (the first arm: none).
        event: the column of the event that the decision point could give, whether it did or not.
        dmi: the column of the DMI, where the table holds several.
        availability, probability, controls, arms: as `excursion.excursion_effect` takes them.
        family: of the proximal outcome; what goes through it is asked for whatever its family.
        proximal_lower_is_better, overall_lower_is_better: less of that outcome is better, and the sentences say so.

    Raises:
        Refusal: the table lacks what is needed; where one event alone cannot be told, its row says so instead.
    """
    q = Question(proximal, treatment, probability, person, availability=availability, controls=controls, arms=arms)
    wanted = [*q.columns(tables.names(table)), overall, *(c for c in (event, dmi) if c is not None)]
    frame = tables.read(table, dict.fromkeys(wanted), ids=[person])
    if not len(frame):
        raise Refusal("the table has no rows")
    asked = {"controls": controls, "level": level, "person": person}
    found = []
    for name, part in [("", frame)] if dmi is None else list(frame.groupby(dmi, sort=True)):
        pieces = _by_column(part, q, event) if event is not None else _by_arm(part, q)
        for one, piece in pieces:
            if isinstance(piece, str):
                found.append(Contribution(one, str(name), 0, 0, 0.0, None, None, None, None, None, refused=(piece,)))
                continue
            found.append(_contribution(one, str(name), piece, proximal, overall, family, asked))
    near, far = proximal_lower_is_better, overall_lower_is_better
    rows = [
        replace(row, family=family, proximal_lower_is_better=near, overall_lower_is_better=far)
        for row in _adjusted(found)
    ]
    return Contributions(tuple(rows))


def _by_column(frame: pd.DataFrame, q: Question, event: str) -> list[tuple[str, pd.DataFrame | str]]:
    """Each event's available rows, or why there is nothing to tell."""
    used = _available(frame, q)
    rows = frame[used]
    if rows[event].isna().any():
        raise Refusal(f"event {event}: it is unknown where the person was available; name what could have been given")
    made: list[tuple[str, pd.DataFrame | str]] = []
    for name in sorted(rows[event].unique(), key=str):
        own = rows[rows[event] == name]
        if own[q.treatment].nunique() < 2:
            always = "always" if own[q.treatment].iloc[0] != 0 else "never"
            made.append((str(name), f"it was {always} given where it could be, so there is nothing to compare"))
            continue
        labels, arm, p = _arms(own, q)
        if len(labels) != 2:
            raise Refusal("with a column of events the treatment has two arms: given and not")
        made.append((str(name), own.assign(**{GIVEN: arm, CHANCE: p[:, 1], WEIGHT: 1.0})))
    return made


def _by_arm(frame: pd.DataFrame, q: Question) -> list[tuple[str, pd.DataFrame | str]]:
    """Each arm against the first, among the decision points that gave one of the two.

    Given that it is one of the two, the arm was drawn with p_k / (p_0 + p_k); weighing by 1 / (p_0 + p_k) makes the
    decision points stand for all available ones.
    """
    rows = frame[_available(frame, q)]
    labels, arm, p = _arms(rows, q)
    made: list[tuple[str, pd.DataFrame | str]] = []
    for k in range(1, len(labels)):
        both = p[:, 0] + p[:, k]
        columns = {GIVEN: (arm == k).astype(np.int64), CHANCE: p[:, k] / both, WEIGHT: 1 / both}
        made.append((labels[k], rows.assign(**columns)[(arm == 0) | (arm == k)]))
    return made


def _arms(rows: pd.DataFrame, q: Question) -> tuple[tuple[str, ...], Places, Floats]:
    labels, arm = arranging.arms(rows, q, np.ones(len(rows), dtype=bool), True)
    if q.probability is None:
        raise Refusal("the probability of each arm is needed")
    p = arranging.shares(rows, q, q.probability, labels, "the probability")
    found = validation.Findings()
    validation.probabilities(p, arm, np.ones(len(rows), dtype=bool), labels, found)
    if found.refused:
        raise Refusal(found.refused)
    return labels, arm, p


def _available(frame: pd.DataFrame, q: Question) -> Marks:
    if q.availability is None:
        return np.ones(len(frame), dtype=bool)
    return np.asarray(tables.numbers(frame, q.availability, "availability") == 1)


def _contribution(
    event: str, dmi: str, piece: pd.DataFrame, proximal: str, overall: str, family: str, asked: dict[str, Any]
) -> Contribution:
    common = asked | {"treatment": GIVEN, "probability": CHANCE, "weight": WEIGHT}
    level = float(asked["level"])
    refused: list[str] = []
    warnings: list[str] = []
    near = far = through = share = sensitivity = None
    try:
        effect = excursion_effect(piece, outcome=proximal, family=family, missing="drop", **common)
        near = effect.effects(level)[0]
        warnings += effect.warnings
    except Refusal as reason:
        refused += [f"proximal outcome: {issue}" for issue in reason.issues]
    ending = common | {"outcome": overall, "over": "available", "missing": "drop"}
    try:
        distal = distal_effect(piece, **ending)
        far = distal.effects(level)[0]
        warnings += distal.warnings
    except Refusal as reason:
        refused += [f"overall outcome: {issue}" for issue in reason.issues]
    if near is not None and far is not None:
        try:
            mediated = mediated_effect(piece[piece[proximal].notna()], mediator=proximal, **ending)
            through, share, sensitivity = mediated.indirect(level)[0], mediated.share(level), mediated.sensitivity
        except Refusal as reason:
            refused += [f"what goes through: {issue}" for issue in reason.issues]
    persons = piece[asked["person"]].nunique()
    return Contribution(
        event, dmi, persons, len(piece), float(piece[GIVEN].sum() / persons) if persons else 0.0, near, far, through, share,
        sensitivity, refused=tuple(dict.fromkeys(refused)), warnings=tuple(dict.fromkeys(warnings)),
    )  # fmt: skip


def _adjusted(rows: list[Contribution]) -> list[Contribution]:
    near = holm([None if row.proximal is None else row.proximal.p for row in rows])
    far = holm([None if row.overall is None else row.overall.p for row in rows])
    return [
        Contribution(**(vars(row) | {"p_proximal": one, "p_overall": other}))
        for row, one, other in zip(rows, near, far, strict=True)
    ]


def holm(p: Sequence[float | None]) -> list[float | None]:
    """Holm's adjustment, with places that have no p left out."""
    known = sorted((value, place) for place, value in enumerate(p) if value is not None)
    found: list[float | None] = [None] * len(p)
    highest = 0.0
    for rank, (value, place) in enumerate(known):
        highest = max(highest, min(1.0, value * (len(known) - rank)))
        found[place] = highest
    return found
