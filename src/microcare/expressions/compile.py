"""The one entrance: source text in, a typed Python function out, or all problems at once."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import cast

from microcare.expressions.calls import FullChecker
from microcare.expressions.generate import build, generate
from microcare.expressions.parser import parse
from microcare.expressions.syntax import Parsed
from microcare.expressions.tree import Node
from microcare.expressions.types import Leaf, Problem, Scope, Type, Value, type_words

__all__ = ["Expression", "Problem", "compile_expression"]


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression.

    function: called with one value per leaf, in order; None when unknown. It never raises, whatever the
    values are.
    leaves: empty if the value is always the same. python: the generated source. tree: for trace and bounds.
    """

    source: str
    type: Type
    leaves: tuple[Leaf, ...]
    function: Callable[..., Value] = field(repr=False, compare=False)
    python: str = field(repr=False, compare=False)
    tree: Node = field(repr=False, compare=False)


def renumber(node: Node, order: dict[int, int]) -> Node:
    """Leaves numbered by their first appearance; those that folding removed are gone."""
    if node.op == "leaf":
        return replace(node, leaf=order.setdefault(node.leaf, len(order)))
    if not node.children:
        return node
    return replace(node, children=tuple(renumber(child, order) for child in node.children))


def check_type(checker: FullChecker, root: Node, expects: Type | None) -> None:
    """Complain where the whole expression is not of the expected type."""
    if expects is None or root.type is expects:
        return
    message = f"This is {type_words[root.type]}; {type_words[expects]} is expected here."
    cure = "Write a condition, such as presence.score <= 4." if expects is Type.BOOLEAN else ""
    checker.problem("type", message, cure or f"Write an expression that gives {type_words[expects]}.", root)


def is_about_names(problem: Problem, source: str) -> bool:
    """Problems that hold whatever the grammar is; words of other languages are told by the grammar
    already."""
    words = re.match(r"\w+", source[problem.offset :])
    foreign = words is not None and words.group() in ("if", "when", "then", "else")
    return problem.code in ("unknown_name", "unknown_function") and not foreign


def check(parsed: Parsed, source: str, scope: Scope, expects: Type | None) -> tuple[Node, list[Leaf]] | list[Problem]:
    """The checked tree, or every problem in order of place. Behind a broken grammar only wrong names are
    told."""
    checker = FullChecker(source, scope)
    root = checker.check(parsed.root, expects)
    if root is not None:
        check_type(checker, root, expects)
    found = [p for p in checker.problems if not parsed.broken or is_about_names(p, source)]
    told = {p.offset for p in parsed.problems}
    found = [p for p in found if p.offset not in told]
    problems = sorted({*parsed.problems, *found}, key=lambda p: (p.offset, p.code, p.message))
    if problems or root is None:
        return problems[:20]
    return root, checker.found


def compile_expression(source: str, scope: Scope, expects: Type | None = None) -> Expression | tuple[Problem, ...]:
    """Checks and compiles; never raises. The problems are in order of their place in the source, at most
    twenty.

    expects: the type that is needed where the expression stands; a text literal is then read as that type.
    """
    parsed = parse(source)
    checked = check(parsed, source, scope, expects)
    if isinstance(checked, list):
        return tuple(checked)
    root, found = checked
    order: dict[int, int] = {}
    root = renumber(root, order)
    leaves = tuple(found[index] for index in order)
    code = generate(root, leaves)
    function = cast(Callable[..., Value], build(code))
    return Expression(source, root.type, leaves, function, code, root)
