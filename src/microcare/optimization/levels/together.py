"""All comparisons of a page together: one false-alarm rate, whatever kinds of findings it has.

Half of the rate is for what the options do, the rest is shared by the other kinds that a page has, and inside a kind by its
comparisons. A comparison that is told apart hands its share on (the weighted procedure of Holm 1979), so that of pages
on which nothing is so, at most the stated share says of anything that it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from microcare.optimization.levels.effects import Effects
from microcare.optimization.levels.first import WordingRow
from microcare.optimization.levels.second import Sequences
from microcare.optimization.multiplicity import weighted

OPTIONS = 0.5
"""The options' share of the rate, where a page has other kinds too."""


@dataclass(frozen=True)
class Together:
    """The kinds of comparisons with p-values that count all of the page, and each option's own share of the rate."""

    effects: Effects
    words: tuple[WordingRow, ...]
    order: Sequences
    engagement: tuple[float, ...]
    share: float


def counted(effects: Effects, words: Sequence[WordingRow], order: Sequences, engagement: Sequence[float]) -> Together:
    """The same, with every p-value adjusted for all comparisons from which this page makes findings."""
    kinds: list[list[float | None]] = [
        [o.effect.p for o in effects.options],
        [m.claim for m in effects.moderations],
        [c.claim for c in effects.curves],
        [w.effect.p for w in words],
        [t.effect.p if t.claims else None for t in order.transitions],
        [w.p if w.alike else None for w in order.for_whom],
        list(engagement),
    ]
    sizes = [sum(p is not None for p in kind) for kind in kinds]
    others = sum(size > 0 for size in sizes[1:])
    first = 0.0 if not sizes[0] else OPTIONS if others else 1.0
    shares = [first, *((1 - first) / others if size else 0.0 for size in sizes[1:])]
    listed = [
        (p, share / size) for kind, share, size in zip(kinds, shares, sizes, strict=True) for p in kind if p is not None
    ]
    fixed = iter(weighted([p for p, _ in listed], [w for _, w in listed]).tolist() if listed else [])
    made = [[None if p is None else next(fixed) for p in kind] for kind in kinds]
    options, moderations, curves, told, transitions, whom, engaged = made
    return Together(
        replace(
            effects,
            options=tuple(replace(o, p_adjusted=p) for o, p in zip(effects.options, options, strict=True)),
            moderations=tuple(replace(m, p_adjusted=p) for m, p in zip(effects.moderations, moderations, strict=True)),
            curves=tuple(replace(c, p_adjusted=p) for c, p in zip(effects.curves, curves, strict=True)),
        ),
        tuple(replace(w, p_adjusted=p) for w, p in zip(words, told, strict=True)),
        replace(
            order,
            transitions=tuple(replace(t, p_adjusted=p) for t, p in zip(order.transitions, transitions, strict=True)),
            for_whom=tuple(replace(w, p_adjusted=p) for w, p in zip(order.for_whom, whom, strict=True)),
        ),
        tuple(p for p in engaged if p is not None),
        shares[0] / sizes[0] if sizes[0] else 0.0,
    )  # fmt: skip
