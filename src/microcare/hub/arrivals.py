"""Arrivals: what each kind of stimulus changes. What cannot be taken is refused with a reason, and changes nothing."""

from collections.abc import Callable
from typing import Any

from microcare.base.moments import MINUTE, format_moment, is_zone
from microcare.hub import asked as questionnaires
from microcare.hub import (
    assessor,
    consent,
    delivery,
    draws,
    entry,
    facilitation,
    intervals,
    moving,
    notices,
    preferences,
    recommender,
    safety,
    sequencer,
)
from microcare.hub import stimulus as s
from microcare.hub.beginning import barred
from microcare.hub.fits import answer_problem, field_problem, label_of, score_of, signal_problem
from microcare.hub.fold import fold
from microcare.hub.state import Delivery
from microcare.hub.work import Work

THERE = 15 * MINUTE
"""What arrives later than this after it occurred was queued: the person may not be there any more."""


REPEATED = MINUTE
"""Who says the same twice within so long says it once: a tap that did not seem to help is tapped again."""


def _refuse(work: Work, what: str, reason: str) -> None:
    work.say(entry.Refused(at=work.stimulus.at, received=work.now, what=what, reason=reason))


def _there(x: s.Stimulus) -> bool:
    return x.arrived - x.at < THERE


def _enroll(work: Work, x: s.Enroll) -> None:
    if x.program in work.state.courses:
        return _refuse(work, f"enroll {x.program}", "already in this program")
    compiled = work.programs.current(x.program)
    if compiled is None:
        return _refuse(work, f"enroll {x.program}", "there is no such program")
    if not is_zone(x.zone):
        return _refuse(work, f"enroll {x.program}", f"there is no time zone {x.zone}")
    lacking = consent.lacking(compiled, {f"{x.program}.{p}": v for p, v in x.consents.items()})
    if lacking:
        return _refuse(work, f"enroll {x.program}", f"no consent: {lacking[0]}")
    fields = {}
    for name, value in x.fields.items():
        wrong = field_problem(compiled, name, value)
        if wrong:
            _refuse(work, f"person.{name}", wrong)
        else:
            fields[name] = value
    work.present = _there(x)
    # Where they live and what they read is theirs: another program joined changes neither.
    known = bool(work.state.courses)
    work.say(
        entry.Enrolled(
            at=x.at,
            received=work.now,
            program=x.program,
            version=compiled.version,
            zone=work.state.zone if known else x.zone,
            language=work.state.language if known else x.language or compiled.program.language,
            facilitator=compiled.program.facilitator,
            fields=fields,
            consents={p: v for p, v in x.consents.items() if p in compiled.program.consent},
            synthetic=x.synthetic,
        )
    )
    if x.program in work.stop:
        work.say(entry.Stopped(at=x.at, received=work.now, program=x.program, reason=work.stop[x.program]))
        return None
    work.happen(x.program, "enrolled")
    if not compiled.program.model:
        recommender.begin(work, compiled, "enrollment")
    return None


def _withdraw(work: Work, x: s.Withdraw) -> None:
    if x.program and x.program not in work.state.courses:
        return _refuse(work, f"withdraw {x.program}", "not in this program")
    gone = {x.program} if x.program else set(work.state.courses)
    for name in [k for k, r in work.state.runs.items() if r.program in gone and not r.ended]:
        sequencer.let_all_go(work, name, "the person withdrew")
    for name in [k for k, d in work.state.deliveries.items() if d.program in gone]:
        work.say(entry.Undelivered(at=work.now, received=work.now, delivery=name, reason="withdrawn"))
    work.say(entry.Withdrew(at=x.at, received=work.now, program=x.program))


