"""What the models find wrong with a file, in an author's words."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from pydantic import ValidationError

from microcare.base.issues import Issue, Severity, nearest
from microcare.base.wording import human_list
from microcare.program.content import KINDS as KINDS_OF_CONTENT
from microcare.program.cures import SYNONYMS, cure_for, word_meant
from microcare.program.program import Program
from microcare.program.slips import HIDDEN
from microcare.program.source import Source
from microcare.program.words import holders, models_in

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
    "safety_words": "Write words and phrases, like [want to die, suicid*]; a `*` only at the end.",
    "safety_on": "Name the item that is looked at, like mood.low.",
    "two_ways": "Write what every option delivers into each: `{go: {p: 0.6, deliver: [info, go]}, only: {p: 0.4, deliver: info}}`; "
    "or give `deliver` a rule of its own.",
    "two_actions": "Move it into a case of `choose`, or delete `choose`.",
    "literal_error": "Choose one of these.",
    "enum": "Choose one of these.",
    "greater_than_equal": "Write a larger number.",
    "less_than_equal": "Write a smaller number.",
    "bool_type": "Write true or false.",
    "bool_parsing": "Write true or false.",
    "finite_number": "Write an ordinary number.",
}  # fmt: skip
KINDS = {
    "string_type": "a text", "int_type": "a whole number", "int_parsing": "a whole number", "int_from_float": "a whole number",
    "float_type": "a number", "float_parsing": "a number", "bool_type": "true or false", "bool_parsing": "true or false",
    "finite_number": "a finite number",
    "dict_type": "names with their parts (`name: ...`)", "tuple_type": "a list (`- ...`)",
    "model_type": "names with their parts (`name: ...`)",
}  # fmt: skip


Path = tuple[int | str, ...]
MOST = 300
"""So many are said at once."""
ADDED = re.compile(
    r"\[key\]|(?:function-\w+|dict|list|tuple|union|tagged-union|nullable|literal|constrained-\w+|json-or-python)\[.*",
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
    empty = list(islice((path for path, e in found if e["input"] is None and e["type"] in KINDS), MOST))
    count = 0
    for path, one in found:
        kind = one["type"]
        said = kind in KINDS and (path in around or any((path, t) in seen for t in KINDS))
        misspelled = kind == "missing" and path in meant
        cut_off = kind == "probability" and one["input"] is None and (path, "identifier") in seen
        if said or misspelled or cut_off or (path, kind) in seen:
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
        yield _issue(one, path, source, empty)


def _path(loc: Path, source: Source) -> Path:
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


def _issue(found: Mapping[str, Any], path: Path, source: Source, empty: list[Path]) -> Issue:
    kind, is_name = found["type"], found["loc"][-1:] == ("[key]",)
    place = source.place(path, key=is_name)
    if kind == "extra_forbidden":
        place = source.place(path, key=True)
        message, cure = _unknown(path, found)
        above = [p for p in empty if p[:-1] == path[:-1] and source.place(p, key=True) < place]
        if above:
            cure = f"If it belongs to `{above[-1][-1]}:` above it, indent it further than that."
    elif kind == "missing":
        place = source.place(path[:-1], key=True)
        message, cure = f"`{path[-1]}` is missing", f"Add `{path[-1]}: ...`."
    elif kind in ("literal_error", "enum"):
        message, cure = _not_one_of(found)
    elif kind in KINDS:
        message, cure = _wrong_kind(path, found)
    elif kind == "safety_on":
        message, cure = _own(path, found), _item(str(found.get("input")), source)
    else:
        message, cure = _own(path, found), cure_for(kind, found.get("input"), _word(path, is_name))
    return Issue(f"program.{kind}", Severity.ERROR, place, message, cure or CURES.get(kind, ""))


def _unknown(path: Path, found: Mapping[str, Any]) -> tuple[str, str]:
    """A word that its part does not know."""
    name, known = _part(path[:-1], found["loc"])
    word, near = str(path[-1]), _meant(path, found)
    elsewhere = [part_name(m) for m in holders().get(word, ()) if m not in _parts(path[:-1])]
    run_on = _RUN_ON.match(word)
    if any(letter in HIDDEN for letter in word):
        hidden = next(HIDDEN[letter] for letter in word if letter in HIDDEN)
        cure = f"It holds a {hidden}, which looks like a space and is none: type it again."
    elif found.get("input") is None and run_on is not None and run_on["key"] in known:
        missing = "a space after the `:`" if run_on["sign"] == ":" else "a `:`"
        cure = f"Is {missing} missing? Write `{run_on['key']}: {run_on['value'][:40]}`."
    elif found.get("input") is None and re.search("[“”„]", word):
        cure = 'Curly quotes hold no text together: write straight ones (`"`) around the whole text.'
    elif found.get("input") is None and " " in word:
        cure = "If it belongs to the text before it, put that text in quotes: the comma ends it here."
    elif near:
        cure = f"Did you mean `{near}`?"
    elif elsewhere:
        cure = f"It is a word of {human_list(elsewhere[:3], 'or')}: move it there; or, if it belongs to a text before it, put that text in quotes."
    else:
        cure = f"Known here: {', '.join(sorted(known)[:30])}." if known else ""
    return f"`{word}` is not a word of {name}", cure


_RUN_ON = re.compile(r"(?P<key>[a-z_]+)\s*(?P<sign>[: ])\s*(?P<value>\S.*)")
"""A name that lost its colon, or the space after it, and so took its value with it."""


def _item(value: str, source: Source) -> str:
    """The items of the program that a safety rule was most likely to look at."""
    measures = source.names(("measures",))
    items = list(islice(((m, i) for m in measures for i in source.names(("measures", m, "items"))), MOST))
    meant = [f"{m}.{i}" for m, i in items if value in (m, i)]
    near = nearest(value, [f"{m}.{i}" for m, i in items])
    if meant:
        return f"Name the item that is looked at: {human_list(meant[:6], 'or')}."
    return f"Did you mean `{near}`?" if near else ""


def _not_one_of(found: Mapping[str, Any]) -> tuple[str, str]:
    expected = found.get("ctx", {}).get("expected", "")
    words = [w.strip("' ") for w in expected.replace(" or ", ", ").split(",")]
    value = str(found.get("input"))
    other = SYNONYMS.get(value.lower())
    near = other if other in words else nearest(value, words)
    return f"{_shown(found.get('input'))} is not one of: {', '.join(words)}", f"Did you mean `{near}`?" if near else ""


def _wrong_kind(path: Path, found: Mapping[str, Any]) -> tuple[str, str]:
    """A value of another kind: a text, a number, a list, or names with parts."""
    kind, value, last = found["type"], found.get("input"), path[-1] if path else ""
    cure = cure_for(kind, value, _word(path))
    if value is None and kind == "string_type" and _is_text(path[:-1]) and not _LANGUAGE.fullmatch(str(last)):
        return (
            f"`{{{last}}}` is taken for a mapping here, and not for a text",
            f'Put the whole text in quotes: `"{{{last}}}"`.',
        )
    if value is None:
        return f"`{last}` is empty", cure
    if kind == "model_type":
        name, known = _part(path, found["loc"])
        if last in known or (len(path) > 1 and _named_parts(path[:-1]) and last in _part(path[:-1], ())[1]):
            name = part_name(_parts(path[:-1])[0])
            return (
                f"`{last}` is a word of {name}, and stands where its name is expected",
                "Indent it further, below the name.",
            )
        parts = [w for w in (*_needed(path), "ask", "say", "measure") if w in known][:3]
        if parts and not isinstance(value, list):
            cure = f"Write its parts below `{last}:`, indented: {', '.join(f'`{w}: ...`' for w in parts)}."
        return f"{name} is written as names with their parts, and not as {_kind_of(value)}", cure
    if kind == "tuple_type" and last == "at" and not isinstance(value, dict):
        return f"{_shown(value)} is not a time of day", cure or CURES["clock"]
    if kind in ("dict_type", "string_type") and _is_text(path):
        cure = cure or f"Write `{last}: ...`, or `{last}: {{en: ..., de: ...}}`."
        return f"{_shown(value)} is not a text, and not one text for each language", cure
    if kind in ("dict_type", "tuple_type") and isinstance(last, str):
        return f"`{last}` is written as {KINDS[kind]}, and not as {_kind_of(value)}", cure
    return f"{_shown(value)} is not {KINDS[kind]}", cure


def _own(path: Path, found: Mapping[str, Any]) -> str:
    """The words of a validator of ours, or of a bound; a value is shown as an author would, and not at full length."""
    said, value = str(found["msg"]), found.get("ctx", {}).get("value")
    if isinstance(value, str):
        said = said.replace(value, _shown(found.get("input")), 1)
    message = f"`{path[-1] if path else ''}`: {said}" if found["type"] in _OWN_BOUNDS else said
    return message.replace("Input should be", "it should be")


_LANGUAGE = re.compile(r"[a-z]{2,3}(-\w+)*", re.IGNORECASE)
_OWN_BOUNDS = ("greater_than_equal", "less_than_equal", "too_short", "too_long")
_TEXTS = ("say", "title", "text", "ask", "goal", "aim", "label", "why", "markdown")


def _is_text(path: Path) -> bool:
    return bool(path) and path[-1] in _TEXTS


def _word(path: Path, is_name: bool = False) -> str:
    """The word a value stands under; for an entry of a list or a name, the word around it."""
    inner = path[:-1] if is_name or (path and isinstance(path[-1], int)) else path
    return str(inner[-1]) if inner else ""


def _kind_of(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "names with their parts"
    return "a text" if isinstance(value, str) else "true or false" if isinstance(value, bool) else "a number"


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "a mapping"
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else str(value).lower()
    text = repr(value) if isinstance(value, str) else str(value)
    if isinstance(value, str) and any(letter in HIDDEN for letter in value):
        text = "'" + "".join(f"[{HIDDEN[letter]}]" if letter in HIDDEN else letter for letter in value) + "'"
    return text if len(text) < 60 else text[:57] + "..."


def _named_parts(path: Path) -> bool:
    """Whether a mapping of names of the author's own stands at a path, each with a part like the others."""
    fields = [m.model_fields for m in _parts(path[:-1])]
    found = [f for own in fields for n, f in own.items() if path[-1] in (n, f.alias)]
    return any(str(f.annotation).startswith("dict[") for f in found)


