"""The recommender: which micro intervention answers a present need best, for this person, now.

Candidates come from the conceptual model in its order of priorities; whatever is left out is named with its reason.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from microcare.base.moments import HOUR, local_day
from microcare.hub import awaiting, delivery, effect, entry, gate, looks, narrator, scoring
from microcare.hub.beginning import barred, unfit
from microcare.hub.entry import Candidate
from microcare.hub.state import NeedRecord, Offer, Past
from microcare.hub.view import last_run
from microcare.hub.work import Work
from microcare.program.compiled import CompiledIntervention, CompiledNeed, CompiledProgram

NO_PAST = Past()
TIME, FACT = "a reason for waiting is over", "something has changed"
"""Why what was left out is looked at again. A look that finds nothing new is not entered a second time."""
TIMELESS = (
    "running", "exhausted", "not for this person, they said", "no facilitator for it", "not in the suite", "paused",
    "safety hold",
)  # fmt: skip
"""Reasons that time alone never ends, or after which everything is looked at anyway."""
Reason = Callable[[Work], str]


@dataclass(slots=True)
class _Search:
    """What the search for candidates has found so far."""

    left_out: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    candidates: list[Candidate] = field(default_factory=list)
    retry: list[int] = field(default_factory=list)
    conditional: list[tuple[CompiledIntervention, Reason]] = field(default_factory=list)
    """What is left out for a reason whose end is not known: why, as of any moment."""


def mode_of(work: Work, program: CompiledProgram) -> str:
    """Who facilitates: the person's own setting, else the program's."""
    return work.state.mode or program.program.facilitator


def recommend(work: Work, program: CompiledProgram, why: str) -> None:
    """Recommend for one program, and do what follows for its facilitator."""
    if not program.program.model:
        begin(work, program, why)
        return
    present = _present(work, program)
    _judge_offers(work, program)
    asked = {n.id for n, _ in present if _asked_for(work, program, n)}
    search = _Search()
    if present and (asked or _room(work, program)):
        _search(work, program, present, asked, search)
    scored = sorted(search.candidates, key=lambda c: -c.score)
    mode = mode_of(work, program)
    chosen, drawn, scored = scoring.pick(work, program, scored, mode)
    if not chosen:
        looked = bool(search.left_out) or (bool(present) and _room(work, program))
        _nothing(work, program, search, why, looked, bool(asked))
        return
    rules = program.program.recommend
    action = _action(program, mode)
    lasts = (rules.proposal_lasts if action == "proposed" else rules.offer_lasts).exact
    need = next((c.need for c in scored if c.intervention == chosen[0]), "")
    _time_is_over(work, program, why)
    name = work.name("recommendation", "r")
    work.say(
        entry.Recommended(
            at=work.now,
            received=work.now,
            program=program.id,
            recommendation=name,
            mode=mode,
            action=action,
            candidates=tuple(scored),
            left_out=search.left_out,
            waiting=search.waiting,
            chosen=chosen,
            need=need,
            drawn=drawn,
            expires=work.now + lasts if action != "started" else 0,
            by_rule=why,
            retry=min((m for m in search.retry if m > work.now), default=0),
        )
    )
    _follow(work, program, name, action, chosen, need, lasts)


def _present(work: Work, program: CompiledProgram) -> list[tuple[CompiledNeed, NeedRecord]]:
    """The need states that are present, most basic first."""
    known = [(n, work.state.needs.get(f"{program.id}/{n.id}")) for n in program.needs]
    return [(n, r) for n, r in known if r is not None and r.state == "present"]


def begin(work: Work, program: CompiledProgram, why: str) -> None:
    """Without a model everything begins at enrollment; what cannot begin then begins when it can."""
    course = work.state.courses[program.id]
    names = [n for n in program.interventions if why == "enrollment" or n in course.left_out]
    search = _Search()
    for name in names:
        intervention = program.interventions[name]
        reason, until = barred(work, program, name)
        if reason == "running":
            continue
        search.retry.append(until)
        if reason:
            search.left_out[name] = reason
            search.conditional.append((intervention, _unfit(program, intervention)))
        else:
            _time_is_over(work, program, why)
            start(work, program, name, "", "enrollment")
    _nothing(work, program, search, why, bool(search.left_out), False)


def _time_is_over(work: Work, program: CompiledProgram, why: str, again: int = 0) -> None:
    """Enter that the moment of a next look has come, once."""
    if again or (why == TIME and 0 < work.state.courses[program.id].retry <= work.now):
        work.say(entry.Retried(at=work.now, received=work.now, program=program.id, again=again))


def _nothing(work: Work, program: CompiledProgram, search: _Search, why: str, looked: bool, asked: bool) -> None:
    """Nothing can begin now: say so, why, and when it is looked at next; but say it once."""
    course = work.state.courses[program.id]
    if not looked:
        _time_is_over(work, program, why)
        return
    again = why in (TIME, FACT)
    known = course.nothing and course.left_out == search.left_out and (again or not asked)
    if known and why == FACT and course.retry > work.now:
        return
    moments = [*search.retry, *(looks.possible_at(work, one, reason) for one, reason in search.conditional)]
    if asked and course.nothing:
        # They asked for one thing; what else waits keeps its next look.
        moments.append(course.retry)
    retry = min((m for m in moments if m > work.now), default=0)
    if known and again:
        if retry != course.retry:
            _time_is_over(work, program, why, retry)
        return
    _time_is_over(work, program, why)
    work.say(
        entry.Recommended(
            at=work.now,
            received=work.now,
            program=program.id,
            recommendation=work.name("recommendation", "r"),
            mode=mode_of(work, program),
            action="nothing",
            left_out=search.left_out,
            waiting=search.waiting,
            by_rule=why,
            retry=retry,
        )
    )


def _judge_offers(work: Work, program: CompiledProgram) -> None:
    """Let go of what waits for an answer and would not be recommended any more."""
    for name, offer in list(work.state.offers.items()):
        if offer.program == program.id and _is_stale(work, program, offer):
            work.say(entry.OfferClosed(at=work.now, received=work.now, offer=name, answer="let go"))


def _is_stale(work: Work, program: CompiledProgram, offer: Offer) -> bool:
    """Whether what is offered must not begin; or its need is over, or waits for a more basic one; or others decide now."""
    offered = [program.interventions[i] for i in offer.interventions if i in program.interventions]
    if any(unfit(work, program, intervention) for intervention in offered):
        return True
    if not offer.weighed:
        return False
    present = _present(work, program)
    if offer.action != _action(program, mode_of(work, program)) or offer.need not in {n.id for n, _ in present}:
        return True
    search = _Search()
    _search(work, program, present, set(), search)
    return search.waiting.get(offer.need, awaiting.REST) != awaiting.REST


def _action(program: CompiledProgram, mode: str) -> str:
    """What is done with a recommendation, by who facilitates."""
    app = "started" if program.program.recommend.app == "start" else "offered"
    return {"self": "listed", "coach": "proposed", "clinician": "proposed"}.get(mode, app)


def _asked_for(work: Work, program: CompiledProgram, need: CompiledNeed) -> bool:
    """Whether the person has just asked for it: then levels and running interventions do not make it wait.

    What they asked for within the hour and have (it runs, or it waits for an answer) they do not get once more.
    """
    runs, offers = work.state.runs.values(), work.state.offers.values()
    if any(r.program == program.id and r.need == need.id and not r.ended and work.now - r.started < HOUR for r in runs):
        return False
    if any(o.program == program.id and o.need == need.id for o in offers):
        return False
    return (
        any(r.origin[0] == "reported" and r.origin[1] in work.asked for r in need.present.inputs.readers)
        or need.id in work.asked
    )


def _room(work: Work, program: CompiledProgram) -> bool:
    """Whether another micro intervention may begin now, apart from what a person asks for."""
    running = [r for r in work.state.runs.values() if r.program == program.id and not r.ended]
    waiting = any(o.program == program.id for o in work.state.offers.values())
    return len(running) < program.program.recommend.at_once and not waiting


def _search(
    work: Work,
    program: CompiledProgram,
    present: list[tuple[CompiledNeed, NeedRecord]],
    asked: set[str],
    search: _Search,
) -> None:
    basic: tuple[int, str] | None = None
    seen: set[str] = set()
    for need, record in present:
        waits = basic is not None and need.level.level > basic[0] and need.level.waits and need.id not in asked
        if waits and basic is not None:
            search.waiting[need.id] = basic[1]
            continue
        if asked and need.id not in asked:
            continue
        if not asked and awaiting.waits(work, program, need):
            search.waiting[need.id] = awaiting.REST
            continue
        found = 0
        names = need.need.interventions
        for rank, name in enumerate(names):
            intervention = program.interventions.get(name)
            if intervention is None:
                search.left_out[name] = "not in the suite"
                continue
            asks = need.id in asked
            reason, until = left_out(work, program, intervention, asked=asks)
            if reason:
                search.left_out.setdefault(name, reason)
                if until:
                    search.retry.append(until)
                elif reason not in TIMELESS:
                    search.conditional.append((intervention, _reason(program, intervention, asks)))
                found += reason == "running"
                continue
            found += 1
            if name not in seen:
                seen.add(name)
                order = 1.0 - rank / len(names)
                search.candidates.append(scoring.score(work, program, intervention, need, record, order))
        if found and basic is None:
            basic = (need.level.level, need.id)


def _reason(program: CompiledProgram, intervention: CompiledIntervention, asked: bool) -> Reason:
    return lambda work: left_out(work, program, intervention, asked=asked)[0]


def _unfit(program: CompiledProgram, intervention: CompiledIntervention) -> Reason:
    return lambda work: unfit(work, program, intervention)


def left_out(
    work: Work, program: CompiledProgram, intervention: CompiledIntervention, *, asked: bool = False
) -> tuple[str, int]:
    """Why a micro intervention is not a candidate now, and when that ends (0: not by time); empty: it is one."""
    reason, until = barred(work, program, intervention.id, asked=asked)
    if reason and not until and reason not in gate.RESTS:
        return reason, 0
    authored = intervention.intervention
    past = work.state.past.get(f"{program.id}/{intervention.id}", NO_PAST)
    if authored.at_most is not None and past.times >= authored.at_most:
        return "exhausted", 0
    if work.state.likes.get(intervention.id, 0) < 0:
        return "not for this person, they said", 0
    if past.ended and work.now < past.ended + intervention.rest and not asked:
        return "resting", past.ended + intervention.rest
    declined = program.program.recommend.after_decline.exact
    if past.declined_at and work.now < past.declined_at + declined and not asked:
        return "declined lately", past.declined_at + declined
    between = program.program.recommend.rest.exact
    last = last_run(work.state, program.id)
    if last is not None and work.now < last.ended + between and not asked:
        return "rest between micro interventions", last.ended + between
    if any(e.event.by_human for e in intervention.events.values()) and not _facilitated(work, program):
        return "no facilitator for it", 0
    return reason, until


def _facilitated(work: Work, program: CompiledProgram) -> bool:
    """Whether there is somebody to deliver what a human does: a roster, or the facilitator of this person's hub."""
    return bool(program.program.rosters) or mode_of(work, program) in ("coach", "clinician")


