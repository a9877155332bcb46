"""What to suggest when an author wrote a name, a function or a literal that does not exist."""

import re
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

from microcare.base.written import TIMES, is_date
from microcare.expressions.reference import DOCS, METHODS
from microcare.expressions.types import Type, Value
from microcare.expressions.values import quote

_synonyms = {
    "average": "mean",
    "avg": "mean",
    "length": "size",
    "len": "size",
    "exists": "known",
    "isset": "known",
    "defined": "known",
    "is_known": "known",
    "default": "if_unknown",
    "coalesce": "if_unknown",
    "ifnull": "if_unknown",
    "starts_with": "startsWith",
    "ends_with": "endsWith",
    "includes": "contains",
    "has_value": "known",
    "total": "sum",
    "latest": "last",
    "newest": "last",
    "earliest": "first",
    "slope": "trend",
    "proportion": "share",
    "percentage": "share",
    "ceiling": "ceil",
    "number_of": "count",
    "dayssince": "days_since",
    "n": "count",
    "baseline": "usual",
    "difference": "change",
    "in_range": "between",
    "greatest": "max",
    "least": "min",
}
_from_cel = {
    "int": "All numbers are of one kind; leave int( ) out.",
    "uint": "All numbers are of one kind; leave uint( ) out.",
    "double": "All numbers are of one kind; leave double( ) out.",
    "string": "Texts and numbers are not turned into one another.",
    "timestamp": 'Moments come from names such as now; dates are written date("2024-05-01").',
    "matches": "Patterns are not part of this language; use contains, startsWith or endsWith.",
    "exists_one": "Lists are used only after in.",
    "all": "Lists are used only after in.",
    "map": "Lists are used only after in.",
    "filter": "Lists are used only after in.",
    "if": "Write condition ? value : other value.",
    "not": "Write ! instead.",
}

_parts_meant = {
    "finished": ("completed", "done"), "complete": ("completed",), "ended": ("completed",), "over": ("completed",),
    "answered": ("completed",), "clicked": ("opened",), "tapped": ("opened",), "viewed": ("opened", "shown"),
    "read": ("opened",), "seen": ("shown",), "sent": ("delivered",), "started": ("delivered",),
    "received": ("delivered",), "ignored": ("expired",), "missed": ("expired",), "skipped": ("dismissed",),
    "declined": ("dismissed",), "successful": ("succeeded", "success"), "total": ("score",), "sum": ("score",),
    "points": ("score",), "result": ("outcome", "score", "answer", "value"), "status": ("outcome",),
    "count": ("times", "times_completed"), "number": ("times", "times_completed"), "response": ("answer",),
    "value": ("answer", "score"), "date": ("completed_at",), "when": ("completed_at",), "day": ("weekday",),
}  # fmt: skip
"""What somebody may call a part of a name that has another word."""
_declared = {"person": "person", "signals": "signals", "reported": "reports"}
"""The sections that declare the names with these beginnings."""
_declared_types = {
    Type.NUMBER: "number",
    Type.BOOLEAN: "boolean",
    Type.TEXT: "text",
    Type.TIME: "time",
    Type.DATE: "date",
}
_shown = 8


def nearest(word: str, candidates: Collection[str]) -> str | None:
    """The most similar candidate, if one is similar at all; without regard to letter case."""
    by_small = {candidate.lower(): candidate for candidate in candidates}
    found = get_close_matches(word.lower(), list(by_small), n=1, cutoff=0.65)
    return by_small[found[0]] if found else None


def name_like(path: str, known: Collection[str]) -> str | None:
    """The path that was probably meant: one that ends so, or the most similar."""
    if len(path) > 200:
        return None
    ending = [candidate for candidate in known if candidate.endswith("." + path)]
    return min(ending, key=len) if ending else nearest(path, known)


def part_meant(word: str, parts: Collection[str]) -> str | None:
    """The part of a name, as `completed` in `invite.completed`, that a word was probably meant to be."""
    other = next((p for p in _parts_meant.get(word.lower(), ()) if p in parts), None)
    return other or nearest(word[:80], parts)


def _unknown_part(path: str, known: Collection[str], wanted: Type | None) -> str:
    """Cure for an unknown name whose beginning is known; empty where it is not."""
    head, _, tail = path.rpartition(".")
    own = [k for k in known if k.rpartition(".")[0] == head]
    own = own or [k for k in known if k.rpartition(".")[0].endswith("." + head)]
    by_part = {k.rpartition(".")[2]: k for k in sorted(own)}
    meant = part_meant(tail, by_part)
    if meant:
        return f"Did you mean {by_part[meant]}?"
    others = [by_part[p] for p in list(by_part)[:_shown]]
    there = f"There are {', '.join(others)}{' and others' if len(by_part) > _shown else ''}." if others else ""
    if head in _declared and tail.isidentifier():
        type_ = _declared_types.get(wanted, "...") if wanted is not None else "..."
        asked = ', ask: "..."' if head == "person" else ""
        inner = "text: ..." if head == "reported" else f"type: {type_}{asked}"
        return f"Declare it under `{_declared[head]}`: `{tail.lower()}: {{{inner}}}`. {there}".rstrip()
    return there


