"""For whom, and where: whether an effect differs by characteristics of the person and the moment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from microcare.optimization.effect import Effect
from microcare.optimization.excursion import excursion_effect
from microcare.optimization.inference import Row, omnibus
from microcare.optimization.levels.estimates import Estimate, of_row
from microcare.optimization.levels.material import Trial
from microcare.optimization.refusal import Refusal

GIVEN, CHANCE, WEIGHT, BY, DAY, ALONG = "given_", "chance_", "weight_", "by_", "day_", "along_"
DOSE = "dose_7d"
MOST_LEVELS, LEAST_ROWS = 6, 20
"""Characteristics have at most so many values, each seen so often."""


@dataclass(frozen=True)
class ByLevel:
    """The effect for one value of a characteristic."""

    level: str
    effect: Estimate


@dataclass(frozen=True)
class Moderation:
    """Whether an effect differs by a characteristic of the person or the moment, and the effect for each of its values."""

    intervention: str
    rule: str
    option: str
    characteristic: str
    levels: tuple[ByLevel, ...]
    p: float
    p_adjusted: float | None = None
    lower: bool = False
    """Less of the outcome is better."""
    p_held: float | None = None
    """The same with the day and the dose held alike; None where it cannot be told apart from them."""

    @property
    def claim(self) -> float | None:
        """The p of a finding: the larger of both. How much somebody had before was not drawn, and is none."""
        return None if self.p_held is None or self.characteristic == DOSE else max(self.p, self.p_held)

    def rows(self) -> Iterator[dict[str, Any]]:
        """One row a value."""
        for one in self.levels:
            yield {
                "intervention": self.intervention, "rule": self.rule, "option": self.option,
                "characteristic": self.characteristic, "level": one.level, **one.effect.as_dict(), "p_differs": self.p,
                "p_differs_held": self.p_held, "p_differs_adjusted": self.p_adjusted,
                "lower_is_better": self.lower,
            }  # fmt: skip


def asked(rows: pd.DataFrame, moderators: str, more: str = "") -> Effect:
    """The effect in rows that are known, by moderators, with more controls."""
    controls = moderators + more
    return excursion_effect(
        rows, outcome="outcome", treatment=GIVEN, probability=CHANCE, person="person", weight=WEIGHT, moderators=moderators,
        controls=controls, missing="drop",
    )  # fmt: skip


def by_day(rows: pd.DataFrame) -> str:
    """A control for the day, where there is one that differs."""
    return f" + {DAY}" if DAY in rows and rows[DAY].nunique() > 2 else ""


def _characteristics(trial: Trial, rows: pd.DataFrame, persons: pd.DataFrame | None) -> Iterator[tuple[str, pd.Series]]:
    """What the effect may differ by: values that the rule saw, and the person's characteristics, as a few groups."""
    columns = {str(c): rows[c] for c in trial.moderators if c in rows and c != trial.day}
    if persons is not None and len(persons):
        own = persons.set_index("person")
        columns |= {c: rows["person"].map(own[c]) for c in own if str(c).startswith("person_")}
    for name, values in columns.items():
        grouped = _groups(values)
        yield name.removeprefix("x_"), grouped


def _seldom(groups: pd.Series) -> str:
    """Why a characteristic is not looked at; nothing where it is."""
    counts = groups.value_counts()
    if len(counts) < 2:
        return "it has one value only" if len(counts) else "it is never known"
    if len(counts) > MOST_LEVELS:
        return f"it has {len(counts)} different values; {MOST_LEVELS} are the most"
    if counts.min() < LEAST_ROWS:
        return f"{counts.idxmin()!r} was seen {counts.min()} times; {LEAST_ROWS} are the least"
    return ""


def _groups(values: pd.Series) -> pd.Series:
    """Values as texts; numbers with many values as below and above their median."""
    if pd.api.types.is_numeric_dtype(values) and values.nunique() > MOST_LEVELS:
        middle = float(values.median())
        made = pd.Series(
            np.where(values > middle, f"above {middle:g}", f"{middle:g} or less"), values.index, dtype=object
        )
        return made.where(values.notna(), None)
    return values.map(lambda v: None if pd.isna(v) else f"{v:g}" if isinstance(v, float) else str(v))


def moderations(
    trial: Trial,
    option: str,
    piece: pd.DataFrame,
    persons: pd.DataFrame | None,
    level: float,
    untold: list[tuple[str, str]],
) -> Iterator[Moderation]:
    """Each characteristic's moderation of an option's effect; those that cannot be told go to `untold`, with the reason."""
    rows = piece[piece["outcome"].notna()]
    for name, groups in _characteristics(trial, rows, persons):
        where = f"{', '.join(filter(None, (trial.intervention, trial.rule))) or 'the table'}, {option}, by {name}"
        why = _seldom(groups)
        if why:
            untold.append((where, why))
            continue
        some = rows.assign(**{BY: groups})[groups.notna()]
        names = sorted(some[BY].unique())
        try:
            effect = asked(some, f"~ 0 + C({BY})", by_day(some))
            p = _differs(effect, len(names))
        except Refusal as refused:
            untold.append((where, refused.issues[0]))
            continue
        held = _held(some, len(names), name)
        if held is None and name != DOSE:
            untold.append((where, "it goes with the day or the dose, so what makes a difference cannot be told"))
        yield Moderation(
            trial.intervention, trial.rule, option, name, tuple(_levels(effect.effects(level), names, some)), p, lower=trial.lower, p_held=held
        )  # fmt: skip


def _differs(effect: Effect, groups: int) -> float:
    """How often chance alone makes the first terms, one a group, differ so much."""
    unit = np.eye(len(effect.terms))[:groups]
    return float(omnibus(effect.beta, effect.beta_vcov, unit[1:] - unit[0], effect.df).p)


def _held(rows: pd.DataFrame, groups: int, name: str) -> float | None:
    """The same where the effect may also change with the day and the dose; None where these cannot be told apart."""
    more = [c for c in (DAY, DOSE) if c in rows and c != name and rows[c].nunique() > 2]
    known = rows[rows[more].notna().all(axis=1)]
    if not more:
        return _differs(asked(rows, f"~ 0 + C({BY})"), groups)
    try:
        return _differs(asked(known, " + ".join([f"~ 0 + C({BY})", *more])), groups)
    except Refusal:
        return None


def _levels(own: Sequence[Row], names: Sequence[str], rows: pd.DataFrame) -> Iterator[ByLevel]:
    for row, name in zip(own, names, strict=True):
        part = rows[rows[BY] == name]
        yield ByLevel(name, of_row(row, part["person"].nunique(), len(part)))
