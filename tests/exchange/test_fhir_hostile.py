"""FHIR files that are broken, too large, or written to do harm."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microcare.exchange.fhir import Questionnaire, read_questionnaire, score
from microcare.exchange.fhirpath_sums import LONGEST_FORMULA, read_sum
from microcare.exchange.json_text import LARGEST_TEXT
from tests.exchange.fhir_forms import (
    Json,
    answer_of,
    calculated,
    form,
    question,
    read,
)

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
    many = read(form(*(question(str(number), answerOption=[{}] * 400) for number in range(100))))
    assert many.warnings[-1] == "and 39,900 more"
    assert isinstance(read_sum("'" * 40_000, {}), str)
    assert read_sum("iif(" * 12_000, {}) == "("
    assert time.monotonic() - started < 5


SCRAPS: st.SearchStrategy[object] = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
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
    contained=[{"resourceType": "ValueSet", "id": "v", "compose": {"include": [{"concept": [{"code": "q"}]}]}}],
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
