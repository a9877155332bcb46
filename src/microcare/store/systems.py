"""Other systems: their keys, what they were answered, and what they are told. Moments in ms."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass

from microcare.store.database import Row, blob, row, rows, run, run_many
from microcare.store.master import hashed, open_sealed, seal
from microcare.store.queries import among

USER = "system:"
"""What a system's name begins with in memberships and in the audit trail."""
BEGINS = "mc"
KEPT = 86_400_000
"""How long an answer is kept for a repeat, ms."""

TOLD = (
    "enrolled", "withdrew", "started", "ended", "overall_outcome", "recommended", "need_changed", "assessed", "alerted",
    "alert_moved", "notified", "messaged",
)  # fmt: skip
"""The kinds of entries of which a system can be told."""

ADD_KEY = "INSERT INTO api_key (id, system, hash, made, expires, used) VALUES (%s, %s, %s, %s, %s, 0)"
KEY = "SELECT system, hash, expires FROM api_key WHERE id = %s"
KEYS = "SELECT id, system, made, expires, used FROM api_key ORDER BY system, made, id"
USE_KEY = "UPDATE api_key SET used = %s WHERE id = %s AND used < %s"
REMOVE_KEY = "DELETE FROM api_key WHERE id = %s"
ANSWER = "SELECT request, status, body FROM api_answer WHERE id = %s AND made > %s"
BEGIN_ANSWER = """
INSERT INTO api_answer (id, request, status, body, made) VALUES (%s, %s, 0, %s, %s) ON CONFLICT (id) DO NOTHING
"""
END_ANSWER = "UPDATE api_answer SET status = %s, body = %s WHERE id = %s"
DROP_ANSWER = "DELETE FROM api_answer WHERE id = %s"
FORGET_ANSWERS = "DELETE FROM api_answer WHERE made < %s OR (status = 0 AND made < %s)"
UNDER_WAY = 60_000
"""After so long a request that never came to its end is forgotten, ms."""
ADD_HOOK = "INSERT INTO webhook (id, system, url, kinds, secret, made) VALUES (%s, %s, %s, %s, %s, %s)"
HOOKS = "SELECT id, system, url, kinds, secret, made FROM webhook ORDER BY made, id"
REMOVE_HOOK = "DELETE FROM webhook WHERE id = %s AND system = %s"
DROP_HOOK = "DELETE FROM webhook WHERE id = %s"
FORGET_EVENTS = "DELETE FROM webhook_event WHERE hook = %s"
ADD_EVENTS = """
INSERT INTO webhook_event (hook, person, sequence, kind, at, program, tries, next_try, status, detail)
SELECT id, %s, %s, %s, %s, %s, 0, %s, 'pending', '' FROM webhook WHERE kinds LIKE %s
"""
DUE = """
SELECT hook, person, sequence, kind, at, program, tries FROM webhook_event WHERE next_try <= %s ORDER BY next_try LIMIT %s
"""
DUE_ELSEWHERE = """
SELECT hook, person, sequence, kind, at, program, tries FROM webhook_event
WHERE next_try <= %s AND hook NOT IN ({hooks}) ORDER BY next_try LIMIT %s
"""
BACK = "UPDATE webhook_event SET next_try = %s, tries = tries - 1 WHERE hook = %s AND person = %s AND sequence = %s AND tries = %s"
NEXT = "SELECT MIN(next_try) FROM webhook_event WHERE next_try > %s"
CLAIM = "UPDATE webhook_event SET next_try = %s, tries = tries + 1 WHERE hook = %s AND person = %s AND sequence = %s AND tries = %s"
SETTLE = (
    "UPDATE webhook_event SET status = %s, detail = %s, next_try = %s WHERE hook = %s AND person = %s AND sequence = %s"
)
STATES = "SELECT hook, status, COUNT(*), MAX(detail) FROM webhook_event GROUP BY hook, status"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a system, without what opens anything."""

    id: str
    system: str
    made: int
    expires: int
    used: int


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a system is told of what."""

    id: str
    system: str
    url: str
    kinds: tuple[str, ...]
    secret: bytes
    made: int


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to tell."""

    hook: str
    person: str
    sequence: int
    kind: str
    at: int
    program: str
    tries: int


def make_key(system: str, now: int, expires: int = 0) -> str:
    """A new key of a system. It is shown once; only a keyed hash is kept."""
    name, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    run(ADD_KEY, [name, system, hashed(secret, "api"), now, expires])
    return f"{BEGINS}_{name}_{secret}"


def system_of(key: str, now: int) -> tuple[str, str]:
    """Whose key it is, and the key's name; empty where it opens nothing."""
    begins, _, rest = key.partition("_")
    name, _, secret = rest.partition("_")
    found = row(KEY, [name]) if begins == BEGINS and secret else None
    if found is None or not secrets.compare_digest(str(found[1]), hashed(secret, "api")):
        return "", ""
    if found[2] and found[2] <= now:
        return "", ""
    run(USE_KEY, [now, name, now - 60_000])
    return str(found[0]), name


