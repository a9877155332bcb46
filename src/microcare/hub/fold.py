"""`fold(state, entry)`: the one place where state changes, one function for each kind of entry.

An entry names everything its change needs, so that no program is asked. A missing row in the table below is a
programming error, found by the tests: every kind of entry has its row.
"""

from collections.abc import Callable, Iterable
from sys import intern
from typing import Any, TypeVar

from msgspec.structs import replace

from microcare.base.moments import DAY, local_day
from microcare.base.schedules import WEEKDAYS
from microcare.hub import asked as questionnaires
from microcare.hub import entry as e
from microcare.hub.alert import Alert
from microcare.hub.intervals import held
from microcare.hub.state import (
    Assessment,
    CheckIn,
    Course,
    Delivery,
    Evaluation,
    EventRecord,
    Followup,
    NeedRecord,
    Offer,
    Past,
    PastRun,
    RuleRecord,
    Run,
    Scores,
    Series,
    State,
    Trigger,
    Watch,
)
from microcare.hub.stimulus import Value, names_in
from microcare.hub.streaks import in_a_row, noted, number_of

R = TypeVar("R", RuleRecord, EventRecord)

HISTORY = 100
"""How many past runs of a program the state keeps; the journal keeps all."""
LAST = 1 << 30
"""Larger than any place in a day."""
SCORES_KEPT = 400 * DAY
PROMPTS_KEPT = 8 * DAY
NO_RULE, NO_EVENT, NO_PAST = RuleRecord(), EventRecord(), Past()


def fold(state: State, entry: e.Any) -> State:
    """The state after one entry. The given state is not touched."""
    return fold_all(state, (entry,))


def fold_all(state: State, entries: Iterable[e.Any]) -> State:
    """The state after entries, in order. The given state is not touched."""
    changed = state.copy()
    for entry in entries:
        apply(changed, entry)
    return changed


def apply(state: State, entry: e.Any) -> None:
    """Change a state that the caller owns (a copy). Everyone else calls `fold`."""
    TABLE[type(entry)](state, entry)
    if state.rests != bool(state.rest_since):
        _rest(state, entry.received)
    if type(entry) in LOOKS:
        _goes_on(state, getattr(entry, "program", ""))
    state.format = e.FORMAT
    if entry.received > state.last:
        state.last = entry.received


def _rest(state: State, now: int) -> None:
    """Care begins to stand still, or goes on: what ran is later by the rest, and what was kept back is asked again."""
    if not state.rest_since:
        state.rest_since = now
        return
    since, state.rest_since = state.rest_since, 0
    for name, run in state.runs.items():
        rested = run.rested + now - max(since, run.unanswered_since) if run.unanswered_since else 0
        later = now - max(since, run.started)
        rules = {k: _later_end(r, since, now - max(since, run.started, r.began)) for k, r in run.rules.items()}
        state.runs[name] = replace(run, rested=rested, ends_by=run.ends_by + later, rules=rules)
    _ask_again(state, now)


def _later_end(record: RuleRecord, since: int, rest: int) -> RuleRecord:
    """A rule's end, later by a rest; one that had come before the rest began stays."""
    return replace(record, until=record.until + max(rest, 0)) if record.until > since else record


def _ask_again(state: State, now: int) -> None:
    """What the gate moved is asked again now: what kept it back may be over, or over sooner than it was thought."""
    for name, run in state.runs.items():
        if any(record.postponed for record in run.rules.values()):
            state.runs[name] = replace(run, rules={k: _due_now(r, now) for k, r in run.rules.items()})
    for name, found in state.deliveries.items():
        if found.kept and now < found.snoozed != found.expires:
            state.deliveries[name] = replace(found, snoozed=now)


def _due_now(record: RuleRecord, now: int) -> RuleRecord:
    if not record.postponed:
        return record
    return replace(record, postponed=tuple((slot, planned, now) for slot, planned, _ in record.postponed))


def _count(state: State, kind: str) -> None:
    state.counts[kind] = state.counts.get(kind, 0) + 1


def _trim(series: Series, keep_from: int) -> Series:
    """Drop values before a moment, but never the newest."""
    first = 0
    while first < len(series) - 1 and series[first][0] < keep_from:
        first += 1
    return series[first:] if first else series


def _insert(series: Series, at: int, value: Value) -> Series:
    """Add a dated value; one that arrives late goes to its place, one at the same moment replaces."""
    if not series or series[-1][0] < at:
        return (*series, (at, value))
    place = len(series)
    while place and series[place - 1][0] > at:
        place -= 1
    if place and series[place - 1][0] == at:
        return (*series[: place - 1], (at, value), *series[place:])
    return (*series[:place], (at, value), *series[place:])


