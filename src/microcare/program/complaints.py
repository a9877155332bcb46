"""What the models find wrong with a file, in an author's words."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from microcare.base.issues import Issue, Severity, nearest
from microcare.program.content import KINDS as KINDS_OF_CONTENT
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
    "finite_number": "a finite number",
    "dict_type": "names with their parts (`name: ...`)", "tuple_type": "a list", "list_type": "a list",
    "model_type": "names with their parts (`name: ...`)", "model_attributes_type": "names with their parts (`name: ...`)",
}  # fmt: skip


MOST = 300
"""So many are said at once."""
ADDED = re.compile(
    r"\[key\]|(?:function-\w+|dict|list|tuple|union|tagged-union|nullable|constrained-\w+|json-or-python)\[.*",
    re.DOTALL,
)
UNIONS = ("str", "float", "Option", "int", "bool")
"""What pydantic adds to a path for validators, and for each way a value may be meant."""


def complaints(error: ValidationError, source: Source) -> Iterator[Issue]:
    """The errors of a model, one issue a place."""
    seen: set[tuple[Any, ...]] = set()
    found = [(_path(e["loc"], source), e) for e in error.errors(include_url=False)]
    # Where a value may be a text or a mapping, the error inside says more than "this is no text".
    around = {path[:n] for path, _ in found for n in range(len(path))}
    lacking = {path[:-1] for path, e in found if e["type"] == "missing"}
    unknown = ((p, e) for p, e in found if e["type"] == "extra_forbidden" and p[:-1] in lacking)
    meant = {(*p[:-1], _meant(p, e)) for p, e in islice(unknown, MOST)}
    count = 0
    for path, one in found:
        kind = one["type"]
        said = kind in KINDS and (path in around or any((path, t) in seen for t in KINDS))
        misspelled = kind == "missing" and path in meant
        if said or misspelled or (path, kind) in seen:
            continue
        seen.add((path, kind))
        count += 1
        if count > MOST:
            yield Issue(
                "more",
                Severity.ERROR,
                source.place(path),
                "and more; these are the first",
                "Mend some and check again.",
            )
            return
        yield _issue(one, path, source)


def _path(loc: tuple[int | str, ...], source: Source) -> tuple[int | str, ...]:
    """The path in the file: without the names that unions, tags and validators add."""
    kept: list[int | str] = []
    tagged = False
    for part in loc:
        if (
            not tagged
            and len(kept) > 1
            and isinstance(kept[-1], int)
            and kept[-2] == "content"
            and part in KINDS_OF_CONTENT
        ):
            tagged = True
        elif part == "[key]" and kept and source.knows(kept):
            continue
        elif source.knows([*kept, part]) or not (isinstance(part, str) and (part in UNIONS or ADDED.fullmatch(part))):
            kept.append(part)
    return tuple(kept)


def _issue(found: Mapping[str, Any], path: tuple[int | str, ...], source: Source) -> Issue:
    kind, last = found["type"], path[-1] if path else ""
    place, cure = source.place(path, key=found["loc"][-1:] == ("[key]",)), CURES.get(kind, "")
    if kind == "extra_forbidden":
        place = source.place(path, key=True)
        name, known = _part(path[:-1], found["loc"])
        near = _meant(path, found)
        cure = f"Did you mean `{near}`?" if near else f"Known here: {', '.join(sorted(known)[:30])}." if known else ""
        message = f"`{last}` is not a word of {name}"
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
            cure = cure or f"Write `{last}: ...`, or `{last}: {{en: ..., de: ...}}`."
    else:
        message = f"`{last}`: {found['msg']}" if kind in _OWN_BOUNDS else str(found["msg"])
        message = message.replace("Input should be", "it should be")
    return Issue(f"program.{kind}", Severity.ERROR, place, message, cure)


_OWN_BOUNDS = ("greater_than_equal", "less_than_equal", "too_short", "too_long")


def _is_text(path: tuple[int | str, ...]) -> bool:
    return bool(path) and str(path[-1]) in (
        "say",
        "title",
        "text",
        "ask",
        "goal",
        "aim",
        "label",
        "why",
        "markdown",
    )


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "a mapping"
    text = (
        repr(value)
        if isinstance(value, str)
        else {None: "nothing", True: "true", False: "false"}.get(value, str(value))
    )
    return text if len(text) < 60 else text[:57] + "..."


def _meant(path: tuple[int | str, ...], found: Mapping[str, Any]) -> str | None:
    """The word of its part that an unknown word was most likely meant to be."""
    return nearest(str(path[-1]), _part(path[:-1], found["loc"])[1]) if path else None


def _part(path: tuple[int | str, ...], loc: tuple[int | str, ...]) -> tuple[str, set[str]]:
    """The part at a path of the program as an author calls it, and the words it knows."""
    models: list[Any] = [Program]
    for part in path:
        inner = [a for m in models for n, f in m.model_fields.items() if part in (n, f.alias) for a in _models(f)]
        models = inner or models
    kind = next(
        (loc[i + 1] for i in range(len(loc) - 2) if loc[i] in KINDS_OF_CONTENT or isinstance(loc[i], int)),
        None,
    )
    if len(models) > 1 and kind in KINDS_OF_CONTENT:
        return f"the content `{kind}`", {f.alias or n for n, f in KINDS_OF_CONTENT[str(kind)].model_fields.items()}
    found = {f.alias or n for m in models for n, f in m.model_fields.items()}
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", models[0].__name__).lower() if len(models) == 1 else "this"
    article = "the" if name.endswith("s") else "an" if name[0] in "aeiou" else "a"
    return name if name == "this" else f"{article} {name}", found


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
