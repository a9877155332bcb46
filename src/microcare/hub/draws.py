"""Draws made elsewhere: on a device, in another system, in an earlier trial. Each names its decision point."""

from microcare.base.wording import human_list
from microcare.hub import entry
from microcare.hub import stimulus as s
from microcare.hub.work import Work


def _refuse(work: Work, what: str, reason: str) -> None:
    work.say(entry.Refused(at=work.stimulus.at, received=work.now, what=what, reason=reason))


def imported(work: Work, x: s.Draw) -> None:
    """Keep a draw until its decision point comes; what cannot be told apart or cannot be is refused."""
    what = f"draw {x.rule} {x.slot}"
    good = x.option in x.probabilities and all(0 <= p <= 1 for p in x.probabilities.values())
    if not good or abs(sum(x.probabilities.values()) - 1) > 1e-9 or x.probabilities[x.option] <= 0:
        return _refuse(work, what, "its probabilities do not fit its option")
    if x.program not in work.state.courses:
        return _refuse(work, what, "not in this program")
    having = _with_rule(work, x.program, x.rule)
    if x.intervention not in ("", *having) or not having:
        return _refuse(work, what, f"there is no rule {x.rule}{f' in {x.intervention}' if x.intervention else ''}")
    if not x.intervention and len(having) > 1:
        return _refuse(work, what, f"say which intervention it is of: {human_list(having, 'or')}")
    work.say(
        entry.Imported(
            at=x.at, received=work.now, program=x.program, rule=x.rule, slot=x.slot, option=x.option,
            probabilities=x.probabilities, source=x.source, intervention=x.intervention or having[0],
        )
    )  # fmt: skip
    return None


def _with_rule(work: Work, program: str, rule: str) -> list[str]:
    """The interventions that have a rule of that name, in the version of the course or of one that still runs."""
    versions = {c.version: c for c in work.in_use() if c.id == program}
    return sorted({name for c in versions.values() for name, i in c.interventions.items() if rule in i.by_id})