def all_keys() -> list[Key]:
    """All keys."""
    return [Key(str(k), str(s), made, expires, used) for k, s, made, expires, used in rows(KEYS)]


def remove_key(name: str) -> bool:
    """A key opens nothing any more; whether there was one."""
    return run(REMOVE_KEY, [name]) == 1


def answered(name: str, now: int) -> tuple[str, int, bytes] | None:
    """What was asked and answered under a name within the last day: hash of the request, status (0: under way), body."""
    found = row(ANSWER, [name, now - KEPT])
    if found is None:
        return None
    body = open_sealed(blob(found[2]), f"answer {name}")
    return None if body is None else (str(found[0]), int(found[1]), body)


def begin_answer(name: str, request: str, now: int) -> bool:
    """Take a request on; False: it was taken on before. What is older than a day is forgotten."""
    run(FORGET_ANSWERS, [now - KEPT, now - UNDER_WAY])
    return run(BEGIN_ANSWER, [name, request, seal(b"", f"answer {name}"), now]) == 1


def end_answer(name: str, status: int, body: bytes) -> None:
    """Keep what was answered, for a repeat; what failed here (5xx) may be asked again."""
    if status >= 500:
        run(DROP_ANSWER, [name])
    else:
        run(END_ANSWER, [status, seal(body, f"answer {name}"), name])


def add_hook(system: str, url: str, kinds: tuple[str, ...], now: int) -> tuple[str, bytes]:
    """Tell a system of some kinds of entries from now on; its name, and the secret that signs, which is shown once."""
    name, secret = secrets.token_hex(8), secrets.token_bytes(32)
    run(ADD_HOOK, [name, system, url, f",{','.join(kinds)},", seal(secret, f"hook {name}"), now])
    return name, secret


def hooks() -> list[Hook]:
    """All of them, without those whose secret cannot be read: what they are told could not be signed."""
    return all_hooks()[0]


def unreadable() -> set[str]:
    """The names of webhooks whose secret cannot be read. What they are to be told waits."""
    return all_hooks()[1]


def all_hooks() -> tuple[list[Hook], set[str]]:
    """Those that can be read, and the names of the others."""
    opened = {str(found[0]): _hook(found) for found in rows(HOOKS)}
    return [hook for hook in opened.values() if hook is not None], {
        name for name, hook in opened.items() if hook is None
    }


def drop_hook(name: str) -> None:
    """Take a webhook away that cannot be read."""
    run(DROP_HOOK, [name])
    run(FORGET_EVENTS, [name])


def _hook(found: Row) -> Hook | None:
    name, system, url, kinds, secret, made = found
    opened = open_sealed(blob(secret), f"hook {name}")
    if opened is None:
        return None
    return Hook(str(name), str(system), str(url), tuple(k for k in str(kinds).split(",") if k), opened, int(made))


def remove_hook(name: str, system: str) -> bool:
    """Tell no more; whether it was told."""
    if run(REMOVE_HOOK, [name, system]) != 1:
        return False
    run(FORGET_EVENTS, [name])
    return True


def add_events(entries: list[tuple[str, int, str, int, str]]) -> None:
    """Within a commit: something to tell for each of these (person, sequence, kind, at, program), where somebody listens."""
    run_many(ADD_EVENTS, [[p, n, kind, at, program, at, f"%,{kind},%"] for p, n, kind, at, program in entries])


def due(now: int, limit: int, without: Collection[str] = ()) -> list[Event]:
    """What has to be told now, except to some hooks."""
    sql = DUE_ELSEWHERE.format(hooks=among(len(without))) if without else DUE
    return [
        Event(str(h), str(p), int(n), str(k), int(at), str(g), int(t))
        for h, p, n, k, at, g, t in rows(sql, [now, *without, limit])
    ]


def next_try(after: int) -> int | None:
    """When something has to be told, later than `after`."""
    found = row(NEXT, [after])
    return None if found is None or found[0] is None else int(found[0])


def claim(one: Event, until: int) -> bool:
    """Enter an attempt before it is made; False: somebody else has it."""
    return run(CLAIM, [until, one.hook, one.person, one.sequence, one.tries]) == 1


def give_back(one: Event, at: int) -> None:
    """An attempt that was claimed was not made: it is due at that moment."""
    run(BACK, [at, one.hook, one.person, one.sequence, one.tries + 1])


def settle(one: Event, status: str, detail: str, again: int | None) -> None:
    """What became of it; `again`: when it is tried once more."""
    run(SETTLE, [status, detail[:300], again, one.hook, one.person, one.sequence])


def states() -> dict[str, dict[str, tuple[int, str]]]:
    """How many events of each hook are in which state, with what was last said of them."""
    found: dict[str, dict[str, tuple[int, str]]] = {}
    for hook, status, count, detail in rows(STATES):
        found.setdefault(str(hook), {})[str(status)] = (int(count), str(detail))
    return found
