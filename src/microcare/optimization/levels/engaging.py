"""Findings on engagement: events that few open or do, micro interventions that many leave."""

from collections.abc import Iterator

from microcare.optimization.levels.estimates import Estimate, against
from microcare.optimization.levels.findings import OPEN, Finding, figures, where
from microcare.optimization.levels.first import EventRow, InterventionRow
from microcare.optimization.levels.material import Material

LOW, LEAVING = 0.5, 0.2
"""A share opened or done below the first is low; a share of runs that end in disengagement above the second is high."""


def engagement(material: Material, rows: list[InterventionRow], events: list[EventRow]) -> list[tuple[Finding, float]]:
    """What could be found, each with its own p: the page's other comparisons are not counted yet."""
    return [*_unopened(material, events), *_undone(material, events), *_leaving(rows)]


def _below(e: Estimate, limit: float) -> float | None:
    """The p of a share below a limit; None where it is not below."""
    return against(e, limit) if e.value is not None and e.value < limit else None


def _unopened(material: Material, events: list[EventRow]) -> Iterator[tuple[Finding, float]]:
    for one in events:
        p = _below(one.receptivity, LOW)
        if p is not None:
            what = f"“{material.title(one.event)}”{where(material, one.intervention)}"
            why = (
                f"Most leave it unopened: it is opened {figures(one.receptivity, percent=True)} of the time; "
                f"{one.people} people, {one.deliveries} deliveries."
            )
            yield Finding(f"Try {what} at another moment, or another way.", why, OPEN, one.event, 1), p


def _undone(material: Material, events: list[EventRow]) -> Iterator[tuple[Finding, float]]:
    for one in events:
        p = _below(one.completion, LOW)
        if p is not None and _below(one.receptivity, LOW) is None:
            what = f"“{material.title(one.event)}”{where(material, one.intervention)}"
            why = (
                f"It is opened {figures(one.receptivity, percent=True)} of the time, but done only "
                f"{figures(one.completion, percent=True)}; {one.people} people, {one.deliveries} deliveries."
            )
            yield Finding(f"Try to ask for less in {what}.", why, OPEN, one.event, 0.9), p


def _leaving(rows: list[InterventionRow]) -> Iterator[tuple[Finding, float]]:
    for row in rows:
        left = row.disengaged
        p = against(left, LEAVING) if left.value is not None and left.value > LEAVING else None
        if p is not None:
            why = (
                f"{figures(left, percent=True)} end because the person disengages, more than {LEAVING:.0%}; "
                f"{row.people} people, {row.runs} times."
            )
            yield Finding(f"Try “{row.title}” shorter or easier to begin.", why, OPEN, row.intervention, 1), p