def unknown_name(path: str, known: Collection[str], wanted: Type | None, options: Iterable[str]) -> tuple[str, str]:
    """Message and cure for a path that the scope does not know."""
    small = path.lower()
    message = f"There is no name {path[:80]}."
    if small in ("true", "false"):
        return message, f"Write {small} in small letters."
    if small in ("null", "none", "nil", "unknown", "undefined", "nan", "na", "missing"):
        return message, "To ask whether x has a value write known(x)."
    if path in options:
        return message, f"If it is a text, put it in quotes: {quote(path)}."
    if small in ("yes", "no", "on", "off"):
        truth = "true" if small in ("yes", "on") else "false"
        if wanted is Type.TEXT:
            return message, f"Put the text in quotes: {quote(path)}."
        return message, f"Write {truth}, or {quote(path)} in quotes if it is a text."
    if path in DOCS:
        return message, f"{path} is a function: {DOCS[path].signature}."
    if path in ("value", "answer"):
        other = "answer" if path == "value" else "value"
        if other in known:
            return message, f"Did you mean {other}?"
    inner = _unknown_part(path, known, wanted) if 0 < path.find(".") < 100 else ""
    if inner:
        return message, inner
    like = name_like(path, known)
    if wanted is Type.TEXT and "." not in path:
        return message, (
            f"Did you mean {like}? " if like else ""
        ) + f"If it is a text, put it in quotes: {quote(path)}."
    if like:
        return message, f"Did you mean {like}?"
    return message, "Declare it in the program, or check its spelling."


def unknown_function(name: str) -> tuple[str, str]:
    """Message and cure for a function that does not exist."""
    message = f"There is no function {name[:80]}."
    if name in _from_cel:
        return message, _from_cel[name]
    meant = _synonyms.get(name.lower()) or nearest(name[:80], DOCS)
    if meant:
        return message, f"Did you mean {DOCS[meant].signature}?"
    return message, "The functions are " + ", ".join(sorted(DOCS)) + "."


def wrong_form(name: str, as_method: bool, target: str) -> tuple[str, str]:
    """Message and cure for f(x) written x.f(), or the other way round."""
    if as_method:
        return (
            f"{name} does not stand behind a dot.",
            f"Write {DOCS[name].signature}, here with {target[:60]} first.",
        )
    shown = target[:60] or "text"
    return f"{name} stands behind its text.", f"Write {shown}.{name}(...)."


def is_method_only(name: str) -> bool:
    """Whether a function can only be called on a text, like `name.contains("x")`."""
    return name in METHODS and name != "size"


def bad_literal(text: str, wanted: Type) -> tuple[str, str]:
    """Message and cure for a text that should be a time, a date or a duration and is none."""
    shown = quote(text[:40])
    if wanted is Type.TIME:
        match = re.fullmatch(r"\s*(\d{1,2})(?:[:.h](\d{2}))?(?::\d{2})?\s*([ap])?\.?m?\.?\s*", text.lower(), re.ASCII)
        hour = int(match.group(1)) if match else 99
        if match and match.group(3):
            hour = hour % 12 + (12 if match.group(3) == "p" else 0)
        likely = f"{hour:02}:{match.group(2) or '00'}" if match else ""
        cure = f"Write {quote(likely)}." if likely in TIMES else 'Write hours and minutes, as "18:30".'
        return f"{shown} is not a time of day.", cure
    if wanted is Type.DATE:
        numbers = re.fullmatch(r"\s*(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})\s*", text, re.ASCII)
        likely = f"{numbers[1]:0>4}-{numbers[2]:0>2}-{numbers[3]:0>2}" if numbers and len(numbers[1]) == 4 else ""
        cure = f"Write {quote(likely)}." if is_date(likely) else 'Write year, month and day, as "2024-05-31".'
        return f"{shown} is not a date.", cure
    if re.search(r"mo|ye?a?r|\dy", text.lower()):
        return f"{shown} is not a duration.", 'Months and years differ in length; write days, as "30d".'
    words = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z])[a-z]*\s*", text.lower(), re.ASCII)
    if words and words[2] in "wdhms":
        return f"{shown} is not a duration.", f"Write {quote(words[1] + words[2])}."
    return f"{shown} is not a duration.", 'Write numbers with units w d h m s, as "3d", "2h" or "1h30m".'


def other_type(types: tuple[Type, Type], literals: Sequence[tuple[Type, str, Value]]) -> str:
    """Cure for two values of different types; `literals` are those of the two that are written out."""
    pair = set(types)
    written = {kind: (text, value) for kind, text, value in literals}
    if pair == {Type.NUMBER, Type.TEXT}:
        if Type.TEXT in written:
            return "Write numbers without quotes."
        if Type.NUMBER in written:
            return f"If it is a text, put it in quotes: {quote(written[Type.NUMBER][0])}."
    if pair == {Type.BOOLEAN, Type.TEXT}:
        if Type.TEXT in written:
            return "Write true or false without quotes."
        if Type.BOOLEAN in written:
            word = "yes" if written[Type.BOOLEAN][1] else "no"
            return f"Compare with one of its texts, such as {quote(word)}."
    if pair == {Type.NUMBER, Type.DURATION}:
        return 'Write the duration with its unit, as "3d".'
    if pair == {Type.NUMBER, Type.MOMENT}:
        return "Write days_since(moment) for a number of days."
    return "Use two values of the same type."
