"""The pages: today, what one needs, the journey, help; and a program's files."""

import logging
import secrets
from contextlib import suppress

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from microcare.base.moments import DAY, HOUR, local_day, resolve
from microcare.care import answering, consents, letters
from microcare.care.cards import Item
from microcare.care.demonstration import quiet_of, waking
from microcare.care.emergency import countries
from microcare.care.enroll import enroll, every_consent
from microcare.care.helping import help_of, help_of_nobody, rule_texts
from microcare.care.journeys import Today, today_of
from microcare.care.jump import NotADemoError, jump
from microcare.care.reading import Person, wants
from microcare.care.settings import keep_step, set_value
from microcare.care.telling import moment_words
from microcare.care.ways import journey_of
from microcare.store import deployment, people
from microcare.store.journals import UnreadableError
from microcare.web.participant.session import has_room, page, person_of, reading, sign_in, signed_in
from microcare.web.participant.stimuli import enough

log = logging.getLogger(__name__)

SEEN = "help_seen"
COUNTRY, YEAR = "country", 365 * 86_400
"""The cookie that remembers the country of somebody who is not signed in."""


@require_GET
@signed_in
def today(request: HttpRequest, person: str) -> HttpResponse:
    """What is with the person now, one thing at a time."""
    found = reading(person)
    if not found.state.courses and not found.state.last and people.invited_to(person):
        return HttpResponseRedirect("/join/about")
    shown = today_of(found)
    seen = request.session.get(SEEN, [])
    unseen = [a for a in shown.alerts if a not in seen]
    item = _chosen(shown, request.GET.get("at", ""))
    context = {
        "today": shown,
        "alerts": unseen,
        "item": item,
        "place": _place(item, request.GET.get("item", "")),
        "others": [i for i in shown.items[shown.answers :] if item is None or i.id != item.id],
        "also": [i for i in shown.items[: shown.answers] if item is None or i.id != item.id],
        "snoozed": [(e, _when(shown, e.snoozed)) for e in shown.snoozed if item is None or e.delivery != item.id],
        "paused": _when(shown, shown.paused_until) if shown.paused_until else "",
        "until": _when(shown, item.event.expires)
        if item is not None and item.event is not None and item.event.expires
        else "",
        "key": secrets.token_hex(12),
        "asked_again": bool(consents.open_ones(found)),
        "nav": "today",
        **_help_context(found, "today"),
        "rules": rule_texts(found),
    }
    return page(request, "participant/today.html", found, context)


def _help_context(found: Person, where: str) -> dict[str, object]:
    """What the help page shows, on a page of this name."""
    help_ = help_of(found)
    return {
        "help": help_,
        "texts": list(dict.fromkeys(a.text for a in help_.alerts)),
        "told_at": moment_words(found.state.zone, found.now, found.now),
        "countries": countries().items() if help_.emergency.ask else (),
        "page_of_help": where,
        "helpkey": secrets.token_hex(12),
    }


def _chosen(shown: Today, wanted: str) -> Item | None:
    for item in shown.items:
        if item.id == wanted:
            return item
    for event in shown.snoozed:
        if event.delivery == wanted:
            return Item(event.delivery, "event", event.title, event=event)
    return shown.items[0] if shown.items else None


def _place(item: Item | None, wanted: str) -> int:
    """Which question is shown: the first without an answer, or one that the person went back to."""
    questions = item.questions or (item.event.form if item.event is not None else None) if item is not None else None
    if questions is None:
        return 0
    return next((i for i, q in enumerate(questions.questions) if q.item == wanted), questions.place)


def _when(shown: Today, moment: int) -> str:
    """A moment in words: 18:00, tomorrow, 9:00."""
    return moment_words(shown.zone, moment, shown.now)


@require_POST
@signed_in
def seen(request: HttpRequest, person: str) -> HttpResponse:
    """The person has read the help page of an open alert. It stays a tap away; staff are told all the same."""
    known = request.session.get(SEEN, [])
    request.session[SEEN] = [*known, *(a for a in request.POST.getlist("alert") if a not in known)][-50:]
    return HttpResponseRedirect("/")


@require_GET
@signed_in
def need(request: HttpRequest, person: str) -> HttpResponse:
    """ "I need something": saying so opens a look at things at once."""
    found = reading(person)
    return page(
        request,
        "participant/need.html",
        found,
        {
            "wants": wants(found),
            "firsts": answering.firsts(found),
            "to": letters.writes_to(found),
            "help": help_of(found),
            "key": secrets.token_hex(12),
            "nav": "need",
        },
    )


