"""The rules of the house, as functions over source text; each can fail, and its own cases show that it does."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "microcare"
FLOORS: dict[str, int] = {
    "base": 0,
    "expressions": 1,
    "program": 2,
    "hub": 3,
    "simulation": 4,
    "exchange": 4,
    "optimization": 4,
    "store": 4,
    "channels": 4,
    "care": 5,
    "workers": 6,
    "web": 7,
    "main": 8,
    "commands": 9,
    "cli": 10,
    "__main__": 11,
    "__init__": -1,
}
"""Imports point down only; those on one floor do not know each other."""
WINGS = {
    "simulation": "science",
    "optimization": "science",
    "store": "care",
    "channels": "care",
    "care": "care",
    "workers": "care",
    "web": "care",
}
"""Two wings rest on the hub and do not touch below `main`."""
DOORS = {("care.export", "optimization.dataset"), ("web.author", "simulation.world")}
"""The only doors between the wings."""
PURE = ("base", "expressions", "program", "hub", "simulation", "exchange")
CLOCKS = {"datetime", "date", "Instant", "ZonedDateTime", "OffsetDateTime", "PlainDateTime", "Date", "Time"}
"""Classes whose `now` and `today` read a clock; `.now` of anything else is a value."""
READS_CLOCK = re.compile(r"now|utcnow|now_in_\w+|today|today_in_\w+")
BANNED_MODULES = {
    "time": "a moment or a due instant that is an argument; a budget in counts",
    "os": "what is given as an argument; chance is `base.chance`",
    "random": "`base.chance`",
    "secrets": "`base.chance`",
    "uuid": "a name made from the state's counts (`base.ids`)",
    "socket": "an effect that the caller carries out",
    "threading": "a plain call; the caller decides what runs where",
    "multiprocessing": "a plain call; the caller decides what runs where",
    "concurrent": "a plain call; the caller decides what runs where",
    "asyncio": "a plain call; the caller decides what runs where",
    "subprocess": "an effect that the caller carries out",
    "requests": "an effect that the caller carries out",
    "urllib.request": "an effect that the caller carries out",
    "http": "an effect that the caller carries out",
    "tempfile": "bytes or text that is given",
    "shutil": "bytes or text that is given",
    "sqlite3": "what the caller has loaded",
    "django": "what the caller has loaded",
}
BANNED_BUILTINS = {
    "open": "bytes or text that is given",
    "input": "an argument",
    "print": "a result that the caller shows",
    "hash": "`base.ids`: the builtin differs from one process to the next",
}
BANNED_METHODS = {
    "open": "bytes or text that is given",
    "read_text": "text that is given",
    "read_bytes": "bytes that are given",
    "write_text": "a result that the caller writes",
    "write_bytes": "a result that the caller writes",
}
ALLOWED = {
    ("program/reader.py", "open"): "the one reader of program files",
}
READS_WALL = {
    "time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime", "time.asctime", "time.strftime",
    "time.clock_gettime", "time.clock_gettime_ns", "care.clock.wall", "clock.wall", "demonstration.local_zone",
}  # fmt: skip
"""What tells a test the machine's own hour, day or zone. How long something takes is another matter (`time.monotonic`)."""
WALL_READERS = {
    "care/test_deeds.py": "that a hub's clock is the machine's outside a demo",
    "web/accounts/conftest.py": "one-time codes, which go by real seconds; good at any hour",
    "browser/test_week.py": "one-time codes, which go by real seconds; good at any hour",
    "web/api/test_api.py": "when a key ends, in milliseconds from now; good at any hour",
}
"""The tests that may read the machine's clock, and why: whatever hour it shows, they say the same."""
LONGEST_FUNCTION, LONGEST_FILE = 70, 400
LONG_FILES = {
    "hub/entry.py": "every kind of entry in one place; each is a few lines",
    "hub/fold.py": "the one place where state changes; one short function a kind of entry",
}
ZERO_COUNTS = {"p", "prob", "probability", "weight", "score", "share", "severity"}
"""Names of numbers that may be 0, which is not the same as unknown."""
FOREIGN = re.compile(
    r"(?<![\w./-])/(?:work|root|tmp/brief)(?![\w-])"
    r"|py" r"pi\.org|python" r"hosted|registry\.npm" r"js"
    r"|\b(?-i:A" r"I|L" r"LM)\b|language" r" model\b|\bClau" r"de\b|\bChat" r"GPT\b",
    re.IGNORECASE,
)  # fmt: skip
"""Paths of somebody's machine, addresses of registries, and how a text was made: none of a reader's business."""


