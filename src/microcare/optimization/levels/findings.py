"""What to change next in the program, and how sure that is: the numbers of both levels, read for a program's author.

A finding is *settled* where its adjusted p is below 0.01, *likely* below 0.05, and otherwise *open*: then it says what would
settle it. That something is too little to matter is settled where the whole 99 % interval leaves out what matters, and likely
where the 95 % interval does. The order is by what is most sure and matters most; what must change so that the next analysis
can tell more comes last.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scipy import stats

from microcare.optimization.levels.effects import ANY, LESS, LESS_OUTCOME, OTHERS, Effects, OptionEffect
from microcare.optimization.levels.estimates import Estimate
from microcare.optimization.levels.first import WordingRow
from microcare.optimization.levels.material import NOTHING, Material
from microcare.optimization.levels.moderating import ByLevel, Moderation
from microcare.optimization.levels.second import ANY as ANYTHING
from microcare.optimization.levels.second import FIRST, Sequences, Transition

SETTLED, LIKELY, OPEN = "settled", "likely", "open"
SURE = {
    SETTLED: "Were it not so, chance alone would show this in fewer than 1 of 100 such studies, with all comparisons on this page counted.",
    LIKELY: "Were it not so, chance alone would show this in fewer than 1 of 20 such studies, but not in fewer than 1 of 100. "
    "Act where acting is cheap, and look again.",
    OPEN: "Chance alone could have made this. Wait, and learn more.",
}


@dataclass(frozen=True)
class Finding:
    """One sentence on what to change (or keep), why, and how sure that is."""

    change: str
    why: str
    sure: str
    about: str
    weight: float = 0.0
    means: str = ""
    """What its being sure means, where that is not as in `SURE`."""

    @property
    def sure_means(self) -> str:
        """How sure that is, in a sentence."""
        return self.means or SURE[self.sure]

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {name: getattr(self, name) for name in ("change", "why", "sure", "sure_means", "about")}


def findings(
    material: Material,
    told: Effects,
    words: list[WordingRow],
    order: Sequences,
    engaged: Sequence[tuple[Finding, float]] = (),
    matters: float = 0.1,
    share: float = 1.0,
) -> list[Finding]:
    """Everything worth a decision, the surest first.

    Args:
        material: the tables.
        told, words, order: with p-values that count all of the page.
        engaged: findings on engagement with such p-values.
        matters: the smallest effect that does, in standard deviations.
        share: each option's share of the page's rate.
    """
    found = [
        *_options(material, told, matters, share),
        *_moderations(material, told),
        *_fading(material, told),
        *_order(material, order),
        *_words(material, words),
        *_engagement(engaged),
        *_learning(material, told, order),
    ]
    places = [SETTLED, LIKELY, OPEN]
    return sorted(found, key=lambda f: (places.index(f.sure), -f.weight))


def _engagement(engaged: Sequence[tuple[Finding, float]]) -> Iterator[Finding]:
    for finding, p in engaged:
        if _sure(p) != OPEN:
            means = f"{SURE[_sure(p)]} What would change it was not tried: let chance decide between two ways."
            yield replace(finding, sure=_sure(p), means=means)


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


def reading(name: str) -> str:
    """A characteristic's column as people read it."""
    for start in ("x_", "person.", "signals.", "person_"):
        name = name.removeprefix(start)
    return {"dose_7d": "deliveries in the 7 days before"}.get(name, name.replace("_", " "))


def where(material: Material, intervention: str) -> str:
    """In which micro intervention, in words; nothing where none is named."""
    return f" in “{material.title(intervention)}”" if intervention else ""


def _said(material: Material, one: OptionEffect) -> str:
    """What an option does, with everything that must be known with it."""
    other = {NOTHING: "nothing", OTHERS: OTHERS}.get(one.against, f"“{material.title(one.against)}”")
    by = points(one.effect) if one.is_share else figures(one.effect)
    usual, value = one.usual.value, one.effect.value
    share = ""
    if not one.is_share and usual is not None and usual > 0 and value is not None and _sure(one.p_adjusted) != OPEN:
        share = f", so this is {abs(value / usual):.0%} {'more' if value > 0 else 'less'}"
    return (
        f"Compared with {other}, “{material.title(one.option)}” changes the {one.measured} by {by}; otherwise it is "
        f"{figures(one.usual, one.is_share)}{share}. "
        f"{one.effect.persons} people, {one.effect.n} decision points.{LESS if one.lower else ''}"
    )


