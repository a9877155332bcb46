"""What of a questionnaire file is not taken is said: each element, each extension, whatever it is called."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microcare.base.issues import Severity
from microcare.exchange.fhir import read_questionnaire
from microcare.exchange.fhir_left import left_over
from microcare.exchange.questionnaires import questionnaire_measure
from microcare.program.assembly import Taken
from microcare.program.reader import read_bundle
from tests.exchange.fhir_forms import ORDINAL, Json, answer_of, calculated, form, option, question, read
from tests.reference import REFERENCE

EXT = "http://hl7.org/fhir/StructureDefinition"
HIDDEN = {"url": f"{EXT}/questionnaire-hidden", "valueBoolean": True}
VALUE_SET: Json = {"resourceType": "ValueSet", "id": "vs", "url": "http://example.org/vs"}
CONCEPTS = [{"code": "n", "display": "Not at all", "extension": [{"url": ORDINAL, "valueDecimal": 0}]}, {"code": "d"}]


def taken(*items: object, **more: object) -> Taken:
    found = questionnaire_measure(json.dumps(form(*items, **more)).encode())
    assert isinstance(found, Taken), found
    return found


def test_check_says_it_with_file_item_and_cure() -> None:
    program = b"program: q\ntitle: Q\nmeasures: {m: {file: m.json}}\ninterventions: {}\n"
    file = json.dumps(form(question("a", maxLength=3, prefix="1."))).encode()
    issues = read_bundle({"program.yaml": program, "m.json": file}, questionnaires=questionnaire_measure).issues
    said = {i.severity: i for i in issues if i.message.startswith("m.json: a: ")}
    assert said[Severity.WARNING].message == "m.json: a: maxLength is not taken"
    assert "items" in said[Severity.WARNING].cure and said[Severity.WARNING].place.line == 3
    assert said[Severity.NOTE].message == "m.json: a: prefix is not taken"


def test_what_the_author_writes_instead_is_not_warned_of() -> None:
    file = json.dumps(form(question("a", repeats=True), question("b"))).encode()

    def told(more: str) -> str:
        program = f"program: q\ntitle: Q\nmeasures: {{m: {{file: m.json{more}}}}}\ninterventions: {{}}\n".encode()
        found = read_bundle({"program.yaml": program, "m.json": file}, questionnaires=questionnaire_measure)
        return "\n".join(one.message for one in found.issues)

    assert "several answers" in told("") and "adds every item that has a number" in told("")
    assert "several answers" in told(", score: item1") and "total" not in told(", score: item1")
    assert "several answers" not in told(", items: {x: {text: X}}")


LOST: list[tuple[Json, str]] = [
    ({"enableWhen": [{"question": "z", "operator": "exists", "answerBoolean": True}]}, "under a condition"),
    ({"repeats": True}, "several answers"),
    ({"answerOption": [], "answerValueSet": "http://loinc.org/vs/LL1"}, "value set that is not in the file"),
    ({"extension": [HIDDEN]}, "is hidden"),
    ({"initial": [{"valueInteger": 1}]}, "initial"),
    ({"maxLength": 10}, "maxLength"),
    ({"extension": [{"url": f"{EXT}/minValue", "valueInteger": 1}]}, "minValue"),
    ({"extension": [{"url": f"{EXT}/questionnaire-unit", "valueCoding": {"code": "kg"}}]}, "unit (an extension)"),
    ({"extension": [{"url": "http://example.org/never-seen"}]}, "never-seen"),
    ({"disabledDisplay": "hidden"}, "disabledDisplay"),
    ({"_text": {"extension": [{"url": f"{EXT}/translation"}]}}, "_text"),
    ({"answerOption": [{**option("x", 1), "initialSelected": True}]}, "initialSelected (of an option)"),
    ({"answerOption": [option("x", 1), {"valueReference": {"reference": "Patient/1"}}]}, "valueReference"),
    ({"type": "date", "answerOption": []}, "asks for a date"),
    ({"type": "integer", "answerOption": []}, "whole number"),
    ({"type": "group", "text": "", "required": False, "repeats": True, "item": [question("z")]}, "asked once"),
    ({"type": "group", "text": "", "required": False, "enableWhen": [{"question": "z"}]}, "under a condition"),
    ({"type": "attachment"}, "attachment"),
]


@pytest.mark.parametrize(("more", "said"), LOST, ids=[case[1] for case in LOST])
def test_what_an_item_has_and_a_measure_has_not_is_a_warning_that_names_it(more: Json, said: str) -> None:
    found = taken(question("first"), question("here", **more)).warnings
    assert any("here" in one and said in one for one in found), found


@given(st.text("abcdefghijklmnopqrstuvwxyzABC", min_size=1, max_size=20).map("zz".__add__), st.booleans())
def test_whatever_is_new_is_named(name: str, extension: bool) -> None:
    new: Json = {"extension": [{"url": f"http://example.org/{name}"}]} if extension else {name: True}
    for more in (new, {"answerOption": [{**option("x", 1), **new}]}):
        found = taken(question("here", **more)).warnings
        assert any(one.startswith("here: ") and name in one for one in found)


def test_a_modifier_is_refused() -> None:
    found = read_questionnaire(json.dumps(form(question("here", modifierExtension=[{"url": "http://x.org/negated"}]))))
    assert isinstance(found, tuple) and "here" in found[0] and "negated" in found[0]


@pytest.mark.parametrize("name", ["#vs", "http://example.org/vs", "http://example.org/vs|2"])
@pytest.mark.parametrize("shape", ["expansion", "compose"])
def test_a_contained_value_set_is_found_by_id_and_by_url(name: str, shape: str) -> None:
    inner: Json = {"contains": CONCEPTS} if shape == "expansion" else {"include": [{"concept": CONCEPTS}]}
    item = {"linkId": "a", "type": "choice", "text": "A?", "answerValueSet": name}
    found = read(form(item, contained=[{**VALUE_SET, "version": "2", shape: inner}]))
    assert [choice.value for choice in found.items[0].choices] == ["n", "d"]
    assert not any("not in the file" in one for one in found.warnings)


def test_what_a_value_set_has_beyond_a_list_is_said_and_inner_concepts_are_choices() -> None:
    item = {"linkId": "a", "type": "choice", "text": "A?", "answerValueSet": "#vs"}
    nested = [{"display": "Pains", "abstract": True, "contains": [{"code": "h"}, {"code": "b"}]}]
    found = read(form(item, contained=[{**VALUE_SET, "expansion": {"contains": nested}}]))
    assert [choice.value for choice in found.items[0].choices] == ["h", "b"]
    compose = {"include": [{"concept": CONCEPTS}, {"system": "s", "filter": [{}]}], "exclude": [{}]}
    found = read(form(item, contained=[{**VALUE_SET, "compose": compose}]))
    said = "\n".join(found.warnings)
    assert all(word in said for word in ("filter", "exclude", "without a list of concepts"))


def test_what_lies_in_a_hidden_group_is_not_asked_and_its_total_still_counts() -> None:
    total = calculated("t", f"{answer_of('a')} + {answer_of('b')}")
    group = {"linkId": "g", "type": "group", "extension": [HIDDEN], "item": [question("secret"), total]}
    found = read(form(question("a"), question("b"), group))
    assert [item.link_id for item in found.items] == ["a", "b"] and found.total == ("item1", "item2")


def test_texts_before_the_first_question_introduce_it_and_later_ones_are_said() -> None:
    later = {"linkId": "n", "type": "display", "text": "Nearly there"}
    found = taken({"linkId": "g", "type": "group", "text": "In the last two weeks:", "item": [question("a"), later]})
    assert found.measure.intro == "In the last two weeks:"
    assert any("the text n between" in one for one in found.warnings)


READ_AS_MEANT = {"linkId", "text", "type", "required", "answerOption", "item", "extension", "readOnly", "repeats", "id"}
READ_OF_OPTION = {"valueCoding", "valueInteger", "valueString", "code", "display", "extension", "id"}
SCORES = ("ordinalValue", "itemWeight")
FORMULAS = ("calculatedExpression", "calculatedValue", "variable")


def present(node: object) -> Iterator[tuple[str, str]]:
    """All that items have and that is not read as meant: the item, and the thing's name. An oracle of its own."""
    for item in node.get("item", []) if isinstance(node, dict) else ():
        where = item["linkId"]
        yield from ((where, key) for key in item.keys() - READ_AS_MEANT)
        for extension in item.get("extension", []):
            if not extension["url"].endswith((*FORMULAS, "-hidden")):
                yield where, extension["url"].split("/")[-1].split("questionnaire-")[-1]
        for choice in item.get("answerOption", []):
            for part in (choice, choice.get("valueCoding", {})):
                yield from ((where, key) for key in part.keys() - READ_OF_OPTION)
                for extension in part.get("extension", []):
                    if not extension["url"].endswith(SCORES):
                        yield where, extension["url"].split("/")[-1].split("questionnaire-")[-1]
        yield from present(item)


