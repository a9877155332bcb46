"""What a route touches, found in the request before its page begins: the right is asked of that.

Every line of `microcare.web.access.RULES` names one of these. A route without one cannot be written down.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest

from microcare.care import safeguards
from microcare.care.access import STOP, Access
from microcare.hub.programs import EVERY

Named = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Object:
    """A kind of thing that a route touches."""

    name: str
    theirs: Callable[[Access, str, HttpRequest, Named], bool]
    """Whether whoever asks may, with a capability, do it to what the request names."""
    about: str = ""
    """The part of the address that names a person: one who is not theirs is, to them, not there."""


def _anybody(allowed: Access, capability: str, request: HttpRequest, named: Named) -> bool:
    return not capability or allowed.may(capability)


def _person_read(allowed: Access, capability: str, request: HttpRequest, named: Named) -> bool:
    return allowed.may_read(capability, named["person"])


def _program(allowed: Access, capability: str, request: HttpRequest, named: Named) -> bool:
    """A request that names none touches none: its page says so."""
    given = request.POST if request.method == "POST" else request.GET
    programs = [program for program in given.getlist("program") if program]
    return allowed.may(capability) and all(allowed.may_in(capability, program) for program in programs)


def _named_or_all(allowed: Access, capability: str, request: HttpRequest, named: Named) -> bool:
    return allowed.may_in(capability, request.GET.get("program", "") or EVERY)


def _safety(allowed: Access, capability: str, request: HttpRequest, named: Named) -> bool:
    """Stops and rosters: a stop that is to end is of the program that it stops, whatever the form says."""
    deed, program = request.POST.get("deed", ""), request.POST.get("program", "")
    if deed == "go_on":
        serial = request.POST.get("serial", "")
        lasts = safeguards.lasting().get(int(serial)) if serial.isdecimal() and len(serial) < 12 else None
        return allowed.may(STOP) if lasts is None else allowed.may_in(STOP, lasts.program)
    if deed == "stop":
        return allowed.may_in(STOP, program)
    return safeguards.may_roster(allowed, program)


def _hub(allowed: Access, capability: str, request: HttpRequest, named: Named) -> bool:
    return allowed.may_in(capability, EVERY)


NOTHING = Object("nothing", _anybody)
"""It shows what is nobody's, or answers for what is sent with it alone."""
OWN = Object("own", _anybody)
"""Whoever asks: their account, their care, their webhooks. Who they are stands in their session or key, never in the address."""
LIST = Object("list", _anybody)
"""A list: it shows only what is of the programs in which they may."""
PERSON = Object("person", _person_read, about="person")
"""The person in the address. What is done to them is asked once more, deed by deed (`deeds.DEEDS`, `api.stimuli`)."""
PROGRAM = Object("program", _program)
"""The program that the address or the form names."""
NAMED_OR_ALL = Object("named or all", _named_or_all)
"""The program that the address names; where it names none, all."""
SAFETY = Object("safety", _safety)
"""The program whose stop or roster the form is about."""
INSIDE = Object("inside", _anybody)
"""What is named inside of what is sent (a program in its file, an account): the deed itself requires the right to that."""
HUB = Object("hub", _hub)
"""What concerns all programs alike, like the clock: whoever has the right to one program alone does not."""
