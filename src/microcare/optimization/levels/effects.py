"""Level 1, effects: what each option does soon after it was chosen, for whom and where, and whether that changes with time.

Only decision points at which chance decided tell about effects. Each option is compared with the first ("nothing", where
it is one) among the decision points that could have given either; weighing by 1 / (p_0 + p_k) makes these stand for all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from microcare.base.wording import counted
from microcare.optimization import tables
from microcare.optimization.effect import Effect
from microcare.optimization.levels.estimates import Estimate, mean, of_row
from microcare.optimization.levels.material import NOTHING, Trial
from microcare.optimization.levels.moderating import (
    ALONG,
    CHANCE,
    DAY,
    DOSE,
    GIVEN,
    WEIGHT,
    Moderation,
    asked,
    by_day,
    moderations,
)
from microcare.optimization.multiplicity import adjusted
from microcare.optimization.refusal import Refusal

ANY, OTHERS = "anything", "another option"
ASSUMPTION = (
    "Chance decided with the stated probability, so the difference is an effect: of choosing it at one moment, while everything "
    "before and after went on as it did. It holds for moments at which the person was available."
)
AMONG = (
    "Chance decided which option it was, so the difference is an effect of this one instead of another, where something was done. "
    "Whether any of them is better than nothing cannot be told: without them the outcome was not asked for."
)
LESS, LESS_OUTCOME = " Less of it is better.", " Less of the outcome is better."
"""What follows an effect on a burden."""
LEAST_PERSONS, CURVE = 6, 25
"""Fewer persons than the first carry no effect; a curve is drawn at so many places."""


@dataclass(frozen=True)
class OptionEffect:
    """What one option does, compared with another: the mean difference and the difference in standard deviations."""

    intervention: str
    rule: str
    option: str
    against: str
    measured: str
    effect: Estimate
    standardized: Estimate
    usual: Estimate
    p_adjusted: float | None = None
    is_share: bool = False
    """The outcome is yes or no, so the difference is one of shares."""
    assumption: str = ASSUMPTION
    cautions: tuple[str, ...] = ()
    lower: bool = False
    """Less of the outcome is better."""

    @property
    def helps(self) -> bool:
        """Whether it moves the outcome where it should go, as far as the estimate says."""
        value = self.effect.value or 0.0
        return value < 0 if self.lower else value > 0

    def as_dict(self) -> dict[str, Any]:
        """One row of a table."""
        named = {n: getattr(self, n) for n in ("intervention", "rule", "option", "against", "measured", "is_share")}
        return (
            named
            | self.effect.as_dict()
            | {"p_adjusted": self.p_adjusted}
            | self.standardized.as_dict("standardized_")
            | self.usual.as_dict("usual_")
            | {"lower_is_better": self.lower, "assumption": self.assumption, "cautions": "; ".join(self.cautions)}
        )


@dataclass(frozen=True)
class OverTime:
    """The effect over days (or doses): a straight line with a band that holds for all of it at once."""

    intervention: str
    rule: str
    option: str
    along: str
    at: tuple[float, ...]
    value: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    slope: Estimate
    persons: int
    n: int
    p_adjusted: float | None = None
    less: bool = False
    """Less of the outcome is better."""

    @property
    def fades(self) -> bool:
        """Whether it helps less and less."""
        slope = self.slope.value or 0.0
        return slope > 0 if self.less else slope < 0

    @property
    def claim(self) -> float | None:
        """The p of a finding: how much somebody had before was not drawn, so a line along it describes and is none."""
        return None if self.along == DOSE else self.slope.p

    @property
    def word(self) -> str:
        """What the line does, as far as it can be told with all comparisons counted."""
        if self.along == DOSE:
            return "described, for the dose was not drawn"
        if self.p_adjusted is None or self.p_adjusted >= 0.05:
            return "no clear change"
        return "it fades" if self.fades else "it grows"

    def rows(self) -> Iterator[dict[str, Any]]:
        """One row a place on the curve."""
        for at, value, lower, upper in zip(self.at, self.value, self.lower, self.upper, strict=True):
            yield {
                "intervention": self.intervention, "rule": self.rule, "option": self.option, "along": self.along, "at": at,
                "value": value, "band_lower": lower, "band_upper": upper, "persons": self.persons, "n": self.n,
                **self.slope.as_dict("slope_"), "slope_p_adjusted": self.p_adjusted,
                "lower_is_better": self.less,
            }  # fmt: skip


@dataclass(frozen=True)
class Effects:
    """All effects of a set of trials; what could not be told, and why."""

    options: tuple[OptionEffect, ...] = ()
    moderations: tuple[Moderation, ...] = ()
    curves: tuple[OverTime, ...] = ()
    untold: tuple[tuple[str, str], ...] = ()
    """What could not be told, and why."""
    unasked: tuple[tuple[str, str], ...] = ()
    """Interventions and rules whose outcome was asked for only where something was given."""


@dataclass
class _Found:
    options: list[OptionEffect] = field(default_factory=list)
    moderations: list[Moderation] = field(default_factory=list)
    curves: list[OverTime] = field(default_factory=list)
    untold: list[tuple[str, str]] = field(default_factory=list)
    unasked: list[tuple[str, str]] = field(default_factory=list)


def effects(trials: Sequence[Trial], persons: pd.DataFrame | None = None, level: float = 0.95) -> Effects:
    """All effects, with p-values adjusted inside each kind: for the options by Holm, for characteristics by Benjamini-Hochberg.

    A page counts all kinds together instead (`together.counted`).

    Args:
        trials: from `material.trials`.
        persons: one row a person, its characteristics in columns that begin with `person_`.
        level: of intervals.
    """
    found = _Found()
    for trial in trials:
        named = f"{trial.intervention}, {trial.rule}".strip(", ") or "the table"
        among = _unasked(trial)
        if among:
            found.unasked.append((trial.intervention, trial.rule))
        for option, piece in _among(trial) if among else _pieces(trial):
            where = f"{named}, {option}"
            try:
                found.options.append(_option(trial, option, piece, level))
            except Refusal as refused:
                found.untold += [(where, issue) for issue in refused.issues[:2]]
                continue
            if option == ANY and len(trial.options) > 2:
                continue
            found.moderations += moderations(trial, option, piece, persons, level, found.untold)
            for along in dict.fromkeys(c for c in (trial.day, DOSE) if c is not None and c in piece):
                try:
                    found.curves += _curve(trial, option, piece, along, level)
                except Refusal as refused:
                    found.untold.append((f"{where}, over {along}", refused.issues[0]))
    return Effects(
        tuple(_holm(found.options)), tuple(_discoveries(found.moderations)), tuple(_lines(found.curves)), tuple(found.untold),
        tuple(found.unasked),
    )  # fmt: skip


def _unasked(trial: Trial) -> bool:
    """Whether the outcome is known where something was given, and never where nothing was."""
    known = trial.rows["outcome"].notna()
    given = trial.rows["chosen"] != NOTHING
    both = given.any() and (~given).any()
    return trial.options[0] == NOTHING and bool(both) and bool(known[given].any()) and not known[~given].any()


def _dated(trial: Trial) -> pd.DataFrame:
    """The trial's rows, with the day as a number where all of them have one."""
    if trial.day is None:
        return trial.rows
    day = pd.to_numeric(trial.rows[trial.day], errors="coerce")
    return trial.rows.assign(**{DAY: day}) if day.abs().le(tables.LARGEST).all() else trial.rows


