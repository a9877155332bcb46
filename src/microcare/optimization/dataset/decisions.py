"""The decision table: one row a decision point, with its reasons, probabilities, what came of it and what it saw."""

from collections import deque
from collections.abc import Iterator

from microcare.base.moments import DAY, format_local, format_moment, local_day
from microcare.hub import entry as e
from microcare.optimization.dataset.columns import (
    INTERVENTION,
    PERSON,
    PROGRAM,
    RUN,
    Column,
    Family,
    Row,
    count,
    flag,
    moment,
    number,
    plain,
)

COLUMNS = (
    PERSON,
    PROGRAM,
    Column("version", "The version (hash of its behavior) that decided.", unknown="never"),
    INTERVENTION,
    RUN,
    Column("rule", "The decision rule.", unknown="never"),
    Column("slot", "The decision point's place: planned local date and place in the day, or what triggered it."),
    Column("point", "The decision point's identity.", unknown="never"),
    moment("planned_utc", "When it was planned."),
    moment("time_utc", "When it was decided."),
    Column("time_local", "The same on the person's wall, with its offset.", "text", "local time"),
    Column("zone", "The person's time zone then."),
    Column(
        "outcome", "unavailable, not_eligible, unknown, decided, randomized or missed.", "choice", unknown="never"
    ),
    flag("available", "1 available, 0 unavailable.", "empty where it could not be known or was missed"),
    Column("reasons", "Why it was unavailable, not eligible, unknown or missed."),
    Column("chosen", "The option: events, or nothing.", unknown="empty where nothing was decided"),
    number("probability", "The probability of the chosen option.", "0 to 1"),
    Column("drawn_elsewhere", "Where the draw was made, if it was imported.", unknown="empty where it was made here"),
    flag("prompt", "1 where it would reach the person unasked."),
    flag("assigned", "1 where a facilitator assigned the run, overriding the recommendation."),
    flag("synthetic", "1 where the source lacks the instant and it was made up."),
    Column(
        "proximal", "The proximal outcome: of the decision point, or of the delivered event.", "number or text"
    ),
    flag("proximal_success", "1 success, 0 none."),
    flag("randomized", "1 where chance decided among options, with the probabilities given.", "never"),
    flag("treated", "1 where something was chosen, 0 where nothing was or could be.", "never"),
    number("probability_treated", "The probability that something is chosen.", "0 to 1"),
    Column("eligible", "The options that could be chosen.", unknown="empty where nothing was decided"),
    Column("event", "The events that were delivered.", unknown="empty where nothing was"),
    Column("not_delivered", "Why a delivery was held back or ended without being done; the arm stands."),
    flag("opened", "1 where an event delivered here was opened.", "empty where nothing was delivered"),
    flag("completed", "1 where an event delivered here was done.", "empty where nothing was delivered"),
    number("spent_s", "The time spent with it, as the device reports.", "s"),
    number("felt", "Score of how it felt (engagement), where it was asked right afterwards."),
    count("decision_point", "Its number among the person's decision points of this rule, from 0.", "decision points"),
    count("day", "Local days since the person joined the program.", "days"),
    count("dose_7d", "Events delivered to the person by this program in the seven days before.", "deliveries"),
)  # fmt: skip
FAMILIES = (
    Family("p_", "Probability of the option {}.", "number", "0 to 1", "empty where it was no option"),
    Family("x_", "{}, as the rule saw it."),
)
WEEK = 7 * DAY