def _rule(state: State, run: str, rule: str, **changes: Any) -> None:
    found = state.runs.get(run)
    if found is not None:
        record = replace(found.rules.get(rule, NO_RULE), **changes)
        state.runs[run] = replace(found, rules={**found.rules, rule: record})


def _event(state: State, run: str, event: str, at: int, engaged: bool, **changes: Any) -> None:
    found = state.runs.get(run)
    if found is None:
        return
    record = replace(found.events.get(event, NO_EVENT), **changes)
    events = {**found.events, event: record}
    if engaged and at >= found.engaged:
        state.runs[run] = replace(found, events=events, engaged=at, unanswered_since=0, rested=0)
    else:
        state.runs[run] = replace(found, events=events)


def _active(state: State, at: int) -> None:
    """The person did something: remember it, and how long they had been away."""
    if at > state.active:
        if state.active and at - state.active > DAY:
            state.away = (at - state.active, at)
        state.active = at


def _contact(state: State, program: str, at: int) -> None:
    course = state.courses.get(program)
    if course is not None and at > course.contacted:
        state.courses[program] = replace(course, contacted=at)


def _enrolled(state: State, x: e.Enrolled) -> None:
    state.courses[x.program] = Course(
        x.version, x.at, x.facilitator, synthetic=x.synthetic, contacted=x.at, day=local_day(x.zone, x.at)
    )
    state.left.pop(x.program, None)
    # Interned, because what equals its default is left out of a snapshot only if it is the same object.
    state.zone = intern(x.zone)
    state.language = intern(x.language)
    state.fields.update(x.fields)
    state.said.update(dict.fromkeys(x.fields, x.at))
    state.consents.update({f"{x.program}.{purpose}": version for purpose, version in x.consents.items()})


def _withdrew(state: State, x: e.Withdrew) -> None:
    gone = [x.program] if x.program else list(state.courses)
    waiting = {f.assessment: questionnaires.recall(state, f.assessment) for f in state.followups}
    for program in gone:
        if state.courses.pop(program, None) is not None:
            state.left[program] = x.at
        for name in [k for k, a in state.assessments.items() if a.program == program]:
            _close(state, name, replace(state.assessments[name], closed=True))
        tables: tuple[dict[str, Any], ...] = (
            state.runs, state.deliveries, state.assessments, state.evaluations, state.offers, state.watches,
            state.check_ins,
        )  # fmt: skip
        for table in tables:
            for name in [k for k, v in table.items() if v.program == program]:
                del table[name]
        named: tuple[dict[str, Any], ...] = (state.needs, state.triggers, state.felt, state.imported)
        for table in named:
            for name in [k for k in table if k.startswith(f"{program}/")]:
                del table[name]
    if not state.courses:
        state.unread = 0
    over = {k for k, asked in waiting.items() if asked is None or asked.program in gone}
    state.followups = tuple(f for f in state.followups if f.assessment not in over)


def _moved(state: State, x: e.Moved) -> None:
    state.courses[x.program] = replace(state.courses[x.program], version=x.version, stopped="")
    if x.triggers is not None:
        places = dict(x.triggers)
        old = {k: v for k, v in state.triggers.items() if k.startswith(f"{x.program}/")}
        for name in old:
            del state.triggers[name]
        for name, trigger in old.items():
            place = places.get(int(name.rpartition("/")[2]))
            if place is not None:
                state.triggers[f"{x.program}/{place}"] = trigger
        for place in x.added:
            state.triggers[f"{x.program}/{place}"] = Trigger(x.at, x.day, LAST)
    if not x.runs:
        return
    _count(state, f"move/{x.program}")
    mark = f"+{state.counts[f'move/{x.program}']}"
    for name, run in state.runs.items():
        if run.program == x.program and name not in x.stay:
            rules = _called_anew(run.rules, x.rules.get(name, {}), mark)
            state.runs[name] = replace(run, version=x.version, rules=rules)


def _called_anew(rules: dict[str, RuleRecord], names: dict[str, str], mark: str) -> dict[str, RuleRecord]:
    """A run's rules under their new names; marked, so that no decision point gets the name of an earlier one."""
    if not names:
        return rules
    found = {k: r for k, r in rules.items() if k not in names}
    found |= {k: RuleRecord(mark=mark) for k in names}
    found |= {names[k]: replace(r, mark=mark) for k, r in rules.items() if names.get(k)}
    return found


