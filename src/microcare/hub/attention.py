"""What in a person's state calls for a facilitator: the line of the caseload, derived from the state alone."""

from dataclasses import dataclass

from microcare.base.moments import DAY
from microcare.hub.alert import Alert
from microcare.hub.notices import reached_nobody
from microcare.hub.state import Delivery, State

RECENT, BEFORE = 6, 12
"""How many of the last offers are held against how many before them, to see whether somebody takes up less."""
FEWEST = (4, 6)
"""So few of each say nothing yet."""


@dataclass(frozen=True, slots=True)
class Attention:
    """What a facilitator should know at a glance. Moments in ms; 0: there is none."""

    alerts: int
    """Open alerts that nobody has taken on, or (where all are) that are not resolved."""
    untaken: int
    """Of these, alerts that nobody has taken on."""
    urgent: int
    """Of these, alerts whose person is or may be in danger now."""
    raised: int
    """When the oldest open alert was raised."""
    proposals: int
    tasks: int
    """Events that a human is to deliver."""
    unread: int
    """Since when something the person wrote waits."""
    check_in: int
    """When the next (or the oldest that nobody has closed) check-in is."""
    needs: tuple[str, ...]
    """Need states that are present."""
    quiet_since: int
    """Since when nothing that was offered has been taken up."""
    declining: bool
    """They take up less than they did."""
    active: int
    paused_until: int
    programs: tuple[str, ...]
    running: tuple[str, ...]
    stopped: int
    """Programs that were stopped for this person, because they failed or did something without end."""
    waits: int
    """Programs in which nothing comes by itself any more."""
    unreached: int
    """Open alerts of which it is known that nobody could be told."""
    calls: int
    """Open alerts whose person wants to be called."""


def attention(state: State) -> Attention:
    """The line of a person in the caseload."""
    alerts = state.alerts.values()
    runs = [r for r in state.runs.values() if not r.ended]
    return Attention(
        alerts=len(alerts),
        untaken=sum(a.stage != "acknowledged" for a in alerts),
        urgent=sum(in_danger(a) for a in alerts),
        raised=min((a.raised for a in alerts), default=0),
        proposals=sum(o.action == "proposed" for o in state.offers.values()),
        tasks=sum(d.human and not d.done for d in state.deliveries.values()),
        unread=state.unread,
        check_in=min((c.when for c in state.check_ins.values()), default=0),
        needs=tuple(
            sorted(k for k, n in state.needs.items() if n.state == "present" and k.partition("/")[0] in state.courses)
        ),
        quiet_since=min((r.unanswered_since for r in runs if r.unanswered_since), default=0),
        declining=declining(state),
        active=state.active,
        paused_until=state.paused_until,
        programs=tuple(state.courses),
        running=tuple(f"{r.program}/{r.intervention}" for r in runs),
        stopped=sum(bool(c.stopped) for c in state.courses.values()),
        waits=sum(c.waits and not c.stopped for c in state.courses.values()),
        unreached=sum(reached_nobody(a) for a in alerts),
        calls=sum(a.triage.get("call") == "yes" for a in alerts),
    )


def in_danger(alert: Alert) -> bool:
    """Whether the person has ever said that they are or may be in danger. A wish to be called alone does not say so."""
    return alert.danger or (alert.urgent and alert.triage.get("call") != "yes")


def declining(state: State) -> bool:
    """Whether a person takes up half or less of what they took up before; not where too little was offered to tell."""
    over = [*state.closed.values(), *state.deliveries.values()]
    offered = sorted(
        (d for d in over if isinstance(d, Delivery) and d.what == "event" and not d.human and _told(d, state.last)),
        key=lambda d: d.decided,
    )
    recent, before = offered[-RECENT:], offered[-RECENT - BEFORE : -RECENT]
    if len(recent) < FEWEST[0] or len(before) < FEWEST[1]:
        return False
    now, then = (sum(bool(d.opened or d.done) for d in part) / len(part) for part in (recent, before))
    return then >= 0.4 and now <= then / 2


def _told(delivery: Delivery, now: int) -> bool:
    """Whether it can be told that it was taken up or not: it is over, or has been there for a day."""
    return bool(delivery.opened or delivery.done or delivery.closed) or now - delivery.decided > DAY
