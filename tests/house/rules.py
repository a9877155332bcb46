"""The rules of the house, as functions over source text; each can fail, and its own cases show that it does."""

import ast
from collections.abc import Iterator
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
DOORS = {("web/author", "simulation")}
"""The only doors between the wings, besides what lies above both."""
PURE = ("base", "expressions", "program", "hub", "simulation", "exchange")
BANNED = {
    "time.time": "a moment that is an argument",
    "time.monotonic": "a budget in counts",
    "time.sleep": "a due instant",
    "datetime.now": "a moment that is an argument",
    "datetime.utcnow": "a moment that is an argument",
    "datetime.today": "a moment that is an argument",
    "date.today": "a local day from `base.moments`",
    "Instant.now": "a moment that is an argument",
    "ZonedDateTime.now": "a moment that is an argument",
    "uuid.uuid4": "a name made from the state's counts",
    "os.urandom": "`base.chance.draw`",
    "os.environ": "an argument",
    "os.getenv": "an argument",
    "open": "bytes or text that is given",
    "input": "an argument",
    "read_text": "bytes or text that is given",
    "read_bytes": "bytes or text that is given",
    "write_text": "a result that the caller writes",
}
BANNED_MODULES = {"random", "secrets", "uuid", "socket", "threading", "subprocess", "requests", "urllib.request", "asyncio"}
ALLOWED = {
    ("program/reader.py", "open"): "the one reader of program files",
    ("exchange/trial.py", "open"): "the one writer of the trial table",
    ("exchange/trial.py", "write_text"): "its codebook",
}
LONGEST_FUNCTION, LONGEST_FILE = 70, 400
LONG_FILES = {
    "hub/entry.py": "every kind of entry in one place; each is a few lines",
    "hub/fold.py": "the one place where state changes; one short function a kind of entry",
}


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted path without `microcare.`."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        if "migrations" not in parts:
            found[".".join(p for p in parts if p != "__init__") or "__init__"] = path
    return found


def imports(tree: ast.AST, package: str = "microcare", top_only: bool = False) -> Iterator[tuple[str, int]]:
    """The package's own modules that a module imports, also inside functions: (dotted path, line)."""
    nodes = tree.body if top_only and isinstance(tree, ast.Module) else ast.walk(tree)
    for node in nodes:
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


def floor_breaches(module: str, source: str) -> list[str]:
    """Imports of a module that do not point down."""
    own = module.split(".")[0]
    found = []
    for name, line in imports(ast.parse(source)):
        other = name.split(".")[0]
        if other == own or FLOORS.get(own) is None or FLOORS.get(other) is None:
            continue
        if FLOORS[other] >= FLOORS[own] and not any(module.replace(".", "/").startswith(a) and other == b for a, b in DOORS):
            found.append(f"{module}:{line} imports {name}: {own} lies below {other}, or beside it")
    return found


def unknown_floors(names: list[str]) -> list[str]:
    """Modules whose floor nobody has said."""
    return sorted({n.split(".")[0] for n in names} - set(FLOORS))


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Circles in a graph of imports."""
    found: list[list[str]] = []
    state: dict[str, int] = {}

    def visit(node: str, path: list[str]) -> None:
        state[node] = 1
        for other in sorted(graph.get(node, ())):
            if state.get(other) == 1:
                found.append([*path[path.index(other) :], other] if other in path else [node, other])
            elif other not in state:
                visit(other, [*path, other])
        state[node] = 2

    for node in sorted(graph):
        if node not in state:
            visit(node, [node])
    return found


def banned_calls(path: str, source: str) -> list[str]:
    """Clocks, chance and I/O below `care/`."""
    found = []
    for node in ast.walk(ast.parse(source)):
        name = ""
        if isinstance(node, ast.Attribute):
            base = node.value.id if isinstance(node.value, ast.Name) else ""
            name = f"{base}.{node.attr}" if f"{base}.{node.attr}" in BANNED else node.attr if node.attr in BANNED else ""
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BANNED:
            name = node.func.id
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            name = next((n for n in names if n in BANNED_MODULES or n.split(".")[0] in BANNED_MODULES), "")
        line = node.lineno if isinstance(node, ast.expr | ast.stmt) else 0
        if name and (path, name.split(".")[-1]) not in ALLOWED:
            use = BANNED.get(name, "`base.chance.draw`, or what is given as an argument")
            found.append(f"{path}:{line} {name}: use {use}")
    return found


def long_functions(path: str, source: str) -> list[str]:
    """Functions longer than they may be."""
    return [
        f"{path}:{node.lineno} {node.name} has {(node.end_lineno or 0) - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]


def missing_docstrings(path: str, source: str) -> list[str]:
    """Public functions and classes at the top of a module, and the module itself, that say nothing of themselves."""
    tree = ast.parse(source)
    found = [] if ast.get_docstring(tree) or not source.strip() else [f"{path}:1 the module"]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node):
            found.append(f"{path}:{node.lineno} {node.name}")
    return found


def falsy_numbers(path: str, source: str) -> list[str]:
    """`if not p:` where 0 is a value."""
    names = {"p", "prob", "probability", "weight", "score", "share", "severity"}
    found = []
    for node in ast.walk(ast.parse(source)):
        tests = [node.test] if isinstance(node, ast.If | ast.IfExp | ast.While) else []
        for test in tests:
            inner = test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else test
            name = inner.id if isinstance(inner, ast.Name) else inner.attr if isinstance(inner, ast.Attribute) else ""
            if name in names:
                found.append(f"{path}:{node.lineno} `{name}` is asked for truth; 0 is a value: write `is None`")
    return found
