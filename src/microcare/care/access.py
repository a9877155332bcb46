"""Who may do what, to what. One table of roles, asked for every page, every deed and every object.

A deed is asked of the program that it touches: whoever may do a thing in one program may not do it in another one.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from microcare.care import clock
from microcare.store import emergencies, memberships, people
from microcare.store.memberships import EVERY

SEE = "see"
"""See people: their state, their journey, their journal with its reasons."""
CARE = "care"
"""Answer proposals, assign, do what a human does, change who facilitates, write to people."""
ACKNOWLEDGE = "acknowledge"
"""Take an alert on."""
RESOLVE = "resolve"
"""Resolve an alert, hold or release somebody's care."""
INVITE = "invite"
"""Invite people."""
STOP = "stop"
"""Stop everything."""
DESIGN = "design"
"""Publish programs."""
MONITOR = "monitor"
"""See the numbers of the deliveries, of whole programs; names only with SEE."""
ANALYZE = "analyze"
"""Take data out, under pseudonyms."""
ADMINISTER = "administer"
"""Accounts, roles, the audit trail."""
REVIEW = "review"
"""Look at who opened whose page in an emergency."""

ROLES: dict[str, frozenset[str]] = {
    "designer": frozenset({DESIGN}),
    "coach": frozenset({SEE, CARE, ACKNOWLEDGE, INVITE, MONITOR}),
    "clinician": frozenset({SEE, CARE, ACKNOWLEDGE, RESOLVE, INVITE, MONITOR}),
    "analyst": frozenset({ANALYZE, MONITOR}),
    "safety_officer": frozenset({SEE, ACKNOWLEDGE, RESOLVE, STOP, MONITOR, REVIEW}),
    "administrator": frozenset({INVITE, STOP, ADMINISTER, REVIEW}),
}
"""What each role may do in its program. An administrator does not see people: whoever runs the machine need not read them."""
OPENS = {
    SEE: gettext_lazy("Your page: what came to you, what you did and answered, what you wrote to them"),
    ACKNOWLEDGE: gettext_lazy("Answers that worried, to take care of them"),
    MONITOR: gettext_lazy("How much reaches people, in numbers, without names"),
    ANALYZE: gettext_lazy("Exports for research, under a number instead of your name"),
    INVITE: gettext_lazy("That you were invited"),
}
"""What a capability opens of a person, in words for them."""


def seers(programs: Collection[str]) -> tuple[tuple[str, int, tuple[str, ...]], ...]:
    """Who may see what of somebody in these programs: each role, how many have it, and what it opens to them."""
    members = memberships.everybody()
    counts = {role: {user for user, where, r in members if r == role and where in (EVERY, *programs)} for role in ROLES}
    return tuple(
        (role, len(counts[role]), opened)
        for role, may in ROLES.items()
        if (opened := tuple(str(words) for capability, words in OPENS.items() if capability in may))
    )


class NotTheirsError(PermissionError):
    """A deed that touches what is not theirs; the message says what, for whoever tried."""


@dataclass(frozen=True, slots=True)
class Access:
    """What one member of the staff (or another system) may do, and where."""

    user: str
    roles: tuple[tuple[str, str], ...]

    def programs(self, capability: str) -> frozenset[str] | None:
        """The programs in which they may; None: in all."""
        found = frozenset(program for program, role in self.roles if capability in ROLES.get(role, ()))
        return None if EVERY in found else found

    def known(self) -> frozenset[str] | None:
        """The programs in which they have any role; None: in all."""
        found = frozenset(program for program, _role in self.roles)
        return None if EVERY in found else found

    def may(self, capability: str) -> bool:
        """Whether they may anywhere at all: enough for a list that shows only what is theirs, never for a deed."""
        where = self.programs(capability)
        return where is None or bool(where)

    def may_in(self, capability: str, program: str) -> bool:
        """Whether they may in this program; in `EVERY`, whoever may everywhere. A program that is not there yet counts too."""
        where = self.programs(capability)
        return where is None or (program != EVERY and program in where)

    def may_about(self, capability: str, person: str) -> bool:
        """Whether they may, about this person as a whole, by a role in one of the person's programs."""
        where = self.programs(capability)
        return where is None or bool(where & people.programs_of(person))

    def may_read(self, capability: str, person: str) -> bool:
        """The same for reading alone, which an emergency that they have declared opens too."""
        if self.may_about(capability, person):
            return True
        return capability == SEE and emergencies.is_open(self.user, person, clock.wall())

    def require(self, capability: str, program: str) -> None:
        """Raise NotTheirsError where they may not in this program."""
        if not self.may_in(capability, program):
            raise NotTheirsError(program)


MACHINE = Access("command", tuple((EVERY, role) for role in ROLES))
"""Whoever commands at the machine itself may everything."""


def access_of(user: str) -> Access:
    """What somebody may do; nothing, where they have no role."""
    return Access(user, memberships.roles(user) if user else ())
