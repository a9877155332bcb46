"""The evaluator: the timely look at a person's state, and the need states that follow.

An evaluation asks only what a need state still lacks: the fewest items whose answers are missing or older than the shelf
life of its evidence, and with them the items of the same measure that a safety rule looks at. A need that is settled
already by fresh evidence asks nothing.
"""

from microcare.base.moments import local_day
from microcare.hub import awaiting, delivery, entry
from microcare.hub.awaiting import score_items
from microcare.hub.stimulus import Value
from microcare.hub.view import View, read
from microcare.hub.work import Work, holds
from microcare.program.compiled import (
    CompiledEvaluation,
    CompiledMeasure,
    CompiledNeed,
    CompiledProgram,
    Reader,
)


def open_evaluation(
    work: Work, program: CompiledProgram, why: str, trigger: CompiledEvaluation | None, day: int = 0, place: int = 0
) -> None:
    """Look at a person's state: by time, context, report, or the end of an intervention."""
    index = trigger.index if trigger is not None else -1
    if (
        trigger is not None
        and trigger.condition is not None
        and holds(trigger.condition, work.view(program)) is not True
    ):
        if trigger.pattern is not None:
            _opened(work, program, f"{why}: its condition does not hold", index, (day, place), {}, ())
        return
    asks, known = lacking(work, program)
    only = trigger.trigger.only if trigger is not None else ()
    asks = {m: items for m, items in asks.items() if not only or m in only}
    for measure in trigger.trigger.measures if trigger is not None else ():
        if not any(a.program == program.id and a.measure == measure for a in work.state.assessments.values()):
            asks[measure] = tuple(program.measures[measure].items)
    name = _opened(work, program, why, index, (day, place), asks, known, close=False)
    within = trigger.within if trigger is not None else 3 * 86_400_000
    first = ""
    for measure, items in asks.items():
        fresh = work.now - _shelf_life(program, measure)
        asked = delivery.ask(
            work, program, measure, "evaluation", work.in_time(within),
            items=items, evaluation=name, reuse_from=fresh, along=first,
        )  # fmt: skip
        first = first or asked
    work.settle[program.id] = None


def _opened(
    work: Work,
    program: CompiledProgram,
    why: str,
    index: int,
    slot: tuple[int, int],
    asks: dict[str, tuple[str, ...]],
    known: tuple[str, ...],
    close: bool = True,
) -> str:
    name = work.name("evaluation", "e")
    work.say(
        entry.EvaluationOpened(
            at=work.now,
            received=work.now,
            evaluation=name,
            program=program.id,
            trigger=index,
            why=why,
            day=slot[0] or local_day(work.state.zone, work.now),
            index=slot[1],
            asks=asks,
            known=known,
        )
    )
    if close:
        work.say(entry.EvaluationClosed(at=work.now, received=work.now, evaluation=name, program=program.id))
    return name


def _shelf_life(program: CompiledProgram, measure: str) -> int:
    """The shortest shelf life that a need state gives to a measure."""
    lives = [n.stale_after for n in program.needs if measure in n.measures]
    return min(lives, default=30 * 86_400_000)


def lacking(work: Work, program: CompiledProgram) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """The items still needed to settle every need state, by measure, most basic levels first; and the needs known."""
    asks: dict[str, dict[str, None]] = {}
    known: list[str] = []
    open_items = {
        (a.measure, item) for a in work.state.assessments.values() if a.program == program.id for item in a.items
    }
    for need in program.needs:
        view = work.view(program, fresh_from=work.now - need.stale_after)
        if holds(need.present, view) is not None and _fresh(work, program, need):
            known.append(need.id)
            continue
        for measure in need.measures:
            for item in _items(program.measures[measure], need, measure):
                if (measure, item) not in open_items and not _answered(work, program, measure, item, need.stale_after):
                    asks.setdefault(measure, {})[item] = None
    for name in asks:
        if program.measures[name].measure.whole:
            asks[name] = {item: None for item in program.measures[name].items if (name, item) not in open_items}
    for measure, part in program.safety:
        # Whoever is asked about a measure is asked about the risk in it, each time; of a total, about what it lacks.
        for item in _risky(work, program, measure, part):
            if measure in asks and (measure, item) not in open_items:
                asks[measure][item] = None
    ordered = {m: tuple(i for i in program.measures[m].items if i in items) for m, items in asks.items()}
    return ordered, tuple(known)


def _risky(work: Work, program: CompiledProgram, measure: str, part: str) -> list[str]:
    """The items that a safety rule needs: the one it looks at, or those that its total lacks."""
    known = program.measures[measure]
    if part in known.items:
        return [part]
    life = _shelf_life(program, measure)
    return [i for i in score_items(known, part) if not _answered(work, program, measure, i, life)]