def _set(state: State, x: e.Set) -> None:
    if x.name == "zone":
        state.zone = intern(str(x.value))
    elif x.name == "language":
        state.language = intern(str(x.value))
    elif x.name == "mode":
        state.mode = str(x.value or "")
    elif x.name == "quiet":
        state.quiet = None if x.value is None else str(x.value)
    elif x.name == "pause":
        state.paused_until = int(x.value or 0)
    elif x.name == "days":
        state.days_off = tuple(sorted(WEEKDAYS.index(day) for day in names_in(x.value)))
    elif x.name == "channels":
        state.channels_off = tuple(names_in(x.value))
    elif x.name == "country":
        state.country = str(x.value or "")
    elif x.name == "phone":
        state.phone, state.phone_at = str(x.value or ""), x.received
    elif x.name.startswith("consent."):
        state.consents[x.name[8:]] = int(x.value or 0)
    elif x.name.startswith("like."):
        state.likes[x.name[5:]] = float(x.value or 0)
    elif x.name.startswith("plan."):
        state.plan[x.name[5:]] = str(x.value or "")
    elif x.name.startswith("person."):
        state.fields[x.name[7:]] = x.value
        state.said[x.name[7:]] = x.at
    if x.name in ("zone", "quiet", "days") and not state.rests:
        _ask_again(state, x.received)


def _nothing(state: State, x: e.Any) -> None:
    return None


def _answered(state: State, x: e.Answered) -> None:
    _active(state, x.at)
    asked = questionnaires.recall(state, x.assessment)
    stands = asked is None or questionnaires.stands(asked, x.item, x.at)
    if asked is not None:
        _kept(state, x, asked, stands)
    name = f"{x.program}/{x.measure}"
    known = state.measures.get(name, Scores(0, False))
    before = known.values.get(x.item)
    # A correction is about then: it stays where it stood, and what was said since then stands.
    at = before[0] if x.correction and before is not None else x.at
    newer = before is not None and before[0] > (asked.completed if x.correction and asked is not None else x.at)
    if stands and not newer:
        state.measures[name] = replace(known, values={**known.values, x.item: (at, x.value)})
    state.followups += (Followup(x.assessment, x.item, x.at, x.received, x.late, x.present),)
    _contact(state, x.program, x.at)


def _kept(state: State, x: e.Answered, asked: Assessment, stands: bool) -> None:
    """Keep an answer with its questionnaire, open or over. One given before the answer that is there changes nothing."""
    if stands:
        answers, times = {**asked.answers, x.item: x.value}, {**asked.times, x.item: x.at}
        given = asked.given if x.correction else max(asked.given, x.at)
        asked = replace(asked, answers=answers, times=times, given=given)
    if x.assessment in state.assessments:
        state.assessments[x.assessment] = asked
        if asked.run in state.runs:
            run = state.runs[asked.run]
            state.runs[asked.run] = replace(run, engaged=max(run.engaged, x.at), unanswered_since=0, rested=0)
    else:
        _close(state, x.assessment, asked)


def _followed(state: State, x: e.Followed) -> None:
    state.followups = state.followups[x.count :]


def _alerted(state: State, x: e.Alerted) -> None:
    state.alerts[x.alert] = Alert(
        x.program,
        x.rule,
        x.episode,
        x.at,
        "open",
        x.acknowledge_by,
        0,
        x.roster,
        x.then,
        x.hold,
        x.measure,
        x.item,
        version=x.version,
        within=x.acknowledge_by - x.received if x.acknowledge_by else 0,
        received=x.received,
    )
    _count(state, "alert")


def _alert_moved(state: State, x: e.AlertMoved) -> None:
    found = state.alerts.get(x.alert)
    if found is None:
        return
    if x.stage == "resolved":
        for name in [k for k, v in state.alerts.items() if v.episode == found.episode]:
            del state.alerts[name]
    elif x.stage == "escalated":
        state.alerts[x.alert] = replace(found, level=found.level + 1, acknowledge_by=x.acknowledge_by)
    else:
        taken = x.at if x.stage == "acknowledged" else found.taken
        state.alerts[x.alert] = replace(found, stage=x.stage, acknowledge_by=0, taken=taken)


def _notified(state: State, x: e.Notified) -> None:
    found = state.alerts.get(x.alert)
    if found is None:
        return
    if x.result == "told":
        told = {**dict.fromkeys(x.rosters, x.at), **found.told}
        urgent_told = x.at if x.urgent else found.urgent_told
        state.alerts[x.alert] = replace(found, told=told, unclear=0, failed=0, urgent_told=urgent_told)
    elif x.result == "unclear":
        state.alerts[x.alert] = replace(found, unclear=found.unclear or x.at)
    else:
        state.alerts[x.alert] = replace(found, failed=found.failed or x.at)


