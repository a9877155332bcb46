"""YAML as a tree of plain values in which every part remembers its place.

Read from the event stream, with bounds on size, depth and aliases, so that no file can ask for more than it is worth.
Scalars follow YAML 1.2: `on`, `no` and `18:30` are words.
"""

import re
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import yaml

from microcare.base.issues import Issue, Place, Severity
from microcare.program.brackets import quoted
from microcare.program.slips import Broken, lines_of, slip

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # pragma: no cover - a build without libyaml
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

LARGEST, DEEPEST, MOST = 2_000_000, 60, 100_000
"""Bytes of a file, levels of nesting, parts of a file (aliases expanded)."""
_DOCUMENTS = (b"{\\rtf", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")
"""How documents of word processors begin."""
Path = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?\d{1,15}", re.ASCII)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_AFTER_COMMA = re.compile(r",\d+\s*[,}]", re.ASCII)
_CUT = re.compile(r"[ \t]+(#[^\s#!].*)")
_WORDS = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "Null": None,
    "~": None,
    "": None,
}


@dataclass(slots=True)
class Tree:
    """What a file holds: its value, and the places of every part and every key by path."""

    value: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)


class _StoppedError(Exception):
    """The file cannot be read further; the issue says why."""


@dataclass(slots=True)
class _Open:
    """A mapping or list being read."""

    path: Path
    value: Any
    key: Any = None
    waiting: bool = False
    index: int = 0


def read_tree(name: str, data: bytes) -> Tree:
    """Read one YAML file; whatever is wrong is an issue of the tree, never an exception."""
    tree = Tree()
    tree.places[()] = Place(name, 1, 1)
    with suppress(_StoppedError):
        _Reading(name, tree).read(_text(name, data, tree))
    return tree


def _complain(tree: Tree, place: Place, code: str, message: str, cure: str = "") -> None:
    tree.issues.append(Issue(code, Severity.ERROR, place, message, cure))


def _text(name: str, data: bytes, tree: Tree) -> str:
    if len(data) > LARGEST:
        message = f"the file is too large ({len(data):,} bytes; {LARGEST:,} at most)"
        _complain(tree, Place(name, 1, 1), "too_large", message, "Split it into several files.")
        raise _StoppedError
    if data.startswith(_DOCUMENTS):
        message = "this is a document of a word processor, and not plain text"
        _complain(tree, Place(name, 1, 1), "document", message, "Save it as plain text (UTF-8), or use a text editor.")
        raise _StoppedError
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        _complain(
            tree, Place(name, line, column), "encoding", "this is not UTF-8 text", "Save the file as UTF-8."
        )  # fmt: skip
        raise _StoppedError from None
    return text


