"""The fast tier of the generated code: plain Python where every value is known and ordinary."""

from collections.abc import Sequence

from microcare.expressions.code import WINDOW, Writer, bounds, inverse, is_atom, plain
from microcare.expressions.tree import Node, operands
from microcare.expressions.types import Value
from microcare.expressions.values import EXACT


class Fast:
    """The fast tier. `tests` collects what must hold for the expressions written so far; `ready` what is
    known to."""

    deepest = 15

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.tests: list[str] = []
        self.ready: set[int] = set()

    def result(self, node: Node, indent: int) -> None:
        """Writes code that returns the value of the node, or falls out of all ifs."""
        room = indent < self.deepest
        if node.op in ("and", "or") and room:
            ends = node.op == "or"
            rest = list(node.children)
            while len(rest) > 1 and indent < self.deepest:
                indent, text = self.guarded([rest.pop(0)], indent)
                self.writer.line(indent, f"if {text if ends else inverse(text)}: return {ends}")
            indent, text = self.guarded(rest, indent, f" {node.op} ")
            self.writer.line(indent, f"return {text}")
        elif node.op == "choose" and room:
            indent, text = self.guarded([node.children[0]], indent)
            before = set(self.ready)
            self.writer.line(indent, f"if {text}:")
            self.result(node.children[1], indent + 1)
            self.ready = before
            self.writer.line(indent, "else:")
            self.result(node.children[2], indent + 1)
        else:
            indent, text = self.guarded([node], indent)
            self.writer.line(indent, f"return {text}")

    def guarded(self, nodes: Sequence[Node], indent: int, joint: str = "") -> tuple[int, str]:
        """The nodes' joint expression, below an `if` with the tests it needs, if any."""
        text = joint.join(self.expression(node)[0] for node in nodes)
        if self.tests:
            self.writer.line(indent, f"if {' and '.join(self.tests)}:")
            self.tests = []
            indent += 1
        return indent, text

    def expression(self, node: Node) -> tuple[str, float]:
        """Python for the node, and for numbers a bound on the size of its value."""
        if node.op == "constant":
            return repr(node.value), size_of(node.value)
        if node.op == "leaf":
            if node.leaf not in self.ready:
                self.ready.add(node.leaf)
                self.tests.append(self.writer.guard(node.leaf))
            return f"v{node.leaf}", WINDOW
        if node.op in ("known", "if_unknown"):
            return self.if_unknown(node)
        parts = [self.expression(child) for child in operands(node)]
        texts = [text for text, _ in parts]
        if node.op == "sum":
            return self.sum(node, parts)
        if node.op == "product":
            return self.product(node, parts)
        if node.op == "choose":
            return f"({texts[1]} if {texts[0]} else {texts[2]})", max(parts[1][1], parts[2][1])
        if node.op in ("time", "date", "duration"):
            name = self.writer.fresh()
            self.tests.append(f"({name} := {plain(node, texts)}) is not None")
            return name, EXACT
        return plain(node, texts), bounds.get(node.op, max((bound for _, bound in parts), default=1) + 1)

    def if_unknown(self, node: Node) -> tuple[str, float]:
        """A leaf may be missing here without leaving the fast tier; anything else must be known."""
        inner = node.children[0]
        default = node.children[1] if node.op == "if_unknown" else None
        simple = default is None or default.op == "constant"
        if not simple or inner.op != "leaf" or inner.leaf in self.ready:
            text, bound = self.expression(inner)
            return (text, bound) if default is not None else ("True", 1)
        name = f"v{inner.leaf}"
        self.tests.append(f"({name} is None or {self.writer.guard(inner.leaf)})")
        if default is None:
            return f"({name} is not None)", 1
        return f"({default.value!r} if {name} is None else {name})", max(WINDOW, size_of(default.value))

    def contain(self, text: str) -> tuple[str, float]:
        """Tests that a number is not too large to be exact, so that what is built on it stays exact and
        finite."""
        name = self.writer.fresh()
        self.tests.append(f"-{EXACT}.0 <= ({name} := {text}) <= {EXACT}.0")
        return name, EXACT

    def sum(self, node: Node, parts: Sequence[tuple[str, float]]) -> tuple[str, float]:
        text, bound = parts[0]
        for sign, (other, size) in zip(node.operators, parts[1:], strict=True):
            text, bound = f"{text} {sign} {other}", bound + size
            if bound > EXACT:
                text, bound = self.contain(text)
        return f"({text})", bound

    def product(self, node: Node, parts: Sequence[tuple[str, float]]) -> tuple[str, float]:
        text, bound = parts[0]
        for index, (sign, (other, size)) in enumerate(zip(node.operators, parts[1:], strict=True), start=1):
            divisor = node.children[index]
            name = other
            if sign != "*" and divisor.op != "constant":
                name = other if is_atom(other) else self.writer.fresh()
                self.tests.append(other if is_atom(other) else f"({name} := {other})")
            text = f"{text} {sign} {name}"
            if sign == "*":
                bound = bound * size
            elif sign == "%":
                bound = size
            else:
                bound = bound / size if divisor.op == "constant" and size else float("inf")
            if not bound <= EXACT:
                text, bound = self.contain(text)
        return f"({text})", bound


def size_of(value: Value) -> float:
    """The magnitude of a constant, for the bound on what an operation can reach."""
    return abs(value) if isinstance(value, int | float) else 1
