"""Random well-typed expressions as plain tuples, their source text, and a tiny interpreter of their own.

The interpreter shares no code with the package: it is the definition that generated functions are compared
with. It counts, in `departures`, where the language leaves CEL, so that the comparison with CEL can pass over
these.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hypothesis import strategies as st

Tree = tuple[Any, ...]
names = {
    "number": ("x", "y", "z"),
    "boolean": ("p", "q", "why.success"),
    "text": ("answer", "city"),
    "time": ("person.dinner_time", "person.bedtime"),
    "date": ("person.birthday", "start"),
    "moment": ("now", "person.joined", "seen"),
    "duration": ("spent", "rest"),
}
kind_of = {path: kind for kind, paths in names.items() for path in paths}
literals: dict[str, st.SearchStrategy[Any]] = {
    "number": st.sampled_from([0, 1, 2, 3, 7, 10, 0.5, 2.5, 1000, 1e300, 1e-300, 2**30, 2**53, 123456789]),
    "boolean": st.booleans(),
    "text": st.sampled_from(["", "a", "ab", "b", "héé", 'q"\\', "18:30", "yes\n"]),
    "time": st.sampled_from(["00:00", "07:05", "18:30", "22:00", "23:59"]),
    "date": st.sampled_from(["1999-12-31", "2016-02-29", "2024-05-01"]),
    "duration": st.sampled_from(["3d", "2h", "90m", "1h30m", "0s"]),
}
good: dict[str, st.SearchStrategy[Any]] = {
    "number": st.sampled_from([0, 1, 2, 3, 7, -1, -2.5, 0.5, 3.0, 1e300, -1e300, 2**30, 2**53, 10**9])
    | st.integers(-20, 20)
    | st.floats(-100, 100),
    "boolean": st.booleans(),
    "text": literals["text"],
    "time": literals["time"],
    "date": literals["date"],
    "moment": st.integers(0, 4 * 10**12),
    "duration": st.integers(-(10**9), 10**9),
}
bad: st.SearchStrategy[Any] = st.sampled_from(
    [math.nan, math.inf, -math.inf, 2**53 + 1, 10**400, "7:30", "2023-02-29", "x", True, 1.5, 1, [], {}, b"a"]
)
ordered = ("number", "time", "date", "moment", "duration")
number_operations = [
    *"+-*/",
    "neg",
    "size",
    "+",
    *"%%",
    "abs",
    "round",
    "floor",
    "ceil",
    "min",
    "max",
    "days",
]
condition_operations = [
    "&&",
    "||",
    "&&",
    "||",
    "!",
    "compare",
    "compare",
    "==",
    "in",
    "text",
    "known",
    "between",
    "known",
]
milliseconds = {"3d": 259_200_000, "2h": 7_200_000, "90m": 5_400_000, "1h30m": 5_400_000, "0s": 0}


@st.composite
def trees(draw: st.DrawFn, kind: str, depth: int = 4, common: bool = False) -> Tree:
    """A random expression of this type: ("name", path), ("literal", kind, value) or (operation, *parts).

    common: only what CEL has, too. % is left out then: in CEL it is for whole numbers and rounds towards
    zero.
    """
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        if kind == "moment" or draw(st.integers(0, 2)):
            return ("name", draw(st.sampled_from(names[kind])))
        return ("literal", kind, draw(literals[kind]))

    def below(wanted: str) -> Tree:
        return draw(trees(wanted, depth - 1, common))

    general = draw(st.sampled_from(["own"] * 4 + ["?:"] + ["if_unknown"] * (not common)))
    if general == "?:":
        return ("?:", below("boolean"), below(kind), below(kind))
    if general == "if_unknown":
        return ("if_unknown", below(kind), below(kind))
    if kind == "boolean":
        return draw(conditions(depth, common))
    if kind == "number":
        operation = draw(st.sampled_from(number_operations[: 7 if common else None]))
        if operation == "size":
            return (operation, below("text"))
        if operation == "days":
            return (operation, below("moment"))
        if operation in ("neg", "abs", "round", "floor", "ceil"):
            return (operation, below(kind))
        return (operation, below(kind), below(kind))
    if kind == "text":
        return ("join", below(kind), below(kind))
    if kind == "moment":
        return (draw(st.sampled_from(["shift+", "shift-"])), below("moment"), below("duration"))
    if kind == "duration":
        wanted = draw(st.sampled_from(["moment", "duration"]))
        return ("shift-", below(wanted), below(wanted))
    if common:
        return ("name", draw(st.sampled_from(names[kind])))
    return (draw(st.sampled_from(["min", "max"])), below(kind), below(kind))


@st.composite
def conditions(draw: st.DrawFn, depth: int, common: bool) -> Tree:
    def below(wanted: str) -> Tree:
        return draw(trees(wanted, depth - 1, common))

    operation = draw(st.sampled_from(condition_operations[: -3 if common else None]))
    if operation in ("&&", "||"):
        return (operation, *[below("boolean") for _ in range(draw(st.integers(2, 4)))])
    if operation == "!":
        return ("!", below("boolean"))
    if operation == "known":
        return ("known", below(draw(st.sampled_from(list(names)))))
    if operation == "text":
        return (draw(st.sampled_from(["startsWith", "endsWith", "contains"])), below("text"), below("text"))
    kind = draw(st.sampled_from(ordered if operation in ("compare", "between") else list(names)))
    if operation == "between":
        return ("between", kind, below(kind), below(kind), below(kind))
    if operation == "in":
        return ("in", below(kind), *[below(kind) for _ in range(draw(st.integers(1, 5)))])
    sign = draw(st.sampled_from(["<", "<=", ">", ">="] if operation == "compare" else ["==", "!="]))
    return (sign, below(kind), below(kind))


@st.composite
def rows(draw: st.DrawFn, clean: bool = False) -> dict[str, Any]:
    """A value for each name: mostly good, sometimes unknown, now and then bad (unless clean)."""
    row: dict[str, Any] = {}
    for path, kind in kind_of.items():
        luck = draw(st.integers(0, 9))
        row[path] = None if luck < 2 else draw(bad) if luck == 9 and not clean else draw(good[kind])
    return row


strength = {
    "?:": 0,
    "||": 1,
    "&&": 2,
    **dict.fromkeys(["<", "<=", ">", ">=", "==", "!=", "in"], 3),
    **dict.fromkeys(["+", "-", "join", "shift+", "shift-"], 4),
    **dict.fromkeys([*"*/%"], 5),
    "!": 6,
    "neg": 6,
}
signs = {"join": "+", "shift+": "+", "shift-": "-"}


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def number(value: float, cel: bool) -> str:
    return repr(float(value)) if cel else repr(value)


def literal(kind: str, value: Any, cel: bool) -> str:
    if kind == "number":
        return number(value, cel)
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "duration":
        return f'duration("{milliseconds[value] // 1000}s")' if cel else f'duration("{value}")'
    if kind in ("time", "date") and not cel:
        return f"{kind}({quoted(value)})"
    return quoted(value)


def source(tree: Tree, least: int = 0, cel: bool = False) -> str:
    """The text of a tree, with only the brackets that precedence needs."""
    operation, *parts = tree
    if operation == "name":
        return str(parts[0])
    if operation == "literal":
        return literal(parts[0], parts[1], cel)
    own = strength.get(operation)
    if own is None:
        return call(operation, parts, cel)
    if operation == "?:":
        text = f"{source(parts[0], 1, cel)} ? {source(parts[1], 1, cel)} : {source(parts[2], 0, cel)}"
    elif operation in ("!", "neg"):
        text = ("!" if operation == "!" else "-") + source(parts[0], 7, cel)
    elif operation == "in":
        text = f"{source(parts[0], 4, cel)} in [{', '.join(source(p, 0, cel) for p in parts[1:])}]"
    elif operation in ("&&", "||"):
        text = f" {operation} ".join(source(p, own + 1, cel) for p in parts)
    else:
        left = own + 1 if own == 3 else own
        sign = signs.get(operation, operation)
        text = f"{source(parts[0], left, cel)} {sign} {source(parts[1], own + 1, cel)}"
    return f"({text})" if own < least else text


def call(operation: str, parts: list[Any], cel: bool) -> str:
    if operation in ("startsWith", "endsWith", "contains"):
        return f"{source(parts[0], 7, cel)}.{operation}({source(parts[1], 0, cel)})"
    if operation == "between":
        parts = parts[1:]
    name = "days_since" if operation == "days" else operation
    text = f"{name}({', '.join(source(p, 0, cel) for p in parts)})"
    return f"double({text})" if cel and operation == "size" else text


@dataclass
class Interpreter:
    """Works out a tree on raw values. None is unknown. departures: places where CEL would answer something
    else."""

    row: dict[str, Any]
    departures: list[str] = field(default_factory=list)

    def value(self, tree: Tree) -> Any:
        operation, *parts = tree
        if operation == "name":
            return self.accepted(parts[0])
        if operation == "literal":
            kind, value = parts
            return milliseconds[value] if kind == "duration" else float(value) if kind == "number" else value
        if operation == "between":
            return self.between(parts[0], *[self.value(p) for p in parts[1:]])
        values = [self.value(p) for p in parts]
        if operation in ("&&", "||"):
            decides = operation == "||"
            return decides if decides in values else None if None in values else not decides
        if operation == "known":
            return values[0] is not None
        if operation == "if_unknown":
            return values[1] if values[0] is None else values[0]
        if operation == "?:":
            return None if values[0] is None else values[1] if values[0] else values[2]
        if None in values:
            return None
        if operation == "days":
            now = self.accepted("now")
            return None if now is None else (now - values[0]) / 86_400_000
        return self.strict(operation, *values)

    def accepted(self, path: str) -> Any:
        value, kind = self.row[path], kind_of[path]
        if kind == "number":
            if type(value) not in (int, float) or abs(value) > 1.7e308 or value != value:
                return None
            return float(value)
        if kind in ("moment", "duration"):
            return value if type(value) is int and abs(value) <= 2**53 else None
        if kind == "boolean":
            return value if type(value) is bool else None
        if type(value) is not str:
            return None
        if kind == "time":
            hour, _, minute = value.partition(":")
            whole = len(hour) == len(minute) == 2 and hour.isdigit() and minute.isdigit()
            return value if whole and int(hour) < 24 and int(minute) < 60 else None
        if kind == "date":
            try:
                return value if date.fromisoformat(value).isoformat() == value else None
            except ValueError:
                return None
        return value

    def between(self, kind: str, value: Any, low: Any, high: Any) -> Any:
        if None in (value, low, high):
            return None
        if kind == "time" and low > high:
            return not high < value < low
        return low <= value and value <= high

    def strict(self, operation: str, a: Any, *more: Any) -> Any:
        b: Any = more[0] if more else None
        if operation in ("+", "-", "*", "/", "%", "neg", "abs", "round", "floor", "ceil"):
            result = self.arithmetic(operation, a, b)
            if result is None or not math.isfinite(result):
                self.departures.append(operation)
                return None
            return result
        answers: dict[str, Callable[[], Any]] = {
            "<": lambda: a < b,
            "<=": lambda: a <= b,
            ">": lambda: a > b,
            ">=": lambda: a >= b,
            "==": lambda: a == b,
            "!=": lambda: a != b,
            "in": lambda: any(a == item for item in more),
            "!": lambda: not a,
            "min": lambda: b if b < a else a,
            "max": lambda: b if b > a else a,
            "join": lambda: a + b,
            "shift+": lambda: a + b,
            "shift-": lambda: a - b,
            "size": lambda: float(len(a)),
            "startsWith": lambda: a[: len(b)] == b,
            "contains": lambda: a.find(b) >= 0,
            "endsWith": lambda: a[len(a) - len(b) :] == b if len(b) <= len(a) else False,
        }
        return answers[operation]()

    def arithmetic(self, operation: str, a: float, b: float) -> float | None:
        if operation in ("/", "%") and b == 0:
            return None
        if operation == "round":
            down = math.floor(abs(a))
            return math.copysign(down + (abs(a) - down >= 0.5), a)
        if operation in ("floor", "ceil"):
            return float(math.floor(a) if operation == "floor" else math.ceil(a))
        operations: dict[str, Callable[[], float]] = {
            "+": lambda: a + b,
            "-": lambda: a - b,
            "*": lambda: a * b,
            "/": lambda: a / b,
            "%": lambda: a % b,
            "neg": lambda: -a,
            "abs": lambda: math.fabs(a),
        }
        return operations[operation]()
