"""For administrators: who is on the staff, with which roles, and the trail of what everybody did."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from microcare.base.moments import format_moment
from microcare.care import accounts, clock
from microcare.care.access import ADMINISTER, ROLES, Access
from microcare.care.programs import programs
from microcare.care.trail import settle
from microcare.store import audit, memberships
from microcare.store import staff_accounts as store
from microcare.store.audit import Line
from microcare.store.memberships import EVERY
from microcare.web.access import access_of, closed

PAGE = "/desk/staff"
MOST = 200
"""So many lines of the trail on one page."""
LOOKED_AT = 20_000
"""So many lines are looked through for them."""


@dataclass(frozen=True, slots=True)
class Member:
    """One line of the list."""

    name: str
    email: str
    active: bool
    waits: bool
    """Their link has not been used."""
    strong: bool
    roles: tuple[tuple[str, str, bool], ...]
    """(program, role, whether whoever looks may take it away)."""
    whole: bool
    """Whether whoever looks may disable or reset the account: they administer all of its programs."""


def _administers(allowed: Access, program: str) -> bool:
    return allowed.may_in(ADMINISTER, program)


def _whole(allowed: Access, name: str) -> bool:
    where = allowed.programs(ADMINISTER)
    return where is None or {program for program, _role in memberships.roles(name)} <= where


def _members(allowed: Access) -> Iterator[Member]:
    roles: dict[str, list[tuple[str, str]]] = {}
    for user, program, role in memberships.everybody():
        roles.setdefault(user, []).append((program, role))
    strong, waiting, everywhere = store.strong_users(), store.waiting_links(clock.wall()), allowed.programs(ADMINISTER)
    for one in User.objects.order_by("username"):
        name = one.get_username()
        has = roles.get(name, [])
        if everywhere is None or any(program in everywhere for program, _role in has):
            yield Member(
                name, one.email, one.is_active, name in waiting, name in strong,
                tuple((program, role, _administers(allowed, program)) for program, role in has),
                everywhere is None or all(program in everywhere for program, _role in has),
            )  # fmt: skip


def _programs(allowed: Access) -> list[str]:
    """The programs in which somebody may give roles."""
    known = {program.id for program in programs()} | {program for _user, program, _role in memberships.everybody()}
    where = allowed.programs(ADMINISTER)
    return sorted(known | {EVERY} if where is None else where)


def _page(request: HttpRequest, link: str = "", of: str = "") -> HttpResponse:
    allowed = access_of(request)
    context = {
        "members": list(_members(allowed)),
        "roles": list(ROLES),
        "programs": _programs(allowed),
        "link": link,
        "link_of": of,
        "me": request.user.get_username(),
        "link_days": accounts.LINK_LASTS // 86_400_000,
    }
    return render(request, "facilitator/staff.html", context)


@require_GET
@never_cache
def staff(request: HttpRequest) -> HttpResponse:
    """Who is on the staff."""
    return _page(request)


def _link(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """The page with a link that is shown once."""
    return _page(request, f"{settings.URL}/desk/setup/{token}", name)


def _invite(request: HttpRequest, allowed: Access, name: str) -> HttpResponse | None:
    program, role = request.POST.get("program", ""), request.POST.get("role", "")
    if not _administers(allowed, program) or program not in _programs(allowed):
        return closed(request)
    try:
        token = accounts.invite(name, [role], program, request.POST.get("email", "").strip()[:254], allowed.user)
    except ValueError as error:
        messages.error(request, str(error))
        return None
    return _link(request, token, name)


def _role(request: HttpRequest, allowed: Access, name: str, revoke: bool) -> HttpResponse | None:
    program, role = request.POST.get("program", ""), request.POST.get("role", "")
    if not _administers(allowed, program) or program not in _programs(allowed):
        return closed(request)
    if revoke and (role, program) == ("administrator", EVERY) and accounts.is_last_administrator(name):
        messages.error(request, _("Somebody has to be the administrator."))
        return None
    wrong = accounts.change_role(name, role, program, revoke, allowed.user)
    if wrong:
        messages.error(request, wrong)
    else:
        messages.success(request, _("Done."))
    return None


def _switch(request: HttpRequest, allowed: Access, name: str, on: bool) -> HttpResponse | None:
    if not _whole(allowed, name):
        return closed(request)
    if not on and (name == allowed.user or accounts.is_last_administrator(name)):
        messages.error(request, _("Nobody can lock themselves out, or the last administrator."))
        return None
    accounts.switch(name, on, allowed.user)
    messages.success(request, _("Done."))
    return None


def _reset(request: HttpRequest, allowed: Access, name: str) -> HttpResponse | None:
    if not _whole(allowed, name):
        return closed(request)
    if name == allowed.user:
        messages.error(request, _("Your own account you change on its own page."))
        return None
    return _link(request, accounts.renew_link(name, allowed.user), name)


Deed = Callable[[HttpRequest, Access, str], HttpResponse | None]
DEEDS: dict[str, Deed] = {
    "give": lambda request, allowed, name: _role(request, allowed, name, revoke=False),
    "take": lambda request, allowed, name: _role(request, allowed, name, revoke=True),
    "disable": lambda request, allowed, name: _switch(request, allowed, name, on=False),
    "enable": lambda request, allowed, name: _switch(request, allowed, name, on=True),
    "reset": _reset,
}
"""What is done to an account that there is."""


@never_cache
@require_POST
def do(request: HttpRequest) -> HttpResponse:
    """Change one thing about the staff."""
    allowed, name = access_of(request), " ".join(request.POST.get("name", "").split())[:150]
    deed = request.POST.get("deed", "")
    if deed == "invite":
        return _invite(request, allowed, name) or HttpResponseRedirect(PAGE)
    # Whom somebody does not administer, they do not see either.
    if deed not in DEEDS or name not in {one.name for one in _members(allowed)}:
        raise Http404("There is no such thing to do.")
    return DEEDS[deed](request, allowed, name) or HttpResponseRedirect(PAGE)


@require_GET
@never_cache
def trail(request: HttpRequest) -> HttpResponse:
    """Who read, changed or exported what, and whether the trail is as it was written."""
    allowed = access_of(request)
    who, about, deed = (request.GET.get(name, "").strip()[:150] for name in ("who", "about", "deed"))
    verify = request.GET.get("verify") == "1"
    settle()
    context = {
        "lines": [(line, format_moment(line.at)[:19].replace("T", " ")) for line in _lines(allowed, who, about, deed)],
        "who": who,
        "about": about,
        "deed": deed,
        "verified": verify,
        "broken": audit.broken() if verify else 0,
        "apart": audit.differences(audit.second_home())[:MOST] if verify else [],
        "last": next(iter(audit.trail(limit=1)), None),
        "most": MOST,
    }
    audit.append(clock.now(), allowed.user, "read the trail", about)
    return render(request, "facilitator/trail.html", context)


def _lines(allowed: Access, who: str, about: str, deed: str) -> list[Line]:
    """The newest lines that fit and that somebody may see: of their programs, the people in them and the staff of them."""
    everywhere = allowed.programs(ADMINISTER)
    known: dict[str, bool] = {one.name: True for one in _members(allowed)}
    found: list[Line] = []
    for line in audit.trail(about, limit=LOOKED_AT):
        if (who and line.who != who) or (deed and deed not in line.deed):
            continue
        about = line.about or line.who
        if everywhere is not None and about not in known:
            known[about] = about in everywhere or allowed.may_about(ADMINISTER, about)
        if everywhere is None or known[about]:
            found.append(line)
        if len(found) == MOST:
            break
    return found
