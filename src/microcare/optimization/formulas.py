"""The grammar of formulas like `~ 1 + day + C(place):log(steps + 1)`: names, numbers, `+ - : * **`, parentheses and named functions.

A formula is a text that somebody wrote, so nothing else ever reads it: what is not in this grammar is refused, and every
library gets what is built here from the parsed tree, under the names that the tree prints.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn, TypeAlias

from microcare.optimization.refusal import Refusal

LONGEST, DEEPEST, MOST_TERMS, MOST_STEPS = 10_000, 20, 500, 100
"""Characters of a formula, brackets in brackets, terms, and names, numbers and signs in one function."""
FUNCTIONS = ("C", "I", "abs", "center", "exp", "log", "log10", "log2", "scale", "sqrt")
WHOLE = ("center", "scale")
"""Functions of a whole column, like its mean, which no part of a table knows."""
TOKENS = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d]\w*(?:\.\w+)*)|(?P<sign>\*\*|[-+*/:^()~]))"
)
STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 4}
UNARY = 3
Term: TypeAlias = tuple[str, ...]
"""Factors that are multiplied, by what they print; the intercept has none."""


@dataclass(frozen=True, slots=True)
class Name:
    """A column."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A number."""

    value: float


@dataclass(frozen=True, slots=True)
class Minus:
    """A part with a minus before it."""

    of: "Tree"


@dataclass(frozen=True, slots=True)
class Both:
    """Two parts with a sign between them."""

    sign: str
    left: "Tree"
    right: "Tree"


@dataclass(frozen=True, slots=True)
class Call:
    """A named function of one part."""

    function: str
    of: "Tree"


Tree: TypeAlias = Name | Constant | Minus | Both | Call


@dataclass(frozen=True)
class Formula:
    """A formula's terms, lower degrees first, and its factors' trees by what they print."""

    terms: tuple[Term, ...]
    factors: dict[str, Tree]

    @property
    def variables(self) -> tuple[str, ...]:
        """The columns that it reads."""
        return tuple(sorted({name for tree in self.factors.values() for name in names(tree)}))

    @property
    def categories(self) -> tuple[str, ...]:
        """The columns that it takes as categories, by C()."""
        calls = [t for t in self.factors.values() if isinstance(t, Call) and t.function == "C"]
        return tuple(name for call in calls for name in names(call))

    @property
    def text(self) -> str:
        """The formula as its tree prints it."""
        said = [":".join(term) or "1" for term in self.terms]
        return "~ " + " + ".join(said if () in self.terms else ["0", *said])


@lru_cache(maxsize=512)
def parse(formula: str, role: str = "the formula") -> Formula:
    """A formula read.

    Raises:
        Refusal: it is not in the grammar, or too large.
    """
    return _Reader(formula, role).formula()


def terms(formula: str) -> list[str]:
    """A formula's terms as they print, without the average."""
    return [":".join(term) for term in parse(formula).terms if term]


def joined(formula: str, more: Sequence[str]) -> str:
    """The formula with more terms, those that it lacks."""
    has = {frozenset(term) for term in parse(formula).terms}
    lacking = [one for one in more if frozenset(parse(one).terms[-1]) not in has]
    return " + ".join([parse(formula).text, *lacking]) if lacking else formula


def names(tree: Tree) -> list[str]:
    """The columns in a tree, in order."""
    match tree:
        case Name(name):
            return [name]
        case Constant():
            return []
        case Call(_, of) | Minus(of):
            return names(of)
        case Both(_, left, right):
            return names(left) + names(right)


def printed(tree: Tree, around: int = 0) -> str:
    """A tree as text, with the brackets that it needs inside something that binds with the strength `around`."""
    match tree:
        case Name(name):
            return name
        case Constant(value):
            return repr(value).removesuffix(".0")
        case Call(function, of):
            return f"{function}({printed(of)})"
        case Minus(of):
            return _bracketed(f"-{printed(of, UNARY)}", UNARY, around)
        case Both(sign, left, right):
            own, power = STRENGTH[sign], sign == "**"
            said = f"{printed(left, own + power)} {sign} {printed(right, own if power else own + 1)}"
            return _bracketed(said, own, around)


def _bracketed(text: str, own: int, around: int) -> str:
    return f"({text})" if own < around else text


