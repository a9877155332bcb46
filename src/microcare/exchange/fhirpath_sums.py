"""Recognize formulas that add up items, without running FHIRPath.

A formula from a file is never evaluated (it may hang); its words are looked at once. Only the few words that
sums are written with are known here. Anything else (a weight, a division, a table of norms) makes the formula
"not a plain sum", and then there is no total: unknown, rather than wrong.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

# A string runs to its closing quote or to the end, so that each character is looked at once whatever the
# text.
_TOKEN = re.compile(r"'(?:[^'\\]|\\.?)*+'?|[%$]?[A-Za-z_]\w*|\d+(?:\.\d+)?|!=|\S", re.DOTALL | re.ASCII)
LONGEST_FORMULA = 50_000
"""Characters of a formula with all variables that it reaches."""
DEEPEST = 20
"""Variables of variables, choices in choices."""
_BUILT_IN = frozenset(("resource", "rootResource", "context", "questionnaire", "qitem"))
_WORDS = frozenset(
    (
        *("iif", "exists", "empty", "hasValue", "not", "or", "and", "where", "select", "first", "repeat"),
        *("sum", "aggregate", "descendants", "children", "ordinal", "weight", "ofType", "as", "toDecimal"),
        *("item", "items", "answer", "answers", "answerOption", "extension", "value", "valueCoding"),
        *("valueDecimal", "valueInteger", "valueQuantity", "url", "code", "Coding", "decimal", "integer"),
        *("QuestionnaireResponse", "Questionnaire", "$this", "$total"),
    )
)
_SIGNS = frozenset("+.(),|{}")


@dataclass
class Sum:
    """The linkIds a formula names. None named means every item with a score, but for the excluded ones."""

    included: set[str] = field(default_factory=set)
    prefixes: set[str] = field(default_factory=set)
    excluded: set[str] = field(default_factory=set)
    missing_is_zero: bool = False

    @property
    def names_items(self) -> bool:
        """Whether the formula says which items it adds."""
        return bool(self.included or self.prefixes)


Key = tuple[str, str]
"""What a term adds: ("=", linkId), ("^", beginning of linkIds), ("*", "") for all items."""


@dataclass
class _Term:
    """What stands between two plus signs."""

    keys: set[Key] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    sums: bool = False


@dataclass
class _Words:
    """What one expression holds; `odd` is the first word that no plain sum has."""

    terms: list[_Term] = field(default_factory=lambda: [_Term()])
    asked: set[str] = field(default_factory=set)
    """Variables in the conditions of `iif`."""
    excluded: set[str] = field(default_factory=set)
    zero: bool = False
    odd: str = ""

    @property
    def adds(self) -> bool:
        return len(self.terms) > 1 or self.terms[0].sums


def read_sum(expression: str, variables: Mapping[str, str]) -> Sum | str:
    """Read a formula and the variables it reaches; a text is the first thing that no plain sum has."""
    seen = _reach(expression, variables)
    if isinstance(seen, str):
        return seen
    counted = _count("", seen, {}, 0)
    if isinstance(counted, str):
        return counted
    if max(counted.values(), default=0) > 1 or (("*", "") in counted and len(counted) > 1):
        return "an item more than once"
    words = seen.values()
    if not any(each.adds for each in words):
        return "no addition"
    return Sum(
        included={name for sign, name in counted if sign == "="},
        prefixes={name for sign, name in counted if sign == "^"},
        excluded={name for each in words for name in each.excluded},
        missing_is_zero=any(each.zero or any(term.sums for term in each.terms) for each in words),
    )


def _reach(expression: str, variables: Mapping[str, str]) -> dict[str, _Words] | str:
    """Look at the formula ("") and at every variable it reaches, each once."""
    seen: dict[str, _Words] = {}
    waiting = [("", expression)]
    queued: set[str] = set()
    length = 0
    while waiting:
        name, text = waiting.pop()
        length += len(text)
        if length > LONGEST_FORMULA:
            return f"longer than {LONGEST_FORMULA:,} characters"
        words = seen[name] = _look(text)
        if words.odd:
            return words.odd
        for reached in sorted(words.asked.union(*(term.variables for term in words.terms))):
            if reached not in _BUILT_IN and reached not in queued:
                if reached not in variables:
                    return f"%{reached}"
                queued.add(reached)
                waiting.append((reached, variables[reached]))
    return seen


def _count(name: str, seen: Mapping[str, _Words], known: dict[str, Counter[Key]], depth: int) -> Counter[Key] | str:
    """How often an expression adds each key; more than twice is counted as twice."""
    if depth > DEEPEST:
        return "variables of variables of variables"
    if name in known:
        return known[name]
    total: Counter[Key] = Counter()
    for term in seen[name].terms:
        once = Counter(dict.fromkeys(term.keys, 1))
        for variable in term.variables - _BUILT_IN:
            inner = _count(variable, seen, known, depth + 1)
            if isinstance(inner, str):
                return inner
            once |= inner
        if term.sums and not once:
            once[("*", "")] = 1
        for key, times in once.items():
            total[key] = min(2, total[key] + times)
    known[name] = total
    return total


class _Place:
    """Where in nested `iif(condition, then, else)` a word stands."""

    def __init__(self) -> None:
        self._depth = 0
        self._choices: list[list[int]] = []

    def pass_by(self, token: str, before: str) -> None:
        """Go past a bracket or a comma."""
        if token == "(":
            self._depth += 1
            if before == "iif":
                self._choices.append([self._depth, 0])
        elif token == ")":
            self._depth -= 1
            if self._choices and self._choices[-1][0] > self._depth:
                self._choices.pop()
        elif token == "," and self._choices and self._choices[-1][0] == self._depth:
            self._choices[-1][1] += 1

    @property
    def too_deep(self) -> bool:
        """Whether more choices lie inside each other than a person would write."""
        return len(self._choices) > DEEPEST

    @property
    def in_condition(self) -> bool:
        return any(argument == 0 for _, argument in self._choices)

    @property
    def in_else(self) -> bool:
        return any(argument > 1 for _, argument in self._choices)


def _look(expression: str) -> _Words:
    """Go through an expression once, from left to right."""
    tokens = _TOKEN.findall(expression)
    words, place = _Words(), _Place()
    at, before = 0, ""
    while at < len(tokens):
        token = tokens[at]
        place.pass_by(token, before)
        used = 0 if place.too_deep else _word(tokens, at, words, place)
        if used == 0:
            words.odd = token[:40]
            return words
        at, before = at + used, token
    return words


def _word(tokens: list[str], at: int, words: _Words, place: _Place) -> int:
    """Take in one word; return how many tokens it took, 0 if no plain sum has it."""
    token, term = tokens[at], words.terms[-1]
    if place.in_else and (token == "linkId" or token[0] == "%"):
        return 0
    if token == "linkId":
        return _link(tokens, at, words, set() if place.in_condition else term.keys)
    if token in ("url", "code") and tokens[at + 1 : at + 2] == ["="]:
        return 2 if _may_equal(token, tokens[at + 2 : at + 3]) else 0
    if token[0] == "%":
        (words.asked if place.in_condition else term.variables).add(token[1:])
    elif token[0].isdigit():
        words.zero = True
        return 1 if float(token) == 0 else 0
    elif token == "+":
        words.terms.append(_Term())
    elif not (token in _WORDS or token in _SIGNS or token[0] == "'"):
        return 0
    term.sums |= token in ("sum", "aggregate")
    return 1


def _may_equal(word: str, after: list[str]) -> bool:
    """A `url` equals a text or variable; a `code` only what was answered, or it would pick options."""
    return bool(after) and (after[0].startswith("%") or (word == "url" and after[0].startswith("'")))


def _link(tokens: list[str], at: int, words: _Words, keys: set[Key]) -> int:
    """Read what `linkId` is compared with; return how many tokens that took, 0 if it is not understood."""
    match tokens[at + 1 : at + 3]:
        case ["=", name] if name.startswith("'"):
            keys.add(("=", _literal(name)))
            return 3
        case ["!=", name] if name.startswith("'"):
            words.excluded.add(_literal(name))
            return 3
        case ["in", "("]:
            end = at + 3
            while end < len(tokens) and tokens[end] != ")":
                if tokens[end].startswith("'"):
                    keys.add(("=", _literal(tokens[end])))
                elif tokens[end] != "|":
                    return 0
                end += 1
            return end + 1 - at
        case [".", "startsWith"] if len(tokens) > at + 5 and tokens[at + 4].startswith("'"):
            keys.add(("^", _literal(tokens[at + 4])))
            return 6
        case _:
            return 0


def _literal(token: str) -> str:
    """A string's text; escapes other than of quote and backslash do not occur in linkIds."""
    return token[1:].removesuffix("'").replace("\\'", "'").replace("\\\\", "\\")
