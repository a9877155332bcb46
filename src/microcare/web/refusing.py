"""What a request was refused is entered in the audit trail, by one function, whichever page or interface refused it."""

import re
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse

from microcare.care import trail
from microcare.care.programs import names
from microcare.store import journals
from microcare.store.journals import UnknownPersonError
from microcare.store.master import hashed
from microcare.web.origin import address_of

CLOSED = (403, 429)
"""Answers that are refusals, whatever page gave them."""
NOBODY = "nobody"
_deed = re.compile(r"[a-z_]{1,20}")


def mark(request: HttpRequest, deed: str) -> None:
    """This request is refused in other words than `CLOSED`: as if there were nothing, or as not known."""
    request.refused = deed  # type: ignore[attr-defined]


def enter(request: HttpRequest, response: HttpResponse) -> None:
    """Enter it, where the request was refused."""
    deed = getattr(request, "refused", "")
    if not deed and response.status_code not in CLOSED:
        return
    match = request.resolver_match
    route, named = (match.route, match.kwargs) if match is not None else ("", {})
    who, origin = _who(request)
    posted = request.POST.get("deed", "") if request.method == "POST" and not route.startswith("api/") else ""
    words = [str(request.method)[:8], f"/{route}", posted if _deed.fullmatch(posted) else "", origin]
    trail.refuse(who, deed or "refused", _about(request, named), " ".join(w for w in words if w), origin)


def _who(request: HttpRequest) -> tuple[str, str]:
    """Who tried, and from where. Of somebody who may be a participant no address is kept, only what tells one from another."""
    system = getattr(request, "system", None)
    if system is not None:
        return str(system.user), address_of(request)
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return str(user.get_username()), address_of(request)
    if request.path.startswith(("/desk", "/api")):
        return NOBODY, address_of(request)
    person = request.session.get("person", "") if hasattr(request, "session") else ""
    return str(person or NOBODY), f"place {hashed(address_of(request), 'place')[:8]}"


def _about(request: HttpRequest, named: Mapping[str, object]) -> str:
    """The person or the program, where there is one of that name: what strangers write into addresses is not kept."""
    person = str(named.get("person", ""))
    if person:
        try:
            journals.version(person)
            return person
        except UnknownPersonError:
            return ""
    given = request.POST if request.method == "POST" else request.GET
    program = given.get("program", "")
    return program if program in names() else ""
