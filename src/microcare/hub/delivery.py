"""Deliveries: events, questionnaires, offers and contact on their way to the person, and what becomes of them."""

from microcare.hub import consent, effect, entry, gate
from microcare.hub.state import Delivery
from microcare.hub.values import text_values
from microcare.hub.work import DELIVERIES, Work
from microcare.program.compiled import CompiledEvent, CompiledProgram, CompiledProximal
from microcare.program.content import Markdown, Say
from microcare.program.derived import needed_names

LATE = entry.LATE
HUMAN = ("message", "check_in")
"""What a facilitator brings themselves."""


def event(work: Work, run: str, name: str, point: str, along: str = "") -> str:
    """Deliver an event of a run, as a decision point chose; returns the delivery's name.

    `along` names a delivery it comes with: then it needs no prompt of its own. An older delivery of the same event that
    nobody has taken up makes way for it.
    """
    program = work.run_program(run)
    for older in [k for k, d in work.state.deliveries.items() if (d.run, d.name, d.done) == (run, name, 0)]:
        work.say(entry.Undelivered(at=work.now, received=work.now, delivery=older, reason="a newer one came"))
    compiled = program.interventions[work.state.runs[run].intervention].events[name]
    delivery = _deliver(
        work, program, "event", name, run=run, point=point, expires=work.now + compiled.expires, event=compiled,
        silent=(f"comes with {along}",) if along else (),
    )  # fmt: skip
    if compiled.form:
        ask(
            work,
            program,
            compiled.form,
            "form",
            work.now + compiled.expires,
            run=run,
            event=name,
            delivery=delivery,
        )
    work.happen(program.id, "event", name, "delivered", run)
    return delivery


def notice(work: Work, program: CompiledProgram, what: str, name: str, expires: int, along: str = "") -> str:
    """Bring an offer, a questionnaire, a contact, a message or a check-in.

    Where the gate says no, it waits in the app without a prompt.
    """
    if along:
        return _deliver(work, program, what, name, expires=expires, silent=(f"comes with {along}",))
    answer = gate.OPEN if work.present else gate.ask(work, program, prompt=True, human=what in HUMAN)
    delivery = _deliver(work, program, what, name, expires=expires, silent=answer.reasons)
    if answer.again and answer.again < expires:
        _snooze(work, delivery, answer.again)
    return delivery


def _snooze(work: Work, delivery: str, until: int) -> None:
    """Ask the gate again at that moment."""
    work.say(
        entry.Acted(at=work.now, received=work.now, delivery=delivery, act="snoozed", until=until, by="hub")
    )  # fmt: skip


def _deliver(
    work: Work,
    program: CompiledProgram,
    what: str,
    name: str,
    *,
    run: str = "",
    point: str = "",
    expires: int = 0,
    silent: tuple[str, ...] = (),
    event: CompiledEvent | None = None,
) -> str:
    work.spend(program.id, "deliveries", DELIVERIES)
    human = event is not None and event.event.by_human
    urgent = event is not None and event.event.urgent
    if not (silent or work.present or human or urgent or what in HUMAN):
        silent = _along(work)
    prompt = not work.present and not silent and not human
    delivery = work.name("delivery", "d")
    channels = () if human else _channels(work, program)
    found = work.state.runs.get(run)
    names = _names(event) if event is not None else ()
    view = work.view(program, run)
    values = text_values(view, names, found.intervention if found else "", found.need if found else "")
    work.say(
        entry.Delivered(
            at=work.now,
            received=work.now,
            delivery=delivery,
            program=program.id,
            what=what,
            name=name,
            run=run,
            point=point,
            expires=expires,
            prompt=prompt,
            human=human,
            channels=channels,
            silent=silent,
            values=values,
            version=program.version,
        )
    )
    if human:
        work.effects.append(effect.Propose(at=work.now, program=program.id, subject=delivery, expires=expires))
    elif prompt:
        work.effects.append(
            effect.Prompt(at=work.now, delivery=delivery, channel=channels[0][0], urgent=urgent, expires=expires)
        )
    return delivery