def _triaged(state: State, x: e.Triaged) -> None:
    _active(state, x.at)
    found = state.alerts.get(x.alert)
    if found is None:
        return
    danger = found.danger or (x.urgent and x.question == "danger")
    triage = {**found.triage, x.question: x.answer}
    changed = replace(found, triage=triage, urgent=found.urgent or x.urgent, danger=danger)
    if x.acknowledge_by:
        changed = replace(changed, acknowledge_by=x.acknowledge_by, stage="open", level=found.level + 1)
        changed = replace(changed, urgent_at=x.received, urgent_told=0)
    state.alerts[x.alert] = changed


def _messaged(state: State, x: e.Messaged) -> None:
    _count(state, "message")
    if x.by == "person":
        _active(state, x.at)
        state.unread = state.unread or x.at
    else:
        state.unread = 0


def _check_in_set(state: State, x: e.CheckInSet) -> None:
    known = state.check_ins.get(x.check_in)
    if x.stage == "agreed":
        if known is None:
            _count(state, "check_in")
        state.check_ins[x.check_in] = CheckIn(x.program, x.when, x.how, x.by)
    elif x.stage == "announced" and known is not None:
        state.check_ins[x.check_in] = replace(known, announced=True)
    else:
        state.check_ins.pop(x.check_in, None)


def _signaled(state: State, x: e.Signaled) -> None:
    series, known = state.signals.get(x.name, ()), state.intervals.get(x.name, ())
    if x.since is not None:
        gone = held(known, x.since, x.at)
        ends = {end for _, end in gone}
        series = tuple(one for one in series if one[0] not in ends)
        known = (*(one for one in known if one not in gone), (x.since, x.at))
    series = state.signals[x.name] = _trim(_insert(series, x.at, x.value), x.at - x.keep)
    if known:
        # Kept as long as the value that they are of, and no longer.
        kept = {at for at, _ in series}
        state.intervals[x.name] = tuple(one for one in known if one[1] in kept)


def _reported(state: State, x: e.Reported) -> None:
    _active(state, x.at)
    state.reports[x.name] = max(x.at, state.reports.get(x.name, 0))
    if not x.repeat:
        state.heard[x.name] = max(x.at, state.heard.get(x.name, 0))


CLOSED_KEPT = 60
UNDONE_KEPT = 400
"""How many more of what nobody has done so far, while its run goes on: a phone can be without a network for weeks."""


def _close(state: State, name: str, closed: Delivery | Assessment) -> None:
    """Keep what is over for a while: what was done in time may arrive late."""
    state.closed[name] = closed
    if len(state.closed) <= CLOSED_KEPT:
        return
    undone, others = list[str](), list[str]()
    for kept, x in state.closed.items():
        (undone if _may_be_done(state, x) else others).append(kept)
    for over in (*others[:-CLOSED_KEPT], *undone[:-UNDONE_KEPT]):
        del state.closed[over]


def _may_be_done(state: State, over: Delivery | Assessment) -> bool:
    """Whether a `done` given in time would still count, so that it must find its delivery."""
    return isinstance(over, Delivery) and over.what == "event" and over.closed in e.LATE and over.run in state.runs


STAGES = ("decided", "handed_over", "accepted", "shown", "opened")


def _next_at_once(found: Delivery, x: e.Staged) -> Delivery:
    """Where nothing has reached them yet, because the first channel failed, the next one is not kept waiting."""
    channels = list(found.channels)
    if found.tried == 1 < len(channels) and channels[0][0] == x.channel:
        channels[1] = (channels[1][0], min(channels[1][1], x.received))
    return replace(found, channels=tuple(channels))


def _staged(state: State, x: e.Staged) -> None:
    found = state.deliveries.get(x.delivery)
    if found is not None and x.stage == "failed":
        state.deliveries[x.delivery] = _next_at_once(found, x)
    if found is None or x.stage not in STAGES:
        return
    first = STAGES.index(x.stage) > STAGES.index(found.stage)
    if x.stage == "opened":
        _active(state, x.at)
    stage = x.stage if first else found.stage
    if x.stage == "opened" and not found.opened:
        # Who has opened it needs no prompt for it any more.
        state.deliveries[x.delivery] = replace(found, stage=stage, opened=x.at, snoozed=0)
    else:
        state.deliveries[x.delivery] = replace(found, stage=stage)
    if not first or found.run not in state.runs or x.stage not in ("shown", "opened"):
        return
    record = state.runs[found.run].events.get(found.name, NO_EVENT)
    change = {x.stage: getattr(record, x.stage) + 1}
    _event(state, found.run, found.name, x.at, x.stage == "opened", **change)


