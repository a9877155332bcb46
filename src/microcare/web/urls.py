"""The addresses: participants at the root, facilitators under /desk/, and a sign of life."""

from importlib.util import find_spec

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from microcare.web.access import without_rule
from microcare.web.api.routes import api


def health(request: HttpRequest) -> HttpResponse:
    """Whether the pages are being served; it says nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health),
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
