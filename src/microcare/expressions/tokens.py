"""From characters to tokens. Human slips are read as what was meant, and noted as problems with their
cure."""

import re
from dataclasses import dataclass

from microcare.expressions.types import Problem, Value
from microcare.expressions.values import EXACT, parse_duration, quote


@dataclass(frozen=True, slots=True)
class Token:
    """kind: number, text, word, sign or end; text: its source or sign; value: of a number or text."""

    kind: str
    text: str
    start: int
    end: int
    value: Value = None


_signs = ("&&", "||", "<=", ">=", "==", "!=", *"<>!-+*/%?:(),.[]")
# What people type: (what is meant, the name by which the message calls it)
_slips: dict[str, str] = {
    "===": "==",
    "!==": "!=",
    "<>": "!=",
    "=>": ">=",
    "=<": "<=",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "=": "==",
    "&": "&&",
    "|": "||",
    "−": "-",
    "–": "-",
    "—": "-",
    "×": "*",
    "·": "*",
    "÷": "/",
    "¬": "!",
}
_sign = re.compile("|".join(re.escape(s) for s in sorted((*_signs, *_slips), key=len, reverse=True)))
_word = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_number = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_unit = re.compile(r"[A-Za-z_0-9.]+", re.ASCII)
_any_word = re.compile(r"[^\W\d]\w*")
_closing = {
    '"': '"',
    "'": "'",
    "“": '”“"',
    "”": '”"',
    "„": '“”"',
    "«": "»",
    "‘": "’'",
    "’": "’'",
    "`": "`´'",
    "´": "´`",
}
_escapes = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    **{c: c for c in "\\\"'`?"},
}
_coded = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-3][0-7]{2})")
_space = " \t\r\n\f\v\u00a0\u2007\u2009\u202f\ufeff"


class Tokens:
    """Splits a source; `problems` collects the slips on the way."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.place = 0
        self.problems: list[Problem] = []

    def problem(self, code: str, message: str, cure: str, offset: int) -> None:
        self.problems.append(Problem(code, message, cure, offset))

    def split(self) -> list[Token]:
        found: list[Token] = []
        while True:
            while self.place < len(self.source) and self.source[self.place] in _space:
                self.place += 1
            if self.place == len(self.source):
                found.append(Token("end", "", self.place, self.place))
                return found
            after_point = bool(found) and found[-1].text == "." and found[-1].kind == "sign"
            token = self._next(after_point)
            if token is not None:
                found.append(token)

    def _next(self, after_point: bool) -> Token | None:
        start, source = self.place, self.source
        if source[start] in _closing:
            return self._text()
        word = _any_word.match(source, start)
        if word and _word.fullmatch(word.group()):
            self.place = word.end()
            return Token("word", word.group(), start, self.place)
        if not after_point and (number := _number.match(source, start)):
            return self._number(number)
        if source.startswith("//", start):
            self.problem("sign", "// is not an operator here.", "For whole division write floor(a / b).", start)
            self.place = start + 2
            return Token("sign", "/", start, self.place)
        if source.startswith(("**", "^"), start):
            self.problem("sign", "There is no sign for powers.", "Write x * x.", start)
            self.place = start + (1 if source[start] == "^" else 2)
            return Token("sign", "*", start, self.place)
        if sign := _sign.match(source, start):
            return self._sign(sign.group())
        return self._stranger()

    def _sign(self, text: str) -> Token:
        start = self.place
        self.place += len(text)
        meant = _slips.get(text)
        if meant is None:
            return Token("sign", text, start, self.place)
        message = "A single = does not compare." if text == "=" else f"{text} is not an operator."
        self.problem("sign", message, f"Write {meant} instead of {text}.", start)
        return Token("sign", meant, start, self.place)

    def _stranger(self) -> Token | None:
        start = self.place
        if word := _any_word.match(self.source, start):
            self.place = word.end()
            shown = word.group()[:40]
            cure = f"If it is a text, write {quote(shown)}. Names use the letters a to z, digits and _."
            self.problem("character", f"{shown} cannot be read here.", cure, start)
            return Token("word", word.group(), start, self.place)
        self.place += 1
        shown = self.source[start] if self.source[start].isprintable() else f"U+{ord(self.source[start]):04X}"
        cure = {
            "{": "Braces belong into texts; in an expression write the name alone.",
            "}": "Braces belong into texts; in an expression write the name alone.",
            "#": "Put remarks outside the expression.",
            ";": "One expression only; join conditions with &&.",
            "$": "Write the name alone, without $.",
            "@": "Write the name alone, without @.",
        }.get(shown, "Leave it out.")
        self.problem("character", f"The character {shown} has no meaning here.", cure, start)
        return None

    def _number(self, match: re.Match[str]) -> Token:
        start, self.place = match.start(), match.end()
        text = match.group()
        if (unit := _unit.match(self.source, self.place)) and not unit.group().startswith("."):
            return self._unit(start, unit.end())
        value = float(text)
        if value - value != 0.0:
            self.problem("number", f"{text[:40]} is too large for a number.", "Use a smaller number.", start)
            value = 1.0
        exact = int(value) if value.is_integer() and abs(value) <= EXACT else value
        return Token("number", text, start, self.place, exact)

    def _unit(self, start: int, end: int) -> Token:
        self.place = end
        text = self.source[start:end]
        if parse_duration(text) is not None:
            self.problem("quotes", f"The duration {text} needs quotes.", f"Write {quote(text)}.", start)
            return Token("text", text, start, end, text)
        message = f"{text[:40]} is neither a number nor a name."
        cure = 'Write plain numbers, as 30 or 2.5, and durations in quotes, as "3d".'
        self.problem("number", message, cure, start)
        return Token("number", text, start, end, 1)

    def _text(self) -> Token:
        start, source = self.place, self.source
        opening = source[start]
        plain = opening in "\"'"
        self.place += 1
        letters: list[str] = []
        while self.place < len(source):
            letter = source[self.place]
            if letter in _closing[opening]:
                self.place += 1
                return self._finish_text(start, "".join(letters), plain and letter == opening)
            if letter == "\\" and plain:
                letters.append(self._escape())
            else:
                letters.append(letter)
                self.place += 1
        shown = quote("".join(letters).strip()[:40])
        message = "This text begins with a quotation mark but does not end with one."
        self.problem("quotes", message, f"Close it, as in {shown}.", start)
        return Token("text", source[start:], start, len(source), "".join(letters))

    def _finish_text(self, start: int, text: str, plain: bool) -> Token:
        if not plain:
            message = "These are typographic quotation marks, which this language cannot read."
            self.problem("quotes", message, f"Write straight ones: {quote(text[:40])}.", start)
        return Token("text", self.source[start : self.place], start, self.place, text)

    def _escape(self) -> str:
        start, source = self.place, self.source
        after = source[start + 1 : start + 2]
        if after in _escapes and after:
            self.place += 2
            return _escapes[after]
        if coded := _coded.match(source, start + 1):
            self.place = coded.end()
            code = (
                int(coded.group(4), 8)
                if coded.group(4)
                else int(coded.group(1) or coded.group(2) or coded.group(3), 16)
            )
            if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF:
                return chr(code)
        else:
            self.place += 1
        message = f"\\{after} is not an escape in a text."
        self.problem("escape", message, "Write \\\\ for a backslash and \\n for a new line.", start)
        return ""
