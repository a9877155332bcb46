"""Headers on every answer: what a page may load (itself only), that care pages are never kept, and whose session it is."""

from collections.abc import Callable

from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.cache import patch_vary_headers

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "object-src 'none'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
"""The content security policy: no inline script or style, nothing from another origin."""

PERMISSIONS = "geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class HeadersMiddleware:
    """Sets the policy, the permissions, the letters of texts, and `no-store` where a view has not said otherwise.

    Methods that no page has (TRACE sends back what was sent, cookies too) go no further.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request with the headers set."""
        known = request.method in METHODS
        response = self.get_response(request) if known else HttpResponseNotAllowed(METHODS)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cache-Control", "no-store")
        kind = response.headers.get("Content-Type", "")
        if kind.endswith("xml") or (kind.startswith("text/") and "charset" not in kind):
            response.headers["Content-Type"] = f"{kind}; charset=utf-8"
        return response


class KeptSessionMiddleware(SessionMiddleware):
    """Sessions, of which only signing out takes a browser's cookie.

    Django also takes it where an answer found no session behind the cookie. But a page asks for news while somebody signs
    in: such a request may bring the key that has just been changed, and its answer would take the new cookie away.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Leave the cookie of a session that was not found as it is."""
        if request.session.is_empty() and not request.session.modified:
            patch_vary_headers(response, ("Cookie",))
            return response
        return super().process_response(request, response)