def _acted(state: State, x: e.Acted) -> None:
    if x.by == "person":
        _active(state, x.at)
    found = state.deliveries.get(x.delivery)
    if found is None:
        late = state.closed.get(x.delivery)
        if not isinstance(late, Delivery) or x.act != "done" or late.done:
            return
        found = late
        del state.closed[x.delivery]
    spent = found.spent + x.spent
    if x.act == "done":
        state.deliveries[x.delivery] = replace(
            found, done=x.at, spent=spent, snoozed=0, watch=x.watch_until, closed=""
        )  # fmt: skip
    elif x.act == "snoozed":
        state.deliveries[x.delivery] = replace(found, snoozed=x.until, kept=x.by == "hub", spent=spent)
    elif x.act == "dismissed":
        del state.deliveries[x.delivery]
        _close(state, x.delivery, replace(found, closed="dismissed", spent=spent))
    else:
        state.deliveries[x.delivery] = replace(found, spent=spent)
    _contact(state, found.program, x.at)
    if found.run in state.runs and found.what == "event":
        record = state.runs[found.run].events.get(found.name, NO_EVENT)
        change: dict[str, Any] = {}
        if x.act == "done":
            change = {"done": record.done + 1, "done_at": max(record.done_at, x.at)}
        elif x.act == "dismissed":
            change = {"dismissed": record.dismissed + 1, **_kept_up(record, x.delivery, False)}
        # Putting something off or away is an answer, but only doing counts as engagement.
        _event(state, found.run, found.name, x.at, x.act in ("done", "dropped"), **change)


def imported_name(program: str, intervention: str, rule: str, slot: str) -> str:
    """Under which name a draw made elsewhere waits; old entries do not say the intervention."""
    return "/".join(part for part in (program, intervention, rule, slot) if part)


def _imported(state: State, x: e.Imported) -> None:
    state.imported[imported_name(x.program, x.intervention, x.rule, x.slot)] = (x.option, x.probabilities, x.source)


def _started(state: State, x: e.Started) -> None:
    state.runs[x.run] = Run(
        x.program, x.intervention, x.version, x.at, x.zone_day, x.need, x.by, x.ends_by, engaged=0, offered=0
    )
    _count(state, f"run/{x.program}/{x.intervention}")
    past = state.past.get(f"{x.program}/{x.intervention}", NO_PAST)
    state.past[f"{x.program}/{x.intervention}"] = replace(past, times=past.times + 1)
    course = state.courses.get(x.program)
    if course is not None and x.by == "enrollment" and x.intervention in course.left_out:
        left_out = {k: v for k, v in course.left_out.items() if k != x.intervention}
        state.courses[x.program] = replace(course, left_out=left_out, nothing=bool(left_out))


def _began(state: State, x: e.Began) -> None:
    record = state.runs[x.run].rules.get(x.rule, NO_RULE) if x.run in state.runs else NO_RULE
    waits = tuple(sorted((*record.waits, x.due))) if x.due else record.waits
    first = {} if record.began else {"began": x.at, "day": x.day, "clock": x.clock}
    _rule(state, x.run, x.rule, until=x.until, waits=waits, **first)


def _closed(state: State, x: e.Closed) -> None:
    _rule(state, x.run, x.rule, closed=x.reason, waits=(), postponed=())


def _moments_drawn(state: State, x: e.MomentsDrawn) -> None:
    _rule(state, x.run, x.rule, drawn_day=x.day, moments=x.moments)


def _postponed(state: State, x: e.Postponed) -> None:
    if x.run not in state.runs:
        return
    record = state.runs[x.run].rules.get(x.rule, NO_RULE)
    others = tuple(p for p in record.postponed if p[0] != x.slot)
    last, taken, waits = progress(record, x.day, x.index, x.slot)
    since = _silence(x.slot, record)
    postponed = (*others, (x.slot, x.planned, x.until))
    _rule(
        state, x.run, x.rule, postponed=postponed, last=last, taken=taken, waits=waits, quiet_since=since, about=x.about
    )


def progress(
    record: RuleRecord, day: int, index: int, slot: str
) -> tuple[tuple[int, int] | None, tuple[int, ...], tuple[int, ...]]:
    """The rule's last scheduled identity, what of its day is taken, and the waits that remain, after a decision point."""
    last, taken, waits = record.last, record.taken, record.waits
    if index >= 0 and (last is None or day > last[0]):
        last, taken = (day, index), (index,)
    elif index >= 0 and last is not None and day == last[0]:
        last, taken = max(last, (day, index)), tuple(sorted({*(taken or range(last[1] + 1)), index}))
    if slot.startswith("w") and waits and slot not in {p[0] for p in record.postponed}:
        waits = waits[1:]
    return last, taken, waits


