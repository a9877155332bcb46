"""A FHIR Questionnaire as a measure of a program."""

from microcare.exchange.fhir import read_questionnaire
from microcare.exchange.questionnaire import Item as Question
from microcare.program.assessment import Choice, Item, Measure

KINDS = {"number": "number", "boolean": "boolean", "time": "time"}


def questionnaire_measure(data: bytes) -> Measure | tuple[str, ...]:
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
    return Measure(title=found.title or None, items=items, score=" + ".join(found.total) or None, whole=True)


def _item(question: Question, counted: bool) -> Item:
    optional = not (counted or question.required)
    if question.kind == "choice":
        choices = {c.value: Choice(label=c.label, score=c.score) for c in question.choices}
        return Item(text=question.text, choices=choices, optional=optional)
    kind = KINDS.get(question.kind, "text")
    return Item.model_validate({"text": question.text, "type": kind, "optional": optional})
