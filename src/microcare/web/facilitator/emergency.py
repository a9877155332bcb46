"""Opening one person's page in an emergency, and looking at it afterwards."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from microcare.care import emergencies
from microcare.store import people
from microcare.web.access import access_of
from microcare.web.facilitator.account import shown
from microcare.web.facilitator.signing_in import get_or_post


@never_cache
@get_or_post
def emergency(request: HttpRequest) -> HttpResponse:
    """Say whom and why; their page opens for an hour."""
    name = request.user.get_username()
    if request.method == "POST" and request.POST.get("end"):
        emergencies.end(name, request.POST["end"][:60])
        messages.success(request, _("It is closed again."))
        return HttpResponseRedirect("/desk/account")
    page = {"whom": request.POST.get("whom", "")[:200], "reason": request.POST.get("reason", "")[:1000]}
    if request.method == "GET":
        return render(request, "facilitator/emergency.html", page)
    opened = emergencies.open_page(name, page["whom"], page["reason"])
    if opened.person:
        return HttpResponseRedirect(f"/desk/people/{opened.person}")
    wrong = {
        "reason": _("Please write in a sentence why you need to see this page now."),
        "nobody": _("Nobody is called exactly so. Your attempt was written down."),
        "several": _("Several people are called so. Please use the id. Your attempt was written down."),
    }[opened.wrong]
    return render(request, "facilitator/emergency.html", page | {"wrong": wrong})


@never_cache
@get_or_post
def listed(request: HttpRequest) -> HttpResponse:
    """Who opened whose page, and what somebody else found about it."""
    allowed = access_of(request)
    if request.method == "POST":
        if emergencies.review(allowed, request.POST.get("id", ""), request.POST.get("finding", "")):
            messages.success(request, _("Done."))
        else:
            messages.error(request, _("Somebody else has to look at it, or has done so."))
        return HttpResponseRedirect("/desk/emergencies")
    found = [
        (one, people.identity(one.person).name or one.person, shown(one.at), shown(one.until), shown(one.reviewed))
        for one in emergencies.listed(allowed)
    ]
    return render(request, "facilitator/emergencies.html", {"found": found, "me": allowed.user})