def _follow(
    work: Work,
    program: CompiledProgram,
    name: str,
    action: str,
    chosen: tuple[str, ...],
    need: str,
    lasts: int,
) -> None:
    if action == "started":
        start(work, program, chosen[0], need, "app")
    elif action in ("offered", "listed"):
        delivery.notice(work, program, "offer", name, work.now + lasts)
    elif action == "proposed":
        work.effects.append(effect.Propose(at=work.now, program=program.id, subject=name, expires=work.now + lasts))


def start(
    work: Work,
    program: CompiledProgram,
    intervention: str,
    need: str,
    by: str,
    edited: dict[str, str] | None = None,
) -> str:
    """Begin a micro intervention: tell its narrative, and let its rules know."""
    compiled = program.interventions[intervention]
    count = work.state.counts.get(f"run/{program.id}/{intervention}", 0) + 1
    run = f"{program.id}.{intervention}.{count}"
    work.say(
        entry.Started(
            at=work.now,
            received=work.now,
            run=run,
            program=program.id,
            intervention=intervention,
            version=program.version,
            need=need,
            by=by,
            ends_by=work.now + compiled.lasts,
            zone_day=local_day(work.state.zone, work.now),
        )
    )
    narrator.tell(work, run, "begin", edited=edited)
    work.happen(program.id, "start", "", "", run)
    # The report that led to it here and now came before it: its own rules shall hear of it too.
    for name in sorted(work.asked):
        work.happen(program.id, "report", name, "", run)
    return run


