"""A page about somebody whose record cannot be read says so, and where help is, instead of failing."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from microcare.store.journals import UnreadableError


class UnreadableMiddleware:
    """Turns an unreadable record into a page that names it (to staff) or says that staff can be reached (to the person)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page in place of the one that could not be made; None: another error."""
        if not isinstance(error, UnreadableError):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse({"error": "this record cannot be read", "person": error.person}, status=503)
        desk = request.path.startswith("/desk/")
        return render(request, "unreadable.html", {"person": error.person if desk else "", "desk": desk}, status=503)
