"""The pages of the desk, and the few things a facilitator does there."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from microcare.care import access, clock, desk, facilitate
from microcare.care.keys import new_key
from microcare.care.reading import Person, read_person
from microcare.care.receive import Received, receive
from microcare.care.ways import journey_of
from microcare.hub import entry
from microcare.hub.stimulus import Setting
from microcare.store import audit, journals, people
from microcare.store.journals import UnknownPersonError
from microcare.web.access import access_of, closed

MODES = {
    "": "as the program says",
    "app": "app",
    "coach": "coach",
    "clinician": "clinician",
    "self": "the person",
}


@require_GET
@never_cache
def caseload(request: HttpRequest) -> HttpResponse:
    """Who needs me now."""
    search, page = request.GET.get("q", "")[:100], _number(request.GET.get("page", "0"))
    programs = access_of(request).programs(access.SEE)
    found = desk.lines(search, page, programs)
    context = {
        "lines": found,
        "search": search,
        "page": page,
        "next": page + 1 if len(found) == desk.PAGE else 0,
        "counts": people.counts(programs),
    }
    return render(request, "facilitator/caseload.html", context)


@require_GET
@never_cache
def one_person(request: HttpRequest, person: str) -> HttpResponse:
    """One person on one screen."""
    found = _read(person)
    audit.append(clock.now(), request.user.get_username(), "read", person)
    allowed = access_of(request)
    wanted = request.GET.get("show", "")
    lines = desk.journal(found, wanted if wanted in desk.FILTERS else "", _number(request.GET.get("before", "0")))
    context = {
        "id": person,
        "name": found.name or person[:8],
        "may_care": allowed.may_about(access.CARE, person),
        "may_acknowledge": allowed.may_about(access.ACKNOWLEDGE, person),
        "may_resolve": allowed.may_about(access.RESOLVE, person),
        "state": found.state,
        "today": desk.today_words(found),
        "courses": list(found.state.courses),
        "mode": found.state.mode,
        "modes": MODES,
        "needs": desk.needs_of(found),
        "alerts": desk.alerts_of(found),
        "offers": desk.offers_of(found),
        "with_them": desk.with_them(found),
        "assignable": desk.assignable(found),
        "way": journey_of(found),
        "lines": lines,
        "filters": desk.FILTERS,
        "wanted": wanted,
        "before": lines[-1].number if len(lines) == desk.PAGE else 0,
    }
    return render(request, "facilitator/person.html", context)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 12 else 0


def _read(person: str) -> Person:
    try:
        return read_person(person, clock.now())
    except UnknownPersonError:
        raise Http404("There is no such person.") from None


def _mode(person: str, posted: Mapping[str, str], by: str) -> Received:
    chosen = posted.get("mode", "")
    return receive(person, [Setting(key=new_key("mode"), at=clock.now(), name="mode", value=chosen)])


def _assign(person: str, posted: Mapping[str, str], by: str) -> Received:
    program, _, intervention = posted.get("intervention", "").partition("/")
    return facilitate.assign(person, program, intervention, by)


def _approve(person: str, posted: Mapping[str, str], by: str) -> Received:
    words = posted.get("rationale", "").strip()[:2000]
    narrative = {"rationale": words} if words else None
    return facilitate.approve(person, posted.get("id", ""), by, posted.get("intervention", ""), narrative)


Deed = Callable[[str, Mapping[str, str], str], Received]
DEEDS: dict[str, tuple[str, Deed]] = {
    "mode": (access.CARE, _mode),
    "assign": (access.CARE, _assign),
    "approve": (access.CARE, _approve),
    "decline": (access.CARE, lambda person, posted, by: facilitate.decline(person, posted.get("id", ""), by)),
    "done": (access.CARE, lambda person, posted, by: facilitate.done(person, posted.get("id", ""), by)),
    "acknowledge": (
        access.ACKNOWLEDGE,
        lambda person, posted, by: facilitate.acknowledge(person, posted.get("id", ""), by),
    ),
    "resolve": (
        access.RESOLVE,
        lambda person, posted, by: facilitate.resolve(
            person, posted.get("id", ""), by, posted.get("code", "").strip()[:100] or "resolved"
        ),
    ),
}
"""What can be done at the desk, by name, and what it needs. Every entry that follows names who it was."""


@require_POST
def do(request: HttpRequest, person: str) -> HttpResponse:
    """Do one thing for a person, and say what came of it."""
    found = _read(person)
    name = request.POST.get("deed", "")
    if name not in DEEDS:
        raise Http404("There is no such thing to do.")
    capability, deed = DEEDS[name]
    if not access_of(request).may_about(capability, person):
        return closed(request)
    audit.append(clock.now(), request.user.get_username(), name, person)
    before = found.loaded.sequence
    received = deed(person, request.POST.dict(), request.user.get_username())
    refused = [reason for _, reason in received.refused]
    refused += [x.reason for _, x in journals.entries(person, after=before) if isinstance(x, entry.Refused)]
    if refused:
        messages.error(request, f"Not done: {'; '.join(refused)}.")
    else:
        messages.success(request, "Done.")
    return HttpResponseRedirect(f"/desk/people/{person}")