def answer(work: Work, name: str, said: str, intervention: str, by: str, edited: dict[str, str] | None = None) -> None:
    """An offer, list or proposal was answered."""
    offer = work.state.offers[name]
    program = work.course(offer.program)
    work.say(
        entry.OfferClosed(at=work.now, received=work.now, offer=name, answer=said, intervention=intervention, by=by)
    )
    if said == "accepted" and program is not None:
        start(work, program, intervention, offer.need, by, edited)
    elif said in ("declined", "expired"):
        work.recommend.setdefault(offer.program, f"an offer was {said}")


def _take_over(work: Work, program: CompiledProgram, name: str, offer: Offer) -> None:
    """The app answers in the silence, and begins no more than it would begin by itself."""
    wanted = program.interventions.get(offer.interventions[0])
    reason = left_out(work, program, wanted)[0] if wanted is not None else "not in the suite"
    if not reason:
        answer(work, name, "accepted", offer.interventions[0], "app")
        return
    work.say(entry.OfferClosed(at=work.now, received=work.now, offer=name, answer="let go"))
    work.recommend.setdefault(program.id, f"a proposal was let go: {reason}")


def offer_expired(work: Work, name: str) -> None:
    """Nobody answered: a silence is an answer too. A proposal does what the program says."""
    offer = work.state.offers[name]
    program = work.course(offer.program)
    if offer.action != "proposed" or program is None:
        answer(work, name, "expired", "", "")
        return
    _judge_offers(work, program)
    if name not in work.state.offers:
        work.recommend.setdefault(program.id, "a proposal was let go")
        return
    rules = program.program.recommend
    if rules.unanswered == "app":
        _take_over(work, program, name, offer)
        return
    remind = work.now + rules.proposal_lasts.exact
    work.say(
        entry.OfferClosed(at=work.now, received=work.now, offer=name, answer=rules.unanswered, remind_at=remind)
    )  # fmt: skip
    if rules.unanswered == "remind":
        work.effects.append(
            effect.Propose(at=work.now, program=program.id, subject=name, reminder=True, expires=remind)
        )
