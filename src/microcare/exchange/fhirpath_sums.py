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
_BUILT_IN = frozenset(("resource", "rootResource", "context", "questionnaire", "qitem"))
_ADDING = frozenset(("+", "sum", "aggregate"))
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


@dataclass
class _Words:
    """What one expression holds; `odd` is the first word that no plain sum has."""

    found: Sum = field(default_factory=Sum)
    variables: Counter[str] = field(default_factory=Counter)
    adds: bool = False
    zero: bool = False
    asks: bool = False
    named: Counter[str] = field(default_factory=Counter)
    odd: str = ""


def read_sum(expression: str, variables: Mapping[str, str]) -> Sum | str:
    """Read a formula and the variables it reaches; a text is the first thing that no plain sum has."""
    seen: dict[str, _Words] = {}
    waiting = [("", expression)]
    while waiting:
        name, text = waiting.pop()
        words = seen[name] = _look(text)
        for reached in words.variables:
            if reached in _BUILT_IN or reached in seen:
                continue
            if reached not in variables:
                return f"%{reached}"
            if not any(reached == other for other, _ in waiting):
                waiting.append((reached, variables[reached]))
        if words.odd:
            return words.odd
    if not any(words.adds for words in seen.values()):
        return "no addition"
    top = seen[""]
    if not _once_each(top, seen):
        return "an item that counts more than once"
    total = Sum(missing_is_zero=top.zero and top.asks)
    for words in seen.values():
        total.included |= words.found.included
        total.prefixes |= words.found.prefixes
        total.excluded |= words.found.excluded
        total.missing_is_zero |= words.found.missing_is_zero
    return total


def _once_each(top: _Words, seen: Mapping[str, _Words]) -> bool:
    """Whether each item stands equally often in the formula: 'a + a + b' is no plain sum."""
    times = [times for name, times in top.variables.items() if name in seen and len(seen[name].named) == 1]
    return len({*times, *top.named.values()}) <= 1


def _look(expression: str) -> _Words:
    """Go through an expression once, from left to right."""
    tokens = _TOKEN.findall(expression)
    words = _Words()
    at = 0
    while at < len(tokens):
        token = tokens[at]
        used = 1
        if token == "linkId":
            used = _link(tokens, at, words)
        elif token in ("url", "code") and tokens[at + 1 : at + 2] == ["="]:
            used = 2 if _may_equal(token, tokens[at + 2 : at + 3]) else 0
        elif token.startswith("%"):
            words.variables[token[1:]] += 1
        elif token[0].isdigit():
            words.zero = True
            used = 1 if float(token) == 0 else 0
        elif not (token in _WORDS or token in _SIGNS or token.startswith("'")):
            used = 0
        if used == 0:
            words.odd = token[:40]
            return words
        words.adds |= token in _ADDING
        words.asks |= token in ("exists", "hasValue", "empty")
        words.found.missing_is_zero |= token in ("sum", "aggregate")
        at += used
    return words


def _may_equal(word: str, after: list[str]) -> bool:
    """A `url` equals a text or variable; a `code` only what was answered, or it would pick options."""
    return bool(after) and (after[0].startswith("%") or (word == "url" and after[0].startswith("'")))


def _link(tokens: list[str], at: int, words: _Words) -> int:
    """Read what `linkId` is compared with; return how many tokens that took, 0 if it is not understood."""
    match tokens[at + 1 : at + 3]:
        case ["=", name] if name.startswith("'"):
            words.found.included.add(_literal(name))
            words.named[_literal(name)] += 1
            return 3
        case ["!=", name] if name.startswith("'"):
            words.found.excluded.add(_literal(name))
            return 3
        case ["in", "("]:
            end = at + 3
            while end < len(tokens) and tokens[end] != ")":
                if tokens[end].startswith("'"):
                    words.found.included.add(_literal(tokens[end]))
                elif tokens[end] != "|":
                    return 0
                end += 1
            return end + 1 - at
        case [".", "startsWith"] if len(tokens) > at + 5 and tokens[at + 4].startswith("'"):
            words.found.prefixes.add(_literal(tokens[at + 4]))
            return 6
        case _:
            return 0


def _literal(token: str) -> str:
    """A string's text; escapes other than of quote and backslash do not occur in linkIds."""
    return token[1:].removesuffix("'").replace("\\'", "'").replace("\\\\", "\\")
