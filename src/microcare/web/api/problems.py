"""Problems in the form of RFC 9457: what is wrong, where, and nothing of the inside."""

from collections.abc import Sequence
from http import HTTPStatus

from django.http import JsonResponse


class Problem(Exception):
    """Something that a caller can mend."""

    def __init__(self, status: int, detail: str, errors: Sequence[object] = ()) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, errors


def answer(status: int, detail: str, errors: Sequence[object] = (), **headers: str) -> JsonResponse:
    """The answer that says so."""
    said: dict[str, object] = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if errors:
        said["errors"] = list(errors)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return JsonResponse(said, status=status, content_type="application/problem+json", headers=names)
