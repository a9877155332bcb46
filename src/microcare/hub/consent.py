"""Consent: what the person agreed to, purpose by purpose and version by version, asked before anything is processed.

Without consent to the care itself nobody joins, and who takes it back leaves. Who has not agreed to a text that has changed
stays in the version of the program to which they agreed. Without consent to being contacted nothing leaves the app.
"""

from collections.abc import Mapping

from microcare.hub.state import State
from microcare.hub.stimulus import Value
from microcare.hub.work import Work
from microcare.program.compiled import CompiledProgram

OUTSIDE = ("push", "email")
"""Channels that leave the app."""


def given(program: CompiledProgram, consents: Mapping[str, int], purpose: str) -> bool:
    """Whether the person agreed to a purpose, in the version of the text that the program has or in a later one."""
    return consents.get(f"{program.id}.{purpose}", 0) >= program.program.consent[purpose].version


def lacking(program: CompiledProgram, consents: Mapping[str, int], covers: str = "care") -> tuple[str, ...]:
    """The purposes of a kind to which the person has not agreed."""
    authored = program.program.consent
    return tuple(p for p, found in authored.items() if found.covers == covers and not given(program, consents, p))


def reachable(state: State, program: CompiledProgram, channel: str) -> bool:
    """Whether the person wants to be reached by a channel, and agreed to it."""
    if channel not in OUTSIDE:
        return True
    return channel not in state.channels_off and not lacking(program, state.consents, "contact")


def problem(work: Work, name: str, value: Value) -> str:
    """Why a consent cannot be entered; empty where it can."""
    program, _, purpose = name.partition(".")
    known = [c.program.consent for c in work.programs if c.id == program]
    versions = {authored[purpose].version for authored in known if purpose in authored}
    if program not in work.state.courses or not versions:
        return "there is no such consent"
    return "" if value in (0, None) or value in versions else "this text is not the one that counts"


def ends(work: Work, name: str, value: Value) -> bool:
    """Whether a setting takes back what care in a program rests on."""
    kind, _, rest = name.partition(".")
    program, _, purpose = rest.partition(".")
    compiled = work.course(program)
    if kind != "consent" or value or compiled is None:
        return False
    found = compiled.program.consent.get(purpose)
    return found is not None and found.covers == "care"
