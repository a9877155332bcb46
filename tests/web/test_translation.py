"""The texts of the interface: all of them can be translated, and all of them are."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from django.template.base import Lexer, TokenType

from scripts import messages
from tests.live import Hub

TEMPLATES = messages.sources(".html")
LANGUAGES = messages.languages()
PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}|</?\w+[^>]*>")
LETTER = re.compile(r"[^\W\d_]{2,}")
SPOKEN = ("title", "aria-label", "alt", "placeholder", "data-failed")
"""Attributes that somebody reads or hears."""
MARKS = ("page", "main_class", "body_class")
"""Blocks that hold a name for scripts and styles, no text."""
NAMES = {"microcare", "CSV", "JSON", "YAML"}
"""What is called the same everywhere."""


def test_two_languages_ship() -> None:
    assert "de" in LANGUAGES


def test_the_list_of_texts_is_current(hub: Hub) -> None:
    kept = (messages.LOCALE / "django.pot").read_bytes()
    assert kept == messages.as_po(messages.extracted()), "run `make messages`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalog_is_current_whole_and_sure(hub: Hub, language: str) -> None:
    catalog, template = messages.catalog_of(language), messages.extracted()
    wanted = {(messages.ids(m), m.context) for m in template if m.id}
    assert {(messages.ids(m), m.context) for m in catalog if m.id} == wanted, "run `make messages`"
    assert not catalog.obsolete
    for message in catalog:
        if message.id:
            forms = messages.forms(message)
            assert all(forms), f"not translated: {message.id!r}"
            assert not message.fuzzy
            assert len(forms) == (catalog.num_plurals if len(messages.ids(message)) > 1 else 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_of_its_text(language: str) -> None:
    for message in messages.catalog_of(language):
        if not message.id:
            continue
        ids = messages.ids(message)
        wanted = sorted(PLACES.findall(ids[-1]))
        for form in messages.forms(message):
            found = sorted(PLACES.findall(form))
            # The one thing may be called "one", without its number.
            assert found == wanted or found == sorted(PLACES.findall(ids[0])), f"{ids[-1]!r}: {form!r}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    with messages.po_file(language).with_suffix(".mo").open("rb") as file:
        compiled = read_mo(file)
    written = messages.catalog_of(language)
    kept = {(messages.ids(m), messages.forms(m)) for m in compiled if m.id}
    assert kept == {(messages.ids(m), messages.forms(m)) for m in written if m.id}, "run `make messages`"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_a_template_has_no_bare_text(path: Path) -> None:
    assert bare(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>{% translate 'Hello' %}</p>", []),
        ("<p>Hello</p>", ["Hello"]),
        ('<p title="Over there">{{ name }}</p>', ["Over there"]),
        ("<a aria-label=\"{% translate 'x' %}\">·</a>", []),
        ("{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}", []),
        ("{% if x %}one{% else %}{{ y }}{% endif %}", ["one"]),
        ('<button class="button" value="yes">{% translate "Yes" %}</button>', []),
        ("{{ brand|default:'Small steps' }}", ["Small steps"]),
        ("{{ brand|default:_('Small steps') }}", []),
    ],
)
def test_bare_texts_are_found(source: str, found: list[str]) -> None:
    assert bare(source) == found


def bare(source: str) -> list[str]:
    """Texts of a template that no catalog can reach."""
    text, within, mark, found = "", False, False, []
    for token in Lexer(source).tokenize():
        words = token.contents.split()
        if token.token_type == TokenType.BLOCK and words[0] in ("block", "endblock"):
            mark = words[0] == "block" and words[1] in MARKS
            text += "\x00"
        elif mark:
            continue
        elif token.token_type == TokenType.BLOCK and words[0] in ("blocktranslate", "endblocktranslate"):
            within = not within
        elif token.token_type == TokenType.TEXT and not within:
            text += token.contents
        elif token.token_type == TokenType.VAR and not within:
            found += [x for x in re.findall(r"default:['\"]([^'\"]*)['\"]", token.contents) if " " in x]
            text += "\x00"
        else:
            text += "\x00"
    text = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", text, flags=re.S)
    for name, value in re.findall(r'([\w-]+)="([^"]*)"', text):
        if name in SPOKEN:
            found += _words(value)
    return found + _words(re.sub(r"<[^>]*>", "\n", text))


def _words(text: str) -> list[str]:
    pieces = [piece.strip() for piece in re.split(r"[\n\x00]", text)]
    return [piece for piece in pieces if any(word not in NAMES for word in LETTER.findall(re.sub(r"&\w+;", "", piece)))]


SAYING = ("success", "error", "warning", "info")


@pytest.mark.parametrize("path", messages.sources(".py"), ids=lambda p: p.name)
def test_what_a_page_is_told_to_say_can_be_translated(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in SAYING:
            continue
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "messages":
            said = node.args[1]
            assert not isinstance(said, ast.Constant | ast.JoinedStr), f"line {node.lineno}"


def test_scripts_say_nothing_by_themselves() -> None:
    sentence = re.compile(r"""["`][A-Z][a-z']+(?: [\w',…{}$.-]+)+[.!?…]?["`]""")
    for path in messages.sources(".js"):
        code = re.sub(r"^\s*(//|\*|/\*).*$", "", path.read_text(encoding="utf-8"), flags=re.M)
        assert sentence.findall(code) == [], path.name
