"""No text says beforehand that somebody was told, or will call: only the hub knows that, and the page says it.

Nor does the help page, which everybody sees, say what the reader answered. Both are looked for by phrases: what is found
is worth a look, and what is not found may claim it all the same.
"""

import re
from collections.abc import Iterator

from microcare.base.issues import Issue
from microcare.program.checks.common import Checked, Path
from microcare.program.parts import Text

CLAIMED = (
    # English
    re.compile(
        r"\b(?:have|has|had|are|is|was|were|been|being|get|gets|be|we|i|already|now)\s+(?:\w+\s+){0,2}?"
        r"(?:told|informed|notified|alerted|paged|contacted)\b"
        r"|\b(?:will|shall|is going to|are going to|'ll)\s+(?:\w+\s+){0,2}?(?:call|phone|ring|contact|reach)\s+you\b"
        r"|\b(?:help|somebody|someone|a \w+) is on (?:the|its|their) way\b"
        r"|\b(?:team|clinician|therapist|doctor|nurses?|coach|staff|somebody|someone)\s+(?:\w+\s+){0,2}?knows?\b",
        re.IGNORECASE,
    ),
    # German
    re.compile(
        r"\b(?:informiert|benachrichtigt|verständigt|alarmiert|kontaktiert)\b"
        r"|\b(?:bescheid gegeben|bescheid gesagt|wei(?:ß|ss) bescheid|wissen bescheid)\b"
        r"|\b(?:werden|wird)\s+(?:\w+\s+){0,4}?(?:anrufen|melden|kontaktieren)\b"
        r"|\bhilfe ist unterwegs\b",
        re.IGNORECASE,
    ),
    # Spanish, French, Portuguese, Italian
    re.compile(
        r"\b(?:hemos|ha|han)\s+(?:sido\s+)?(?:avisado|informado|notificado|alertado)s?\b"
        r"|\b(?:te|le|lo|la) (?:llamar|contactar)(?:á|án|emos)\b"
        r"|\b(?:avons|a|ont|été)\s+(?:été\s+)?(?:prévenu|informé|averti|alerté|avisé)e?s?\b"
        r"|\bvous (?:appeller|rappeller|appeler|rappeler|contacter)(?:a|ons|ont)\b"
        r"|\b(?:já\s+)?(?:avisámos|avisamos|informámos|informamos|notificámos|notificamos)\b"
        r"|\b(?:foi|foram)\s+(?:avisad|informad|notificad|alertad)[oa]s?\b"
        r"|\b(?:abbiamo|hanno|è stat[oa]|sono stat[ie])\s+(?:avvisat|informat|avvertit|allertat)[oaie]\b",
        re.IGNORECASE,
    ),
)
"""Phrases that claim it; each text is held against those of all languages."""
NEGATED = re.compile(r"\b(?:not|nobody|no one|never|n't|nicht|niemand|keine?r?|nie)\b", re.IGNORECASE)


OWN = re.compile(
    r"\b(?:you|they|he|she)(?:'ve| have| had)?(?: \w+)? told\b|\b(?:du hast|sie haben|ihr habt)\b[^.!?]*?\b(?:informiert|benachrichtigt)\b",
    re.IGNORECASE,
)
"""What the reader told is no claim about the team."""
ANSWERED = re.compile(
    r"\byou(?:'ve| have)?(?: just)? (?:told|said|answered|wrote|written|shared|indicated|reported)\b|\byour answers?\b"
    r"|\b(?:du hast|sie haben)\b[^.!?]*?\b(?:gesagt|geschrieben|geantwortet|angegeben|mitgeteilt|erzählt)\b|\b(?:deine|ihre) antwort",
    re.IGNORECASE,
)


def claim_in(text: str) -> str:
    """The first sentence that claims that somebody was told or will come; empty where there is none."""
    for plain in _sentences(text):
        own = OWN.sub("", plain)
        if any(claimed.search(own) for claimed in CLAIMED) and not NEGATED.search(plain):
            return plain
    return ""


def answer_in(text: str) -> str:
    """The first sentence that says what the reader has answered; empty where there is none."""
    return next((plain for plain in _sentences(text) if ANSWERED.search(plain)), "")


def _sentences(text: str) -> Iterator[str]:
    for sentence in re.split(r"(?<=[.!?:])\s+|\n\s*\n", text.replace("’", "'")):
        yield " ".join(re.sub(r"[*_`>#]+", "", sentence).split())


def check(c: Checked) -> Iterator[Issue]:
    """Claims in what a risk answer shows, in the help page, and in the notes of rosters."""
    p = c.program
    for index, rule in enumerate(p.safety):
        for path, said, where in _texts(c, ("safety", index), rule.show, rule.say):
            yield from _claim(c, path, claim_in(said), where)
    if p.help is not None:
        for path, said, where in _texts(c, ("help",), p.help.show, p.help.say):
            yield from _claim(c, path, claim_in(said), where)
            yield from _answer(c, path, answer_in(said), where)
    for name, roster in p.rosters.items():
        for path, said, where in _texts(c, ("rosters", name), None, roster.note, "note"):
            yield from _claim(c, path, claim_in(said), where)


def _texts(
    c: Checked, path: Path, show: str | None, say: Text | None, word: str = "say"
) -> Iterator[tuple[Path, str, str]]:
    """Each wording of a part, in all languages: where it stands, the text, and its file."""
    for one in [say] if isinstance(say, str) else (say or {}).values():
        yield (*path, word), one, ""
    stem = show.removesuffix(".md") if show is not None else ""
    for name in sorted(c.source.files) if show is not None else ():
        # `crisis.de.md` beside `crisis.md` is its German text.
        if name == show or (name.startswith(f"{stem}.") and name.endswith(".md")):
            yield (*path, "show"), c.source.files[name].decode("utf-8", "replace"), f" (in `{name}`)"


def _claim(c: Checked, path: Path, said: str, where: str) -> Iterator[Issue]:
    if said:
        yield c.warning(path, "claims_told", f"“{_short(said)}” claims what nobody knows when the text is written{where}",
                        "Delete the sentence: the page says by itself who was told, and when, if that is so.")  # fmt: skip


def _answer(c: Checked, path: Path, said: str, where: str) -> Iterator[Issue]:
    if said:
        yield c.warning(path, "claims_answer", f"“{_short(said)}” is shown to everybody, also to those who answered nothing{where}",
                        "Say it in the text of the safety rule, which only those see who gave the answer.")  # fmt: skip


def _short(said: str) -> str:
    return said if len(said) <= 80 else f"{said[:77]}..."
