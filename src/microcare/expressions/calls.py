"""Checking of calls: the functions of the language, the methods of texts, and window functions, which become
leaves."""

from collections.abc import Callable

from microcare.expressions import advice
from microcare.expressions.checker import Checker, ordered
from microcare.expressions.reference import (
    DOCS,
    METHODS,
    NEEDS_WINDOW,
    OF_ANY_TYPE,
    WINDOW_FUNCTIONS,
    WITHOUT_WINDOW,
)
from microcare.expressions.syntax import Part
from microcare.expressions.tree import Node
from microcare.expressions.types import Leaf, Type, type_words
from microcare.expressions.values import DAY, parse_duration, quote, show_duration

_on_numbers = ("abs", "round", "floor", "ceil")
_from_text = {"time": Type.TIME, "date": Type.DATE, "duration": Type.DURATION}
_arity = {
    "known": (1, 1),
    "has": (1, 1),
    "if_unknown": (2, 2),
    "between": (3, 3),
    "min": (2, 400),
    "max": (2, 400),
    "days_since": (1, 1),
    "size": (1, 1),
    **dict.fromkeys((*_on_numbers, *_from_text), (1, 1)),
    **{name: (2 if name in NEEDS_WINDOW else 1, 1 if name in WITHOUT_WINDOW else 2) for name in WINDOW_FUNCTIONS},
}
_numbers_words = ("no value", "1 value", "2 values", "3 values")