@require_GET
@signed_in
def journey(request: HttpRequest, person: str) -> HttpResponse:
    """The way so far: as a picture, or as a list; after years, its later part, unless all of it is wanted."""
    found = reading(person, whole="all" in request.GET)
    way = journey_of(found)
    as_list = request.GET.get("as") == "list"
    parts = way.parts if as_list else way.parts[::-1]
    return page(
        request,
        "participant/journey.html",
        found,
        {"way": way, "parts": parts, "as_list": as_list, "nav": "journey"},
    )


@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    """Help now. It is there for everybody, signed in or not."""
    person = person_of(request)
    if person:
        try:
            found = reading(person)
            return page(request, "participant/help.html", found, {"nav": "help", **_help_context(found, "help")})
        except Exception:
            # Whatever is wrong with what is kept of them: the numbers to call are there.
            log.exception("the help page of %s goes without what is theirs", person)
    country = request.COOKIES.get(COUNTRY, "")
    help_ = help_of_nobody(country if country in countries() else "")
    return render(request, "participant/help.html", {"help": help_, "alone": True, "countries": countries().items()})


@require_POST
def country(request: HttpRequest) -> HttpResponse:
    """Which country somebody is in, so that the right number stands on the help page; it is remembered."""
    given, person = request.POST.get("country", ""), person_of(request)
    answer = HttpResponseRedirect("/help")
    if given not in countries():
        return answer
    kept = False
    if person:
        with suppress(UnreadableError):
            set_value(person, "country", given)
            kept = True
    if not kept:
        answer.set_cookie(COUNTRY, given, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure())
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def plan(request: HttpRequest, person: str) -> HttpResponse:
    """The person's own safety plan. It stands on the help page, without a connection too."""
    found = reading(person)
    if request.method == "POST" and not has_room(request, person):
        messages.error(request, _("That could not be saved: %(reason)s.") % {"reason": enough()})
    elif request.method == "POST":
        for name in letters.SECTIONS:
            keep_step(person, name, request.POST.get(name, ""))
        messages.success(request, _("Saved. It stands on the help page."))
        return HttpResponseRedirect("/help")
    return page(request, "participant/plan.html", found, {"steps": letters.plan(found), "nav": "help"})


@require_GET
@signed_in
def talk(request: HttpRequest, person: str) -> HttpResponse:
    """The messages between the person and whoever accompanies them."""
    found = reading(person)
    context = {"letters": letters.letters(found), "to": letters.writes_to(found), "agreed": letters.agreed(found),
               "key": secrets.token_hex(12), "nav": "need"}  # fmt: skip
    return page(request, "participant/messages.html", found, context)


# -- The demo ---------------------------------------------------------------------------------------------------------


@require_POST
@signed_in
def demo(request: HttpRequest, person: str) -> HttpResponse:
    """Move the demo's clock, or begin again as somebody new. Only a demo's database lets this happen."""
    if not deployment.is_demo():
        return HttpResponse("This is not a demo.", status=404, content_type="text/plain")
    found = reading(person)
    wanted = request.POST.get("to", "")
    if wanted == "again":
        return _again(request, found)
    try:
        jump(max(0, _target(found, wanted) - found.now))
    except NotADemoError:
        return HttpResponse("This is not a demo.", status=404, content_type="text/plain")
    return HttpResponseRedirect("/")


def _target(person: Person, wanted: str) -> int:
    zone, now = person.state.zone, person.now
    today_ = local_day(zone, now)
    if wanted == "hour":
        return now + HOUR
    if wanted == "evening":
        evening = resolve(zone, today_, 19 * 3600)
        return evening if evening > now else resolve(zone, today_ + 1, 19 * 3600)
    if wanted == "week":
        return now + 7 * DAY
    return resolve(zone, today_ + 1, 8 * 3600)


def _again(request: HttpRequest, person: Person) -> HttpResponse:
    program = next(iter(person.state.courses), "") or people.invited_to(person.id)
    if program:
        # At night nothing would come to somebody new.
        jump(waking(quiet_of([program]), person.state.zone, person.now) - person.now)
        joined = enroll(program, zone=person.state.zone, name=person.name, consents=every_consent(program))
        deployment.put(f"demo.person.{program}", joined.person)
        sign_in(request, joined.person)
    return HttpResponseRedirect("/")
