"""An empty translation is a missing one: it is warned of, and the program's own language is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microcare.base.issues import Issue
from microcare.program.parts import text_in, tongue_of
from microcare.program.reader import read_bundle
from microcare.program.source import Source

LANGUAGES = ("en", "de", "de-CH", "ta")
WORDS = st.sampled_from(("", " ", "\n\t", "words", "more words"))


@given(st.dictionaries(st.sampled_from(LANGUAGES), WORDS), st.sampled_from(LANGUAGES), st.sampled_from(LANGUAGES))
def test_nothing_blank_is_shown_while_anything_is_written(text: dict[str, str], language: str, own: str) -> None:
    shown = text_in(text, language, own)
    written = {one: words for one, words in text.items() if words.strip()}
    assert bool(shown.strip()) == bool(written)
    if written:
        assert text[tongue_of(text, language, own)] == shown
        wanted = [one for one in (language, language.split("-")[0], own) if one in written]
        assert not wanted or tongue_of(text, language, own) == wanted[0]


@pytest.mark.parametrize("blank", ['""', '" "', '"\\t\\n"'])
def test_check_warns_of_it_as_of_a_missing_one(blank: str) -> None:
    def told(translation: str) -> list[str]:
        text = f"""
program: p
title: {{en: Diary, de: Tagebuch}}
language: en
languages: [en, de]
measures: {{m: {{items: {{b: {{text: {{en: "New?"{translation}}}}}}}}}}}
"""
        return [i.message for i in read_and_check(text) if i.code == "language"]

    missing = told("")
    assert len(missing) == 1 and "1 text is missing in `de`" in missing[0]
    assert told(f", de: {blank}") == missing
    assert told(", de: Neu?") == []


def read_and_check(text: str) -> list[Issue]:
    from microcare.program.checks import check_program

    reading = read_bundle({"program.yaml": text.encode()})
    assert reading.program is not None, reading.issues
    return list(check_program(reading))


def test_an_empty_file_is_a_missing_translation() -> None:
    source = Source("program.yaml", {"a.md": b"Words", "a.de.md": b" \n", "a.ta.md": b"Ta"}, {}, {})
    assert source.text("a.md", "de") == "Words" and source.text("a.md", "ta") == "Ta"
    assert source.filled == {"a.md", "a.ta.md"}
