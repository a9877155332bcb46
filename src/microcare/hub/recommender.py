"""The recommender: which micro intervention answers a present need best, for this person, now.

Candidates come from the conceptual model in its order of priorities; whatever is left out is named with its reason.
"""

from dataclasses import dataclass, field

from microcare.base import chance
from microcare.base.moments import HOUR, local_day
from microcare.hub import delivery, effect, entry, gate, narrator
from microcare.hub.entry import Candidate
from microcare.hub.state import NeedRecord, Past
from microcare.hub.view import engaged_share
from microcare.hub.work import Work, holds
from microcare.program.compiled import CompiledIntervention, CompiledNeed, CompiledProgram

NO_PAST = Past()
USUAL_EFFORT = 10 * 60_000
"""What a person who does everything that is offered is taken to give on a day, ms."""
WORTH = {"success": 1.0, "failure": 0.25, "disengaged": 0.0, "ended": 0.5, "unknown": 0.5}


@dataclass(slots=True)
class _Search:
    """What the search for candidates has found so far."""

    left_out: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    candidates: list[Candidate] = field(default_factory=list)
    retry: list[int] = field(default_factory=list)


def mode_of(work: Work, program: CompiledProgram) -> str:
    """Who facilitates: the person's own setting, else the program's."""
    return work.state.mode or program.program.facilitator


def recommend(work: Work, program: CompiledProgram, why: str) -> None:
    """Recommend for one program, and do what follows for its facilitator."""
    present = [
        (n, r) for n in program.needs if (r := work.state.needs.get(f"{program.id}/{n.id}")) and r.state == "present"
    ]
    asked = {n.id for n, _ in present if _asked_for(work, n)}
    if not present or not (asked or _room(work, program)):
        return
    search = _Search()
    _search(work, program, present, asked, search)
    scored = sorted(search.candidates, key=lambda c: -c.score)
    mode = mode_of(work, program)
    chosen, drawn, scored = _pick(work, program, scored, mode)
    rules = program.program.recommend
    action, lasts = "nothing", 0
    if chosen:
        action = {"self": "listed", "coach": "proposed", "clinician": "proposed"}.get(
            mode, "started" if rules.app == "start" else "offered"
        )
        lasts = (rules.proposal_lasts if action == "proposed" else rules.offer_lasts).exact
    if not chosen and not search.left_out:
        return
    name = work.name("recommendation", "r")
    need = next((c.need for c in scored if c.intervention == chosen[0]), "") if chosen else ""
    retry = min((m for m in search.retry if m > work.now), default=0)
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
            expires=work.now + lasts if lasts and action != "started" else 0,
            by_rule=why,
            retry=retry,
        )
    )
    _follow(work, program, name, action, chosen, need, lasts)


def _asked_for(work: Work, need: CompiledNeed) -> bool:
    """Whether the person has just asked for it: then levels and running interventions do not make it wait."""
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
        found = 0
        names = need.need.interventions
        for rank, name in enumerate(names):
            intervention = program.interventions.get(name)
            if intervention is None:
                search.left_out[name] = "not in the suite"
                continue
            reason, until = left_out(work, program, intervention, asked=need.id in asked)
            if reason:
                search.left_out.setdefault(name, reason)
                if until:
                    search.retry.append(until)
                found += reason == "running"
                continue
            found += 1
            if name not in seen:
                seen.add(name)
                order = 1.0 - rank / len(names)
                search.candidates.append(_score(work, program, intervention, need, record, order))
        if found and basic is None:
            basic = (need.level.level, need.id)


def left_out(
    work: Work, program: CompiledProgram, intervention: CompiledIntervention, *, asked: bool = False
) -> tuple[str, int]:
    """Why a micro intervention is not a candidate now, and when that ends (0: not by time); empty: it is one."""
    reason = ruled_out(work, program, intervention)
    if reason:
        return reason, 0
    authored = intervention.intervention
    name = f"{program.id}/{intervention.id}"
    past = work.state.past.get(name, NO_PAST)
    if any(r.program == program.id and r.intervention == intervention.id for r in work.state.runs.values()):
        return "running", 0
    if authored.at_most is not None and past.times >= authored.at_most:
        return "exhausted", 0
    if work.state.likes.get(intervention.id, 0) < 0:
        return "not for this person, they said", 0
    view = work.view(program)
    if intervention.requires is not None:
        found = holds(intervention.requires, view)
        if found is not True:
            return "prerequisite unknown" if found is None else "prerequisite not met", 0
    if intervention.resource is not None and holds(intervention.resource, view) is not True:
        return "its resource is missing", 0
    if past.ended and work.now < past.ended + intervention.rest and not asked:
        return "resting", past.ended + intervention.rest
    declined = program.program.recommend.after_decline.exact
    if past.declined_at and work.now < past.declined_at + declined and not asked:
        return "declined lately", past.declined_at + declined
    between = program.program.recommend.rest.exact
    last = max((p.ended for p in work.state.history if p.program == program.id), default=0)
    if last and work.now < last + between and not asked:
        return "rest between micro interventions", last + between
    if any(e.event.by_human for e in intervention.events.values()) and not _facilitated(work, program):
        return "no facilitator for it", 0
    return rests(work, program)


