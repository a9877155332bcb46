"""Who is signed in. A person is known by their browser, for as long as it is used; there is no password to forget.

Django's session says whose browser it is; a row of the hub's own (`store.entering`) says whether it still is.
"""

from collections.abc import Callable, Mapping
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render

from microcare.care import allowance, clock, entering
from microcare.care.languages import speak
from microcare.care.notifications import tag
from microcare.care.reading import Person, read_person
from microcare.care.resting import mark, rests
from microcare.care.telling import now_words
from microcare.store import deployment
from microcare.store.entering import Device

KEY, DEVICE = "person", "device"
View = Callable[..., HttpResponseBase]


def sign_in(request: HttpRequest, person: str) -> None:
    """From now on this browser is this person's. The session gets a new key, so that nobody can have set it."""
    request.session.cycle_key()
    agent, before = request.META.get("HTTP_USER_AGENT", "")[:400], token_of(request)
    request.session[KEY], request.session[DEVICE] = person, entering.begin(person, agent, before)
    request.session.set_expiry(entering.DEVICE_LASTS // 1000)


def sign_out(request: HttpRequest) -> None:
    """This browser is nobody's any more."""
    entering.leave(token_of(request))
    request.session.flush()


def token_of(request: HttpRequest) -> str:
    """What this browser's session holds as a person's; empty: nothing."""
    return str(request.session.get(DEVICE, ""))


def device_of(request: HttpRequest) -> Device | None:
    """This browser, where it is or was somebody's."""
    found = entering.device(token_of(request)) if KEY in request.session else None
    return found if found is not None and found.person == request.session[KEY] else None


def person_of(request: HttpRequest) -> str:
    """The person who is signed in; empty: nobody."""
    found = device_of(request)
    return found.person if found is not None and entering.stands(found) else ""


def signed_in(view: View) -> View:
    """Only for a person who is signed in; the view gets their name in the journal."""

    @wraps(view)
    def inner(request: HttpRequest, *args: object, **more: object) -> HttpResponseBase:
        found = device_of(request)
        if found is None or not entering.stands(found):
            return _not_in(request, found)
        person = found.person
        if entering.use(found):
            request.session.set_expiry(entering.DEVICE_LASTS // 1000)
        return view(request, person, *args, **more)

    return inner


def _not_in(request: HttpRequest, found: Device | None) -> HttpResponse:
    """The way in; a browser that was ended clears what it keeps of them."""
    if KEY in request.session:
        del request.session[KEY]
        request.session.pop(DEVICE, None)
    wants_json = "application/json" in request.headers.get("Accept", "")
    answer = JsonResponse({"error": "signed out"}, status=401) if wants_json else HttpResponseRedirect("/join")
    if found is not None and found.ended:
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def has_room(request: HttpRequest, person: str) -> bool:
    """Whether what a form brings has room in the person's day; it is counted."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return allowance.spend(person, 1, int(length) if length.isdigit() else 0)


def reading(person: str, whole: bool = False) -> Person:
    """The person as they are now; with the whole of what was, or what was of late."""
    found = read_person(person, clock.now(), whole)
    speak(found.state.language)
    return found


def page(request: HttpRequest, template: str, person: Person, context: Mapping[str, object]) -> HttpResponse:
    """A page of a person."""
    zone, now = person.state.zone, person.now
    voices = [v for name in person.state.courses if (v := person.voice(name)) is not None]
    shared = {
        "brand": voices[0].plain(voices[0].program.program.title) if voices else "",
        "tag": tag(person.id),
        "version": person.loaded.version,
        "now": now,
        "zone": zone,
        "rests": rests(person),
        "stops": mark(),
        "demo": deployment.is_demo(),
        "clock": now_words(zone, now),
    }
    return render(request, template, {**shared, **context})