class _Reading:
    def __init__(self, name: str, tree: Tree) -> None:
        self.name = name
        self.tree = tree
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.open_anchors: list[tuple[str, int, _Open]] = []
        self.count = 0
        self.text = ""
        self.doubled: set[Path] = set()
        self.quote: tuple[int, int] | None = None
        self.cut = False

    def place(self, mark: Any) -> Place:
        return Place(self.name, mark.line + 1, mark.column + 1)

    def stop(self, place: Place, code: str, message: str, cure: str = "") -> None:
        _complain(self.tree, place, code, message, cure)
        raise _StoppedError

    def read(self, text: str) -> None:
        documents, self.text = 0, text
        try:
            for event in yaml.parse(text, Loader=Loader):
                if isinstance(event, yaml.DocumentStartEvent):
                    documents += 1
                    if documents > 1:
                        message = "a second document begins here (`---`)"
                        self.stop(self.place(event.start_mark), "documents", message, "Keep one document in a file.")
                self.take(event)
        except yaml.MarkedYAMLError as error:
            self.broken(error, text)
        except yaml.YAMLError as error:
            # The parser counts bytes.
            before = text.encode()[: getattr(error, "position", 0) or 0].decode("utf-8", "ignore")
            at = min(len(before), len(text) - 1)
            place = Place(self.name, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
            shown = f" (U+{ord(text[at]):04X})" if at >= 0 else ""
            _complain(self.tree, place, "yaml", f"a character that cannot be seen{shown}", "Delete it.")
        except RecursionError:  # pragma: no cover - the bound on depth comes first
            _complain(self.tree, Place(self.name, 1, 1), "too_deep", "it is nested too deeply")

    def broken(self, error: yaml.MarkedYAMLError, text: str) -> None:
        """Say why the file is no YAML: the slip where one is recognized, else the parser's reason in plain words."""
        problem = str(error.problem or error.context or "it cannot be read")
        begun: Any = error.context_mark
        mark: Any = error.problem_mark or begun
        if mark is None:
            _complain(self.tree, Place(self.name, 1, 1), "yaml", *_plain(problem))
            return
        part = (begun.line, begun.column) if begun is not None else None
        found = slip(Broken(lines_of(text), problem, mark.line, mark.column, part, self.quote))
        if found is not None:
            place = Place(self.name, found.line + 1, found.column + 1)
            _complain(self.tree, place, "yaml", found.message, found.cure)
        else:
            _complain(self.tree, self.place(mark), "yaml", *_plain(problem))

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            start: Any = event.start_mark
            end: Any = event.end_mark
            quoted = event.style in ("'", '"') and start.line != end.line
            self.quote = (start.line, start.column) if quoted else None
            if not event.style:
                self.commented(event)
            self.tagged(event)
            if not self.decimal_comma(event):
                self.put(self.scalar(event), event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self.tagged(event)
            self.begin({} if isinstance(event, yaml.MappingStartEvent) else [], event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            done = self.stack.pop()
            if self.open_anchors and self.open_anchors[-1][2] is done:
                name, before, _ = self.open_anchors.pop()
                self.anchors[name] = (done.value, self.count - before + 1)
        elif isinstance(event, yaml.AliasEvent):
            self.alias(event)

    def decimal_comma(self, event: Any) -> bool:
        """Say where a comma stands inside a number of a mapping in braces, and put the number together again.

        YAML takes `{walk: 0,5}` for `{walk: 0, 5: null}`.
        """
        if self.cut:
            self.cut = False
            return True
        top, begin = self.stack[-1] if self.stack else None, event.start_mark.index
        if top is None or top.waiting or not isinstance(top.value, dict) or event.style:
            return False
        before = top.value.get(top.key)
        if isinstance(before, bool) or not isinstance(before, int) or _AFTER_COMMA.match(self.text, begin - 1) is None:
            return False
        whole = f"{before}.{event.value}"
        thousands = len(event.value) == 3 and before != 0
        cure = f"Write {before}{event.value}, or {whole}." if thousands else f"Write {whole}."
        place = self.tree.places[(*top.path, top.key)]
        _complain(
            self.tree, place, "decimal", f"`{before},{event.value}`: decimals have a point, and not a comma", cure
        )
        top.value[top.key] = float(whole)
        # The comma made a name of the decimals; its missing value comes next.
        self.cut = True
        return True

    def commented(self, event: Any) -> None:
        """Say where `#` cuts a text off that was most likely meant to go on: a comment has a space after its `#`."""
        cut = _CUT.match(self.text, event.end_mark.index)
        if cut is not None:
            place = Place(self.name, event.end_mark.line + 1, event.end_mark.column + cut.start(1) - cut.start() + 1)
            shown = cut[1].strip()[:40]
            self.tree.issues.append(
                Issue("comment", Severity.WARNING, place, f"`{shown}` is taken for a comment, and is no part of the text",
                      "Put the text in quotes; or write a space after `#`.")
            )  # fmt: skip

    def tagged(self, event: Any) -> None:
        if event.tag is None or event.tag == "!":
            return
        start = event.start_mark
        rest = self.text[start.index : start.index + 60].split("\n")[0].rstrip()
        if event.tag.startswith("tag:") or rest.startswith("!!"):
            self.stop(
                self.place(start), "tag", f"`{rest.split()[0]}` is a tag of YAML; programs have none", "Delete it."
            )
        line = self.text[: start.index].rpartition("\n")[2]
        if re.search(r"\{[^}]*$|\[[^\]]*$", line):
            rest = (re.match(r"(?:[^,\]}(]|\([^)]*\))*", rest) or [rest])[0].rstrip()
        name = re.search(r"([\w.-]+):\s+$", line)
        cure = quoted(name[1] if name is not None else "", rest)
        self.stop(self.place(start), "tag", "a text that begins with `!` needs quotes", cure)

    def alias(self, event: Any) -> None:
        found = self.anchors.get(event.anchor)
        if found is None:
            self.stop(self.place(event.start_mark), "alias", f"`*{event.anchor}` stands for nothing known here",
                      f"Put a text that begins with `*` in quotes; or name what it stands for with `&{event.anchor}`.")  # fmt: skip
            return
        self.count += found[1]
        if self.count <= MOST:
            if len(self.stack) + _depth(found[0]) > DEEPEST:
                self.stop(self.place(event.start_mark), "too_deep", f"nested more than {DEEPEST} levels deep",
                          "Do not put aliases into aliases.")  # fmt: skip
            # A copy: what is later written into one place must not appear in the others.
            self.put(deepcopy(found[0]), event)
            return
        self.put(None, event)

    def begin(self, value: Any, event: Any) -> None:
        path = self.put(value, event)
        self.stack.append(_Open(path, value))
        if len(self.stack) > DEEPEST:
            self.stop(self.place(event.start_mark), "too_deep", f"nested more than {DEEPEST} levels deep",
                      "No program needs that; look for brackets that were not closed.")  # fmt: skip
        if event.anchor is not None:
            self.open_anchors.append((event.anchor, self.count, self.stack[-1]))

    def put(self, value: Any, event: Any) -> Path:
        """Put a value where the innermost open part waits for one; returns its path."""
        self.count += 1
        place = self.place(event.start_mark)
        if self.count > MOST:
            self.stop(place, "too_many", f"more than {MOST:,} parts, aliases counted",
                      "Split the program into several files; do not multiply parts by aliases.")  # fmt: skip
        if isinstance(event, yaml.ScalarEvent) and event.anchor is not None:
            self.anchors[event.anchor] = (value, 1)
        if not self.stack:
            self.tree.value = value
            self.tree.places[()] = place
            return ()
        top = self.stack[-1]
        if isinstance(top.value, list):
            path = (*top.path, top.index)
            top.index += 1
            top.value.append(value)
        elif not top.waiting:
            self.key(top, value, place)
            return (*top.path, top.key)
        else:
            path = (*top.path, top.key)
            top.waiting = False
            top.value[top.key] = value
        self.tree.places[path] = place
        return path

    def key(self, top: _Open, value: Any, place: Place) -> None:
        if isinstance(value, dict | list):
            self.stop(place, "key", "a name is expected here, and not a list or mapping",
                      "If this is a text with braces, put it in quotes.")  # fmt: skip
        name = value if isinstance(value, str) else _written(value)
        if name == "<<":
            self.stop(
                place,
                "merge",
                "`<<` is not known here",
                "Write the parts out, or use an alias for a whole part.",
            )
        path = (*top.path, name)
        if path in self.tree.keys and not any(path[:n] in self.doubled for n in range(1, len(path))):
            self.doubled.add(path)
            first = self.tree.keys[path]
            _complain(self.tree, place, "twice", f"`{name}` stands here twice; first in line {first.line}",
                      "Delete one of them.")  # fmt: skip
        self.tree.keys[path] = place
        top.key, top.waiting = name, True

    def scalar(self, event: Any) -> Any:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            return int(text)
        if _NUMBER.fullmatch(text):
            number = float(text)
            return number if abs(number) < 1e300 else text
        return text


def _depth(value: Any) -> int:
    """How many levels of mappings and lists a value has."""
    level, deep = [value], 0
    while level := [v for v in level if isinstance(v, dict | list)]:
        level = [inner for v in level for inner in (v.values() if isinstance(v, dict) else v)]
        deep += 1
    return deep


def _written(value: Any) -> str:
    return {True: "true", False: "false", None: "null"}[value] if isinstance(value, bool | None) else str(value)


def _plain(problem: str) -> tuple[str, str]:
    """libyaml's words in plain ones, with the likely cure."""
    for words, message, cure in _PROBLEMS:
        if words in problem:
            return message, cure
    return (
        f"this is not YAML: {problem[:120]}",
        "Check indentation, colons and quotes in this line and the one before.",
    )


_PROBLEMS = (
    ("cannot start any token", "a character that cannot begin a value here (a tab, `@`, `` ` `` or `%`)",
     "Use spaces for indentation, and put such texts in quotes."),
    ("mapping values are not allowed", "a `:` that does not belong here",
     "Put the text in quotes, or check the indentation."),
    ("did not find expected key", "the indentation or a quote does not fit here",
     "Line it up with the lines it belongs to, and check the quotes above."),
    ("did not find expected ',' or", "a list or mapping in brackets is not closed", "Close it with `]` or `}`."),
    ("did not find expected '-'", "a list entry is expected here", "Begin the line with `- `, lined up with the others."),
    ("could not find expected ':'", "a `:` is missing after a name", "Write `name: value`."),
    ("unexpected end of stream", "a quote is opened and never closed", "Close it, or delete it."),
    ("found unexpected end", "a quote is opened and never closed", "Close it, or delete it."),
    ("document start", "this line belongs to nothing above it", "Check the indentation, and whether a `:` is missing above."),
    ("unknown escape", "a backslash in double quotes that means nothing", "Use single quotes, or write it twice."),
    ("undefined alias", "this alias stands for nothing", "Name it before with `&`."),
    ("control characters", "a character that cannot be seen", "Delete it."),
)  # fmt: skip