def _among(trial: Trial) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each option against the others, where nothing cannot be compared with; of two options one such comparison is all."""
    rows = _dated(trial)
    something = 1 - rows[f"p_{NOTHING}"]
    given = rows[(rows["chosen"] != NOTHING) & (something > 0)]
    options = trial.options[1:]
    for option in options[1:] if len(options) == 2 else options:
        chance = given[f"p_{option}"] / something[given.index]
        some = given[(chance > 0) & (chance < 1)]
        columns = {
            GIVEN: (some["chosen"] == option).astype(int),
            CHANCE: chance[some.index],
            WEIGHT: 1 / something[some.index],
        }
        yield option, some.assign(**columns)


def _pieces(trial: Trial) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each comparison's rows with the columns that an effect needs; with several options also all of them together."""
    rows, first = _dated(trial), trial.options[0]
    if first == NOTHING and len(trial.options) > 2:
        p = 1 - rows[f"p_{first}"]
        yield ANY, rows.assign(**{GIVEN: (rows["chosen"] != first).astype(int), CHANCE: p, WEIGHT: 1.0})
    for option in trial.options[1:]:
        both = rows[f"p_{first}"] + rows[f"p_{option}"]
        could = (rows[f"p_{first}"] > 0) & (rows[f"p_{option}"] > 0) & rows["chosen"].isin([first, option])
        some = rows[could]
        columns = {
            GIVEN: (some["chosen"] == option).astype(int),
            CHANCE: some[f"p_{option}"] / both[could],
            WEIGHT: 1 / both[could],
        }
        yield option, some.assign(**columns)


