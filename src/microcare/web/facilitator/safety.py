"""The page of safety: stop everything, who answers alerts and when, and the log of adverse events."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from microcare.base.moments import format_local
from microcare.care import access, adverse, safeguards, watch
from microcare.care.access import Access
from microcare.care.programs import names
from microcare.hub.programs import EVERY
from microcare.store import notes, stops
from microcare.web import signing
from microcare.web.access import access_of
from microcare.web.facilitator import rostering
from microcare.web.settings import DESK_ZONE


@require_GET
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Stops, rosters, adverse events."""
    allowed = access_of(request)
    where = allowed.programs(access.SEE)
    mine = [p for p in names() if where is None or p in where]
    found = [s for s in stops.stops() if watch.sees_stop(allowed, s.program)]
    context = {
        "section": "safety",
        "stopped": [(s, _wall(s.since), allowed.may_in(access.STOP, s.program)) for s in found if not s.until],
        "before": [(s, _wall(s.since), _wall(s.until)) for s in found if s.until][:20],
        "programs": mine,
        "may_stop": allowed.may(access.STOP),
        "rosters": rostering.shown(mine, [p for p in mine if safeguards.may_roster(allowed, p)]),
        "undo": rostering.undoable(request, mine),
        "adverse": notes.adverse(programs=mine)[:100],
    }
    return render(request, "facilitator/safety.html", context)


def _wall(moment: int) -> str:
    """On the wall of the desk, which is named: other times here are on each person's."""
    return f"{format_local(DESK_ZONE, moment)[:16].replace('T', ' ')} ({DESK_ZONE})"


@require_POST
def do(request: HttpRequest) -> HttpResponse:
    """Stop, go on, or change who answers. Whether they may, about this program, is asked by its line in `web.access`."""
    allowed, deed, program = access_of(request), request.POST.get("deed", ""), request.POST.get("program", "")
    if deed == "go_on":
        serial = request.POST.get("serial", "")
        if safeguards.go_on(int(serial) if serial.isdecimal() and len(serial) < 12 else 0, allowed.user, allowed):
            messages.success(request, _("It goes on. What was missed is not made up for."))
        else:
            messages.error(request, _("It was let go on already."))
    elif deed == "stop":
        _stop(request, allowed, program)
    elif deed in rostering.DEEDS:
        return rostering.do(request, deed, program, allowed)
    return HttpResponseRedirect(signing.safe(request, request.POST.get("back", "/desk/safety")))


def _stop(request: HttpRequest, allowed: Access, program: str) -> None:
    why = request.POST.get("why", "").strip()[:500]
    if not why or program not in (EVERY, *names()):
        messages.error(request, _("Say what to stop, and why."))
        return
    safeguards.stop(program, allowed.user, why, allowed)
    messages.success(request, _("Stopped. Nothing new reaches anybody; help pages and alerts go on."))


@require_GET
def adverse_csv(request: HttpRequest) -> HttpResponse:
    """The log of adverse events as CSV, without names."""
    where = access_of(request).programs(access.RESOLVE)
    text = adverse.as_table(request.user.get_username(), None if where is None else sorted(where))
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="adverse-events.csv"'
    return answer
