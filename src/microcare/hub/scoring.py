"""What speaks for each candidate of a recommendation: its parts, their sum, and the draw among the near-equal best."""

from microcare.base import chance
from microcare.hub.entry import Candidate
from microcare.hub.state import NeedRecord, Past
from microcare.hub.view import engaged_share
from microcare.hub.work import Work
from microcare.program.compiled import CompiledIntervention, CompiledNeed, CompiledProgram

NO_PAST = Past()
USUAL_EFFORT = 10 * 60_000
"""What a person who does everything that is offered is taken to give on a day, ms."""
WORTH = {"success": 1.0, "failure": 0.25, "disengaged": 0.0, "ended": 0.5, "unknown": 0.5}


def score(
    work: Work,
    program: CompiledProgram,
    intervention: CompiledIntervention,
    need: CompiledNeed,
    record: NeedRecord,
    order: float,
) -> Candidate:
    """How well a micro intervention answers a need for this person now."""
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


def pick(
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
