"""How a person gets in, at the desk: a code is made, taken back, and a device is ended."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from microcare.base.moments import format_local
from microcare.care import access, entering
from microcare.store import journals, vault
from microcare.store.journals import UnknownPersonError
from microcare.store.watch import name_of
from microcare.web.access import access_of
from microcare.web.settings import DESK_ZONE, URL


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def of_person(request: HttpRequest, person: str) -> HttpResponse:
    """A person's codes and devices."""
    try:
        journals.version(person)
    except UnknownPersonError:
        raise Http404("There is no such person.") from None
    allowed, what, code = access_of(request), request.POST.get("what", ""), ""
    if what == "code" and vault.key_of(person) is not None:
        code = entering.new_code(person, allowed.user)
    elif what == "code":
        messages.error(request, _("They were erased: no code opens anything of them any more."))
        return HttpResponseRedirect(request.path)
    elif what:
        if _done(what, person, request.POST.get("device", "")[:100], allowed.user):
            messages.success(request, _("Done."))
        else:
            messages.error(request, _("There was nothing to end."))
        return HttpResponseRedirect(request.path)
    ends = entering.code_ends(person)
    context = {
        "id": person,
        "name": name_of(person),
        "code": code,
        "link": f"{URL}/join#{code}",
        "ends": f"{format_local(DESK_ZONE, ends)[:16].replace('T', ' ')} ({DESK_ZONE})" if ends else "",
        "devices": [(one, _day(one.began), _day(one.seen)) for one in entering.devices(person)],
        "may_see": allowed.may_about(access.SEE, person),
        "section": "people",
    }
    return render(request, "facilitator/access.html", context)


def _done(what: str, person: str, device: str, by: str) -> bool:
    """Do one thing; whether there was anything to do."""
    if what == "back":
        return entering.take_back(person, by)
    if what == "end":
        return entering.end(person, device, by)
    return what == "all" and entering.end_others(person, "", by) > 0


def _day(moment: int) -> str:
    return format_local(DESK_ZONE, moment)[:10]
