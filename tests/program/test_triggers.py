"""The triggers of decision rules."""

import pytest

from microcare.base.spans import parse_span
from microcare.program.reference import reference
from microcare.program.triggers import STAGES, Trigger, parse_trigger

TRIGGERS = {
    "start": Trigger("start"),
    " start ": Trigger("start"),
    "why.completed": Trigger("event", "why", "completed"),
    "why.success": Trigger("event", "why", "succeeded"),
    "why.failure": Trigger("event", "why", "failed"),
    "why.opened": Trigger("event", "why", "opened"),
    "quiet for 3d": Trigger("quiet", span=parse_span("3d")),
    "quiet 2 weeks": Trigger("quiet", span=parse_span("2 weeks")),
    "signals.at_home": Trigger("signal", "at_home"),
    "report": Trigger("report"),
    "report.tired": Trigger("report", "tired"),
    "reported.tired": Trigger("report", "tired"),
    "needs.low": Trigger("need", "low", "present"),
}
NONE = (
    "", "strat", "why", "why.", ".completed", "why.finished", "why.completed.twice", "Why.completed", "quiet", "quiet for",
    "quiet for ages", "quiet for 0d", "quiet for -1d", "signals.", "signals.a.b", "why.com pleted", "x" * 10_000, "start start",
)  # fmt: skip


@pytest.mark.parametrize("text", TRIGGERS)
def test_triggers(text: str) -> None:
    assert parse_trigger(text) == TRIGGERS[text]


@pytest.mark.parametrize("text", NONE, ids=lambda t: t[:20] or "empty")
def test_what_is_no_trigger(text: str) -> None:
    assert parse_trigger(text) is None


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_a_trigger_and_is_documented(stage: str) -> None:
    assert parse_trigger(f"why.{stage}") == Trigger("event", "why", stage)
    assert any(f"EVENT.{stage}" in line for line in reference())
