"""The scheduler: the next instant at which time alone can matter to a person, and what is due then.

`agenda` derives everything from the state and the programs; nothing is scheduled that is not derived. So travel, a
changed dinner time or a new version move what is to come, and never what has been.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from microcare.base.moments import DAY, add, local_day, parse_clock
from microcare.base.schedules import DayPattern, next_slot, window_bounds
from microcare.base.written import day_of
from microcare.hub.programs import Programs
from microcare.hub.state import Course, Delivery, RuleRecord, Run, State, used
from microcare.program.compiled import CompiledEvaluation, CompiledIntervention, CompiledProgram, CompiledRule
from microcare.program.derived import Places, places_of

NOBODY = RuleRecord()
ANNOUNCED = 60 * 60_000
"""So long before an agreed check-in both sides are reminded of it, ms."""
LAST = 1 << 30
"""Larger than any place in a day."""


class Due(NamedTuple):
    """Something due: when, in which order among those due together, what, and which one."""

    moment: int
    order: int
    kind: str
    name: str
    part: str = ""
    number: int = 0
    place: int = 0


Line = tuple[int, int, str, str, str, int, int]
"""A `Due` before it is one: plain tuples are made and compared several times as fast, and most are thrown away."""


def due(programs: Programs, state: State) -> int | None:
    """The earliest instant at which time alone can matter; None: never, until something reaches the person."""
    lines = _lines(programs, state)
    return min(lines)[0] if lines else None


def earliest(programs: Programs, state: State) -> Due | None:
    """What time will bring first."""
    lines = _lines(programs, state)
    return Due(*min(lines)) if lines else None


def agenda(programs: Programs, state: State) -> list[Due]:
    """Everything that time will bring, unordered."""
    return [Due(*line) for line in _lines(programs, state)]


def program_of(state: State, item: Due) -> str:
    """The program that something due belongs to; empty: to none (a pause). Asked before it is done."""
    name = item.name
    if item.kind == "followup":
        asked = state.assessments.get(state.followups[0].assessment) or state.closed.get(state.followups[0].assessment)
        return asked.program if asked is not None else ""
    tables: tuple[Mapping[str, Any], ...] = (
        state.runs, state.deliveries, state.assessments, state.offers, state.watches, state.alerts, state.check_ins
    )  # fmt: skip
    found = next((table[name] for table in tables if name in table), None)
    return str(found.program) if found is not None else name.partition("/")[0]


def _lines(programs: Programs, state: State) -> list[Line]:
    found: list[Line] = []
    if state.followups:
        found.append((state.followups[0].received, 0, "followup", "", "", 0, 0))
    if state.paused_until:
        found.append((state.paused_until, 1, "pause", "", "", 0, 0))
    for name, alert in state.alerts.items():
        if alert.acknowledge_by:
            found.append((alert.acknowledge_by, 1, "alert", name, "", 0, 0))
    for name, check_in in state.check_ins.items():
        if not check_in.announced:
            found.append((check_in.when - ANNOUNCED, 6, "check_in", name, "", 0, 0))
    for name, delivery in state.deliveries.items():
        _delivery(found, name, delivery)
    for name, asked in state.assessments.items():
        found.append((asked.expires, 3, "assessment", name, "", 0, 0))
    for name, watch in state.watches.items():
        found.append((watch.until, 4, "watch", name, "", 0, 0))
    rests = state.rests
    for name, run in state.runs.items():
        course = state.courses.get(run.program)
        if course is not None and not course.stopped:
            _run(found, programs.intervention(run.program, run.version, run.intervention), state, name, run, rests)
    for name, offer in state.offers.items():
        found.append((offer.expires, 7, "offer", name, "", 0, 0))
    for name, need in state.needs.items():
        program, _, part = name.partition("/")
        course = state.courses.get(program)
        going = need.stale_at and course is not None and not course.stopped
        if going and course is not None and part in programs.of(program, course.version).by_need:
            found.append((need.stale_at, 8, "need", name, "", 0, 0))
    for name, course in state.courses.items():
        # While care rests nothing is begun, and nobody is asked how they are: all of that comes when it goes on.
        if not course.stopped and not rests:
            _course(found, programs.of(name, course.version), state, course)
    return found


def _delivery(found: list[Line], name: str, delivery: Delivery) -> None:
    if delivery.watch:
        found.append((delivery.watch, 4, "delivery_watch", name, "", 0, 0))
    if delivery.done:
        return
    if delivery.expires:
        found.append((delivery.expires, 2, "expiry", name, "", 0, 0))
    if delivery.snoozed:
        found.append((delivery.snoozed, 6, "snooze", name, "", 0, 0))
    elif delivery.tried < len(delivery.channels) and not delivery.opened and delivery.prompt:
        channel, at = delivery.channels[delivery.tried]
        found.append((at, 6, "fallback", name, channel, 0, 0))


def _run(lines: list[Line], intervention: CompiledIntervention, state: State, name: str, run: Run, rests: bool) -> None:
    if run.ended:
        if (
            run.outcome_at
            and not rests
            and not any(a.run == name and a.purpose == "overall" for a in state.assessments.values())
        ):
            lines.append((run.outcome_at, 5, "outcome", name, "", 0, 0))
        return
    if not rests:
        lines.append((run.ends_by, 9, "run_end", name, "", 0, 0))
    if run.unanswered_since and not rests:
        # A pause is no silence: it makes both later.
        since = run.unanswered_since + run.rested
        lines.append((since + intervention.disengaged_after, 4, "disengaged", name, "", 0, 0))
        for rule in intervention.quiet:
            record = run.rules.get(rule.id, NOBODY)
            span = rule.trigger.span
            if span is not None and record.quiet_since != run.unanswered_since and not record.closed:
                lines.append((since + span.exact, 5, "quiet", name, rule.id, 0, 0))
    for rule_id, record in run.rules.items():
        found = intervention.by_id.get(rule_id)
        if found is None or record.closed:
            continue
        if record.waits:
            lines.append((record.waits[0], 5, "wait", name, rule_id, 0, 0))
        for slot, planned, until in () if rests else record.postponed:
            lines.append((until, 5, "postponed", name, f"{rule_id} {slot}", planned, 0))
        if found.scheduled:
            coming = coming_point(found, record, name, run, state)
            if coming is not None:
                lines.append(coming)


def clocks_of(rule: CompiledRule, state: State) -> tuple[tuple[int, int, int], ...]:
    """The times of day at which a rule that asks a person's field comes due, in order.

    Each with its place in the program, by which its slots are named, and the moment since when it counts: a time that
    the person says counts from then on. Two equal times are one; a time that is not known is none.
    """
    found: dict[int, tuple[int, int, int]] = {}
    for place, (fixed, field, default) in enumerate(rule.places):
        value = state.fields.get(field, default) if field else None
        clock = _clock(value) if isinstance(value, str) else fixed
        if clock is not None:
            found.setdefault(clock, (clock, place, state.said.get(field, 0) if field else 0))
    return tuple(found[clock] for clock in sorted(found))


def known_clocks(places: Places, state: State) -> tuple[int, ...]:
    """Times of day, in order, equal ones once; those that the person has not said are none."""
    values = [(state.fields.get(field, default), clock) for clock, field, default in places]
    found = (_clock(value) if isinstance(value, str) else clock for value, clock in values)
    return tuple(sorted({clock for clock in found if clock is not None}))


def lacks_a_time(rule: CompiledRule, state: State) -> bool:
    """Whether a rule cannot plan all that it may, because the person has not said a time."""
    return any(not isinstance(state.fields.get(field, default), str) for field, default in rule.clock_fields)


def coming_point(rule: CompiledRule, record: RuleRecord, name: str, run: Run, state: State) -> Line | None:
    """The next decision point of a rule's schedule in the run of that name; None: it comes due no more."""
    times = rule.rule.times
    if not record.began or rule.pattern is None or (times is not None and used(record) >= times):
        return None
    found: Line | None
    if rule.random:
        found = _random_point(rule, record, name, state)
    elif rule.clock_fields:
        found = _own_point(rule, record, name, state)
    else:
        # Once points have come, travel can put a planned one before the rule's beginning; it stays planned.
        began = record.began // 1000 * 1000 if record.last is None else None
        slot = _next_slot(rule.pattern, rule.clocks or (record.clock,), state.zone, record.day, record.last, began)
        found = (slot.moment, 5, "point", name, rule.id, slot.day, slot.index) if slot is not None else None
    if found is None or (record.until and found[0] > record.until and not _moves_along(record.until, state)):
        return None
    return None if found[0] >= run.ends_by and not state.rests else found


