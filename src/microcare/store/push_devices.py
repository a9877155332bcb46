"""The devices on which a person takes notifications, sealed with their key; and the key that signs for this hub."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from microcare.store import deployment, vault
from microcare.store.database import blob, rows, run, writing
from microcare.store.master import hashed, open_sealed, seal

MOST = 10
"""So many devices of one person; the oldest makes way."""
OF = "SELECT id, body FROM push_device WHERE person = %s ORDER BY made, id"
ADD = """
INSERT INTO push_device (id, person, body, made) VALUES (%s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET body = excluded.body
"""
REMOVE = "DELETE FROM push_device WHERE id = %s AND person = %s"
ERASE = "DELETE FROM push_device WHERE person = %s"
SIGNER = "vapid"


@dataclass(frozen=True, slots=True)
class Device:
    """Where a browser takes notifications: the address at its push service, and its keys (base64url)."""

    endpoint: str
    p256dh: str
    auth: str


def add(person: str, device: Device, now: int) -> bool:
    """Let a device take notifications; False where the person has been erased."""
    key = vault.key_of(person)
    if key is None:
        return False
    name = name_of(person, device.endpoint)
    with writing():
        run(ADD, [name, person, key.seal(msgspec.json.encode(device), name), now])
        for one, _body in rows(OF, [person])[:-MOST]:
            run(REMOVE, [str(one), person])
    return True


def remove(person: str, endpoint: str) -> bool:
    """A device takes none any more; whether it did."""
    return run(REMOVE, [name_of(person, endpoint), person]) == 1


def of(person: str) -> list[Device]:
    """A person's devices, the oldest first."""
    key = vault.key_of(person)
    opened = [key.open(blob(body), str(name)) for name, body in rows(OF, [person])] if key is not None else []
    return [device for body in opened if body is not None and (device := _device(body)) is not None]


def _device(body: bytes) -> Device | None:
    try:
        return msgspec.json.decode(body, type=Device)
    except msgspec.MsgspecError:
        return None


def name_of(person: str, endpoint: str) -> str:
    """By what a device is known here."""
    return hashed(f"{person}\0{endpoint}", "push")


def forget(person: str, name: str) -> None:
    """A device, by its name here, takes none any more."""
    run(REMOVE, [name, person])


def erase(person: str) -> None:
    """Forget all devices of a person."""
    run(ERASE, [person])


def signer(make: Callable[[], bytes]) -> bytes:
    """The private key with which this hub signs for push services; made once, kept sealed."""
    found = deployment.get(SIGNER)
    if found is None:
        deployment.first(SIGNER, seal(make(), SIGNER).hex())
        found = deployment.get(SIGNER)
    opened = open_sealed(bytes.fromhex(found or ""), SIGNER)
    if opened is None:
        raise RuntimeError("the key for push services was sealed by another master key")
    return opened
