"""Alerts on this device: turned on and off from somebody's own account."""

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from microcare.care import clock, desk_devices, notifications
from microcare.store import audit
from microcare.store.push_devices import Device

LONGEST = 10_000


class Wanted(msgspec.Struct):
    """What a browser says of itself: a push subscription."""

    endpoint: str
    keys: dict[str, str] = {}
    on: bool = True


@require_POST
@never_cache
def device(request: HttpRequest) -> HttpResponse:
    """Tell me here too when an alert waits: `{"endpoint": ..., "keys": {...}, "on": true}`; with `false`, no more."""
    name = request.user.get_username()
    try:
        wanted = msgspec.json.decode(request.body[:LONGEST], type=Wanted)
    except msgspec.DecodeError as error:
        return JsonResponse({"error": str(error)}, status=400)
    if not wanted.on:
        return JsonResponse({"on": False, "was": desk_devices.turn_off(name, wanted.endpoint)})
    found = Device(wanted.endpoint, wanted.keys.get("p256dh", ""), wanted.keys.get("auth", ""))
    wrong = notifications.problem(found, local=settings.PUSH_LOCAL)
    if wrong:
        return JsonResponse({"error": wrong}, status=400)
    desk_devices.turn_on(name, found)
    audit.append(clock.now(), name, "alerts on a device", name)
    return JsonResponse({"on": True})