@cache
def _parse(source: str) -> ast.Module:
    return ast.parse(source)


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted path without `microcare.`."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        if "migrations" not in parts:
            found[".".join(p for p in parts if p != "__init__") or "__init__"] = path
    return found


def imports(tree: ast.AST, package: str = "microcare") -> Iterator[tuple[str, int]]:
    """The package's own modules that a module imports, also inside functions and by name: (dotted path, line)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith(package + "."):
                    yield alias.name[len(package) + 1 :], node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            if node.module == package:
                for alias in node.names:
                    yield alias.name, node.lineno
            elif node.module.startswith(package + "."):
                base = node.module[len(package) + 1 :]
                for alias in node.names:
                    yield f"{base}.{alias.name}", node.lineno
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            name = node.args[0].value
            if called in ("import_module", "__import__") and str(name).startswith(package + "."):
                yield str(name)[len(package) + 1 :], node.lineno


def relative_imports(module: str, source: str) -> list[str]:
    """Imports that begin with a dot: they hide the floor they point to."""
    return [
        f"{module}:{node.lineno} a relative import: write `from microcare.{module.split('.')[0]}... import`"
        for node in ast.walk(_parse(source))
        if isinstance(node, ast.ImportFrom) and node.level
    ]


def floor_breaches(module: str, source: str) -> list[str]:
    """Imports of a module that do not point down."""
    own = module.split(".")[0]
    found = []
    for name, line in imports(_parse(source)):
        other = name.split(".")[0]
        if other == own or FLOORS.get(own) is None or FLOORS.get(other) is None:
            continue
        if FLOORS[other] >= FLOORS[own]:
            found.append(f"{module}:{line} imports {name}: {own} lies below {other}, or beside it")
    return found


def wing_breaches(module: str, source: str) -> list[str]:
    """Imports from one wing into the other that use no door."""

    def within(name: str, door: str) -> bool:
        return name == door or name.startswith(door + ".")

    own = WINGS.get(module.split(".")[0])
    found = []
    for name, line in imports(_parse(source)):
        other = WINGS.get(name.split(".")[0])
        if own is None or other is None or own == other:
            continue
        if not any(within(module, a) and within(name, b) for a, b in DOORS):
            found.append(
                f"{module}:{line} imports {name}: the wings of {own} and {other} touch only at {sorted(DOORS)}"
            )
    return found


def unknown_floors(names: list[str]) -> list[str]:
    """Modules whose floor nobody has said."""
    return sorted({n.split(".")[0] for n in names} - set(FLOORS))


def import_graph(texts: Mapping[str, str]) -> dict[str, set[str]]:
    """Which module imports which, lazily or not; a name inside a module counts as the module."""
    graph: dict[str, set[str]] = {}
    for name, text in texts.items():
        graph[name] = set()
        for imported, _ in imports(_parse(text)):
            target = imported
            while target and target not in texts:
                target = target.rpartition(".")[0]
            if target and target != name:
                graph[name].add(target)
    return graph


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Circles in a graph of imports."""
    found: list[list[str]] = []
    done: set[str] = set()

    def visit(node: str, path: list[str]) -> None:
        for other in sorted(graph.get(node, ())):
            if other in path:
                found.append([*path[path.index(other) :], other])
            elif other not in done:
                visit(other, [*path, other])
        done.add(node)

    for node in sorted(graph):
        if node not in done:
            visit(node, [node])
    return found


