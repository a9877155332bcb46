"""Which program a stimulus about a person touches: the right to it is asked there.

A person may be in two programs. What concerns the person as a whole (their pause, their zone, what they say they need) is
for whoever cares for them in one of them; what belongs to a program (its alert, its proposal, its course) is for those of
that program alone.
"""

from collections.abc import Mapping
from typing import Protocol

from microcare.care.access import Access
from microcare.hub import stimulus as s
from microcare.hub.state import State
from microcare.store import people


class Owned(Protocol):
    """Something in a person's state that is a program's."""

    @property
    def program(self) -> str:
        """Whose it is."""
        ...


NAMED = (s.Enroll, s.Withdraw, s.Assign, s.Draw, s.Message, s.Arrange, s.Publish)
"""They name their program themselves."""
WHOLE = (s.Time, s.Signal, s.Report, s.Setting, s.Zone)
"""They concern the person as a whole."""


def touched(person: str, state: State, one: s.Any) -> frozenset[str] | None:
    """The programs that a stimulus touches; None: the person as a whole."""
    if isinstance(one, WHOLE):
        return None
    if isinstance(one, NAMED):
        named = frozenset({one.program} if one.program else people.programs_of(person))
        # A check-in that there is may be of another program than the one that is named.
        moved = (
            owner(person, one.check_in, state.check_ins) if isinstance(one, s.Arrange) and one.check_in else frozenset()
        )
        return named | moved
    if isinstance(one, s.Answer):
        return owner(person, one.assessment, state.assessments, state.closed)
    if isinstance(one, s.Receipt | s.Act):
        return owner(person, one.delivery, state.deliveries, state.assessments, state.offers, state.closed)
    if isinstance(one, s.Choice):
        return owner(person, one.offer, state.offers)
    if isinstance(one, s.Decide):
        return owner(person, one.proposal, state.offers)
    return owner(person, one.alert, state.alerts)


def owner(person: str, name: str, *among: Mapping[str, Owned]) -> frozenset[str]:
    """Whose something is that is named. What is not there, or not yet, may be any program's: it needs the right to all."""
    found = next((one[name].program for one in among if name in one), "")
    return frozenset({found}) if found else people.programs_of(person)


def may(allowed: Access, capability: str, person: str, programs: frozenset[str] | None) -> bool:
    """Whether somebody may, for what touches these programs of a person (None: the person as a whole)."""
    if programs is None:
        return allowed.may_about(capability, person)
    return bool(programs) and all(allowed.may_in(capability, program) for program in programs)
