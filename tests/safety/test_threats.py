"""The threat model names controls that tests show."""

import re

import pytest

from tests.named import ROOT, is_there

PAGE = (ROOT / "docs/safety/threats.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if re.match(r"\| [STRIDE] \|", line)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row)[6:50])
def test_a_threat_has_a_control_that_tests_show(row: str) -> None:
    _, _, threat, control, shown, _ = row.split("|")
    tests = re.findall(r"`([^`]+)`", shown)
    assert threat.strip() and control.strip() and tests
    for test in tests:
        assert is_there(test), test


def test_every_boundary_and_every_kind_is_looked_at() -> None:
    drawn = set(re.findall(r"B\d", PAGE.partition("## Threats")[0]))
    assert drawn == set(re.findall(r"^### (B\d)", PAGE, re.M)) and len(drawn) == 6
    assert {row[2] for row in ROWS} == set("STRIDE")
