"""What an author most likely meant where a file is no YAML: the slip, its place, and the cure, in plain words."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from microcare.base.wording import counted
from microcare.program.brackets import OPERATOR, Slip, in_brackets, quoted
from microcare.program.words import is_word

LONGEST = 2000
"""Longer lines are looked at no further."""
HIDDEN = {"\u00a0": "no-break space", "\u200b": "space without width", "\u2003": "wide space", "\u3000": "wide space",
          "\ufeff": "mark of byte order", "\u2009": "thin space", "\u202f": "narrow space"}  # fmt: skip
WANTED = (
    "cannot start any token|alphabetic or numeric|not allowed in this context|comment or line break|expected key|tag|"
    "expected whitespace"
)
"""What YAML says where quotes are missing."""
STARTS = "@`%*&!|>?-,"
"""What a text cannot begin with unless it is in quotes."""
_KEY = r"(?P<lead>\s*(?:- +)*)(?P<key>[A-Za-z_][\w.-]*)"


@dataclass(frozen=True, slots=True)
class Broken:
    """Where and why the reading of a file stopped. Places are (line, column) from 0.

    part: where the part begins that was being read; quote: where the last quoted text begins, if it goes over lines.
    """

    lines: list[str]
    problem: str
    line: int
    column: int
    part: tuple[int, int] | None = None
    quote: tuple[int, int] | None = None

    def text(self, line: int) -> str:
        return self.lines[line][:LONGEST] if 0 <= line < len(self.lines) else ""

    @property
    def above(self) -> int:
        """The line with words before the one where reading stopped."""
        return next((n for n in range(min(self.line, len(self.lines)) - 1, -1, -1) if self.text(n).strip()), -1)

    @property
    def near(self) -> Iterator[int]:
        yield from (n for n in (self.line, self.above) if self.text(n).strip())


def lines_of(text: str) -> list[str]:
    """The lines of a text as YAML counts them."""
    return re.split(r"\r\n|[\n\r\x85\u2028\u2029]", text)


def slip(broken: Broken) -> Slip | None:
    """The most likely slip; None where nothing is recognized."""
    return next((found for look in _LOOKS if (found := look(broken)) is not None), None)


def _strangers(b: Broken) -> Slip | None:
    """Characters that look like spaces, tabs, and lines of other languages."""
    blank = b.lines[b.line] if 0 <= b.line < len(b.lines) else ""
    if "tab character" in b.problem and not blank.strip():
        return Slip(b.line, blank.index("\t") if "\t" in blank else 0, "a tab stands in this empty line", "Delete it.")
    for n in b.near:
        text = b.text(n)
        lead = re.match(r"\s*", text)
        if lead is not None and "\t" in lead[0]:
            return Slip(n, lead[0].index("\t"), "a tab stands in the indentation", "Use spaces.")
        after_dash = re.match(r"\s*-\t", text)
        if after_dash is not None:
            return Slip(n, after_dash.end() - 1, "a tab stands after `-`", "Use a space.")
        bullet = re.match(r"\s*[•·–—‣▪*]\s+(?=\S)", text)
        if bullet is not None:
            return Slip(n, _indent(text), f"`{bullet[0].strip()}` begins no list entry", "Write `- `.")
        begin = re.match(r"[\s\u200b\ufeff]*(?:-[\s\u200b]+)?[\w.-]*:?[\s\u200b\ufeff]*", text)
        for column, letter in enumerate(begin[0] if begin is not None else ""):
            if letter in HIDDEN:
                return Slip(n, column, f"a {HIDDEN[letter]} stands here, which looks like a space and is none",
                            "Delete it, and type a space.")  # fmt: skip
        if "：" in text:
            return Slip(n, text.index("："), "this colon is a wide one", "Write `:` and a space.")
        if text.lstrip().startswith(("```", "//", "<")):
            return Slip(n, _indent(text), "this line belongs to no program",
                        "Delete it; a comment begins with `#`.")  # fmt: skip
    return None


def _unclosed(b: Broken) -> Slip | None:
    """Quotes and brackets that are opened and not closed: told where they are opened."""
    if "unexpected end of stream" in b.problem and b.part is not None and b.text(b.part[0])[b.part[1] :][:1] in "'\"":
        return Slip(*b.part, "a quote is opened here and never closed", "Close it, or delete it.")
    if b.quote is not None and "did not find expected" in b.problem:
        return Slip(*b.quote, f"the quote that is opened here is closed only in line {b.line + 1}",
                    "Close it where the text ends.")  # fmt: skip
    if "expected ',' or" in b.problem and b.part is not None:
        return in_brackets(b.lines, b.part, (b.line, b.column), LONGEST)
    return None


def _missing_spaces(b: Broken) -> Slip | None:
    if not re.search("':'|mapping values|expected key", b.problem):
        return None
    for n in b.near:
        text = b.text(n)
        found = re.match(r"\s*-(?=[A-Za-z_]\w*:\s)", text)
        if found is not None:
            return Slip(
                n, found.end() - 1, "a space is missing after `-`", f"Write `- {text[found.end() :].strip()[:40]}`."
            )
        found = re.match(_KEY + r":(?=[^\s:/])(?!.*:\s)", text)
        if found is not None:
            cure = f"Write `{found['key']}: {text[found.end() :].strip()[:40]}`."
            return Slip(n, found.end() - 1, "a space is missing after the colon", cure)
    return None


def _missing_colons(b: Broken) -> Slip | None:
    if not re.search("':'|mapping values|expected key", b.problem):
        return None
    for n in b.near:
        text = b.text(n)
        found = re.match(_KEY + r"\s*=\s+(?P<value>.*)$", text)
        if found is not None and ": " not in text:
            return Slip(n, found.start("key"), "a name and its value are joined by `:`, not by `=`",
                        f"Write `{found['key']}: {found['value'][:40]}`.")  # fmt: skip
        found = re.match(_KEY + r"\s*$", text)
        if found is not None and found["key"].islower():
            return Slip(n, found.start("key"), f"a `:` is missing after `{found['key']}`", f"Write `{found['key']}:`.")
        found = re.match(_KEY + r"\s+(?P<value>\S.*)$", text)
        told = found is not None and (found["value"][0] in "[{\"'" or (is_word(found["key"]) and ": " not in text))
        if found is not None and told and _lined_up(b, n, found.start("key")):
            return Slip(n, found.start("key"), f"a `:` is missing after `{found['key']}`",
                        f"Write `{found['key']}: {found['value'].strip()[:40]}`.")  # fmt: skip
    return None


def _lined_up(b: Broken, n: int, column: int) -> bool:
    """Whether a line lines up with the one where reading stopped; so it was meant as a name, and not as more text."""
    return "':'" in b.problem or n == b.line or not b.text(b.line).strip() or _names_at(b.text(b.line)) == column


def _value(text: str) -> tuple[str, int, str]:
    """A line's name, where its value begins, and the value."""
    found = re.match(r"\s*(?:- +)*(?:(?P<key>[\w.-]+)\s*:\s+)?", text)
    assert found is not None
    return found["key"] or "", found.end(), text[found.end() :].rstrip()


