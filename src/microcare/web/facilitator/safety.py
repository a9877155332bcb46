"""The page of safety: stop everything, who answers alerts and when, and the log of adverse events."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from microcare.base.moments import format_local
from microcare.care import access, adverse, safeguards
from microcare.care.access import Access
from microcare.care.programs import names
from microcare.hub.programs import EVERY
from microcare.store import notes, stops
from microcare.web import signing
from microcare.web.access import access_of, closed
from microcare.web.facilitator import rostering
from microcare.web.settings import DESK_ZONE


@require_GET
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Stops, rosters, adverse events."""
    allowed = access_of(request)
    where = allowed.programs(access.SEE)
    mine = [p for p in names() if where is None or p in where]
    found = [s for s in stops.stops() if s.program == EVERY or s.program in mine or allowed.may(access.STOP)]
    context = {
        "section": "safety",
        "stopped": [(s, _wall(s.since), _may_stop(allowed, s.program)) for s in found if not s.until],
        "before": [(s, _wall(s.since), _wall(s.until)) for s in found if s.until][:20],
        "programs": mine,
        "may_stop": allowed.may(access.STOP),
        "rosters": rostering.shown(mine, [p for p in mine if _may_roster(allowed, p)]),
        "undo": rostering.undoable(request, mine),
        "adverse": notes.adverse(programs=mine)[:100],
    }
    return render(request, "facilitator/safety.html", context)


def _wall(moment: int) -> str:
    """On the wall of the desk, which is named: other times here are on each person's."""
    return f"{format_local(DESK_ZONE, moment)[:16].replace('T', ' ')} ({DESK_ZONE})"


def _may_roster(allowed: Access, program: str) -> bool:
    return allowed.may(access.STOP, [program]) or allowed.may(access.RESOLVE, [program])


@require_POST
def do(request: HttpRequest) -> HttpResponse:
    """Stop, go on, or change who answers."""
    allowed, by, deed = access_of(request), request.user.get_username(), request.POST.get("deed", "")
    program = request.POST.get("program", "")
    if deed in ("stop", "go_on"):
        serial = request.POST.get("serial", "")
        lasts = safeguards.lasting().get(int(serial) if serial.isdecimal() and len(serial) < 12 else 0)
        if not allowed.may(access.STOP):
            return closed(request)
        if deed == "go_on" and lasts is None:
            messages.error(request, _("It was let go on already."))
        elif not _may_stop(allowed, program if lasts is None else lasts.program):
            return closed(request)
        else:
            _stopping(request, lasts.serial if deed == "go_on" and lasts is not None else 0, program, by)
        return HttpResponseRedirect(signing.safe(request, request.POST.get("back", "/desk/safety")))
    if deed in rostering.DEEDS:
        return rostering.do(request, deed, program, by) if _may_roster(allowed, program) else closed(request)
    return HttpResponseRedirect("/desk/safety")


def _may_stop(allowed: Access, program: str) -> bool:
    """Whether they may stop it, and let it go on: everything only whoever may everywhere."""
    where = allowed.programs(access.STOP)
    return where is None or (program != EVERY and program in where)


def _stopping(request: HttpRequest, serial: int, program: str, by: str) -> None:
    if serial:
        if safeguards.go_on(serial, by):
            messages.success(request, _("It goes on. What was missed is not made up for."))
        return
    why = request.POST.get("why", "").strip()[:500]
    if not why or program not in (EVERY, *names()):
        messages.error(request, _("Say what to stop, and why."))
        return
    safeguards.stop(program, by, why)
    messages.success(request, _("Stopped. Nothing new reaches anybody; help pages and alerts go on."))


@require_GET
def adverse_csv(request: HttpRequest) -> HttpResponse:
    """The log of adverse events as CSV, without names."""
    where = access_of(request).programs(access.SEE)
    text = adverse.as_table(request.user.get_username(), None if where is None else sorted(where))
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="adverse-events.csv"'
    return answer
