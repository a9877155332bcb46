"""How people get in: codes that are good for entering once, and the devices that are theirs. Moments in ms."""

import secrets
from dataclasses import dataclass
from hashlib import blake2b

from microcare.store import push_devices
from microcare.store.database import row, rows, run, writing
from microcare.store.master import hashed

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without letters that are mistaken for one another."""
CODE_LASTS = 14 * 86_400_000
"""So long an invitation is good, unless somebody says otherwise."""
ADD_CODE = "INSERT INTO invitation (hash, person, expires, once) VALUES (%s, %s, %s, %s)"
CODE = "SELECT person FROM invitation WHERE hash = %s AND expires > %s"
TAKE_CODE = "DELETE FROM invitation WHERE hash = %s AND expires > %s AND once = 1"
CODES_OF = "SELECT expires FROM invitation WHERE person = %s ORDER BY expires"
FORGET_CODES = "DELETE FROM invitation WHERE person = %s"
ADD_DEVICE = "INSERT INTO person_device (id, person, name, began, seen, ended, push) VALUES (%s, %s, %s, %s, %s, 0, '')"
DEVICE = "SELECT id, person, name, began, seen, ended FROM person_device WHERE id = %s"
DEVICES_OF = """
SELECT id, person, name, began, seen, ended FROM person_device WHERE person = %s AND ended = 0 AND seen > %s
ORDER BY seen DESC, id
"""
SEE_DEVICE = "UPDATE person_device SET seen = %s WHERE id = %s AND ended = 0"
PUSH_OF = "SELECT push FROM person_device WHERE id = %s AND person = %s"
SET_PUSH = "UPDATE person_device SET push = %s WHERE id = %s"
END_DEVICE = "UPDATE person_device SET ended = %s, push = '' WHERE id = %s AND person = %s AND ended = 0"
FORGET_NAMES = "UPDATE person_device SET name = '' WHERE person = %s"
FORGET_DEVICES = "DELETE FROM person_device WHERE seen < %s"


@dataclass(frozen=True, slots=True)
class Device:
    """A browser of a person."""

    id: str
    person: str
    name: str
    began: int
    seen: int
    ended: int


def new_code() -> str:
    """A code: 20 letters and digits, about 99 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(20))


def mark(code: str) -> str:
    """What is kept of a code. Case and separators do not matter."""
    plain = "".join(c for c in code.lower() if c.isalnum())
    return blake2b(plain.encode(), digest_size=16, person=b"microcare-code").hexdigest()


def make_code(person: str, expires: int, once: bool = True) -> str:
    """A new code of a person; their other ones open nothing any more."""
    code = new_code()
    with writing():
        run(FORGET_CODES, [person])
        run(ADD_CODE, [mark(code), person, expires, int(once)])
    return code


def person_of_code(code: str, now: int = 0) -> str | None:
    """Whose code it is; None where it opens nothing."""
    found = row(CODE, [mark(code), now])
    return None if found is None else str(found[0])


def take_code(code: str, now: int) -> str | None:
    """Use a code up; whose it was. Of two who use it at the same time one gets in."""
    with writing():
        person = person_of_code(code, now)
        if person is not None:
            run(TAKE_CODE, [mark(code), now])
        return person


def code_ends(person: str, now: int) -> int:
    """Until when a person's code is good; 0: there is none."""
    return max((int(ends) for (ends,) in rows(CODES_OF, [person]) if int(ends) > now), default=0)


def forget_codes(person: str) -> int:
    """A person's codes open nothing any more; how many there were."""
    return run(FORGET_CODES, [person])


def _id(token: str) -> str:
    return hashed(token, "device")


def add_device(person: str, name: str, now: int, forget: int) -> str:
    """A browser becomes a person's; the token for its session. Rows not seen since `forget` go."""
    token = secrets.token_urlsafe(32)
    with writing():
        run(FORGET_DEVICES, [forget])
        run(ADD_DEVICE, [_id(token), person, name, now, now])
    return token


def device(token: str) -> Device | None:
    """The browser whose session holds this token."""
    found = row(DEVICE, [_id(token)]) if token else None
    return None if found is None else Device(*found)


def devices(person: str, since: int) -> list[Device]:
    """A person's browsers that were seen since then, the newest first."""
    return [Device(*found) for found in rows(DEVICES_OF, [person, since])]


def see(id: str, now: int) -> None:
    """It was used."""
    run(SEE_DEVICE, [now, id])


def notify(id: str, push: str) -> None:
    """It takes notifications there."""
    run(SET_PUSH, [push, id])


def end(id: str, person: str, now: int) -> bool:
    """A browser is the person's no more, and takes no notifications; whether it was."""
    with writing():
        found = row(PUSH_OF, [id, person])
        if found is not None and found[0]:
            push_devices.forget(person, str(found[0]))
        return run(END_DEVICE, [now, id, person]) == 1


def forget_person(person: str, now: int) -> None:
    """Within an erasure: no code and no browser opens anything of them, and how the browsers called themselves is gone."""
    run(FORGET_CODES, [person])
    for one in devices(person, 0):
        end(one.id, person, now)
    run(FORGET_NAMES, [person])
