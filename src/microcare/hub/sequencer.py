"""The sequencer: a micro intervention's rules over what has happened.

A sequence is nothing but rules over what has happened, so a paused, late or repeated person is always somewhere definite.
"""

from collections.abc import Collection

from microcare.base import chance
from microcare.base.moments import MINUTE, add, local_clock, local_day
from microcare.base.schedules import window_bounds
from microcare.hub import assessor, decider, delivery, entry, evaluator, narrator, outcomes, recommender, scheduler
from microcare.hub.state import RuleRecord, used
from microcare.hub.waiting import Point
from microcare.hub.work import Happening, Work, holds
from microcare.program.compiled import CompiledRule

NO_RULE = RuleRecord()


def happened(work: Work, what: Happening) -> None:
    """Let every rule that waits for it know: in the run it happened in, or in all runs of the program."""
    for run in [what.run] if what.run else list(work.state.runs):
        found = work.state.runs.get(run)
        if found is None or found.ended or found.program != what.program or work.course(what.program) is None:
            continue
        compiled = work.intervention(run)
        keys = [(what.kind, what.name, what.stage)]
        if what.kind == "report" and what.name:
            keys.append(("report", "", ""))
        for key in keys:
            for rule in compiled.by_trigger.get(key, ()):
                if run in work.state.runs and not work.state.runs[run].ended:
                    trigger(work, run, rule)


def trigger(work: Work, run: str, rule: CompiledRule) -> None:
    """A rule's trigger came: its schedule begins, it waits, or its decision point is now."""
    found = work.state.runs[run]
    record = found.rules.get(rule.id, NO_RULE)
    taken = record.points + len(record.postponed)
    if record.closed or (rule.rule.times is not None and used(record) >= rule.rule.times):
        return
    wait = add(work.state.zone, work.now, rule.rule.after) if rule.rule.after is not None else 0
    if rule.scheduled:
        if record.began:
            return
        began = wait or work.now
        work.say(
            entry.Began(
                at=began,
                received=work.now,
                run=run,
                rule=rule.id,
                day=local_day(work.state.zone, began),
                until=began + rule.lasts if rule.lasts else 0,
                clock=local_clock(work.state.zone, began),
            )
        )
    elif wait:
        if wait not in record.waits:
            day = local_day(work.state.zone, work.now)
            work.say(entry.Began(at=work.now, received=work.now, run=run, rule=rule.id, day=day, due=wait))
    else:
        decide(work, Point(run, rule, f"t{taken + 1}", work.now))


def decide(work: Work, point: Point) -> None:
    """Decide a point, and do what was decided."""
    rule = point.rule
    if rule.until is not None and holds(rule.until, work.view(work.run_program(point.run), point.run)) is True:
        close(work, point.run, rule, "until")
        return
    decision = decider.decide(work, point)
    if decision is None:
        return
    run = work.state.runs[point.run]
    record = run.rules.get(rule.id, NO_RULE)
    if rule.rule.times is not None and record.points - record.idle >= rule.rule.times:
        close(work, point.run, rule, "times")
    first, brought = "", []
    for event in decision.events:
        # Events delivered together reach the person as one prompt; what a human brings prompts nobody.
        brought.append(delivery.event(work, point.run, event, decision.entry.point, along=first))
        if not work.state.deliveries[brought[-1]].human:
            first = first or brought[-1]
    case = decision.case
    if case is None:
        return
    program = work.run_program(point.run)
    if case.evaluate:
        evaluator.open_evaluation(work, program, f"the rule {rule.id}", None)
    if case.offer:
        offer(work, point, case.offer)
    if case.end:
        end(work, point.run, case.end, case.end_as, rule.id, brought)


def close(work: Work, run: str, rule: CompiledRule, reason: str) -> None:
    """A rule comes due no more."""
    let_go(work, run, rule, f"the rule was over ({reason})")
    work.say(entry.Closed(at=work.now, received=work.now, run=run, rule=rule.id, reason=reason))


def let_go(work: Work, run: str, rule: CompiledRule, why: str) -> None:
    """Enter as missed what the gate had moved and what can no longer be asked: each decision point has one outcome."""
    for slot, planned, until in work.state.runs[run].rules.get(rule.id, NO_RULE).postponed:
        day, index = scheduler.slot_identity(slot)
        decider.miss(work, Point(run, rule, slot, planned, day, index, until), f"{why} before it could be asked again")


def let_all_go(work: Work, run: str, why: str) -> None:
    """Let go of all that the gate had moved in a run."""
    for rule in work.intervention(run).rules:
        let_go(work, run, rule, why)


