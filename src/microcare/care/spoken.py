"""Texts of a program that know which language they are in, so that a page marks those in another language than its own.

A missing translation falls back to the program's own language, and a voice says it all the same. What is said is a
`str` like any other, for whoever compares, keeps or sends it; where Django shows it, it marks itself. Nothing else has
to be remembered in a template, except in an attribute, which takes no marks (`|bare`).
"""

import re
from collections.abc import Iterable
from itertools import groupby

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from microcare.base.wording import human_list
from microcare.care.languages import direction
from microcare.program.parts import Text, text_in, tongue_of

_place = re.compile(r"%\((\w+)\)s|(%%)")

BEGIN, MIDDLE, END = "\ue000", "\ue001", "\ue002"
"""Signs for private use (Unicode): no text that is shown has them."""
_signs, _sides = re.compile(f"[{BEGIN}{MIDDLE}{END}]"), re.compile(f"[{BEGIN}{END}]")

Pieces = tuple[tuple[str, str], ...]
"""Words, each with their language; without one they are the page's own."""


class Spoken(str):
    """A text with the language of each of its pieces."""

    pieces: Pieces

    def __new__(cls, pieces: Iterable[tuple[str, str]] = ()) -> "Spoken":
        """Of its pieces; neighbors in one language become one piece."""
        grouped = groupby((one for one in pieces if one[0]), lambda one: one[1])
        merged = tuple(("".join(words for words, _ in some), language) for language, some in grouped)
        made = super().__new__(cls, "".join(words for words, _ in merged))
        made.pieces = merged
        return made

    def __getnewargs__(self) -> tuple[Pieces]:  # type: ignore[override]
        """How it is copied."""
        return (self.pieces,)

    @property
    def tongue(self) -> str:
        """The language of most of it; empty where that is the page's own words."""
        return max(self.pieces, key=lambda one: len(one[0]), default=("", ""))[1]

    def first_part(self, end: int) -> "Spoken":
        """Its first characters, up to this one."""
        kept, at = [], 0
        for words, language in self.pieces:
            kept.append((words[: max(0, end - at)], language))
            at += len(words)
        return Spoken(kept)

    def capped(self) -> "Spoken":
        """With a capital at its beginning."""
        pieces = self.pieces
        return Spoken(((pieces[0][0][:1].upper() + pieces[0][0][1:], pieces[0][1]), *pieces[1:])) if pieces else self

    def __html__(self) -> SafeString:
        """As a page shows it: each piece in another language than the page is marked."""
        return SafeString("".join(_marked(words, language) for words, language in self.pieces))


def _marked(words: str, language: str) -> str:
    attributes = mark(language)
    escaped = conditional_escape(words)
    return format_html("<span{}>{}</span>", attributes, escaped) if attributes else escaped


def mark(language: str) -> SafeString:
    """The attributes of what is in another language than the page; nothing where it is the page's, or nobody knows."""
    if not language or language.split("-")[0] == (get_language() or "").split("-")[0]:
        return SafeString("")
    return format_html(' lang="{}" dir="{}"', language, direction(language))


def pieces_of(text: str, language: str = "") -> Pieces:
    """The pieces of a text; one that knows no language is in this one."""
    return text.pieces if isinstance(text, Spoken) else ((text, language),)


def written(text: Text | None, language: str, own: str) -> Spoken:
    """A text of a program in a language, or in the one it is shown in instead; `own`: the program's. Empty without one."""
    return Spoken() if text is None else Spoken(((text_in(text, language, own), tongue_of(text, language, own)),))


def within(sentence: str, **values: str) -> Spoken:
    """A sentence of the page (with places like `%(title)s`), in which words of a program keep their language."""
    pieces: list[tuple[str, str]] = []
    at = 0
    for place in _place.finditer(sentence):
        pieces.append((sentence[at : place.start()], ""))
        pieces += (("%", ""),) if place[2] else pieces_of(values[place[1]])
        at = place.end()
    return Spoken((*pieces, (sentence[at:], "")))


def enclosed(words: str, language: str) -> str:
    """Words with their language, as they go through sentences that are made below the pages; to be opened after them."""
    return f"{BEGIN}{language}{MIDDLE}{_signs.sub('', words)}{END}"


def opened(text: str) -> Spoken:
    """A sentence in which words were enclosed."""
    pieces = (one.rpartition(MIDDLE)[::2] for one in _sides.split(text))
    return Spoken((_signs.sub("", words), language) for (language, words) in pieces)


def joined_by(between: str, words: Iterable[str]) -> Spoken:
    """Texts one after the other, each in its language."""
    pieces = [piece for one in words for piece in ((between, ""), *pieces_of(one))]
    return Spoken(pieces[1:])


def listed(words: Iterable[str], last: str) -> Spoken:
    """Words as in a sentence, each in its language."""
    values = {f"w{number}": one for number, one in enumerate(words)}
    return within(human_list([f"%({name})s" for name in values], last), **values)