class Decisions:
    """Decision points of one person's journal."""

    READS = (
        e.Enrolled, e.Set, e.Decided, e.Delivered, e.Undelivered, e.Staged, e.Acted, e.Asked, e.Assessed, e.Proximal
    )  # fmt: skip

    def __init__(self, person: str) -> None:
        self.person = person
        self._rows: dict[str, Row] = {}
        self._of: dict[str, Row] = {}
        """The row that a delivery belongs to."""
        self._zone = "UTC"
        self._joined: dict[str, int] = {}
        self._numbers: dict[tuple[str, str, str], int] = {}
        self._doses: dict[str, deque[int]] = {}
        self._last_done: tuple[Row, int] | None = None
        self._felt: dict[str, Row] = {}
        self._take = {
            e.Enrolled: self._enrolled, e.Set: self._set, e.Decided: self._decided, e.Delivered: self._delivered,
            e.Undelivered: self._undelivered, e.Staged: self._staged, e.Acted: self._acted, e.Asked: self._asked,
            e.Assessed: self._assessed, e.Proximal: self._proximal,
        }  # fmt: skip

    def take(self, stated: e.Any) -> None:
        """Take one entry, in the journal's order."""
        self._take[type(stated)](stated)  # type: ignore[operator]

    def rows(self) -> Iterator[Row]:
        """One row a decision point, in order."""
        yield from self._rows.values()

    def _enrolled(self, x: e.Enrolled) -> None:
        self._zone = x.zone
        self._joined[x.program] = local_day(x.zone, x.at)

    def _set(self, x: e.Set) -> None:
        if x.name == "zone":
            self._zone = str(x.value)

    def _decided(self, x: e.Decided) -> None:
        which = (x.program, x.intervention, x.rule)
        nth = self._numbers[which] = self._numbers.get(which, -1) + 1
        at = format_moment(x.at)
        joined = self._joined.get(x.program)
        randomized = x.outcome == "randomized"
        row: Row = {
            "person": self.person,
            "program": x.program,
            "version": x.version,
            "intervention": x.intervention,
            "run": x.run,
            "rule": x.rule,
            "slot": x.slot,
            "point": x.point,
            "planned_utc": at if x.planned == x.at else format_moment(x.planned),
            "time_utc": at,
            "time_local": format_local(self._zone, x.at),
            "zone": self._zone,
            "outcome": x.outcome,
            "available": None if x.available is None else int(x.available),
            "reasons": "; ".join(x.reasons),
            "chosen": x.chosen,
            "probability": x.options.get(x.chosen) if x.options else None,
            "drawn_elsewhere": x.source,
            "prompt": int(x.prompt),
            "assigned": int(x.assigned),
            "synthetic": int(x.synthetic),
            "randomized": int(randomized),
            "treated": int(x.chosen not in ("", "nothing")),
            "probability_treated": 1 - x.options.get("nothing", 0.0) if x.options else None,
            "eligible": "; ".join(o for o, p in x.options.items() if p > 0) if randomized else x.chosen,
            "decision_point": nth,
            "day": None if joined is None else local_day(self._zone, x.at) - joined,
            "dose_7d": self._dose(x.program, x.at),
        }
        for option, p in x.options.items():
            row[f"p_{option}"] = p
        for name, value in x.inputs.items():
            row[f"x_{name}"] = plain(value)
        self._rows[x.point] = row

    def _dose(self, program: str, at: int) -> int:
        doses = self._doses.get(program)
        if doses is None:
            return 0
        while doses and doses[0] <= at - WEEK:
            doses.popleft()
        return len(doses)

    def _delivered(self, x: e.Delivered) -> None:
        if x.what != "event":
            return
        self._doses.setdefault(x.program, deque()).append(x.at)
        row = self._rows.get(x.point)
        if row is None:
            return
        self._of[x.delivery] = row
        row["event"] = f"{row['event']}; {x.name}" if "event" in row else x.name
        row.setdefault("opened", 0)
        row.setdefault("completed", 0)

    def _undelivered(self, x: e.Undelivered) -> None:
        row = self._of.get(x.delivery)
        if row is not None:
            row["not_delivered"] = x.reason

    def _staged(self, x: e.Staged) -> None:
        row = self._of.get(x.delivery)
        if row is not None and x.stage == "opened":
            row["opened"] = 1

    def _acted(self, x: e.Acted) -> None:
        row = self._of.get(x.delivery)
        if row is None or x.act != "done":
            return
        row["opened"] = row["completed"] = 1
        if x.spent:
            row["spent_s"] = float(row.get("spent_s") or 0) + x.spent / 1000
        self._last_done = (row, x.received)

    def _asked(self, x: e.Asked) -> None:
        if x.purpose == "engagement" and self._last_done is not None and x.received - self._last_done[1] <= DAY:
            self._felt[x.assessment] = self._last_done[0]

    def _assessed(self, x: e.Assessed) -> None:
        row = self._felt.pop(x.assessment, None)
        if row is not None:
            row["felt"] = x.scores.get("score")

    def _proximal(self, x: e.Proximal) -> None:
        row = self._rows.get(x.point) if x.point else self._of.get(x.delivery)
        if row is None or (row.get("proximal") is not None and not x.point):
            return
        row["proximal"] = plain(x.value)
        row["proximal_success"] = None if x.success is None else int(x.success)
