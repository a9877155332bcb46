"""What belongs to the person: what they agreed to, what is kept about them, who sees it, and leaving."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from microcare.care import clock, consents, own, withdraw
from microcare.care.access import seers
from microcare.store import audit
from microcare.web.participant.session import page, reading, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def consent(request: HttpRequest, person: str) -> HttpResponse:
    """What the person agreed to, purpose by purpose: each can be given, and taken back."""
    found = reading(person)
    if request.method == "POST":
        give = request.POST.get("give") == "yes"
        if not consents.change(found, request.POST.get("purpose", ""), give):
            messages.error(request, _("There is no such consent."))
        else:
            messages.success(request, _("Thank you. This is entered.") if give else _("Taken back. This is entered."))
        return HttpResponseRedirect("/settings/consent")
    return page(request, "participant/consent.html", found, {"purposes": consents.purposes(found), "nav": "settings"})


@require_GET
@signed_in
def data(request: HttpRequest, person: str) -> HttpResponse:
    """All that is kept about the person, to read, and to take along."""
    found = reading(person)
    return page(
        request, "participant/data.html", found, {"tables": own.tables(found), "name": found.name, "nav": "settings"}
    )


@require_GET
@signed_in
def export(request: HttpRequest, person: str, form: str) -> HttpResponse:
    """The same as a file: JSON for machines, or CSV tables in one archive."""
    if form == "json":
        body, kind = own.as_json(person), "application/json"
    elif form == "zip":
        body, kind = own.as_zip(reading(person)), "application/zip"
    else:
        return HttpResponse("There is no such file.", status=404, content_type="text/plain")
    audit.append(clock.now(), person, "export", person, f"my data, {form}")
    headers = {"Content-Disposition": f'attachment; filename="my-data.{form}"'}
    return HttpResponse(body, content_type=kind, headers=headers)


@require_GET
@signed_in
def who(request: HttpRequest, person: str) -> HttpResponse:
    """Who sees what: from the same rules that open the pages, so that it cannot be wrong."""
    found = reading(person)
    return page(request, "participant/who.html", found, {"seers": seers(found.state.courses), "nav": "settings"})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def leave(request: HttpRequest, person: str) -> HttpResponse:
    """Leave, and choose what becomes of what is kept."""
    found = reading(person)
    choice = request.POST.get("kept", "")
    if request.method == "POST" and request.POST.get("sure") == "yes" and choice in ("keep", "erase"):
        if choice == "erase":
            withdraw.erase(person)
            request.session.flush()
            gone = _("You have left. Who you are and what you wrote is erased here; nothing will reach you any more.")
            messages.success(request, gone)
            return HttpResponseRedirect("/join")
        withdraw.withdraw(person)
        messages.success(request, _("You have left the program. Nothing will reach you any more."))
        return HttpResponseRedirect("/")
    context = {"wrong": request.method == "POST", "chosen": choice, "nav": "settings"}
    return page(request, "participant/leave.html", found, context)
