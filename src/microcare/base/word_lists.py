"""Lists of words and phrases, looked for in what somebody wrote. A pure function; it understands nothing.

Case, accents, apostrophes, signs and invisible letters make no difference. A phrase is found as whole words, in its
order, side by side; a `*` at its end stands for any ending. Scripts that do not part words by spaces (or,
like Hangul, not always alike) are compared without them, anywhere in the text.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

LONGEST = 80
"""Characters of one word or phrase at most."""
MOST = 500
"""Words and phrases of one list at most."""
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_JOINED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af]"
)
"""Thai, Lao, Burmese, Khmer, Japanese, Chinese, Korean."""
_APOSTROPHES = re.compile("['’‘ʼ`´]")


def normal(text: str) -> str:
    """A text as it is compared: words in small letters without accents and signs, each with one space around it."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    letters = "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Me", "Cf"))
    # Marks that are not accents (vowel signs of Thai, voicing of kana) were taken from both sides alike.
    apart = _APOSTROPHES.sub("", unicodedata.normalize("NFC", letters))
    return f" {' '.join(''.join(c if c.isalnum() else ' ' for c in apart).split())} "


def found(phrases: Iterable[str], text: str) -> bool:
    """Whether at least one of the phrases stands in a text."""
    plain = normal(text)
    joined = plain.replace(" ", "")
    return any(phrase in (joined if together else plain) for phrase, together in _looked_for(tuple(phrases)))


def empty(phrase: str) -> bool:
    """Whether nothing of a phrase is left to look for."""
    return not normal(phrase.replace("*", " ")).strip()


@lru_cache(maxsize=512)
def _looked_for(phrases: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    """What is looked for, and whether in the text without spaces; German umlauts are written in two ways."""
    found: dict[tuple[str, bool], None] = {}
    for phrase in phrases:
        for spelled in (phrase, unicodedata.normalize("NFC", phrase.casefold()).translate(_UMLAUTS)):
            if empty(spelled):
                continue
            plain = normal(spelled.rstrip("*"))
            together = _JOINED.search(spelled) is not None
            open_end = plain.rstrip() if spelled.endswith("*") else plain
            found[plain.replace(" ", "") if together else open_end, together] = None
    return tuple(found)
