"""The triggers of decision rules and of evaluations: what stands after `on:`."""

import re
from dataclasses import dataclass

from microcare.base.ids import is_identifier
from microcare.base.moments import Span, parse_span

STAGES = (
    "delivered", "shown", "opened", "done", "completed", "succeeded", "failed", "expired", "dismissed",
)  # fmt: skip
"""What can happen with an event, in the order in which it does."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """What begins a rule.

    kind: start, event (name, stage), quiet (span), signal (name), measure (name; stage completed), report (name or
    empty for any), need (name; stage present).
    """

    kind: str
    name: str = ""
    stage: str = ""
    span: Span | None = None


_SHORT = {"success": "succeeded", "failure": "failed", "complete": "completed", "open": "opened"}


def parse_trigger(text: str) -> Trigger | None:
    """A rule's trigger; None if it is not one. `NAME.completed` of a measure is told from an event's by the checker."""
    words = text.strip()
    if words == "start":
        return Trigger("start")
    if words == "report":
        return Trigger("report")
    quiet = re.fullmatch(r"quiet(?:\s+for)?\s+(.+)", words)
    if quiet is not None:
        span = parse_span(quiet[1])
        return Trigger("quiet", span=span) if span is not None and span.exact > 0 else None
    head, dot, tail = words.partition(".")
    if not dot or not is_identifier(head) or not is_identifier(tail):
        return None
    if head == "signals":
        return Trigger("signal", tail)
    if head in ("report", "reported"):
        return Trigger("report", tail)
    if head == "needs":
        return Trigger("need", tail, "present")
    stage = _SHORT.get(tail, tail)
    return Trigger("event", head, stage) if stage in STAGES else None
