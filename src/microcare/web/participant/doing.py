"""Doing: the batch endpoint for the phone's queue, the plain form that works without scripts, and photos."""

import secrets
from collections.abc import Sequence

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from microcare.care import allowance, clock
from microcare.care.languages import speak
from microcare.care.receive import BusyError, Received, receive
from microcare.care.resting import mark as stops_mark
from microcare.care.version import page_version
from microcare.care.ways import PHOTO
from microcare.hub import stimulus
from microcare.store import journals, texts
from microcare.web.participant import stimuli
from microcare.web.participant.session import signed_in
from microcare.web.participant.stimuli import FAILED, Wanted, enough

MOMENT = 400
"""How long a question has been on the screen, ms, before an answer can be meant for it (`moment.js`, and `app.css`)."""
LARGEST_PHOTO = 5_000_000
BATCH_BYTES = 2_000_000
MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
FIELDS = (
    "kind",
    "assessment",
    "item",
    "delivery",
    "act",
    "clock",
    "stage",
    "offer",
    "intervention",
    "name",
    "zone",
    "alert",
    "program",
)


WORDS = {
    "there is no such questionnaire": gettext_lazy("these questions are over"),
    "there is no such delivery": gettext_lazy("it is over"),
    "there is no such offer": gettext_lazy("it is over"),
    "it is done already": gettext_lazy("it was done already"),
    "it is over": gettext_lazy("its time is over"),
    FAILED: gettext_lazy("something went wrong here. Please try again in a moment"),
}
"""What the engine says of a refusal, as a person reads it."""


def in_words(reason: str) -> str:
    """A refusal in words for the person: nothing of the engine's inside."""
    what, _colon, short = reason.partition(": ")
    return next(
        (str(words) for known, words in WORDS.items() if what == known or short.startswith(known)), short or reason
    )


def take(person: str, wanted: Sequence[Wanted]) -> Received:
    """Take what a person did, in order."""
    state = journals.load(person).state
    speak(state.language)
    room, full = stimuli.within(person, state, wanted)
    made, refused = stimuli.make(person, state, room, clock.now())
    taken = receive(person, made)
    return Received(taken.saved, taken.known, (*taken.refused, *refused, *full), taken.version)


@require_POST
@signed_in
def batch(request: HttpRequest, person: str) -> HttpResponse:
    """Stimuli as JSON, in order: `{"stimuli": [{kind, key, at, ...}]}`. A repeat is nothing new.

    Each is answered on its own: one that cannot be read or taken keeps no other out.
    """
    if len(request.body) > BATCH_BYTES:
        return JsonResponse({"error": "too much at once"}, status=413)
    try:
        wanted, unread = stimuli.decode(request.body)
    except ValueError as error:
        return JsonResponse({"error": str(error)}, status=400)
    if len(wanted) + len(unread) > stimuli.MOST:
        return JsonResponse({"error": "too much at once"}, status=413)
    try:
        taken = take(person, wanted)
    except BusyError:
        return JsonResponse({"error": "busy"}, status=503, headers={"Retry-After": "2"})
    refused = [{"key": key, "reason": in_words(reason)} for key, reason in (*taken.refused, *unread)]
    again = [key for key, reason in taken.refused if reason.startswith(FAILED)]
    return JsonResponse(
        {"version": taken.version, "saved": taken.saved, "known": taken.known, "refused": refused, "again": again}
    )


