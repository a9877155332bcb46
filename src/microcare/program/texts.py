"""Which values a text may show, and where each comes from."""

from dataclasses import dataclass

from microcare.program.parts import Text
from microcare.program.program import Program
from microcare.program.scope import NameDoc

TEXT_NAMES: tuple[NameDoc, ...] = (
    NameDoc("FIELD or person.FIELD", "any", "A characteristic of the person."),
    NameDoc("signals.NAME", "number or text", "The latest value of a signal."),
    NameDoc("today.SIGNAL", "number", "The sum of today's values of a signal."),
    NameDoc("usual.SIGNAL", "number", "The mean of its daily sums over the four weeks before today."),
    NameDoc("more.SIGNAL", "number", "How much more than usual today; `less.SIGNAL` for how much less."),
    NameDoc("MEASURE.score", "number", "The latest score of a measure, or of one of its `scores`."),
    NameDoc(
        "intervention.title",
        "text",
        "The micro intervention's title. Also `intervention.aim`, `intervention.about`.",
    ),
    NameDoc("need.title", "text", "The need state it answers. Also `need.goal` (its own goal, or its level's)."),
    NameDoc("level.goal", "text", "The goal of the need state's level."),
    NameDoc("last.title", "text", "The title of the last micro intervention. Also `last.aim`."),
    NameDoc("target.title", "text", "The clinical goal in words."),
    NameDoc("program.title", "text", "The program's title."),
)

WORDS = {
    "intervention": ("title", "aim", "about"),
    "need": ("title", "goal"),
    "level": ("goal",),
    "last": ("title", "aim"),
    "target": ("title",),
    "program": ("title",),
}
FIGURES = ("today", "usual", "more", "less")


@dataclass(frozen=True, slots=True)
class TextValue:
    """Where a text's value comes from.

    kind: person, signal, score, figure (of a signal: today, usual, more, less), or word (a wording of the program).
    """

    kind: str
    name: str
    part: str = ""
    sure: bool = False
    """Whether it is always there."""


def text_value(program: Program, name: str) -> TextValue | None:
    """The origin of a name in a text; None where there is no such name."""
    head, _, tail = name.partition(".")
    if not tail:
        return _person(program, head)
    if head == "person":
        return _person(program, tail)
    if head == "signals":
        return TextValue("signal", tail) if tail in program.signals else None
    if head in FIGURES:
        signal = program.signals.get(tail)
        return TextValue("figure", tail, head) if signal is not None and signal.type == "number" else None
    if head in WORDS:
        return TextValue("word", head, tail, head in ("program", "intervention")) if tail in WORDS[head] else None
    measure = program.measures.get(head)
    if measure is not None and (tail == "score" or tail in measure.scores):
        return TextValue("score", head, tail)
    return None


def _person(program: Program, field: str) -> TextValue | None:
    part = program.person.get(field)
    return TextValue("person", field, part.type, part.default is not None) if part is not None else None


def known_names(program: Program) -> list[str]:
    """All names a text of the program may use, for suggestions."""
    found = [
        *program.person,
        *(f"person.{f}" for f in program.person),
        *(f"signals.{s}" for s in program.signals),
    ]
    found += [f"{figure}.{s}" for figure in FIGURES for s in program.signals]
    found += [f"{head}.{tail}" for head, tails in WORDS.items() for tail in tails]
    return found + [f"{m}.{s}" for m, part in program.measures.items() for s in ("score", *part.scores)]


def wording(program: Program, head: str, part: str, intervention: str = "", need: str = "") -> Text | None:
    """The wording a name of kind `word` stands for; None where there is none."""
    if head == "program":
        return program.title
    if head == "target":
        return program.target.title if program.target is not None else None
    if head in ("intervention", "last"):
        found = program.interventions.get(intervention)
        return getattr(found, part) if found is not None else None
    level = program.needs.get(need)
    if level is None:
        return None
    if head == "level" or part == "goal":
        own = level[0].needs[need].goal if head == "need" else None
        return own if own is not None else level[0].goal
    return level[0].needs[need].title
