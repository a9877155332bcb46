"""The second way to staff: a notice on their own devices that an alert waits. It says nothing else, not even whose."""

from collections.abc import Iterator, Mapping
from hashlib import blake2b

import msgspec
from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from microcare.care import clock
from microcare.channels.channel import Channel, Message, Outcome, Result
from microcare.store import staff_devices
from microcare.store.push_devices import Device

LASTS = 4 * 3_600_000
"""A notice that has not reached its device after so long does not arrive any more, ms."""


def turn_on(user: str, device: Device) -> None:
    """Tell somebody on this device too when an alert waits for them."""
    staff_devices.add(user, device, clock.now())


def turn_off(user: str, endpoint: str) -> bool:
    """Tell them there no more; whether it was on."""
    return staff_devices.remove(user, endpoint)


def count(user: str) -> int:
    """On how many devices somebody is told."""
    return len(staff_devices.of(user))


def notify(channels: Mapping[str, Channel], address: str, key: str) -> Iterator[Outcome]:
    """Tell whoever has this mail address, on all their devices; what came of each. A device that is no more is forgotten."""
    channel = channels.get("push")
    if channel is None or not address:
        return
    users = get_user_model().objects.filter(is_active=True, email__iexact=address).order_by("id")
    for user in users.values_list("username", flat=True):
        for device in staff_devices.of(user):
            to = msgspec.json.encode(device).decode()
            rests = channel.rests(to)
            if rests:
                yield Outcome(Result.FAILED, "its push service fails and is left alone for now", rests)
                continue
            moment = clock.now()
            # The same key names no alert and nobody: the push service sees only that something is urgent.
            mark = blake2b(f"{key} {device.endpoint}".encode(), digest_size=8).hexdigest()
            outcome = channel.send(Message(mark, to, body=body(), at=moment, expires=moment + LASTS, urgent=True))
            if outcome.result is Result.GONE:
                turn_off(user, device.endpoint)
                outcome = Outcome(Result.FAILED, outcome.detail)
            yield outcome


def body() -> str:
    """What a device is told: that an alert waits, and that its page is one of the desk's."""
    return msgspec.json.encode({"title": str(_("An alert waits")), "language": "en", "desk": True}).decode()