def _options(material: Material, told: Effects, matters: float, share: float) -> Iterator[Finding]:
    for one in told.options:
        several = sum(o.rule == one.rule and o.intervention == one.intervention for o in told.options) > 1
        if one.option == ANY and several:
            continue
        what = f"“{material.title(one.option)}”{where(material, one.intervention)}"
        said, sure, size = _said(material, one), _sure(one.p_adjusted), one.standardized
        small = _small(size, matters, share)
        if sure != OPEN and one.helps:
            instead = "" if one.against == NOTHING else f" rather than {_other(material, one)}"
            yield Finding(f"Keep {what}{instead}.", said, sure, one.option, 3 + abs(size.value or 0))
        elif sure != OPEN:
            if one.against == NOTHING:
                change = f"Stop or change {what}: it {'raises what it is meant to lower' if one.lower else 'lowers what it is meant to raise'}."
            else:
                change = f"Prefer {_other(material, one)} to {what}."
            yield Finding(change, said, sure, one.option, 5)
        elif small is not None:
            why = f"{said} Its whole interval is within ±{_least(one, matters)}, the least that was said to matter."
            means = (
                f"With all comparisons on this page counted, the whole {99 if small == SETTLED else 95} % interval is too near to nothing to "
                "matter, for this outcome: what it does before or beside it is not seen here."
            )
            change = f"Change {what}, or measure nearer to it: on average it does too little for the {one.measured}."
            yield Finding(change, why, small, one.option, 2, means)
        else:
            why = f"{said} {_needed(one, matters)}".strip()
            yield Finding(
                f"Do not decide on {what} yet.",
                why,
                OPEN,
                one.option,
                1,
                "The data fit with an effect that matters and with none.",
            )


def _other(material: Material, one: OptionEffect) -> str:
    return "other options" if one.against == OTHERS else f"“{material.title(one.against)}”"


def _small(size: Estimate, matters: float, share: float) -> str | None:
    """How sure it is that an effect is too little to matter, with the page's other comparisons counted; None where it is not."""
    if size.value is None or size.lower is None or size.upper is None or size.persons < 3 or share <= 0:
        return None
    error = (size.upper - size.lower) / 2 / float(stats.t.ppf(0.975, size.persons - 1))
    if not error > 0:
        return None
    p = 2 * float(stats.t.sf((matters - abs(size.value)) / error, size.persons - 1)) / share
    return None if _sure(p) == OPEN else _sure(p)


def _least(one: OptionEffect, matters: float) -> str:
    """The smallest effect that matters, in the outcome's own unit."""
    size, effect = one.standardized, one.effect
    assert size.upper is not None and size.lower is not None and effect.upper is not None and effect.lower is not None
    least = matters * (effect.upper - effect.lower) / (size.upper - size.lower)
    return f"{least * 100:.1f} percentage points" if one.is_share else f"{least:.3g}"


def _needed(one: OptionEffect, matters: float) -> str:
    """How many people would show the smallest effect that matters in four of five such studies."""
    size = one.standardized
    if size.lower is None or size.upper is None or size.upper <= size.lower:
        return ""
    error = (size.upper - size.lower) / 2 / float(stats.t.ppf(0.975, max(one.effect.persons - 1, 1)))
    need = round(one.effect.persons * (float(stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) * error / matters) ** 2)
    if need <= one.effect.persons:
        return f"If it helps, it is not by much: as many people as here would most likely have shown {_least(one, matters)}."
    return f"About {need} people like these would show an effect of {_least(one, matters)} in four of five studies."


def _moderations(material: Material, told: Effects) -> Iterator[Finding]:
    for one in told.moderations:
        sure = _sure(one.p_adjusted)
        if sure == OPEN:
            continue
        known = [level for level in one.levels if level.effect.value is not None]
        best, worst = (f(known, key=lambda level: level.effect.value or 0.0) for f in _ends(one.lower))
        yield Finding(
            f"Give “{material.title(one.option)}” where {_reading(one, best.level)}, and less where {_reading(one, worst.level)}.",
            f"There its effect is {figures(best.effect)} ({best.effect.persons} people, n {best.effect.n}), and here "
            f"{figures(worst.effect)} ({worst.effect.persons} people, n {worst.effect.n}).{LESS_OUTCOME if one.lower else ''}",
            sure, one.option, 2.5,
        )  # fmt: skip


def _ends(lower: bool) -> tuple[Callable[..., ByLevel], Callable[..., ByLevel]]:
    """What finds the best, and what finds the worst."""
    return (min, max) if lower else (max, min)


def _reading(one: Moderation, level: str) -> str:
    return f"{reading(one.characteristic)} is {level}"


def _fading(material: Material, told: Effects) -> Iterator[Finding]:
    for one in told.curves:
        sure = _sure(one.p_adjusted)
        if one.along == "dose_7d" or sure == OPEN or one.slope.value is None:
            continue
        fades = one.fades
        word = "fades" if fades else "grows"
        change = "vary it, or give it less often later" if fades else "it can begin gently and go on longer"
        yield Finding(
            f"“{material.title(one.option)}” {word} with time: {change}.",
            f"Its effect changes by {figures(one.slope)} each {'day' if one.along == 'day' else material.title(one.along)}; "
            f"{one.persons} people, n {one.n}. That another schedule is better was not tried.{LESS_OUTCOME if one.less else ''}",
            sure, one.option, 2,
        )  # fmt: skip


def _before(material: Material, before: str) -> str:
    places = {FIRST: "first", ANYTHING: "more often, whatever came before"}
    return places.get(before, f"after “{material.title(before)}”")


