"""What was planned to reach a person, and what became of it: one line for each, told from the journal alone.

A decision point that brings nothing is a line of its own, with the reason. Each delivery is a line, from the moment it
was planned for to its end. Receipts are not always there: what was done was opened, and what was opened was shown.
"""

from collections.abc import Iterable, MutableMapping

import msgspec

from microcare.hub import entry as e

STEPS = ("planned", "due", "handed", "accepted", "shown", "opened", "completed")
"""How far something came. `reach` counts from 0: planned."""
OPEN, COMPLETED, MISSED, HELD, NOT_MEANT = "open", "completed", "missed", "held", "not_meant"
"""What became of it. held: it never became a delivery, for a reason. not_meant: the rule or the draw said nothing."""
KINDS = (
    "started", "asked", "decided", "delivered", "fallback", "staged", "acted", "undelivered", "assessed", "offer_closed",
    "completed",
)  # fmt: skip
"""The kinds of entries that lines are told from."""
HOLDS = (
    "safety hold", "paused", "quiet hours", "gap between prompts", "daily limit", "weekly limit", "stopped", e.STOPPED_BY_STAFF,
)  # fmt: skip
"""What the gate says no for."""


class Line(msgspec.Struct):
    """One planned delivery. Moments in ms, 0: it did not come so far (or nothing tells when)."""

    key: str
    program: str
    what: str
    """decision, event, assessment, offer or contact."""
    name: str
    planned: int
    intervention: str = ""
    subject: str = ""
    """The assessment or the offer that it brings."""
    due: int = 0
    handed: int = 0
    accepted: int = 0
    shown: int = 0
    opened: int = 0
    completed: int = 0
    missed: int = 0
    reach: int = 0
    status: str = OPEN
    reason: str = ""
    """Why it did not come further, in plain words."""
    trouble: str = ""
    """What a channel said when it failed, or why it waits without a prompt."""
    tries: int = 0
    """How often another channel was tried, or it was shown again."""

    def came(self, step: str, at: int) -> None:
        """It came as far as a step; a first time stays."""
        self.reach = max(self.reach, STEPS.index(step))
        if not getattr(self, step):
            setattr(self, step, at)

    def end(self, status: str, reason: str, at: int) -> None:
        """It is over."""
        self.status, self.reason = status, reason
        if status == MISSED:
            self.missed = at


Lines = MutableMapping[str, Line]


def lines_of(entries: Iterable[e.Any]) -> dict[str, Line]:
    """All lines of one person's journal (entries in their order), by key, in the order of planning."""
    found: dict[str, Line] = {}
    names: dict[str, str] = {}
    for stated in entries:
        tell(found, names, stated)
    return found


def tell(lines: Lines, names: MutableMapping[str, str], stated: e.Any) -> None:
    """Take one more entry into a person's lines.

    `names` remembers what a run's intervention and an assessment's measure are called. A line that is taken away (its
    decision point became a delivery) is deleted from `lines`.
    """
    match stated:
        case e.Started():
            names[stated.run] = stated.intervention
        case e.Asked():
            names[stated.assessment] = stated.measure
        case e.Decided():
            lines[stated.point] = _decided(stated)
        case e.Delivered():
            _delivered(lines, names, stated)
        case e.Assessed() | e.OfferClosed():
            _closed(lines, stated)
        case e.Staged() | e.Acted() | e.Undelivered() | e.Fallback() | e.Completed():
            line = lines.get(stated.delivery)
            if line is not None:
                _moved(line, stated)
        case _:
            pass


def mentioned(stated: e.Any) -> tuple[str, ...]:
    """The keys and subjects of earlier lines that an entry may change, and the runs whose names it needs."""
    match stated:
        case e.Staged() | e.Acted() | e.Undelivered() | e.Fallback() | e.Completed():
            return (stated.delivery,)
        case e.Delivered():
            return (stated.point,) if stated.point else ()
        case e.Assessed():
            return (stated.assessment,)
        case e.OfferClosed():
            return (stated.offer,)
        case _:
            return ()