def _starts(b: Broken) -> Slip | None:
    """Texts that begin with a sign of YAML's own."""
    inside = re.search(r"[\[{,]\s*$|\{.*:\s*$", b.text(b.line)[: b.column])
    if "cannot start any token" in b.problem and inside is not None and b.text(b.line)[b.column :][:1] in STARTS:
        found = re.match(r"[^,\]}]*", b.text(b.line)[b.column :])
        sign = b.text(b.line)[b.column]
        shown = quoted("", found[0].strip() if found is not None else "")
        return Slip(b.line, b.column, f"a text that begins with {_sign(sign)} needs quotes", shown)
    key, at, value = _value(b.text(b.line))
    if value == "" or value[0] not in STARTS or not re.search(WANTED, b.problem) or (value[0] == "-" and not key):
        return None
    if value[0] in "|>" and key:
        return Slip(b.line, at, f"after `{value[0]}` the text begins on the next line",
                    "Write it there, indented further; or put it in quotes.")  # fmt: skip
    return Slip(b.line, at, f"a text that begins with {_sign(value[0])} needs quotes", quoted(key, value))


def _sign(sign: str) -> str:
    return "`` ` ``" if sign == "`" else f"`{sign}`"


def _goes_on(b: Broken) -> Slip | None:
    """A value in quotes or brackets after which the text goes on."""
    key, at, value = _value(b.text(b.line))
    if "expected key" not in b.problem or b.column <= at or value[:1] not in tuple("'\"{["):
        return None
    missing = _opening(b, key, at, value)
    if missing is not None:
        return missing
    here = b.text(b.line)[b.column :].strip()
    if value[0] in "[{" and here and not here.strip("]}"):
        return Slip(
            b.line,
            b.column,
            f"this `{here[0]}` closes nothing",
            "Delete it; or look for what should be opened before it.",
        )
    what = "closing quote" if value[0] in "'\"" else "closing bracket"
    around = value[0] in "'\"" and value[-1] == value[0] and not OPERATOR.match(b.text(b.line)[b.column :])
    meant = value[1:-1] if around else value
    apart = b.text(b.line)[b.column - 1 : b.column].isspace()
    if value[0] in "'\"" and not around and not apart and not OPERATOR.match(b.text(b.line)[b.column :]):
        meant = value[1:]
    cure = {
        "'": "Inside single quotes write an apostrophe twice (`''`), or use double quotes around the text.",
        '"': 'Put the whole text into single quotes, or write `\\"` for the quotes inside it.',
    }.get(value[0], "Put the whole text in quotes.")
    shown = quoted(key, meant)
    return Slip(b.line, b.column, f"the text goes on after its {what}", cure if "..." in shown else shown)


