"""Recommendations, need states and the clinical target over time."""

import json
from collections.abc import Iterator

from microcare.base.moments import DAY, format_moment
from microcare.hub import entry as e
from microcare.optimization.dataset.columns import (
    PERSON,
    PROGRAM,
    Column,
    Family,
    Row,
    count,
    flag,
    moment,
    number,
    plain,
)

RECOMMENDATIONS = (
    PERSON,
    PROGRAM,
    Column("recommendation", "Its name.", unknown="never"),
    moment("time_utc", "When it was made."),
    Column("facilitator", "Who facilitated: app, coach, clinician or self.", "choice"),
    Column("action", "What followed: started, offered, listed, proposed or nothing.", "choice"),
    Column("why", "What made the hub look."),
    Column("need", "The need state it answers."),
    Column("chosen", "What was recommended.", unknown="empty where nothing could be"),
    number("probability", "Its probability, where it was drawn among near-equals.", "0 to 1"),
    Column("left_out", "What was left out, each with its reason."),
    Column("waiting", "Needs that wait, and for which need, or for the rest of an evaluation."),
    Column("answer", "What came back: accepted, declined, expired, ...", unknown="empty where nobody was asked"),
    Column("taken", "What the answer took.", unknown="empty where nothing was taken"),
    moment("answered_utc", "When the answer came."),
)  # fmt: skip
RECOMMENDATION_FAMILIES = (
    Family("score_", "Score of {}.", "number", "0 to 1", "empty where it was no candidate"),
    Family("c_", "Probability of {}.", "number", "0 to 1", "empty where none was stated"),
)
NEEDS = (
    PERSON,
    PROGRAM,
    Column("need", "The need state.", unknown="never"),
    Column("state", "present, absent or unknown.", "choice", unknown="never"),
    flag("known", "1 present or absent, 0 unknown.", "never"),
    number("severity", "Its severity.", "0 to 1"),
    moment("from_utc", "Since when."),
    moment("until_utc", "Until when; empty: it was so at the end of the journal."),
    number("days", "How long."),
    count("order", "Its number among this need's intervals, from 0."),
    Column("evaluation", "The look at the person's state that found it.", unknown="empty where none was open"),
    Column("why", "What opened that look: time, context, a report, the end of an intervention."),
    moment("stale_utc", "When the evidence is too old."),
    Column("evidence", "What was seen, by name.", "JSON", unknown="null inside"),
)  # fmt: skip
TARGETS = (
    PERSON,
    PROGRAM,
    moment("time_utc", "When it was looked at."),
    number("day", "Since joining the program.", "days"),
    flag("reached", "1 where the clinical goal is reached."),
    flag("known", "1 where that could be said.", "never"),
)  # fmt: skip
TARGET_FAMILIES = (Family("x_", "{}, as it was seen."),)


class Recommendations:
    """What the hub recommended to one person, and what came back."""

    READS = (e.Recommended, e.OfferClosed)

    def __init__(self, person: str) -> None:
        self.person = person
        self._rows: dict[str, Row] = {}

    def take(self, x: e.Any) -> None:
        """Take one entry, in the journal's order."""
        if isinstance(x, e.OfferClosed):
            row = self._rows.get(x.offer)
            if row is not None:
                row.update(answer=x.answer, taken=x.intervention, answered_utc=format_moment(x.at))
        elif isinstance(x, e.Recommended):
            chances = {c.intervention: c.probability for c in x.candidates if c.probability > 0}
            self._rows[x.recommendation] = {
                "person": self.person,
                "program": x.program,
                "recommendation": x.recommendation,
                "time_utc": format_moment(x.at),
                "facilitator": x.mode,
                "action": x.action,
                "why": x.by_rule,
                "need": x.need,
                "chosen": "; ".join(x.chosen),
                "probability": chances.get(x.chosen[0]) if x.drawn and len(x.chosen) == 1 else None,
                "left_out": "; ".join(f"{name}: {why}" for name, why in x.left_out.items()),
                "waiting": "; ".join(f"{need} for {other}" for need, other in x.waiting.items()),
                **{f"score_{c.intervention}": c.score for c in x.candidates},
                **{f"c_{name}": p for name, p in chances.items()},
            }

    def rows(self) -> Iterator[Row]:
        """One row a recommendation, in order."""
        yield from self._rows.values()


class NeedStates:
    """Need states of one person: one row an interval in which a need was in one state on one evidence."""

    READS = (e.EvaluationOpened, e.EvaluationClosed, e.NeedChanged)

    def __init__(self, person: str) -> None:
        self.person = person
        self._rows: list[Row] = []
        self._open: dict[tuple[str, str], tuple[Row, int]] = {}
        self._looks: dict[str, e.EvaluationOpened] = {}

    def take(self, x: e.Any) -> None:
        """Take one entry, in the journal's order."""
        if isinstance(x, e.EvaluationOpened):
            self._looks[x.program] = x
        elif isinstance(x, e.EvaluationClosed):
            self._looks.pop(x.program, None)
        elif isinstance(x, e.NeedChanged):
            self._changed(x)

    def _changed(self, x: e.NeedChanged) -> None:
        before = self._open.get((x.program, x.need))
        order = 0
        if before is not None:
            row, since = before
            row.update(until_utc=format_moment(x.at), days=(x.at - since) / DAY)
            order = int(row["order"] or 0) + 1
        look = self._looks.get(x.program)
        new: Row = {
            "person": self.person,
            "program": x.program,
            "need": x.need,
            "state": x.state,
            "known": int(x.state != "unknown"),
            "severity": x.severity,
            "from_utc": format_moment(x.at),
            "order": order,
            "evaluation": look.evaluation if look is not None else "",
            "why": look.why if look is not None else "",
            "stale_utc": format_moment(x.stale_at) if x.stale_at else None,
            "evidence": json.dumps(x.evidence, ensure_ascii=False),
        }
        self._open[x.program, x.need] = (new, x.at)
        self._rows.append(new)

    def rows(self) -> Iterator[Row]:
        """One row an interval, in order of their beginnings."""
        yield from self._rows


class Targets:
    """The clinical target of one person over time."""

    READS = (e.Enrolled, e.TargetChecked)

    def __init__(self, person: str) -> None:
        self.person = person
        self._rows: list[Row] = []
        self._since: dict[str, int] = {}

    def take(self, x: e.Any) -> None:
        """Take one entry, in the journal's order."""
        if isinstance(x, e.Enrolled):
            self._since[x.program] = x.at
        elif isinstance(x, e.TargetChecked):
            since = self._since.get(x.program)
            self._rows.append(
                {
                    "person": self.person,
                    "program": x.program,
                    "time_utc": format_moment(x.at),
                    "day": None if since is None else (x.at - since) / DAY,
                    "reached": plain(x.reached),
                    "known": int(x.reached is not None),
                    **{f"x_{name}": plain(value) for name, value in x.inputs.items()},
                }
            )

    def rows(self) -> Iterator[Row]:
        """One row a look at the target, in order."""
        yield from self._rows