def _origins(tree: ast.AST) -> dict[str, str]:
    """What each imported name stands for: `import datetime as d` makes `d` stand for `datetime`."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                found[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
    return found


def _banned_module(name: str) -> str | None:
    return next((m for m in BANNED_MODULES if name == m or name.startswith(m + ".")), None)


def banned_uses(source: str) -> Iterator[tuple[int, str, str]]:
    """Clocks, chance and I/O in a module: (line, name, what to use instead)."""
    tree = _parse(source)
    origins = _origins(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names]
            if isinstance(node, ast.ImportFrom):
                names = [] if node.level else [f"{node.module}.{n}" for n in names]
            for module in {m for n in names if (m := _banned_module(n))}:
                yield node.lineno, module, BANNED_MODULES[module]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BANNED_BUILTINS:
            yield node.lineno, node.func.id, BANNED_BUILTINS[node.func.id]
        elif isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            owner = origins.get(owner, owner).rpartition(".")[2]
            if owner in CLOCKS and READS_CLOCK.fullmatch(node.attr):
                yield node.lineno, f"{owner}.{node.attr}", "a moment or a local day that is an argument"
            elif node.attr in BANNED_METHODS:
                yield node.lineno, node.attr, BANNED_METHODS[node.attr]


def banned_calls(path: str, source: str) -> list[str]:
    """Clocks, chance and I/O below `care/`."""
    return [f"{path}:{n} {name}: use {use}" for n, name, use in banned_uses(source) if (path, name) not in ALLOWED]


def wall_readings(path: str, source: str) -> list[str]:
    """Where a test asks the machine what time or day it is, or where it is: such a test is red at some hour."""
    tree, found = _parse(source), []
    origins = _origins(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute | ast.Name) or (isinstance(node, ast.Name) and node.id not in origins):
            continue
        first, _dot, rest = ast.unparse(node).partition(".")
        whole = ".".join(part for part in (origins.get(first, first), rest) if part)
        owner, _dot, name = whole.rpartition(".")
        clock = owner.rpartition(".")[2] in CLOCKS and READS_CLOCK.fullmatch(name)
        if clock or any(whole == one or whole.endswith("." + one) for one in READS_WALL):
            found.append(f"{path}:{node.lineno} {whole} is the machine's own time: state a moment (`hub.show`, `--at`)")
    return found


def long_functions(path: str, source: str) -> list[str]:
    """Functions longer than they may be."""
    return [
        f"{path}:{node.lineno} {node.name} has {(node.end_lineno or 0) - node.lineno + 1} lines"
        for node in ast.walk(_parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]


def is_long(source: str) -> bool:
    """Whether a file is longer than it may be."""
    return len(source.splitlines()) > LONGEST_FILE


def missing_docstrings(path: str, source: str) -> list[str]:
    """Public functions and classes at the top of a module, and the module itself, that say nothing of themselves."""
    tree = _parse(source)
    found = [] if ast.get_docstring(tree) or not source.strip() else [f"{path}:1 the module"]
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            found.append(f"{path}:{node.lineno} {node.name}")
    return found


def _conditions(tree: ast.AST) -> Iterator[ast.expr]:
    """Every expression that is asked for its truth."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If | ast.IfExp | ast.While | ast.Assert):
            yield node.test
        elif isinstance(node, ast.comprehension):
            yield from node.ifs
        elif isinstance(node, ast.BoolOp):
            yield from node.values
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield node


def _known_booleans(tree: ast.AST) -> set[ast.AST]:
    """What stands behind an `isinstance(..., bool) and`."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            first = node.values[0]
            if (
                isinstance(first, ast.Call)
                and ast.unparse(first).startswith("isinstance(")
                and ast.unparse(first.args[-1]) == "bool"
            ):
                found.update(n for value in node.values[1:] for n in ast.walk(value))
    return found


def falsy_numbers(path: str, source: str) -> list[str]:
    """`if not p:` where 0 is a value; `value` may be a true boolean, so only its negation is asked about."""
    tree = _parse(source)
    booleans = _known_booleans(tree)
    found = set()
    for test in _conditions(tree):
        negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
        inner = test.operand if isinstance(test, ast.UnaryOp) and negated else test
        name = inner.id if isinstance(inner, ast.Name) else inner.attr if isinstance(inner, ast.Attribute) else ""
        if name in ZERO_COUNTS or (negated and name == "value" and test not in booleans):
            found.add(f"{path}:{test.lineno} `{name}` is asked for truth; 0 is a value: write `is None`")
    return sorted(found)


def foreign_words(path: str, text: str) -> list[str]:
    """Lines that speak of a machine, a registry, or how the text was made."""
    lines = enumerate(text.splitlines(), 1)
    return [f"{path}:{number}: {line.strip()[:100]}" for number, line in lines if FOREIGN.search(line)]