def _decided(x: e.Decided) -> Line:
    line = Line(x.point, x.program, "decision", x.rule, x.planned, intervention=x.intervention)
    first = x.reasons[0] if x.reasons else ""
    if x.outcome == "unavailable":
        held = next((r for r in x.reasons if r in HOLDS), "")
        line.end(HELD, f"held: {held}" if held else f"unavailable: {first}", x.at)
    elif x.outcome == "unknown":
        line.end(HELD, f"not known: {first}", x.at)
    elif x.outcome == "missed":
        line.end(MISSED, "asked too late", x.at)
    elif x.outcome == "not_eligible":
        line.end(NOT_MEANT, "not eligible", x.at)
    else:
        line.end(NOT_MEANT, "the draw said nothing" if x.drawn or x.source else "nothing to deliver", x.at)
    return line


def _delivered(lines: Lines, names: MutableMapping[str, str], x: e.Delivered) -> None:
    point = lines.get(x.point)
    planned, intervention = x.at, names.get(x.run, "")
    if point is not None:
        planned, intervention = point.planned, intervention or point.intervention
        if point.what == "decision":
            del lines[x.point]
    subject = x.name if x.what in ("assessment", "offer") else ""
    name = names.get(x.name, x.what) if subject else x.name
    line = Line(x.delivery, x.program, x.what, name, planned, intervention, subject)
    line.came("due", x.at)
    line.trouble = ", ".join(x.silent)
    lines[x.delivery] = line


def _closed(lines: Lines, x: e.Assessed | e.OfferClosed) -> None:
    subject = x.assessment if isinstance(x, e.Assessed) else x.offer
    line = next((found for found in reversed(list(lines.values())) if found.subject == subject), None)
    if line is None or line.status == COMPLETED:
        return
    if isinstance(x, e.Assessed):
        if x.complete:
            _complete(line, x.at)
        else:
            line.end(MISSED, "answered in part" if line.opened or x.values else _why(line, "expired"), x.at)
    elif x.answer in ("accepted", "declined"):
        _complete(line, x.at)
    else:
        line.end(MISSED, _why(line, x.answer), x.at)


def _complete(line: Line, at: int) -> None:
    line.came("completed", at)
    line.missed = 0
    line.end(COMPLETED, "", at)


def _moved(line: Line, x: e.Staged | e.Acted | e.Undelivered | e.Fallback | e.Completed) -> None:
    match x:
        case e.Staged():
            _staged(line, x)
        case e.Fallback():
            line.tries += 1
        case e.Completed():
            if line.status != COMPLETED:
                _complete(line, x.at)
        case e.Acted():
            _acted(line, x)
        case e.Undelivered() if line.status == OPEN:
            if x.reason == "answered":
                _complete(line, x.at)
            else:
                line.end(MISSED, _why(line, x.reason), x.at)
        case _:
            pass


def _staged(line: Line, x: e.Staged) -> None:
    if x.stage == "failed":
        line.trouble = f"{x.channel} failed" + (f": {x.detail}" if x.detail else "")
        return
    if x.detail.startswith("unclear"):
        line.trouble = f"{x.channel} unclear"
    line.came({"handed_over": "handed"}.get(x.stage, x.stage), x.at)


def _acted(line: Line, x: e.Acted) -> None:
    if x.by == "person":
        line.came("opened", x.at)
    if x.act == "done" and line.what != "assessment":
        _complete(line, x.at)
    elif x.act in ("dismissed", "dropped") and line.status == OPEN:
        line.end(MISSED, "dismissed" if x.act == "dismissed" else "given up midway", x.at)


def _why(line: Line, reason: str) -> str:
    """Why it was missed, in plain words: what it came to, and what stood in its way before."""
    if reason == "seen":
        return "seen, not answered"
    if reason != "expired":
        return reason
    if line.opened:
        return "expired after it was opened"
    if line.trouble.endswith("unclear") or " failed" in line.trouble:
        return f"never opened: {line.trouble.partition(':')[0]}"
    if line.trouble.startswith("comes with "):
        return "expired"
    return f"waited without a prompt: {line.trouble}" if line.trouble else "expired"