def offer(work: Work, point: Point, name: str) -> None:
    """A rule offers another micro intervention, where it may be offered at all."""
    program = work.run_program(point.run)
    # It would begin in the version that the course is in by now.
    current = work.course(program.id)
    wanted = current.interventions.get(name) if current is not None else None
    reason = "not in the suite"
    if current is not None and wanted is not None:
        reason, _ = recommender.left_out(work, current, wanted)
    need = work.state.runs[point.run].need
    chosen = () if reason else (name,)
    lasts = program.program.recommend.offer_lasts.exact
    recommendation = work.name("recommendation", "r")
    work.say(
        entry.Recommended(
            at=work.now,
            received=work.now,
            program=program.id,
            recommendation=recommendation,
            mode=recommender.mode_of(work, program),
            action="offered" if chosen else "nothing",
            left_out={name: reason} if reason else {},
            chosen=chosen,
            need=need,
            expires=work.now + lasts if chosen else 0,
            by_rule=point.rule.id,
            retry=work.state.courses[program.id].retry,
        )
    )
    if chosen:
        delivery.notice(work, program, "offer", recommendation, work.now + lasts)


def end(work: Work, run: str, reason: str, counts_as: str = "", rule: str = "", last: Collection[str] = ()) -> None:
    """End a micro intervention's events; its overall outcome follows, now or when it is due.

    `last`: deliveries that the rule which ends it brings with it; they stay with the person until they expire.
    """
    found = work.state.runs[run]
    if found.ended:
        return
    compiled = work.intervention(run)
    let_all_go(work, run, "the intervention ended")
    for name in [k for k, d in work.state.deliveries.items() if d.run == run and not d.done and k not in last]:
        work.say(entry.Undelivered(at=work.now, received=work.now, delivery=name, reason="the intervention ended"))
    for name, asked in list(work.state.assessments.items()):
        if asked.run == run and asked.purpose in ("proximal", "form") and asked.delivery not in last:
            assessor.close(work, name, asked, late=False)
    assessed = compiled.intervention.outcome is not None and not counts_as
    at = 0
    if assessed and compiled.intervention.outcome is not None:
        at = max(add(work.state.zone, work.now, compiled.intervention.outcome.after), work.now)
    work.say(entry.Ended(at=work.now, received=work.now, run=run, reason=reason, outcome_at=at, rule=rule))
    narrator.tell(work, run, "end", ("future",))
    if not assessed:
        outcomes.state_outcome(work, run, counts_as or "ended")
    elif at <= work.now and not work.state.rests:
        outcomes.ask_overall(work, run)


def finish_if_over(work: Work, run: str) -> None:
    """End a run in which nothing can come any more: every wait has an end. While care rests, so does the run."""
    found = work.state.runs.get(run)
    if found is None or found.ended or work.state.rests:
        return
    compiled = work.intervention(run)
    if compiled.open_ended:
        return
    for sent in work.state.deliveries.values():
        if sent.run == run:
            return
    for asked in work.state.assessments.values():
        if asked.run == run and asked.purpose != "overall":
            return
    for rule_id, record in found.rules.items():
        rule = compiled.by_id.get(rule_id)
        if rule is None or record.closed:
            continue
        if record.waits or record.postponed:
            return
        if rule.scheduled and (
            scheduler.lacks_a_time(rule, work.state)
            or scheduler.coming_point(rule, record, run, found, work.state) is not None
        ):
            return
    if found.unanswered_since and any(
        found.rules.get(r.id, NO_RULE).quiet_since != found.unanswered_since for r in compiled.quiet
    ):
        return
    end(
        work,
        run,
        "completed" if any(e.delivered for e in found.events.values()) else "nothing could be delivered",
    )


def draw_moments(work: Work, run: str, rule: CompiledRule, day: int) -> None:
    """The random moments of one day's window, drawn once when it begins."""
    assert rule.between is not None
    start, stop = window_bounds(work.state.zone, day, rule.between)
    began = work.state.runs[run].rules[rule.id].began
    start = max(start, began)
    program = work.state.runs[run].program
    seed, drawn = work.programs.seed(program), []
    apart = _apart(work, run, rule, stop - start)
    room = max(stop - start - apart * (rule.random - 1), 1)
    for index in range(rule.random):
        name = f"{run}/{rule.id}/{scheduler.slot_name(day, index)}"
        drawn.append(chance.draw(seed, work.person, name, "moment") * room >> 64)
    moments = [start + offset + apart * place for place, offset in enumerate(sorted(drawn))]
    work.say(entry.MomentsDrawn(at=work.now, received=work.now, run=run, rule=rule.id, day=day, moments=tuple(moments)))


def _apart(work: Work, run: str, rule: CompiledRule, room: int) -> int:
    """How far random moments of one day lie apart at least, ms.

    As the gap between prompts asks, and so that what one brings is over when the next comes; but never more than half of
    the window is taken from chance.
    """
    events = work.intervention(run).events
    wanted = max([work.run_program(run).gap, MINUTE, *(events[name].expires for name in rule.delivers)])
    return min(wanted, max(room, 0) // (2 * rule.random))


def disengaged(work: Work, run: str) -> None:
    """The person has left this micro intervention without getting what was needed: it ends, and another way is sought."""
    end(work, run, "disengaged", "disengaged")
