"""A FHIR Questionnaire as a measure of a program, with what of the file the measure does not hold."""

from collections.abc import Iterator

from microcare.exchange.fhir import read_questionnaire
from microcare.exchange.questionnaire import Item as Question
from microcare.program.assembly import Taken
from microcare.program.assessment import Choice, Item, Measure

KINDS = {"number": "number", "boolean": "boolean", "time": "time"}
SCORING = ("no total can be read", "the formula of", "the sum ")
"""How warnings about the total begin."""


def questionnaire_measure(data: bytes) -> Taken | tuple[str, ...]:
    """The measure that a FHIR Questionnaire (JSON) describes, or what is wrong with it (`line:column: ...`).

    Items that make the total must all be answered; the total is unknown while one of them is not. Others are optional.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return ("1:1: the file is not UTF-8 text",)
    found = read_questionnaire(text)
    if isinstance(found, tuple):
        return found
    items: dict[str, Item] = {}
    for question in found.items:
        if question.asked:
            items[question.id] = _item(question, question.id in found.total)
    total = " + ".join(found.total) or None
    intro = "\n".join(_first_notes(found.items)) or None
    measure = Measure(title=found.title or None, intro=intro, items=items, score=total, whole=True)
    told = (*found.warnings, *_lost(found.items))
    scoring = tuple(one for one in told if one.startswith(SCORING))
    if total is None and any(question.kind == "number" or question.scored for question in found.items):
        scoring += ("no total is in the file: the measure adds every item that has a number",)
    return Taken(measure, tuple(one for one in told if not one.startswith(SCORING)), scoring, found.notes)


def _first_notes(questions: tuple[Question, ...]) -> Iterator[str]:
    """The texts before the first question: they introduce all of it."""
    for question in questions:
        if question.asked:
            return
        yield question.text


def _lost(questions: tuple[Question, ...]) -> Iterator[str]:
    """What a measure has no place for."""
    begun = False
    for question in questions:
        begun = begun or question.asked
        if not question.asked and begun:
            yield f"the text {question.link_id} between the questions is not shown"
        elif question.kind in ("date", "moment"):
            yield f"{question.link_id} asks for a date; it is read as text"


def _item(question: Question, counted: bool) -> Item:
    optional = not (counted or question.required)
    if question.kind == "choice":
        choices = {c.value: Choice(label=c.label, score=c.score) for c in question.choices}
        return Item(text=question.text, choices=choices, optional=optional)
    kind = KINDS.get(question.kind, "text")
    return Item.model_validate({"text": question.text, "type": kind, "optional": optional})
