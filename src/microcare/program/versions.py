"""The two hashes of a version: one of its behavior, one of its wording. A corrected wording fires nothing."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from microcare.base.ids import canonical, digest
from microcare.program.parts import Part
from microcare.program.program import Program

COMPILER = 1
"""Raised when compiling the same text begins to mean something else; it is part of every version's hash."""


def hashes(program: Program, files: Mapping[str, bytes]) -> tuple[str, str]:
    """The hash of a program's behavior, and the hash of its wording.

    Behavior is everything but texts and content files: a corrected wording or a translation is a new wording of the
    same behavior.
    """
    behavior: list[object] = [COMPILER]
    wording: list[object] = []
    _split(program, behavior, wording)
    contents = {name: digest(data) for name, data in sorted(files.items()) if not name.endswith((".yaml", ".yml"))}
    return digest(canonical(behavior)), digest(canonical([wording, contents]))


WORDS = {
    "about", "hours", "behaviors", "gains", "Program.source", "ExternalApp.name", "HelpNumber.call", "HelpNumber.text",
    "HelpNumber.where",
}  # fmt: skip
"""Texts that are written in one language only; and numbers to call, whose correction reaches everybody at once."""


@cache
def _fields(kind: type[Part]) -> tuple[tuple[str, bool], ...]:
    """A part's fields, each with whether it holds what people read."""
    return tuple(
        (name, "str | dict[str, str]" in str(info.annotation) or bool({name, f"{kind.__name__}.{name}"} & WORDS))
        for name, info in kind.model_fields.items()
    )


def _split(value: Any, behavior: list[object], wording: list[object]) -> None:
    if isinstance(value, Part):
        for name, is_text in _fields(type(value)):
            part = getattr(value, name)
            behavior.append(name)
            if is_text:
                wording.append([name, _plain(part)])
                behavior.append(_shape(name, part))
            else:
                _split(part, behavior, wording)
    elif isinstance(value, Mapping):
        behavior.append(len(value))
        for key, part in value.items():
            behavior.append(key)
            _split(part, behavior, wording)
    elif isinstance(value, list | tuple):
        behavior.append(len(value))
        for part in value:
            _split(part, behavior, wording)
    else:
        behavior.append(_plain(value))


def _shape(name: str, value: Any) -> object:
    """What remains of texts in behavior: whether there is one, and which answers they are the words of."""
    if name in ("labels", "options") and isinstance(value, Mapping):
        return sorted(value)
    return None if value is None else len(value) if name == "steps" else "text"


def _plain(value: Any) -> object:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    return str(value)
