"""The intervention table: one row a run, from why it began to what came of it and what followed."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from microcare.base.moments import DAY, format_moment, local_day
from microcare.hub import entry as e
from microcare.optimization.dataset.columns import (
    INTERVENTION,
    PERSON,
    PROGRAM,
    RUN,
    VERSION,
    Column,
    Family,
    Row,
    count,
    flag,
    moment,
    number,
    plain,
)

PARTS = ("rationale", "relation", "past", "future")
COLUMNS = (
    PERSON,
    PROGRAM,
    VERSION,
    INTERVENTION,
    RUN,
    count("order", "Its number among the person's interventions in the program, from 0.", "interventions"),
    Column("started_by", "enrollment, hub, person, facilitator (a proposal approved) or assigned.", "choice"),
    Column("why", "What made the hub recommend: a need state changed, an intervention was over, ..."),
    Column("need", "The need state it answers."),
    number("severity", "The need's severity when it began.", "0 to 1"),
    Column("facilitator", "Who facilitated: app, coach, clinician or self.", "choice"),
    Column("candidates", "What could have been recommended, best first."),
    Column("recommended", "What the hub recommended."),
    number("probability", "The probability of what was recommended, where it was drawn among near-equals.", "0 to 1"),
    Column("declined", "What the person declined since the last intervention began."),
    *(Column(f"narrative_{p}", f"The {p} that was told: variant, and wording where there are several.") for p in PARTS),
    flag("narrative_edited", "1 where a facilitator told it in their own words."),
    moment("started_utc", "When it began."),
    moment("ended_utc", "When its events were over."),
    number("days", "From its beginning to its end.", "days"),
    count("day", "Local days from joining the program until it began.", "days"),
    Column("ended_because", "Why it ended."),
    Column("outcome", "Its overall outcome: success, failure, disengaged, ended or unknown.", "choice"),
    flag("success", "1 success, 0 failure or disengaged.", "empty where it is not known, or not over"),
    Column("outcome_reason", "What made it so."),
    moment("outcome_utc", "When the outcome was known."),
    count("dose", "Events delivered.", "deliveries"),
    count("opened", "Events opened.", "deliveries"),
    count("completed", "Events done.", "deliveries"),
    number("spent_s", "Time spent with its events, as devices report.", "s"),
    number("felt", "Mean score of how its events felt, where it was asked."),
    number("ownership", "Ownership and commitment: score of the first answers after its narrative was told."),
    Column("previous", "The last intervention that had ended when it began.", unknown="empty where none had"),
    Column("previous_outcome", "What came of the one before."),
    Column("next", "The intervention that began next after it ended.", unknown="empty where none did"),
    number("next_after_days", "From its end to the beginning of the next.", "days"),
    flag("synthetic", "1 where the instants were made up."),
)  # fmt: skip
FAMILIES = (
    Family("c_", "Probability of recommending {} then.", "number", "0 to 1", "empty where it was no candidate"),
    Family("narrative_p_", "Probability of the wording told for the {}.", "number", "0 to 1"),
    Family("ownership_", "Answer to {}, of ownership and commitment."),
    Family("o_", "{}, as the overall outcome saw it."),
    Family("person_", "{}: the person's characteristic at joining."),
)
SUCCESS = {"success": 1, "failure": 0, "disengaged": 0}


@dataclass(slots=True)
class _Run:
    row: Row
    program: str
    started: int
    ended: int = 0
    felt: list[float] = field(default_factory=list)


class Interventions:
    """Runs in one person's journal."""

    READS = (
        e.Enrolled, e.Set, e.NeedChanged, e.Recommended, e.OfferClosed, e.Started, e.Narrated, e.Delivered, e.Staged,
        e.Acted, e.Asked, e.Assessed, e.Ended, e.OverallOutcome,
    )  # fmt: skip

    def __init__(self, person: str) -> None:
        self.person = person
        self._runs: dict[str, _Run] = {}
        self._last: dict[str, _Run] = {}
        self._over: dict[str, _Run] = {}
        self._enrolled_as: dict[str, tuple[e.Enrolled, int]] = {}
        self._zone, self._mode = "UTC", ""
        self._severity: dict[tuple[str, str], float | None] = {}
        self._recommended: dict[str, e.Recommended] = {}
        self._declined: dict[str, list[str]] = {}
        self._deliveries: dict[str, tuple[_Run, set[str]]] = {}
        self._last_done: tuple[_Run, int] | None = None
        self._felt: dict[str, _Run] = {}
        self._take = {
            e.Enrolled: self._joined, e.Set: self._set, e.NeedChanged: self._need, e.Recommended: self._recommend,
            e.OfferClosed: self._closed, e.Started: self._started, e.Narrated: self._narrated, e.Delivered: self._delivered,
            e.Staged: self._staged, e.Acted: self._acted, e.Asked: self._asked, e.Assessed: self._assessed,
            e.Ended: self._ended, e.OverallOutcome: self._outcome,
        }  # fmt: skip

    def take(self, stated: e.Any) -> None:
        """Take one entry, in the journal's order."""
        self._take[type(stated)](stated)  # type: ignore[operator]

    def rows(self) -> Iterator[Row]:
        """One row a run, in order of their beginnings."""
        for run in self._runs.values():
            if run.felt:
                run.row["felt"] = sum(run.felt) / len(run.felt)
            yield run.row

    def _joined(self, x: e.Enrolled) -> None:
        self._zone = x.zone
        self._enrolled_as[x.program] = (x, local_day(x.zone, x.at))

    def _set(self, x: e.Set) -> None:
        if x.name == "zone":
            self._zone = str(x.value)
        elif x.name == "mode":
            self._mode = str(x.value or "")

    def _need(self, x: e.NeedChanged) -> None:
        self._severity[x.program, x.need] = x.severity if x.state == "present" else None

    def _recommend(self, x: e.Recommended) -> None:
        self._recommended[x.program] = x

    def _closed(self, x: e.OfferClosed) -> None:
        if x.answer != "declined":
            return
        for program, last in self._recommended.items():
            if last.recommendation == x.offer:
                self._declined.setdefault(program, []).extend([x.intervention] if x.intervention else last.chosen)

    def _started(self, x: e.Started) -> None:
        enrolled, joined = self._enrolled_as.get(x.program, (None, None))
        last, previous = self._last.get(x.program), self._over.get(x.program)
        row: Row = {
            "person": self.person,
            "program": x.program,
            "version": x.version,
            "intervention": x.intervention,
            "run": x.run,
            "order": 0 if last is None else int(last.row["order"] or 0) + 1,
            "need": x.need,
            "severity": self._severity.get((x.program, x.need)),
            "facilitator": self._mode or (enrolled.facilitator if enrolled is not None else ""),
            "declined": "; ".join(self._declined.pop(x.program, [])),
            "started_utc": format_moment(x.at),
            "day": None if joined is None else local_day(self._zone, x.at) - joined,
            "dose": 0,
            "opened": 0,
            "completed": 0,
            "synthetic": int(enrolled.synthetic) if enrolled is not None else 0,
        }
        self._from(row, x)
        if enrolled is not None:
            row.update({f"person_{n}": plain(v) for n, v in enrolled.fields.items()})
        if previous is not None:
            row["previous"] = previous.row["intervention"]
            row["previous_outcome"] = previous.row.get("outcome")
            if "next" not in previous.row:
                previous.row["next"] = x.intervention
                previous.row["next_after_days"] = (x.at - previous.ended) / DAY
        self._runs[x.run] = self._last[x.program] = _Run(row, x.program, x.at)

    def _from(self, row: Row, x: e.Started) -> None:
        """What the recommendation before it was."""
        last = self._recommended.get(x.program)
        if x.by.startswith("assigned by"):
            row["started_by"] = "assigned"
        elif x.by == "enrollment" or last is None:
            row["started_by"] = "enrollment"
        else:
            actions = {"started": "hub", "offered": "person", "listed": "person"}
            row["started_by"] = actions.get(last.action, "hub" if x.by == "app" else "facilitator")
        if last is None or x.by == "enrollment":
            return
        row["why"] = last.by_rule
        row["candidates"] = "; ".join(c.intervention for c in last.candidates)
        row["recommended"] = "; ".join(last.chosen)
        chances = {c.intervention: c.probability for c in last.candidates if c.probability > 0}
        if last.drawn and x.intervention in last.chosen and len(last.chosen) == 1:
            row["probability"] = chances.get(x.intervention)
            row.update({f"c_{name}": p for name, p in chances.items()})

    def _narrated(self, x: e.Narrated) -> None:
        run = self._runs.get(x.run)
        if run is None or x.moment != "begin":
            return
        for part, told in x.parts.items():
            run.row[f"narrative_{part}"] = told
            if told in x.probabilities:
                run.row[f"narrative_p_{part}"] = x.probabilities[told]
        run.row["narrative_edited"] = int(bool(x.edited))

    def _delivered(self, x: e.Delivered) -> None:
        run = self._runs.get(x.run)
        if run is not None and x.what == "event":
            self._deliveries[x.delivery] = (run, set())
            run.row["dose"] = int(run.row["dose"] or 0) + 1

    def _mark(self, found: tuple[_Run, set[str]], what: str) -> None:
        run, marks = found
        if what not in marks:
            marks.add(what)
            run.row[what] = int(run.row[what] or 0) + 1

    def _staged(self, x: e.Staged) -> None:
        found = self._deliveries.get(x.delivery)
        if found is not None and x.stage == "opened":
            self._mark(found, "opened")

    def _acted(self, x: e.Acted) -> None:
        found = self._deliveries.get(x.delivery)
        if found is None or x.act != "done":
            return
        self._mark(found, "opened")
        self._mark(found, "completed")
        if x.spent:
            found[0].row["spent_s"] = float(found[0].row.get("spent_s") or 0) + x.spent / 1000
        self._last_done = (found[0], x.received)

    def _asked(self, x: e.Asked) -> None:
        if x.purpose == "engagement" and self._last_done is not None and x.received - self._last_done[1] <= DAY:
            self._felt[x.assessment] = self._last_done[0]

    def _assessed(self, x: e.Assessed) -> None:
        run = self._felt.pop(x.assessment, None)
        score = x.scores.get("score")
        if run is not None and score is not None:
            run.felt.append(score)
        told = self._last.get(x.program)
        if x.purpose == "ownership" and told is not None and "ownership" not in told.row:
            told.row["ownership"] = score
            told.row.update({f"ownership_{item}": plain(value) for item, value in x.values.items()})

    def _ended(self, x: e.Ended) -> None:
        run = self._runs.get(x.run)
        if run is None:
            return
        run.ended = x.at
        self._over[run.program] = run
        run.row["ended_utc"] = format_moment(x.at)
        run.row["days"] = (x.at - run.started) / DAY
        run.row["ended_because"] = x.reason

    def _outcome(self, x: e.OverallOutcome) -> None:
        run = self._runs.get(x.run)
        if run is None:
            return
        run.row.update(
            outcome=x.result, success=SUCCESS.get(x.result), outcome_reason=x.reason, outcome_utc=format_moment(x.at)
        )  # fmt: skip
        run.row.update({f"o_{name}": plain(value) for name, value in x.inputs.items()})
