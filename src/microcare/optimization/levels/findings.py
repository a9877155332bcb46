"""What to change next in the program, and how sure that is: the numbers of both levels, read for a program's author.

A finding is *settled* where its adjusted p is below 0.01 (or its interval excludes anything that would matter), *likely*
below 0.05, and otherwise *open*: then it says what would settle it. The order is by what is most sure and matters most.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from microcare.optimization.levels.effects import ANY, Effects, Moderation, OptionEffect
from microcare.optimization.levels.estimates import Estimate
from microcare.optimization.levels.first import EventRow, InterventionRow, WordingRow
from microcare.optimization.levels.material import Material
from microcare.optimization.levels.second import FIRST, Sequences

SETTLED, LIKELY, OPEN = "settled", "likely", "open"
SURE = {
    SETTLED: "Settled: chance alone would hardly make this, also with all comparisons counted.",
    LIKELY: "Likely: one in twenty such results would come from chance alone.",
    OPEN: "Open: the data fit with an effect and with none.",
}
LOW = 0.5
"""A share below this is low."""


@dataclass(frozen=True)
class Finding:
    """One sentence on what to change (or keep), why, and how sure that is."""

    change: str
    why: str
    sure: str
    about: str
    weight: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {
            "change": self.change,
            "why": self.why,
            "sure": self.sure,
            "sure_means": SURE[self.sure],
            "about": self.about,
        }


def findings(
    material: Material,
    rows: list[InterventionRow],
    events: list[EventRow],
    told: Effects,
    words: list[WordingRow],
    order: Sequences,
    matters: float = 0.1,
) -> list[Finding]:
    """Everything worth a decision, the surest first; `matters` is the smallest effect that does, in standard deviations."""
    found = [
        *_options(material, told, matters),
        *_moderations(material, told),
        *_fading(material, told),
        *_order(material, order),
        *_words(material, words),
        *_engagement(material, rows, events),
    ]
    places = [SETTLED, LIKELY, OPEN]
    return sorted(found, key=lambda f: (places.index(f.sure), -f.weight))


def _sure(p: float | None) -> str:
    return OPEN if p is None or p >= 0.05 else SETTLED if p < 0.01 else LIKELY


def figures(e: Estimate, percent: bool = False) -> str:
    """A number with its interval, for people: 87 (51 to 124)."""
    if e.value is None or e.lower is None or e.upper is None:
        return e.caution or "not known"
    if percent:
        return f"{e.value:.0%} ({e.lower:.0%} to {e.upper:.0%})"
    return f"{e.value:.3g} ({e.lower:.3g} to {e.upper:.3g})".replace("-", "−")


def points(e: Estimate) -> str:
    """A difference of shares in percentage points."""
    if e.value is None or e.lower is None or e.upper is None:
        return e.caution or "not known"
    return f"{e.value * 100:+.0f} percentage points ({e.lower * 100:+.0f} to {e.upper * 100:+.0f})".replace("-", "−")


def _where(material: Material, intervention: str) -> str:
    return f" in “{material.title(intervention)}”" if intervention else ""


def _options(material: Material, told: Effects, matters: float) -> Iterator[Finding]:
    for one in told.options:
        several = sum(o.rule == one.rule and o.intervention == one.intervention for o in told.options) > 1
        if one.option == ANY and several:
            continue
        name, where = material.title(one.option), _where(material, one.intervention)
        against = "nothing" if one.against == "nothing" else f"“{material.title(one.against)}”"
        by = points(one.effect) if one.is_share else figures(one.effect)
        said = (
            f"Compared with {against} it changes the {one.measured} by {by}, where it is usually "
            f"{figures(one.usual, percent=one.is_share)}; {one.effect.persons} people, {one.effect.n} decision points."
        )
        p, size = one.p_adjusted, one.standardized
        sure = _sure(p)
        value = one.effect.value or 0.0
        if sure != OPEN and value > 0:
            yield Finding(f"Keep “{name}”{where}.", said, sure, one.option, 3 + abs(size.value or 0))
        elif sure != OPEN:
            yield Finding(
                f"Stop or change “{name}”{where}: it lowers what it is meant to raise.", said, sure, one.option, 5
            )
        elif size.known and max(abs(size.lower or 0), abs(size.upper or 0)) < matters:
            why = f"{said} Even the ends of the interval are below a tenth of the outcome's spread."
            yield Finding(
                f"Change or drop “{name}”{where}: if it does anything, it is too little to matter.",
                why,
                SETTLED,
                one.option,
                2,
            )
        else:
            yield Finding(
                f"Do not decide on “{name}”{where} yet.", f"{said} {_needed(one, matters)}", OPEN, one.option, 1
            )  # fmt: skip


def _needed(one: OptionEffect, matters: float) -> str:
    """How many people would settle it: the half-width shrinks with the root of their number."""
    size = one.standardized
    if size.lower is None or size.upper is None or size.upper <= size.lower:
        return ""
    half = (size.upper - size.lower) / 2
    need = round(one.effect.persons * (half / matters) ** 2)
    if need <= one.effect.persons:
        return "More people would move this little; a bolder version of it would tell more."
    return f"About {need} people like these would settle whether it reaches {matters:g} of the outcome's spread."


def _moderations(material: Material, told: Effects) -> Iterator[Finding]:
    for one in told.moderations:
        sure = _sure(one.p_adjusted)
        if sure == OPEN:
            continue
        known = [level for level in one.levels if level.effect.value is not None]
        best, worst = (f(known, key=lambda level: level.effect.value or 0.0) for f in (max, min))
        yield Finding(
            f"Give “{material.title(one.option)}” where {_reading(one, best.level)}, and less where {_reading(one, worst.level)}.",
            f"There its effect is {figures(best.effect)}, and here {figures(worst.effect)}.",
            sure, one.option, 2.5,
        )  # fmt: skip


def _reading(one: Moderation, level: str) -> str:
    name = one.characteristic.replace("person.", "").replace("signals.", "").replace("person_", "").replace("_", " ")
    return f"{name} is {level}"


def _fading(material: Material, told: Effects) -> Iterator[Finding]:
    for one in told.curves:
        if one.along == "dose_7d" or one.slope.p is None or one.slope.p >= 0.05 or one.slope.value is None:
            continue
        fades = one.slope.value < 0
        word = "fades" if fades else "grows"
        change = "vary it, or give it less often later" if fades else "it can begin gently and go on longer"
        yield Finding(
            f"“{material.title(one.option)}” {word} with time: {change}.",
            f"Its effect changes by {figures(one.slope)} each {'day' if one.along == 'day' else one.along}.",
            _sure(one.slope.p), one.option, 2,
        )  # fmt: skip


def _order(material: Material, order: Sequences) -> Iterator[Finding]:
    better = {t.before for t in order.transitions if _sure(t.p_adjusted) != OPEN and (t.effect.value or 0.0) > 0}
    for one in order.transitions:
        sure = _sure(one.p_adjusted)
        # Where one is recommended, the others need no word of their own.
        if sure == OPEN or one.effect.value is None or (one.effect.value < 0 and one.before in better):
            continue
        before = "first" if one.before == FIRST else f"after “{material.title(one.before)}”"
        rests = "" if one.drawn else " It was not drawn by chance, so this rests on a model."
        word = "Recommend" if one.effect.value > 0 else "Avoid"
        yield Finding(
            f"{word} “{material.title(one.after)}” {before}.",
            f"It then succeeds {figures(one.success, percent=True)} of the time, {points(one.effect)} compared with another "
            f"that could have followed; {one.persons} people, {one.n} times.{rests}",
            sure, one.after, 4 * abs(one.effect.value),
        )  # fmt: skip
    told: set[tuple[str, str]] = set()
    for who in sorted(order.for_whom, key=lambda w: -max(e.value or 0.0 for _, e in w.levels)):
        sure = _sure(who.p_adjusted)
        if sure == OPEN or (who.before, who.characteristic) in told:
            continue
        told.add((who.before, who.characteristic))
        best, worst = (f(who.levels, key=lambda pair: pair[1].value or 0.0) for f in (max, min))
        before = "first" if who.before == FIRST else f"after “{material.title(who.before)}”"
        yield Finding(
            f"“{material.title(who.after)}” {before} is for some: recommend it to people with “{who.characteristic.replace('_', ' ')}: {best[0]}”.",
            f"For them its success is {points(best[1])} compared with another that could follow; for “{worst[0]}” it is {points(worst[1])}.",
            sure, who.after, 3.5,
        )  # fmt: skip


def _words(material: Material, words: list[WordingRow]) -> Iterator[Finding]:
    for one in words:
        sure = _sure(None if one.effect.p is None else min(1.0, one.effect.p * len(words)))
        if sure == OPEN or one.effect.value is None:
            continue
        better, other = (one.wording, one.against) if one.effect.value > 0 else (one.against, one.wording)
        yield Finding(
            f"Tell the {one.part} as “{better}”, not as “{other}”.",
            f"It changes {one.outcome} by {figures(one.effect)}; {one.effect.persons} people.", sure, one.part, 1.5,
        )  # fmt: skip


def _engagement(material: Material, rows: list[InterventionRow], events: list[EventRow]) -> Iterator[Finding]:
    for one in events:
        name, where = material.title(one.event), _where(material, one.intervention)
        opened, done = one.receptivity, one.completion
        if opened.upper is not None and opened.upper < LOW:
            why = f"It is opened {figures(opened, percent=True)} of the time; {one.people} people, {one.deliveries} deliveries."
            yield Finding(f"Bring “{name}”{where} at another moment, or another way.", why, SETTLED, one.event, 1)
        elif done.upper is not None and done.upper < LOW:
            why = f"It is opened {figures(opened, percent=True)} of the time, but done only {figures(done, percent=True)}."
            yield Finding(f"Ask for less in “{name}”{where}.", why, SETTLED, one.event, 1)
    for row in rows:
        left = row.disengaged
        if left.lower is not None and left.lower > 0.2:
            why = f"{figures(left, percent=True)} end because the person disengages; {row.people} people, {row.runs} times."
            yield Finding(f"Make “{row.title}” shorter or easier to begin.", why, SETTLED, row.intervention, 1)
