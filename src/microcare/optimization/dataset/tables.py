"""The tables by name, and a person's rows of some of them in one pass over the journal."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from microcare.hub import entry as e
from microcare.optimization.dataset import answers, decisions, events, interventions, needs
from microcare.optimization.dataset.columns import Column, Family, Row


class Maker(Protocol):
    """Makes the rows of one table from one person's entries."""

    def take(self, stated: e.Any) -> None:
        """Take one entry, in the journal's order."""

    def rows(self) -> Iterator[Row]:
        """The rows, when all entries are taken."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns, those that a program brings, and how its rows are made."""

    name: str
    about: str
    columns: tuple[Column, ...]
    families: tuple[Family, ...]
    maker: Callable[[str], Maker]
    reads: tuple[type, ...]


TABLES = {
    t.name: t
    for t in (
        Table(
            "decisions", "One row a decision point.", decisions.COLUMNS, decisions.FAMILIES, decisions.Decisions,
            decisions.Decisions.READS,
        ),
        Table("events", "One row a delivery.", events.COLUMNS, events.FAMILIES, events.Events, events.Events.READS),
        Table(
            "interventions", "One row each time somebody had a micro intervention.", interventions.COLUMNS,
            interventions.FAMILIES, interventions.Interventions, interventions.Interventions.READS,
        ),
        Table(
            "recommendations", "One row each time the hub looked what to recommend.", needs.RECOMMENDATIONS,
            needs.RECOMMENDATION_FAMILIES, needs.Recommendations, needs.Recommendations.READS,
        ),
        Table(
            "need_states", "One row an interval in which a need state stayed as it was.", needs.NEEDS, (),
            needs.NeedStates, needs.NeedStates.READS,
        ),
        Table(
            "targets", "One row a look at the clinical target.", needs.TARGETS, needs.TARGET_FAMILIES, needs.Targets,
            needs.Targets.READS,
        ),
        Table(
            "answers", "One row an answer or a question left out, and one a score.", answers.COLUMNS, (),
            answers.Answers, answers.Answers.READS,
        ),
    )
}  # fmt: skip


def kinds(names: Iterable[str]) -> frozenset[str]:
    """The kinds of entries that these tables read."""
    return frozenset(kind.__struct_config__.tag for name in names for kind in TABLES[name].reads)  # type: ignore[attr-defined]


def rows_of(person: str, entries: Iterable[e.Any], names: Sequence[str] = ("decisions",)) -> dict[str, list[Row]]:
    """The rows of one person in some tables, from their entries in order; each entry is looked at once."""
    makers = {name: TABLES[name].maker(person) for name in names}
    takers: dict[type, list[Callable[[e.Any], None]]] = {}
    for name, maker in makers.items():
        for kind in TABLES[name].reads:
            takers.setdefault(kind, []).append(maker.take)
    for stated in entries:
        for take in takers.get(type(stated), ()):
            take(stated)
    return {name: list(maker.rows()) for name, maker in makers.items()}
