"""Wearables' data points as signals of a program."""

from typing import Any

import pytest

from microcare.base.moments import parse_moment
from microcare.exchange.open_mhealth import Refusal
from microcare.exchange.wearables import signals_of
from tests.cast import program_of

PROGRAM = """
program: moving
title: Moving
signals:
  steps: {type: number, from: step-count}
  pulse: {type: number, from: heart-rate}
interventions:
  walk:
    title: Walk
    aim: To walk
    events: {go: {goal: trigger_desired_action, say: Go for a walk.}}
    rules: [{on: signals.steps, if: signals.steps < 100, deliver: go}]
"""
RECEIVED = parse_moment("2026-03-02T12:00:00Z") or 0
FRAME = {"time_interval": {"start_date_time": "2026-03-02T11:00:00Z", "end_date_time": "2026-03-02T11:30:00Z"}}


def point(schema: str, version: str, **body: Any) -> dict[str, Any]:
    return {"schema": schema, "version": version, "body": body}


def test_steps_are_dated_at_the_end_of_their_time_frame() -> None:
    body = {"step_count": {"value": 40, "unit": "steps"}, "effective_time_frame": FRAME}
    found = signals_of(program_of(PROGRAM), point("step-count", "3.0", **body), "k", RECEIVED)
    assert not isinstance(found, Refusal)
    assert [(s.name, s.value, s.at) for s in found] == [("steps", 40, parse_moment("2026-03-02T11:30:00Z"))]


def test_a_device_whose_clock_is_ahead_does_not_reach_the_future() -> None:
    frame = {"date_time": "2026-03-02T18:00:00Z"}
    body = {"heart_rate": {"value": 70, "unit": "beats/min"}, "effective_time_frame": frame}
    found = signals_of(program_of(PROGRAM), point("heart-rate", "2.0", **body), "k", RECEIVED)
    assert not isinstance(found, Refusal)
    assert found[0].at == RECEIVED


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (point("step-count", "1.0", step_count=10), "effective_time_frame"),
        (point("step-count", "3.0"), "step_count"),
        (point("step-cuont", "3.0"), "schema"),
        ({"body": {}}, "schema"),
        ({"schema": "step-count", "version": "3.0", "body": 5}, "body"),
    ],
)
def test_what_cannot_be_a_signal_is_refused_with_the_field(document: dict[str, Any], field: str) -> None:
    found = signals_of(program_of(PROGRAM), document, "k", RECEIVED)
    assert isinstance(found, Refusal)
    assert found.field.startswith(field)


def test_what_adds_up_says_since_when_it_counts() -> None:
    body = {"step_count": {"value": 40, "unit": "steps"}, "effective_time_frame": FRAME}
    found = signals_of(program_of(PROGRAM), point("step-count", "3.0", **body), "k", RECEIVED)
    assert not isinstance(found, Refusal) and found[0].since == parse_moment("2026-03-02T11:00:00Z")
    body = {"heart_rate": {"value": 70, "unit": "beats/min"}, "effective_time_frame": FRAME}
    found = signals_of(program_of(PROGRAM), point("heart-rate", "2.0", **body), "k", RECEIVED)
    assert not isinstance(found, Refusal) and found[0].since is None, "a pulse is of its moment"
