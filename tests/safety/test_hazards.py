"""The hazard log is whole: every hazard has its control and tests that are there."""

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scripts.hazards_page import LIKELIHOOD, SEVERITY, hazards

ROOT = Path(__file__).parents[2]
ALL = hazards()


@cache
def functions(path: str) -> frozenset[str]:
    """The tests of a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


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
        path, _, name = test.partition("::")
        name, _, case = name.removesuffix("]").partition("[")
        assert name in functions(path), test
        if case:
            assert (ROOT / "tests/hub/cases" / f"{case}.yaml").exists(), test


def test_names_are_used_once() -> None:
    assert [one["id"] for one in ALL] == [f"H{n:02}" for n in range(1, len(ALL) + 1)]
