"""The addresses: participants at the root, facilitators under /desk/, and a sign of life."""

from importlib.util import find_spec

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.cache import never_cache
from django.views.i18n import set_language

from microcare.care import readiness
from microcare.web.access import without_rule
from microcare.web.api.routes import api


def health(request: HttpRequest) -> HttpResponse:
    """Whether the pages are being served; it says nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Whether the hub does its work: 503 names the loops that do not, and since when."""
    problems = readiness.problems()
    said = {"ready": not problems, "problems": problems, **readiness.backup()}
    answer = JsonResponse(said, status=503 if problems else 200)
    # Whoever asks every few seconds is answered; the log is not filled with it.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health),
    path("ready", ready),
    path("language", set_language),
    path("api/v1/", api.urls),
]
for _part in ("microcare.web.facilitator", "microcare.web.participant"):
    if find_spec(_part) is not None and find_spec(f"{_part}.urls") is not None:
        urlpatterns.append(path("", include(f"{_part}.urls")))
if _unstated := list(without_rule(urlpatterns)):
    raise ImproperlyConfigured(
        f"These routes do not say whom they are for and what they touch (web/access.py): {_unstated}"
    )
