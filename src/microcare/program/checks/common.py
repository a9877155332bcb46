"""What the checks share: a program with its places, and a short way to say what is wrong."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from microcare.base.issues import Issue, Severity, nearest
from microcare.program.compiled import CompiledProgram
from microcare.program.decision import Action, Rule
from microcare.program.program import Program
from microcare.program.source import Source

Path = tuple[str | int, ...]
NOTHING = ("none", "nobody", "no", "null", "nil", "empty", "control", "nichts", "nothing_at_all", "no_event")
"""What somebody may call the option that delivers nothing."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A program that is being checked; `compiled` is missing where its expressions have errors."""

    program: Program
    source: Source
    compiled: CompiledProgram | None

    def error(self, path: Path, code: str, message: str, cure: str = "", key: bool = False) -> Issue:
        """Something that keeps the program from running."""
        return Issue(code, Severity.ERROR, self.source.place(path, key), message, cure)

    def warning(self, path: Path, code: str, message: str, cure: str = "", key: bool = True) -> Issue:
        """Something that is most likely not meant."""
        return Issue(code, Severity.WARNING, self.source.place(path, key), message, cure)

    def note(self, path: Path, code: str, message: str, cure: str = "", key: bool = True) -> Issue:
        """Something worth knowing."""
        return Issue(code, Severity.NOTE, self.source.place(path, key), message, cure)

    def unknown(self, path: Path, code: str, kind: str, name: str, known: Collection[str]) -> Issue:
        """A name that stands for nothing, with the nearest that does."""
        near = "nothing" if kind == "event" and name in NOTHING else nearest(name, known)
        listed = ", ".join(sorted(known)[:20])
        cure = (
            f"Did you mean `{near}`?" if near else f"Known: {listed}." if known else f"Declare a {kind} of that name."
        )
        other = self.elsewhere(name, kind)
        message = f"there is no {kind} `{name}`" + (f"; that is {other}" if other else "")
        return self.error(path, code, message, cure)

    def elsewhere(self, name: str, kind: str) -> str:
        """What else has this name, in words; empty where nothing has."""
        p = self.program
        found: dict[str, tuple[str, Collection[str]]] = {
            "intervention": ("an intervention", p.interventions),
            "measure": ("a measure", p.measures),
            "signal": ("a signal", p.signals),
            "need state": ("a need state", p.needs),
            "report": ("something reported", p.reports),
            "field": ("a field of the person", p.person),
        }
        said = next((words for other, (words, names) in found.items() if other != kind and name in names), "")
        holders = [n for n, intervention in p.interventions.items() if name in intervention.events]
        return said or (f"an event of `{holders[0]}`" if holders else "")

    def rules(self) -> Iterator[tuple[str, Path, Rule]]:
        """Every decision rule with its intervention and path."""
        for name, intervention in self.program.interventions.items():
            for index, rule in enumerate(intervention.rules):
                yield name, ("interventions", name, "rules", index), rule

    def actions(self) -> Iterator[tuple[str, Path, Action]]:
        """Everything a rule may do, with its intervention and path."""
        for name, path, rule in self.rules():
            if rule.choose:
                for index, case in enumerate(rule.choose):
                    yield name, (*path, "choose", index), case
            else:
                yield name, path, rule

    def needs(self) -> Iterator[tuple[Path, str]]:
        """Every need state's path and name."""
        for index, level in enumerate(self.program.model):
            for name in level.needs:
                yield ("model", index, "needs", name), name