@pytest.mark.reference
def test_of_every_real_file_all_that_is_there_is_taken_said_or_refused() -> None:
    files = sorted(REFERENCE.glob("fhir/**/*.json")) if REFERENCE.is_dir() else []
    if not files:
        pytest.skip("reference data not found: fhir (set MICROCARE_REFERENCE to its folder)")
    for path in files:
        lost(path)


def lost(path: Path) -> None:
    found = questionnaire_measure(path.read_bytes())
    if isinstance(found, tuple):
        return
    said = (*found.warnings, *found.notes)
    for where, thing in present(json.loads(path.read_text())):
        assert any(where in one and thing in one for one in said), f"{path.name}: {where}: {thing} is lost unsaid"


def test_limits_and_units_of_a_number_are_said() -> None:
    base = "http://hl7.org/fhir/StructureDefinition/"
    limits = [{"url": f"{base}minValue", "valueDecimal": 20}, {"url": f"{base}maxValue", "valueDecimal": 300}]
    unit = {"url": f"{base}questionnaire-unit", "valueCoding": {"code": "kg"}}
    item = {"linkId": "w", "text": "Weight", "type": "decimal", "extension": [*limits, unit]}
    said = list(left_over({"resourceType": "Questionnaire", "item": [item]}).told(quiet=False))
    assert said == [f"w: {what} (an extension) is not taken" for what in ("minValue", "maxValue", "unit")]
