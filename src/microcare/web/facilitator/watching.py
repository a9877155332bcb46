"""What is going on now: the bar that every page of the desk renews by itself, and the page of all alerts, resolved ones too."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from microcare.care import access, alerts, trail, watch
from microcare.web.access import access_of


@require_GET
@never_cache
def now(request: HttpRequest) -> HttpResponse:
    """The bar anew; 304 where the page has it already. It is asked every few seconds, and is no deed of anybody."""
    allowed, person = access_of(request), request.GET.get("person", "")
    stamp, theirs = watch.stamp(allowed, person)
    headers = {"ETag": f'"{stamp}"', "X-Person": theirs}
    if request.headers.get("If-None-Match") == f'"{stamp}"':
        return HttpResponse(status=304, headers=headers)
    # Without what pages are given besides: a bar is no visit, and must not take a draft that waits for one.
    return HttpResponse(render_to_string("facilitator/_now.html", {"now": watch.now(allowed)}), headers=headers)


@require_GET
@never_cache
def all_alerts(request: HttpRequest) -> HttpResponse:
    """All alerts: those that are open, and what came of those that are resolved."""
    programs = access_of(request).programs(access.SEE)
    before = request.GET.get("before", "")
    found, more = alerts.resolved_ones(programs, int(before) if before.isdecimal() and len(before) < 16 else 0)
    trail.looked(request.user.get_username(), "read alerts", every=trail.MINUTE)
    context = {"open": [] if before else alerts.open_ones(programs), "resolved": found, "more": more, "before": before}
    return render(request, "facilitator/alerts.html", context)
