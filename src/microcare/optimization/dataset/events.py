"""The event table: one row a delivery, with the times of its stages and what the person made of it."""

from collections.abc import Iterator

from microcare.base.moments import DAY, format_local, format_moment
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
    flag,
    moment,
    number,
    plain,
)

STAGES = ("handed_over", "accepted", "shown", "opened")
COLUMNS = (
    PERSON,
    PROGRAM,
    VERSION,
    Column("delivery", "The delivery's name.", unknown="never"),
    Column("what", "event, contact, offer or assessment.", "choice", unknown="never"),
    Column("event", "The event (or the offer, or the assessment).", unknown="never"),
    INTERVENTION,
    RUN,
    Column("point", "The decision point that it came from.", unknown="empty where it came from none"),
    Column("facilitator", "Who facilitated then: app, coach, clinician or self.", "choice"),
    flag("human", "1 where a human does it."),
    flag("prompt", "1 where it reached the person unasked."),
    Column("silent", "Why it waited in the app without a prompt."),
    Column("channel", "The last channel it was sent or opened on."),
    moment("decided_utc", "When it was decided to deliver it."),
    Column("decided_local", "The same on the person's wall, with its offset.", "text", "local time"),
    *(moment(f"{s}_utc", f"When it was {s.replace('_', ' ')}.") for s in STAGES),
    moment("completed_utc", "When it was done."),
    moment("expires_utc", "When it expires."),
    flag("opened", "1 where it was opened (or done).", "never"),
    flag("completed", "1 where it was done.", "never"),
    Column("act", "The last thing that was done with it: done, dismissed, snoozed or dropped."),
    flag("late", "1 where it was done after it had expired."),
    Column("not_delivered", "Why it was held back or ended: expired, paused, withdrawn, safety, answered."),
    number("opened_after_s", "From the decision until it was opened.", "s"),
    number("spent_s", "The time spent with it, as the device reports.", "s"),
    Column("proximal", "The event's proximal outcome.", "number or text"),
    flag("proximal_success", "1 success, 0 none."),
    number("felt", "Score of how it felt (engagement), where it was asked right afterwards."),
)  # fmt: skip
FAMILIES = (Family("felt_", "Answer to {}, of how it felt."),)


class Events:
    """Deliveries of one person's journal."""

    READS = (
        e.Enrolled, e.Set, e.Started, e.Delivered, e.Undelivered, e.Fallback, e.Staged, e.Acted, e.Asked, e.Assessed,
        e.Proximal, e.Completed,
    )  # fmt: skip

    def __init__(self, person: str) -> None:
        self.person = person
        self._rows: dict[str, Row] = {}
        self._at: dict[str, int] = {}
        self._zone, self._mode = "UTC", ""
        self._modes: dict[str, str] = {}
        self._runs: dict[str, str] = {}
        self._last_done: tuple[Row, int] | None = None
        self._felt: dict[str, Row] = {}
        self._take = {
            e.Enrolled: self._enrolled, e.Set: self._set, e.Started: self._started, e.Delivered: self._delivered,
            e.Undelivered: self._undelivered, e.Fallback: self._fallback, e.Staged: self._staged, e.Acted: self._acted,
            e.Asked: self._asked, e.Assessed: self._assessed, e.Proximal: self._proximal, e.Completed: self._completed,
        }  # fmt: skip

    def take(self, stated: e.Any) -> None:
        """Take one entry, in the journal's order."""
        self._take[type(stated)](stated)  # type: ignore[operator]

    def rows(self) -> Iterator[Row]:
        """One row a delivery, in order."""
        yield from self._rows.values()

    def _enrolled(self, x: e.Enrolled) -> None:
        self._zone = x.zone
        self._modes[x.program] = x.facilitator

    def _set(self, x: e.Set) -> None:
        if x.name == "zone":
            self._zone = str(x.value)
        elif x.name == "mode":
            self._mode = str(x.value or "")

    def _started(self, x: e.Started) -> None:
        self._runs[x.run] = x.intervention

    def _delivered(self, x: e.Delivered) -> None:
        self._at[x.delivery] = x.at
        self._rows[x.delivery] = {
            "person": self.person,
            "program": x.program,
            "version": x.version,
            "delivery": x.delivery,
            "what": x.what,
            "event": x.name,
            "intervention": self._runs.get(x.run, ""),
            "run": x.run,
            "point": x.point,
            "facilitator": self._mode or self._modes.get(x.program, ""),
            "human": int(x.human),
            "prompt": int(x.prompt),
            "silent": "; ".join(x.silent),
            "decided_utc": format_moment(x.at),
            "decided_local": format_local(self._zone, x.at),
            "expires_utc": format_moment(x.expires) if x.expires else None,
            "opened": 0,
            "completed": 0,
        }

    def _undelivered(self, x: e.Undelivered) -> None:
        row = self._rows.get(x.delivery)
        if row is not None:
            row["not_delivered"] = x.reason

    def _fallback(self, x: e.Fallback) -> None:
        row = self._rows.get(x.delivery)
        if row is not None:
            row["channel"] = x.channel

    def _staged(self, x: e.Staged) -> None:
        row = self._rows.get(x.delivery)
        if row is None:
            return
        row["channel"] = x.channel
        if x.stage in STAGES:
            row.setdefault(f"{x.stage}_utc", format_moment(x.at))
        if x.stage == "opened" and "opened_after_s" not in row:
            row["opened"] = 1
            row["opened_after_s"] = (x.at - self._at[x.delivery]) / 1000

    def _acted(self, x: e.Acted) -> None:
        row = self._rows.get(x.delivery)
        if row is None:
            return
        row["act"] = x.act
        if x.act != "done":
            return
        row["opened"] = row["completed"] = 1
        row["late"] = int(x.late)
        row.setdefault("completed_utc", format_moment(x.at))
        if x.spent:
            row["spent_s"] = x.spent / 1000
        if row["what"] == "event":
            self._last_done = (row, x.received)

    def _asked(self, x: e.Asked) -> None:
        if x.purpose == "engagement" and self._last_done is not None and x.received - self._last_done[1] <= DAY:
            self._felt[x.assessment] = self._last_done[0]

    def _assessed(self, x: e.Assessed) -> None:
        row = self._felt.pop(x.assessment, None)
        if row is not None:
            row["felt"] = x.scores.get("score")
            row.update({f"felt_{item}": plain(value) for item, value in x.values.items()})

    def _proximal(self, x: e.Proximal) -> None:
        row = self._rows.get(x.delivery)
        if row is not None:
            row["proximal"] = plain(x.value)
            row["proximal_success"] = None if x.success is None else int(x.success)

    def _completed(self, x: e.Completed) -> None:
        row = self._rows.get(x.delivery)
        if row is not None and x.success is not None:
            row["proximal_success"] = int(x.success)
