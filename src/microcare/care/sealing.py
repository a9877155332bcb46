"""Free text is kept under the person's key before anything else sees it: one function says what is free text.

Where nobody can tell (an item, a field that no program here knows any more) a text counts as free: what is sealed too
much can be read by its person all the same; what is written in plain can never be erased.
"""

from typing import Any

from msgspec.structs import replace

from microcare.care.programs import programs
from microcare.hub import stimulus as s
from microcare.hub.asked import program_of, recall
from microcare.hub.state import Assessment, State
from microcare.program.assessment import Item
from microcare.store import texts

FREE = ("text", "photo")


def sealed(person: str, state: State, one: Any) -> Any:
    """A stimulus as the engine takes it: its free texts are kept, and it holds references to them."""
    if isinstance(one, s.Message) and one.reference:
        return replace(one, reference=_kept(person, one.reference))
    if isinstance(one, s.Answer) and isinstance(one.value, str) and is_free(state, one):
        return replace(one, value=_kept(person, one.value), reference=True)
    if isinstance(one, s.Setting) and isinstance(one.value, str) and _is_free_setting(state, one.name):
        return replace(one, value=_kept(person, one.value))
    if isinstance(one, s.Decide) and one.narrative:
        return replace(one, narrative={part: _kept(person, text) for part, text in one.narrative.items()})
    if isinstance(one, s.Enroll):
        fields = {n: _kept(person, v) if isinstance(v, str) and _is_free_field(n, {one.program}) else v for n, v in one.fields.items()}  # fmt: skip
        return replace(one, fields=fields)
    return one


def _kept(person: str, text: str) -> str:
    """The reference of a text: the one that it is already, or a new one."""
    return text if texts.kept(person, text) is not None else texts.keep(person, text)


def is_free(state: State, one: s.Answer) -> bool:
    """Whether an answer is free text, or nobody can tell."""
    asked = recall(state, one.assessment)
    item = item_of(state, asked, one.item) if asked is not None else None
    return one.reference or item is None or item.kind in FREE


def item_of(state: State, asked: Assessment, name: str) -> Item | None:
    """The item of an assessment, in the version that asked it."""
    compiled = program_of(programs(), state, asked)
    return compiled.measures[asked.measure].items.get(name) if compiled is not None else None


def _is_free_setting(state: State, name: str) -> bool:
    kind, _dot, rest = name.partition(".")
    return kind in ("plan", "phone") or (kind == "person" and _is_free_field(rest, set(state.courses)))


def _is_free_field(name: str, courses: set[str]) -> bool:
    """Whether a characteristic is a text in one of these programs, or none of them knows it."""
    known = [programs().current(program) for program in courses]
    parts = [c.program.person[name] for c in known if c is not None and name in c.program.person]
    return not parts or any(part.type == "text" for part in parts)
