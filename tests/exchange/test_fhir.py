"""FHIR questionnaires as measures: the published PHQ-9, other ways to write sums, gaps, and hostile files."""

import json
import time
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microcare.exchange.fhir import Choice, Item, Questionnaire, read_questionnaire, score, with_total
from microcare.exchange.fhirpath_sums import LONGEST_FORMULA, Sum, read_sum
from microcare.exchange.json_text import LARGEST_TEXT
from microcare.exchange.questionnaire import Answer
from tests.reference import reference

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
WEIGHT = "http://hl7.org/fhir/StructureDefinition/itemWeight"
VARIABLE = "http://hl7.org/fhir/StructureDefinition/variable"
CALCULATED = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression"
NEVER, SEVERAL, HALF, DAILY = "LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9"

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
    assert len(phq9.warnings) == 2
    assert "counts unanswered items as 0" in phq9.warnings[0]
    assert phq9.warnings[1].startswith("item9 (/44260-8) is not required")


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


@given(
    st.lists(st.sampled_from([NEVER, SEVERAL, HALF, DAILY, None]), min_size=9, max_size=9), st.integers(1, 9)
)
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


SUMS: list[tuple[str, str, dict[str, str], list[str]]] = [
    ("terms", f"{answer_of('a')} + {answer_of('b')}", {}, ["a", "b"]),
    ("variables", "%x + %y", {"x": answer_of("a"), "y": answer_of("c")}, ["a", "c"]),
    (
        "names in a list",
        "%resource.item.where(linkId in ('a'|'c')).answer.value.ordinal().sum()",
        {},
        ["a", "c"],
    ),
    (
        "a beginning",
        "%resource.descendants().where(linkId.startsWith('b')).answer.value.weight().sum()",
        {},
        ["b"],
    ),
    ("all", "%resource.item.answer.value.ordinal().sum()", {}, ["a", "b", "c"]),
    (
        "all but one",
        "%resource.item.where(linkId != 'b').answer.value.ordinal().aggregate($this + $total, 0)",
        {},
        ["a", "c"],
    ),
    (
        "missing as zero",
        "iif(%x.exists(), %x, 0) + iif(%y.exists(), %y, 0)",
        {"x": answer_of("a"), "y": answer_of("b")},
        ["a", "b"],
    ),
    (
        "extension",
        f"%resource.item.where(linkId='a').answer.valueCoding.extension.where(url='{ORDINAL}').valueDecimal"
        f" + {answer_of('b')}",
        {},
        ["a", "b"],
    ),
    (
        "only if any is answered",
        "iif(%any, iif(%x.exists(), %x, 0) + iif(%y.empty().not(), %y, 0), {})",
        {"x": answer_of("a"), "y": answer_of("c"), "any": "%x.exists() or %y.exists()"},
        ["a", "c"],
    ),
    (
        "a variable of a variable",
        "%x",
        {"x": "%y + %z", "y": answer_of("b"), "z": answer_of("c")},
        ["b", "c"],
    ),
]


@pytest.mark.parametrize(
    ("formula", "variables", "added"), [case[1:] for case in SUMS], ids=[case[0] for case in SUMS]
)
def test_sums_are_recognized_as_they_are_written(
    formula: str, variables: dict[str, str], added: list[str]
) -> None:
    parsed = read(form(question("a"), question("b"), question("c"), calculated("t", formula, **variables)))
    assert [item.link_id for item in parsed.items if item.id in parsed.total] == added
    assert [item.id for item in parsed.items if item.scored] == list(parsed.total)
    assert all(item.link_id != "t" for item in parsed.items)


