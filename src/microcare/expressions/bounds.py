"""What can be proved about a condition without data: can it ever be true, can it ever be false?

Interval reasoning over the doubles. Rounding keeps order, so an interval's ends, worked out with the same
operations in the same order as the value, contain every value. What cannot be proved is "possible"; so every
answer is sound.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from microcare.expressions.compile import Expression
from microcare.expressions.tree import Node, round_half_away
from microcare.expressions.types import Leaf, Type, Value

Interval = tuple[float, float]
"""Closed; low > high is empty: no value is possible."""

_anything: Interval = (-math.inf, math.inf)
_opposites = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_natural: dict[str, Interval] = {"count": (0, math.inf), "share": (0, 1)}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the leaves, by index: intervals of numbers, and the texts (or true and false) that are
    left."""

    numbers: dict[int, Interval]
    texts: dict[int, frozenset[Value]]


def always(expression: Expression, facts: Mapping[str, tuple[float, float]]) -> bool | None:
    """True: whenever the condition is known it is true. False: it is never true. None: unproved.

    facts: closed bounds of numeric leaves by their name; leaves that are not named can be anything. A
    condition may still be unknown where data is missing: True does not say that a rule fires, False says that
    it never does.
    """
    if expression.type is not Type.BOOLEAN:
        return None
    known = Facts({i: bounds_of(leaf, facts) for i, leaf in enumerate(expression.leaves)}, {})
    if not possible(expression.tree, True, known):
        return False
    return None if possible(expression.tree, False, known) else True


def bounds_of(leaf: Leaf, facts: Mapping[str, tuple[float, float]]) -> Interval:
    """The closed bounds of a numeric leaf: those given, else those its function has by nature."""
    if leaf.name in facts:
        low, high = facts[leaf.name]
        return _anything if math.isnan(low) or math.isnan(high) else (float(low), float(high))
    return _natural.get(leaf.function or "", _anything)


def possible(node: Node, wanted: bool, facts: Facts) -> bool:
    """Whether the condition might have this value (an unknown value is neither)."""
    if node.op == "constant":
        return node.value is wanted
    if node.op == "leaf":
        return wanted in facts.texts.get(node.leaf, (wanted,))
    if node.op == "not":
        return possible(node.children[0], not wanted, facts)
    if node.op in ("and", "or"):
        if wanted is (node.op == "and"):
            return all_possible(node.children, wanted, facts)
        return any(possible(child, wanted, facts) for child in node.children)
    if node.op == "choose":
        condition, then, otherwise = node.children
        return (possible(condition, True, facts) and possible(then, wanted, narrow(condition, True, facts))) or (
            possible(condition, False, facts) and possible(otherwise, wanted, narrow(condition, False, facts))
        )
    if node.op == "if_unknown":
        return any(possible(child, wanted, facts) for child in node.children)
    return compare_possible(node, wanted, facts)


def all_possible(children: tuple[Node, ...], wanted: bool, facts: Facts) -> bool:
    """Whether all might have this value together: each narrows what the others may assume."""
    for child in children:
        facts = narrow(child, wanted, facts)
    if any(low > high for low, high in facts.numbers.values()) or frozenset() in facts.texts.values():
        return False
    return all(possible(child, wanted, facts) for child in children)


def narrow(node: Node, wanted: bool, facts: Facts) -> Facts:
    """The facts that hold where this condition has this value; conditions it cannot read leave them as they
    are."""
    if node.op == "leaf":
        truths = facts.texts.get(node.leaf, frozenset([True, False]))
        return Facts(facts.numbers, {**facts.texts, node.leaf: truths & {wanted}})
    if node.op == "not":
        return narrow(node.children[0], not wanted, facts)
    if node.op in ("and", "or") and wanted is (node.op == "and"):
        for child in node.children:
            facts = narrow(child, wanted, facts)
        return facts
    if node.op == "between" and wanted:
        facts = narrow_by(node.children[0], ">=", node.children[1], facts)
        return narrow_by(node.children[0], "<=", node.children[2], facts)
    if node.op == "in" and wanted and node.children[0].op == "leaf":
        return narrow_to(node.children[0], node.children[1].children, facts)
    if node.op not in _opposites:
        return facts
    left, right = node.children
    sign = node.op if wanted else _opposites[node.op]
    return narrow_by(right, _turned[sign], left, narrow_by(left, sign, right, facts))


def narrow_to(leaf: Node, items: tuple[Node, ...], facts: Facts) -> Facts:
    """What is known of a leaf once it is among these items."""
    if leaf.type is Type.NUMBER:
        spans = [interval(item, facts) for item in items]
        low, high = facts.numbers[leaf.leaf]
        span = max(low, min(s[0] for s in spans)), min(high, max(s[1] for s in spans))
        return Facts({**facts.numbers, leaf.leaf: span}, facts.texts)
    if all(item.op == "constant" for item in items):
        values = frozenset(item.value for item in items)
        return Facts(facts.numbers, {**facts.texts, leaf.leaf: facts.texts.get(leaf.leaf, values) & values})
    return facts


