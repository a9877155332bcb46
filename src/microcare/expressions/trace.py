"""Why an expression has its value: the tree of its sub-expressions with their values, and plain sentences
about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from microcare.expressions.compile import Expression
from microcare.expressions.tree import Node, combine, operands
from microcare.expressions.types import Type, Value
from microcare.expressions.values import accept, show


@dataclass(frozen=True, slots=True)
class Trace:
    """One sub-expression and its value.

    source: its text. operation: what it does, "leaf" and "constant" among others (see tree.Node).
    unknown: names of the leaves that made it unknown; () if it is known, or if an operation failed (division
    by zero).
    """

    source: str
    type: Type
    value: Value
    operation: str
    parts: tuple["Trace", ...] = ()
    unknown: tuple[str, ...] = ()


def trace(expression: Expression, values: Sequence[Value]) -> Trace:
    """The traced tree for one value per leaf, in order. Bad values are unknown, as in the compiled
    function."""
    if len(values) != len(expression.leaves):
        raise ValueError(f"{len(expression.leaves)} values are needed, and {len(values)} were given")
    leaves = [accept(leaf.type, value) for leaf, value in zip(expression.leaves, values, strict=True)]
    return traced(expression.tree, expression, leaves)


def traced(node: Node, expression: Expression, leaves: Sequence[Value]) -> Trace:
    """The trace of one node, from the values of the leaves."""
    source = " ".join(expression.source[node.start : node.end].split())
    if node.op == "constant":
        return Trace(source, node.type, node.value, "constant")
    if node.op == "leaf":
        name = expression.leaves[node.leaf].name
        value = leaves[node.leaf]
        return Trace(name, node.type, value, "leaf", (), (name,) if value is None else ())
    parts = tuple(traced(child, expression, leaves) for child in operands(node))
    value = combine(node, [part.value for part in parts])
    culprits = [name for part in deciding(node.op, value, parts) for name in part.unknown] if value is None else []
    return Trace(source, node.type, value, node.op, parts, tuple(dict.fromkeys(culprits)))


def deciding(operation: str, value: Value, parts: Sequence[Trace]) -> list[Trace]:
    """The parts that made the value what it is: for a false `and` its false parts, for an unknown one the
    unknown."""
    if operation in ("and", "or"):
        wanted = [part for part in parts if part.value is value]
        return wanted[:1] if value is (operation == "or") and operation == "or" else wanted
    if operation == "choose":
        chosen = parts[0].value
        return [parts[0]] if chosen is None else [parts[0], parts[1] if chosen else parts[2]]
    if operation == "if_unknown":
        return list(parts) if parts[0].value is None else [parts[0]]
    if value is None and operation != "known":
        return [part for part in parts if part.value is None]
    return list(parts)


def reasons(found: Trace) -> list[Trace]:
    """The smallest sub-expressions that decide, looking through !, &&, || and choices."""
    if found.operation in ("and", "or", "choose"):
        return [reason for part in deciding(found.operation, found.value, found.parts) for reason in reasons(part)]
    if found.operation == "not":
        return reasons(found.parts[0])
    return [found] if found.operation != "constant" else []


def leaves_of(found: Trace) -> Iterator[Trace]:
    """The leaves of a trace, left to right."""
    if found.operation == "leaf":
        yield found
    for part in found.parts:
        yield from leaves_of(part)


def say(found: Trace) -> str:
    """One sub-expression, its value and those of its leaves: `a <= 4 is true (a is 3)`."""
    text = f"{found.source} is {show(found.type, found.value)}"
    if found.operation in ("leaf", "constant"):
        return text
    facts = dict.fromkeys(f"{leaf.source} is {show(leaf.type, leaf.value)}" for leaf in leaves_of(found))
    if found.value is None and not found.unknown:
        facts["it cannot be worked out"] = None
    return f"{text} ({', '.join(facts)})" if facts else text


def explain(found: Trace) -> str:
    """Short plain words: the whole with its value, and below the parts that decided it.

    `presence.score <= 4 is true (presence.score is 3)`; for more than one part
    `a <= 4 && b is false, because a <= 4 is false (a is 5).`
    """
    because = list(dict.fromkeys(say(reason) for reason in reasons(found)))
    whole = f"{found.source} is {show(found.type, found.value)}"
    if not because or found.operation not in ("and", "or", "choose", "not"):
        return say(found)
    return f"{whole}, because {'; '.join(because)}"
