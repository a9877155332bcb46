"""Texts that know their language: a `str` like any other, except where a page shows it."""

import copy
import json
import pickle

import pytest
from django.template import Context, Template

from microcare.care.spoken import Spoken, enclosed, joined_by, listed, opened, within
from microcare.care.telling import inner

TEA = Spoken((("Tea & more.", "en"),))


@pytest.fixture(autouse=True)
def german() -> object:
    from django.utils import translation

    with translation.override("de"):
        yield


def shown(template: str, text: str) -> str:
    return Template("{% load i18n %}" + template).render(Context({"text": text}))


def test_it_is_the_same_text_for_whoever_compares_or_sends_it() -> None:
    assert TEA == "Tea & more." and hash(TEA) == hash("Tea & more.") and json.dumps(TEA) == '"Tea & more."'
    assert type(str(TEA)) is str
    for made in (copy.deepcopy(TEA), pickle.loads(pickle.dumps(TEA))):
        assert made == TEA and made.pieces == TEA.pieces


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        ("{{ text }}", '<span lang="en" dir="ltr">Tea &amp; more.</span>'),
        ("{% blocktranslate %}“{{ text }}”!{% endblocktranslate %}", '“<span lang="en" dir="ltr">Tea &amp; more.</span>”!'),
        ('<a title="{{ text|bare }}"{% tongue text %}>', '<a title="Tea &amp; more." lang="en" dir="ltr">'),
        ("{{ text|lines }}", '<span lang="en" dir="ltr">Tea &amp; more.</span>'),
    ],
)  # fmt: skip
def test_where_a_page_shows_it_it_marks_itself(template: str, wanted: str) -> None:
    assert shown(template, TEA) == wanted


def test_what_is_in_the_language_of_the_page_has_no_mark() -> None:
    assert shown("{{ text }}", Spoken((("Tee", "de-CH"),))) == "Tee"


def test_a_sentence_of_the_page_stays_its_own() -> None:
    said = within("100%% %(tea)s, %(when)s.", tea=inner(TEA), when="heute")
    assert said == "100% Tea & more, heute."
    assert shown("{{ text }}", said) == '100% <span lang="en" dir="ltr">Tea &amp; more</span>, heute.'
    many = listed([TEA, Spoken((("Tee", "de"),)), "x"], "und")
    assert many == "Tea & more., Tee und x" and [p[1] for p in many.pieces] == ["en", "", "de", ""]
    assert joined_by("; ", [TEA, "x"]).pieces == (("Tea & more.", "en"), ("; x", ""))


def test_what_is_enclosed_is_opened_whole() -> None:
    sentence = f"Began: “{enclosed('Tea', 'en')}” ({enclosed('Tee', 'de')})"
    assert opened(sentence).pieces == (("Began: “", ""), ("Tea", "en"), ("” (", ""), ("Tee", "de"), (")", ""))
    assert opened("plain").pieces == (("plain", ""),)
    assert opened(enclosed("a\ue000b\ue001\ue002", "en")).pieces == (("ab", "en"),)