def _needed(path: Path) -> list[str]:
    """The words that the part at a path cannot do without."""
    return [f.alias or n for model in _parts(path)[:1] for n, f in model.model_fields.items() if f.is_required()]


def _meant(path: Path, found: Mapping[str, Any]) -> str | None:
    """The word of its part that an unknown word was most likely meant to be."""
    if not path:
        return None
    known, run_on = _part(path[:-1], found["loc"])[1], _RUN_ON.match(str(path[-1]))
    return run_on["key"] if run_on is not None and run_on["key"] in known else word_meant(str(path[-1]), known)


def _part(path: Path, loc: Path) -> tuple[str, set[str]]:
    """The part at a path of the program as an author calls it, and the words it knows."""
    models = _parts(path)
    kind = next(
        (loc[i + 1] for i in range(len(loc) - 2) if loc[i] in KINDS_OF_CONTENT or isinstance(loc[i], int)),
        None,
    )
    if len(models) > 1 and kind in KINDS_OF_CONTENT:
        return f"the content `{kind}`", {f.alias or n for n, f in KINDS_OF_CONTENT[str(kind)].model_fields.items()}
    found = {f.alias or n for m in models for n, f in m.model_fields.items()}
    return part_name(models[0]) if len(models) == 1 else "this", found


def part_name(model: Any) -> str:
    """A part of a program as an author calls it, with its article."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", model.__name__).lower()
    return f"{'the' if name.endswith('s') else 'an' if name[0] in 'aeiou' else 'a'} {name}"


def _parts(path: Path) -> list[Any]:
    """The models that a path of the program may lead to."""
    models: list[Any] = [Program]
    for part in path:
        inner = [a for m in models for n, f in m.model_fields.items() if part in (n, f.alias) for a in models_in(f)]
        models = inner or models
    return models
