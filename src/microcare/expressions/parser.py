"""From tokens to the syntax tree, by precedence. After a first break in the grammar it goes on, to find wrong
names too."""

from microcare.base.written import TIMES
from microcare.expressions.syntax import MAX_LENGTH, MAX_NESTING, MAX_NODES, Parsed, Part
from microcare.expressions.tokens import Token, Tokens
from microcare.expressions.types import Problem, Value
from microcare.expressions.values import parse_duration, quote


class TooMuchError(Exception):
    """Inside the parser only: a limit is reached, "deep" or "many"."""


# Loosest first. Each level is one flat chain, so that depth comes only from brackets, signs and branches.
_levels: tuple[tuple[str, frozenset[str]], ...] = (
    ("or", frozenset({"||"})),
    ("and", frozenset({"&&"})),
    ("compare", frozenset({"<", "<=", ">", ">=", "==", "!=", "in"})),
    ("sum", frozenset({"+", "-"})),
    ("product", frozenset({"*", "/", "%"})),
)
_words_for_signs = {"and": "&&", "or": "||", "is": "==", "AND": "&&", "OR": "||", "equals": "==", "mod": "%"}
_operands = frozenset({"number", "text", "word"})


class Parser:
    """Recursive descent with bounds on depth and size; it goes on after a problem, to find them all."""

    def __init__(self, source: str) -> None:
        self.source = source
        tokens = Tokens(source)
        self.tokens = tokens.split()
        self.problems = tokens.problems
        self.at = 0
        self.depth = 0
        self.nodes = 0
        self.broken = False

    # --- helpers

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def ahead(self, steps: int = 1) -> Token:
        return self.tokens[min(self.at + steps, len(self.tokens) - 1)]

    def is_sign(self, text: str) -> bool:
        return self.token.kind == "sign" and self.token.text == text

    def is_word(self, *words: str) -> bool:
        return self.token.kind == "word" and self.token.text in words

    def advance(self) -> Token:
        token = self.token
        if token.kind != "end":
            self.at += 1
        return token

    def slip(self, code: str, message: str, cure: str, offset: int) -> None:
        self.problems.append(Problem(code, message, cure, offset))

    def break_off(self, code: str, message: str, cure: str, offset: int) -> None:
        """Only the first break is told: those after it are mostly its echoes."""
        if not self.broken:
            self.slip(code, message, cure, offset)
        self.broken = True

    def part(
        self,
        kind: str,
        start: int,
        parts: tuple[Part, ...] = (),
        word: str = "",
        value: Value = None,
        operators: tuple[str, ...] = (),
    ) -> Part:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise TooMuchError("many")
        return Part(kind, start, self.tokens[self.at - 1].end if self.at else 0, parts, word, value, operators)

    # --- grammar

    def whole(self) -> Part:
        if len(self.tokens) == 1:
            self.broken = bool(self.problems)
            self.break_off("empty", "The expression is empty.", "Write a condition, such as presence.score <= 4.", 0)
            return self.part("error", 0)
        root = self.expression()
        if self.token.kind != "end":
            self.leftover(self.token)
        return root

    def expression(self) -> Part:
        self.depth += 1
        if self.depth > MAX_NESTING + 1:
            raise TooMuchError("deep")
        condition = self.level(0)
        if self.is_sign("?"):
            mark = self.advance()
            then = self.expression()
            if self.is_sign(":"):
                self.advance()
                otherwise = self.expression()
                condition = self.part("choose", condition.start, (condition, then, otherwise))
            else:
                message = "After ? and the first value a colon and the other value are missing."
                self.break_off("choose", message, "Write condition ? value : other value.", mark.start)
        self.depth -= 1
        return condition

    def level(self, lowest: int) -> Part:
        """Operators from this level on. One call for all levels: brackets cost few Python frames."""
        left = self.unary()
        for number in range(len(_levels) - 1, lowest - 1, -1):
            kind, signs = _levels[number]
            parts, operators = [left], []
            while (sign := self.operator(signs)) is not None:
                operators.append(sign)
                parts.append(self.level(number + 1))
            if operators and kind == "compare":
                left = self.comparison(parts, operators)
            elif operators:
                left = self.part(kind, left.start, tuple(parts), "", None, tuple(operators))
        return left

    def operator(self, signs: frozenset[str]) -> str | None:
        """Takes the operator that stands here if it is one of these; words for signs are slips."""
        token = self.token
        if token.kind == "sign" or token.text == "in":
            if token.text in signs and token.kind != "text":
                self.advance()
                return token.text
            return None
        if token.kind != "word":
            return None
        if token.text in ("not", "NOT") and self.ahead().text == "in" and "in" in signs:
            self.slip("word", "not in is not an operator.", "Write !(x in [...]).", token.start)
            self.at += 2
            return "in"
        meant = _words_for_signs.get(token.text)
        if meant not in signs:
            return None
        self.advance()
        if token.text == "is" and self.is_word("not"):
            self.advance()
            meant = "!="
        self.slip("word", f"The word {token.text} is not an operator.", f"Write {meant} instead.", token.start)
        return meant

    def comparison(self, parts: list[Part], operators: list[str]) -> Part:
        start = parts[0].start
        if len(operators) == 1:
            return self.part("compare", start, tuple(parts), operators[0])
        texts = [self.source[p.start : p.end] for p in parts]
        pairs = [f"{texts[i]} {sign} {texts[i + 1]}" for i, sign in enumerate(operators)]
        cure = f"Write {' && '.join(pairs)}"
        if operators == ["<=", "<="]:
            cure += f", or between({texts[1]}, {texts[0]}, {texts[2]})"
        if all(p.kind != "error" for p in parts):
            self.slip("chained", "Comparisons cannot be chained.", cure + ".", start)
        compares = [self.part("compare", parts[i].start, (parts[i], parts[i + 1]), s) for i, s in enumerate(operators)]
        return self.part("and", start, tuple(compares), "", None, ("&&",) * (len(compares) - 1))

    def unary(self) -> Part:
        token = self.token
        negates = self.is_sign("!") or (self.is_word("not", "NOT") and not self.is_after_all_a_name())
        if not negates and not self.is_sign("-"):
            return self.postfix()
        self.advance()
        if token.kind == "word":
            self.slip("word", f"The word {token.text} is not an operator.", "Write ! instead.", token.start)
        self.depth += 1
        if self.depth > MAX_NESTING + 1:
            raise TooMuchError("deep")
        inner = self.unary()
        self.depth -= 1
        return self.part("not" if negates else "negate", token.start, (inner,))

    def is_after_all_a_name(self) -> bool:
        after = self.ahead()
        return after.kind == "end" or (after.kind == "sign" and after.text not in ("(", "!", "-"))

    def postfix(self) -> Part:
        part = self.primary()
        steps = 0
        while self.is_sign(".") or self.is_sign("["):
            sign = self.advance()
            steps += 1
            if self.depth + steps > MAX_NESTING:
                raise TooMuchError("deep")
            if sign.text == "[":
                message = "Picking by [ ] is not part of this language."
                self.break_off("index", message, 'Use names with dots, and lists only after "in".', sign.start)
                self.items("]", sign)
            elif self.token.kind != "word" or not (self.ahead().kind == "sign" and self.ahead().text == "("):
                message = "After this dot a name and brackets are missing."
                self.break_off("dot", message, 'Write for example person.city.startsWith("A").', sign.start)
                if self.token.kind == "word":
                    self.advance()
            else:
                name = self.advance()
                arguments = self.items(")", self.advance())
                part = self.part("method", part.start, (part, *arguments), name.text)
        return part

    def primary(self) -> Part:
        token = self.token
        if token.kind in ("number", "text"):
            self.advance()
            return self.part(token.kind, token.start, (), token.text, token.value)
        if token.kind == "word" and token.text != "in":
            return self.name()
        if self.is_sign("(") or self.is_sign("["):
            self.advance()
            if token.text == "[":
                return self.part("list", token.start, tuple(self.items("]", token)))
            inner = self.expression()
            self.close(")", token)
            return inner
        self.missing(token)
        return self.part("error", token.start)

    def name(self) -> Part:
        first = self.advance()
        if first.text in ("true", "false"):
            return self.part("boolean", first.start, (), "", first.text == "true")
        words = [first.text]
        while self.is_sign(".") and self.ahead().kind == "word":
            self.advance()
            words.append(self.advance().text)
        if not self.is_sign("("):
            return self.part("path", first.start, (), ".".join(words))
        if len(words) == 1:
            arguments = self.items(")", self.advance())
            return self.part("call", first.start, tuple(arguments), words[0])
        dot = self.tokens[self.at - 2]
        target = Part("path", first.start, dot.start, (), ".".join(words[:-1]))
        self.nodes += 1
        arguments = self.items(")", self.advance())
        return self.part("method", first.start, (target, *arguments), words[-1])

    def items(self, closing: str, opening: Token) -> list[Part]:
        found: list[Part] = []
        if self.is_sign(closing):
            self.advance()
            return found
        while True:
            found.append(self.expression())
            if not self.is_sign(","):
                self.close(closing, opening)
                return found
            self.advance()
            if self.is_sign(closing):
                message = f"After the last comma a value is missing before {closing}."
                self.break_off("missing", message, "Leave out the comma or add the value.", self.token.start)

    def close(self, closing: str, opening: Token) -> None:
        if self.is_sign(closing):
            self.advance()
        elif self.token.kind == "end":
            message = f"This {opening.text} is never closed."
            self.break_off("brackets", message, f"Add {closing} where the part in brackets ends.", opening.start)
        else:
            self.leftover(self.token)

    # --- telling what is wrong

    def missing(self, token: Token) -> None:
        """A value is expected here and something else stands here."""
        before = self.tokens[self.at - 1].text if self.at else ""
        if token.kind == "sign" and token.text in (")", "]") and before not in ("(", "["):
            message, cure = (
                f"Before this {token.text} a value is missing.",
                "Add a value or leave out the operator.",
            )
        elif token.kind == "end" and before == "%":
            message, cure = (
                "After % a value is missing.",
                "Write percentages as plain numbers; a % b is the remainder.",
            )
        elif token.kind == "end":
            message, cure = f"After {before} a value is missing.", "Complete the expression."
        elif before == "(":
            message, cure = "These brackets are empty.", "Write an expression between them."
        else:
            message = f"A value is missing before {token.text}."
            cure = "Write a name, a number or a text there."
        self.break_off("missing", message, cure, token.start)

    def leftover(self, token: Token) -> None:
        """The expression could end here, but something follows."""
        before = self.tokens[self.at - 1]
        text = token.text[:40]
        code, message, cure = "operator", f"Between {before.text[:40]} and {text} an operator is missing.", ""
        if token.kind == "sign" and token.text in (")", "]"):
            code, message, cure = (
                "brackets",
                f"This {text} closes nothing.",
                "Leave it out, or open it before.",
            )
        elif token.kind == "sign" and token.text == ",":
            code, message = "comma", "A comma separates only the values of a function or a list."
            cure = "Write 5000 without a comma and 2.5 with a point; join conditions with &&."
        elif token.kind == "sign" and token.text == ":":
            code, message, cure = (
                "colon",
                "This colon has no ? before it.",
                "Write condition ? value : other value.",
            )
            clock = f"{before.text.zfill(2)}:{self.ahead().text}"
            if before.kind == "number" and clock in TIMES:
                code, message, cure = "quotes", "A time of day needs quotes.", f"Write {quote(clock)}."
        elif token.kind == "word" and before.kind == "number" and (unit := self.unit(before.text, token.text)):
            code, message, cure = "unit", "Units are not written after numbers.", unit
        elif before.kind == "word" and before.text in ("if", "when"):
            message, cure = (
                f"The word {before.text} has no meaning here.",
                "Leave it out, or write c ? a : b for a choice.",
            )
        elif token.kind == "word" and token.text in ("then", "else"):
            message, cure = (
                f"The word {text} has no meaning here.",
                "For a choice write condition ? value : other value.",
            )
        elif token.kind in _operands and before.kind == "word" and token.kind == "word":
            both = quote(f"{before.text} {text}")
            cure = f"If {both} is one text, put it in quotes; else join with &&, || or ==."
        else:
            cure = "Put an operator such as &&, || or == between them."
        self.break_off(code, message, cure, token.start)
        self.at = len(self.tokens) - 1

    def unit(self, number: str, word: str) -> str:
        letter = {"w": "w", "d": "d", "h": "h", "m": "m", "s": "s"}.get(word[0].lower(), "")
        known = ("week", "day", "hour", "minute", "min", "second", "sec")
        text = f"{number}{letter}"
        if word.lower().rstrip("s") in known and parse_duration(text) is not None:
            return f"Write {quote(text)}."
        return f"Write {number} alone; the unit is part of the name's declaration."


def parse(source: str) -> Parsed:
    """The syntax tree with all slips. Any length and nesting is answered quickly."""
    if len(source) > MAX_LENGTH:
        message = f"The expression has {len(source)} characters; at most {MAX_LENGTH} are possible."
        problem = Problem("too_long", message, "Split it into several conditions.", 0)
        return Parsed(Part("error", 0, 0), (problem,), True)
    parser = Parser(source)
    try:
        root = parser.whole()
    except TooMuchError as reached:
        deep = reached.args == ("deep",)
        message = f"The expression is nested more than {MAX_NESTING} deep."
        if not deep:
            message = f"The expression has more than {MAX_NODES} parts."
        code = "too_deep" if deep else "too_many"
        problem = Problem(code, message, "Split it into several conditions.", parser.token.start)
        return Parsed(Part("error", 0, 0), (*parser.problems[:20], problem), True)
    return Parsed(root, tuple(parser.problems[:20]), parser.broken)
