"""A learned rule as text that somebody can read and follow."""

from collections.abc import Sequence

from microcare.optimization.arrays import Floats
from microcare.optimization.designs import INTERCEPT


def rule_text(options: Sequence[str], terms: Sequence[str], blip: Floats) -> str:
    """The rule in one sentence; blip (terms * (options - 1),) is what each option but the first adds."""
    parts = blip.reshape(len(options) - 1, len(terms))
    if list(terms) == [INTERCEPT]:
        worth = [0.0, *(float(v) for v in parts[:, 0])]
        return f"choose {options[worth.index(max(worth))]} for everybody"
    if len(options) == 2:
        return _of_two(options, terms, parts[0])
    told = [f"{option}: {_sum(terms, row)}" for option, row in zip(options[1:], parts, strict=True)]
    return f"choose the option with the largest number; {options[0]}: 0; {'; '.join(told)}"


def _of_two(options: Sequence[str], terms: Sequence[str], blip: Floats) -> str:
    if len(terms) == 2 and terms[0] == INTERCEPT and ":" not in terms[1] and "[" not in terms[1] and blip[1] != 0:
        side = "above" if blip[1] > 0 else "below"
        return f"choose {options[1]} if {terms[1]} is {side} {-blip[0] / blip[1]:.3g}, else {options[0]}"
    return f"choose {options[1]} if {_sum(terms, blip)} is above 0, else {options[0]}"


def _sum(terms: Sequence[str], weights: Floats) -> str:
    parts = [f"{w:+.3g}" if term == INTERCEPT else f"{w:+.3g} {term}" for term, w in zip(terms, weights, strict=True)]
    return " ".join(parts).removeprefix("+")
