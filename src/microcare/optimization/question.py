"""What is asked of a trial's table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from microcare.optimization import designs, tables
from microcare.optimization.tables import Number

FAMILIES = ("identity", "log", "logit", "count")
MISSING = ("error", "drop", "ipw", "dr")
TIMES = ("time_utc", "planned_utc", "decision_point", "time", "t")
"""Columns that are taken for the time where none is named and an outcome lies later."""

OWN = ("randomized", "eligible")
"""Columns by which a decision table of ours says where chance decided, and among what."""


@dataclass(frozen=True)
class Question:
    """What is asked of a table; see `excursion.excursion_effect`."""

    outcome: str
    treatment: str
    probability: Number | Sequence[Number] | Mapping[str, Number] | None
    person: str
    availability: str | None = None
    moderators: str = "~ 1"
    controls: str = "~ 1"
    family: str = "identity"
    estimator: str | None = None
    window: int = 1
    lag: int = 0
    reference: str = "policy"
    summary: str | None = None
    end: str | None = None
    per_decision: bool = True
    arms: Sequence[str | float] | None = None
    numerator: Number | Sequence[Number] | None = None
    missing: str = "error"
    time: str | None = None
    exposure: str | None = None
    weight: str | None = None
    probability_of: str = "treatment"
    folds: int = 1
    omega: str = "one"
    level: float = 0.95
    allow: frozenset[str] = frozenset()
    missing_model: str | None = None
    probability_model: str | None = None
    lower_is_better: bool = False

    def columns(self, known: Sequence[str]) -> list[str]:
        """The columns that the question reads, of those a table has."""
        stated = [self.outcome, self.treatment, self.person, self.availability, self.time, self.exposure, self.weight]
        asked = [c for c in stated if c is not None]
        for value in (*several(self.probability), *several(self.numerator)):
            if tables.as_number(value) is None:
                asked.append(str(value))
        for formula in (self.moderators, self.controls, self.missing_model, self.probability_model):
            asked += designs.variables(formula) if formula is not None else ()
        if set(OWN) <= set(known):
            asked += OWN
        if self.time is None and self.window + self.lag > 1:
            asked += [c for c in TIMES if c in known][:1]
        return list(dict.fromkeys(asked))

    @property
    def texts(self) -> list[str | None]:
        """The columns that are read as they are written: ids, and times that no formula takes as numbers."""
        used = {
            v
            for f in (self.moderators, self.controls, self.missing_model, self.probability_model)
            if f
            for v in designs.variables(f)
        }
        times = [self.time] if self.time is not None else list(TIMES) if self.window + self.lag > 1 else []
        return [self.person, *(name for name in times if name not in used)]


def several(value: Number | Sequence[Number] | Mapping[str, Number] | None) -> list[Number]:
    """One or several numbers or columns as a list."""
    if value is None:
        return []
    if isinstance(value, str | int | float):
        return [value]
    return list(value.values()) if isinstance(value, Mapping) else list(value)