def _answer(work: Work, x: s.Answer) -> None:
    """Save one answer and check its safety, however late it is. What else follows is the next step's."""
    what = f"answer {x.assessment}.{x.item}"
    asked = questionnaires.recall(work.state, x.assessment)
    if asked is None:
        return _refuse(work, what, "there is no such questionnaire")
    compiled = questionnaires.program_of(work.programs, work.state, asked)
    item = compiled.measures[asked.measure].items.get(x.item) if compiled is not None else None
    if compiled is None or item is None or x.item not in asked.items:
        return _refuse(work, what, "it was not asked")
    wrong = "" if x.reference else answer_problem(item, x.value)
    if wrong:
        return _refuse(work, what, wrong)
    stated = entry.Answered(
        at=x.at,
        received=work.now,
        assessment=x.assessment,
        program=asked.program,
        measure=asked.measure,
        item=x.item,
        value=x.value,
        reference=x.reference,
        late=asked.closed,
        correction=asked.completed > 0,
        present=_there(x),
        label=label_of(item, x.value, compiled.program.language),
        score=score_of(item, x.value),
    )
    before = assessor.totals(work, work.state, asked)
    if _left(work, asked.program, x.at):
        # Whoever has left gives no more data; but nobody in danger is sent away.
        after = fold(work.state, stated)
        given = questionnaires.recall(after, x.assessment) or asked
        made = _changed(before, assessor.totals(work, after, given))
        if not safety.risks(work, after, given, {x.item: x.value}, made, x.heard):
            return _refuse(work, what, "not in this program any more")
    work.say(stated)
    given = questionnaires.recall(work.state, x.assessment) or asked
    made = _changed(before, assessor.totals(work, work.state, given))
    safety.check(work, given, {x.item: x.value}, x.at, made, x.heard)


def _left(work: Work, program: str, at: int) -> bool:
    """Whether the person had left the program by that moment."""
    return program not in work.state.courses and at > work.state.left.get(program, -1)


def _changed(before: safety.Totals, after: safety.Totals) -> safety.Totals:
    """The totals that an answer made or changed."""
    return {name: value for name, value in after.items() if value is not None and value != before.get(name)}


def _signal(work: Work, x: s.Signal) -> None:
    keep, known = 0, False
    for compiled in work.in_use():
        if x.name in compiled.keeps:
            known = True
            signal = compiled.program.signals[x.name]
            wrong = signal_problem(signal.type, signal.options, x.value)
            if wrong:
                return _refuse(work, f"signal {x.name}", wrong)
            keep = max(keep, compiled.keeps[x.name])
    if not known:
        return _refuse(work, f"signal {x.name}", "no program of this person uses it")
    before, zone = work.state.signals.get(x.name, ()), work.state.zone
    at, corrects = intervals.dated(zone, x.since, x.at), False
    if x.since is not None:
        there = work.state.intervals.get(x.name, ())
        wrong = intervals.problem(zone, there, x.since, at)
        if wrong:
            return _refuse(work, f"signal {x.name}", wrong)
        corrects = (x.since, at) in there
    work.say(
        entry.Signaled(
            at=at, received=work.now, name=x.name, value=x.value, keep=keep, synthetic=x.synthetic, since=x.since
        )
    )  # fmt: skip
    if corrects:
        return None
    # Environment-based rules: a number's or a text's arrival, a yes-or-no's becoming true; late data trigger nothing.
    if work.now - at > THERE or (before and before[-1][0] > at):
        return None
    if isinstance(x.value, bool) and (not x.value or (before and before[-1][1] is True)):
        return None
    for name in list(work.state.courses):
        if work.course(name) is not None:
            work.happen(name, "signal", x.name)


def _report(work: Work, x: s.Report) -> None:
    programs = [c for n in work.state.courses if (c := work.course(n)) is not None]
    if x.name and not any(x.name in p.reports for p in work.in_use()):
        return _refuse(work, f"report {x.name}", "no program of this person knows it")
    work.present = _there(x)
    heard = work.state.heard.get(x.name)
    again = heard is not None and abs(x.at - heard) < REPEATED
    work.say(entry.Reported(at=x.at, received=work.now, name=x.name, repeat=again))
    if again:
        return None
    work.asked.add(x.name)
    for program in programs:
        work.settle[program.id] = None
        work.happen(program.id, "report", x.name)


STAGES = ("handed_over", "accepted", "shown", "opened", "failed")


