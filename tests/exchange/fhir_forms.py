"""Small FHIR questionnaires, written part by part."""

import json

from microcare.exchange.fhir import Questionnaire, read_questionnaire

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
WEIGHT = "http://hl7.org/fhir/StructureDefinition/itemWeight"
VARIABLE = "http://hl7.org/fhir/StructureDefinition/variable"
CALCULATED = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression"

Json = dict[str, object]


def read(document: object) -> Questionnaire:
    result = read_questionnaire(json.dumps(document))
    assert isinstance(result, Questionnaire), result
    return result


def option(code: str, points: float | None, url: str = ORDINAL) -> Json:
    extension = [] if points is None else [{"url": url, "valueDecimal": points}]
    return {"valueCoding": {"code": code, "display": code.upper()}, "extension": extension}


def question(link: str, **more: object) -> Json:
    options = [option("no", 0), option("yes", 1)]
    return {"linkId": link, "type": "choice", "text": link, "required": True, "answerOption": options, **more}


def calculated(link: str, formula: str, **variables: str) -> Json:
    extensions = [
        {"url": VARIABLE, "valueExpression": {"name": name, "language": "text/fhirpath", "expression": text}}
        for name, text in variables.items()
    ]
    total = {"url": CALCULATED, "valueExpression": {"language": "text/fhirpath", "expression": formula}}
    return {"linkId": link, "type": "decimal", "text": f"Sum {link}", "extension": [*extensions, total]}


def form(*items: object, **more: object) -> Json:
    return {"resourceType": "Questionnaire", "status": "active", "title": "Form", "item": list(items), **more}


def answer_of(link: str) -> str:
    return f"%resource.item.where(linkId='{link}').answer.value.ordinal()"
