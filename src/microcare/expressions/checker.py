"""From syntax to the checked tree: every name is known, every type fits, every constant is worked out.

A part that is wrong gives None after its problem is noted; what contains it is then checked no further, so
that one mistake is told once.
"""

from collections.abc import Callable, Sequence

from microcare.expressions import advice
from microcare.expressions.syntax import Part
from microcare.expressions.tree import Node, combine, operands, to_date, to_time
from microcare.expressions.types import Leaf, Name, Problem, Scope, Type, Value, type_words
from microcare.expressions.values import EXACT, parse_duration, quote

MAX_DEPTH = 90
"""Of the tree; generated code must stay below Python's 100 indents and 200 brackets."""

ordered = frozenset({Type.NUMBER, Type.TEXT, Type.TIME, Type.DATE, Type.MOMENT, Type.DURATION})
_readers: dict[Type, Callable[[str], Value]] = {
    Type.TIME: to_time,
    Type.DATE: to_date,
    Type.DURATION: parse_duration,
}


class Checker:
    """Everything but calls, which `calls.FullChecker` adds."""

    def __init__(self, source: str, scope: Scope) -> None:
        self.source = source
        self.scope = scope
        self.problems: list[Problem] = []
        self.leaves: dict[str, int] = {}
        self.found: list[Leaf] = []
        self.options: dict[int, tuple[str, ...]] = {}
        self.depth = 0

    # --- helpers

    def text(self, part: Part | Node) -> str:
        """The source of a part, shortened for messages."""
        text = " ".join(self.source[part.start : part.end].split())
        return text if len(text) <= 60 else text[:57] + "..."

    def problem(self, code: str, message: str, cure: str, place: Part | Node) -> None:
        self.problems.append(Problem(code, message, cure, place.start))

    def add_leaf(self, leaf: Leaf, part: Part, options: tuple[str, ...] = ()) -> Node:
        index = self.leaves.setdefault(leaf.name, len(self.leaves))
        if index == len(self.found):
            self.found.append(leaf)
            self.options[index] = options
        return Node("leaf", leaf.type, part.start, part.end, leaf=index)

    def lookup(self, path: str) -> Name | None:
        name = self.scope.lookup(path)
        if name is None and path == "now":
            return Name("now", Type.MOMENT)
        return name

    def constant(self, kind: Type, value: Value, place: Part | Node) -> Node:
        if isinstance(value, float) and value.is_integer() and abs(value) <= EXACT:
            value = int(value)
        return Node("constant", kind, place.start, place.end, value=value)

    def make(
        self, op: str, kind: Type, part: Part, children: Sequence[Node], operators: tuple[str, ...] = ()
    ) -> Node | None:
        """The node, or the constant it always is."""
        node = Node(op, kind, part.start, part.end, tuple(children), operators=operators)
        parts = operands(node)
        if all(child.op == "constant" for child in parts):
            value = combine(node, [child.value for child in parts])
            if value is None:
                self.problem("never_known", f"{self.text(part)} has no value.", "Check its numbers.", part)
                return None
            return self.constant(kind, value, part)
        decisive = {"and": False, "or": True}.get(op)
        if decisive is not None and any(c.op == "constant" and c.value is decisive for c in parts):
            return self.constant(kind, decisive, part)
        return node

    def require(self, part: Part, wanted: Type, where: str) -> Node | None:
        """The checked part if it has this type; `where` says who wants it: "! works on"."""
        node = self.check(part, wanted)
        if node is None or node.type is wanted:
            return node
        cure = ""
        if wanted is Type.BOOLEAN:
            cure = (
                f"Compare it, as in {self.text(part)} == ..." if node.op != "constant" else "Write a condition there."
            )
        elif wanted is Type.NUMBER and node.type is Type.TEXT and node.op == "constant":
            cure = "Write numbers without quotes."
        message = f"{where} {type_words[wanted]}, and {self.text(part)} is {type_words[node.type]}."
        self.problem("type", message, cure or f"Put {type_words[wanted]} there.", part)
        return None

    def coerce(self, node: Node, wanted: Type | None) -> Node | None:
        """A text literal where a time, a date or a duration is meant is read as one."""
        reader = None if wanted is None else _readers.get(wanted)
        if wanted is None or reader is None or node.op != "constant" or not isinstance(node.value, str):
            return node
        if node.type is not Type.TEXT:
            return node
        value = reader(node.value)
        if value is None:
            message, cure = advice.bad_literal(node.value, wanted)
            self.problem("literal", message, cure, node)
            return None
        return self.constant(wanted, value, node)

    def alike(self, parts: Sequence[Part], what: str, wanted: Type | None = None) -> list[Node] | None:
        """All parts, of one type. Text literals and unknown words take the type of the others."""

        def vague(part: Part) -> bool:
            return part.kind == "text" or (part.kind == "path" and self.lookup(part.word) is None)

        nodes: dict[int, Node | None] = {}
        options: tuple[str, ...] = ()
        for index in sorted(range(len(parts)), key=lambda i: vague(parts[i])):
            node = nodes[index] = self.check(parts[index], wanted, options)
            if node is not None and (wanted is None or wanted is Type.TEXT or not vague(parts[index])):
                wanted = node.type
                options = options or self.options.get(node.leaf, ())
        whole = [node for _, node in sorted(nodes.items()) if node is not None]
        if len(whole) < len(parts):
            return None
        for index, node in enumerate(whole):
            if node.type is not whole[0].type:
                self.mismatch(parts[0], whole[0], parts[index], node, what)
                return None
        return whole

    def mismatch(self, left: Part, first: Node, right: Part, second: Node, what: str) -> None:
        one = f"{self.text(left)} is {type_words[first.type]}"
        message = f"{one} and {self.text(right)} is {type_words[second.type]}; {what}."
        cure = advice.other_type(
            (first.type, second.type),
            [(n.type, self.text(n), n.value) for n in (first, second) if n.op == "constant"],
        )
        self.problem("type", message, cure, right)

    # --- the parts

    def check(self, part: Part, wanted: Type | None = None, options: tuple[str, ...] = ()) -> Node | None:
        """The checked tree of a part. `wanted` and `options` only help to read literals and to word the
        cures."""
        self.depth += 1
        try:
            if self.depth > MAX_DEPTH:
                cure = "Split it into several conditions."
                self.problem("too_deep", "The expression is nested too deep.", cure, part)
                return None
            if part.kind == "path":
                return self.path(part, wanted, options)
            if part.kind == "choose":
                return self.choose(part, wanted)
            node = _checks[part.kind](self, part)
            return None if node is None else self.coerce(node, wanted)
        finally:
            self.depth -= 1

    def call(self, part: Part) -> Node | None:
        raise NotImplementedError

    def method(self, part: Part) -> Node | None:
        raise NotImplementedError

    def literal(self, part: Part) -> Node | None:
        return self.constant(Type(part.kind), part.value, part)

    def path(self, part: Part, wanted: Type | None, options: tuple[str, ...]) -> Node | None:
        name = self.lookup(part.word)
        if name is not None and name.sealed:
            message = f"{part.word} is in the person's own words or pictures, which are sealed before rules see them."
            self.problem("sealed", message, name.sealed, part)
            return None
        if name is not None:
            return self.add_leaf(Leaf(part.word, part.word, None, (), name.type), part, name.options)
        message, cure = advice.unknown_name(part.word, self.scope.paths(), wanted, options)
        self.problem("unknown_name", message, cure, part)
        return None

    def deny(self, part: Part) -> Node | None:
        inner = self.require(part.parts[0], Type.BOOLEAN, "! works on")
        return None if inner is None else self.make("not", Type.BOOLEAN, part, [inner])

    def negate(self, part: Part) -> Node | None:
        inner = self.require(part.parts[0], Type.NUMBER, "The sign - works on")
        return None if inner is None else self.make("negate", Type.NUMBER, part, [inner])

    def logic(self, part: Part) -> Node | None:
        sign = "&&" if part.kind == "and" else "||"
        nodes: list[Node | None] = []
        for index, item in enumerate(part.parts):
            if (
                index
                and item.kind in ("number", "text")
                and part.parts[index - 1].kind in ("compare", "number", "text")
            ):
                self.forgotten(part, index, sign)
                nodes.append(None)
            else:
                nodes.append(self.require(item, Type.BOOLEAN, f"{sign} joins conditions, which are"))
        whole = [node for node in nodes if node is not None]
        return None if len(whole) < len(nodes) else self.make(part.kind, Type.BOOLEAN, part, whole)

    def forgotten(self, part: Part, index: int, sign: str) -> None:
        """x == 3 || 4: the second comparison lacks its left side."""
        item = part.parts[index]
        compare = next((p for p in part.parts[:index] if p.kind == "compare"), None)
        if compare is None:
            cure = "Write a complete comparison on each side."
        else:
            name, known = (self.text(p) for p in compare.parts)
            cure = f"Write {name} {compare.word} {known} {sign} {name} {compare.word} {self.text(item)}"
            cure += f", or {name} in [{known}, {self.text(item)}]." if compare.word == "==" and sign == "||" else "."
        self.problem("type", f"After {sign} {self.text(item)} alone is not a condition.", cure, item)

    def compare(self, part: Part) -> Node | None:
        if part.word == "in":
            return self.member(part)
        nodes = None if self.denied(part) else self.alike(part.parts, "they cannot be compared")
        if nodes is None:
            return None
        kind = nodes[0].type
        if kind is Type.LIST or (kind not in ordered and part.word not in ("==", "!=")):
            cure = "Use == or !=." if kind is Type.BOOLEAN else "Use x in [a, b]."
            self.problem("type", f"{part.word} does not work on {type_words[kind]}.", cure, part.parts[0])
            return None
        if part.word in ("==", "!=") and not self.possible(nodes[0], nodes[1:]) | self.possible(nodes[1], nodes[:1]):
            return None
        return self.make(part.word, Type.BOOLEAN, part, nodes)

    def denied(self, part: Part) -> bool:
        """!x == 3, where !(x == 3) is meant: notes it."""
        left, right = part.parts
        inner = left.parts[0] if left.kind == "not" else None
        name = self.lookup(inner.word) if inner is not None and inner.kind == "path" else None
        if inner is None or name is None or name.type is Type.BOOLEAN:
            return False
        message = f"! here denies {self.text(inner)} alone, which is {type_words[name.type]}."
        cure = f"To deny the comparison write !({self.text(inner)} {part.word} {self.text(right)})."
        self.problem("type", message, cure, left)
        return True

    def possible(self, node: Node, others: Sequence[Node]) -> bool:
        """Whether a text with known options is compared only with those; notes those that are not."""
        options = self.options.get(node.leaf, ()) if node.op == "leaf" else ()
        fine = True
        for other in others:
            if options and other.op == "constant" and isinstance(other.value, str) and other.value not in options:
                like = advice.nearest(other.value[:100], options)
                cure = f"Did you mean {quote(like)}?" if like else f"It can be {', '.join(map(quote, options[:12]))}."
                self.problem("option", f"{self.text(node)} is never {quote(other.value[:40])}.", cure, other)
                fine = False
        return fine

    def member(self, part: Part) -> Node | None:
        left, right = part.parts
        if right.kind != "list":
            node = self.check(right)
            if node is not None:
                message = f"After in a list is expected, and {self.text(right)} is {type_words[node.type]}."
                cure = f"Write {self.text(left)} in [a, b]"
                if node.type is Type.TEXT:
                    cure += f", or {self.text(right)}.contains({self.text(left)})"
                self.problem("type", message, cure + ".", right)
            return None
        if not right.parts:
            self.problem("empty_list", "Nothing is in an empty list.", "Put values between the brackets.", right)
            return None
        nodes = self.alike([left, *right.parts], "they cannot be in one list")
        if nodes is None or not self.possible(nodes[0], nodes[1:]):
            return None
        if nodes[0].type is Type.LIST:
            self.problem("type", "A list cannot be in a list.", "Put a single value before in.", left)
            return None
        items = Node("list", Type.LIST, right.start, right.end, tuple(nodes[1:]))
        return self.make("in", Type.BOOLEAN, part, [nodes[0], items])

    def list_alone(self, part: Part) -> None:
        for item in part.parts:
            self.check(item)
        self.problem("list", "A list stands only after in.", "Write x in [a, b].", part)

    def choose(self, part: Part, wanted: Type | None) -> Node | None:
        condition = self.require(part.parts[0], Type.BOOLEAN, "Before ? stands")
        branches = self.alike(part.parts[1:], "both sides of : must be of one type", wanted)
        if condition is None or branches is None:
            return None
        if condition.op == "constant":
            return branches[0] if condition.value else branches[1]
        return self.make("choose", branches[0].type, part, [condition, *branches])

    def product(self, part: Part) -> Node | None:
        nodes = [
            self.require(item, Type.NUMBER, f"The sign {part.operators[max(i - 1, 0)]} works on")
            for i, item in enumerate(part.parts)
        ]
        fine = [node for node in nodes if node is not None]
        for sign, node in zip(part.operators, nodes[1:], strict=True):
            if node is not None and sign != "*" and node.op == "constant" and node.value == 0:
                self.problem("zero", "This divides by zero.", "Divide by another number.", node)
                return None
        return self.make("product", Type.NUMBER, part, fine, part.operators) if len(fine) == len(nodes) else None

    def sum(self, part: Part) -> Node | None:
        """Numbers, texts (only +), durations, or moments with durations, from the left."""
        first = self.check(part.parts[0])
        moving = (Type.MOMENT, Type.DURATION)
        if first is not None and first.type is Type.TEXT and any(self.is_moving(p) for p in part.parts[1:]):
            first = self.coerce(first, Type.DURATION)
        nodes: list[Node | None] = [first]
        kind = None if first is None else first.type
        for sign, item in zip(part.operators, part.parts[1:], strict=True):
            node = self.check(item, Type.DURATION if kind in moving else None)
            nodes.append(node)
            if node is not None and kind is not None:
                kind = self.added(kind, sign, node, part, item)
        fine = [node for node in nodes if node is not None]
        if kind is None or len(fine) < len(nodes):
            return None
        op = "sum" if kind is Type.NUMBER else "join" if kind is Type.TEXT else "shift"
        return self.make(op, kind, part, fine, part.operators)

    def is_moving(self, part: Part) -> bool:
        """Whether it is plainly a moment or a duration, so that a text beside it is a duration."""
        name = self.lookup(part.word) if part.kind == "path" else None
        return name is not None and name.type in (Type.MOMENT, Type.DURATION)

    def added(self, kind: Type, sign: str, node: Node, part: Part, item: Part) -> Type | None:
        if kind is node.type and (kind in (Type.NUMBER, Type.DURATION) or (kind is Type.TEXT and sign == "+")):
            return kind
        if sign == "-" and kind is Type.MOMENT and node.type is Type.MOMENT:
            return Type.DURATION
        if (
            Type.MOMENT in (kind, node.type)
            and Type.DURATION in (kind, node.type)
            and (sign == "+" or kind is Type.MOMENT)
        ):
            return Type.MOMENT
        before = type_words[kind]
        verb = "added to" if sign == "+" else "subtracted from"
        message = f"{self.text(item)} is {type_words[node.type]} and cannot be {verb} {before}."
        cure = "Use two numbers."
        if Type.TEXT in (kind, node.type):
            cure = "Texts are joined with texts only; numbers are written without quotes."
        elif kind is Type.MOMENT or node.type is Type.MOMENT:
            cure = 'Add a duration with its unit, as in now + "3d".'
        elif Type.DURATION in (kind, node.type):
            cure = 'Write the duration with its unit, as "3d".'
        self.problem("type", message, cure, item)
        return None


_checks: dict[str, Callable[[Checker, Part], Node | None]] = {
    "number": Checker.literal,
    "text": Checker.literal,
    "boolean": Checker.literal,
    "error": lambda checker, part: None,
    "not": Checker.deny,
    "negate": Checker.negate,
    "and": Checker.logic,
    "or": Checker.logic,
    "compare": Checker.compare,
    "list": Checker.list_alone,
    "sum": Checker.sum,
    "product": Checker.product,
    "call": lambda checker, part: checker.call(part),
    "method": lambda checker, part: checker.method(part),
}
