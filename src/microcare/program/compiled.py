"""A program made ready for the engine: expressions compiled, names resolved, times in milliseconds, chances in exact cuts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from microcare.base.schedules import DayPattern
from microcare.expressions.compile import Expression
from microcare.expressions.types import Leaf, Value
from microcare.program.assessment import Item, Measure
from microcare.program.conceptual_model import Level, Need
from microcare.program.decision import Rule
from microcare.program.evaluation import EvaluationTrigger
from microcare.program.event import Event
from microcare.program.intervention import Intervention
from microcare.program.narrative import Variant
from microcare.program.outcome import Proximal
from microcare.program.program import Program
from microcare.program.safety import SafetyRule
from microcare.program.scope import Names, Origin
from microcare.program.triggers import Trigger


@dataclass(frozen=True, slots=True)
class Reader:
    """Where one leaf of an expression gets its value: the leaf as written, and its origin."""

    leaf: Leaf
    origin: Origin


class Inputs:
    """The leaf values that a set of conditions looks at, read once and frozen. `bound` is the hub's to fill, once."""

    __slots__ = ("bound", "names", "readers")

    def __init__(self, readers: tuple[Reader, ...]) -> None:
        self.readers = readers
        self.names = tuple(r.leaf.name for r in readers)
        self.bound: tuple[Callable[[Any], Value], ...] | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled expression over `inputs`: `where[i]` is the place of its i-th leaf among them."""

    expression: Expression
    inputs: Inputs
    where: tuple[int, ...]

    def holds(self, values: list[Value]) -> Value:
        """Its value over values read for its inputs; None is unknown."""
        return self.expression.function(*[values[i] for i in self.where])


class Gather:
    """Collects the leaves of several conditions, so that each value is read once and frozen once."""

    def __init__(self) -> None:
        self.readers: dict[Leaf, Reader] = {}
        self.inputs = Inputs(())

    def place(self, expression: Expression, names: Names) -> tuple[int, ...]:
        for leaf in expression.leaves:
            if leaf not in self.readers:
                self.readers[leaf] = Reader(leaf, names.origin(leaf.path))
        order = list(self.readers)
        return tuple(order.index(leaf) for leaf in expression.leaves)

    def finish(self) -> Inputs:
        """Fill the inputs that all its conditions share; only ever called while compiling."""
        self.inputs.readers = tuple(self.readers.values())
        self.inputs.names = tuple(r.leaf.name for r in self.inputs.readers)
        return self.inputs


@dataclass(frozen=True, slots=True)
class CompiledMeasure:
    """A measure: its items, and its scores as functions of the answers."""

    id: str
    measure: Measure
    items: Mapping[str, Item]
    scores: Mapping[str, Condition | None]
    """Each score; None: the automatic sum of all items that have a number."""
    required: int
    """How many answers make it complete."""


@dataclass(frozen=True, slots=True)
class CompiledProximal:
    """A proximal assessment."""

    proximal: Proximal
    measure: str
    """The measure asked, if any: a declared one, or the one made from `ask`."""
    success: Condition | None
    over: int
    late: int
    within: int


@dataclass(frozen=True, slots=True)
class CompiledEvent:
    """An event."""

    id: str
    event: Event
    expires: int
    proximal: CompiledProximal | None
    contraindicated: Condition | None
    form: str
    """The measure of its form, if it has one."""


@dataclass(frozen=True, slots=True)
class CompiledCase:
    """What a rule does in one case."""

    condition: Condition | None
    deliver: tuple[str, ...] | None
    """Events to deliver without chance; None if it does not deliver."""
    options: tuple[str, ...] = ()
    probabilities: Mapping[str, float] = field(default_factory=dict)
    cuts: tuple[int, ...] = ()
    events: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    end: str = ""
    end_as: str = ""
    offer: str = ""
    evaluate: bool = False


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A decision rule."""

    id: str
    index: int
    rule: Rule
    trigger: Trigger
    inputs: Inputs
    available: tuple[tuple[str, Condition], ...]
    condition: Condition | None
    cases: tuple[CompiledCase, ...]
    until: Condition | None
    pattern: DayPattern | None
    clocks: tuple[int, ...]
    """Seconds after midnight, where none depends on the person."""
    clock_fields: tuple[tuple[str, str | None], ...]
    """The person's fields that hold times, with their defaults; where there are any, `places` count."""
    places: tuple[tuple[int | None, str, str | None], ...]
    """Its times of day as written: a fixed clock, or the person's field that holds it, with its default."""
    window: int
    random: int
    between: tuple[int, int] | None
    lasts: int
    proximal: CompiledProximal | None
    scheduled: bool
    delivers: tuple[str, ...]
    """All events it may deliver."""


@dataclass(frozen=True, slots=True)
class CompiledIntervention:
    """A micro intervention."""

    id: str
    intervention: Intervention
    events: Mapping[str, CompiledEvent]
    rules: tuple[CompiledRule, ...]
    by_id: Mapping[str, CompiledRule]
    by_trigger: Mapping[tuple[str, str, str], tuple[CompiledRule, ...]]
    scheduled: tuple[CompiledRule, ...]
    quiet: tuple[CompiledRule, ...]
    contraindicated: Condition | None
    requires: Condition | None
    resource: Condition | None
    success: Condition | None
    outcome_after: int
    outcome_within: int
    lasts: int
    disengaged_after: int
    rest: int
    effort: int
    open_ended: bool
    """Whether some rule waits for signals, reports or measures, so that it never runs out by itself."""


@dataclass(frozen=True, slots=True)
class CompiledNeed:
    """A need state."""

    id: str
    level: Level
    need: Need
    present: Condition
    absent: Condition | None
    severity: Condition | None
    stale_after: int
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompiledVariant:
    """A variant of a part of the narrative."""

    id: str
    variant: Variant
    condition: Condition | None
    names: tuple[str, ...]
    """The values that its texts show and that have no fallback."""
    wordings: tuple[str, ...]
    cuts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CompiledSafety:
    """A safety rule."""

    index: int
    rule: SafetyRule
    measure: str
    item: str
    condition: Condition
    """Never true where the rule listens for words: those are looked for before the answer is sealed."""


@dataclass(frozen=True, slots=True)
class CompiledEvaluation:
    """An evaluation trigger."""

    index: int
    trigger: EvaluationTrigger
    context: str
    """`start`, `report`, `intervention_ended`, a signal's name after `signals.`, or empty for a time."""
    pattern: DayPattern | None
    places: tuple[tuple[int | None, str, str | None], ...]
    """Its times of day as written: a fixed clock, or the person's field that holds it, with its default."""
    condition: Condition | None
    within: int


@dataclass(frozen=True, slots=True)
class CompiledProgram:
    """A program ready to run. Its version is the hash of its behavior; its wording has a hash of its own."""

    id: str
    version: str
    wording: str
    program: Program
    measures: Mapping[str, CompiledMeasure]
    interventions: Mapping[str, CompiledIntervention]
    needs: tuple[CompiledNeed, ...]
    by_need: Mapping[str, CompiledNeed]
    safety: Mapping[tuple[str, str], tuple[CompiledSafety, ...]]
    evaluations: tuple[CompiledEvaluation, ...]
    narrative: Mapping[str, tuple[CompiledVariant, ...]]
    target: Condition | None
    keeps: Mapping[str, int]
    """How far back the history of each signal reaches, ms."""
    fresh: Mapping[str, int]
    """Shelf life of each signal's latest value, ms."""
    reports: Mapping[str, int]
    """How long each report counts, ms."""
    quiet: tuple[int, int] | None
    gap: int
    channels: tuple[tuple[str, int], ...]
