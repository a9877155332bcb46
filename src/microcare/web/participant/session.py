"""Who is signed in. A person is known by a long-lived signed session; there is no password to forget."""

from collections.abc import Callable, Mapping
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from microcare.care import clock
from microcare.care.languages import direction, speak
from microcare.care.notifications import tag
from microcare.care.reading import Person, read_person
from microcare.care.resting import mark, rests
from microcare.care.telling import now_words
from microcare.program.compiled import CompiledProgram
from microcare.store import audit, deployment, journals
from microcare.store.journals import UnknownPersonError

KEY = "person"
DAYS_90 = 90 * 86_400
View = Callable[..., HttpResponseBase]


def sign_in(request: HttpRequest, person: str) -> None:
    """From now on this browser is this person's. The session gets a new key, so that nobody can have set it."""
    request.session.cycle_key()
    request.session[KEY] = person
    audit.append(clock.now(), person, "signed in", person)
    request.session.set_expiry(DAYS_90)


def sign_out(request: HttpRequest) -> None:
    """This browser is nobody's any more."""
    request.session.flush()


def person_of(request: HttpRequest) -> str:
    """The person who is signed in; empty: nobody."""
    found = request.session.get(KEY, "")
    return found if isinstance(found, str) else ""


def signed_in(view: View) -> View:
    """Only for a person who is signed in; the view gets their name in the journal."""

    @wraps(view)
    def inner(request: HttpRequest, *args: object, **more: object) -> HttpResponseBase:
        person = person_of(request)
        if person:
            try:
                journals.version(person)
            except UnknownPersonError:
                sign_out(request)
                person = ""
        if not person:
            if "application/json" in request.headers.get("Accept", ""):
                return JsonResponse({"error": "signed out"}, status=401)
            return HttpResponseRedirect("/join")
        return view(request, person, *args, **more)

    return inner


def reading(person: str, whole: bool = False) -> Person:
    """The person as they are now; with the whole of what was, or what was of late."""
    found = read_person(person, clock.now(), whole)
    speak(found.state.language)
    return found


def spoken(program: CompiledProgram, language: str) -> SafeString:
    """For templates: the mark of a program's own texts, where they are in another language than the interface."""
    authored = program.program
    known = (*authored.languages, authored.language)
    found = next((one for one in (language, language.split("-")[0]) if one in known), authored.language)
    if found.split("-")[0] == (get_language() or "").split("-")[0]:
        return SafeString("")
    return format_html(' lang="{}" dir="{}"', found, direction(found))


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
        "spoken": spoken(voices[0].program, person.state.language) if voices else "",
        "rests": rests(person),
        "stops": mark(),
        "demo": deployment.is_demo(),
        "clock": now_words(zone, now),
    }
    return render(request, template, {**shared, **context})
