"""The person's own devices: seen, ended, and one more let in."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from microcare.base.moments import local_day
from microcare.care import entering
from microcare.care.telling import day_words
from microcare.web.participant.session import device_of, page, reading, signed_in, token_of
from microcare.web.settings import URL

SPELLED = 5
"""A code is shown in groups of so many letters."""


def spelled(code: str) -> str:
    """A code as it is easily typed."""
    return "-".join(code[i : i + SPELLED] for i in range(0, len(code), SPELLED))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def devices(request: HttpRequest, person: str) -> HttpResponse:
    """Where the person is signed in; ending it there; a code for another device."""
    what, code = request.POST.get("what", ""), ""
    if what == "end":
        _said(request, entering.end(person, request.POST.get("device", "")[:100], person))
        return HttpResponseRedirect("/settings/devices")
    if what == "others":
        _said(request, entering.end_others(person, token_of(request), person) > 0)
        return HttpResponseRedirect("/settings/devices")
    if what == "code":
        code = spelled(entering.new_code(person, person, entering.OWN_CODE_LASTS))
    found, here = reading(person), device_of(request)
    today = local_day(found.state.zone, found.now)
    zone, shift = found.state.zone, found.now - entering.now()
    shown = [
        (one, here is not None and one.id == here.id, *(day_words(local_day(zone, at + shift), today) for at in (one.began, one.seen)))
        for one in entering.devices(person)
    ]  # fmt: skip
    context = {"devices": shown, "code": code, "place": f"{URL}/join", "nav": "settings"}
    return page(request, "participant/devices.html", found, context)


def _said(request: HttpRequest, ended: bool) -> None:
    if ended:
        messages.success(request, _("It is ended there."))
    else:
        messages.error(request, _("There is no such device any more."))
