"""What the models find wrong with a file, in an author's words."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from microcare.base.issues import Issue, Severity, nearest
from microcare.program.program import Program
from microcare.program.source import Source

CURES = {
    "span": "Write a number and a unit: 30m, 2h, 3d, 2 weeks, 3 months.",
    "window": "Write from and to, like 21:30-07:00.",
    "clock": "Write a time like 18:30, or a field of the person like person.dinner_time.",
    "identifier": "Use lower-case letters, digits and underscores, beginning with a letter.",
    "every": "Write day, 2 days, weekday, weekend, monday, week, month; or 90m with `between`.",
    "scale": "Write the two ends, like 0..4.",
    "probability": "Write a number from 0 to 1.",
    "content_kind": "Begin it with one of: say, read, markdown, image, audio, video, link, app, peer, human, exercise, form, photo.",
    "empty_event": "Add `say: \"...\"`, or `content: content/FILE.md`.",
    "no_action": "Give it `deliver`, `randomize`, `end`, `offer` or `evaluate`.",
    "answer_kind": "Keep the one that fits.",
    "one_of": "Keep exactly one of them.",
    "random_window": "Add a window, like `between: \"09:00-20:00\"`.",
    "every_window": "Add a window, like `between: \"09:00-20:00\"`.",
    "safety_on": "Name the item that is looked at, like mood.low.",
}  # fmt: skip
KINDS = {
    "string_type": "a text", "int_type": "a whole number", "int_parsing": "a whole number", "int_from_float": "a whole number",
    "float_type": "a number", "float_parsing": "a number", "bool_type": "true or false", "bool_parsing": "true or false",
    "dict_type": "names with their parts (`name: ...`)", "tuple_type": "a list", "list_type": "a list",
    "model_type": "names with their parts (`name: ...`)", "model_attributes_type": "names with their parts (`name: ...`)",
}  # fmt: skip


def complaints(error: ValidationError, source: Source) -> Iterator[Issue]:
    """The errors of a model, one issue a place."""
    seen: set[tuple[Any, ...]] = set()
    for found in error.errors(include_url=False):
        path = _path(found["loc"])
        if (path, found["type"]) in seen or any((path, t) in seen for t in KINDS if found["type"] in KINDS):
            continue
        seen.add((path, found["type"]))
        yield _issue(found, path, source)


def _path(loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The path in the file: without the names that unions, tags and validators add."""
    kept: list[int | str] = []
    for part in loc:
        if isinstance(part, str) and ("[" in part or part in ("str", "float", "Option", "int", "bool")):
            continue
        if part in _TAGS and len(kept) > 1 and isinstance(kept[-1], int) and kept[-2] == "content":
            continue
        kept.append(part)
    return tuple(kept)


_TAGS = {"say", "read", "markdown", "image", "audio", "video", "link", "app", "peer", "human", "exercise", "form", "photo"}


def _issue(found: Mapping[str, Any], path: tuple[int | str, ...], source: Source) -> Issue:
    kind, last = found["type"], path[-1] if path else ""
    place, cure = source.place(path), CURES.get(kind, "")
    if kind == "extra_forbidden":
        place = source.place(path, key=True)
        known = _words(path[:-1])
        near = nearest(str(last), known)
        cure = f"Did you mean `{near}`?" if near else f"Known here: {', '.join(sorted(known)[:30])}." if known else ""
        message = f"`{last}` is not a word that is known here"
    elif kind == "missing":
        place = source.place(path[:-1], key=True)
        message, cure = f"`{last}` is missing", f"Add `{last}: ...`."
    elif kind in ("literal_error", "enum"):
        expected = found.get("ctx", {}).get("expected", "")
        words = [w.strip("' ") for w in expected.replace(" or ", ", ").split(",")]
        near = nearest(str(found.get("input")), words)
        message = f"{_shown(found.get('input'))} is not one of: {', '.join(words)}"
        cure = f"Did you mean `{near}`?" if near else ""
    elif kind in KINDS:
        message = f"{_shown(found.get('input'))} is not {KINDS[kind]}"
        if kind == "string_type" and isinstance(found.get("input"), int | float):
            cure = "Put it in quotes."
        if kind in ("dict_type", "string_type") and _is_text(path):
            message = f"{_shown(found.get('input'))} is not a text, and not one text for each language"
    else:
        message = f"`{last}`: {found['msg']}" if kind in _OWN_BOUNDS else str(found["msg"])
        message = message.replace("Input should be", "it should be")
    return Issue(f"program.{kind}", Severity.ERROR, place, message, cure)


_OWN_BOUNDS = ("greater_than_equal", "less_than_equal", "too_short", "too_long")


def _is_text(path: tuple[int | str, ...]) -> bool:
    return bool(path) and str(path[-1]) in ("say", "title", "text", "ask", "goal", "aim", "label", "why", "markdown")


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "a mapping"
    text = repr(value) if isinstance(value, str) else {None: "nothing", True: "true", False: "false"}.get(value, str(value))
    return text if len(text) < 60 else text[:57] + "..."


def _words(path: tuple[int | str, ...]) -> set[str]:
    """The words that are known at a path of the program."""
    models: list[Any] = [Program]
    for part in path:
        inner: list[Any] = []
        for model in models:
            if isinstance(model, type) and issubclass(model, BaseModel):
                inner += [a for n, f in model.model_fields.items() if part in (n, f.alias) for a in _models(f)]
            else:
                inner.append(model)
        models = inner or models
    found: set[str] = set()
    for model in models:
        if isinstance(model, type) and issubclass(model, BaseModel):
            found |= {f.alias or n for n, f in model.model_fields.items()}
    return found


def _models(info: FieldInfo) -> list[Any]:
    """The models inside a field's type. A mapping or list of them stands for its members."""
    found: list[Any] = []
    waiting: list[tuple[Any, int]] = [(info.annotation, 0)]
    while waiting:
        kind, depth = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found.append(kind)
        elif depth < 8:
            waiting += [(a, depth + 1) for a in get_args(kind)]
    return found
