"""Whether the hub does its work, as those who administer it read it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from microcare.care import clock, repair, warning


@require_GET
@never_cache
def works(request: HttpRequest) -> HttpResponse:
    """What is wrong now, and what is set aside with its cure; names of loops and rows, and nobody's."""
    asides = [(one, repair.cure(one)) for one in repair.listed(whole=False)]
    context = {
        "troubles": list(warning.troubles(clock.now()).values()),
        "asides": asides,
        "by_mail": bool(settings.SMTP),
        "section": "works",
    }
    return render(request, "facilitator/works.html", context)
