"""Questionnaires as the pages show them: one question at a time, each answer as the engine takes it."""

from dataclasses import dataclass

from microcare.care.telling import Voice
from microcare.hub.state import Assessment
from microcare.hub.stimulus import Value
from microcare.hub.view import View, number_of
from microcare.hub.work import holds
from microcare.program.assessment import Item as Item_


@dataclass(frozen=True, slots=True)
class Point:
    """One answer that can be tapped. `help`: the safety rules for which it is a risk answer, so that help is shown at once."""

    value: str
    label: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `kind` is scale, choice, number, boolean, text, time or photo."""

    item: str
    text: str
    kind: str
    points: tuple[Point, ...] = ()
    unit: str = ""
    low: float | None = None
    high: float | None = None
    given: Value = None
    answered: bool = False
    before: str = ""
    """The question before it, to go back to."""

    @property
    def given_text(self) -> str:
        """The answer as a form has it."""
        return "" if self.given is None else _plain(self.given)

    @property
    def layout(self) -> str:
        """How its answers are laid out: a list where each has words, else a row, or a grid where there are many."""
        if not self.points:
            return "field"
        if self.kind != "scale" or all(p.label for p in self.points):
            return "list"
        return "row" if len(self.points) <= 7 else "grid"

    @property
    def ends(self) -> tuple[Point, Point, Point]:
        """The points whose words stand at the low end, in the middle, and at the high end of a scale."""
        return self.points[0], next((p for p in self.points[1:-1] if p.label), Point("", "")), self.points[-1]


@dataclass(frozen=True, slots=True)
class Questions:
    """An open questionnaire, and where the person is in it."""

    assessment: str
    purpose: str
    title: str
    intro: str
    questions: tuple[Question, ...]
    expires: int
    delivery: str = ""

    @property
    def place(self) -> int:
        """The first question without an answer."""
        return next((i for i, q in enumerate(self.questions) if not q.answered), 0)

    @property
    def begun(self) -> bool:
        """Whether something has been answered."""
        return any(q.answered for q in self.questions)


def questions_card(voice: Voice, course: Voice, key: str, asked: Assessment, now: int) -> Questions | None:
    """An open questionnaire. `course` is the voice of the course's version, whose safety rules count."""
    measure = voice.program.measures.get(asked.measure)
    if measure is None:
        return None
    names = [name for name in asked.items if name in measure.items]
    questions = [
        _question(voice, course, asked, name, measure.items[name], before, now)
        for name, before in zip(names, ["", *names], strict=False)
    ]
    authored = measure.measure
    return Questions(
        assessment=key,
        purpose=asked.purpose,
        title=voice.plain(authored.title),
        intro=voice.say(authored.intro) or "",
        questions=tuple(questions),
        expires=asked.expires,
        delivery=asked.delivery,
    )


def _question(
    voice: Voice, course: Voice, asked: Assessment, name: str, item: Item_, before: str, now: int
) -> Question:
    points = tuple(
        Point(_plain(value), label, risks(course, asked.measure, name, value, now))
        for value, label in answers(voice, item)
    )
    return Question(
        item=name,
        text=voice.say(item.text) or voice.plain(item.text),
        kind=item.kind,
        points=points,
        unit=item.unit or "",
        low=item.min,
        high=item.max,
        given=asked.answers.get(name),
        answered=name in asked.answers,
        before=before,
    )


def answers(voice: Voice, item: Item_) -> list[tuple[Value, str]]:
    """All answers that can be tapped, as the engine takes them, with their words."""
    if item.kind == "scale" and item.scale is not None:
        low, high = item.scale
        return [(n, voice.plain(item.labels.get(str(n)))) for n in range(low, high + 1)]
    if item.kind == "choice":
        return [(value, voice.say(choice.label) or value) for value, choice in item.choices.items()]
    if item.kind == "boolean":
        return [(True, voice.shown(True).capitalize()), (False, voice.shown(False).capitalize())]
    return []


def _plain(value: Value) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def risks(voice: Voice, measure: str, item: str, value: Value, now: int) -> str:
    """The safety rules that would hold for this answer, so that a page can show their help before anything is sent."""
    program = voice.program
    if measure not in program.measures or item not in program.measures[measure].items:
        return ""
    given = number_of(program.measures[measure].items[item], value)
    view = View(program, voice.state, now, None, given)
    rules = program.safety.get((measure, item), ())
    return " ".join(f"{program.id}.{rule.index}" for rule in rules if holds(rule.condition, view) is True)
