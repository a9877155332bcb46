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
from microcare.optimization.effect import Effect
from microcare.optimization.excursion import excursion_effect
from microcare.optimization.inference import Row, omnibus
from microcare.optimization.levels.estimates import Estimate, mean, of_row
from microcare.optimization.levels.material import NOTHING, Trial
from microcare.optimization.multiplicity import adjusted
from microcare.optimization.refusal import Refusal

ANY, OTHERS = "anything", "another option"
GIVEN, CHANCE, WEIGHT, BY, DAY, ALONG = "given_", "chance_", "weight_", "by_", "day_", "along_"
ASSUMPTION = (
    "Chance decided with the stated probability, so the difference is an effect: of choosing it at one moment, while everything "
    "before and after went on as it did. It holds for moments at which the person was available."
)
AMONG = (
    "Chance decided which option it was, so the difference is an effect of this one instead of another, where something was done. "
    "Whether any of them is better than nothing cannot be told: without them the outcome was not asked for."
)
LEAST_PERSONS, MOST_LEVELS, LEAST_ROWS, CURVE = 6, 6, 20, 25
"""Fewer persons than the first carry no effect; characteristics have at most so many values, each seen so often."""


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

    def as_dict(self) -> dict[str, Any]:
        """One row of a table."""
        named = {n: getattr(self, n) for n in ("intervention", "rule", "option", "against", "measured", "is_share")}
        return (
            named
            | self.effect.as_dict()
            | {"p_adjusted": self.p_adjusted}
            | self.standardized.as_dict("standardized_")
            | self.usual.as_dict("usual_")
            | {"assumption": self.assumption, "cautions": "; ".join(self.cautions)}
        )


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

    def rows(self) -> Iterator[dict[str, Any]]:
        """One row a value."""
        for one in self.levels:
            yield {
                "intervention": self.intervention, "rule": self.rule, "option": self.option,
                "characteristic": self.characteristic, "level": one.level, **one.effect.as_dict(), "p_differs": self.p,
                "p_differs_adjusted": self.p_adjusted,
            }  # fmt: skip


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

    @property
    def word(self) -> str:
        """What the line does, as far as it can be told with all lines counted."""
        if self.p_adjusted is None or self.p_adjusted >= 0.05:
            return "no clear change"
        return "it fades" if (self.slope.value or 0.0) < 0 else "it grows"

    def rows(self) -> Iterator[dict[str, Any]]:
        """One row a place on the curve."""
        for at, value, lower, upper in zip(self.at, self.value, self.lower, self.upper, strict=True):
            yield {
                "intervention": self.intervention, "rule": self.rule, "option": self.option, "along": self.along, "at": at,
                "value": value, "band_lower": lower, "band_upper": upper, "persons": self.persons, "n": self.n,
                **self.slope.as_dict("slope_"), "slope_p_adjusted": self.p_adjusted,
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
    """All effects, with p-values adjusted: for the options by Holm, for characteristics by Benjamini-Hochberg.

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
            found.moderations += _moderations(trial, option, piece, persons, level)
            for along in dict.fromkeys(c for c in (trial.day, "dose_7d") if c is not None and c in piece):
                found.curves += _curve(trial, option, piece, along, level)
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
    return trial.rows.assign(**{DAY: day}) if day.notna().all() else trial.rows


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


def _asked(rows: pd.DataFrame, moderators: str, more: str = "") -> Effect:
    controls = moderators + more
    return excursion_effect(
        rows, outcome="outcome", treatment=GIVEN, probability=CHANCE, person="person", weight=WEIGHT, moderators=moderators,
        controls=controls, missing="drop",
    )  # fmt: skip


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


def _day(rows: pd.DataFrame) -> str:
    """A control for the day, where there is one that differs."""
    return f" + {DAY}" if DAY in rows and rows[DAY].nunique() > 2 else ""


def _option(trial: Trial, option: str, piece: pd.DataFrame, level: float) -> OptionEffect:
    rows = _enough(piece)
    effect = _asked(rows, "~ 1", _day(rows))
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
        cautions=tuple(dict.fromkeys((*trial.cautions, *_said(effect)))),
    )  # fmt: skip


def _against(trial: Trial, option: str) -> str:
    """What an option is compared with where nothing is not: the other one, or all others."""
    others = [o for o in trial.options[1:] if o != option]
    return others[0] if len(others) == 1 else OTHERS


def _said(effect: Effect) -> tuple[str, ...]:
    return tuple(w for w in effect.warnings if "have no outcome" not in w)


def _characteristics(trial: Trial, rows: pd.DataFrame, persons: pd.DataFrame | None) -> Iterator[tuple[str, pd.Series]]:
    """What the effect may differ by: values that the rule saw, and the person's characteristics, as a few groups."""
    columns = {str(c): rows[c] for c in trial.moderators if c in rows and c != trial.day}
    if persons is not None and len(persons):
        own = persons.set_index("person")
        columns |= {c: rows["person"].map(own[c]) for c in own if str(c).startswith("person_")}
    for name, values in columns.items():
        grouped = _groups(values)
        counts = grouped.value_counts()
        if 2 <= len(counts) <= MOST_LEVELS and counts.min() >= LEAST_ROWS:
            yield name.removeprefix("x_"), grouped


def _groups(values: pd.Series) -> pd.Series:
    """Values as texts; numbers with many values as below and above their median."""
    if pd.api.types.is_numeric_dtype(values) and values.nunique() > MOST_LEVELS:
        middle = float(values.median())
        made = pd.Series(
            np.where(values > middle, f"above {middle:g}", f"{middle:g} or less"), values.index, dtype=object
        )
        return made.where(values.notna(), None)
    return values.map(lambda v: None if pd.isna(v) else f"{v:g}" if isinstance(v, float) else str(v))


def _moderations(
    trial: Trial, option: str, piece: pd.DataFrame, persons: pd.DataFrame | None, level: float
) -> Iterator[Moderation]:
    rows = piece[piece["outcome"].notna()]
    for name, groups in _characteristics(trial, rows, persons):
        some = rows.assign(**{BY: groups})[groups.notna()]
        try:
            effect = _asked(some, f"~ 0 + C({BY})", _day(some))
            own = effect.effects(level)
            names = sorted(some[BY].unique())
            differences = np.array([np.eye(len(own))[k] - np.eye(len(own))[0] for k in range(1, len(own))])
            p = omnibus(effect.beta, effect.beta_vcov, differences, effect.df).p
        except Refusal:
            continue
        yield Moderation(
            trial.intervention, trial.rule, option, name, tuple(_levels(own, names, some)), float(p)
        )  # fmt: skip


def _levels(own: Sequence[Row], names: Sequence[str], rows: pd.DataFrame) -> Iterator[ByLevel]:
    for row, name in zip(own, names, strict=True):
        part = rows[rows[BY] == name]
        yield ByLevel(name, of_row(row, part["person"].nunique(), len(part)))


def _curve(trial: Trial, option: str, piece: pd.DataFrame, along: str, level: float) -> Iterator[OverTime]:
    rows = piece[piece["outcome"].notna() & piece[along].notna()]
    rows = rows.assign(**{ALONG: pd.to_numeric(rows[along], errors="coerce")})
    if rows[ALONG].nunique() < 5 or rows["person"].nunique() < LEAST_PERSONS:
        return
    try:
        effect = _asked(rows, f"~ {ALONG}")
    except Refusal:
        return
    at = np.linspace(float(rows[ALONG].quantile(0.02)), float(rows[ALONG].quantile(0.98)), CURVE)
    band = effect.curve(pd.DataFrame({ALONG: at}), level)
    slope = effect.effects(level)[1]
    yield OverTime(
        trial.intervention, trial.rule, option, along, tuple(at.tolist()), tuple(band.estimate.tolist()),
        tuple(band.band_lower.tolist()), tuple(band.band_upper.tolist()), of_row(slope, effect.n_persons, len(rows)),
        effect.n_persons, len(rows),
    )  # fmt: skip


def _holm(options: list[OptionEffect]) -> Iterator[OptionEffect]:
    known = [o.effect.p for o in options if o.effect.p is not None]
    fixed = iter(adjusted(known, "holm").tolist() if known else [])
    for one in options:
        yield replace(one, p_adjusted=next(fixed)) if one.effect.p is not None else one


def _lines(curves: list[OverTime]) -> Iterator[OverTime]:
    known = [c.slope.p for c in curves if c.slope.p is not None]
    fixed = iter(adjusted(known, "holm").tolist() if known else [])
    for one in curves:
        yield replace(one, p_adjusted=next(fixed)) if one.slope.p is not None else one


def _discoveries(moderations: list[Moderation]) -> Iterator[Moderation]:
    fixed = adjusted([m.p for m in moderations], "bh").tolist() if moderations else []
    for one, p in zip(moderations, fixed, strict=True):
        yield replace(one, p_adjusted=p)
