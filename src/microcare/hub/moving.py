"""Moving a person to another version of a program: what they have goes on, and what the new version lacks is closed.

What is on its way (a delivery, a question, a watch, an intervention whose events are over) stays with the version that
brought it. What is still to come is the new version's: rules and evaluations are known again by their name or by what
they say, never by their place in a list.
"""

from collections.abc import Sequence

from microcare.base.moments import add, local_day
from microcare.hub import consent, entry, sequencer
from microcare.hub import stimulus as s
from microcare.hub.state import RuleRecord, Run
from microcare.hub.work import Work
from microcare.program.compiled import CompiledEvaluation, CompiledIntervention, CompiledProgram, CompiledRule

NO_RULE = RuleRecord()
Renamed = dict[str, dict[str, str]]


def publish(work: Work, x: s.Publish) -> None:
    """Take the person to another version, if they may be taken there."""
    wrong = _problem(work, x)
    if wrong:
        work.say(entry.Refused(at=x.at, received=work.now, what=f"publish {x.program}", reason=wrong))
        return
    old = work.programs.of(x.program, work.state.courses[x.program].version)
    new = work.programs.of(x.program, x.version)
    going = {k: r for k, r in work.state.runs.items() if r.program == x.program and not r.ended}
    moves = x.running == "move"
    renamed = _renamed(work, going, new) if moves else {}
    if moves:
        for name, run in going.items():
            _let_go(work, name, run, new, renamed)
    for name, offer in list(work.state.offers.items()):
        if offer.program == x.program and not set(offer.interventions) <= set(new.interventions):
            work.say(entry.OfferClosed(at=x.at, received=work.now, offer=name, answer="let go"))
    pairs = _same_evaluations(old.evaluations, new.evaluations)
    work.say(
        entry.Moved(
            at=x.at,
            received=work.now,
            program=x.program,
            version=x.version,
            runs=moves,
            stay=tuple(k for k, r in work.state.runs.items() if r.program == x.program and r.ended) if moves else (),
            rules={k: changed for k, changed in renamed.items() if changed},
            triggers=tuple(pairs.items()),
            added=tuple(e.index for e in new.evaluations if e.index not in pairs.values()),
            day=local_day(work.state.zone, work.now),
        )
    )
    _forget_needs(work, new)
    if work.state.courses[x.program].target is not None and _goal(old) != _goal(new):
        # What is called the goal now has not been looked at yet.
        work.say(entry.TargetChecked(at=work.now, received=work.now, program=x.program, reached=None))
    if moves:
        for name in going:
            _begin_added(work, name)
    work.settle[x.program] = None
    work.recommend.setdefault(x.program, "a new version came")


def _problem(work: Work, x: s.Publish) -> str:
    if x.program not in work.state.courses:
        return "not in this program"
    if not work.programs.known(x.program, x.version):
        return f"there is no version {x.version}"
    if x.running not in ("finish", "move"):
        return "running interventions `finish` or `move`"
    new = work.programs.of(x.program, x.version)
    lacking = consent.lacking(new, work.state.consents)
    if lacking:
        # Care goes on as they agreed to it, in the version they are in, until they agree to what has changed.
        return f"no consent: {lacking[0]}"
    if x.running == "move":
        for found in work.state.runs.values():
            if found.program == x.program and not found.ended and found.intervention not in new.interventions:
                return f"{found.intervention} runs and is not in the new version"
    return ""


def _renamed(work: Work, going: dict[str, Run], new: CompiledProgram) -> Renamed:
    """For each run: its rules that have another name in the new version, and (empty) those that it lacks."""
    found = {}
    for name, run in going.items():
        same = same_rules(work.intervention(name), new.interventions[run.intervention])
        found[name] = {k: same.get(k, "") for k in run.rules if same.get(k, "") != k}
    return found


def same_rules(old: CompiledIntervention, new: CompiledIntervention) -> dict[str, str]:
    """Which rule of the new version each rule is: by its own name, else by what it says, else by the name made for it."""
    same: dict[str, str] = {}
    taken: set[str] = set()

    def match(one: CompiledRule, candidates: Sequence[CompiledRule]) -> None:
        found = next((c for c in candidates if c.id not in taken), None)
        if one.id not in same and found is not None:
            same[one.id] = found.id
            taken.add(found.id)

    for one in old.rules:
        if one.rule.name is not None:
            match(one, [c for c in new.rules if c.rule.name == one.rule.name])
    for one in old.rules:
        match(one, sorted((c for c in new.rules if _said(c) == _said(one)), key=lambda c: c.id != one.id))
    for one in old.rules:
        match(one, [c for c in new.rules if c.id == one.id])
    return same


def _said(rule: CompiledRule) -> object:
    """What a rule says, whatever it is called."""
    return rule.rule.model_copy(update={"name": None})


def _let_go(work: Work, name: str, run: Run, new: CompiledProgram, renamed: Renamed) -> None:
    """Enter as missed what the gate had moved, of rules that the new version has no more."""
    for rule in work.intervention(name).rules:
        if renamed[name].get(rule.id) == "":
            sequencer.let_go(work, name, rule, "the new version has no such rule")


def _same_evaluations(old: Sequence[CompiledEvaluation], new: Sequence[CompiledEvaluation]) -> dict[int, int]:
    """Which evaluation of the new version each one is: the same words, else the same occasion."""
    same: dict[int, int] = {}
    for alike in (
        lambda one, other: one.trigger == other.trigger,
        lambda one, other: (one.trigger.every, one.trigger.on) == (other.trigger.every, other.trigger.on),
    ):
        for one in old:
            found = next((o for o in new if o.index not in same.values() and alike(one, o)), None)
            if one.index not in same and found is not None:
                same[one.index] = found.index
    return same


def _forget_needs(work: Work, new: CompiledProgram) -> None:
    """A need that the new version does not know is not known to be there."""
    for name, record in list(work.state.needs.items()):
        program, _, need = name.partition("/")
        if program == new.id and need not in new.by_need and record.state != "unknown":
            work.say(entry.NeedChanged(at=work.now, received=work.now, program=program, need=need, state="unknown"))


def _goal(program: CompiledProgram) -> str:
    """When the clinical goal counts as reached."""
    return program.target.expression.source if program.target is not None else ""


def _begin_added(work: Work, name: str) -> None:
    """Rules that the new version adds at the start of what already runs: their schedules begin now.

    What should have come at the very start does not come afterwards.
    """
    run = work.state.runs[name]
    for rule in work.intervention(name).rules:
        record = run.rules.get(rule.id, NO_RULE)
        if rule.trigger.kind != "start" or record.began or record.points or record.waits or record.closed:
            continue
        after = rule.rule.after
        due = add(work.state.zone, run.started, after) if after is not None else 0
        if rule.scheduled:
            sequencer.trigger(work, name, rule)
        elif due > work.now:
            day = local_day(work.state.zone, run.started)
            work.say(entry.Began(at=work.now, received=work.now, run=name, rule=rule.id, day=day, due=due))
