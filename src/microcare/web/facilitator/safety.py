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
        "stopped": [(s, _wall(s.since)) for s in found if not s.until],
        "before": [(s, _wall(s.since), _wall(s.until)) for s in found if s.until][:20],
        "programs": mine,
        "may_stop": allowed.may(access.STOP),
        "rosters": rostering.shown(mine, [p for p in mine if _may_roster(allowed, p)]),
        "undo": rostering.undoable(request, mine),
        "adverse": notes.adverse(programs=mine)[:100],
    }
    return render(request, "facilitator/safety.html", context)


def _wall(moment: int) -> str:
    return format_local(DESK_ZONE, moment)[:16].replace("T", " ")


def _may_roster(allowed: Access, program: str) -> bool:
    return allowed.may(access.STOP, [program]) or allowed.may(access.RESOLVE, [program])


@require_POST
def do(request: HttpRequest) -> HttpResponse:
    """Stop, go on, or change who answers."""
    allowed, by, deed = access_of(request), request.user.get_username(), request.POST.get("deed", "")
    program = request.POST.get("program", "")
    if deed in ("stop", "go_on"):
        if not allowed.may(access.STOP):
            return closed(request)
        _stopping(request, deed, program, by)
    elif deed in rostering.DEEDS:
        return rostering.do(request, deed, program, by) if _may_roster(allowed, program) else closed(request)
    return HttpResponseRedirect("/desk/safety")


def _stopping(request: HttpRequest, deed: str, program: str, by: str) -> None:
    if deed == "go_on":
        serial = request.POST.get("serial", "")
        if serial.isdecimal() and safeguards.go_on(int(serial), by):
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
