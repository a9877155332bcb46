"""Joining: an invitation code opens a person's pages; what the program asks of them; leaving the browser."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from microcare.base.moments import is_zone
from microcare.base.zones import zone_names
from microcare.care import entering
from microcare.care.consents import asked
from microcare.care.enroll import CannotJoinError, join
from microcare.care.languages import own_name, speak
from microcare.care.programs import compiled, programs
from microcare.care.spoken import written
from microcare.hub.consent import lacking
from microcare.hub.stimulus import Value
from microcare.program.compiled import CompiledProgram
from microcare.program.person import PersonField
from microcare.store import journals, people
from microcare.store.entering import mark
from microcare.web import refusing
from microcare.web.participant.session import person_of, sign_in, sign_out, signed_in
from microcare.web.participant.stimuli import typed

USED = "entered"
"""The mark of the code by which this browser came in."""


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, code: str = "") -> HttpResponse:
    """Type a code, or confirm the one of a link: opening a link alone signs nobody in (mail programs open links).

    A code is good once. The link has it behind a #: the page's script puts it into the field.
    """
    if code:
        # A link of an earlier release. What is behind the # is never sent, so that it stands in no log.
        return HttpResponseRedirect(f"/join#{quote(code[:60])}")
    here = person_of(request)
    if request.method != "POST":
        return HttpResponseRedirect("/") if here else render(request, "participant/enter.html")
    given = request.POST.get("code", "")
    person = entering.enter(given)
    if person is None and here and request.session.get(USED) == mark(given):
        # Sent twice: this browser is in by it.
        return HttpResponseRedirect("/")
    if person is None:
        refusing.mark(request, "wrong code")
        return render(request, "participant/enter.html", {"code": given[:60], "wrong": True}, status=404)
    sign_in(request, person)
    request.session[USED] = mark(given)
    return HttpResponseRedirect("/join/about" if _wants_to_join(person) else "/")


def _wants_to_join(person: str) -> str:
    """The program a person is invited to and not in yet (having never been in it)."""
    state = journals.load(person).state
    return people.invited_to(person) if not state.courses and not state.last else ""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def about(request: HttpRequest, person: str) -> HttpResponse:
    """What the program is, what it asks of those who join, and their consent."""
    name = _wants_to_join(person)
    if not name or programs().current(name) is None:
        return HttpResponseRedirect("/")
    program = compiled(name)
    authored = program.program
    known = authored.languages or (authored.language,)
    asks = next((one for one in (get_language() or "", (get_language() or "")[:2]) if one in known), authored.language)
    language = request.POST.get("language") or request.GET.get("language") or asks
    speak(language)
    problems: dict[str, str] = {}
    if request.method == "POST":
        fields, problems = _fields(request, program)
        if "consent" not in request.POST and not _care(program):
            problems["consent"] = _("Please tick this if you want to take part.")
        if lacking(program, {f"{name}.{p}": v for p, v in _agreed(request, program).items()}):
            problems["consent"] = _("Without your consent to the care itself you cannot take part.")
        zone = request.POST.get("zone", "")
        if not problems:
            try:
                join(
                    person,
                    name,
                    zone=zone if is_zone(zone) else "UTC",
                    language=language,
                    fields=fields,
                    consents=_agreed(request, program),
                    key=f"enroll:{name}",
                )
                return HttpResponseRedirect("/")
            except CannotJoinError as error:
                problems["consent"] = _("This could not be saved: %(reason)s.") % {"reason": error}
    shown = [
        _shown(request, n, f, language, authored.language, problems)
        for n, f in authored.person.items()
        if f.ask is not None
    ]
    languages = [(c, own_name(c)) for c in authored.languages or (authored.language,)]
    context = {
        "title": written(authored.title, language, authored.language),
        "about": written(authored.about, language, authored.language),
        "fields": shown,
        "languages": languages,
        "chosen_language": language,
        "zones": sorted(z for z in zone_names() if "/" in z or z == "UTC"),
        "chosen_zone": request.POST.get("zone", ""),
        "problems": problems,
        "asked": asked(program, language, {}),
        "care": _care(program),
        "ticked": request.POST.getlist("agree"),
        "rosters": [(r.hours, written(r.note, language, authored.language)) for r in authored.rosters.values()][:1],
    }
    return render(request, "participant/about.html", context, status=422 if problems else 200)


def _care(program: CompiledProgram) -> bool:
    """Whether the program words the consent to the care itself."""
    return any(purpose.covers == "care" for purpose in program.program.consent.values())


def _agreed(request: HttpRequest, program: CompiledProgram) -> dict[str, int]:
    """The purposes that were ticked, with the version of the text that was shown."""
    ticked = request.POST.getlist("agree")
    return {purpose: found.version for purpose, found in program.program.consent.items() if purpose in ticked}


def _fields(request: HttpRequest, program: CompiledProgram) -> tuple[dict[str, Value], dict[str, str]]:
    """What was filled in, and what is wrong with it. What is left empty keeps its default."""
    found: dict[str, Value] = {}
    problems: dict[str, str] = {}
    for name, field in program.program.person.items():
        if field.ask is None:
            continue
        try:
            value = field_value(field, request.POST.get(f"field.{name}", ""))
        except ValueError as error:
            problems[name] = f"{error}.".capitalize()
            continue
        if value is not None and value != field.default:
            found[name] = value
    return found, problems


def field_value(field: PersonField, text: str) -> Value:
    """A person's field from a form; None where it was left empty. Raises ValueError in plain words."""
    value = typed(field.type, text[:2000])
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = field.min, field.max
        if (low is not None and value < low) or (high is not None and value > high):
            raise ValueError(
                _("it lies between %(low)s and %(high)s") % {"low": f"{low:g}", "high": f"{high:g}"}
                if low is not None and high is not None
                else _("out of range")
            )
    if field.type == "choice" and value is not None and value not in field.options:
        raise ValueError(_("please choose one of these"))
    return value


def _shown(
    request: HttpRequest, name: str, field: PersonField, language: str, own: str, problems: dict[str, str]
) -> dict[str, object]:
    default = field.default if field.default is not None and field.type != "text" else ""
    given = request.POST.get(f"field.{name}", _form_text(default))
    return {
        "name": name,
        "ask": written(field.ask or name, language, own),
        "type": field.type,
        "given": given,
        "placeholder": str(field.default) if field.type == "text" and field.default is not None else "",
        "unit": field.unit or "",
        "min": field.min,
        "max": field.max,
        "options": [(value, written(label, language, own)) for value, label in field.options.items()],
        "problem": problems.get(name, ""),
    }


def _form_text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out: this browser forgets the person, its caches too."""
    sign_out(request)
    answer = HttpResponseRedirect("/join")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