NOT_SUMS = [
    ("a weight", f"{answer_of('a')} * 2 + {answer_of('b')}", "*"),
    ("a mean", f"({answer_of('a')} + {answer_of('b')}) / 2", "/"),
    ("a difference", f"{answer_of('a')} - {answer_of('b')}", "-"),
    ("a constant", f"{answer_of('a')} + {answer_of('b')} + 1", "1"),
    ("an item twice", f"{answer_of('a')} + {answer_of('a')} + {answer_of('b')}", "more than once"),
    ("a pattern", "%resource.item.where(linkId.matches('(a+)+$')).answer.value.ordinal().sum()", "linkId"),
    ("a table of norms", f"iif({answer_of('a')} = 1, 41.5, 50)", "="),
    (
        "a single option",
        "%resource.item.where(linkId='a').answer.where(value.code='yes').value.ordinal().sum()",
        "code",
    ),
    ("a count", "%resource.item.answer.count()", "count"),
    ("no addition", answer_of("a"), "no addition"),
    ("an unknown variable", f"%nobody + {answer_of('a')}", "%nobody"),
    ("an item that is not there", f"{answer_of('a')} + {answer_of('z')}", "z, which is not in the file"),
    ("an item without score", f"{answer_of('a')} + {answer_of('free')}", "free, which has no score"),
    ("itself", f"{answer_of('a')} + {answer_of('t')}", "t, which is no plain sum"),
    ("an open string", "%resource.item.where(linkId='a", "no addition"),
    (
        "every item twice",
        f"{answer_of('a')} + {answer_of('a')} + {answer_of('b')} + {answer_of('b')}",
        "more than once",
    ),
    (
        "all and one again",
        f"%resource.item.answer.value.ordinal().sum() + {answer_of('a')}",
        "more than once",
    ),
    ("all twice", "%resource.item.answer.value.sum() + %resource.item.answer.value.sum()", "more than once"),
    (
        "another item instead",
        f"iif({answer_of('a')}.exists(), {answer_of('a')}, {answer_of('b')}) + 0",
        "%resource",
    ),
    ("a threshold", f"iif({answer_of('a')} > 1, {answer_of('a')} + {answer_of('b')}, 0)", ">"),
]


@pytest.mark.parametrize(
    ("formula", "why"), [case[1:] for case in NOT_SUMS], ids=[case[0] for case in NOT_SUMS]
)
def test_a_formula_that_is_no_plain_sum_leaves_the_total_unknown(formula: str, why: str) -> None:
    free = {"linkId": "free", "type": "string", "text": "Anything else?"}
    parsed = read(form(question("a"), question("b"), free, calculated("t", formula)))
    assert parsed.total == ()
    told = [warning for warning in parsed.warnings if warning.startswith('the formula of "Sum t"')]
    assert len(told) == 1 and why in told[0]
    assert [item.id for item in parsed.items] == ["item1", "item2", "other1"]
    assert score(parsed, {"item1": "yes", "item2": "yes"}).total is None
    assert score(with_total(parsed, ("item1", "item2")), {"item1": "yes", "item2": "yes"}).total == 2


def test_a_total_of_subscales_adds_their_items_and_the_widest_sum_is_the_total() -> None:
    parsed = read(
        form(
            *(question(link) for link in "abcd"),
            calculated("s1", f"{answer_of('a')} + {answer_of('b')}"),
            calculated("s2", f"{answer_of('c')} + {answer_of('d')}"),
            calculated(
                "t",
                "%s + %r",
                s="%resource.item.where(linkId='s1').answer.value",
                r="%resource.item.where(linkId='s2').answer.value",
            ),
        )
    )
    assert parsed.total == ("item1", "item2", "item3", "item4")
    assert [warning for warning in parsed.warnings if "left out" in warning] == [
        'the sum "Sum s1" of 2 items is left out; kept is "Sum t"',
        'the sum "Sum s2" of 2 items is left out; kept is "Sum t"',
    ]


