"""The explainer: values, titles, and the whole of an entry for the auditor. (`sentences`: one sentence for the facilitator.)"""

from collections.abc import Mapping

import msgspec

from microcare.base.wording import plain_number
from microcare.hub import entry as e
from microcare.hub.stimulus import Value
from microcare.program.compiled import CompiledProgram
from microcare.program.parts import Text, text_in


def shown(value: Value) -> str:
    """A value in plain words."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain_number(value) if isinstance(value, int | float) else value


def inputs_of(inputs: Mapping[str, Value]) -> str:
    """The values a rule saw."""
    return ", ".join(f"{name} = {shown(value)}" for name, value in inputs.items())


def title_of(program: CompiledProgram | None, intervention: str, event: str = "", language: str = "en") -> str:
    """What people call a micro intervention, or one of its events."""
    found = authored_title(program, intervention, event)
    if program is None or found is None:
        return event or intervention
    return text_in(found, language, program.program.language)


def authored_title(program: CompiledProgram | None, intervention: str, event: str = "") -> Text | None:
    """The same as it was written; None where there is none."""
    found = program.program.interventions.get(intervention) if program is not None else None
    if found is None or not event:
        return found.title if found is not None else None
    part = found.events.get(event)
    return part.title if part is not None else None


def to_auditor(stated: e.Any) -> str:
    """Everything an entry says, as JSON."""
    return msgspec.json.format(msgspec.json.encode(stated), indent=1).decode()
