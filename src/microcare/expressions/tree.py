"""The checked tree of an expression, and what each operation does to known values.

This is the one place that says what an operation means. The generated code is a faster way to say the same,
the trace walks the tree, and the checker uses it to fold constants.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from microcare.base.written import TIMES, is_date
from microcare.expressions.types import Type, Value
from microcare.expressions.values import DAY, parse_duration


@dataclass(frozen=True, slots=True)
class Node:
    """One checked sub-expression. `source[start:end]` is its text.

    op: constant, leaf, list, and, or, not, choose, known, if_unknown, or one of OPERATIONS.
    value: of a constant. leaf: index into the expression's leaves. operators: the signs between the parts of
    a chain.
    """

    op: str
    type: Type
    start: int
    end: int
    children: tuple["Node", ...] = ()
    value: Value = None
    leaf: int = -1
    operators: tuple[str, ...] = ()


def finite(value: float) -> float | None:
    """The number, or None where arithmetic has left the finite numbers."""
    return value if value - value == 0.0 else None


def total(operators: Sequence[str], *values: float) -> float | None:
    """A chain of + and -, from the left, in doubles. An infinity on the way stays infinite or turns into
    nan."""
    result = float(values[0])
    for sign, value in zip(operators, values[1:], strict=True):
        result = result + value if sign == "+" else result - value
    return finite(result)


def product(operators: Sequence[str], *values: float) -> float | None:
    """A chain of *, / and %, from the left, in doubles; dividing by zero is unknown. % has the divisor's
    sign."""
    result = float(values[0])
    for sign, value in zip(operators, values[1:], strict=True):
        if sign == "*":
            result = result * value
        elif value == 0:
            return None
        else:
            result = result / value if sign == "/" else result % value
    return finite(result)


def shift(operators: Sequence[str], *values: int) -> int:
    """A chain of + and - over moments and durations, in whole milliseconds."""
    result = values[0]
    for sign, value in zip(operators, values[1:], strict=True):
        result = result + value if sign == "+" else result - value
    return result


def round_half_away(value: float) -> float:
    """The nearest whole number; halves go away from zero, as in CEL and as people expect."""
    below = value // 1
    fraction = value - below
    return below + 1 if fraction > 0.5 or (fraction == 0.5 and value > 0) else below


def between_times(value: str, low: str, high: str) -> bool:
    """Inclusive; a window whose end is before its start crosses midnight."""
    return low <= value <= high if low <= high else value >= low or value <= high


def to_time(text: str) -> str | None:
    """A text as a time of day, or unknown."""
    return text if text in TIMES else None


def to_date(text: str) -> str | None:
    """A text as a date, or unknown."""
    return text if is_date(text) else None


OPERATIONS: dict[str, Callable[..., Value]] = {
    "negate": lambda x: -x,
    "<": lambda x, y: x < y,
    "<=": lambda x, y: x <= y,
    ">": lambda x, y: x > y,
    ">=": lambda x, y: x >= y,
    "==": lambda x, y: x == y,
    "!=": lambda x, y: x != y,
    "in": lambda x, *items: x in items,
    "between": lambda x, low, high: low <= x <= high,
    "between_times": between_times,
    "min": min,
    "max": max,
    "abs": abs,
    "floor": lambda x: x // 1,
    "ceil": lambda x: -(-x // 1),
    "round": round_half_away,
    "join": lambda *texts: "".join(texts),
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": str.__contains__,
    "size": len,
    "time": to_time,
    "date": to_date,
    "duration": parse_duration,
    "days": lambda now, moment: (now - moment) / DAY,
}
"""What each strict operation does to known values: one unknown operand makes the result unknown."""

CHAINS: dict[str, Callable[..., Value]] = {"sum": total, "product": product, "shift": shift}
"""Strict operations that also need the signs between their operands."""

MAY_FAIL = frozenset({"sum", "product", "time", "date", "duration"})
"""Operations that can be unknown although all operands are known."""


def operate(node: Node, values: Sequence[Value]) -> Value:
    """The result of one strict operation on its operands."""
    if None in values:
        return None
    chain = CHAINS.get(node.op)
    return OPERATIONS[node.op](*values) if chain is None else chain(node.operators, *values)


def operands(node: Node) -> tuple[Node, ...]:
    """The children whose values the operation takes: a list after `in` gives its items."""
    if node.op == "in":
        return (node.children[0], *node.children[1].children)
    return node.children


def combine(node: Node, values: Sequence[Value]) -> Value:
    """The value of a node from those of its operands, by the three-valued rules."""
    if node.op == "and":
        return False if False in values else None if None in values else True
    if node.op == "or":
        return True if True in values else None if None in values else False
    if node.op == "not":
        return None if values[0] is None else not values[0]
    if node.op == "choose":
        return None if values[0] is None else values[1] if values[0] else values[2]
    if node.op == "known":
        return values[0] is not None
    if node.op == "if_unknown":
        return values[1] if values[0] is None else values[0]
    return operate(node, values)


def evaluate(node: Node, leaves: Sequence[Value]) -> Value:
    """The value of the tree; `leaves` are accepted values, one per leaf. The plain, slow way."""
    if node.op == "constant":
        return node.value
    if node.op == "leaf":
        return leaves[node.leaf]
    return combine(node, [evaluate(child, leaves) for child in operands(node)])