class _Reader:
    """Reads one formula, from left to right."""

    def __init__(self, formula: str, role: str) -> None:
        self.said = f"{role} {formula if len(formula) <= 200 else formula[:200] + ' ...'}"
        self.tokens: list[tuple[str, str]] = []
        self.place, self.depth, self.steps = 0, 0, 0
        self.factors: dict[str, Tree] = {}
        if len(formula) > LONGEST:
            self.refuse(f"it has {len(formula)} characters; {LONGEST} are read")
        self._split(formula.strip().removeprefix("~").strip() or "1")

    def _split(self, text: str) -> None:
        place = 0
        while place < len(text):
            found = TOKENS.match(text, place)
            if found is None:
                self.refuse(
                    "a formula has column names, numbers and + - : * ** ( ), like ~ 1 + day + C(place), and no "
                    f"{text[place:].strip()[:1]!r}"
                )
            self.tokens.append((found.lastgroup or "", found[found.lastgroup or 0].replace("^", "**")))
            place = found.end()

    def refuse(self, why: str) -> NoReturn:
        """Say why the formula is not read."""
        raise Refusal(f"{self.said}: {why}")

    def formula(self) -> Formula:
        """The whole formula, with its intercept unless that is taken away."""
        terms = self._terms([()])
        if self.place < len(self.tokens):
            self._unread()
        return Formula(tuple(sorted(terms, key=len)), {f: self.factors[f] for term in terms for f in term})

    def _unread(self) -> NoReturn:
        kind, token = self.tokens[self.place] if self.place < len(self.tokens) else ("", "its end")
        if token == "~":
            self.refuse(
                "cannot be read: write the right side alone, like ~ 1 + day; the outcome is an option of its own"
            )
        if kind == "number":
            self.refuse(f"cannot be read at {token}: by itself a number is 1 or 0; to reckon with it write I(2 * day)")
        if token == "/":
            self.refuse("cannot be read at /: to divide write I(a / b); for a and a:b write a + a:b")
        self.refuse(f"cannot be read at {token}")

    def _next(self, *signs: str) -> str:
        """The next token if it is one of these signs, else nothing."""
        if self.place < len(self.tokens) and self.tokens[self.place] in [("sign", s) for s in signs]:
            self.place += 1
            return self.tokens[self.place - 1][1]
        return ""

    def _inside(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            self.refuse(f"its brackets and signs are nested more than {DEEPEST} deep")

    def _close(self) -> None:
        self.depth -= 1
        if not self._next(")"):
            self._unread()

    # --- terms -----------------------------------------------------------------------------------------------------

    def _terms(self, found: list[Term]) -> list[Term]:
        sign = self._next("+", "-") or "+"
        while True:
            zero = self._number("0")
            more: list[Term] = [()] if zero else self._product()
            if (sign == "+") != zero:
                found = self._joined(found, more)
            else:
                gone = {frozenset(term) for term in more}
                found = [term for term in found if frozenset(term) not in gone]
            sign = self._next("+", "-")
            if not sign:
                return found

    def _number(self, text: str) -> bool:
        """Whether the next token is this number; it is taken."""
        if self.place < len(self.tokens) and self.tokens[self.place] == ("number", text):
            self.place += 1
            return True
        return False

    def _joined(self, left: list[Term], right: list[Term]) -> list[Term]:
        """The terms of both, each once."""
        made: dict[frozenset[str], Term] = {}
        for term in (*left, *right):
            made.setdefault(frozenset(term), term)
        if len(made) > MOST_TERMS:
            self.refuse(f"it has more than {MOST_TERMS} terms")
        return list(made.values())

    def _crossed(self, left: list[Term], right: list[Term]) -> list[Term]:
        """Every term of the left with every term of the right."""
        if len(left) * len(right) > MOST_TERMS:
            self.refuse(f"it has more than {MOST_TERMS} terms")
        return self._joined([], [tuple(dict.fromkeys((*a, *b))) for a in left for b in right])

    def _product(self) -> list[Term]:
        found = self._interaction()
        while self._next("*"):
            right = self._interaction()
            found = self._joined(self._joined(found, right), self._crossed(found, right))
        return found

    def _interaction(self) -> list[Term]:
        found = self._power()
        while self._next(":"):
            found = self._crossed(found, self._power())
        return found

    def _power(self) -> list[Term]:
        found = self._part()
        while self._next("**"):
            if self.place >= len(self.tokens) or not re.fullmatch("[1-9]", self.tokens[self.place][1]):
                self.refuse(
                    "cannot be read: after ** a number from 1 to 9 says how many are taken together; a square is I(day ** 2)"
                )
            times = int(self.tokens[self.place][1])
            self.place += 1
            base = found
            for _ in range(times - 1):
                found = self._joined(found, self._crossed(found, base))
        return found

    def _part(self) -> list[Term]:
        if self._number("1"):
            return [()]
        if self._next("("):
            self._inside()
            found = self._terms([])
            self._close()
            return found
        if self.place >= len(self.tokens) or self.tokens[self.place][0] != "name":
            self._unread()
        self.steps = 0
        tree = self._named(outside=True)
        self.factors.setdefault(printed(tree), tree)
        return [(printed(tree),)]

    # --- inside of functions ---------------------------------------------------------------------------------------

    def _named(self, outside: bool = False) -> Tree:
        """A column, or a function with what it is of."""
        name = self.tokens[self.place][1]
        self.place += 1
        if not self._next("("):
            return Name(name)
        if name not in FUNCTIONS:
            self.refuse(f"there is no function {name}; a formula knows {', '.join(FUNCTIONS)}")
        if not outside and name in ("C", *WHOLE):
            self.refuse(f"{name}() stands by itself, not inside of another function")
        self._inside()
        of = self._sum(1)
        self._close()
        if name == "C" and not isinstance(of, Name):
            self.refuse("C() takes the name of one column")
        return Call(name, of)

    def _sum(self, strength: int) -> Tree:
        """What stands between signs that bind at least so strongly."""
        found = self._single()
        while sign := self._next(*(s for s, own in STRENGTH.items() if own >= strength)):
            self._inside()
            right = self._sum(UNARY if sign == "**" else STRENGTH[sign] + 1)
            self.depth -= 1
            found = Both(sign, found, right)
        return found

    def _single(self) -> Tree:
        self.steps += 1
        if self.steps > MOST_STEPS:
            self.refuse(f"more than {MOST_STEPS} names and numbers stand in one function")
        if self._next("-"):
            return Minus(self._deeper(UNARY))
        if self._next("+"):
            return self._deeper(UNARY)
        if self._next("("):
            self._inside()
            found = self._sum(1)
            self._close()
            return found
        kind, token = self.tokens[self.place] if self.place < len(self.tokens) else ("", "")
        if kind == "number":
            self.place += 1
            if float(token) == float("inf"):
                self.refuse(f"the number {token[:40]} is too large")
            return Constant(float(token))
        if kind == "name":
            return self._named()
        self._unread()

    def _deeper(self, strength: int) -> Tree:
        self._inside()
        found = self._sum(strength)
        self.depth -= 1
        return found