def test_a_group_named_alone_means_all_in_it_and_on_the_way_only_its_path() -> None:
    group = {
        "linkId": "g",
        "type": "group",
        "text": "In the last week:",
        "item": [question("a"), question("b")],
    }
    alone = calculated("t", "%resource.item.where(linkId='g').item.answer.value.ordinal().sum()")
    path = calculated(
        "t", "%resource.item.where(linkId='g').item.where(linkId='b').answer.value.ordinal().sum()"
    )
    whole, part = read(form(question("c"), group, alone)), read(form(question("c"), group, path))
    assert [item.link_id for item in whole.items if item.scored] == ["a", "b"]
    assert [item.link_id for item in part.items if item.scored] == ["b"]
    assert [(item.id, item.kind) for item in whole.items] == [
        ("other1", "choice"),
        ("note1", "note"),
        ("item1", "choice"),
        ("item2", "choice"),
    ]


def test_numbers_are_added_as_they_are() -> None:
    cups = [{"linkId": link, "type": "integer", "text": link, "required": True} for link in ("tea", "coffee")]
    formula = "%resource.item.where(linkId in ('tea'|'coffee')).answer.value.sum()"
    parsed = read(form(*cups, calculated("t", formula)))
    assert score(parsed, {"item1": 2, "item2": 0.5}).total == 2.5
    for wrong in (True, "2", float("nan"), float("inf"), 10**400):
        result = score(parsed, {"item1": wrong, "item2": 1})
        assert (result.total, len(result.problems)) == (None, 1)


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


PROBLEMS = [
    ("", "1:1: this is not JSON: expecting value"),
    ('{\n  "resourceType": "Questionnaire",\n  "item": [,]\n}', "3:12: this is not JSON: expecting value"),
    ('{"a": NaN}', "NaN is not a number"),
    ("[]", "1:1: expected a FHIR Questionnaire, an object"),
    ("{}", "found nothing of that name"),
    ('{"resourceType": "Patient"}', 'found "Patient"'),
    ('{"resourceType": "Questionnaire"}', "has no question"),
    ('{"resourceType": "Questionnaire", "item": [{"type": "display", "text": "Hi"}]}', "has no question"),
    ("[" * 200_000, "nested too deeply"),
    ('{"a":' * 200_000, "nested too deeply"),
    ("1" * 5000, "too many digits"),
    (" " * (LARGEST_TEXT + 1), "is the limit"),
]


@pytest.mark.parametrize(("text", "said"), PROBLEMS, ids=[said[:30] for _, said in PROBLEMS])
def test_problems(text: str, said: str) -> None:
    result = read_questionnaire(text)
    assert isinstance(result, tuple)
    assert len(result) == 1 and said in result[0]


def test_too_many_items_and_too_deep_groups_are_problems() -> None:
    assert "more than 2,000 items" in str(
        read_questionnaire(json.dumps(form(*(question(str(n)) for n in range(2001)))))
    )
    node: Json = question("a")
    for depth in range(40):
        node = {"linkId": f"g{depth}", "type": "group", "item": [node]}
    assert "more than 30 deep" in str(read_questionnaire(json.dumps(form(node))))


def test_keys_written_twice_and_names_used_twice_are_warned_of() -> None:
    text = json.dumps(form(question("a"), question("a"))).replace('"title"', '"title": "x", "title"', 1)
    parsed = read_questionnaire(text)
    assert isinstance(parsed, Questionnaire)
    assert 'the key "title" stands twice in one object; the last one counts' in parsed.warnings
    assert "the linkId a is used twice" in parsed.warnings


def test_hostile_files_are_read_in_little_time() -> None:
    started = time.monotonic()
    chain = {f"v{number}": f"%v{number + 1} + %v{number + 1}" for number in range(2000)}
    parsed = read(form(question("a"), calculated("t", "%v0", **chain, v2000=answer_of("a"))))
    assert parsed.total == ()
    wide = {f"v{number}": f"%v{number + 1} + %w{number}" for number in range(15)}
    wide |= {f"w{number}": f"%v{number + 1}" for number in range(15)}
    parsed = read(form(question("a"), calculated("t", "%v0", **wide, v15=answer_of("a"))))
    assert parsed.total == ()
    long = read(form(question("a"), calculated("t", "'\\" * LONGEST_FORMULA)))
    assert any("longer than" in warning for warning in long.warnings)
    links = " + ".join(answer_of(f"t{number}") for number in range(100))
    totals = read(form(question("a"), *(calculated(f"t{number}", links) for number in range(100))))
    assert totals.total == ()
    assert isinstance(read_sum("'" * 90_000, {}), str)
    assert read_sum("iif(" * 20_000, {}) == "("
    assert time.monotonic() - started < 5