def _colons(b: Broken) -> Slip | None:
    """A `: ` inside a text, or a line that is indented as if it belonged to the text above."""
    if "mapping values are not allowed" not in b.problem:
        return None
    text, above = b.text(b.line), b.text(b.above)
    key, at, value = _value(text)
    missing = _opening(b, key, at, value)
    if missing is not None:
        return missing
    if b.column > at and key:
        return Slip(b.line, b.column, "a text with `: ` in it needs quotes", quoted(key, value))
    before, _, started = _value(above)
    earlier = next((n for n in range(b.above - 1, -1, -1) if b.text(n).strip()), -1)
    wanted = _names_at(b.text(earlier))
    if key and before and wanted == _indent(text) > _names_at(above):
        return Slip(b.above, _indent(above), f"`{before}` is indented less than the lines above and below it",
                    f"Indent it by {wanted}, like them.")  # fmt: skip
    if _indent(text) > _indent(above) and before and started:
        return Slip(b.line, _indent(text), f"this line is indented as if it went on with the text of `{before}`",
                    f"Line it up with `{before}`; or put that whole text in quotes.")  # fmt: skip
    return None


def _opening(b: Broken, key: str, at: int, value: str) -> Slip | None:
    """Brackets that are closed at the end of a line and were not opened."""
    for opening, closing in (("{", "}"), ("[", "]")):
        if (
            key
            and value[:1] != opening
            and value.endswith(closing)
            and value.count(closing) == value.count(opening) + 1
        ):
            shown = (
                f"Write `{key}: {opening}{value}`." if len(value) <= 60 else f"Write `{key}: {opening}...{closing}`."
            )
            return Slip(
                b.line, at, f"a `{opening}` is missing here; `{closing}` at the end of the line closes nothing", shown
            )
    return None


def _names_at(text: str) -> int:
    """In which column the names of a line's part stand: behind its `- `, if it has one."""
    return len((re.match(r" *(?:- +)*", text) or [""])[0])


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _entries(b: Broken) -> Slip | None:
    """Lists and names mixed."""
    text = b.text(b.line)
    if "did not find expected '-'" in b.problem:
        entry = next(
            (n for n in range(b.line - 1, max(b.line - 400, -1), -1) if b.text(n).lstrip().startswith("- ")), -1
        )
        beside, at = (_value(b.text(entry))[0], _names_at(b.text(entry))) if entry >= 0 else ("", 0)
        if beside and re.match(_KEY + r":(?:\s|$)", text) and abs(at - _indent(text)) <= 4:
            return Slip(b.line, _indent(text), f"this line is indented by {_indent(text)}, and does not line up with `{beside}` in line {entry + 1}",
                        f"Indent it by {at}; or, if it begins a new entry, begin it with `- `.")  # fmt: skip
        return Slip(b.line, _indent(text), "the lines above are list entries (`- `), and this is none",
                    "Begin it with `- `, too; or take `- ` away from those above, where each has its own name.")  # fmt: skip
    if "did not find expected key" in b.problem and text.lstrip().startswith("- "):
        return Slip(b.line, _indent(text), "a list entry (`- `) stands here among names",
                    "Begin all of them with `- `, or none.")  # fmt: skip
    return None


def _indentation(b: Broken) -> Slip | None:
    """A line that lines up with nothing above it."""
    text = b.text(b.line)
    if "did not find expected key" not in b.problem or b.column != _indent(text):
        return None
    above = b.text(b.above)
    opening = re.match(_KEY + r":\s*$", next((b.text(n) for n in range(b.above - 1, -1, -1) if b.text(n).strip()), ""))
    if opening is not None and _indent(above) == opening.start("key") < b.column:
        return Slip(b.above, _indent(above), f"this line is not indented below `{opening['key']}`, and the next one is",
                    f"Indent it by {b.column}, like the next one.")  # fmt: skip
    levels: list[int] = []
    for n in range(b.line - 1, max(b.line - 400, -1), -1):
        above = b.text(n)
        if above.strip() and not above.lstrip().startswith("#"):
            for indent in (re.match(r"(?: *- )* *", above) or [""])[0], " " * _indent(above):
                if not levels or len(indent) < levels[-1]:
                    levels.append(len(indent))
        if levels and levels[-1] == 0:
            break
    if b.column in levels or not levels:
        return None
    fitting = sorted(sorted(levels, key=lambda n: abs(n - b.column))[:2])
    return Slip(b.line, b.column, f"this line is indented by {counted(b.column, 'space')}, and no line above it is",
                f"Indent it by {' or '.join(map(str, fitting))}, like those it belongs with.")  # fmt: skip


def _loose_text(b: Broken) -> Slip | None:
    """A line of words that belongs to nothing."""
    if "could not find expected ':'" not in b.problem:
        return None
    for n in islice((n for n in (b.above, b.line) if n >= 0), 2):
        text = b.text(n)
        if text.strip() and ": " not in text and not text.rstrip().endswith(":"):
            return Slip(n, _indent(text), "this line is no `name: value`, and does not go on with the text above",
                        "Indent it further than the name of its text; or give it a name and a `:`.")  # fmt: skip
    return None


_LOOKS: tuple[Callable[[Broken], Slip | None], ...] = (
    _strangers,
    _unclosed,
    _starts,
    _missing_spaces,
    _missing_colons,
    _goes_on,
    _colons,
    _entries,
    _indentation,
    _loose_text,
)
"""In the order in which they are looked for."""
