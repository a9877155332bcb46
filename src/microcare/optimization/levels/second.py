"""Level 2: which micro intervention after which, and for whom.

Where the recommender drew among near-equals, the chance of each candidate is known, and what follows the draw is its effect.
Elsewhere the chance is modeled from what the recommendation looked at; the result then rests on that model, and says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from microcare.optimization.excursion import excursion_effect
from microcare.optimization.inference import omnibus
from microcare.optimization.levels.estimates import Estimate, nothing, of_row, share
from microcare.optimization.levels.material import Material
from microcare.optimization.multiplicity import adjusted
from microcare.optimization.refusal import Refusal

DRAWN = (
    "What followed was drawn with the stated probability, so the difference is an effect: of this micro intervention next, "
    "instead of another one that could have been drawn."
)
MODELED = (
    "What followed was not drawn. Its chance is modeled from the need's severity, how far the person had come and what came of "
    "the one before; the difference is an effect only if nothing else decided both what followed and how it went."
)
OWN_CRITERION = (
    "Each is judged by its own criterion of success, or by one that is not known here: where one is easier to reach than "
    "another, that alone makes a difference. With the program (`microcare analyze PROGRAM --data ...`) criteria are compared."
)
FIRST, ANY = "(first)", "(anything)"
"""Before the first one; and whatever came before, which tells something where pairs are too seldom."""
LEAST_PERSONS, MOST_LEVELS, LEAST_ROWS = 8, 4, 15
GIVEN, CHANCE, BY = "given_", "chance_", "by_"


@dataclass(frozen=True)
class Transition:
    """One micro intervention after another: how often, with what success, and its effect against the others."""

    before: str
    after: str
    n: int
    persons: int
    share_of_next: float
    success: Estimate
    effect: Estimate
    drawn: bool
    alike: bool = False
    """Everything that is compared succeeds by one and the same criterion, as far as is known."""
    unknown: int = 0
    """How many of them have no outcome: they were not asked, did not answer, or are not over."""
    p_adjusted: float | None = None

    @property
    def claims(self) -> bool:
        """Whether it can make a finding: what followed was drawn, and all is judged alike."""
        return self.drawn and self.alike

    @property
    def assumption(self) -> str:
        """What the effect rests on."""
        return (DRAWN if self.drawn else MODELED) + ("" if self.alike else f" {OWN_CRITERION}")

    def as_dict(self) -> dict[str, Any]:
        """One row of a table."""
        named = {
            n: getattr(self, n)
            for n in ("before", "after", "n", "persons", "share_of_next", "drawn", "alike", "unknown")
        }
        return (
            named
            | self.success.as_dict("success_")
            | self.effect.as_dict("effect_")
            | {"p_adjusted": self.p_adjusted, "assumption": self.assumption}
        )


@dataclass(frozen=True)
class ForWhom:
    """Whether the effect of one after another differs by a characteristic of the person."""

    before: str
    after: str
    characteristic: str
    levels: tuple[tuple[str, Estimate], ...]
    drawn: bool
    p: float
    p_adjusted: float | None = None
    alike: bool = False

    def rows(self) -> Iterator[dict[str, Any]]:
        """One row a value."""
        for level, effect in self.levels:
            yield {
                "before": self.before, "after": self.after, "characteristic": self.characteristic, "level": level,
                **effect.as_dict("effect_"), "p_differs": self.p, "p_differs_adjusted": self.p_adjusted, "drawn": self.drawn,
            }  # fmt: skip


@dataclass(frozen=True)
class Sequences:
    """Level 2 as a whole."""

    transitions: tuple[Transition, ...] = ()
    for_whom: tuple[ForWhom, ...] = ()
    untold: tuple[tuple[str, str], ...] = ()
    """What could not be told, and why."""


def sequences(material: Material, level: float = 0.95) -> Sequences:
    """All transitions with at least one following, their effects adjusted for how many there are (Holm; BH for whom)."""
    runs = material.table("interventions")
    if not len(runs) or "previous" not in runs or "success" not in runs or runs["previous"].notna().sum() == 0:
        return Sequences(untold=(("which after which", "nobody had a second micro intervention"),))
    known = runs.assign(
        previous=runs["previous"].fillna(FIRST), success=pd.to_numeric(runs["success"], errors="coerce")
    )
    transitions: list[Transition] = []
    for_whom: list[ForWhom] = []
    untold: list[tuple[str, str]] = []
    for before, own in ((ANY, known), *known.groupby("previous", sort=True)):
        for after, part in own.groupby("intervention", sort=True):
            rows, drawn, why = _rows(own, str(after))
            alike = material.alike(own["intervention"].unique())
            estimate = nothing(why)
            if rows is not None:
                try:
                    estimate = _effect(rows, drawn, level)
                    named = (str(before), str(after))
                    for_whom += (replace(w, alike=alike) for w in _for_whom(*named, rows, drawn, level, untold))
                except Refusal as refused:
                    estimate = nothing(refused.issues[0], rows["person"].nunique(), len(rows))
            if not estimate.known:
                untold.append((f"{after} after {before}", estimate.caution))
            transitions.append(
                Transition(
                    str(before), str(after), len(part), part["person"].nunique(), len(part) / len(own),
                    share(part, "success"), estimate, drawn, alike, int(part["success"].isna().sum()),
                )
            )  # fmt: skip
    return Sequences(tuple(_holm(transitions)), tuple(_discoveries(for_whom)), tuple(untold))


def _rows(own: pd.DataFrame, after: str) -> tuple[pd.DataFrame | None, bool, str]:
    """The runs after one micro intervention that tell what this next one does, whether it was drawn, or why there are none."""
    over = own[own["success"].notna()]
    rows = over.assign(**{GIVEN: (over["intervention"] == after).astype(int)})
    if f"c_{after}" in rows:
        chance = pd.to_numeric(rows[f"c_{after}"], errors="coerce")
        drawn = rows.assign(**{CHANCE: chance})[chance.between(0, 1, inclusive="neither")]
        if _enough(drawn):
            return drawn, True, ""
    stated = own["probability"].notna().any() if "probability" in own else False
    if stated:
        return None, True, "too few times drawn against another"
    return (rows, False, "") if _enough(rows) else (None, False, "too few people had this and something else")


def _enough(rows: pd.DataFrame) -> bool:
    counts = rows[GIVEN].value_counts()
    return rows["person"].nunique() >= LEAST_PERSONS and len(counts) == 2 and bool(counts.min() >= LEAST_ROWS)


def _model(rows: pd.DataFrame) -> dict[str, Any]:
    """What the chance is modeled from, where it is not known."""
    made = rows.assign(
        severity_=pd.to_numeric(rows.get("severity", pd.Series(np.nan, rows.index)), errors="coerce"),
        order_=rows["order"].astype(float),
        well_=(rows.get("previous_outcome", pd.Series("", rows.index)) == "success").astype(float),
    )
    made["severity_"] = made["severity_"].fillna(made["severity_"].mean()).fillna(0.0)
    terms = [c for c in ("severity_", "order_", "well_") if made[c].nunique() > 1]
    return {"frame": made, "formula": "~ " + (" + ".join(terms) or "1")}


def _effect(rows: pd.DataFrame, drawn: bool, level: float) -> Estimate:
    asked: dict[str, Any] = {"outcome": "success", "treatment": GIVEN, "person": "person"}
    if drawn:
        effect = excursion_effect(rows, probability=CHANCE, **asked)
    else:
        model = _model(rows)
        effect = excursion_effect(
            model["frame"], probability_model=model["formula"], controls=model["formula"], **asked
        )
    return of_row(effect.effects(level)[0], effect.n_persons, len(rows))


def _for_whom(
    before: str, after: str, rows: pd.DataFrame, drawn: bool, level: float, untold: list[tuple[str, str]]
) -> Iterator[ForWhom]:
    if not drawn:
        return
    for name in (c for c in rows.columns if str(c).startswith("person_")):
        groups = rows[name].map(lambda v: None if pd.isna(v) else str(v))
        counts = rows.assign(**{BY: groups}).groupby([BY, GIVEN]).size()
        if not 2 <= groups.nunique() <= MOST_LEVELS or len(counts) < 2 * groups.nunique() or counts.min() < LEAST_ROWS:
            continue
        some = rows.assign(**{BY: groups})[groups.notna()]
        formula = f"~ 0 + C({BY})"
        try:
            effect = excursion_effect(
                some, outcome="success", treatment=GIVEN, probability=CHANCE, person="person", moderators=formula, controls=formula
            )  # fmt: skip
            names = sorted(some[BY].unique())
            unit = np.eye(len(names))
            p = omnibus(effect.beta, effect.beta_vcov, unit[1:] - unit[0], effect.df).p
        except Refusal as refused:
            untold.append((f"{after} after {before}, by {str(name).removeprefix('person_')}", refused.issues[0]))
            continue
        levels = tuple(
            (value, of_row(row, some.loc[some[BY] == value, "person"].nunique(), int((some[BY] == value).sum())))
            for value, row in zip(names, effect.effects(level), strict=True)
        )
        yield ForWhom(before, after, str(name).removeprefix("person_"), levels, drawn, float(p))


def _holm(transitions: Sequence[Transition]) -> Iterator[Transition]:
    known = [t.effect.p for t in transitions if t.effect.p is not None]
    fixed = iter(adjusted(known, "holm").tolist() if known else [])
    for one in transitions:
        yield replace(one, p_adjusted=next(fixed)) if one.effect.p is not None else one


def _discoveries(found: Sequence[ForWhom]) -> Iterator[ForWhom]:
    fixed = adjusted([f.p for f in found], "bh").tolist() if found else []
    for one, p in zip(found, fixed, strict=True):
        yield replace(one, p_adjusted=p)