def _silence(slot: str, record: RuleRecord) -> int:
    """The silence that a rule on a quiet spell has acted on: its decision point is named by when that began."""
    return int(slot[1:]) if slot.startswith("q") else record.quiet_since


def _care_rests(state: State, x: e.Decided) -> bool:
    """Whether a decision point fell into a pause, a safety hold, or a stop by staff: none is one of the rule's times."""
    return state.rests or e.STOPPED_BY_STAFF in x.reasons


def _decided(state: State, x: e.Decided) -> None:
    run = state.runs.get(x.run)
    if run is None:
        return
    record = run.rules.get(x.rule, NO_RULE)
    last, taken, waits = progress(record, x.day, x.index, x.slot)
    changed = replace(
        record,
        points=record.points + 1,
        idle=record.idle + (_care_rests(state, x) and x.outcome in ("unavailable", "missed")),
        last=last,
        taken=taken,
        waits=waits,
        postponed=tuple(p for p in record.postponed if p[0] != x.slot) if record.postponed else (),
        quiet_since=_silence(x.slot, record),
    )
    state.runs[x.run] = replace(run, rules={**run.rules, x.rule: changed}, points=run.points + 1)
    for intervention in (x.intervention, ""):
        if state.imported.pop(imported_name(x.program, intervention, x.rule, x.slot), None) is not None:
            break
    if x.watch_until:
        state.watches[x.point] = Watch(x.program, x.run, x.intervention, x.rule, x.version, x.at, x.watch_until)


def _delivered(state: State, x: e.Delivered) -> None:
    state.deliveries[x.delivery] = Delivery(
        x.program, x.what, x.name, x.run, x.point, x.at, x.expires, x.prompt, x.human, channels=x.channels,
        version=x.version, called=x.at if x.prompt else 0,
    )  # fmt: skip
    _count(state, "delivery")
    if x.prompt:
        state.prompts = (*[p for p in state.prompts if p > x.at - PROMPTS_KEPT], x.at)
    _contact(state, x.program, x.at)
    run = state.runs.get(x.run)
    if run is not None and x.what == "event":
        record = run.events.get(x.name, NO_EVENT)
        events = {
            **run.events,
            x.name: replace(record, delivered=record.delivered + 1, delivered_at=x.at, by_human=x.human),
        }
        # What a facilitator has yet to deliver, the person cannot have left unanswered.
        since = run.unanswered_since or (0 if x.human else x.at)
        state.runs[x.run] = replace(run, events=events, offered=x.at, unanswered_since=since)


def _fallback(state: State, x: e.Fallback) -> None:
    found = state.deliveries.get(x.delivery)
    if found is None:
        return
    if not found.prompt:
        state.prompts = (*state.prompts, x.at)
    tried = found.tried + (not x.snooze)
    channels = _later(found.channels, tried, x.at)
    called = found.called if found.prompt else x.at
    state.deliveries[x.delivery] = replace(
        found, prompt=True, called=called, tried=tried, snoozed=0, channels=channels
    )  # fmt: skip


def _later(channels: tuple[tuple[str, int], ...], tried: int, at: int) -> tuple[tuple[str, int], ...]:
    """Channels, those to come moved so that each keeps its distance from the prompt just made."""
    late = at - channels[tried - 1][1]
    return (*channels[:tried], *((c, m + late) for c, m in channels[tried:])) if late > 0 else channels


def _undelivered(state: State, x: e.Undelivered) -> None:
    found = state.deliveries.pop(x.delivery, None)
    if found is None:
        return
    _close(state, x.delivery, replace(found, closed=x.reason))
    if found.run not in state.runs or found.what != "event":
        return
    record = state.runs[found.run].events.get(found.name, NO_EVENT)
    _event(
        state, found.run, found.name, x.at, False, expired=record.expired + 1, **_kept_up(record, x.delivery, False)
    )  # fmt: skip


def _kept_up(record: EventRecord, delivery: str, good: bool) -> dict[str, Any]:
    """How often in a row an event has been completed, in the order of its deliveries."""
    went = noted(record.kept_up, delivery, good)
    return {"kept_up": went, "in_a_row": in_a_row(went)}


def _asked(state: State, x: e.Asked) -> None:
    run, course = state.runs.get(x.run), state.courses.get(x.program)
    # Entries of earlier releases do not say which version asked: it was the run's, or the course's.
    version = x.version or (run.version if run is not None else course.version if course is not None else "")
    asked = state.assessments[x.assessment] = Assessment(
        x.program, x.measure, x.items, x.purpose, x.at, x.expires, x.run, x.event, x.delivery, x.evaluation,
        reuse_from=x.reuse_from, version=version,
    )  # fmt: skip
    questionnaires.remember(state, asked)
    _count(state, "assessment")
    if x.delivery in state.deliveries and x.purpose in ("proximal", "form"):
        state.deliveries[x.delivery] = replace(state.deliveries[x.delivery], assessment=x.assessment)
    if x.purpose in ("engagement", "ownership", "target"):
        state.felt[f"{x.program}/{x.purpose}"] = x.at


