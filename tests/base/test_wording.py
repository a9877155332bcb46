"""Texts with places for values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microcare.base.wording import Slot, Template, counted, human_list, parse_template, plain_number, render


def template(text: str) -> Template:
    found = parse_template(text)
    assert isinstance(found, Template)
    return found


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("Hello", ("Hello",)),
        ("Hello {child_name}, {last.title}!", ("Hello ", Slot("child_name", None, 6), ", ", Slot("last.title", None, 20), "!")),
        ("{ name | your child }", (Slot("name", "your child", 0),)),
        ("{name|}", (Slot("name", "", 0),)),
        ("{name|a|b}", (Slot("name", "a|b", 0),)),
        ("{{{a}}}", ("{", Slot("a", None, 2), "}")),
        ("{{a}}", ("{a}",)),
        ("a{{b", ("a{b",)),
    ],
)  # fmt: skip
def test_parts(text: str, parts: tuple[str | Slot, ...]) -> None:
    found = template(text)
    assert found.parts == parts
    assert found.source == text


@pytest.mark.parametrize(
    ("text", "offsets", "word"),
    [
        ("Hello {child", [6], "not closed"),
        ("Hello }", [6], "closes nothing"),
        ("a { b {name}", [2], "not closed"),
        ("{}", [0], "no value"),
        ("{ |x}", [0], "no value"),
        ("{Child}", [0], "cannot be"),
        ("{a b}", [0], "cannot be"),
        ("{a.}", [0], "cannot be"),
        ("{1}", [0], "cannot be"),
        ("x {A} y {B} z {", [2, 8, 14], "cannot be"),
    ],
)
def test_problems_come_all_at_once_with_a_cure(text: str, offsets: list[int], word: str) -> None:
    found = parse_template(text)
    assert isinstance(found, tuple)
    assert [problem.offset for problem in found] == offsets
    assert word in found[0].message
    assert all(problem.cure for problem in found)


def test_names_and_needed() -> None:
    found = template("{a} {b.c|x} {a} {d} {d|y}")
    assert found.names == ("a", "b.c", "d")
    assert found.needed == ("a", "d")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hello {name}!", "Hello Ada!"),
        ("{gone|somebody} and {name}", "somebody and Ada"),
        ("{gone|}{name}", "Ada"),
        ("{gone} {name}", None),
        ("{blank}", None),
        ("{blank|friend}", "friend"),
        ("{braces}", "{name}"),  # a value is never read as a template
        ("{{name}}", "{name}"),
    ],
)
def test_render(text: str, shown: str | None) -> None:
    values = {"name": "Ada", "blank": " ", "braces": "{name}"}
    assert render(template(text), values.get) == shown


@given(st.text())
def test_escaped_text_is_itself(text: str) -> None:
    escaped = text.replace("{", "{{").replace("}", "}}")
    assert render(template(escaped), lambda name: None) == text


pieces = st.text(st.characters(exclude_characters="{}"), max_size=8)


@given(st.lists(st.tuples(pieces, st.from_regex(r"[a-z][a-z0-9_]{0,5}(\.[a-z]{1,3})?", fullmatch=True), pieces)))
def test_round_trip(drawn: list[tuple[str, str, str]]) -> None:
    """Filling places gives what putting the texts together gives."""
    text = "".join(f"{before}{{{name}}}{after}" for before, name, after in drawn)
    wanted = "".join(f"{before}<{name}>{after}" for before, name, after in drawn)
    assert render(template(text), lambda name: f"<{name}>") == wanted


@given(st.text("{}|ab.A ", max_size=30))
def test_any_text_is_a_template_or_has_problems(text: str) -> None:
    found = parse_template(text)
    if isinstance(found, tuple):
        assert found
        assert all(0 <= problem.offset < len(text) for problem in found)
    else:
        assert all(text[slot.offset] == "{" for slot in found.slots)


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (3.0, "3"),
        (3, "3"),
        (0.25, "0.25"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (1e21, "1000000000000000000000"),
        (-2.5, "-2.5"),
        (10**20 + 1, "100000000000000000001"),
    ],
)
def test_plain_number(x: float, text: str) -> None:
    assert plain_number(x) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_plain_numbers_read_back(x: float) -> None:
    text = plain_number(x)
    assert "e" not in text
    assert float(text) == pytest.approx(x, rel=1e-11, abs=0)


@pytest.mark.parametrize(
    ("words", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_human_list(words: list[str], text: str) -> None:
    assert human_list(words) == text
    assert human_list(words, "or") == text.replace("and", "or")


@pytest.mark.parametrize(
    ("number", "words", "shown"),
    [
        (0, ("item",), "0 items"),
        (1, ("item",), "1 item"),
        (-1, ("item",), "-1 item"),
        (2, ("entry", "entries"), "2 entries"),
    ],
)
def test_counted(number: int, words: tuple[str, ...], shown: str) -> None:
    assert counted(number, *words) == shown
