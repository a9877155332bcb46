"""Whatever is typed is answered quickly, with problems and never with an exception; nothing typed is run as
Python."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microcare.expressions.compile import Expression, compile_expression
from microcare.expressions.types import Scope

big = [
    ("x" * 10_000_000, "too_long"),
    ("(" * 100_000, "too_long"),
    ("x" * 2001, "too_long"),
    ("(" * 1000 + ")" * 1000, "too_deep"),
    ("(" * 41 + "x" + ")" * 41, "too_deep"),
    ("!" * 41 + "p", "too_deep"),
    ("[" * 1999, "too_deep"),
    ("p ? x : " * 45 + "x", "too_deep"),
    ("x" + ".size()" * 100, "too_deep"),
    ("+".join(["x"] * 401), "too_many"),
    ("max(" + ",".join(["x"] * 500) + ")", "too_many"),
]
fitting = [
    "(" * 40 + "x" + ")" * 40,
    "!" * 40 + "p",
    "(x+" * 40 + "x" + ")" * 40,
    "(p && (q || " * 20 + "p" + "))" * 20,
    "(p || q && !(x + 1 > 2 * (p ? 1 : y)) && " * 19 + "q" + ")" * 19,
    "+".join(["x"] * 399),
    "||".join(["p"] * 399),
    "&&".join([f"x>{n}" for n in range(99)]),
    "p ? x : " * 40 + "y",
    "max(" + ",".join(["x"] * 399) + ")",
    "known(" * 39 + "x" + ")" * 39,
]


@pytest.mark.parametrize(("source", "code"), big, ids=lambda value: str(value)[:20])
def test_beyond_the_limits(source: str, code: str, scope: Scope) -> None:
    begin = time.perf_counter()
    found = compile_expression(source, scope)
    assert time.perf_counter() - begin < 0.5
    assert isinstance(found, tuple)
    assert code in [problem.code for problem in found]


@pytest.mark.parametrize("source", fitting, ids=lambda value: str(value)[:20])
def test_at_the_limits(source: str, scope: Scope) -> None:
    found = compile_expression(source, scope)
    assert isinstance(found, Expression), found
    for value in (None, 1, True, "a", 1e300):
        found.function(*[value] * len(found.leaves))


pieces = st.sampled_from(
    [
        "x",
        "p",
        "answer",
        "now",
        "signals.steps",
        "1",
        "2.5",
        '"7d"',
        "'a",
        "“b”",
        "(",
        ")",
        "[",
        "]",
        ",",
        ".",
        "?",
        ":",
        "&&",
        "||",
        "!",
        "-",
        "+",
        "*",
        "/",
        "%",
        "<",
        "<=",
        "==",
        "=",
        "in",
        "not",
        "and",
        "mean(",
        "known(",
        "min(",
        "between(",
        "time(",
        ".size()",
        "__import__",
        "\\",
        "\n",
        "\x00",
        "é",
        "😀",
        "\ud800",
        "#",
        "v0",
        "lambda",
        "t1",
    ]
)


@settings(max_examples=600, deadline=None)
@given(st.lists(pieces, max_size=25).map(" ".join) | st.text(max_size=60))
def test_anything_typed_is_answered(scope: Scope, source: str) -> None:
    found = compile_expression(source, scope)
    if isinstance(found, Expression):
        found.function(*[None for _ in found.leaves])
        return
    assert found
    assert all(0 <= problem.offset <= len(source) for problem in found)
    assert list(found) == sorted(found, key=lambda problem: problem.offset)


def test_texts_stay_texts(scope: Scope) -> None:
    nasty = "\"'); import os; os.abort() #\\"
    found = compile_expression('answer == "' + nasty.replace("\\", "\\\\").replace('"', '\\"') + '"', scope)
    assert isinstance(found, Expression)
    assert found.function(nasty) is True
    assert found.function.__globals__["__builtins__"] == {}