def _fresh(work: Work, program: CompiledProgram, need: CompiledNeed) -> bool:
    """A need that names measures is settled only by evidence from them."""
    if not need.measures:
        return True
    since = work.now - need.stale_after
    return all(_any_answer(work, program, m, since) for m in need.measures)


def _any_answer(work: Work, program: CompiledProgram, measure: str, since: int) -> bool:
    known = work.state.measures.get(f"{program.id}/{measure}")
    return known is not None and any(at >= since for at, _ in known.values.values())


def _answered(work: Work, program: CompiledProgram, measure: str, item: str, life: int) -> bool:
    known = work.state.measures.get(f"{program.id}/{measure}")
    answer = known.values.get(item) if known is not None else None
    return answer is not None and answer[0] >= work.now - life and answer[1] is not None


def _items(measure: CompiledMeasure, need: CompiledNeed, name: str) -> tuple[str, ...]:
    """The items of a measure that a need's conditions look at; all of them where they look at none by name."""
    readers: list[Reader] = []
    for condition in (need.present, need.absent, need.severity):
        readers += condition.inputs.readers if condition is not None else ()
    found: dict[str, None] = {}
    for reader in readers:
        origin = reader.origin
        if origin[0] == "item" and origin[1] == name:
            found[origin[2]] = None
        elif origin[0] == "score" and origin[1] == name:
            score = measure.scores.get(origin[2])
            leaves = score.inputs.readers if score is not None else ()
            found.update(dict.fromkeys([r.leaf.path for r in leaves] or list(measure.items)))
    return tuple(found) or tuple(measure.items)


def settle(work: Work, program: CompiledProgram) -> None:
    """Look at every need state again, and close the evaluations that wait for nothing more."""
    changed = False
    for need in program.needs:
        changed |= _settle(work, program, need)
    if changed:
        work.recommend.setdefault(program.id, "a need state changed")
    waiting = {a.evaluation for a in work.state.assessments.values()}
    for name in [k for k, e in work.state.evaluations.items() if e.program == program.id and k not in waiting]:
        work.say(entry.EvaluationClosed(at=work.now, received=work.now, evaluation=name, program=program.id))
        work.recommend.setdefault(program.id, "the person's state was evaluated")


def _settle(work: Work, program: CompiledProgram, need: CompiledNeed) -> bool:
    name = f"{program.id}/{need.id}"
    before = work.state.needs.get(name)
    view = View(program, work.state, work.now, None, None, work.now - need.stale_after)
    values = read(need.present.inputs, view)
    found = need.present.holds(values)
    evidence = dict(zip(need.present.inputs.names, values, strict=True))
    if before is not None and before.state == "present" and need.absent is not None and found is not None:
        over = holds(need.absent, view)
        found = over is not True
    conditions = (need.present, need.absent if before is not None and before.state == "present" else None)
    if awaiting.is_unsettled(work, program, need, *conditions):
        if before is None or not before.stale_at or work.now < before.stale_at:
            # It stays as it was until the rest is answered, whichever part came first.
            return False
        found = None
    state = "present" if found is True else "absent" if found is False else "unknown"
    severity = holds(need.severity, view) if need.severity is not None and state == "present" else None
    severity = min(max(float(severity), 0.0), 1.0) if isinstance(severity, int | float) else None
    stale_at = _stale_at(work, program, need, evidence) if state != "unknown" else 0
    if before is None and state == "unknown":
        return False
    if before is not None and (before.state, before.severity, before.stale_at) == (state, severity, stale_at):
        return False
    work.say(
        entry.NeedChanged(
            at=work.now,
            received=work.now,
            program=program.id,
            need=need.id,
            state=state,
            severity=severity,
            evidence=evidence,
            stale_at=stale_at,
        )
    )
    if state == "present" and (before is None or before.state != "present"):
        work.happen(program.id, "need", need.id, "present")
    return before is None or before.state != state


def _stale_at(work: Work, program: CompiledProgram, need: CompiledNeed, evidence: dict[str, Value]) -> int:
    """When its evidence reaches the end of its shelf life (0: it does not)."""
    moments: list[int] = []
    for reader in need.present.inputs.readers:
        kind = reader.origin[0]
        if kind == "reported":
            at = work.state.reports.get(reader.origin[1])
            if at is not None and evidence.get(reader.leaf.name) is True:
                moments.append(at + program.reports[reader.origin[1]])
        elif kind in ("score", "item"):
            known = work.state.measures.get(f"{program.id}/{reader.origin[1]}")
            if known is not None:
                answer = known.values.get(reader.origin[2], (known.at, None)) if kind == "item" else (known.at, None)
                moments.append(answer[0] + need.stale_after + 1)
    later = [m for m in moments if m > work.now]
    return min(later, default=0)