def rests(work: Work, program: CompiledProgram) -> tuple[str, int]:
    """Why nothing can be begun now, whatever it is, and when to look again where no stimulus will say; empty: it can."""
    if work.state.paused_until > work.now:
        return "paused", 0
    if any(alert.hold for alert in work.state.alerts.values()):
        return "safety hold", 0
    if work.programs.stopped(program.id, work.now):
        return gate.STOPPED, work.now + HOUR
    return "", 0


def _facilitated(work: Work, program: CompiledProgram) -> bool:
    """Whether there is somebody to deliver what a human does: a roster, or the facilitator of this person's hub."""
    return bool(program.program.rosters) or mode_of(work, program) in ("coach", "clinician")


def ruled_out(work: Work, program: CompiledProgram, intervention: CompiledIntervention) -> str:
    """A contraindication, which not even an assignment overrides. What cannot be ruled out counts."""
    if intervention.contraindicated is None:
        return ""
    found = holds(intervention.contraindicated, work.view(program))
    return "" if found is False else "contraindication unknown" if found is None else "contraindicated"


def _score(
    work: Work,
    program: CompiledProgram,
    intervention: CompiledIntervention,
    need: CompiledNeed,
    record: NeedRecord,
    order: float,
) -> Candidate:
    weights = program.program.recommend.weights
    past = work.state.past.get(f"{program.id}/{intervention.id}", NO_PAST)
    share = engaged_share(work.state, program.id)
    gives = USUAL_EFFORT * (0.5 if share is None else 0.1 + 0.9 * share)
    parts = {
        "severity": 0.5 if record.severity is None else record.severity,
        "order": order,
        "history": _history(work, program, intervention),
        "preference": (work.state.likes.get(intervention.id, 0.0) + 1) / 2,
        "effort": min(1.0, gives / intervention.effort) if intervention.effort else 1.0,
        "novelty": 1.0 if not past.times else 0.0,
    }
    total = sum(getattr(weights, k) for k in parts)
    score = sum(getattr(weights, k) * v for k, v in parts.items()) / total if total else 0.0
    rounded = {k: round(v, 6) for k, v in parts.items()}
    return Candidate(intervention=intervention.id, need=need.id, score=round(score, 9), parts=rounded)


def _history(work: Work, program: CompiledProgram, intervention: CompiledIntervention) -> float:
    """How this person answered to it, and (counting half) to its kin; 0.5 where nothing is known."""
    total, weight = 0.5, 1.0
    kin = set(intervention.intervention.kin)
    for run in work.state.history:
        if run.program != program.id:
            continue
        other = program.interventions.get(run.intervention)
        if run.intervention == intervention.id:
            share = 1.0
        elif other is not None and kin & set(other.intervention.kin):
            share = 0.5
        else:
            continue
        total += share * WORTH.get(run.result, 0.5)
        weight += share
    return total / weight


def _pick(
    work: Work, program: CompiledProgram, scored: list[Candidate], mode: str
) -> tuple[tuple[str, ...], str, list[Candidate]]:
    """The best, one drawn among the near-equal best with a stated probability, or (self mode) a short list."""
    rules = program.program.recommend
    if not scored:
        return (), "", scored
    if mode == "self":
        return tuple(c.intervention for c in scored[: rules.list]), "", scored
    near = [c for c in scored if scored[0].score - c.score <= rules.near] if rules.near else scored[:1]
    if len(near) == 1 or mode in ("coach", "clinician"):
        return (scored[0].intervention,), "", scored
    name = work.name("recommendation", "r")
    drawn = chance.draw(work.programs.seed(program.id), work.person, program.id, name, "recommendation")
    chosen = near[drawn * len(near) >> 64]
    p = 1 / len(near)
    names = {c.intervention for c in near}
    shown = [Candidate(c.intervention, c.need, c.score, c.parts, p) if c.intervention in names else c for c in scored]
    return (chosen.intervention,), str(drawn), shown


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


def offer_expired(work: Work, name: str) -> None:
    """Nobody answered: a silence is an answer too. A proposal does what the program says."""
    offer = work.state.offers[name]
    program = work.course(offer.program)
    if offer.action != "proposed" or program is None:
        answer(work, name, "expired", "", "")
        return
    rules = program.program.recommend
    if rules.unanswered == "app":
        answer(work, name, "accepted", offer.interventions[0], "app")
        return
    remind = work.now + rules.proposal_lasts.exact
    work.say(
        entry.OfferClosed(at=work.now, received=work.now, offer=name, answer=rules.unanswered, remind_at=remind)
    )  # fmt: skip
    if rules.unanswered == "remind":
        work.effects.append(
            effect.Propose(at=work.now, program=program.id, subject=name, reminder=True, expires=remind)
        )