def _along(work: Work) -> tuple[str, ...]:
    """What reaches the person at one moment is one prompt: the rest comes with it, and waits in the app."""
    if not work.state.prompts or work.state.prompts[-1] != work.now:
        return ()
    found = work.state.deliveries.items()
    prompted = next((k for k, d in reversed(found) if d.prompt and d.called == work.now and not d.done), "")
    return (f"comes with {prompted}",) if prompted else ()


def _channels(work: Work, program: CompiledProgram) -> tuple[tuple[str, int], ...]:
    """The channels by which the person wants to be reached, each with its moment; where none is left, the app."""
    wanted = [(c, work.now + after) for c, after in program.channels if consent.reachable(work.state, program, c)]
    return tuple(wanted) or (("in_app", work.now),)


def _names(event: CompiledEvent) -> tuple[str, ...]:
    """The values that an event's own texts show."""
    texts = [b.say for b in event.event.blocks if isinstance(b, Say)]
    texts += [b.markdown for b in event.event.blocks if isinstance(b, Markdown)]
    texts += [t for t in (event.event.why, event.event.title) if t is not None]
    return tuple(dict.fromkeys(n for text in texts for n in needed_names(text)))


def ask(
    work: Work,
    program: CompiledProgram,
    measure: str,
    purpose: str,
    expires: int,
    *,
    items: tuple[str, ...] = (),
    run: str = "",
    event: str = "",
    delivery: str = "",
    evaluation: str = "",
    reuse_from: int = 0,
    along: str = "",
) -> str:
    """Open an assessment for the person."""
    name = work.name("assessment", "a")
    work.say(
        entry.Asked(
            at=work.now,
            received=work.now,
            assessment=name,
            program=program.id,
            measure=measure,
            items=items or tuple(program.measures[measure].items),
            purpose=purpose,
            expires=expires,
            run=run,
            event=event,
            delivery=delivery,
            evaluation=evaluation,
            reuse_from=reuse_from,
            version=program.version,
        )
    )
    if purpose not in ("proximal", "form", "engagement", "ownership"):
        notice(work, program, "assessment", name, expires, along)
    return name


def after_done(work: Work, name: str) -> None:
    """An event was done: its proximal assessment begins, or, without one, it is complete."""
    delivery = work.state.deliveries[name]
    if delivery.run not in work.state.runs:
        # The last word of a micro intervention that is over: nothing follows from it.
        _completed(work, name, delivery, None)
        return
    work.happen(delivery.program, "event", delivery.name, "done", delivery.run)
    program = brought_by(work, delivery)
    compiled = event_of(work, delivery)
    proximal = compiled.proximal if compiled is not None else None
    if proximal is None:
        complete(work, name, None)
    elif proximal.measure:
        until = max(delivery.done + proximal.within, work.now + 1)
        ask(
            work,
            program,
            proximal.measure,
            "proximal",
            until,
            run=delivery.run,
            event=delivery.name,
            delivery=name,
        )


def watch_until(work: Work, name: str, done: int) -> int:
    """Until when an event's proximal signal is watched (0: it has none)."""
    delivery = work.state.deliveries.get(name) or work.state.closed.get(name)
    if not isinstance(delivery, Delivery):
        return 0
    found = event_of(work, delivery)
    proximal = found.proximal if found is not None else None
    return done + proximal.over + proximal.late if proximal is not None and _by_signal(proximal) else 0


def brought_by(work: Work, delivery: Delivery) -> CompiledProgram:
    """The program of a run's delivery, in the version that brought it: a later one may have renamed or dropped it."""
    return work.programs.of(delivery.program, delivery.version or work.state.runs[delivery.run].version)


def event_of(work: Work, delivery: Delivery) -> CompiledEvent | None:
    """The event that a delivery brought, while its run lasts."""
    run = work.state.runs.get(delivery.run)
    if run is None or delivery.what != "event":
        return None
    return brought_by(work, delivery).interventions[run.intervention].events.get(delivery.name)