@require_POST
@signed_in
def form(request: HttpRequest, person: str) -> HttpResponse:
    """The same from a plain form."""
    post = request.POST
    key = post.get("key", "") or f"form:{secrets.token_hex(12)}"
    plain = {name: post.get(name, "") for name in FIELDS}
    wanted = msgspec.convert(plain | {"key": key, "value": _value(request)}, Wanted)
    wanted.phone = post.get("phone")
    wanted.until = _whole(post.get("until", ""))
    # Between two questions of one thing, that thing stays; otherwise what comes first is shown.
    back = post.get("back", "")
    following = f"/?at={back}" if wanted.kind == "answer" and back.isalnum() else "/"
    if wanted.kind == "triage" and back == "help":
        following = "/help"
    if _unread(post.get("shown", "")):
        messages.warning(
            request, _("This question had only just appeared, so nothing was saved. Please answer it now.")
        )
        return HttpResponseRedirect(following)
    photo = request.FILES.get("photo")
    if photo is not None:
        body = photo.read(LARGEST_PHOTO + 1)
        if not allowance.spend(person, 1, len(body)):
            messages.error(request, _("That could not be saved: %(reason)s.") % {"reason": enough()})
            return HttpResponseRedirect(following)
        kept = keep_photo(person, body)
        if kept is None:
            messages.error(request, _("This photo could not be saved: JPEG, PNG or WebP, at most 5 MB."))
            return HttpResponseRedirect("/")
        if wanted.kind == "act":
            receive(person, [_photo_receipt(wanted, kept)])
        wanted.value = kept
    for _key, reason in take(person, [wanted]).refused:
        messages.error(request, _("That could not be saved: %(reason)s.") % {"reason": in_words(reason)})
    return HttpResponseRedirect(following)


def _unread(shown: str) -> bool:
    """Whether a form was sent before anybody can have read it: a second tap, meant for what stood there before."""
    return bool(shown) and 0 <= clock.now() - _whole(shown) < MOMENT


def _value(request: HttpRequest) -> str | None:
    found = request.POST.get("value")
    return None if "skip" in request.POST else found


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _photo_receipt(wanted: Wanted, reference: str) -> stimulus.Receipt:
    """That a photo was taken for an event: a receipt that names where the photo is kept."""
    return stimulus.Receipt(
        key=f"{wanted.key}:photo",
        at=clock.now(),
        delivery=wanted.delivery,
        stage="shown",
        detail=f"{PHOTO}{reference}",
    )


@require_POST
@signed_in
def photo(request: HttpRequest, person: str) -> HttpResponse:
    """Keep a photo; returns its reference. With `delivery`, it belongs to that event."""
    found = request.FILES.get("photo")
    body = found.read(LARGEST_PHOTO + 1) if found is not None else b""
    key = request.POST.get("key", "")
    wanted = Wanted(kind="act", key=key, delivery=request.POST.get("delivery", ""))
    if wanted.delivery and journals.known(person, [f"{key}:photo"]):
        return JsonResponse({"reference": "", "known": True})
    if not allowance.spend(person, 1, len(body)):
        return JsonResponse({"error": enough()}, status=429)
    kept = keep_photo(person, body)
    if kept is None:
        return JsonResponse({"error": "JPEG, PNG or WebP, at most 5 MB"}, status=400)
    if wanted.delivery:
        receive(person, [_photo_receipt(wanted, kept)])
    return JsonResponse({"reference": kept})


def keep_photo(person: str, body: bytes) -> str | None:
    """Keep a photo under its person; None where it is none, or too large."""
    media = next((kind for magic, kind in MAGIC.items() if body.startswith(magic)), "")
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        media = "image/webp"
    if not media or len(body) > LARGEST_PHOTO:
        return None
    return texts.keep_bytes(person, body, media)


@require_GET
@signed_in
def show_photo(request: HttpRequest, person: str, reference: str) -> HttpResponse:
    """A photo of one's own."""
    kept = texts.kept(person, reference)
    if kept is None or not kept.media.startswith("image/"):
        return HttpResponse("There is no such photo.", status=404, content_type="text/plain")
    return HttpResponse(kept.body, content_type=kept.media)


@require_GET
@signed_in
def version(request: HttpRequest, person: str) -> HttpResponse:
    """The person's version: pages poll it. 304 where it is what the page has."""
    number = page_version(person)
    mark = f'"{number}"'
    headers = {"ETag": mark, "X-Now": str(clock.now()), "X-Stops": stops_mark()}
    if request.headers.get("If-None-Match") == mark:
        return HttpResponse(status=304, headers=headers)
    return JsonResponse({"version": number}, headers=headers)
