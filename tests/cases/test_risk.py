"""Shared cases: what is contraindicated never starts, what runs is not begun again, and done once counts once."""

from pathlib import Path

import pytest

from tests.cases.shared import journal, of

pytestmark = pytest.mark.reference


def test_e04_a_question_answered_again_is_no_further_success(tmp_path: Path) -> None:
    told = journal("e04", "2026-03-03T12:00:00Z", tmp_path)
    assert [x["delivery"] for x in of(told, "proximal")] == ["d1", "d2"]
    assert not of(told, "delivered", name="praise")


def test_e05_nobody_answers_and_what_is_contraindicated_does_not_start(tmp_path: Path) -> None:
    told = journal("e05", "2026-03-08T09:00:00Z", tmp_path)
    assert of(told, "recommended", action="proposed")
    assert not of(told, "started")
    assert not of(told, "delivered", what="event")


def test_e06_one_intervention_runs_once(tmp_path: Path) -> None:
    told = journal("e06", "2026-03-04T12:00:00Z", tmp_path)
    assert [x["run"] for x in of(told, "started")] == ["p.walk.1"]
    assert of(told, "refused")


def test_e16_a_report_tapped_four_times_asks_once(tmp_path: Path) -> None:
    told = journal("e16", "2026-03-02T10:01:00Z", tmp_path)
    assert [x["intervention"] for x in of(told, "started")] == ["one"]
    assert len(of(told, "reported")) == 4
    assert len(of(told, "delivered", what="event")) == 1


def test_e23_what_was_answered_after_its_time_is_kept_and_is_no_outcome(tmp_path: Path) -> None:
    told = journal("e23", "2026-03-06T10:00:00Z", tmp_path)
    assert of(told, "answered", item="answer", value="yes")
    assert not of(told, "proximal", success=True)