def _assessed(state: State, x: e.Assessed) -> None:
    closed = state.assessments.pop(x.assessment, None)
    if closed is not None:
        _close(state, x.assessment, replace(closed, closed=True))
        if closed.delivery in state.deliveries:
            state.deliveries[closed.delivery] = replace(state.deliveries[closed.delivery], assessment="")
    if not x.complete:
        return
    over = state.closed.get(x.assessment)
    if isinstance(over, Assessment) and not over.completed:
        state.closed[x.assessment] = replace(over, completed=x.at)
    questionnaires.completed(state, x.assessment, x.at)
    name = f"{x.program}/{x.measure}"
    known = state.measures.get(name, Scores(0, False))
    at = x.corrects or x.at
    history = dict(known.history)
    for score, value in x.scores.items():
        if value is not None:
            history[score] = _trim(_insert(history.get(score, ()), at, value), at - SCORES_KEPT)
    if at >= known.at:
        state.measures[name] = replace(known, at=at, complete=True, scores=x.scores, history=history)
    else:
        state.measures[name] = replace(known, history=history)


def _proximal(state: State, x: e.Proximal) -> None:
    state.watches.pop(x.point, None)
    if not x.event or x.run not in state.runs:
        return
    if x.delivery in state.deliveries:
        state.deliveries[x.delivery] = replace(state.deliveries[x.delivery], watch=0)
    record = state.runs[x.run].events.get(x.event, NO_EVENT)
    change: dict[str, Any] = {}
    if number_of(x.delivery) >= record.judged:
        # One of an earlier delivery that arrives late is not the last.
        change = {"success": x.success, "value": x.value, "judged": number_of(x.delivery)}
    if x.success is not None:
        won = noted(record.won, x.delivery, x.success)
        change |= {"won": won, "won_in_a_row": in_a_row(won)}
        change |= {"succeeded": record.succeeded + 1} if x.success else {"failed": record.failed + 1}
    _event(state, x.run, x.event, x.at, False, **change)


def _completed(state: State, x: e.Completed) -> None:
    done = state.deliveries.pop(x.delivery, None)
    if done is not None:
        _close(state, x.delivery, replace(done, closed="completed"))
    run = state.runs.get(x.run)
    if run is None:
        return
    record = run.events.get(x.event, NO_EVENT)
    _event(
        state, x.run, x.event, x.at, False,
        completed=record.completed + 1, completed_at=x.at, **_kept_up(record, x.delivery, True),
    )  # fmt: skip


def _ended(state: State, x: e.Ended) -> None:
    run = state.runs.get(x.run)
    if run is not None:
        state.runs[x.run] = replace(run, ended=x.at, reason=x.reason, outcome_at=x.outcome_at)


def _overall_outcome(state: State, x: e.OverallOutcome) -> None:
    if x.corrects:
        _corrected_outcome(state, x)
        return
    run = state.runs.pop(x.run, None)
    if run is None:
        return
    over = PastRun(x.program, x.intervention, x.need, run.started, run.ended or x.at, x.result, x.reason, x.run)
    own = [p for p in state.history if p.program == x.program]
    dropped = own[0] if len(own) >= HISTORY else None
    state.history = (*(p for p in state.history if p is not dropped), over)
    name = f"{x.program}/{x.intervention}"
    past = state.past.get(name, NO_PAST)
    state.past[name] = replace(
        past,
        over=past.over + 1,
        ended=over.ended,
        result=x.result,
        successes=past.successes + (x.result == "success"),
        failures=past.failures + (x.result == "failure"),
        disengaged=past.disengaged + (x.result == "disengaged"),
    )


def _corrected_outcome(state: State, x: e.OverallOutcome) -> None:
    """What a run came to, known better: it counts once."""
    before = next((p for p in state.history if p.run == x.run), None)
    if before is None:
        return
    state.history = tuple(replace(p, result=x.result) if p is before else p for p in state.history)
    name = f"{x.program}/{x.intervention}"
    past = state.past.get(name, NO_PAST)
    state.past[name] = replace(
        past,
        result=x.result if past.ended == before.ended else past.result,
        successes=past.successes + (x.result == "success") - (before.result == "success"),
        failures=past.failures + (x.result == "failure") - (before.result == "failure"),
    )


