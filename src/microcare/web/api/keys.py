"""Who calls: the key, how often, and whether the table of routes lets them."""

import threading
import time
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse

from microcare.care import systems
from microcare.care.access import Access
from microcare.web import refusing
from microcare.web.api.problems import answer
from microcare.web.objects import NAMED_OR_ALL, Named, Object

RATE = 600
"""Requests a minute of one key, in each process that serves pages."""
_WHERE = {NAMED_OR_ALL: " in the program that is named, or in all. Name one of the programs that it may"}
_counted: dict[str, tuple[int, int]] = {}
_lock = threading.Lock()


def refused(request: HttpRequest, methods: Mapping[str, str], of: Object, named: Named) -> HttpResponse | None:
    """Refuse before anything is done; None: go on. `of`: what it touches."""
    begins, _, key = request.headers.get("Authorization", "").partition(" ")
    found = systems.who(key.strip()) if begins.lower() == "bearer" else None
    if found is None:
        if begins:
            refusing.mark(request, "wrong key")
        return answer(401, "Send the key of your system: Authorization: Bearer mc_...", WWW_Authenticate="Bearer")
    request.system = found  # type: ignore[attr-defined]
    if _too_often(found.user):
        return answer(429, f"At most {RATE} requests a minute.", Retry_After="60")
    capability = methods.get(request.method or "")
    if capability is None:
        return answer(405, "This address does not take that method.", Allow=", ".join(methods))
    if not of.theirs(found, capability, request, named):
        if of.about:
            refusing.mark(request, "refused")
            return answer(404, "There is no such person.")
        return answer(403, f"This key may not do that; it needs the capability {capability}{_WHERE.get(of, '')}.")
    return None


def caller(request: HttpRequest) -> Access:
    """What the system that calls may do."""
    found: Access = request.system  # type: ignore[attr-defined]
    return found


def _too_often(user: str) -> bool:
    minute = int(time.monotonic() // 60)
    with _lock:
        last, count = _counted.get(user, (minute, 0))
        count = count + 1 if last == minute else 1
        _counted[user] = (minute, count)
    return count > RATE
