"""Notifications on a person's devices: what they say (that something waits, never what), and where they go."""

from collections.abc import Mapping
from hashlib import blake2b

import msgspec

from microcare.care import clock
from microcare.care.languages import speaks
from microcare.care.mails import waits
from microcare.channels import outward
from microcare.channels.channel import NO_DEVICE, Channel, Message, Outcome, Result, together
from microcare.channels.push import base64url, encrypt, from_base64url, lane, new_private_key, point, private_key
from microcare.hub.effect import Prompt
from microcare.hub.state import State
from microcare.store import push_devices
from microcare.store.push_devices import Device


def tag(person: str) -> str:
    """A name for the person that says nothing: what is queued on a phone is sent only as the same person."""
    return blake2b(person.encode(), digest_size=8, person=b"microcare-tag").hexdigest()


def send(channels: Mapping[str, Channel], key: str, person: str, state: State, prompt: Prompt, now: int) -> Outcome:
    """Notify all devices of a person; taken where one of them was reached. A device that is no more is forgotten."""
    channel, devices = channels.get("push"), push_devices.of(person)
    if channel is None:
        return Outcome(Result.FAILED, "there is no channel push")
    outcomes = []
    for number, device in enumerate(devices):
        message = Message(
            f"{key}-{number}", _written(device), body=body(person, state.language, prompt.delivery),
            at=now, expires=prompt.expires, urgent=prompt.urgent,
        )  # fmt: skip
        wait = channel.rests(message.to) if len(devices) > 1 else 0.0
        if wait:
            outcomes.append(Outcome(Result.FAILED, "its push service fails and is left alone for now", wait))
            continue
        outcome = channel.send(message)
        if outcome.result is Result.GONE:
            push_devices.remove(person, device.endpoint)
            outcome = Outcome(Result.FAILED, outcome.detail)
        outcomes.append(outcome)
    return together(outcomes or [Outcome(Result.FAILED, NO_DEVICE)])


def services(person: str) -> list[str]:
    """The push services of a person's devices."""
    return sorted({lane(_written(device)) for device in push_devices.of(person)})


def rests(channel: Channel, person: str) -> float:
    """For how many seconds none of a person's devices should be tried; 0 where any may be."""
    return min((channel.rests(_written(device)) for device in push_devices.of(person)), default=0.0)


def _written(device: Device) -> str:
    return msgspec.json.encode(device).decode()


def body(person: str, language: str, delivery: str) -> str:
    """What a device is told: a neutral title, and which delivery it is, so that it can say that it was shown."""
    said = {"title": waits(language), "language": speaks(language), "person": tag(person), "delivery": delivery}
    return msgspec.json.encode(said).decode()


def public_key() -> str:
    """The hub's public key, as a browser wants it."""
    return base64url(point(private_key(push_devices.signer(new_private_key)).public_key()))


def problem(device: Device, *, local: bool = False) -> str:
    """Why a device cannot be notified; empty where it can."""
    wrong = outward.problem(device.endpoint, local=local)
    if wrong:
        return wrong
    try:
        encrypt(b"", from_base64url(device.p256dh), from_base64url(device.auth))
    except ValueError:
        return "its keys are none"
    return ""


def turn_on(person: str, device: Device) -> bool:
    """Notify a device from now on."""
    return push_devices.add(person, device, clock.now())


def turn_off(person: str, endpoint: str) -> bool:
    """Notify it no more; whether it was."""
    return push_devices.remove(person, endpoint)