def _receipt(work: Work, x: s.Receipt) -> None:
    found = work.state.deliveries.get(x.delivery)
    if x.stage not in STAGES:
        return _refuse(work, f"receipt {x.delivery}", f"{x.stage} is no stage")
    if found is None:
        if x.delivery in work.state.closed:
            work.say(_staged(work, x))
            return None
        return _refuse(work, f"receipt {x.delivery}", "there is no such delivery")
    work.present = x.stage == "opened" and _there(x)
    work.say(_staged(work, x))
    new = work.state.deliveries[x.delivery].stage != found.stage
    if new and x.stage in ("shown", "opened") and found.what == "event":
        work.happen(found.program, "event", found.name, x.stage, found.run)
    return None


def _staged(work: Work, x: s.Receipt) -> entry.Staged:
    return entry.Staged(
        at=x.at, received=work.now, delivery=x.delivery, stage=x.stage, channel=x.channel, detail=x.detail
    )


def _act(work: Work, x: s.Act) -> None:
    found = work.state.deliveries.get(x.delivery)
    late = False
    if found is None:
        closed = work.state.closed.get(x.delivery)
        in_time = isinstance(closed, Delivery) and (not closed.expires or x.at <= closed.expires)
        if not isinstance(closed, Delivery):
            return _refuse(work, f"{x.act} {x.delivery}", "there is no such delivery")
        if x.act != "done" or not in_time or closed.closed not in delivery.LATE or closed.run not in work.state.runs:
            return _refuse(work, f"{x.act} {x.delivery}", f"it is over: {closed.closed}")
        found, late = closed, True
    if x.act not in ("done", "dismissed", "snoozed", "dropped"):
        return _refuse(work, f"{x.act} {x.delivery}", "there is no such act")
    if x.act == "snoozed" and found.human:
        return _refuse(work, f"snooze {x.delivery}", "a person does it; nothing reminds of it")
    if x.act == "snoozed" and not (x.at < x.until < (found.expires or x.until + 1)):
        limit = f"before {format_moment(found.expires)}" if found.expires else "later than now"
        return _refuse(work, f"snooze {x.delivery}", f"it can be put off to a moment {limit}")
    if found.done:
        return _refuse(work, f"{x.act} {x.delivery}", "it is done already")
    work.present = _there(x) and x.by == "person"
    watch = delivery.watch_until(work, x.delivery, x.at) if x.act == "done" and found.what == "event" else 0
    work.say(
        entry.Acted(
            at=x.at,
            received=work.now,
            delivery=x.delivery,
            act=x.act,
            until=x.until,
            spent=max(x.spent, 0),
            by=x.by,
            late=late,
            watch_until=watch,
        )
    )
    if x.act == "done":
        _done(work, x.delivery, found)
    elif x.act == "dismissed" and found.what == "event" and found.run in work.state.runs:
        work.happen(found.program, "event", found.name, "dismissed", found.run)
    elif x.act == "dismissed" and found.what == "assessment":
        # Nothing waits for its answers any more.
        work.settle[found.program] = None
        work.recommend.setdefault(found.program, "questions were dismissed")
    return None


def _done(work: Work, name: str, found: Delivery) -> None:
    if found.what == "event":
        delivery.after_done(work, name)
    elif found.what in ("contact", "assessment", "message", "check_in"):
        work.say(entry.Undelivered(at=work.now, received=work.now, delivery=name, reason="seen"))


def _choice(work: Work, x: s.Choice) -> None:
    offer = work.state.offers.get(x.offer)
    if offer is None or offer.action == "proposed":
        return _refuse(work, f"choice {x.offer}", "there is no such offer")
    if x.intervention and x.intervention not in offer.interventions:
        return _refuse(work, f"choice {x.offer}", "it was not offered")
    work.present = _there(x)
    program = work.course(offer.program)
    if x.intervention and program is not None:
        reason, _ = barred(work, program, x.intervention, asked=True)
        if reason:
            return _refuse(work, f"choice {x.offer}", reason)
    recommender.answer(work, x.offer, "accepted" if x.intervention else "declined", x.intervention, "person")
    return None


