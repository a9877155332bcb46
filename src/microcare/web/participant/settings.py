"""What a person decides for themselves: quiet hours, a pause, their own details, what is not for them, leaving."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import dates
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from microcare.base.moments import DAY, format_clock, is_zone, parse_window
from microcare.base.schedules import WEEKDAYS
from microcare.base.zones import zone_names
from microcare.care import consents, helping, notifications
from microcare.care import settings as deeds
from microcare.care.cards import later_at
from microcare.care.emergency import countries
from microcare.care.languages import own_name, speak
from microcare.care.reading import Person
from microcare.hub.consent import OUTSIDE
from microcare.hub.stimulus import Value
from microcare.program.person import PersonField
from microcare.store import people
from microcare.web.participant.join import field_value
from microcare.web.participant.session import has_room, page, reading, signed_in
from microcare.web.participant.stimuli import enough, quiet_window

PAUSES = (1, 3, 7, 14, 30)
MODES = {
    "": gettext_lazy("As the program has it"),
    "app": gettext_lazy("The app chooses"),
    "self": gettext_lazy("I choose from a short list"),
    "coach": gettext_lazy("A person chooses with me"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def settings(request: HttpRequest, person: str) -> HttpResponse:
    """Show the settings, or change one of them."""
    found = reading(person)
    if request.method == "POST":
        change = CHANGES.get(request.POST.get("what", ""))
        if change is None:
            return HttpResponseRedirect("/settings")
        try:
            if request.POST["what"] in WORDY and not has_room(request, person):
                raise ValueError(enough())
            messages.success(request, change(request, found))
        except ValueError as error:
            messages.error(request, _("That could not be saved: %(reason)s.") % {"reason": error})
        return HttpResponseRedirect("/settings")
    state = found.state
    window = parse_window(state.quiet) if state.quiet else None
    context = {
        "identity": people.identity(person),
        "quiet": [format_clock(c % 86_400) for c in window] if window else ["", ""],
        "pauses": PAUSES,
        "paused": state.paused_until if state.paused_until > found.now else 0,
        "languages": _languages(found),
        "fields": _fields(found),
        "likes": _likes(found),
        "mode": state.mode,
        "modes": MODES.items(),
        "zones": sorted({*(z for z in zone_names() if "/" in z), "UTC", state.zone}),
        "days": [(name, dates.WEEKDAYS[n], n in state.days_off) for n, name in enumerate(WEEKDAYS)],
        "channels": [(c, words, c not in state.channels_off) for c, words in _ways(found)],
        "country": state.country,
        "countries": countries().items(),
        "phone": found.texts.get(state.phone, ""),
        "push_key": notifications.public_key(),
        "agreed": bool(consents.purposes(found)),
        "nav": "settings",
    }
    return page(request, "participant/settings.html", found, context)


def _ways(person: Person) -> list[tuple[str, str]]:
    """The channels outside the app that their programs use."""
    words = {"push": _("Notifications on this and other devices"), "email": _("Mail")}
    voices = [v for p in person.state.courses if (v := person.voice(p)) is not None]
    used = {channel for v in voices for channel, _after in v.program.channels}
    return [(channel, words[channel]) for channel in OUTSIDE if channel in used]


def _languages(person: Person) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for name in person.state.courses:
        voice = person.voice(name)
        if voice is not None:
            authored = voice.program.program
            found |= {c: own_name(c) for c in authored.languages or (authored.language,)}
    return list(found.items())


def _authored(person: Person) -> dict[str, tuple[PersonField, str, list[tuple[str, str]]]]:
    """The person's fields, each with its question and labels in their language."""
    found: dict[str, tuple[PersonField, str, list[tuple[str, str]]]] = {}
    for name in person.state.courses:
        voice = person.voice(name)
        for key, field in (voice.program.program.person if voice is not None else {}).items():
            if field.ask is not None and voice is not None:
                labels = [(value, voice.plain(label)) for value, label in field.options.items()]
                found.setdefault(key, (field, voice.plain(field.ask), labels))
    return found


def _fields(person: Person) -> list[dict[str, object]]:
    shown: list[dict[str, object]] = []
    for name, (field, ask, options) in _authored(person).items():
        value: Value = person.state.fields.get(name, field.default)
        if field.type == "text":
            value = person.texts.get(str(person.state.fields.get(name, "")), "")
        given = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
        shown.append(
            {
                "name": name,
                "ask": ask,
                "type": field.type,
                "given": given,
                "options": options,
                "min": field.min,
                "max": field.max,
                "unit": field.unit or "",
                "placeholder": str(field.default or "") if field.type == "text" else "",
            }
        )
    return shown


