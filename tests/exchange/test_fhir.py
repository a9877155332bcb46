"""FHIR questionnaires as measures: the published PHQ-9, other ways to write sums, gaps, and hostile files."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microcare.exchange.fhir import Choice, Item, Questionnaire, read_questionnaire, score, with_total
from microcare.exchange.questionnaire import Answer
from tests.exchange.fhir_forms import (
    ORDINAL,
    WEIGHT,
    Json,
    form,
    option,
    question,
    read,
)
from tests.reference import reference

NEVER, SEVERAL, HALF, DAILY = "LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9"


@pytest.fixture(name="phq9", scope="module")
def read_phq9() -> Questionnaire:
    result = read_questionnaire(reference("fhir/phq9.json").read_text())
    assert isinstance(result, Questionnaire)
    return result


def test_the_published_phq9_has_nine_scored_items_and_one_without_score(phq9: Questionnaire) -> None:
    assert phq9.title == "PHQ-9 quick depression assessment panel"
    assert phq9.total == tuple(f"item{number}" for number in range(1, 10))
    assert [item.id for item in phq9.items] == [*phq9.total, "other1"]
    assert {item.kind for item in phq9.items} == {"choice"}
    assert all(item.scored == (item.id != "other1") for item in phq9.items)
    difficulty = phq9.items[-1]
    assert (difficulty.link_id, [choice.score for choice in difficulty.choices]) == ("/69722-7", [None] * 4)


def test_the_ninth_item_of_the_phq9_is_the_one_about_self_harm(phq9: Questionnaire) -> None:
    item = phq9.item("item9")
    assert item is not None
    assert (item.link_id, item.codes) == ("/44260-8", ("http://loinc.org|44260-8",))
    assert item.text.startswith("Thoughts that you would be better off dead")
    assert not item.required
    assert item.choices == (
        Choice(NEVER, "Not at all", 0.0),
        Choice(SEVERAL, "Several days", 1.0),
        Choice(HALF, "More than half the days", 2.0),
        Choice(DAILY, "Nearly every day", 3.0),
    )
    assert phq9.item("/44260-8") is item


def test_what_the_phq9_file_gets_wrong_is_warned_of(phq9: Questionnaire) -> None:
    assert len(phq9.warnings) == 3
    assert "counts unanswered items as 0" in phq9.warnings[0]
    assert phq9.warnings[1].startswith("item9 (/44260-8) is not required")
    assert phq9.warnings[2] == "/44261-6: unit (an extension) is not taken"


@pytest.mark.parametrize(
    ("answers", "min_answered", "total", "answered"),
    [
        ({}, None, None, 0),
        ({f"item{n}": NEVER for n in range(1, 10)}, None, 0.0, 9),
        ({f"item{n}": DAILY for n in range(1, 10)}, None, 27.0, 9),
        ({f"item{n}": DAILY for n in range(1, 9)}, None, None, 8),
        ({**{f"item{n}": DAILY for n in range(1, 9)}, "item9": None}, None, None, 8),
        ({f"item{n}": DAILY for n in range(1, 9)}, 8, 27.0, 8),
        ({f"item{n}": SEVERAL for n in range(1, 8)}, 8, None, 7),
        ({**{f"item{n}": SEVERAL for n in range(1, 10)}, "other1": "LA6574-3"}, None, 9.0, 9),
    ],
)
def test_an_unanswered_item_is_unknown_and_not_zero(
    phq9: Questionnaire,
    answers: Mapping[str, Answer],
    min_answered: int | None,
    total: float | None,
    answered: int,
) -> None:
    result = score(phq9, answers, min_answered=min_answered)
    assert (result.total, result.answered, result.asked, result.problems) == (total, answered, 9, ())
    assert result.complete == (answered == 9)


@given(st.lists(st.sampled_from([NEVER, SEVERAL, HALF, DAILY, None]), min_size=9, max_size=9), st.integers(1, 9))
def test_the_total_is_known_exactly_when_enough_is_answered(chosen: list[str | None], enough: int) -> None:
    phq9 = read_questionnaire(reference("fhir/phq9.json").read_text())
    assert isinstance(phq9, Questionnaire)
    answers = {f"item{number}": value for number, value in enumerate(chosen, 1)}
    points = [[NEVER, SEVERAL, HALF, DAILY].index(value) for value in chosen if value is not None]
    strict, prorated = score(phq9, answers), score(phq9, answers, min_answered=enough)
    assert strict.total == (sum(points) if len(points) == 9 else None)
    if len(points) < enough:
        assert prorated.total is None
    else:
        assert prorated.total == pytest.approx(sum(points) / len(points) * 9)


def test_answers_that_cannot_be_are_told_and_count_as_unanswered(phq9: Questionnaire) -> None:
    result = score(phq9, {"item1": "often", "item2": 2, "item99": NEVER})
    assert (result.total, result.answered) == (None, 0)
    assert result.problems == (
        "item99: the questionnaire has no such item",
        "item1: the answer is none of its 4 choices",
        "item2: the answer is none of its 4 choices",
    )


@pytest.mark.parametrize("wrong", [0, -1, 10])
def test_a_minimum_beyond_the_items_is_an_error_of_the_caller(phq9: Questionnaire, wrong: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 9"):
        score(phq9, {}, min_answered=wrong)


ONE_OPTION = [
    ("itemWeight", option("yes", 4, WEIGHT), Choice("yes", "YES", 4.0)),
    (
        "on the coding",
        {"valueCoding": {"code": "yes", "extension": [{"url": ORDINAL, "valueDecimal": 4}]}},
        Choice("yes", "yes", 4.0),
    ),
    (
        "decimal as text",
        {"valueCoding": {"code": "yes"}, "extension": [{"url": ORDINAL, "valueDecimal": "4"}]},
        Choice("yes", "yes", 4.0),
    ),
    ("an integer is its own score", {"valueInteger": 4}, Choice("4", "4", 4.0)),
    ("text", {"valueString": "often"}, Choice("often", "often", None)),
    ("no code", {"valueCoding": {"display": "Often"}}, Choice("Often", "Often", None)),
    (
        "not a number",
        {"valueString": "often", "extension": [{"url": ORDINAL, "valueDecimal": "NaN"}]},
        Choice("often", "often", None),
    ),
    (
        "true is no number",
        {"valueString": "often", "extension": [{"url": ORDINAL, "valueDecimal": True}]},
        Choice("often", "often", None),
    ),
]


@pytest.mark.parametrize(
    ("written", "expected"), [case[1:] for case in ONE_OPTION], ids=[case[0] for case in ONE_OPTION]
)
def test_options_and_their_scores(written: Json, expected: Choice) -> None:
    parsed = read(form(question("a", answerOption=[written])))
    assert parsed.items[0].choices == (expected,)


def test_choices_from_a_value_set_in_the_file() -> None:
    concepts = [
        {"code": "no", "display": "No", "extension": [{"url": ORDINAL, "valueDecimal": 0}]},
        {"code": "yes"},
    ]
    contained = [{"resourceType": "ValueSet", "id": "v", "compose": {"include": [{"concept": concepts}]}}]
    item = {"linkId": "a", "type": "choice", "text": "a", "answerValueSet": "#v"}
    parsed = read(form(item, contained=contained))
    assert parsed.items[0].choices == (Choice("no", "No", 0.0), Choice("yes", "yes", None))


ONE_ITEM: list[tuple[Json, str, str]] = [
    ({"type": "boolean"}, "boolean", ""),
    ({"type": "decimal"}, "number", ""),
    ({"type": "dateTime"}, "moment", ""),
    ({"type": "date"}, "date", ""),
    ({"type": "quantity"}, "number", "without its unit"),
    ({"type": "choice"}, "text", "no choices in the file"),
    (
        {"type": "choice", "answerValueSet": "http://loinc.org/vs/LL1"},
        "text",
        "value set that is not in the file",
    ),
    ({"type": "open-choice", "answerOption": [option("x", 1)]}, "choice", "free text"),
    ({"type": "mood"}, "text", "unknown type"),
    ({"type": "string", "enableWhen": [{"question": "b"}]}, "text", "under a condition"),
]


@pytest.mark.parametrize(("more", "kind", "warned"), ONE_ITEM)
def test_kinds_of_items(more: Json, kind: str, warned: str) -> None:
    parsed = read(form({"linkId": "a", "text": "A?", **more}))
    assert parsed.items[0].kind == kind
    assert any(warned in warning for warning in parsed.warnings) if warned else parsed.warnings == ()


@pytest.mark.parametrize(
    ("more", "warned"),
    [
        ({"type": "attachment"}, "attachment"),
        ({"type": "string", "readOnly": True}, "filled in by a system"),
        (
            {
                "type": "string",
                "extension": [
                    {
                        "url": "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden",
                        "valueBoolean": True,
                    }
                ],
            },
            "hidden",
        ),
    ],
)
def test_what_nobody_can_be_asked_is_left_out_with_a_warning(more: Json, warned: str) -> None:
    parsed = read(form(question("a"), {"linkId": "b", "text": "B", **more}))
    assert [item.link_id for item in parsed.items] == ["a"]
    assert any(warned in warning for warning in parsed.warnings)


def test_an_item_with_several_answers_has_no_score() -> None:
    parsed = read(form(question("a", repeats=True), question("b")))
    assert [(item.id, item.multiple, item.scored) for item in parsed.items] == [
        ("other1", True, False),
        ("item1", False, True),
    ]


def test_without_a_formula_there_is_no_total() -> None:
    parsed = read(form(question("a")))
    assert parsed.total == ()
    assert any("no total can be read" in warning for warning in parsed.warnings)
    assert score(parsed, {"item1": "yes"}) == score(parsed, {})
    with pytest.raises(ValueError, match="item7"):
        with_total(parsed, ("item7",))


def test_keys_written_twice_and_names_used_twice_are_warned_of() -> None:
    text = json.dumps(form(question("a"), question("a"))).replace('"title"', '"title": "x", "title"', 1)
    parsed = read_questionnaire(text)
    assert isinstance(parsed, Questionnaire)
    assert 'the key "title" stands twice in one object; the last one counts' in parsed.warnings
    assert "the linkId a is used twice" in parsed.warnings


def test_items_are_plain_data() -> None:
    item = read(form(question("a"))).items[0]
    assert item == Item("item1", "a", "a", "choice", (Choice("no", "NO", 0.0), Choice("yes", "YES", 1.0)), True, True)
    assert item.asked
