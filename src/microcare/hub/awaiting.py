"""What waits for the rest of an evaluation that somebody is in the middle of answering.

An evaluation can ask several questionnaires. Which of them is answered first must not matter: nothing is concluded from
one that another of them may yet change. Whoever has answered none is not waited for, nor is a questionnaire that was
dismissed; and the wait ends when the last one is answered or its time is over, which is a look at the person.
"""

from microcare.expressions.tree import Node
from microcare.hub.state import Assessment, Delivery, Scores, State
from microcare.hub.view import View
from microcare.hub.work import Work, holds
from microcare.program.compiled import (
    CompiledIntervention,
    CompiledMeasure,
    CompiledNeed,
    CompiledProgram,
    Condition,
    Reader,
)
from microcare.program.scope import counts

REST = "the rest of the evaluation"
"""What a need waits for that is no other need."""
Asked = frozenset[tuple[str, str]]
"""Measures and their items."""


def still_asked(state: State, program: str) -> Asked:
    """What the evaluations still ask that the person has begun to answer."""
    waiting = {n: a for n, a in state.assessments.items() if a.program == program and a.evaluation}
    if not waiting:
        return frozenset()
    known = (x for x in (*state.assessments.values(), *state.closed.values()) if isinstance(x, Assessment))
    begun = {a.evaluation for a in known if a.program == program and a.evaluation and a.answers}
    if not begun:
        return frozenset()
    closed = (d for d in state.closed.values() if isinstance(d, Delivery) and d.what == "assessment")
    dismissed = {d.name for d in closed if d.closed == "dismissed"}
    return frozenset(
        (a.measure, item)
        for name, a in waiting.items()
        if a.evaluation in begun and name not in dismissed
        for item in a.items
    )


def score_items(measure: CompiledMeasure, name: str) -> list[str]:
    """The items that a score is made of."""
    score = measure.scores.get(name)
    if score is not None:
        return [r.leaf.path for r in score.inputs.readers]
    return [name for name, item in measure.items.items() if counts(item)]


def is_unsettled(work: Work, program: CompiledProgram, need: CompiledNeed, *conditions: Condition | None) -> bool:
    """Whether an answer that is still asked for may change one of a need's conditions."""
    asked = still_asked(work.state, program.id)
    return bool(asked) and _unsettled(work, program, need, conditions, asked)


def _unsettled(
    work: Work, program: CompiledProgram, need: CompiledNeed, conditions: tuple[Condition | None, ...], asked: Asked
) -> bool:
    reading = [c for c in conditions if c is not None and _reads(program, c, asked)]
    if not reading:
        return False
    view = View(program, _without(work.state, program, asked), work.now, None, None, work.now - need.stale_after)
    return any(_sees_gaps(program, c, asked) or holds(c, view) is None for c in reading)


def waits(work: Work, program: CompiledProgram, need: CompiledNeed) -> bool:
    """Whether what would be recommended for a present need may still be another."""
    asked = still_asked(work.state, program.id)
    if not asked:
        return False
    before = [n for n in program.needs if n.level.level <= need.level.level or not n.level.waits]
    if any(_unsettled(work, program, n, (n.present, n.absent, n.severity), asked) for n in before):
        return True
    found = (program.interventions.get(name) for name in need.need.interventions)
    return any(_may_change(program, i, asked) for i in found if i is not None)


def _may_change(program: CompiledProgram, intervention: CompiledIntervention, asked: Asked) -> bool:
    """Whether an answer may change whether a micro intervention may begin."""
    conditions = (intervention.contraindicated, intervention.requires, intervention.resource)
    return any(c is not None and _reads(program, c, asked) for c in conditions)


def _reads(program: CompiledProgram, condition: Condition, asked: Asked) -> bool:
    return any(_is_asked(program, reader, asked) for reader in condition.inputs.readers)


def _is_asked(program: CompiledProgram, reader: Reader, asked: Asked) -> bool:
    """Whether a leaf of an expression has its value from what is still asked."""
    kind, *keys = reader.origin
    if kind == "item":
        return (keys[0], keys[1]) in asked
    if kind == "score":
        return any((keys[0], item) in asked for item in score_items(program.measures[keys[0]], keys[1]))
    return kind in ("age", "scored_at") and any(measure == keys[0] for measure, _ in asked)


def _sees_gaps(program: CompiledProgram, condition: Condition, asked: Asked) -> bool:
    """Whether a condition asks if such a value is known, or looks at its history: then what it says now may change."""
    readers = [condition.inputs.readers[place] for place in condition.where]
    opened = {i for i, reader in enumerate(readers) if _is_asked(program, reader, asked)}
    if any(readers[i].leaf.function is not None for i in opened):
        return True
    return _asks_whether_known(condition.expression.tree, opened, inside=False)


def _asks_whether_known(node: Node, opened: set[int], *, inside: bool) -> bool:
    if node.op == "leaf":
        return inside and node.leaf in opened
    inside = inside or node.op in ("known", "if_unknown")
    return any(_asks_whether_known(child, opened, inside=inside) for child in node.children)


def _without(state: State, program: CompiledProgram, asked: Asked) -> State:
    """The state as if what is still asked were not known."""
    found = state.copy()
    for measure in {measure for measure, _ in asked}:
        known = state.measures.get(f"{program.id}/{measure}")
        if known is None:
            continue
        compiled = program.measures[measure]
        found.measures[f"{program.id}/{measure}"] = Scores(
            known.at,
            known.complete,
            {s: v for s, v in known.scores.items() if all((measure, i) not in asked for i in score_items(compiled, s))},
            {i: v for i, v in known.values.items() if (measure, i) not in asked},
            known.history,
        )
    return found
