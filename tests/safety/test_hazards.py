"""The hazard log is whole: every hazard has its control and tests that are there."""

from typing import Any

import pytest

from scripts.hazards_page import LIKELIHOOD, SEVERITY, hazards
from tests.named import ROOT, is_there

ALL = hazards()


@pytest.mark.parametrize("one", ALL, ids=lambda one: str(one["id"]))
def test_a_hazard_has_a_control_and_tests_that_show_it(one: dict[str, Any]) -> None:
    assert set(one) - {"open"} == {"id", "hazard", "harm", "before", "after", "control", "where", "tests"}
    for severity, likelihood in (one["before"], one["after"]):
        assert severity in SEVERITY
        assert likelihood in LIKELIHOOD
    weight = [SEVERITY.index(s) + LIKELIHOOD.index(p) for s, p in (one["before"], one["after"])]
    assert weight[1] < weight[0], "a control makes it better"
    assert one["tests"]
    for test in one["tests"]:
        assert is_there(test), test


def test_names_are_used_once() -> None:
    assert [one["id"] for one in ALL] == [f"H{n:02}" for n in range(1, len(ALL) + 1)]


def test_no_hazard_has_fallen_into_another() -> None:
    """YAML takes the last of two equal words, so that a row without its own id would hide the one before it."""
    text = (ROOT / "docs/safety/hazards.yaml").read_text(encoding="utf-8")
    assert text.count("\n  hazard:") == len(ALL)
