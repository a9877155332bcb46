"""Other systems that call, and are told: what they may do stands in the same table of roles as the staff's."""

import base64
import hmac
import json
from collections.abc import Callable, Collection
from functools import partial
from hashlib import sha256
from http.client import HTTPException
from urllib.parse import urlsplit

from microcare.care import access, clock
from microcare.care.access import Access
from microcare.channels import outward, said
from microcare.channels.breaker import Breakers
from microcare.store import audit, heartbeats, memberships, systems
from microcare.store.systems import TOLD, USER, Event, Hook

Submit = Callable[[str, Callable[[], None], int], bool]
"""Puts a job into a lane (its name, the job, in how many threads it may go); False: the lane is full."""
LEASE = 90_000
FIRST, LONGEST, TRIES = 30_000, 6 * 3_600_000, 12
"""How soon it is told again when it was not taken, ms, doubled each time; and how often at most."""


def add(system: str, roles: Collection[str], program: str, by: str, expires: int = 0) -> str:
    """A key for a system, with roles in a program (or in all: `*`). ValueError: there is no such role."""
    wrong = [role for role in roles if role not in access.ROLES]
    if wrong or not roles:
        raise ValueError(f"{', '.join(wrong) or 'nothing'} is no role: choose of {', '.join(access.ROLES)}")
    now = clock.wall()
    for role in roles:
        memberships.grant(f"{USER}{system}", program, role, now)
    key = systems.make_key(system, now, expires)
    audit.append(clock.now(), by, "system key", "", f"{system}: {', '.join(roles)} in {program}")
    return key


def remove(key: str, by: str) -> bool:
    """Take a key back."""
    if not systems.remove_key(key):
        return False
    audit.append(clock.now(), by, "system key removed", "", key)
    return True


def who(key: str) -> Access | None:
    """What whoever calls with a key may do; None: it opens nothing."""
    system, _name = systems.system_of(key, clock.wall())
    return access.access_of(f"{USER}{system}") if system else None


def listen(system: str, url: str, kinds: Collection[str], *, local: bool = False) -> tuple[str, str]:
    """Tell a system of kinds of entries; the hook's name and its secret. ValueError says what is wrong."""
    unknown = [kind for kind in kinds if kind not in TOLD]
    if unknown or not kinds:
        raise ValueError(f"kinds: {', '.join(unknown) or 'none'} cannot be told; there are {', '.join(TOLD)}")
    wrong = outward.problem(url, local=local)
    if wrong:
        raise ValueError(f"url: {wrong}")
    name, secret = systems.add_hook(system, url, tuple(dict.fromkeys(kinds)), clock.wall())
    audit.append(clock.now(), f"{USER}{system}", "webhook", "", url)
    return name, "whsec_" + base64.b64encode(secret).decode()


def signed(hook: Hook, one: Event, moment: int) -> tuple[dict[str, str], bytes]:
    """Headers and body of one notice, as Standard Webhooks sign them. Names and numbers alone, never what was said."""
    told = {"type": one.kind, "person": one.person, "sequence": one.sequence, "at": one.at, "program": one.program}
    body = json.dumps(told, separators=(",", ":")).encode()
    name, stamp = f"{one.hook}-{one.person}-{one.sequence}", str(moment // 1000)
    sign = hmac.new(hook.secret, f"{name}.{stamp}.".encode() + body, sha256).digest()
    headers = {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(sign).decode()}",
    }
    return headers, body


def tell_due(
    now: int, *, local: bool = False, limit: int = 50, submit: Submit | None = None, breakers: Breakers | None = None
) -> int:
    """Tell what is due; returns how many were looked at.

    With `submit` each other side has a lane of its own; whoever is full, or is left alone, is passed over, and what waits
    for them keeps nobody else waiting.
    """
    breakers = breakers or Breakers()
    readable, unreadable = systems.all_hooks()
    hooks = {hook.id: hook for hook in readable}
    passed, looked = {h.id for h in hooks.values() if submit and breakers.of(_side(h)).rests()}, 0
    # What cannot be signed waits until somebody has repaired it, or dropped it.
    passed |= unreadable
    while events := systems.due(now, limit, sorted(passed)):
        before = len(passed)
        for one in events:
            heartbeats.tick()
            hook = hooks.get(one.hook)
            if one.hook in passed or not systems.claim(one, now + LEASE):
                continue
            looked += 1
            if hook is None or not _may(hook, one):
                systems.settle(one, "failed", "it may not know this any more", None)
            elif submit is None:
                _tell(hook, one, local, breakers)
            elif not submit(f"hook {_side(hook)}", partial(_tell, hook, one, local, breakers), 1):
                systems.give_back(one, now)
                passed.add(one.hook)
                looked -= 1
        if len(passed) == before:
            break
    return looked


def _side(hook: Hook) -> str:
    return urlsplit(hook.url).netloc


def _may(hook: Hook, one: Event) -> bool:
    """Whether the system still may see people of the program; the person, where no program stands in it."""
    allowed = access.access_of(f"{USER}{hook.system}")
    return allowed.may_in(access.SEE, one.program) if one.program else allowed.may_about(access.SEE, one.person)


def _tell(hook: Hook, one: Event, local: bool, breakers: Breakers) -> None:
    headers, body = signed(hook, one, clock.wall())
    breaker, wanted = breakers.of(_side(hook)), None
    try:
        answer = outward.post(hook.url, body, headers, local=local)
        taken, why = 200 <= answer.status < 300, said.status(answer.status)
        wanted = outward.heed(answer, breaker)
    except outward.RefusedAddressError as error:
        taken, why = False, str(error)
    except (OSError, ValueError, HTTPException) as error:
        breaker.bad()
        taken, why = False, said.fault(error.__cause__ or error)
    if taken:
        systems.settle(one, "accepted", "", None)
        return
    tries = one.tries + 1
    pause = max(min(FIRST << min(one.tries, 20), LONGEST), int((wanted or 0) * 1000))
    again = clock.now() + pause if tries < TRIES else None
    systems.settle(one, "pending" if again else "failed", why, again)