def _setting(work: Work, x: s.Setting) -> None:
    wrong = preferences.problem(work, x.name, x.value)
    if wrong:
        return _refuse(work, f"setting {x.name}", wrong)
    work.present = _there(x)
    work.say(entry.Set(at=x.at, received=work.now, name=x.name, value=x.value))
    if consent.ends(work, x.name, x.value):
        return _withdraw(work, s.Withdraw(key=x.key, at=x.at, program=x.name.split(".")[1]))
    if x.name in ("pause", "mode"):
        look_again(work, f"the {x.name} changed")
    return None


def look_again(work: Work, why: str) -> None:
    """Look anew at the person's state, and at what would help, in all their programs."""
    for program in list(work.state.courses):
        work.settle[program] = None
        work.recommend.setdefault(program, why)


def _zone(work: Work, x: s.Zone) -> None:
    if not is_zone(x.zone):
        return _refuse(work, "zone", f"there is no time zone {x.zone}")
    if x.zone != work.state.zone:
        work.say(entry.Set(at=x.at, received=work.now, name="zone", value=x.zone))
    return None


def _decide(work: Work, x: s.Decide) -> None:
    offer = work.state.offers.get(x.proposal)
    if offer is None or offer.action != "proposed":
        return _refuse(work, f"proposal {x.proposal}", "there is no such proposal")
    program = work.course(offer.program)
    if x.intervention:
        if program is None or x.intervention not in program.interventions:
            return _refuse(work, f"proposal {x.proposal}", f"there is no intervention {x.intervention}")
        reason, _ = barred(work, program, x.intervention)
        if reason:
            return _refuse(work, f"proposal {x.proposal}", reason)
    said = "accepted" if x.intervention else "declined"
    recommender.answer(work, x.proposal, said, x.intervention, x.by, x.narrative)
    return None


def _assign(work: Work, x: s.Assign) -> None:
    program = work.course(x.program)
    if program is None or x.intervention not in program.interventions:
        return _refuse(work, f"assign {x.intervention}", "there is no such intervention for this person")
    reason, _ = barred(work, program, x.intervention)
    if reason:
        return _refuse(work, f"assign {x.intervention}", reason)
    need = next((n.id for n in program.needs if x.intervention in n.need.interventions), "")
    recommender.start(work, program, x.intervention, need, f"assigned by {x.by}")
    return None


def _alert_stage(work: Work, name: str, stage: str, by: str, code: str = "") -> None:
    if name not in work.state.alerts:
        return _refuse(work, f"alert {name}", "there is no such open alert")
    if not by:
        return _refuse(work, f"alert {name}", "a person must be named")
    work.say(entry.AlertMoved(at=work.stimulus.at, received=work.now, alert=name, stage=stage, by=by, code=code))
    return None


def _acknowledge(work: Work, x: s.Acknowledge) -> None:
    _alert_stage(work, x.alert, "acknowledged", x.by)


def _resolve(work: Work, x: s.Resolve) -> None:
    held = work.state.rests
    _alert_stage(work, x.alert, "resolved", x.by, x.code)
    if held and not work.state.rests:
        look_again(work, "the safety hold is over")


TABLE: dict[type, Callable[[Work, Any], None]] = {
    s.Enroll: _enroll,
    s.Withdraw: _withdraw,
    s.Answer: _answer,
    s.Signal: _signal,
    s.Report: _report,
    s.Receipt: _receipt,
    s.Act: _act,
    s.Choice: _choice,
    s.Setting: _setting,
    s.Zone: _zone,
    s.Decide: _decide,
    s.Assign: _assign,
    s.Draw: draws.imported,
    s.Acknowledge: _acknowledge,
    s.Resolve: _resolve,
    s.Notice: notices.noted,
    s.Triage: facilitation.triage,
    s.Message: facilitation.message,
    s.Arrange: facilitation.arrange,
    s.Publish: moving.publish,
}
"""One function for each kind of stimulus; time has its own, in `timekeeper`."""