def _evaluation_opened(state: State, x: e.EvaluationOpened) -> None:
    state.evaluations[x.evaluation] = Evaluation(x.program, x.why, x.at)
    _count(state, "evaluation")
    if x.trigger >= 0:
        state.triggers[f"{x.program}/{x.trigger}"] = Trigger(x.at, x.day, x.index)


def _evaluation_closed(state: State, x: e.EvaluationClosed) -> None:
    state.evaluations.pop(x.evaluation, None)


def _need_changed(state: State, x: e.NeedChanged) -> None:
    name = f"{x.program}/{x.need}"
    before = state.needs.get(name)
    since = before.since if before is not None and before.state == x.state else x.at
    state.needs[name] = NeedRecord(x.state, since, x.severity, x.stale_at)


def _recommended(state: State, x: e.Recommended) -> None:
    _count(state, "recommendation")
    course = state.courses.get(x.program)
    by_a_rule = x.action == "offered" and not x.candidates
    if course is not None:
        nothing = course.nothing if by_a_rule else x.action == "nothing"
        left_out = course.left_out if by_a_rule else x.left_out if nothing else {}
        state.courses[x.program] = replace(course, retry=x.retry, nothing=nothing, left_out=left_out)
    if x.action in ("offered", "listed", "proposed"):
        state.offers[x.recommendation] = Offer(
            x.program, x.need, x.action, x.chosen, x.expires, x.at, weighed=bool(x.candidates)
        )


def _retried(state: State, x: e.Retried) -> None:
    state.courses[x.program] = replace(state.courses[x.program], retry=x.again)


def _waits(state: State, x: e.Waits) -> None:
    state.courses[x.program] = replace(state.courses[x.program], waits=True)


LOOKS = frozenset(
    (e.Started, e.Asked, e.EvaluationOpened, e.Recommended, e.Retried, e.NeedChanged, e.Moved, e.TargetChecked)
)
"""After these, whether anything looks at the person is asked anew."""


def _goes_on(state: State, program: str) -> None:
    course = state.courses.get(program)
    if course is not None and course.waits:
        state.courses[program] = replace(course, waits=False)


def _offer_closed(state: State, x: e.OfferClosed) -> None:
    found = state.offers.get(x.offer)
    if found is None:
        return
    if x.remind_at:
        state.offers[x.offer] = replace(found, remind_at=x.remind_at, expires=x.remind_at)
        return
    del state.offers[x.offer]
    for name in [k for k, d in state.deliveries.items() if d.what == "offer" and d.name == x.offer]:
        del state.deliveries[name]
    if x.answer in ("declined", "expired"):
        for intervention in found.interventions:
            name = f"{found.program}/{intervention}"
            state.past[name] = replace(state.past.get(name, NO_PAST), declined_at=x.at)


def _target_checked(state: State, x: e.TargetChecked) -> None:
    state.courses[x.program] = replace(state.courses[x.program], target=x.reached)


def _stopped(state: State, x: e.Stopped) -> None:
    if x.program in state.courses:
        state.courses[x.program] = replace(state.courses[x.program], stopped=x.reason)


TABLE: dict[type, Callable[[State, Any], None]] = {
    e.Enrolled: _enrolled,
    e.Withdrew: _withdrew,
    e.Moved: _moved,
    e.Set: _set,
    e.Refused: _nothing,
    e.Answered: _answered,
    e.Followed: _followed,
    e.Alerted: _alerted,
    e.AlertMoved: _alert_moved,
    e.Notified: _notified,
    e.Triaged: _triaged,
    e.Messaged: _messaged,
    e.CheckInSet: _check_in_set,
    e.Signaled: _signaled,
    e.Reported: _reported,
    e.Staged: _staged,
    e.Acted: _acted,
    e.Imported: _imported,
    e.Started: _started,
    e.Began: _began,
    e.Closed: _closed,
    e.MomentsDrawn: _moments_drawn,
    e.Postponed: _postponed,
    e.Decided: _decided,
    e.Delivered: _delivered,
    e.Fallback: _fallback,
    e.Undelivered: _undelivered,
    e.Asked: _asked,
    e.Assessed: _assessed,
    e.Proximal: _proximal,
    e.Completed: _completed,
    e.Ended: _ended,
    e.OverallOutcome: _overall_outcome,
    e.EvaluationOpened: _evaluation_opened,
    e.EvaluationClosed: _evaluation_closed,
    e.NeedChanged: _need_changed,
    e.Recommended: _recommended,
    e.Retried: _retried,
    e.Waits: _waits,
    e.OfferClosed: _offer_closed,
    e.Narrated: _nothing,
    e.TargetChecked: _target_checked,
    e.Stopped: _stopped,
}
