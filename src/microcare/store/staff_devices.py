"""The devices on which somebody of the staff takes notices of alerts, sealed under the master key."""

import msgspec

from microcare.store.database import blob, rows, run, writing
from microcare.store.master import hashed, open_sealed, seal
from microcare.store.push_devices import MOST, Device

OF = 'SELECT id, body FROM staff_device WHERE "user" = %s ORDER BY made, id'
ADD = """
INSERT INTO staff_device (id, "user", body, made) VALUES (%s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET body = excluded.body
"""
REMOVE = 'DELETE FROM staff_device WHERE id = %s AND "user" = %s'


def _name(user: str, endpoint: str) -> str:
    return hashed(f"{user}\0{endpoint}", "staff device")


def add(user: str, device: Device, now: int) -> None:
    """Let a device take notices; the oldest of many makes way."""
    name = _name(user, device.endpoint)
    with writing():
        run(ADD, [name, user, seal(msgspec.json.encode(device), name), now])
        for one, _body in rows(OF, [user])[:-MOST]:
            run(REMOVE, [str(one), user])


def remove(user: str, endpoint: str) -> bool:
    """A device takes none any more; whether it did."""
    return run(REMOVE, [_name(user, endpoint), user]) == 1


def of(user: str) -> list[Device]:
    """Somebody's devices, the oldest first; without those that cannot be read."""
    found = []
    for name, body in rows(OF, [user]):
        opened = open_sealed(blob(body), str(name))
        if opened is not None:
            found.append(msgspec.json.decode(opened, type=Device))
    return found
