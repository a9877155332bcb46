"""Texts go over the line compressed, so that the first page stands soon on a slow phone."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

TEXTS = ("text/", "application/json", "application/javascript", "application/manifest+json", "image/svg+xml")


class CompressingMiddleware(GZipMiddleware):
    """Compresses whole texts. Parts of a file stay as they are, and so do pictures, sound and film, which are small already.

    Against guessing a page's secrets by its length (BREACH) each answer has padding of random length, and the form tokens
    differ at every answer; both are Django's.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress it where that is of use."""
        if request.path.startswith("/api/"):
            # Other systems get what they ask for as it is.
            return response
        if response.status_code != 200 or not response.headers.get("Content-Type", "").startswith(TEXTS):
            return response
        return super().process_response(request, response)