def _by_signal(proximal: CompiledProximal) -> bool:
    return proximal.proximal.signal is not None


def complete(work: Work, name: str, success: bool | None) -> None:
    """An event is done and its proximal assessment answered or past due."""
    delivery = work.state.deliveries.get(name)
    if delivery is None:
        late = work.state.closed.get(name)
        if isinstance(late, Delivery):
            # It was completed when its question was past due; the answer, given in time, has arrived since.
            _judged(work, late, success)
        return
    if delivery.run not in work.state.runs:
        return
    _completed(work, name, delivery, success)
    work.happen(delivery.program, "event", delivery.name, "completed", delivery.run)
    _judged(work, delivery, success)
    ask_felt(work, delivery.program)


def _completed(work: Work, name: str, delivery: Delivery, success: bool | None) -> None:
    work.say(
        entry.Completed(
            at=work.now, received=work.now, run=delivery.run, event=delivery.name, delivery=name, success=success
        )
    )  # fmt: skip


def _judged(work: Work, delivery: Delivery, success: bool | None) -> None:
    """Let rules know whether an event succeeded, where that is known."""
    if success is not None and delivery.run in work.state.runs:
        work.happen(delivery.program, "event", delivery.name, "succeeded" if success else "failed", delivery.run)


def ask_felt(work: Work, program: str) -> None:
    """Ask seldom, while the person is there: how it felt, or ownership and commitment."""
    compiled = work.course(program)
    if compiled is None or not work.present:
        return
    authored = compiled.program
    for purpose, felt in (("engagement", authored.engagement), ("ownership", authored.narrative.ownership)):
        if felt is None or any(a.purpose in ("engagement", "ownership") for a in work.state.assessments.values()):
            continue
        last = work.state.felt.get(f"{program}/{purpose}")
        since = last if last is not None else work.state.courses[program].since - felt.every.exact // 2
        if work.now - since >= felt.every.exact:
            ask(work, compiled, felt.measure, purpose, work.now + felt.within.exact)


def expire(work: Work, name: str) -> None:
    """A delivery's time is over."""
    close(work, name, "expired")


def close(work: Work, name: str, reason: str) -> None:
    """Hold a delivery back or take it away; the arm and its probability stand."""
    delivery = work.state.deliveries[name]
    work.say(entry.Undelivered(at=work.now, received=work.now, delivery=name, reason=reason))
    if delivery.what == "event" and delivery.run in work.state.runs:
        work.happen(delivery.program, "event", delivery.name, "expired", delivery.run)


def prompt_again(work: Work, name: str, channel: str = "") -> None:
    """The next channel, or the end of a snooze: the same delivery, so quiet hours count again and limits do not."""
    delivery = work.state.deliveries[name]
    if delivery.expires and work.now >= delivery.expires:
        close(work, name, "expired")
        return
    program = work.programs.of(delivery.program, work.state.courses[delivery.program].version)
    coming = delivery.channels[delivery.tried : delivery.tried + 1]
    if not channel and coming and coming[0][1] <= work.now and delivery.prompt and not delivery.opened:
        channel = coming[0][0]
    if delivery.kept and not delivery.prompt and delivery.what not in HUMAN and _along(work):
        # Something else calls at this very moment; this comes with it.
        _snooze(work, name, delivery.expires)
        return
    answer = gate.ask(work, program, prompt=True, again=delivery.prompt, human=delivery.what in HUMAN)
    if answer.reasons:
        # Where nothing can be tried in time any more, it stays with the person until it expires.
        in_time = answer.again and (not delivery.expires or answer.again < delivery.expires)
        _snooze(work, name, answer.again if in_time else delivery.expires)
        return
    first = channel or delivery.channels[0][0]
    work.say(entry.Fallback(at=work.now, received=work.now, delivery=name, channel=first, snooze=not channel))
    work.effects.append(effect.Prompt(at=work.now, delivery=name, channel=first, expires=delivery.expires))