def _enough(rows: pd.DataFrame) -> pd.DataFrame:
    known = rows[rows["outcome"].notna()]
    if not len(rows):
        raise Refusal("chance never decided between it and what it is compared with")
    if not len(known):
        raise Refusal("no outcome is known")
    if known[GIVEN].nunique() < 2:
        raise Refusal("where the outcome is known, it was always or never given")
    if known["person"].nunique() < LEAST_PERSONS:
        raise Refusal(
            f"{counted(known['person'].nunique(), 'person')} carry it, too few for an effect; {LEAST_PERSONS} are the least"
        )
    return known


def _option(trial: Trial, option: str, piece: pd.DataFrame, level: float) -> OptionEffect:
    rows = _enough(piece)
    effect = asked(rows, "~ 1", by_day(rows))
    row = effect.effects(level)[0]
    persons, n = effect.n_persons, len(rows)
    spread = float(rows["outcome"].std())
    scaled = [v / spread if spread > 0 else None for v in (row.estimate, row.lower, row.upper)]
    among = _unasked(trial)
    return OptionEffect(
        trial.intervention, trial.rule, option, _against(trial, option) if among else trial.options[0], trial.measured,
        of_row(row, persons, n),
        Estimate(scaled[0], scaled[1], scaled[2], persons, n), mean(rows[rows[GIVEN] == 0], "outcome"),
        is_share=bool(rows["outcome"].isin([0, 1]).all()), assumption=AMONG if among else ASSUMPTION,
        cautions=tuple(dict.fromkeys((*trial.cautions, *_said(effect)))), lower=trial.lower,
    )  # fmt: skip


def _against(trial: Trial, option: str) -> str:
    """What an option is compared with where nothing is not: the other one, or all others."""
    others = [o for o in trial.options[1:] if o != option]
    return others[0] if len(others) == 1 else OTHERS


def _said(effect: Effect) -> tuple[str, ...]:
    return tuple(w for w in effect.warnings if "have no outcome" not in w)


def _curve(trial: Trial, option: str, piece: pd.DataFrame, along: str, level: float) -> Iterator[OverTime]:
    rows = piece[piece["outcome"].notna() & piece[along].notna()]
    rows = rows.assign(**{ALONG: pd.to_numeric(rows[along], errors="coerce")})
    if rows[ALONG].nunique() < 5 or rows["person"].nunique() < LEAST_PERSONS:
        return
    effect = asked(rows, f"~ {ALONG}")
    at = np.linspace(float(rows[ALONG].quantile(0.02)), float(rows[ALONG].quantile(0.98)), CURVE)
    band = effect.curve(pd.DataFrame({ALONG: at}), level)
    slope = effect.effects(level)[1]
    yield OverTime(
        trial.intervention, trial.rule, option, along, tuple(at.tolist()), tuple(band.estimate.tolist()),
        tuple(band.band_lower.tolist()), tuple(band.band_upper.tolist()), of_row(slope, effect.n_persons, len(rows)),
        effect.n_persons, len(rows), less=trial.lower,
    )  # fmt: skip


def _holm(options: list[OptionEffect]) -> Iterator[OptionEffect]:
    known = [o.effect.p for o in options if o.effect.p is not None]
    fixed = iter(adjusted(known, "holm").tolist() if known else [])
    for one in options:
        yield replace(one, p_adjusted=next(fixed)) if one.effect.p is not None else one


def _lines(curves: list[OverTime]) -> Iterator[OverTime]:
    known = [c.claim for c in curves if c.claim is not None]
    fixed = iter(adjusted(known, "holm").tolist() if known else [])
    for one in curves:
        yield replace(one, p_adjusted=next(fixed)) if one.claim is not None else one


def _discoveries(moderations: list[Moderation]) -> Iterator[Moderation]:
    known = [m.claim for m in moderations if m.claim is not None]
    fixed = iter(adjusted(known, "bh").tolist() if known else [])
    for one in moderations:
        yield replace(one, p_adjusted=next(fixed)) if one.claim is not None else one
