"""Level 1: each micro intervention and each of its events. Who was reached, who engaged, what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from microcare.optimization.excursion import excursion_effect
from microcare.optimization.levels.estimates import Estimate, mean, nothing, of_row, share
from microcare.optimization.levels.material import Material
from microcare.optimization.refusal import Refusal

DESCRIBES = (
    "Shares and means describe the people who got it; those who got something else may differ, so a comparison of two "
    "micro interventions here is not an effect."
)
NARRATIVE = (
    "The wording was drawn by chance when the micro intervention began, so the difference is an effect of the wording."
)


@dataclass(frozen=True)
class InterventionRow:
    """One micro intervention."""

    intervention: str
    title: str
    people: int
    runs: int
    reach: Estimate
    receptivity: Estimate
    completion: Estimate
    felt: Estimate
    dose: Estimate
    success: Estimate
    disengaged: Estimate
    ownership: Estimate
    days: Estimate

    def as_dict(self) -> dict[str, Any]:
        """One row of a table."""
        found: dict[str, Any] = {}
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            found |= value.as_dict(f"{name}_") if isinstance(value, Estimate) else {name: value}
        return found


@dataclass(frozen=True)
class EventRow:
    """One event of a micro intervention."""

    intervention: str
    event: str
    people: int
    deliveries: int
    receptivity: Estimate
    completion: Estimate
    felt: Estimate
    success: Estimate
    proximal: Estimate

    def as_dict(self) -> dict[str, Any]:
        """One row of a table."""
        found: dict[str, Any] = {}
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            found |= value.as_dict(f"{name}_") if isinstance(value, Estimate) else {name: value}
        return found


@dataclass(frozen=True)
class WordingRow:
    """What one wording of the narrative does, compared with another, to an outcome of the run."""

    intervention: str
    part: str
    wording: str
    against: str
    outcome: str
    effect: Estimate
    assumption: str = NARRATIVE
    p_adjusted: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """One row of a table."""
        named = {n: getattr(self, n) for n in ("intervention", "part", "wording", "against", "outcome")}
        return named | self.effect.as_dict() | {"p_adjusted": self.p_adjusted, "assumption": self.assumption}


@dataclass(frozen=True)
class Week:
    """What one week of the program asked of people who were in it."""

    week: int
    people: int
    prompts: Estimate
    opened: Estimate

    def as_dict(self) -> dict[str, Any]:
        """One row of a table."""
        return (
            {"week": self.week, "people": self.people}
            | self.prompts.as_dict("prompts_")
            | self.opened.as_dict("opened_")
        )


def interventions(material: Material) -> list[InterventionRow]:
    """Each micro intervention; those of most people first."""
    runs = material.table("interventions")
    if not len(runs):
        return []
    events = _own(material)
    everybody = pd.DataFrame({"person": _people(material)})
    found = []
    for name, own in runs.groupby("intervention", sort=True):
        reached = everybody.assign(reached=everybody["person"].isin(set(own["person"])).astype(int))
        delivered = events[events["intervention"] == name] if len(events) else events
        over = own[own["outcome"].notna()] if "outcome" in own else own.iloc[:0]
        left = over.assign(left=(over["outcome"] == "disengaged").astype(int)) if len(over) else over
        found.append(
            InterventionRow(
                str(name), material.title(str(name)), own["person"].nunique(), len(own), share(reached, "reached"),
                share(delivered, "opened"), share(delivered, "completed"), mean(delivered, "felt"), mean(own, "dose"),
                share(own, "success"), share(left, "left"), mean(own, "ownership"), mean(own, "days"),
            )
        )  # fmt: skip
    return sorted(found, key=lambda row: (-row.people, row.intervention))


def events(material: Material) -> list[EventRow]:
    """Each event of each micro intervention."""
    delivered = _own(material)
    if not len(delivered):
        return []
    found = []
    for (intervention, event), own in delivered.groupby(["intervention", "event"], sort=True):
        figure = pd.to_numeric(own["proximal"], errors="coerce") if "proximal" in own else pd.Series(dtype=float)
        numeric = own.assign(figure=figure) if len(figure) else own
        found.append(
            EventRow(
                str(intervention), str(event), own["person"].nunique(), len(own), share(own, "opened"), share(own, "completed"),
                mean(own, "felt"), share(own, "proximal_success"),
                mean(numeric, "figure") if len(figure) and figure.notna().any() else nothing("no outcome in numbers"),
            )
        )  # fmt: skip
    return found


def wordings(material: Material, level: float = 0.95) -> list[WordingRow]:
    """What drawn wordings of the narrative do to success and to ownership, run by run."""
    runs = material.table("interventions")
    found: list[WordingRow] = []
    for part in ("rationale", "relation", "past", "future"):
        told, p = f"narrative_{part}", f"narrative_p_{part}"
        if not {told, p} <= set(runs.columns):
            continue
        drawn = runs[pd.to_numeric(runs[p], errors="coerce").between(0, 1, inclusive="neither")]
        variants = drawn[told].astype(str).str.rpartition(".")[0]
        for variant, own in drawn.groupby(variants):
            found += _variant(str(variant), part, told, p, own, level)
    return found


def _variant(variant: str, part: str, told: str, p: str, own: pd.DataFrame, level: float) -> Iterator[WordingRow]:
    names = sorted(own[told].unique())
    of = ", ".join(sorted(own["intervention"].unique()))
    for name in names[1:]:
        pair = own[own[told].isin([names[0], name])]
        chances = {n: float(pd.to_numeric(pair.loc[pair[told] == n, p]).iloc[0]) for n in (names[0], name)}
        chance = chances[name] / sum(chances.values())
        given = pair.assign(given=(pair[told] == name).astype(int))
        for outcome in ("success", "ownership"):
            if outcome not in given or pd.to_numeric(given[outcome], errors="coerce").notna().sum() < 2:
                continue
            try:
                effect = excursion_effect(
                    given, outcome=outcome, treatment="given", probability=chance, person="person", missing="drop"
                )
            except Refusal as refused:
                estimate = nothing(refused.issues[0], given["person"].nunique(), len(given))
            else:
                known = int(pd.to_numeric(given[outcome], errors="coerce").notna().sum())
                estimate = of_row(effect.effects(level)[0], effect.n_persons, known)
            short, other = (str(n).removeprefix(f"{variant}.") for n in (name, names[0]))
            yield WordingRow(of, part, short, other, outcome, estimate)


def burden(material: Material) -> list[Week]:
    """How many unasked prompts a person had in each week of the program, and how many of them they opened."""
    delivered, runs = material.table("events"), material.table("interventions")
    if not len(delivered) or not len(runs) or "day" not in runs:
        return []
    joined = _joined(runs)
    prompts = delivered[(delivered["prompt"] == 1) & delivered["person"].isin(joined.index)]
    at = pd.to_datetime(prompts["decided_utc"], utc=True)
    week = (at - prompts["person"].map(joined)).dt.days // 7
    last = (pd.to_datetime(delivered["decided_utc"], utc=True) - delivered["person"].map(joined)).dt.days
    # A week counts for those who were there to its end.
    stays = (last.groupby(delivered["person"]).max() + 1) // 7 - 1
    found = []
    for number in range(min(int(week.max()) + 1 if len(week) else 0, 26)):
        people = stays[stays >= number].index
        if len(people) < 2:
            break
        own = prompts[((week == number) & prompts["person"].isin(people)).to_numpy()]
        counts = pd.DataFrame(
            {"person": people, "n": own.groupby("person").size().reindex(people, fill_value=0).to_numpy()}
        )
        found.append(Week(number + 1, len(people), mean(counts, "n"), share(own, "opened")))
    return found


def _joined(runs: pd.DataFrame) -> "pd.Series[Any]":
    """When each person joined, from the day on which their first micro intervention began."""
    first = runs.sort_values("started_utc").groupby("person").first()
    return pd.to_datetime(first["started_utc"], utc=True) - pd.to_timedelta(
        first["day"].fillna(0).astype(int), unit="D"
    )


def _own(material: Material) -> pd.DataFrame:
    """Deliveries of micro interventions' events."""
    found = material.table("events")
    if not len(found):
        return found
    return found[(found["what"] == "event") & found["intervention"].notna()]


def _people(material: Material) -> "np.ndarray[Any, Any]":
    """Everybody in any table."""
    found = [t["person"] for t in material.tables.values() if len(t) and "person" in t]
    return pd.concat(found).unique() if found else np.array([], dtype=object)


def persons(material: Material) -> pd.DataFrame:
    """One row a person, with their characteristics in columns that begin with `person_`."""
    runs = material.table("interventions")
    names = [c for c in runs.columns if str(c).startswith("person_")]
    return runs.groupby("person", as_index=False)[names].first() if names else pd.DataFrame()
