"""Traces in plain words, and what bounds can prove."""

from typing import Any

import pytest

from microcare.expressions.bounds import always
from microcare.expressions.compile import Expression, compile_expression
from microcare.expressions.trace import explain, trace
from microcare.expressions.types import Scope


def compiled(source: str, scope: Scope) -> Expression:
    found = compile_expression(source, scope)
    assert isinstance(found, Expression), found
    return found


sentences: list[tuple[str, dict[str, Any], str]] = [
    ("presence.score <= 4", {"presence.score": 3}, "presence.score <= 4 is true (presence.score is 3)"),
    ("presence.score <= 4", {}, "presence.score <= 4 is unknown (presence.score is unknown)"),
    ("p", {"p": False}, "p is false"),
    ("x / y > 1", {"x": 1, "y": 0}, "x / y > 1 is unknown (x is 1, y is 0, it cannot be worked out)"),
    (
        "x <= 4 && p && q",
        {"x": 5, "p": False, "q": True},
        "x <= 4 && p && q is false, because x <= 4 is false (x is 5); p is false",
    ),
    ("x <= 4 && p", {"x": 1}, "x <= 4 && p is unknown, because p is unknown"),
    ("x <= 4 || p", {"x": 1, "p": True}, "x <= 4 || p is true, because x <= 4 is true (x is 1)"),
    ("!(x <= 4)", {"x": 1}, "!(x <= 4) is false, because x <= 4 is true (x is 1)"),
    (
        "p ? x : y",
        {"p": True, "x": 0.1 + 0.2},
        "p ? x : y is 0.3, because p is true; x is 0.3",
    ),
    (
        'mean(signals.steps,"7d")  > 5000',
        {'mean(signals.steps, "7d")': 4200.5},
        'mean(signals.steps,"7d") > 5000 is false (mean(signals.steps, "7d") is 4200.5)',
    ),
    (
        "now - person.joined > '3d'",
        {"now": 1_700_000_000_000, "person.joined": 1_699_990_000_000},
        "now - person.joined > '3d' is false (now is 2023-11-14 22:13 UTC, person.joined is 2023-11-14 19:26 UTC)",
    ),
    ("spent", {"spent": 5_400_000}, "spent is 1h30m"),
    ('answer == "a\\"b"', {"answer": 'a"b'}, 'answer == "a\\"b" is true (answer is "a\\"b")'),
    ("known(x)", {}, "known(x) is false (x is unknown)"),
    ("1 + 1 == 2", {}, "1 + 1 == 2 is true"),
]


@pytest.mark.parametrize(("source", "values", "sentence"), sentences, ids=lambda value: str(value)[:40])
def test_explanations(source: str, values: dict[str, Any], sentence: str, scope: Scope) -> None:
    expression = compiled(source, scope)
    traced = trace(expression, [values.get(leaf.name) for leaf in expression.leaves])
    assert explain(traced) == sentence


def test_trace_names_what_is_missing(scope: Scope) -> None:
    expression = compiled("p && (x > 1 || y > 1) && q", scope)
    traced = trace(expression, [True, None, 0, None])
    assert traced.value is None
    assert traced.unknown == ("x", "q")
    assert [part.source for part in traced.parts] == ["p", "x > 1 || y > 1", "q"]
    with pytest.raises(ValueError, match="4 values are needed"):
        trace(expression, [True])


facts = {"x": (0.0, 10.0), "y": (5.0, 5.0), "z": (-3.0, -1.0), 'mean(signals.steps, "7d")': (0.0, 100.0)}


@pytest.mark.parametrize(
    ("source", "proved"),
    [
        ("x <= 10", True),
        ("x < 10", None),
        ("x > 10", False),
        ("x >= 0 && x <= 10", True),
        ("x == 11", False),
        ("x != 11", True),
        ("y == 5", True),
        ("y != 5", False),
        ("x in [11, 12]", False),
        ("x in [10, 12]", None),
        ("y in [4, 5]", True),
        ("x + y >= 5", True),
        ("x * z <= 0", True),
        ("x / z < -10", False),
        ("x / y > 2", False),
        ("x / presence.score > 2", None),
        ("-z >= 1", True),
        ("abs(z) >= 1 && abs(z) <= 3", True),
        ("round(x) > 10", False),
        ("max(x, y) < 5", False),
        ("x % 3 > 3", False),
        ('mean(signals.steps, "7d") > 100', False),
        ("count(signals.steps) < 0", False),
        ("share(signals.at_home) > 1", False),
        ("answer.size() >= 0", True),
        ("presence.score > 5 && presence.score < 3", False),
        ("presence.score >= 3 && presence.score <= 3", None),
        ("presence.score >= 3 && presence.score < 3", False),
        ("presence.score < 5 || presence.score >= 5", True),
        ("presence.score < 5 || presence.score > 5", None),
        ("!(presence.score < 5) && presence.score < 5", False),
        ("presence.score > 3 && p && presence.score in [1, 2]", False),
        ("between(presence.score, 1, 3) && presence.score > 3", False),
        ('last.outcome == "success" && last.outcome == "failure"', False),
        ('last.outcome == "success" && last.outcome != "success"', False),
        ('last.outcome in ["success", "failure"] && last.outcome == "disengaged"', False),
        ("p && !p", False),
        ("p || !p", True),
        ("p && q", None),
        ("p ? x > 10 : x < 0", False),
        ("x > 3 ? x > 2 : true", True),
        ("if_unknown(x, 3) <= 10", True),
        ("if_unknown(x, 30) <= 10", None),
        ("known(x)", None),
        ('person.dinner_time < "18:00"', None),
        ("1 < 2", True),
        ("true && 2 < 1", False),
    ],
)
def test_bounds(source: str, proved: bool | None, scope: Scope) -> None:
    assert always(compiled(source, scope), facts) is proved


def test_bounds_prove_conditions_only(scope: Scope) -> None:
    assert always(compiled("x + 1", scope), facts) is None
