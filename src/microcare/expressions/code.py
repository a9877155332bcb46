"""What both tiers of the generated code share: Python for single operations, guards, and the lines
written."""

import builtins
from collections.abc import Sequence

from microcare.base.written import TIMES, is_date
from microcare.expressions import tree
from microcare.expressions.tree import Node
from microcare.expressions.types import Leaf, Type
from microcare.expressions.values import (
    DAY,
    EXACT,
    accept_boolean,
    accept_date,
    accept_milliseconds,
    accept_number,
    accept_text,
    accept_time,
    parse_duration,
)

WINDOW = 2**30 - 1
"""Ints up to here compare fastest; beyond, the exact tier answers."""

HELPERS: dict[str, object] = {
    "TIMES": TIMES,
    "is_date": is_date,
    "parse_duration": parse_duration,
    "to_time": tree.to_time,
    "to_date": tree.to_date,
    "total": tree.total,
    "product": tree.product,
    "round_half_away": tree.round_half_away,
    "between_times": tree.between_times,
    "accept_number": accept_number,
    "accept_boolean": accept_boolean,
    "accept_text": accept_text,
    "accept_time": accept_time,
    "accept_date": accept_date,
    "accept_milliseconds": accept_milliseconds,
    **{name: getattr(builtins, name) for name in ("type", "int", "float", "bool", "str", "len", "min", "max", "abs")},
}
ACCEPTING = {
    Type.NUMBER: "accept_number",
    Type.BOOLEAN: "accept_boolean",
    Type.TEXT: "accept_text",
    Type.TIME: "accept_time",
    Type.DATE: "accept_date",
    Type.MOMENT: "accept_milliseconds",
    Type.DURATION: "accept_milliseconds",
}
ARITHMETIC = frozenset({"sum", "product"})
bounds = {"size": EXACT, "days": EXACT}
_patterns = {
    "not": "(not {0})",
    "negate": "(-{0})",
    "between": "({1} <= {0} <= {2})",
    "between_times": "between_times({0}, {1}, {2})",
    "abs": "abs({0})",
    "floor": "({0} // 1)",
    "ceil": "(-(-{0} // 1))",
    "round": "round_half_away({0})",
    "startsWith": "{0}.startswith({1})",
    "endsWith": "{0}.endswith({1})",
    "contains": "({1} in {0})",
    "size": "len({0})",
    "time": "to_time({0})",
    "date": "to_date({0})",
    "duration": "parse_duration({0})",
    "days": f"(({{0}} - {{1}}) / {DAY})",
}


def is_atom(text: str) -> bool:
    """A name of ours or a constant: may be written twice."""
    return text.isidentifier() or text.lstrip("-").replace(".", "").isdigit()


def walk(node: Node) -> list[Node]:
    """A node and all below it."""
    return [node, *(below for child in node.children for below in walk(child))]


def guard(name: str, kind: Type, arithmetic: bool) -> str:
    """The condition under which the value is known, of its type and ordinary."""
    if kind is Type.NUMBER:
        most = f"{WINDOW}.0" if arithmetic else "1.7976931348623157e+308"
        whole = f"type({name}) is int and -{WINDOW} <= {name} <= {WINDOW}"
        return f"({whole} or type({name}) is float and -{most} <= {name} <= {most})"
    if kind is Type.BOOLEAN:
        return f"({name} is True or {name} is False)"
    if kind is Type.TEXT:
        return f"type({name}) is str"
    if kind is Type.TIME:
        return f"type({name}) is str and {name} in TIMES"
    if kind is Type.DATE:
        return f"type({name}) is str and is_date({name})"
    return f"type({name}) is int and -{EXACT} <= {name} <= {EXACT}"


def chain(operators: Sequence[str], texts: Sequence[str]) -> str:
    """Texts joined by their operators, in parentheses."""
    return "(" + texts[0] + "".join(f" {o} {t}" for o, t in zip(operators, texts[1:], strict=True)) + ")"


def plain(node: Node, texts: Sequence[str]) -> str:
    """Python for an operation on known values, where it cannot fail."""
    op = node.op
    if op in ("<", "<=", ">", ">=", "==", "!="):
        return f"({texts[0]} {op} {texts[1]})"
    if op == "in":
        items = node.children[1].children
        listed = ", ".join(texts[1:])
        many = len(items) > 3 and all(item.op == "constant" for item in items)
        return f"({texts[0]} in {{{listed}}})" if many else f"({texts[0]} in ({listed},))"
    if op in ("min", "max"):
        if len(texts) == 2 and is_atom(texts[0]) and is_atom(texts[1]):
            sign = "<=" if op == "min" else ">="
            return f"({texts[0]} if {texts[0]} {sign} {texts[1]} else {texts[1]})"
        return f"{op}({', '.join(texts)})"
    if op in ("and", "or"):
        return "(" + f" {op} ".join(texts) + ")"
    if op == "join":
        return "(" + " + ".join(texts) + ")"
    if op == "shift":
        return chain(node.operators, texts)
    if op == "between_times" and is_atom(texts[0]) and all(c.op == "constant" for c in node.children[1:]):
        joined = "and" if str(node.children[1].value) <= str(node.children[2].value) else "or"
        return f"({texts[0]} >= {texts[1]} {joined} {texts[0]} <= {texts[2]})"
    return _patterns[op].format(*texts)


class Writer:
    """Lines of the function body, and fresh names."""

    def __init__(self, leaves: Sequence[Leaf], root: Node) -> None:
        self.leaves = leaves
        self.root = root
        self.arithmetic = any(node.op in ARITHMETIC for node in walk(root))
        self.lines: list[str] = []
        self.names = 0

    def line(self, indent: int, text: str) -> None:
        self.lines.append(" " * indent + text)

    def fresh(self) -> str:
        self.names += 1
        return f"t{self.names}"

    def guard(self, leaf: int) -> str:
        return guard(f"v{leaf}", self.leaves[leaf].type, self.arithmetic)


def inverse(text: str) -> str:
    """The negation of a generated condition, without a double `not`."""
    return text[5:-1] if text.startswith("(not ") and text.endswith(")") and text.count("(") == 1 else f"not {text}"