def _order(material: Material, order: Sequences) -> Iterator[Finding]:
    sure = [t for t in order.transitions if t.claims and _sure(t.p_adjusted) != OPEN]
    better = {t.before for t in sure if (t.effect.value or 0.0) > 0}
    in_pairs = {t.after for t in sure if t.before != ANYTHING}
    for one in sure:
        value = one.effect.value
        # Where one is recommended, the others need no word of their own; nor does what a pair says more exactly.
        if value is None or (value < 0 and one.before in better) or (one.before == ANYTHING and one.after in in_pairs):
            continue
        yield _next(material, one, value)
    yield from _for_some(material, order)


def _next(material: Material, one: Transition, value: float) -> Finding:
    before = _before(material, one.before)
    if value < 0 and one.before == ANYTHING:
        before = "less often, whatever came before"
    word = "Recommend" if value > 0 or one.before == ANYTHING else "Avoid"
    return Finding(
        f"{word} “{material.title(one.after)}” {before}.",
        f"It then succeeds {figures(one.success, percent=True)} of the time, {points(one.effect)} compared with another "
        f"that could have followed; {one.persons} people, {one.n} times.",
        _sure(one.p_adjusted), one.after, 4 * abs(value),
    )  # fmt: skip


def _for_some(material: Material, order: Sequences) -> Iterator[Finding]:
    told: set[tuple[str, str]] = set()
    for who in sorted(order.for_whom, key=lambda w: -max(e.value or 0.0 for _, e in w.levels)):
        sure = _sure(who.p_adjusted)
        if sure == OPEN or not who.alike or who.before == ANYTHING or (who.before, who.characteristic) in told:
            continue
        told.add((who.before, who.characteristic))
        best, worst = (f(who.levels, key=lambda pair: pair[1].value or 0.0) for f in (max, min))
        name = reading(who.characteristic)
        others = f", and not where it is “{worst[0]}”" if worst[1].upper is not None and worst[1].upper < 0 else ""
        yield Finding(
            f"Recommend “{material.title(who.after)}” {_before(material, who.before)} where “{name}” is “{best[0]}”{others}.",
            f"There it changes how often it succeeds by {points(best[1])}, compared with another that could follow "
            f"({best[1].persons} people, n {best[1].n}); "
            f"for “{worst[0]}” it is {points(worst[1])} ({worst[1].persons} people, n {worst[1].n}).",
            sure, who.after, 3.5,
        )  # fmt: skip


def _words(material: Material, words: list[WordingRow]) -> Iterator[Finding]:
    for one in words:
        sure = _sure(one.p_adjusted)
        if sure == OPEN or one.effect.value is None:
            continue
        better, other = (one.wording, one.against) if one.effect.value > 0 else (one.against, one.wording)
        yield Finding(
            f"Tell the {one.part} as “{better}”, not as “{other}”.",
            f"It changes {one.outcome} by {figures(one.effect)}; {one.effect.persons} people.", sure, one.part, 1.5,
        )  # fmt: skip


LEARN = "This is no result, but what the next analysis needs."


def _learning(material: Material, told: Effects, order: Sequences) -> Iterator[Finding]:
    """What must change so that the next analysis can tell more."""
    if told.unasked:
        named = [f"“{material.title(i)}”" for i in dict.fromkeys(i for i, _ in told.unasked) if i]
        names = ", ".join(named) or "these data"
        yield Finding(
            f"To learn whether anything in {names} works, find out how it goes also when nothing is sent.",
            "The proximal outcome is known only where something was given, so options can be compared with each other but not with "
            "nothing. A signal, or a question that is asked either way, would tell.",
            OPEN, told.unasked[0][0], 0.5, LEARN,
        )  # fmt: skip
    if not told.options and told.untold:
        reasons = "; ".join(dict.fromkeys(why for _, why in told.untold))
        yield Finding(
            "Nothing can be said yet about what an event does.", f"The reason: {reasons}.", OPEN, "effects", 0.6, LEARN
        )
    if not told.options and not told.untold and not told.unasked:
        yield Finding(
            "To learn what an event does, let chance decide at one decision rule: give its options probabilities.",
            "At no decision point was anything drawn with a known probability, so the data describe what came after and cannot tell what made it.",
            OPEN, "design", 0.5, LEARN,
        )  # fmt: skip
    drawn = [t for t in order.transitions if t.drawn and t.effect.known]
    if drawn and not any(t.alike for t in drawn):
        yield Finding(
            "To learn which micro intervention helps more, judge those that answer one need by one measure and one limit.",
            "What followed was drawn, but each is judged by its own success, or by a criterion that these data do not tell, so a difference "
            "between two of them may be one of criteria. Analyze with the program, which says them.",
            OPEN, "outcome", 0.45, LEARN,
        )  # fmt: skip
    later = [t for t in order.transitions if t.before not in (FIRST, ANYTHING)]
    if later and not any(t.drawn for t in later):
        yield Finding(
            "To learn what should follow what, let the recommender draw among near-equals (`recommend: near`).",
            "What followed was always the first in rank, so its success cannot be told apart from whom it was recommended to.",
            OPEN, "recommend", 0.4, LEARN,
        )  # fmt: skip
