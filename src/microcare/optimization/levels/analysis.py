"""Both levels together: everything that a report shows, as numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from microcare.optimization.levels import effects as effect_level
from microcare.optimization.levels import first, second
from microcare.optimization.levels.effects import Effects
from microcare.optimization.levels.engaging import engagement
from microcare.optimization.levels.findings import Finding, findings
from microcare.optimization.levels.first import EventRow, InterventionRow, Week, WordingRow
from microcare.optimization.levels.material import Material, trials
from microcare.optimization.levels.second import Sequences
from microcare.optimization.levels.together import counted

Step = Callable[[str], None]


@dataclass(frozen=True)
class Analysis:
    """What was found, from whom."""

    material: Material
    people: int
    points: int
    first_day: str
    last_day: str
    findings: tuple[Finding, ...]
    interventions: tuple[InterventionRow, ...]
    events: tuple[EventRow, ...]
    effects: Effects
    wordings: tuple[WordingRow, ...]
    sequences: Sequences
    weeks: tuple[Week, ...]

    def untold(self) -> list[tuple[str, str]]:
        """What could not be told, and why."""
        none = [] if self.effects.options or self.effects.untold else [("effects", "nothing was drawn by chance")]
        return list(dict.fromkeys([*none, *self.effects.untold, *self.sequences.untold]))

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Every number of the report, as rows of tables; those without rows are left out."""
        found = {
            "findings": [f.as_dict() for f in self.findings],
            "interventions": [r.as_dict() for r in self.interventions],
            "events": [r.as_dict() for r in self.events],
            "effects": [o.as_dict() for o in self.effects.options],
            "effects_by_characteristic": [row for m in self.effects.moderations for row in m.rows()],
            "effects_over_time": [row for c in self.effects.curves for row in c.rows()],
            "narrative": [w.as_dict() for w in self.wordings],
            "sequences": [t.as_dict() for t in self.sequences.transitions],
            "sequences_for_whom": [row for w in self.sequences.for_whom for row in w.rows()],
            "burden": [w.as_dict() for w in self.weeks],
        }
        return {name: rows for name, rows in found.items() if rows}

    def as_dict(self) -> dict[str, Any]:
        """Everything, for machines."""
        return {
            "source": self.material.source,
            "synthetic": self.material.synthetic,
            "people": self.people,
            "decision_points": self.points,
            "from": self.first_day,
            "to": self.last_day,
            **self.tables(),
            "could_not_be_told": [f"{what}: {why}" for what, why in self.untold()],
        }


def analyze(material: Material, level: float = 0.95, matters: float = 0.1, step: Step = lambda name: None) -> Analysis:
    """Everything about the material.

    Args:
        material: the tables.
        level: of intervals.
        matters: the smallest effect that matters, in standard deviations of the outcome.
        step: is told what is done next.

    Raises:
        Refusal: the tables cannot be read as what they are.
    """
    step("micro interventions and events")
    rows, events, weeks = first.interventions(material), first.events(material), first.burden(material)
    step("effects")
    told = effect_level.effects(trials(material), first.persons(material), level)
    step("narrative")
    words = first.wordings(material, level)
    step("sequences")
    order = second.sequences(material, level)
    engaged = engagement(material, rows, events)
    page = counted(told, words, order, [p for _, p in engaged])
    told, words, order = page.effects, list(page.words), page.order
    held = [(finding, p) for (finding, _), p in zip(engaged, page.engagement, strict=True)]
    made = findings(material, told, words, order, held, matters, page.share)
    begin, end = _span(material)
    people = {p for t in material.tables.values() if "person" in t for p in t["person"].unique()}
    if material.roles is not None:
        people = set(material.table("decisions")[material.roles.person].unique())
    return Analysis(
        material, len(people), len(material.table("decisions")), begin, end, tuple(made), tuple(rows), tuple(events), told,
        tuple(words), order, tuple(weeks),
    )  # fmt: skip


def _span(material: Material) -> tuple[str, str]:
    """The first and the last day on which something happened."""
    times = [
        pd.to_datetime(t[c], utc=True)
        for t in material.tables.values()
        for c in ("time_utc", "decided_utc", "started_utc")
        if len(t) and c in t
    ]
    if not times:
        return "", ""
    every = pd.concat(times)
    return str(every.min())[:10], str(every.max())[:10]