def _likes(person: Person) -> list[tuple[str, str]]:
    """What the person said is not for them."""
    found = []
    for name, value in person.state.likes.items():
        if value < 0:
            voices = [v for p in person.state.courses if (v := person.voice(p)) is not None]
            voice = next((v for v in voices if name in v.program.interventions), None)
            found.append((name, voice.title(name) if voice is not None else name))
    return found


def _quiet(request: HttpRequest, person: Person) -> str:
    if "clear" in request.POST:
        deeds.quiet_hours(person.id, "")
        return _("The program's own quiet hours count again.")
    window = quiet_window(request.POST.get("begin", ""), request.POST.get("end", ""))
    if not window:
        raise ValueError(_("quiet hours need a beginning and an end that differ"))
    deeds.quiet_hours(person.id, window)
    return _("Your quiet hours are saved.")


def _pause(request: HttpRequest, person: Person) -> str:
    days = request.POST.get("days", "")
    if days not in {str(n) for n in (0, *PAUSES)}:
        raise ValueError(_("choose for how long"))
    if days == "0":
        deeds.pause(person.id, 0)
        return _("Welcome back. The program goes on.")
    until = later_at(person.state.zone, person.now + int(days) * DAY - DAY, 8 * 3600)
    deeds.pause(person.id, until)
    return _("Paused. Nothing will reach you until then, and nothing is lost.")


def _language(request: HttpRequest, person: Person) -> str:
    wanted = request.POST.get("language", "")
    if wanted not in dict(_languages(person)):
        raise ValueError(_("the program does not speak this language"))
    deeds.set_value(person.id, "language", wanted)
    speak(wanted)
    return _("Saved.")


def _zone(request: HttpRequest, person: Person) -> str:
    wanted = request.POST.get("zone", "")
    if not is_zone(wanted):
        raise ValueError(_("there is no such time zone"))
    deeds.zone(person.id, wanted)
    return _("Your time zone is saved.")


def _country(request: HttpRequest, person: Person) -> str:
    wanted = request.POST.get("country", "")
    if wanted and wanted not in countries():
        raise ValueError(_("there is no such country"))
    deeds.set_value(person.id, "country", wanted)
    return _("Saved.")


def _mode(request: HttpRequest, person: Person) -> str:
    wanted = request.POST.get("mode", "")
    if wanted not in MODES:
        raise ValueError(_("choose one of these"))
    deeds.set_value(person.id, "mode", wanted)
    return _("Saved.")


def _like(request: HttpRequest, person: Person) -> str:
    name, liked = request.POST.get("intervention", "")[:64], request.POST.get("liked", "0")
    if liked not in ("-1", "0", "1"):
        raise ValueError(_("it is liked or it is not"))
    deeds.like(person.id, name, int(liked))
    return _("It will not be suggested again.") if liked == "-1" else _("It may be suggested again.")


def _details(request: HttpRequest, person: Person) -> str:
    for name, (field, _ask, _labels) in _authored(person).items():
        given = request.POST.get(f"field.{name}")
        if given is None:
            continue
        value = field_value(field, given)
        before: Value = person.state.fields.get(name, field.default)
        if field.type == "text":
            before = person.texts.get(str(before), "")
            value = value or None
            if (value or "") == before:
                continue
        if value != before:
            deeds.field(person.id, name, value)
    return _("Your details are saved.")


def _contact(request: HttpRequest, person: Person) -> str:
    name, email = request.POST.get("name", "").strip()[:200], request.POST.get("email", "").strip()[:254]
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise ValueError(_("this is not an e-mail address")) from None
    phone = request.POST.get("phone", "").strip()
    if phone and helping.phone_problem(phone):
        raise ValueError(helping.phone_problem(phone))
    people.correct(person.id, name, email)
    deeds.phone(person.id, phone)
    return _("Saved.")


def _days(request: HttpRequest, person: Person) -> str:
    off = [day for day in WEEKDAYS if day in request.POST.getlist("day")]
    if len(off) == len(WEEKDAYS):
        raise ValueError(_("one day must be left; for all of them there is a pause"))
    deeds.set_value(person.id, "days", ",".join(off))
    return _("Your days off are saved.") if off else _("Every day counts again.")


def _channels(request: HttpRequest, person: Person) -> str:
    off = [channel for channel in OUTSIDE if channel not in request.POST.getlist("channel")]
    deeds.set_value(person.id, "channels", ",".join(off))
    return _("Saved.")


CHANGES: dict[str, Callable[[HttpRequest, Person], str]] = {
    "quiet": _quiet,
    "pause": _pause,
    "language": _language,
    "zone": _zone,
    "country": _country,
    "mode": _mode,
    "like": _like,
    "details": _details,
    "contact": _contact,
    "days": _days,
    "channels": _channels,
}
"""What can be changed: one function for each."""
WORDY = ("like", "details", "contact", "country", "zone", "language", "quiet", "days")
"""What counts as sent: all but what makes it quieter (a pause, channels off, who chooses)."""
