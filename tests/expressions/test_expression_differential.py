"""Random expressions: the generated function, the trace, the bounds and an interpreter of its own must agree;
and, where the language is CEL, so must Google's CEL."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from microcare.expressions.bounds import always
from microcare.expressions.compile import Expression, compile_expression
from microcare.expressions.trace import explain, trace
from microcare.expressions.types import Scope, Type
from tests.expressions.random_expressions import Interpreter, Tree, kind_of, names, rows, source, trees

never_valued = {"never_known", "zero", "empty_range", "too_many"}
examples = int(os.environ.get("MICROCARE_EXAMPLES", "300"))
"""How many random expressions each test tries; more for a night."""
unhurried = settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


def same(left: Any, right: Any) -> bool:
    return left is right if None in (left, right) or isinstance(right, bool) else bool(left == right)


def compiled(tree: Tree, scope: Scope) -> Expression:
    """The compiled tree; those that are refused because a constant in them has no value are passed over."""
    text = source(tree)
    assume(len(text) <= 2000)
    found = compile_expression(text, scope)
    if isinstance(found, tuple):
        assert {problem.code for problem in found} <= never_valued, (text, found)
        assume(False)
    assert isinstance(found, Expression)
    return found


@unhurried
@given(st.data(), st.sampled_from(list(names)))
def test_generated_functions_mean_what_the_interpreter_says(scope: Scope, data: st.DataObject, kind: str) -> None:
    tree = data.draw(trees(kind))
    expression = compiled(tree, scope)
    assert expression.type is Type(kind)
    for row in data.draw(st.lists(rows(), min_size=3, max_size=3)):
        values = [row[leaf.name] for leaf in expression.leaves]
        expected = Interpreter(row).value(tree)
        result = expression.function(*values)
        assert same(result, expected), (expression.source, values, expression.python)
        assert isinstance(result, bool) is isinstance(expected, bool)
        traced = trace(expression, values)
        assert same(traced.value, expected), (expression.source, values)
        assert explain(traced)
        if traced.unknown:
            assert expected is None and set(traced.unknown) <= {leaf.name for leaf in expression.leaves}


@unhurried
@given(st.data())
def test_bounds_never_promise_too_much(scope: Scope, data: st.DataObject) -> None:
    tree = data.draw(trees("boolean"))
    expression = compiled(tree, scope)
    facts = {}
    for path in names["number"]:
        if data.draw(st.booleans()):
            ends = sorted([data.draw(st.integers(-10, 10)), data.draw(st.integers(-10, 10))])
            facts[path] = (float(ends[0]), float(ends[1]))
    proved = always(expression, facts)
    for row in data.draw(st.lists(rows(clean=True), min_size=4, max_size=4)):
        for path, (low, high) in facts.items():
            row[path] = data.draw(st.sampled_from([low, high, (low + high) / 2]))
        result = expression.function(*[row[leaf.name] for leaf in expression.leaves])
        assert proved is None or result is None or result is proved, (expression.source, facts, row)


# --- Google's CEL as oracle


def in_cel(kind: str, value: Any) -> Any:
    if kind == "number":
        return float(value)
    if kind == "moment":
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=value)
    return timedelta(milliseconds=value) if kind == "duration" else value


def from_cel(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value // timedelta(milliseconds=1)
    if isinstance(value, datetime):
        return (value - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    return value


def test_agrees_with_cel(scope: Scope) -> None:
    cel = pytest.importorskip("cel_expr_python.cel", reason="cel-expr-python, the oracle, is not installed")
    kinds = {"number": "DOUBLE", "boolean": "BOOL", "moment": "TIMESTAMP", "duration": "DURATION"}
    types = {path: getattr(cel.Type, kinds.get(kind, "STRING")) for path, kind in kind_of.items()}
    environment = cel.NewEnv(variables=types)
    compared = {True: 0, False: 0}

    @unhurried
    @given(st.data(), st.sampled_from(list(names)))
    def compare(data: st.DataObject, kind: str) -> None:
        tree = data.draw(trees(kind, 3, common=True))
        expression = compiled(tree, scope)
        oracle = environment.compile(source(tree, 0, True))
        for row in data.draw(st.lists(rows(clean=True), min_size=3, max_size=3)):
            interpreter = Interpreter(row)
            interpreter.value(tree)
            if interpreter.departures:  # division by zero and overflow: infinite in CEL, unknown here
                continue
            values = {path: in_cel(kind_of[path], value) for path, value in row.items() if value is not None}
            answer = oracle.eval(data=values)
            expected = None if answer.type() == cel.Type.ERROR else from_cel(answer.value())
            result = expression.function(*[row[leaf.name] for leaf in expression.leaves])
            assert same(result, expected), (expression.source, row, answer)
            compared[result is None] += 1

    compare()
    print(f"compared with CEL: {compared[False]} known and {compared[True]} unknown results")
    assert compared[False] > examples and compared[True] > examples / 5
