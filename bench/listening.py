"""What lists of words find in sentences, and what they miss: sensitivity and specificity by language.

    python -m bench.listening [--words FILE] [--sentences FILE] [--missed] [--write]

Own lists and sentences are measured likewise: a YAML file of lists by language, and one of `risk` and `other` sentences.
`--write` puts the table into docs/safety/words.md.
"""

import argparse
import math
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from microcare.base.word_lists import found

ROOT = Path(__file__).resolve().parents[1]
WORDS = ROOT / "docs" / "safety" / "words.yaml"
SENTENCES = ROOT / "bench" / "sentences.yaml"
PAGE = ROOT / "docs" / "safety" / "words.md"
START, END = "<!-- table -->\n", "<!-- end of table -->\n"


@dataclass(frozen=True, slots=True)
class Measured:
    """One language: of `risk` sentences `heard`, of `other` sentences `silent`; and the sentences that went wrong."""

    language: str
    risk: int
    heard: int
    other: int
    silent: int
    missed: tuple[str, ...]
    false: tuple[str, ...]


def measure(lists: dict[str, list[str]], sentences: dict[str, dict[str, list[str]]]) -> list[Measured]:
    """Each language's sentences against all lists together, as the hub listens."""
    phrases = [phrase for own in lists.values() for phrase in own]
    measured = []
    for language, own in sentences.items():
        missed = tuple(s for s in own["risk"] if not found(phrases, s))
        false = tuple(s for s in own["other"] if found(phrases, s))
        risk, other = len(own["risk"]), len(own["other"])
        measured.append(Measured(language, risk, risk - len(missed), other, other - len(false), missed, false))
    return measured


def wilson(count: int, of: int) -> tuple[float, float]:
    """Where a share lies, at 95 % (Wilson)."""
    z, share = 1.959964, count / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return middle - half, middle + half


def table(measured: list[Measured]) -> str:
    """The table of the page."""
    lines = [
        "| language | found of what speaks of it (sensitivity) | silent where nothing does (specificity) |",
        "|---|---|---|",
    ]
    risk, heard, other, silent = (sum(getattr(m, f) for m in measured) for f in ("risk", "heard", "other", "silent"))
    whole = Measured("all", risk, heard, other, silent, (), ())
    lines += [f"| {m.language} | {_share(m.heard, m.risk)} | {_share(m.silent, m.other)} |" for m in [*measured, whole]]
    return "\n".join(lines) + "\n"


def _share(count: int, of: int) -> str:
    low, high = wilson(count, of)
    return f"{count} of {of}: {100 * count / of:.0f} % ({100 * low:.0f} to {100 * high:.0f})"


def page(text: str, measured: list[Measured]) -> str:
    """The page with the table in its place."""
    before, _, rest = text.partition(START)
    return before + START + table(measured) + END + rest.partition(END)[2]


def read(words: Path, sentences: Path) -> list[Measured]:
    """What the lists of a file find in the sentences of another."""
    return measure(
        yaml.safe_load(words.read_text(encoding="utf-8")), yaml.safe_load(sentences.read_text(encoding="utf-8"))
    )


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=Path, default=WORDS)
    parser.add_argument("--sentences", type=Path, default=SENTENCES)
    parser.add_argument("--missed", action="store_true", help="name the sentences that went wrong")
    parser.add_argument("--write", action="store_true", help="put the table into docs/safety/words.md")
    wish = parser.parse_args()
    measured = read(wish.words, wish.sentences)
    print(table(measured), end="")
    for one in measured if wish.missed else ():
        print(
            f"\n{one.language}, missed:",
            *one.missed,
            f"{one.language}, found though nothing is there:",
            *one.false,
            sep="\n  ",
        )
    if wish.write:
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), measured), encoding="utf-8")


if __name__ == "__main__":
    main()
