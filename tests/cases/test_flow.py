"""Shared cases in which somebody was forgotten."""

from pathlib import Path

import pytest

from microcare.base.moments import parse_moment
from tests.cases.shared import case, command, journal, of

pytestmark = pytest.mark.reference


def moment(text: str) -> int:
    """A moment of a case, in ms."""
    found = parse_moment(text)
    assert found is not None
    return found


def test_who_has_a_present_need_is_looked_at_again(tmp_path: Path) -> None:
    """`walk` is possible after three days, `rest` when they are home: whichever comes first begins then."""
    entries = journal("e11", "2027-03-08T08:00:00Z", tmp_path)
    first = of(entries, "recommended")[0]
    assert (first["action"], first["retry"]) == ("nothing", moment("2026-03-05T08:00:00Z"))
    started = of(entries, "started")
    assert (started[0]["intervention"], started[0]["at"]) == ("rest", moment("2026-03-03T09:05:00Z"))
    assert "walk" in {x["intervention"] for x in started}
    assert "no evaluation asks by time" in of(entries, "waits")[-1]["why"][0]
    code, said = command("check", str(case("e11") / "program.yaml"))
    assert code == 0
    assert "no evaluation asks `mood` again by time" in said


def test_what_cannot_begin_without_a_model_is_said_and_looked_at_again(tmp_path: Path) -> None:
    entries = journal("e26", "2026-04-02T09:05:00Z", tmp_path)
    assert of(entries, "recommended")[0]["left_out"] == {"walk": "contraindication unknown"}
    assert [(x["intervention"], x["at"]) for x in of(entries, "started")] == [("walk", moment("2026-03-02T09:05:00Z"))]


def test_a_proposal_for_a_need_that_is_over_is_let_go(tmp_path: Path) -> None:
    entries = journal("e30", "2026-03-20T09:00:00Z", tmp_path)
    assert of(entries, "offer_closed")[0]["answer"] == "let go"
    proposed = of(entries, "recommended", action="proposed")
    assert [(x["chosen"], x["at"]) for x in proposed] == [
        (["walk"], moment("2026-03-02T09:00:10Z")), (["sleep"], moment("2026-03-04T09:10:10Z")),
    ]  # fmt: skip
    assert not of(entries, "started")
