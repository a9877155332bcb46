"""Idempotency keys: a repeat of a request does nothing anew, and is answered as the first one was."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponse

from microcare.care import clock
from microcare.store import systems
from microcare.store.master import hashed
from microcare.web.api.keys import caller
from microcare.web.api.problems import Problem

P = ParamSpec("P")
LONGEST = 200


def once(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """With the header `Idempotency-Key`: done once, answered the same for a day."""

    @wraps(view)
    def inner(request: HttpRequest, *given: P.args, **named: P.kwargs) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return view(request, *given, **named)
        if len(key) > LONGEST:
            raise Problem(400, f"An Idempotency-Key has at most {LONGEST} characters.")
        name = hashed(f"{caller(request).user}\0{request.path}\0{key}", "answer")
        asked = sha256(request.body).hexdigest()
        if not systems.begin_answer(name, asked, clock.wall()):
            return _again(name, asked)
        try:
            answer = view(request, *given, **named)
        except Exception:
            systems.end_answer(name, 500, b"")
            raise
        systems.end_answer(name, answer.status_code, answer.content)
        return answer

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponse]", inner)


def _again(name: str, asked: str) -> HttpResponse:
    found = systems.answered(name, clock.wall())
    if found is None or found[1] == 0:
        raise Problem(409, "The first request with this Idempotency-Key is still under way; ask again in a moment.")
    if found[0] != asked:
        raise Problem(422, "This Idempotency-Key was used for another request.")
    return HttpResponse(
        found[2], status=found[1], content_type="application/json", headers={"Idempotent-Replayed": "true"}
    )