@given(
    st.text(alphabet="'\\%linkId=+.()|in 01sumtartsWh$", max_size=60),
    st.dictionaries(st.sampled_from("xyz"), st.text(max_size=10), max_size=2),
)
def test_any_text_is_a_sum_or_not(formula: str, variables: dict[str, str]) -> None:
    assert isinstance(read_sum(formula, variables), Sum | str)


SCRAPS: st.SearchStrategy[object] = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
)
HOSTILE: st.SearchStrategy[object] = st.recursive(
    SCRAPS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *(
                        "item",
                        "linkId",
                        "type",
                        "text",
                        "answerOption",
                        "extension",
                        "url",
                        "valueCoding",
                        "code",
                    ),
                    *("valueDecimal", "valueExpression", "expression", "name", "answerValueSet", "contained"),
                    *(
                        "enableWhen",
                        "repeats",
                        "title",
                        "display",
                        "valueInteger",
                        "compose",
                        "include",
                        "concept",
                    ),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
WHOLE: Json = form(
    question("a", code=[{"system": "s", "code": "c"}], enableWhen=[]),
    {"linkId": "g", "type": "group", "text": "g", "item": [question("b", answerValueSet="#v")]},
    calculated("t", "%x + %y", x=answer_of("a"), y=answer_of("b")),
    contained=[
        {"resourceType": "ValueSet", "id": "v", "compose": {"include": [{"concept": [{"code": "q"}]}]}}
    ],
)


def places(node: object, so_far: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner: list[tuple[str | int, object]] = []
    if isinstance(node, dict):
        inner = list(node.items())
    elif isinstance(node, list):
        inner = list(enumerate(node))
    return [so_far, *(place for key, value in inner for place in places(value, (*so_far, key)))]


def replaced(node: object, place: tuple[str | int, ...], scrap: object) -> object:
    if not place:
        return scrap
    if isinstance(node, dict):
        return {**node, place[0]: replaced(node[place[0]], place[1:], scrap)}
    assert isinstance(node, list)
    return [replaced(value, place[1:], scrap) if at == place[0] else value for at, value in enumerate(node)]


@settings(max_examples=300)
@given(st.sampled_from(places(WHOLE)), HOSTILE)
def test_one_hostile_part_in_a_good_file_never_raises(place: tuple[str | int, ...], scrap: object) -> None:
    result = read_questionnaire(json.dumps(replaced(WHOLE, place, scrap)))
    if isinstance(result, tuple):
        assert result and all(result)
        return
    names = [item.id for item in result.items]
    assert len(set(names)) == len(names) and all(name.isidentifier() for name in names)
    assert set(result.total) <= {item.id for item in result.items if item.scored}
    assert json.dumps([item.text for item in result.items], ensure_ascii=False).encode()
    chosen = {item.id: item.choices[0].value for item in result.items if item.choices}
    assert score(result, chosen).problems == ()


@given(HOSTILE)
def test_a_hostile_list_of_items_never_raises(items: object) -> None:
    result = read_questionnaire(json.dumps({"resourceType": "Questionnaire", "item": items}))
    assert isinstance(result, Questionnaire | tuple)


def test_items_are_plain_data() -> None:
    item = read(form(question("a"))).items[0]
    assert item == Item(
        "item1", "a", "a", "choice", (Choice("no", "NO", 0.0), Choice("yes", "YES", 1.0)), True, True
    )
    assert item.asked