class FullChecker(Checker):
    """The checker with calls."""

    def call(self, part: Part) -> Node | None:
        name = part.word
        if name not in DOCS:
            message, cure = advice.unknown_function(name)
            self.problem("unknown_function", message, cure, part)
            return None
        if advice.is_method_only(name):
            message, cure = advice.wrong_form(name, False, self.text(part.parts[0]) if part.parts else "")
            self.problem("form", message, cure, part)
            return None
        if not self.count_fits(part, len(part.parts)):
            return None
        if name in WINDOW_FUNCTIONS:
            return self.window(part)
        return _calls[name](self, part)

    def count_fits(self, part: Part, count: int) -> bool:
        name = part.word
        least, most = _arity[name]
        if least <= count <= most:
            return True
        if name in ("min", "max") and count == 1:
            cure = f"Over the values of a series write {DOCS[name + 'imum'].signature}."
        elif name in NEEDS_WINDOW and count == 1:
            cure = f'Add the window, as in {name}({self.text(part.parts[0])}, "7d").'
        else:
            cure = f"Write {DOCS[name].signature}, for example {DOCS[name].example}."
        wanted = _numbers_words[least] + ("" if most == least else " or more" if most > 3 else f" or {most}")
        has = _numbers_words[count] if count < len(_numbers_words) else f"{count} values"
        self.problem("arguments", f"{name} takes {wanted}, and here it has {has}.", cure, part)
        return False

    def method(self, part: Part) -> Node | None:
        name, target = part.word, part.parts[0]
        if name not in METHODS:
            if name in DOCS:
                message, cure = advice.wrong_form(name, True, self.text(target))
            else:
                message, cure = advice.unknown_function(name)
            self.problem("form" if name in DOCS else "unknown_function", message, cure, part)
            return None
        wanted = 1 if name == "size" else 2
        if len(part.parts) != wanted:
            message = f"{name} takes {_numbers_words[wanted - 1]} in its brackets."
            self.problem("arguments", message, f"Write {DOCS[name].signature}.", part)
            return None
        nodes = [self.require(p, Type.TEXT, f"{name} works on") for p in part.parts]
        fine = [node for node in nodes if node is not None]
        if len(fine) < len(nodes):
            return None
        return self.make(name, Type.NUMBER if name == "size" else Type.BOOLEAN, part, fine)

    # --- functions on values

    def known(self, part: Part) -> Node | None:
        first = part.parts[0]
        name = self.lookup(first.word) if first.kind == "path" else None
        if name is not None and name.sealed:
            leaf = self.add_leaf(Leaf(first.word, first.word, None, (), name.type), first)
            return self.make("known", Type.BOOLEAN, part, [leaf])
        inner = self.check(first)
        return None if inner is None else self.make("known", Type.BOOLEAN, part, [inner])

    def if_unknown(self, part: Part) -> Node | None:
        nodes = self.alike(part.parts, "the default must be of the same type")
        return None if nodes is None else self.make("if_unknown", nodes[0].type, part, nodes)

    def in_order(self, part: Part) -> list[Node] | None:
        """Arguments of one type that can be put in an order."""
        if part.word in ("min", "max") and self.meant_window(part):
            return None
        nodes = self.alike(part.parts, f"{part.word} takes values of one type")
        if nodes is not None and (nodes[0].type not in ordered or nodes[0].type is Type.TEXT):
            message = f"{part.word} does not work on {type_words[nodes[0].type]}."
            self.problem("type", message, "Use numbers, times, dates, moments or durations.", part)
            return None
        return nodes

    def meant_window(self, part: Part) -> bool:
        """min(signals.steps, "7d") is meant as minimum(signals.steps, "7d")."""
        first, second = part.parts[:2]
        name = self.lookup(first.word) if first.kind == "path" else None
        if name is None or not name.history or name.type is not Type.NUMBER or second.kind != "text":
            return False
        cure = f"Write {part.word}imum({self.text(first)}, {self.text(second)})."
        self.problem("arguments", f"{part.word} compares single values, not a series.", cure, part)
        return True

    def between(self, part: Part) -> Node | None:
        nodes = self.in_order(part)
        if nodes is None:
            return None
        low, high = nodes[1], nodes[2]
        if nodes[0].type is Type.TIME:
            return self.make("between_times", Type.BOOLEAN, part, nodes)
        if low.op == "constant" and high.op == "constant" and high.value < low.value:  # type: ignore[operator]
            x, first, second = (self.text(p) for p in part.parts)
            cure = f"Write between({x}, {second}, {first})."
            self.problem("empty_range", "Nothing is between these two: the first is larger.", cure, part.parts[1])
            return None
        return self.make("between", Type.BOOLEAN, part, nodes)

    def extreme(self, part: Part) -> Node | None:
        nodes = self.in_order(part)
        return None if nodes is None else self.make(part.word, nodes[0].type, part, nodes)

    def on_number(self, part: Part) -> Node | None:
        inner = self.require(part.parts[0], Type.NUMBER, f"{part.word} works on")
        return None if inner is None else self.make(part.word, Type.NUMBER, part, [inner])

    def days_since(self, part: Part) -> Node | None:
        moment = self.require(part.parts[0], Type.MOMENT, "days_since works on")
        if moment is None:
            return None
        now = self.add_leaf(Leaf("now", "now", None, (), Type.MOMENT), part)
        return self.make("days", Type.NUMBER, part, [now, moment])

    def size(self, part: Part) -> Node | None:
        inner = self.require(part.parts[0], Type.TEXT, "size works on")
        return None if inner is None else self.make("size", Type.NUMBER, part, [inner])

    def from_text(self, part: Part) -> Node | None:
        kind = _from_text[part.word]
        inner = self.check(part.parts[0], kind if part.parts[0].kind == "text" else None)
        if inner is None:
            return None
        if inner.type is kind:
            if inner.op == "constant" and part.parts[0].kind == "text":
                return self.constant(kind, inner.value, part)
            message = f"{self.text(part.parts[0])} is {type_words[kind]} already."
            self.problem("type", message, f"Leave {part.word}( ) out.", part)
            return None
        if inner.type is not Type.TEXT:
            message = f"{part.word} reads a text, and {self.text(part.parts[0])} is {type_words[inner.type]}."
            self.problem("type", message, f"Write for example {DOCS[part.word].example}.", part)
            return None
        return self.make(part.word, kind, part, [inner])

    # --- functions over a history

    def window(self, part: Part) -> Node | None:
        function, first = part.word, part.parts[0]
        span = self.span(part)
        if first.kind != "path":
            message = f"{function} works on the history of one name."
            cure = f"Write for example {DOCS[function].example}."
            if function in ("minimum", "maximum"):
                cure += f" For single values write {DOCS[function[:3]].signature}."
            self.problem("history", message, cure, first)
            return None
        name = self.lookup(first.word)
        if name is None or name.sealed:
            self.check(first)
            return None
        if not name.history:
            message = f"No history is kept of {first.word}, so {function} cannot look back."
            self.problem("history", message, "Use its value alone, or declare how long it is kept.", first)
            return None
        fitting = Type.BOOLEAN if function == "share" else Type.NUMBER
        if function not in OF_ANY_TYPE and name.type is not fitting:
            message = f"{function} works on {type_words[fitting]}, and {first.word} is {type_words[name.type]}."
            cure = f"Write {DOCS['share' if name.type is Type.BOOLEAN else 'count'].signature}."
            self.problem("type", message, cure, first)
            return None
        if span is None:
            return None
        shown = "".join(f", {quote(show_duration(s))}" for s in span)
        kind = DOCS[function].result or name.type
        leaf = Leaf(f"{function}({first.word}{shown})", first.word, function, tuple(span), kind)
        return self.add_leaf(leaf, part, name.options if function in ("last", "first") else ())

    def span(self, part: Part) -> list[int] | None:
        """The window in milliseconds as the list of further arguments; None after a problem."""
        if len(part.parts) == 1:
            return []
        written = part.parts[1]
        if written.kind == "call" and written.word == "duration" and len(written.parts) == 1:
            written = written.parts[0]
        if written.kind == "number":
            text = self.text(written)
            cure = f"Write {quote(text + 'd')} for days, or {quote(text + 'h')} for hours."
            self.problem("window", "The window needs a unit.", cure, written)
            return None
        if written.kind != "text" or not isinstance(written.value, str):
            self.problem("window", "The window must be written out.", 'Write for example "7d".', written)
            return None
        span = parse_duration(written.value)
        if span is None:
            message, cure = advice.bad_literal(written.value, Type.DURATION)
            self.problem("window", message, cure, written)
            return None
        whole_days = part.word == "usual"
        if span <= 0 or (whole_days and span % DAY):
            message = "The window must be whole days." if whole_days else "The window is empty."
            self.problem("window", message, 'Write for example "7d".', written)
            return None
        if span > 36525 * DAY:
            self.problem("window", "The window is longer than a hundred years.", 'Write for example "7d".', written)
            return None
        return [span]


_calls: dict[str, Callable[[FullChecker, Part], Node | None]] = {
    "known": FullChecker.known,
    "has": FullChecker.known,
    "if_unknown": FullChecker.if_unknown,
    "between": FullChecker.between,
    "min": FullChecker.extreme,
    "max": FullChecker.extreme,
    "days_since": FullChecker.days_since,
    "size": FullChecker.size,
    **dict.fromkeys(_on_numbers, FullChecker.on_number),
    **dict.fromkeys(_from_text, FullChecker.from_text),
}
