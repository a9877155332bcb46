"""The outbox: what the world shall do, row by row, from the commit that wanted it to what became of it.

At most once (prompts): pending -> handed, entered before the attempt -> accepted, failed, or unclear. Never again.
At least once (safety): pending, attempted until accepted; then looked at again until acknowledged.
What must not be carried out any more: pending -> expired or cancelled.
"""

import json
import logging
from contextlib import suppress
from dataclasses import dataclass

from microcare.hub import codec, effect
from microcare.store import deployment, queries
from microcare.store.database import Row, row, rows, run, writing

log = logging.getLogger(__name__)

LEASE = 120_000
"""How long one attempt may take, ms; a row handed over longer ago, with no result, is unclear."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row of the outbox."""

    person: str
    sequence: int
    index: int
    effect: effect.Any
    once: str
    status: str
    detail: str
    attempts: int
    told: bool
    expires: int
    next_try: int | None
    made: int
    handed: int
    settled: int

    @property
    def name(self) -> tuple[str, int, int]:
        """What names the row."""
        return self.person, self.sequence, self.index

    @property
    def key(self) -> str:
        """The idempotency key that goes to the provider."""
        return f"{self.person}-{self.sequence}-{self.index}"


LANES = ("alert", "app", "mail", "push")
"""What goes out goes in lanes, which do not wait for each other: notices of alerts, what the database alone settles, mail
to people and to those who facilitate, notifications on devices."""


def lane_of(wanted: effect.Any) -> str:
    """The lane in which an effect goes out."""
    if isinstance(wanted, effect.Notify):
        return "alert"
    if isinstance(wanted, effect.Help):
        return "app"
    channel = wanted.channel if isinstance(wanted, effect.Prompt) else ""
    return {"in_app": "app", "push": "push"}.get(channel, "mail")


def _waiting(found: Row) -> Waiting:
    person, sequence, index, body, once, status, detail, attempts, told, *rest = found
    wanted = codec.decode_effect(body)
    return Waiting(person, sequence, index, wanted, once, status, detail, attempts, bool(told), *rest)


def claim(now: int, limit: int, lane: str = "") -> list[Waiting]:
    """Claim rows (of one lane) that have to be looked at, for as long as one attempt may take.

    A row that cannot be read is set aside, with the reason; nobody else waits for it.
    """
    found: list[Waiting] = []
    due = (queries.OUTBOX_DUE_IN, [lane, now, limit]) if lane else (queries.OUTBOX_DUE, [now, limit])
    with writing():
        for raw in rows(*due):
            one = _read(raw, now)
            if one is not None and run(queries.OUTBOX_CLAIM, [now + LEASE, *one.name, one.next_try, one.status]) == 1:
                found.append(one)
    return found


def _read(found: Row, now: int) -> Waiting | None:
    try:
        return _waiting(found)
    except (ValueError, TypeError) as error:
        name = (str(found[0]), int(found[1]), int(found[2]))
        log.error("outbox %s-%s-%s is set aside: it cannot be read", *name)
        run(queries.OUTBOX_ASIDE, [f"it cannot be read: {type(error).__name__}", now, *name])
        return None


def hand_over(one: Waiting, now: int, version: int) -> bool:
    """Enter an attempt before it is made, while the person is still at that version.

    False: somebody else has made it, or the person has changed since.
    """
    return run(queries.OUTBOX_HAND_OVER, [now, now + LEASE, *one.name, one.person, version]) == 1


def look_again(one: Waiting, at: int) -> None:
    """Look at a row again at that moment; nothing else changes."""
    run(queries.OUTBOX_AGAIN, [at, *one.name, one.status])


def settle(
    one: Waiting,
    status: str,
    now: int,
    *,
    detail: str = "",
    told: bool = False,
    next_try: int | None = None,
    was: str = "",
    attempted: bool = False,
    handed: int = 0,
) -> bool:
    """Enter what became of a row. False: it had moved on meanwhile."""
    values = (status, detail[:500], int(told), next_try, int(attempted), now, handed or one.handed)
    return run(queries.OUTBOX_SETTLE, [*values, *one.name, was or one.status]) == 1


def mark_told(one: Waiting, status: str, next_try: int | None = None) -> None:
    """The engine knows what became of it."""
    run(queries.OUTBOX_TOLD, [next_try, *one.name, status])


def superseded(one: Waiting, alert: str) -> bool:
    """Whether a later notice about the same alert has taken over."""
    later = rows(queries.OUTBOX_NEWER_NOTICE, [one.person, one.sequence, one.sequence, one.index])
    wanted = [_effect(r[0]) for r in later]
    return any(isinstance(w, effect.Notify) and w.alert == alert for w in wanted)


def _effect(body: str) -> effect.Any | None:
    try:
        return codec.decode_effect(body)
    except ValueError:
        return None


def last_said(person: str, alert: str) -> str:
    """Why the latest attempt to tell staff of an alert came to nothing; empty where none was made."""
    found = [w for w in of(person) if isinstance(w.effect, effect.Notify) and w.effect.alert == alert and w.attempts]
    return max(found, key=lambda w: w.settled).detail if found else ""


def of(person: str) -> list[Waiting]:
    """All that was to be done for a person, oldest first; without what cannot be read."""
    found = []
    for raw in rows(queries.OUTBOX_OF, [person]):
        with suppress(ValueError, TypeError):
            found.append(_waiting(raw))
    return found


def next_try(after: int, lane: str = "") -> int | None:
    """When something (of one lane) has to be looked at, later than `after`."""
    found = row(queries.OUTBOX_NEXT_IN, [lane, after]) if lane else row(queries.OUTBOX_NEXT, [after])
    return None if found is None or found[0] is None else int(found[0])


LOST = "restore.lost"
"""The deployment's note of the times that were lost with restores, each from the backup to the restore, ms."""
MAY_BE_SENT = "restored from a backup: it may have been sent"


def after_restore(made: int, now: int) -> int:
    """After a restore of a backup that was made then: what may have been sent since is not sent again. Returns how many rows.

    What waits for a later moment, longer than a claim lasts, was surely not handed over: it goes on.
    """
    with writing():
        deployment.put(LOST, json.dumps([*lost(), (made, now)]))
        run(queries.OUTBOX_STILL_WAITS, [now, now + LEASE])
        return run(queries.OUTBOX_AFTER_RESTORE, [MAY_BE_SENT, now, now, now])


def lost() -> list[tuple[int, int]]:
    """The times that were lost with restores: what was decided anew for them may have been sent when they passed first."""
    return [(int(first), int(last)) for first, last in json.loads(deployment.get(LOST) or "[]")]
