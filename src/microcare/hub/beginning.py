"""What may begin: one question, asked whoever begins it.

The app, a facilitator's approval or assignment, a choice of the person, a rule's offer, enrollment without a model, and
a silence that counts as an answer all ask it. Nothing here can be overridden; levels, rests and what was declined can.
"""

from microcare.hub import gate
from microcare.hub.work import Work, holds
from microcare.program.compiled import CompiledIntervention, CompiledProgram


def barred(work: Work, program: CompiledProgram, name: str, *, asked: bool = False) -> tuple[str, int]:
    """Why a micro intervention must not begin now, and when that ends (0: not by time); empty: it may begin.

    `asked`: the person asks for it.
    """
    intervention = program.interventions.get(name)
    if intervention is None:
        return "not in the suite", 0
    reason = unfit(work, program, intervention)
    return (reason, 0) if reason else gate.rests(work, program, asked=asked)


def unfit(work: Work, program: CompiledProgram, intervention: CompiledIntervention) -> str:
    """Why it must not begin for this person as they are, whatever else goes on. What cannot be ruled out counts."""
    view = work.view(program)
    if intervention.contraindicated is not None:
        found = holds(intervention.contraindicated, view)
        if found is not False:
            return "contraindication unknown" if found is None else "contraindicated"
    if any(r.program == program.id and r.intervention == intervention.id for r in work.state.runs.values()):
        return "running"
    if intervention.requires is not None:
        found = holds(intervention.requires, view)
        if found is not True:
            return "prerequisite unknown" if found is None else "prerequisite not met"
    if intervention.resource is not None and holds(intervention.resource, view) is not True:
        return "its resource is missing"
    return ""
