"""Invite a person, and let them join. Who they are is kept apart from their care."""

from collections.abc import Mapping
from dataclasses import dataclass

from microcare.base.moments import is_zone
from microcare.care import clock
from microcare.care.access import INVITE, MACHINE, Access
from microcare.care.entering import CODE_LASTS
from microcare.care.keys import new_key
from microcare.care.programs import programs
from microcare.care.receive import Received, receive
from microcare.hub.consent import lacking
from microcare.hub.fits import field_problem
from microcare.hub.stimulus import Enroll, Value
from microcare.program.compiled import CompiledProgram
from microcare.store import people, texts


class CannotJoinError(ValueError):
    """Why somebody cannot join, in plain words."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A person, and the code with which they enter, once, within a fortnight. It is not kept: show it once."""

    person: str
    code: str


def invite(program: str, name: str = "", email: str = "", allowed: Access = MACHINE) -> str:
    """An invitation code for a new person; empty where there is no such program. Raises NotTheirsError."""
    allowed.require(INVITE, program)
    if programs().current(program) is None:
        return ""
    return people.add(program, name, email, clock.now(), clock.wall() + CODE_LASTS)[1]


def every_consent(program: str) -> dict[str, int]:
    """All that a program asks to agree to, in its present wording: for a demonstration, where nobody is asked."""
    compiled = programs().current(program)
    return {purpose: found.version for purpose, found in compiled.program.consent.items()} if compiled else {}


def enroll(
    program: str,
    *,
    zone: str,
    language: str = "",
    fields: Mapping[str, Value] | None = None,
    name: str = "",
    email: str = "",
    consents: Mapping[str, int] | None = None,
) -> Joined:
    """Add a person and let them join at once; CannotJoinError says why not, and then nobody was added."""
    _check(program, zone, fields or {}, consents or {})
    person, code = people.add(program, name, email, clock.now(), clock.wall() + CODE_LASTS)
    join(person, program, zone=zone, language=language, fields=fields, consents=consents, key=f"enroll:{program}")
    return Joined(person, code)


def join(
    person: str,
    program: str,
    *,
    zone: str,
    language: str = "",
    fields: Mapping[str, Value] | None = None,
    consents: Mapping[str, int] | None = None,
    key: str = "",
) -> Received:
    """Let a person who has been invited (or is in another program) join. Personal texts are kept apart.

    `consents`: the purposes they agree to, with the version of the text they read.
    """
    compiled = _check(program, zone, fields or {}, consents or {})
    plain = {name: _apart(person, compiled, name, value) for name, value in (fields or {}).items()}
    now = clock.now()
    wanted = Enroll(
        key=key or new_key("enroll"), at=now, program=program, zone=zone, language=language, fields=plain,
        consents=dict(consents or {}),
    )  # fmt: skip
    return receive(person, [wanted])


def _check(program: str, zone: str, fields: Mapping[str, Value], consents: Mapping[str, int]) -> CompiledProgram:
    compiled = programs().current(program)
    if compiled is None:
        raise CannotJoinError(f"there is no program {program}")
    if not is_zone(zone):
        raise CannotJoinError(f"there is no time zone {zone}")
    missing = lacking(compiled, {f"{program}.{purpose}": version for purpose, version in consents.items()})
    if missing:
        raise CannotJoinError(f"they have not agreed to {missing[0].replace('_', ' ')}")
    for name, value in fields.items():
        wrong = field_problem(compiled, name, value)
        if wrong:
            raise CannotJoinError(f"{name}: {wrong}")
    return compiled


def _apart(person: str, compiled: CompiledProgram, name: str, value: Value) -> Value:
    """A personal text is kept under the person; the journal holds its reference."""
    if compiled.program.person[name].type == "text" and isinstance(value, str):
        return texts.keep(person, value)
    return value