def narrow_by(node: Node, sign: str, other: Node, facts: Facts) -> Facts:
    """Facts about a leaf that stands in this relation to another value."""
    if node.op != "leaf" or sign == "!=":
        return facts
    if sign == "==":
        return narrow_to(node, (other,), facts)
    if node.type is not Type.NUMBER:
        return facts
    low, high = facts.numbers[node.leaf]
    least, most = interval(other, facts)
    if sign in ("<", "<="):
        high = min(high, math.nextafter(most, -math.inf) if sign == "<" else most)
    else:
        low = max(low, math.nextafter(least, math.inf) if sign == ">" else least)
    return Facts({**facts.numbers, node.leaf: (low, high)}, facts.texts)


def compare_possible(node: Node, wanted: bool, facts: Facts) -> bool:
    """A comparison of numbers by intervals, one of a text by what is left; else possible."""
    if node.op == "between":
        x, low, high = (interval(child, facts) for child in node.children)
        if wanted:
            return relation(">=", x, low) and relation("<=", x, high)
        return relation("<", x, low) or relation(">", x, high)
    if node.op == "in":
        return in_possible(node, wanted, facts)
    if node.op not in _opposites:
        return True
    left, right = node.children
    sign = node.op if wanted else _opposites[node.op]
    if left.type is Type.NUMBER:
        return relation(sign, interval(left, facts), interval(right, facts))
    if sign == "!=" and left.op == "leaf" and right.op == "constant":
        return facts.texts.get(left.leaf) != frozenset([right.value])
    return not (sign == "==" and left.op == "leaf" and right.op == "constant") or may_be(left, right, facts)


def may_be(leaf: Node, constant: Node, facts: Facts) -> bool:
    """Whether a text leaf might be this constant."""
    left = facts.texts.get(leaf.leaf)
    return left is None or constant.value in left


def in_possible(node: Node, wanted: bool, facts: Facts) -> bool:
    """Whether `x in [...]` might have this value."""
    left, items = node.children[0], node.children[1].children
    if left.type is Type.NUMBER:
        x = interval(left, facts)
        spans = [interval(item, facts) for item in items]
        if wanted:
            return any(relation("==", x, span) for span in spans)
        return all(relation("!=", x, span) for span in spans)
    if wanted and left.op == "leaf" and all(item.op == "constant" for item in items):
        return any(may_be(left, item, facts) for item in items)
    return True


def relation(sign: str, left: Interval, right: Interval) -> bool:
    """Whether two values of these intervals might stand in this relation."""
    if left[0] > left[1] or right[0] > right[1]:
        return False
    if sign == "==":
        return left[0] <= right[1] and right[0] <= left[1]
    if sign == "!=":
        return not (left[0] == left[1] == right[0] == right[1])
    if sign in (">", ">="):
        left, right = right, left
    return left[0] < right[1] if sign in ("<", ">") else left[0] <= right[1]


def interval(node: Node, facts: Facts) -> Interval:
    """Bounds of a number; everything for what is not understood or of another type."""
    if node.type is not Type.NUMBER:
        return _anything
    if node.op == "constant" and isinstance(node.value, int | float):
        return float(node.value), float(node.value)
    if node.op == "leaf":
        return facts.numbers[node.leaf]
    if node.op == "size":
        return 0, math.inf
    if node.op in ("choose", "if_unknown"):
        spans = [interval(child, facts) for child in node.children[-2:]]
        spans = [span for span in spans if span[0] <= span[1]] or spans
        return min(s[0] for s in spans), max(s[1] for s in spans)
    spans = [interval(child, facts) for child in node.children]
    if any(low > high for low, high in spans):
        return math.inf, -math.inf
    return combined(node, spans)


def combined(node: Node, spans: list[Interval]) -> Interval:
    """The bounds of a function of numbers, from the bounds of its arguments."""
    low, high = spans[0]
    if node.op in ("min", "max"):
        pick = min if node.op == "min" else max
        return pick(s[0] for s in spans), pick(s[1] for s in spans)
    if node.op == "negate":
        return -high, -low
    if node.op == "abs":
        return (0 if low <= 0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))
    if node.op in ("floor", "ceil", "round"):
        return whole(node.op, low), whole(node.op, high)
    if node.op in ("sum", "product"):
        return along(node.operators, spans)
    return _anything


def whole(op: str, end: float) -> float:
    """The end of an interval after rounding."""
    if math.isinf(end):
        return end
    return {"floor": end // 1, "ceil": -(-end // 1), "round": round_half_away(end)}[op]


def along(operators: tuple[str, ...], spans: list[Interval]) -> Interval:
    """A chain of arithmetic, in the order in which values are worked out."""
    result = spans[0]
    for sign, (low, high) in zip(operators, spans[1:], strict=True):
        if sign == "+":
            ends = [result[0] + low, result[1] + high]
        elif sign == "-":
            ends = [result[0] - high, result[1] - low]
        elif sign == "%":
            ends = [min(low, 0.0), max(high, 0.0)]
        elif sign == "/" and low <= 0 <= high:
            return _anything
        else:
            corners = [(a, b) for a in result for b in (low, high)]
            ends = [a * b if sign == "*" else a / b for a, b in corners]
        if any(math.isnan(end) for end in ends):
            return _anything
        result = min(ends), max(ends)
    return result
