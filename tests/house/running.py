"""Where a text could be run as code, as functions over source text: each place is closed, or is named here with its reason."""

import ast
from collections.abc import Iterator

RUNNERS = {"eval", "exec", "compile", "__import__"}
LIBRARIES = {
    "pickle": "JSON", "marshal": "JSON", "shelve": "JSON", "dill": "JSON", "joblib": "JSON", "cloudpickle": "JSON",
    "jinja2": "the templates of the pages, which are files of ours", "mako": "the templates of the pages",
    "patsy": "`optimization.formulas`", "numexpr": "`optimization.formulas`", "formulaic": "`optimization.formulas`",
    "subprocess": "a command of ours, without a shell", "code": "`expressions`", "runpy": "an import",
    "ctypes": "plain Python", "statsmodels": "`optimization`", "pyfixest": "`optimization`",
}  # fmt: skip
"""Modules that run what they are given, and what to use instead."""
ALLOWED = {
    (
        "expressions/generate.py",
        "exec",
    ): "compiles what the checked tree of an expression gives, never an author's text",
    ("expressions/generate.py", "compile"): "the same",
    ("optimization/designs.py", "formulaic"): "gets columns by their names alone, see `formula_breaches`",
    (
        "care/backing_up.py",
        "subprocess",
    ): "restores a backup by our own command, in a process whose database is another",
    ("workers/supervise.py", "subprocess"): "starts the hub's own processes, from a list that is ours",
}
YAML = {"safe_load", "parse", "YAMLError", "MarkedYAMLError"}
"""What may be asked of the YAML library; events and nodes too. The rest makes objects, or can."""
METHODS = {"eval", "query", "from_string", "read_pickle", "to_pickle", "system", "popen", "allow_pickle", "unsafe_load"}
"""Methods that run a text: pandas' eval and query, templates from texts, pickles, a shell."""
PATTERNS = {"compile", "search", "match", "fullmatch", "sub", "subn", "findall", "finditer", "split"}


def uses(source: str) -> Iterator[tuple[int, str, str]]:
    """Places where a text could be run: (line, name, what to use instead)."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            for name in [module] if module else [alias.name for alias in node.names]:
                top = (name or "").split(".")[0]
                if top in LIBRARIES:
                    yield node.lineno, top, LIBRARIES[top]
                if name == "django.template" and {a.name for a in node.names} & {"Template", "Engine"}:
                    yield node.lineno, "Template", "a template that is a file of ours"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "yaml":
            if node.attr not in YAML and not node.attr.endswith(("Event", "Node")):
                yield node.lineno, f"yaml.{node.attr}", "`yaml.safe_load`, or the reader of programs"
        elif isinstance(node, ast.Call):
            yield from _called(node)


def _called(node: ast.Call) -> Iterator[tuple[int, str, str]]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if name in RUNNERS:
        yield node.lineno, name, "a small grammar of ours (`expressions`, `optimization.formulas`)"
    if method in METHODS and not isinstance(node.func, ast.Name):
        yield node.lineno, method, "a small grammar of ours"
    for keyword in node.keywords:
        if keyword.arg in ("shell", "allow_pickle") and not _is(keyword.value, False):
            yield node.lineno, f"{keyword.arg}=True", "a list of words, or JSON"
    owner = node.func.value.id if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) else ""
    if owner == "re" and method in PATTERNS and node.args and not _ours(node.args[0]):
        yield node.lineno, f"re.{method}", "a pattern that is written in the source"


def _is(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _ours(node: ast.expr) -> bool:
    """A pattern that stands in the source: a text, a constant's name, several of them joined, or what is escaped."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name):
        return node.id.isupper()
    if isinstance(node, ast.BinOp):
        return _ours(node.left) and _ours(node.right)
    if isinstance(node, ast.JoinedStr):
        return all(_ours(part.value) if isinstance(part, ast.FormattedValue) else True for part in node.values)
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    if node.func.attr == "join":
        return _ours(node.func.value) and all(isinstance(a, ast.GeneratorExp) and _ours(a.elt) for a in node.args)
    return node.func.attr == "escape"


def breaches(path: str, source: str) -> list[str]:
    """Places of a module where a text could be run as code."""
    return [
        f"{path}:{line} {name}: use {instead}" for line, name, instead in uses(source) if (path, name) not in ALLOWED
    ]


def formula_breaches(source: str) -> list[str]:
    """Where the formula library would read a text: a formula that is no list of terms, a factor that is no name or number."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id == "Formula" and not (
            len(node.args) == 1 and isinstance(node.args[0], ast.List | ast.ListComp) and not node.keywords
        ):
            found.append(f"line {node.lineno}: Formula() of something that is no list of terms")
        if node.func.id == "Term" and not (node.args and isinstance(node.args[0], ast.List | ast.ListComp)):
            found.append(f"line {node.lineno}: Term() of something that is no list of factors")
        if node.func.id == "Factor":
            how = [k.value for k in node.keywords if k.arg == "eval_method"]
            ways = [h.value for h in how if isinstance(h, ast.Constant)]
            constant = bool(node.args) and isinstance(node.args[0], ast.Constant)
            if ways != ["lookup"] and not (ways == ["literal"] and constant):
                found.append(f"line {node.lineno}: Factor() that is neither looked up nor a number of ours")
        if node.func.id in ("model_matrix", "SimpleFormula", "StructuredFormula", "DefaultFormulaParser"):
            found.append(f"line {node.lineno}: {node.func.id}() reads texts")
    return found
