"""The tables: what expressions mean (cases.yaml) and what is said about mistakes (problems.yaml)."""

from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

from microcare.expressions.compile import Expression, compile_expression
from microcare.expressions.functions import FUNCTIONS, OPERATORS
from microcare.expressions.reference import DOCS, METHODS
from microcare.expressions.trace import trace
from microcare.expressions.types import Name, Scope, Type

here = Path(__file__).parent
cases = [
    pytest.param(case, id=f"{group}: {case['say']} {case.get('with', '')}")
    for group, listed in yaml.safe_load((here / "cases.yaml").read_text("utf-8")).items()
    for case in listed
]
problems = [pytest.param(case, id=case["say"]) for case in yaml.safe_load((here / "problems.yaml").read_text("utf-8"))]


def compiled(source: str, scope: Scope) -> Expression:
    result = compile_expression(source, scope)
    assert isinstance(result, Expression), result
    return result


@pytest.mark.parametrize("case", cases)
def test_meaning(case: dict[str, Any], scope: Scope) -> None:
    expression = compiled(case["say"], scope)
    values = case.get("with", {})
    names = [leaf.name for leaf in expression.leaves]
    assert set(values) <= set(names)
    row = [values.get(name) for name in names]
    result, expected = expression.function(*row), case["is"]
    assert result == expected and (result is None) is (expected is None)
    assert isinstance(result, bool) is isinstance(expected, bool)
    assert trace(expression, row).value == expected


@pytest.mark.parametrize("case", problems)
def test_problem(case: dict[str, Any], scope: Scope) -> None:
    expects = Type(case["expects"]) if "expects" in case else None
    found = compile_expression(case["say"], scope, expects)
    assert isinstance(found, tuple)
    wanted = case["tells"]
    if "loose" in case:
        assert any(p.code == wanted[0][0] and wanted[0][2] in p.cure for p in found), found
        return
    assert [(p.code, p.offset) for p in found] == [(code, place) for code, place, _ in wanted], found
    for problem, (_, _, cure) in zip(found, wanted, strict=True):
        assert cure in problem.cure
        for words in (problem.message, problem.cure):
            assert words and words[-1] in ".?" and "  " not in words


class Everything:
    """A scope for the examples of the reference: the type of a name is taken from how the example uses it."""

    kinds: ClassVar = {
        "person.dinner_time": Type.TIME,
        "person.bedtime": Type.TIME,
        "person.birthday": Type.DATE,
        "person.joined": Type.MOMENT,
        "walk.completed_at": Type.MOMENT,
        "answer": Type.TEXT,
        "signals.place": Type.TEXT,
        "last.outcome": Type.TEXT,
        "last.name": Type.TEXT,
        "last.reason": Type.TEXT,
        "signals.at_home": Type.BOOLEAN,
        "why.success": Type.BOOLEAN,
        "now": Type.MOMENT,
    }

    def lookup(self, path: str) -> Name | None:
        return Name(path, self.kinds.get(path, Type.NUMBER), history=True)

    def paths(self) -> tuple[str, ...]:
        return ()


@pytest.mark.parametrize("doc", [*FUNCTIONS, *OPERATORS], ids=lambda doc: doc.example)
def test_examples_of_the_reference_compile(doc: Any) -> None:
    compiled(doc.example, Everything())


def test_every_function_is_documented_once() -> None:
    assert len(DOCS) == len(FUNCTIONS)
    assert set(DOCS) >= METHODS


def test_leaves_are_named_in_canonical_words(scope: Scope) -> None:
    expression = compiled("mean( signals.steps ,duration('168h'))>x  && x>today(signals.steps)", scope)
    assert [leaf.name for leaf in expression.leaves] == [
        'mean(signals.steps, "7d")',
        "x",
        "today(signals.steps)",
    ]
    assert expression.leaves[0].arguments == (7 * 86_400_000,)
    assert expression.leaves[0].function == "mean"
    assert compiled(expression.leaves[0].name, scope).leaves[0] == expression.leaves[0]


@pytest.mark.parametrize("source", ["true", "1 + 1 == 2", "p && false", "x > 1 || true", '"a" != "b"'])
def test_constant_expressions_have_no_leaves(source: str, scope: Scope) -> None:
    expression = compiled(source, scope)
    assert expression.leaves == ()
    assert isinstance(expression.function(), bool)


def test_expected_types_read_literals(scope: Scope) -> None:
    for text, kind, value in (("18:30", Type.TIME, "18:30"), ("3d", Type.DURATION, 3 * 86_400_000)):
        expression = compile_expression(f'"{text}"', scope, kind)
        assert isinstance(expression, Expression)
        assert (expression.type, expression.function()) == (kind, value)
