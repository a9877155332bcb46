"""Slips inside brackets: commas, quotes and colons in `{goal: support, say: Hello}` and `[a, b]`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from microcare.program.words import is_word

FARTHEST, LARGEST = 200, 20_000
"""So many lines, and characters, of a part in brackets are looked at."""
OPERATOR = re.compile(r"\s*(?:[=!<>&|+?]|in\b|and\b|or\b)")
"""What goes on with an expression after a text in quotes."""
CLOSING = {"[": "]", "{": "}"}
Spot = tuple[int, int]
"""Line and column, from 0."""
_KEY = r"""(?P<key>[\w.-]+|"[^"]*"|'[^']*')"""
_NAME = re.compile(rf"\s*{_KEY}\s*:\s+")


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip; line and column count from 0."""

    line: int
    column: int
    message: str
    cure: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """The entry of brackets in which reading stopped: where it begins, what was read of it, and what follows there."""

    line: int
    column: int
    read: str
    rest: str

    @property
    def key(self) -> str:
        found = _NAME.match(self.read)
        return found["key"] if found is not None else ""

    @property
    def value(self) -> str:
        found = _NAME.match(self.read)
        return self.read[found.end() :] if found is not None else self.read.lstrip()

    @property
    def begin(self) -> tuple[int, int]:
        """Where its value begins."""
        before = self.read[: len(self.read) - len(self.value)]
        if "\n" in before:
            return self.line + before.count("\n"), len(before) - before.rfind("\n") - 1
        return self.line, self.column + len(before)

    def whole(self) -> str:
        """The value with all that was most likely meant to belong to it, up to the next comma that ends it."""
        depth, found = 0, []
        for letter in self.rest.split("\n")[0]:
            if letter in "{[":
                depth += 1
            elif letter in "}]":
                depth -= 1
            if depth < 0 or (letter == "," and depth == 0):
                break
            found.append(letter)
        return (self.value + "".join(found)).strip()


def in_brackets(lines: list[str], part: Spot, stopped: Spot, longest: int) -> Slip | None:
    """What is wrong inside the brackets that open at `part`, where reading them stopped; places count from 0."""
    shown = [line[:longest] for line in lines[part[0] : stopped[0] + 1]]
    too_far = len(shown) > FARTHEST or sum(map(len, shown)) > LARGEST
    if too_far or lines[part[0]][part[1] :][:1] not in CLOSING:
        return _unclosed(lines, part)
    entry = _entry(shown, part, stopped)
    return _comment(lines, part, stopped) or _open_quote(entry) or _stopped(entry, lines, part, stopped)


def _entry(lines: list[str], part: Spot, stopped: Spot) -> _Entry:
    text = "\n".join([*lines[:-1], lines[-1][: stopped[1]]])
    begin, depth = part[1] + 1, 0
    for index, letter in _signs(text, part[1] + 1):
        depth += (letter in "{[") - (letter in "}]")
        if letter == "," and depth == 0:
            begin = index + 1
    line = text.count("\n", 0, begin)
    column = begin - (text.rfind("\n", 0, begin) + 1)
    return _Entry(part[0] + line, column, text[begin:], lines[-1][stopped[1] :])


def _comment(lines: list[str], part: Spot, stopped: Spot) -> Slip | None:
    """A `#` inside a text of a line, which made a comment of the closing bracket."""
    for number in range(part[0], min(stopped[0] + 1, len(lines))):
        found = re.search(
            r"""^(?:[^"'#]|"[^"]*"|'[^']*'|(?<=\S)#)*\s(?P<sign>#)(?P<rest>.*[\]}].*)$""", lines[number][:500]
        )
        if found is not None:
            return Slip(number, found.start("sign"), "the rest of this line is taken for a comment, from `#` on",
                               "Put the text with the `#` in quotes.")  # fmt: skip
    return None


def _open_quote(entry: _Entry) -> Slip | None:
    """A quote that was closed only by the next one: `say: "Hello, proximal: {ask: "How..."`."""
    value = entry.value.rstrip()[:2000]
    alone = re.fullmatch(r"""(["'])[^"']*,\s*\1""", value)
    if alone is not None and entry.rest[:1].strip():
        return Slip(
            *entry.begin,
            "the quote that is opened here is not closed where its text ends",
            "Close it before the comma.",
        )
    found = re.fullmatch(r"""(?P<mark>["'])(?P<text>[^"']*),\s*(?P<key>[a-z_]+):\s.*(?P=mark)""", value, re.DOTALL)
    if found is None or not is_word(found["key"]):
        return None
    return Slip(*entry.begin, "the quote that is opened here is not closed where its text ends",
                       f"Close it before `, {found['key']}:`.")  # fmt: skip


def _stopped(entry: _Entry, lines: list[str], part: Spot, stopped: Spot) -> Slip | None:
    sign = lines[part[0]][part[1]]
    text, rest = entry.value.rstrip(), entry.rest
    if rest[:1] in ("]", "}"):
        other = next(opening for opening, closing in CLOSING.items() if closing == rest[0])
        return Slip(*stopped, f"`{sign}` is opened, and `{rest[0]}` closes it",
                    f"Write `{CLOSING[sign]}`; or write `{other}` where that part begins.")  # fmt: skip
    if not _closed(lines, part):
        return _unclosed(lines, part)
    next_name = re.match(rf"\s*{_KEY}\s*:(?:\s|$)", rest)
    if rest[:1] == ":":
        before, _, last = text.rpartition(" ")
        done = bool(re.fullmatch(r"""[\d.]+|[a-z_]+|"[^"]*"|'[^']*'|.*[\]}]""", before.strip()))
        numbered = last.isdigit() and (entry.key or before.partition(":")[0]).isdigit()
        if before and (is_word(last) or numbered or (done and re.fullmatch(r"[a-z_]\w*", last))):
            line, column = entry.begin
            return _comma(line, column + len(text) - len(last), last)
        if not text:
            return None
        return Slip(*entry.begin, "a text with `: ` in it needs quotes", _quoted(entry))
    if not text or text.endswith(","):
        return None
    if text[-1] in "\"'" and text[0] == text[-1]:
        if next_name is not None or (rest[:1] in "\"'{[" and sign == "["):
            return _comma(*stopped, next_name["key"] if next_name else rest.split(",")[0].rstrip("]} "))
        if rest[:1] in "\"'" and sign == "{" and not entry.key:
            return Slip(
                *stopped, f"a `:` is missing after `{text}`", f"Write `{text}: {rest.split(',')[0].rstrip('}] ')}`."
            )
        whole = entry.whole()
        around = whole[-1] == whole[0] and not OPERATOR.match(rest)
        return Slip(
            *stopped, "the text goes on after its closing quote", quoted(entry.key, whole[1:-1] if around else whole)
        )
    if text[-1] in "]}" and text[0] in "[{" and (next_name is not None or rest[:1] in "[{"):
        return _comma(*stopped, next_name["key"] if next_name else rest[:1])
    if sign == "[" and rest[:1] in "{[" and re.fullmatch(r"[a-z_]\w*", text):
        return _comma(*stopped, rest[:1])
    if next_name is not None and is_word(next_name["key"]):
        return _comma(*stopped, next_name["key"])
    if text[0] in "{[" or rest[:1] in "{[":
        return Slip(*entry.begin, "a text with braces or brackets in it needs quotes", _quoted(entry))
    return None


def _comma(line: int, column: int, word: str) -> Slip:
    return Slip(line, column, f"a comma is missing before `{word[:40]}`", f"Write `, {word[:40]}`.")


def _quoted(entry: _Entry) -> str:
    return quoted(entry.key, entry.whole())


def quoted(key: str, value: str) -> str:
    """The cure that puts a whole text in quotes, with the text where it is short; a quote that is left over is dropped."""
    if value[-1:] in ('"', "'") and value.count(value[-1]) == 1:
        value = value[:-1]
    if len(value) > 60 or "\n" in value or ('"' in value and "'" in value):
        return 'Put the whole text in quotes: `"..."`.'
    mark = "'" if '"' in value else '"'
    shown = f"{mark}{value}{mark}"
    return f"Write `{key}: {shown}`." if key else f"Write `{shown}`."


def _closed(lines: list[str], part: Spot) -> bool:
    """Whether the brackets that open at a place are closed somewhere."""
    text = "\n".join(lines[part[0] : part[0] + FARTHEST])[part[1] : LARGEST]
    depth = 0
    for _, letter in _signs(text, 0):
        depth += (letter in "{[") - (letter in "}]")
        if depth == 0 and letter != ",":
            return True
    return False


def _signs(text: str, begin: int) -> Iterator[tuple[int, str]]:
    """The brackets and commas of a text with their places, without those in quotes."""
    quote, before = "", ""
    for index in range(begin, len(text)):
        letter = text[index]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"" and before in "[{,:":
            quote = letter
        elif letter in "[]{},":
            yield index, letter
        before = letter if letter.strip() else before


def _unclosed(lines: list[str], part: Spot) -> Slip | None:
    sign = lines[part[0]][part[1] :][:1]
    if sign not in CLOSING:
        return None
    return Slip(*part, f"a `{sign}` is opened here and not closed", f"Close it with `{CLOSING[sign]}`.")
