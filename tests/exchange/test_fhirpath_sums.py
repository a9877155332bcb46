"""Formulas of questionnaires: which are plain sums, of what, and which leave the total unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microcare.exchange.fhir import score, with_total
from microcare.exchange.fhirpath_sums import Sum, read_sum
from tests.exchange.fhir_forms import (
    ORDINAL,
    answer_of,
    calculated,
    form,
    question,
    read,
)

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


@pytest.mark.parametrize(("formula", "variables", "added"), [case[1:] for case in SUMS], ids=[case[0] for case in SUMS])
def test_sums_are_recognized_as_they_are_written(formula: str, variables: dict[str, str], added: list[str]) -> None:
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


@pytest.mark.parametrize(("formula", "why"), [case[1:] for case in NOT_SUMS], ids=[case[0] for case in NOT_SUMS])
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
    path = calculated("t", "%resource.item.where(linkId='g').item.where(linkId='b').answer.value.ordinal().sum()")
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


@given(
    st.text(alphabet="'\\%linkId=+.()|in 01sumtartsWh$", max_size=60),
    st.dictionaries(st.sampled_from("xyz"), st.text(max_size=10), max_size=2),
)
def test_any_text_is_a_sum_or_not(formula: str, variables: dict[str, str]) -> None:
    assert isinstance(read_sum(formula, variables), Sum | str)
