"""Notifications on this device: turned on and off from its own page."""

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from microcare.care import entering, notifications
from microcare.store import push_devices
from microcare.store.push_devices import Device
from microcare.web.participant.session import has_room, signed_in, token_of
from microcare.web.participant.stimuli import enough

LONGEST = 10_000


class Wanted(msgspec.Struct):
    """What a browser says of itself: a push subscription."""

    endpoint: str
    keys: dict[str, str] = {}


@require_POST
@signed_in
def on(request: HttpRequest, person: str) -> HttpResponse:
    """Notify this device from now on: `{"endpoint": ..., "keys": {"p256dh": ..., "auth": ...}}`."""
    if not has_room(request, person):
        return JsonResponse({"error": enough()}, status=429)
    try:
        wanted = msgspec.json.decode(request.body[:LONGEST], type=Wanted)
    except msgspec.DecodeError as error:
        return JsonResponse({"error": str(error)}, status=400)
    device = Device(wanted.endpoint, wanted.keys.get("p256dh", ""), wanted.keys.get("auth", ""))
    wrong = notifications.problem(device, local=settings.PUSH_LOCAL)
    if wrong:
        return JsonResponse({"error": wrong}, status=400)
    turned_on = notifications.turn_on(person, device)
    if turned_on:
        entering.notify(token_of(request), push_devices.name_of(person, device.endpoint))
    return JsonResponse({"on": turned_on})


@require_POST
@signed_in
def off(request: HttpRequest, person: str) -> HttpResponse:
    """Notify it no more."""
    try:
        wanted = msgspec.json.decode(request.body[:LONGEST], type=Wanted)
    except msgspec.DecodeError as error:
        return JsonResponse({"error": str(error)}, status=400)
    return JsonResponse({"on": False, "was": notifications.turn_off(person, wanted.endpoint)})
