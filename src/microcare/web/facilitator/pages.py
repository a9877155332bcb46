"""The pages of the desk: who needs me now, one person on one screen, and the line of a program behind a decision."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from microcare.care import access, alerts, caseload, clock, desk, explaining, trail
from microcare.care.access import Access
from microcare.care.labels import RESOLUTIONS, label
from microcare.care.reading import Person, read_person
from microcare.care.ways import journey_of
from microcare.hub import entry
from microcare.hub.state import State
from microcare.program.person import PersonField
from microcare.store import audit, journals, notes
from microcare.store import caseload as lists
from microcare.store.journals import UnknownPersonError
from microcare.store.master import hashed
from microcare.web.access import access_of, closed
from microcare.web.facilitator.deeds import DEEDS
from microcare.web.settings import DESK_ZONE

MODES = {
    "": gettext_lazy("as the program says"),
    "app": gettext_lazy("app"),
    "coach": gettext_lazy("coach"),
    "clinician": gettext_lazy("clinician"),
    "self": gettext_lazy("the person"),
}


@require_GET
@never_cache
def people(request: HttpRequest) -> HttpResponse:
    """Who needs me now."""
    number = _number(request.GET.get("page", "0"))
    wanted = caseload.wanted(
        access_of(request).programs(access.SEE), request.GET.get("show", ""), request.GET.get("group", ""), request.GET.get("q", "")
    )  # fmt: skip
    found = caseload.page(wanted, clock.now(), DESK_ZONE, number)
    _looked(request, wanted, number, len(found.lines))
    context = {"list": found, "wanted": wanted, "page": number, "next": number + 1 if found.more else 0,
               "may_invite": access_of(request).may(access.INVITE), "section": "people"}  # fmt: skip
    return render(request, "facilitator/caseload.html", context)


def _looked(request: HttpRequest, wanted: lists.Wanted, number: int, names: int) -> None:
    """Names that were shown, and that somebody looked for some. For whom is not kept: it may be a name."""
    user, search = request.user.get_username(), " ".join(wanted.search.split()).casefold()
    part = f"{wanted.show or 'everybody'}{', a group' if wanted.group else ''}, page {number + 1}"
    if search:
        # The same search shown again is one search; which one it was only this key tells apart.
        mark = hashed(f"{search} {part}", "search")[:8]
        trail.looked(user, "searched people", "", f"{mark}: {names} found", every=trail.MINUTE)
    else:
        trail.looked(user, "listed people", "", f"{part}: {names} names")


@require_GET
@never_cache
def one_person(request: HttpRequest, person: str) -> HttpResponse:
    """One person on one screen."""
    found = _read(person, whole="way" in request.GET)
    audit.append(clock.now(), request.user.get_username(), "read", person)
    allowed = access_of(request)
    wanted = request.GET.get("show", "")
    wanted = wanted if wanted in explaining.FILTERS else ""
    lines = explaining.journal(found, wanted, _number(request.GET.get("before", "0")))
    context = {
        "id": person,
        "name": found.name or person[:8],
        "may_note": allowed.may_about(access.SEE, person),
        "may_invite": allowed.may_about(access.INVITE, person),
        "may_care": allowed.may_about(access.CARE, person),
        "may_acknowledge": allowed.may_about(access.ACKNOWLEDGE, person),
        **_theirs(allowed, found.state),
        "state": found.state,
        "today": desk.today_words(found),
        "courses": [p for p in found.state.courses if allowed.may_in(access.CARE, p)],
        "titles": [v.plain(v.program.program.title) for p in found.state.courses if (v := found.voice(p)) is not None],
        "paused": found.state.paused_until > found.now,
        "mode": found.state.mode,
        "modes": MODES,
        "codes": {code: label(code) for code in RESOLUTIONS},
        "needs": desk.needs_of(found),
        "alerts": desk.alerts_of(found),
        "alert_version": found.loaded.version if found.state.alerts else 0,
        "past_alerts": [s for s in alerts.stories(person, found.state) if s.resolved],
        "offers": desk.offers_of(found),
        "with_them": desk.with_them(found),
        "assignable": [one for one in desk.assignable(found) if allowed.may_in(access.CARE, one[0])],
        "coming": desk.coming(found),
        "said": desk.said(found),
        "notes": desk.notes_of(found),
        "check_ins": desk.check_ins(found),
        "adverse": notes.adverse(person),
        "groups": lists.groups_of(person),
        "times": _times(found),
        "way": journey_of(found),
        "lines": lines,
        "filters": explaining.FILTERS,
        "wanted": wanted,
        "before": lines[-1].number if len(lines) == explaining.PAGE else 0,
        "section": "people",
    }
    return render(request, "facilitator/person.html", context)


def _theirs(allowed: Access, state: State) -> dict[str, object]:
    """What of a person they may do something with: a person may be in other programs, too."""
    care = (state.offers, state.deliveries, state.check_ins)
    return {
        "mine": {name for found in care for name, x in found.items() if allowed.may_in(access.CARE, x.program)},
        "taking": {name for name, x in state.alerts.items() if allowed.may_in(access.ACKNOWLEDGE, x.program)},
        "resolving": {name for name, x in state.alerts.items() if allowed.may_in(access.RESOLVE, x.program)},
    }


def _times(found: Person) -> list[tuple[str, str, str]]:
    """The times of the person's day that a program asks for: name, question, value."""
    made = []
    for program in found.state.courses:
        voice = found.voice(program)
        fields: dict[str, PersonField] = dict(voice.program.program.person) if voice is not None else {}
        for name, field in fields.items():
            if field.type == "time" and voice is not None:
                value = found.state.fields.get(name, field.default)
                made.append((name, voice.plain(field.ask) or name.replace("_", " "), str(value or "")))
    return made


@require_GET
def source(request: HttpRequest) -> HttpResponse:
    """The line of the program that a decision came from."""
    asked = [request.GET.get(name, "") for name in ("program", "version", "intervention")]
    found = explaining.source(*asked, _number(request.GET.get("rule", "0")))
    if found is None:
        raise Http404("There is no such program.")
    return render(request, "facilitator/source.html", {"found": found, "section": "people"})


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 12 else 0


def _read(person: str, whole: bool = False) -> Person:
    try:
        return read_person(person, clock.now(), whole)
    except UnknownPersonError:
        raise Http404("There is no such person.") from None


@require_POST
def do(request: HttpRequest, person: str) -> HttpResponse:
    """Do one thing for a person, and say what came of it."""
    found = _read(person)
    name = request.POST.get("deed", "")
    if name not in DEEDS:
        raise Http404("There is no such thing to do.")
    allowed, posted = access_of(request), request.POST.dict()
    # A form that names no program is about the first one in which they may.
    mine = (p for p in found.state.courses if allowed.may_in(DEEDS[name].capability, p))
    posted["program"] = posted.get("program") or next(mine, "")
    if not DEEDS[name].may(allowed, found, posted):
        return closed(request)
    audit.append(clock.now(), allowed.user, name, person)
    before = found.loaded.sequence
    refused = DEEDS[name].do(found, posted, allowed.user)
    refused += [x.reason for _n, x in journals.entries(person, after=before) if isinstance(x, entry.Refused)]
    refused = list(dict.fromkeys(refused))
    if refused:
        messages.error(request, _("Not done: %(why)s.") % {"why": "; ".join(refused)})
    else:
        messages.success(request, _("Done."))
    anchor = request.POST.get("back", "")
    return HttpResponseRedirect(f"/desk/people/{person}" + (f"#{anchor}" if anchor.isalpha() else ""))
