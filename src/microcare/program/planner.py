"""The planner (component 2 of Figure 3): need states against the suite; what to build next."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from microcare.program.event import Goal
from microcare.program.parts import text_in
from microcare.program.program import Program


@dataclass(frozen=True, slots=True)
class CoveredNeed:
    """A need state, and what answers it: in the suite, and named but not built."""

    need: str
    level: int
    goal: str
    answers: tuple[str, ...]
    missing: tuple[str, ...]
    severity: float = 0.5
    """How pressing it is where the author says so with a number; otherwise 0.5."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something worth building, and why."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The suite against the conceptual model."""

    program: str
    needs: tuple[CoveredNeed, ...]
    uncovered: tuple[str, ...]
    fragile: tuple[str, ...]
    """Needs that only one micro intervention answers."""
    idle: tuple[str, ...]
    """Micro interventions that answer no need."""
    goals: dict[str, int]
    """How many events have each goal of Table 2."""
    without_outcome: tuple[str, ...]
    build_next: tuple[Proposal, ...] = field(default=())

    def rows(self) -> Iterator[str]:
        """The coverage as lines for people; lines that begin without a space are headings."""
        level = None
        for need in self.needs:
            if (need.level, need.goal) != level:
                level = (need.level, need.goal)
                yield f"Level {need.level}: {need.goal}"
            mark = "!!" if not need.answers else " !" if len(need.answers) == 1 else "  "
            listed = ", ".join(need.answers) or "nothing answers it"
            planned = f" (named, not built: {', '.join(need.missing)})" if need.missing else ""
            yield f" {mark} {need.need}: {listed}{planned}"
        if self.idle:
            yield "Answer no need state"
            yield f"    {', '.join(self.idle)}"
        yield "Goals of events (Table 2)"
        for goal, count in self.goals.items():
            yield f"    {goal.replace('_', ' ')}: {count or 'none'}"
        yield "What to build next"
        for number, proposal in enumerate(self.build_next, 1):
            yield f"    {number}. {proposal.what}: {proposal.reason}"
        if not self.build_next:
            yield "    nothing is missing: every need state has more than one answer"


def coverage(program: Program) -> Coverage:
    """Compare every need state with the suite."""
    needs = []
    for name, (level, _) in program.needs.items():
        named = level.needs[name].interventions
        answers = tuple(i for i in named if i in program.interventions)
        missing = tuple(i for i in named if i not in program.interventions)
        goal, severity = text_in(level.goal, program.language), _severity(level.needs[name].severity)
        needs.append(CoveredNeed(name, level.level, goal, answers, missing, severity))
    answering = {i for need in needs for i in need.answers}
    goals = {goal.value: 0 for goal in Goal}
    for intervention in program.interventions.values():
        for event in intervention.events.values():
            goals[event.goal.value] += 1
    found = Coverage(
        program=program.program,
        needs=tuple(needs),
        uncovered=tuple(n.need for n in needs if not n.answers),
        fragile=tuple(n.need for n in needs if len(n.answers) == 1),
        idle=tuple(i for i in program.interventions if program.model and i not in answering),
        goals=goals,
        without_outcome=tuple(n for n, i in program.interventions.items() if i.outcome is None),
    )
    return Coverage(**{f: getattr(found, f) for f in found.__slots__ if f != "build_next"}, build_next=_next(found))


def _severity(text: str | None) -> float:
    """A severity that is a plain number between 0 and 1; one that depends on the person counts as 0.5."""
    try:
        return min(1.0, max(0.0, float(text))) if text is not None else 0.5
    except ValueError:
        return 0.5


def _next(found: Coverage) -> tuple[Proposal, ...]:
    """Needs nothing answers, most basic first; needs with one answer, most pressing first; then missing outcomes."""
    proposals: list[Proposal] = []
    for need in sorted(found.needs, key=lambda n: n.level):
        if not need.answers:
            planned = f"build {need.missing[0]}" if need.missing else f"a micro intervention for {need.need}"
            proposals.append(Proposal(planned, f"nothing answers this need of level {need.level} ({need.goal})"))
    for need in sorted(found.needs, key=lambda n: (-n.severity, n.level)):
        if len(need.answers) == 1:
            reason = f"only {need.answers[0]} answers it; a person for whom that fails has no other way"
            proposals.append(Proposal(f"a second answer to {need.need}", reason))
    proposals += [
        Proposal(f"an overall outcome for {name}", "without it nobody can say whether it reached its own aim")
        for name in found.without_outcome
    ]
    return tuple(proposals)