def _moves_along(end: int, state: State) -> bool:
    """Whether an end is later by the rest that lasts now: one that had come before it is not."""
    return state.rests and end > state.rest_since


def _own_point(rule: CompiledRule, record: RuleRecord, name: str, state: State) -> Line | None:
    """The next slot among the person's own times: each keeps its name, whichever of them moves."""
    assert rule.pattern is not None
    last = record.last
    taken = record.taken or (range(last[1] + 1) if last is not None else ())
    coming: list[tuple[int, int, int]] = []
    for clock, place, since in clocks_of(rule, state):
        # On the first day, only what the wall clock had not passed when the rule began was ever planned.
        done = record.day - (clock >= record.clock)
        if last is not None:
            done = max(done, last[0] - (place not in taken))
        slot = _next_slot(rule.pattern, (clock,), state.zone, record.day, (done, 0), since)
        if slot is not None:
            coming.append((slot.moment, slot.day, place))
    if not coming:
        return None
    moment, day, place = min(coming)
    return (moment, 5, "point", name, rule.id, day, place)


_next_slot = lru_cache(maxsize=1 << 16)(next_slot)
"""Asked for again and again between two decision points; a cache changes no result."""
_clock = lru_cache(maxsize=4096)(parse_clock)


def _random_point(rule: CompiledRule, record: RuleRecord, name: str, state: State) -> Line | None:
    """A drawn moment that is still to come, or the beginning of the window of the next day to draw for."""
    assert rule.pattern is not None and rule.between is not None
    last, day = record.last or (0, -1), record.drawn_day
    first = last[1] + 1 if last[0] == day else 0
    if last[0] <= day and first < len(record.moments):
        return (record.moments[first], 5, "point", name, rule.id, day, first)
    # A new version may have made a daily rule a random one: days that are done stay done.
    done = max(last[0], day)
    after = (done, LAST) if done else None
    # A window that had begun already still counts, as far as it is left.
    earliest = record.began - 2 * DAY
    slot = next_slot(rule.pattern, (rule.between[0],), state.zone, record.day, after, earliest)
    while slot is not None and window_bounds(state.zone, slot.day, rule.between)[1] <= record.began:
        slot = next_slot(rule.pattern, (rule.between[0],), state.zone, record.day, (slot.day, LAST), None)
    if slot is None:
        return None
    start = window_bounds(state.zone, slot.day, rule.between)[0]
    return (max(start, record.began), 5, "draw_moments", name, rule.id, slot.day, 0)


