"""Whether a prompt may still reach the person now: asked once more, right before it is handed over.

After the draw only expiry, withdrawal, a stop, a pause, a safety hold, or what the person has meanwhile done themselves may
hold a delivery back. What an outage has pushed into quiet hours waits for their end, if it lives so long.
"""

from dataclasses import dataclass

from microcare.base.moments import DAY, inside, parse_window, window_end
from microcare.hub import consent
from microcare.hub.delivery import HUMAN
from microcare.hub.effect import Prompt
from microcare.hub.gate import STOPPED, day_off
from microcare.hub.programs import Programs
from microcare.hub.state import Delivery, State

TOO_LATE = DAY
"""A prompt that never expires is not sent this long after it was decided: it would be of the past. ms"""


@dataclass(frozen=True, slots=True)
class Held:
    """Why not: for ever (expired, cancelled), or until a moment."""

    status: str
    reason: str
    until: int = 0


def held(programs: Programs, state: State, prompt: Prompt, now: int) -> Held | None:
    """Why a prompt must not reach the person now; None: it may."""
    if now >= (prompt.expires or prompt.at + TOO_LATE):
        return Held("expired", "expired before it could be sent")
    delivery = state.deliveries.get(prompt.delivery)
    if delivery is None:
        closed = state.closed.get(prompt.delivery)
        reason = closed.closed if isinstance(closed, Delivery) else ""
        return Held("expired" if reason == "expired" else "cancelled", reason or "it is over")
    reason = _stopped(programs, state, delivery, now)
    if reason:
        return Held("cancelled", reason)
    if prompt.channel == "in_app":
        return None
    course = state.courses[delivery.program]
    if not consent.reachable(state, programs.of(delivery.program, course.version), prompt.channel):
        return Held("cancelled", "they do not want to be reached by this channel")
    return _quiet(programs, state, prompt, now)


def _stopped(programs: Programs, state: State, delivery: Delivery, now: int) -> str:
    course = state.courses.get(delivery.program)
    if course is None:
        return "withdrawn"
    if course.stopped:
        return "stopped"
    if state.paused_until > now:
        return "paused"
    if delivery.what not in HUMAN and any(alert.hold for alert in state.alerts.values()):
        return "safety hold"
    if delivery.what not in HUMAN and programs.stopped(delivery.program, now):
        return STOPPED
    if delivery.done or delivery.opened:
        return "opened already"
    return "snoozed" if delivery.snoozed > now else ""


def _quiet(programs: Programs, state: State, prompt: Prompt, now: int) -> Held | None:
    own = parse_window(state.quiet) if state.quiet else None
    windows = [own] if own is not None else []
    if own is None:
        authored = [programs.of(name, course.version).quiet for name, course in state.courses.items()]
        windows = [window for window in authored if window is not None]
    ends = [window_end(state.zone, now, w) for w in windows if inside(state.zone, now, w)]
    off = day_off(state.days_off, state.zone, now)
    if not ends and not off:
        return None
    until = max([off, *ends])
    if until >= (prompt.expires or prompt.at + TOO_LATE):
        return Held("expired", "quiet hours until it expired")
    return Held("pending", "day off" if off else "quiet hours", until)
