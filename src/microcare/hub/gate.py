"""The gate: one door for everything that reaches a person, across all their programs, asked before the draw.

Consent (a course that is not stopped or left) and safety holds always count. A pause, quiet hours and limits are about
what reaches a person unasked (a prompt): what answers a person who is there, acting, is no interruption.
"""

import msgspec

from microcare.base.moments import DAY, HOUR, inside, local_day, local_midnight, parse_window, weekday, window_end
from microcare.hub.entry import STOPPED_BY_STAFF
from microcare.hub.view import View
from microcare.hub.work import Work, holds
from microcare.program.compiled import CompiledEvent, CompiledProgram


class Answer(msgspec.Struct, frozen=True):
    """The gate's answer: no reasons, or all of them; and when to ask again, if they pass with time (else 0)."""

    reasons: tuple[str, ...] = ()
    again: int = 0


OPEN = Answer()
STOPPED = STOPPED_BY_STAFF
RESTS = ("paused", "safety hold", STOPPED)
"""Why nothing is begun, whatever it is."""


def ask(work: Work, program: CompiledProgram, *, prompt: bool, again: bool = False, human: bool = False) -> Answer:
    """Whether something of a program may reach the person now.

    `again`: it was counted before (a fallback, a snooze). `human`: a facilitator's own words, which neither a safety hold
    nor a stop of the programs keeps back, and limits do not count.
    """
    state, now = work.state, work.now
    reasons: list[str] = []
    until = now
    course = state.courses.get(program.id)
    if course is None or course.stopped:
        return Answer(("stopped" if course is not None else "withdrawn",))
    if prompt and state.paused_until > now:
        reasons.append("paused")
        until = state.paused_until
    if not human and any(a.hold for a in state.alerts.values()):
        reasons.append("safety hold")
        until = max(until, now + DAY)
    if not human and work.programs.stopped(program.id, now):
        reasons.append(STOPPED)
        until = max(until, now + HOUR)
    if prompt:
        found = _interruption(work, again or human)
        reasons += [reason for reason, _ in found]
        until = max([until, *(moment for _, moment in found)])
    return Answer(tuple(reasons), until) if reasons else OPEN


def rests(work: Work, program: CompiledProgram, *, asked: bool = False) -> tuple[str, int]:
    """Why nothing can be begun now, whatever it is, and when to look again where no stimulus will say; empty: it can.

    `asked`: the person asks for it. Who is there and asks in their own pause is answered.
    """
    if work.state.paused_until > work.now and not (asked and work.present):
        return "paused", 0
    if any(alert.hold for alert in work.state.alerts.values()):
        return "safety hold", 0
    if work.programs.stopped(program.id, work.now):
        return STOPPED, work.now + HOUR
    return "", 0


def _interruption(work: Work, again: bool) -> list[tuple[str, int]]:
    """Quiet hours and limits in force now, each with the moment it passes. The strictest of all programs count."""
    state, now, zone = work.state, work.now, work.state.zone
    programs = [work.programs.of(name, course.version) for name, course in state.courses.items()]
    found: list[tuple[str, int]] = []
    for window in _quiet_windows(work, programs):
        if inside(zone, now, window):
            found.append(("quiet hours", window_end(zone, now, window)))
            break
    off = day_off(state.days_off, zone, now)
    if off:
        found.append(("day off", off))
    if again:
        return found
    prompts = state.prompts
    gap = max([p.gap for p in programs], default=0)
    if prompts and now < prompts[-1] + gap:
        found.append(("gap between prompts", prompts[-1] + gap))
    per_day = min([x for p in programs if (x := p.program.limits.per_day) is not None], default=None)
    if per_day is not None:
        today = local_day(zone, now)
        midnight = local_midnight(zone, today)
        if sum(1 for p in prompts if p >= midnight) >= per_day:
            found.append(("daily limit", local_midnight(zone, today + 1)))
    per_week = min([x for p in programs if (x := p.program.limits.per_week) is not None], default=None)
    if per_week is not None:
        recent = [p for p in prompts if p > now - 7 * DAY]
        if len(recent) >= per_week:
            found.append(("weekly limit", recent[-per_week] + 7 * DAY if per_week else now + 7 * DAY))
    return found


def day_off(days: tuple[int, ...], zone: str, now: int) -> int:
    """When the person's day off is over, and those that follow it; 0: it is none."""
    today = day = local_day(zone, now)
    while weekday(day) in days:
        day += 1
    return local_midnight(zone, day) if day > today else 0


def _quiet_windows(work: Work, programs: list[CompiledProgram]) -> list[tuple[int, int]]:
    """The person's own quiet hours, or else those of all their programs."""
    own = parse_window(work.state.quiet) if work.state.quiet else None
    if own is not None:
        return [own]
    return [p.quiet for p in programs if p.quiet is not None]


def contraindicated(event: CompiledEvent, view: View) -> str:
    """Why an event must not reach the person, or nothing. What cannot be ruled out counts."""
    if event.contraindicated is None:
        return ""
    found = holds(event.contraindicated, view)
    if found is True:
        return f"contraindicated: {event.id}"
    return "" if found is False else f"contraindication unknown: {event.id}"
