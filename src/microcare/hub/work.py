"""One step under way: the working state, what has been stated so far, and what still has to be looked at.

The doers share this and nothing else. A doer states entries through `state_entry`; the state changes with each.
"""

from collections import deque

import msgspec

from microcare.hub import effect, entry, stimulus
from microcare.hub.fold import apply
from microcare.hub.programs import Programs
from microcare.hub.state import State
from microcare.hub.stimulus import Value
from microcare.hub.view import View, read
from microcare.program.compiled import CompiledIntervention, CompiledProgram, Condition

DECISIONS, DELIVERIES, HAPPENINGS = 400, 60, 2000
"""What one program may do at most in one step, in counts (never wall time, which would break replay)."""


class BudgetExceededError(Exception):
    """A program asked for more than it may do in one step."""

    def __init__(self, program: str, what: str) -> None:
        super().__init__(f"more than one step may do: {what}")
        self.program = program
        self.what = what


class Happening(msgspec.Struct, frozen=True):
    """Something rules may wait for: (kind, name, stage) in one run, or everywhere in a program."""

    program: str
    kind: str
    name: str = ""
    stage: str = ""
    run: str = ""


class Work(msgspec.Struct):
    """A step under way."""

    programs: Programs
    person: str
    state: State
    stimulus: stimulus.Any
    now: int
    present: bool = False
    """The person is there, acting: what answers them is no interruption."""
    entries: list[entry.Any] = []
    effects: list[effect.Any] = []
    happenings: deque[Happening] = msgspec.field(default_factory=deque)
    recommend: dict[str, str] = {}
    """Programs for which a recommendation is due, with the reason."""
    again: dict[str, None] = {}
    """Programs in which what was left out is to be looked at again."""
    looked: int = 0
    """How many of the entries have been looked at for facts that may change that."""
    settle: dict[str, None] = {}
    """Programs whose need states are to be looked at again."""
    asked: set[str] = set()
    """Reports the person has just made: they asked, so levels do not wait."""
    used: dict[tuple[str, str], int] = {}
    """How much of its budget each program has spent in this step."""
    at: str = ""
    """The program that is being worked for: what goes wrong now went wrong in it."""
    stop: dict[str, str] = {}
    """Programs that exceeded their budget, or failed, in this step, with the reason: it is done again without them."""

    def say(self, stated: entry.Any) -> None:
        """State an entry; the working state changes with it."""
        self.entries.append(stated)
        apply(self.state, stated)

    def in_time(self, span: int) -> int:
        """So long from now, or from the end of the pause: what is asked in a pause can be answered after it."""
        return max(self.now, self.state.paused_until) + span

    def happen(self, program: str, kind: str, name: str = "", stage: str = "", run: str = "") -> None:
        """Let rules know that something happened."""
        self.spend(program, "happenings", HAPPENINGS)
        self.happenings.append(Happening(program, kind, name, stage, run))

    def spend(self, program: str, what: str, most: int) -> None:
        """Count against a program's budget. One that is stopped begins nothing any more: it only clears away."""
        used = self.used.get((program, what), 0) + 1
        self.used[program, what] = used
        if used > most and not self.stopped(program):
            raise BudgetExceededError(program, what)

    def stopped(self, program: str) -> bool:
        """Whether a program is stopped for this person."""
        found = self.state.courses.get(program)
        return program in self.stop or (found is not None and bool(found.stopped))

    def name(self, kind: str, prefix: str) -> str:
        """A new name, unique in the person's journal."""
        return f"{prefix}{self.state.counts.get(kind, 0) + 1}"

    def course(self, program: str) -> CompiledProgram | None:
        """The compiled program of a course that is not stopped."""
        found = self.state.courses.get(program)
        if found is None or found.stopped:
            return None
        return self.programs.of(program, found.version)

    def in_use(self) -> list[CompiledProgram]:
        """The programs that are not stopped: each in its course's version, and in those on which something still runs."""
        found = {(n, c.version): None for n, c in self.state.courses.items() if not c.stopped}
        for run in self.state.runs.values():
            if self.course(run.program) is not None:
                found[run.program, run.version] = None
        return [self.programs.of(*version) for version in found]

    def run_program(self, run: str) -> CompiledProgram:
        """The program of a run, in the version it runs on."""
        found = self.state.runs[run]
        return self.programs.of(found.program, found.version)

    def intervention(self, run: str) -> CompiledIntervention:
        """The micro intervention of a run."""
        found = self.state.runs[run]
        return self.programs.of(found.program, found.version).interventions[found.intervention]

    def view(self, program: CompiledProgram, run: str = "", given: Value = None, fresh_from: int = 0) -> View:
        """What the program's expressions see now."""
        return View(program, self.state, self.now, self.state.runs.get(run), given, fresh_from)


def holds(condition: Condition, view: View) -> Value:
    """The value of a condition now; None is unknown."""
    return condition.holds(read(condition.inputs, view))


def frozen(condition: Condition, view: View) -> tuple[Value, dict[str, Value]]:
    """The value of a condition now, and the inputs it saw."""
    values = read(condition.inputs, view)
    return condition.holds(values), dict(zip(condition.inputs.names, values, strict=True))
