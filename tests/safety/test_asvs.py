"""Every requirement of OWASP ASVS 5.0 at levels 1 and 2 is decided once: with its evidence, its reason, or what is missing."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from scripts.asvs_page import asvs_page, chapter_of, rows
from tests.named import ROOT, is_there

ALL = rows()
SECTIONS = {
    "1.1": "22", "1.2": "111112222", "1.3": "11222222222", "1.4": "222", "1.5": "12", "2.1": "122", "2.2": "112",
    "2.3": "1222", "2.4": "2", "3.2": "11", "3.3": "1222", "3.4": "112222", "3.5": "11122", "3.7": "22", "4.1": "122",
    "4.2": "2", "4.3": "22", "4.4": "1222", "5.1": "2", "5.2": "112", "5.3": "11", "5.4": "222", "6.1": "122",
    "6.2": "111111112222", "6.3": "1122", "6.4": "1122", "6.5": "22222", "6.6": "222", "6.8": "2222", "7.1": "222",
    "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "22", "7.6": "22", "8.1": "12", "8.2": "112", "8.3": "1",
    "8.4": "2", "9.1": "111", "9.2": "1222", "10.1": "22", "10.2": "22", "10.3": "2222", "10.4": "11111222222",
    "10.5": "22222", "10.6": "22", "10.7": "222", "11.1": "22", "11.2": "222", "11.3": "112", "11.4": "1222",
    "11.5": "2", "11.6": "2", "12.1": "122", "12.2": "11", "12.3": "2222", "13.1": "2", "13.2": "22222", "13.3": "22",
    "13.4": "12222", "14.1": "22", "14.2": "1222", "14.3": "122", "15.1": "122", "15.2": "122", "15.3": "1222222",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "222", "17.1": "2", "17.2": "2222", "17.3": "22",
}  # fmt: skip
"""The levels of each section's requirements, in their order, as the standard has them (those of level 3 come last or between)."""
COUNTS = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7]
"""How many of each chapter are of levels 1 and 2."""


def test_all_253_are_decided_once_at_their_level() -> None:
    ids = [one["id"] for one in ALL]
    assert len(ids) == len(set(ids)) == 253 == sum(COUNTS)
    assert Counter(chapter_of(one) for one in ALL) == dict(enumerate(COUNTS, 1))
    assert Counter(one["level"] for one in ALL) == {1: 70, 2: 183}
    found: dict[str, str] = {}
    for one in ALL:
        section = one["id"][1:].rpartition(".")[0]
        found[section] = found.get(section, "") + str(one["level"])
    assert found == SECTIONS


@pytest.mark.parametrize("one", ALL, ids=lambda one: str(one["id"]))
def test_a_decision_says_why(one: dict[str, Any]) -> None:
    needed = {"pass": {"evidence"}, "not_applicable": {"reason"}, "fail": {"date", "missing"}}[one["state"]]
    assert set(one) == {"id", "level", "subject", "state"} | needed
    assert one["subject"]
    for evidence in one.get("evidence", ["."]):
        assert is_there(evidence) if "::" in evidence else (ROOT / evidence).exists(), evidence
    if one["state"] == "fail":
        assert isinstance(one["date"], date)
    for words in needed - {"evidence", "date"}:
        assert len(one[words]) > 15 and one[words].endswith(".")


def test_a_pass_of_a_deed_is_shown_by_a_test_where_it_can_be() -> None:
    """Files alone stand for documents, or are named here; else a test shows it."""
    alone = [
        one["id"] for one in ALL
        if one["state"] == "pass" and not any("::" in e or e.startswith("docs/") or e.endswith("openapi.json") for e in one["evidence"])
    ]  # fmt: skip
    assert alone == ["V3.5.5", "V5.4.2", "V6.5.4"]


def test_the_page_counts_them() -> None:
    page = "\n".join(asvs_page())
    count = Counter(one["state"] for one in ALL)
    assert f"**{count['pass']} pass**" in page and f"**{count['fail']} fail**" in page
    assert all(f"| {one['id']} |" in page for one in ALL)