def newest(evaluation: CompiledEvaluation, state: State, first: Due, now: int) -> tuple[int, int]:
    """Day and place of the newest time of an evaluation that has come by now, from the first that is due on."""
    found = (first.number, int(first.part))
    while evaluation.pattern is not None:
        clocks = known_clocks(evaluation.places, state)
        slot = next_slot(evaluation.pattern, clocks, state.zone, first.number, found, None)
        if slot is None or slot.moment > now:
            break
        found = (slot.day, slot.index)
    return found


def slot_name(day: int, index: int) -> str:
    """The name of a scheduled slot: planned local date and place in the day."""
    return f"{date.fromordinal(day).isoformat()}/{index}"


def slot_identity(slot: str) -> tuple[int, int]:
    """The day and place of a slot's name; (0, -1) for one that was triggered."""
    day, mark, index = slot.partition("/")
    found = day_of(day) if mark else None
    return (0, -1) if found is None else (found, int(index))


def _course(found: list[Line], program: CompiledProgram, state: State, course: Course) -> None:
    zone, since = state.zone, course.since
    if course.retry:
        found.append((course.retry, 9, "retry", program.id, "", 0, 0))
    for evaluation in program.evaluations:
        every = evaluation.trigger.every
        record = state.triggers.get(f"{program.id}/{evaluation.index}")
        if evaluation.pattern is None:
            continue
        # What is repeated begins one period after joining; a context (weekend) begins with the first one to come.
        first = course.day or local_day(zone, since)
        after = (record.day, record.index) if record is not None else ((first, LAST) if every is not None else None)
        if record is not None and len(evaluation.places) == 1:
            # One a day, though the person may move its time after it has come.
            after = (record.day, LAST)
        clocks = known_clocks(evaluation.places, state)
        said = max((state.said.get(field, 0) for _, field, _ in evaluation.places if field), default=0)
        slot = _next_slot(evaluation.pattern, clocks, zone, first, after, max(since, said))
        if slot is not None:
            place = f"{slot.index}"
            found.append((slot.moment, 8, "evaluation", program.id, place, slot.day, evaluation.index))
    target = program.program.target
    if target is not None and course.target is not True:
        asked = max(state.felt.get(f"{program.id}/target", 0), since)
        found.append((add(zone, asked, target.assess.every), 8, "target", program.id, "", 0, 0))
    contact = program.program.contact
    if contact is not None:
        moment = add(zone, max(course.contacted, since), contact.after)
        clocks = known_clocks(places_of(contact.at, program.program.person), state)
        if clocks:
            slot = next_slot(DayPattern("day"), clocks, zone, local_day(zone, moment), None, moment)
            moment = slot.moment if slot is not None else moment
        found.append((moment, 9, "contact", program.id, "", 0, 0))
