"""Where the staff's pages meet the session: signing in and out, standing, and what is carried over a sign-in.

Django's session says who; a row of the hub's own (`store.staff_accounts.Session`) says until when, and how well proven.
A participant may use the same browser: their part of the session outlives the staff's.
"""

import json
from typing import Any

from django.contrib import auth
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from microcare.care import access, clock, emergencies, passkeys, staff_sessions, watch
from microcare.care.access import Access, access_of
from microcare.care.programs import names
from microcare.care.staff_sessions import Standing
from microcare.store import audit
from microcare.store import staff_accounts as store
from microcare.store.memberships import EVERY
from microcare.web.facilitator import timing
from microcare.web.origin import address_of

STAFF, PARTICIPANT, DEVICE = "staff", "person", "device"
BACKEND = "django.contrib.auth.backends.ModelBackend"
HOME = "/desk/"


def _begin(sender: object, request: HttpRequest, user: User, **more: object) -> None:
    """Whichever way somebody signs in, their session gets its row."""
    strong = bool(getattr(request, "staff_strong", False))
    token = staff_sessions.begin(
        user.get_username(), strong, address_of(request), request.META.get("HTTP_USER_AGENT", "")
    )
    request.session[STAFF] = token


user_logged_in.connect(_begin, dispatch_uid="microcare.staff")


def sign_in(request: HttpRequest, user: User, strong: bool) -> None:
    """Somebody proved who they are; the session's key changes, so that nobody can have set it."""
    request.session.pop("pending", None)
    request.staff_strong = strong  # type: ignore[attr-defined]
    auth.login(request, user, backend=BACKEND)
    audit.append(clock.now(), user.get_username(), "signed in", "", address_of(request))


def sign_out(request: HttpRequest) -> None:
    """Sign the staff out of this browser; a participant who uses it too stays."""
    user, token = request.user.get_username(), str(request.session.get(STAFF, ""))
    found = store.session(token) if token else None
    if found is not None:
        store.end_session(user, found.id)
    kept = {name: request.session[name] for name in (PARTICIPANT, DEVICE) if name in request.session}
    expiry = request.session.get("_session_expiry")
    auth.logout(request)
    if kept:
        request.session.update(kept)
        if expiry is not None:
            request.session.set_expiry(expiry)


def standing_of(request: HttpRequest, touch: bool = True) -> Standing:
    """How whoever asks stands."""
    return staff_sessions.standing(request.user.get_username(), str(request.session.get(STAFF, "")), touch)


def prove(request: HttpRequest, strong: bool) -> None:
    """They proved anew who they are; the session's key changes."""
    # The table let them in a moment ago; a factor that was added since makes their session too weak to stand.
    found = store.session(str(request.session.get(STAFF, "")))
    if found is not None and found.user == request.user.get_username():
        staff_sessions.prove(found, strong)
    request.session.cycle_key()


def safe(request: HttpRequest, address: str) -> str:
    """An address of the desk, to go on at; anything else leads to its beginning."""
    good = url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure())
    return address if good and address.startswith(HOME) else HOME


def carried(request: HttpRequest) -> dict[str, str]:
    """What a page of signing in carries along: where to go on, and what was being sent there (JSON; empty: nothing)."""
    given = request.POST if request.method == "POST" else request.GET
    return {"next": safe(request, given.get("next", "")), "again": given.get("again", "")[:200_000]}


def carry(request: HttpRequest) -> dict[str, str]:
    """The same for a request that was stopped on its way: what was typed is not lost."""
    sent = [(key, text) for key, texts in request.POST.lists() for text in texts if key != "csrfmiddlewaretoken"]
    again = json.dumps(sent) if request.method == "POST" else ""
    return {"next": safe(request, request.get_full_path()), "again": again}


def home_of(request: HttpRequest) -> str:
    """Where somebody begins: with the people, unless their role opens nobody's page."""
    allowed = access_of(request.user.get_username())
    if allowed.may(access.SEE):
        return HOME
    return "/desk/staff" if allowed.may(access.ADMINISTER) else "/desk/account"


def was_here(request: HttpRequest) -> bool:
    """Whether a session whose time is up was theirs, and nobody has ended it before."""
    found = store.session(str(request.session.get(STAFF, "")))
    return found is not None and found.user == request.user.get_username()


def carry_on(request: HttpRequest, carried_along: dict[str, str]) -> HttpResponse:
    """On to where they were going; what they were sending is shown as sent by one press (or by the script at once)."""
    address, again = carried_along["next"], carried_along["again"]
    if not again:
        return HttpResponseRedirect(home_of(request) if address == HOME else address)
    try:
        fields = [(str(key), str(text)) for key, text in json.loads(again)]
    except (ValueError, TypeError):
        return HttpResponseRedirect(address)
    return render(request, "facilitator/again.html", {"address": address, "fields": fields})


def staff_of(request: HttpRequest) -> User:
    """Whoever of the staff asks; only where the table has let nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def host_of(request: HttpRequest) -> str:
    """The name of this hub as the browser knows it, without its port: what passkeys are bound to."""
    host = request.get_host()
    return host if host.endswith("]") else host.rpartition(":")[0] or host


def confirming(request: HttpRequest) -> dict[str, Any]:
    """How somebody who is signed in can prove anew who they are."""
    user = staff_of(request)
    has = bool(store.factors(user.get_username(), "passkey"))
    return {"by_passkey": has and passkeys.possible(host_of(request)), "by_password": user.has_usable_password()}


def context(request: HttpRequest) -> dict[str, Any]:
    """What the frame of the desk's pages shows: how long until the time is up, where one may go, and what waits."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not request.path.startswith(HOME):
        return {}
    standing = standing_of(request, touch=False)
    if standing.session is None or not standing.enrolled:
        return {}
    allowed = access_of(user.get_username())
    person = request.resolver_match.kwargs.get("person", "") if request.resolver_match else ""
    return {
        "idle_seconds": staff_sessions.idle() // 1000,
        "desk_sees": allowed.may(access.SEE),
        "desk_stops": allowed.may(access.STOP),
        "desk_designs": allowed.may(access.DESIGN),
        "section": request.path.removeprefix(HOME),
        "desk_administers": allowed.may(access.ADMINISTER),
        "desk_reviews": allowed.may(access.REVIEW),
        "to_review": emergencies.to_review(allowed),
        "desk_now": watch.now(allowed),
        "desk_stop": stoppable(allowed),
        "clock_doubt": timing.doubt(allowed),
        "in_emergency": bool(person) and emergencies.is_open(allowed.user, person),
        "draft": staff_sessions.take_draft(allowed.user) if request.method == "GET" else "",
    }


def stoppable(allowed: Access) -> dict[str, Any] | None:
    """What whoever asks may stop: everything, or some programs."""
    every = allowed.may_in(access.STOP, EVERY)
    mine = [program for program in names() if allowed.may_in(access.STOP, program)]
    return {"every": every, "programs": mine} if every or mine else None
