"""The report on level 2: which micro intervention after which, and for whom."""

from collections.abc import Iterator

from microcare.optimization.levels.analysis import Analysis
from microcare.optimization.levels.findings import reading
from microcare.optimization.levels.second import ANY, FIRST, ForWhom, Transition
from microcare.optimization.report import pictures
from microcare.optimization.report.first import differs, sure
from microcare.optimization.report.pieces import Bar, figure, forest, text

MOST_LINKS = 40
"""A flow of more links is a tangle: then it shows the most frequent ones, and says so."""


def sequence(a: Analysis) -> Iterator[str]:
    """What followed what, what each does after each, and for whom."""
    later = [t for t in a.sequences.transitions if t.before not in (FIRST, ANY)]
    if not later:
        return
    title = a.material.title
    shown = sorted(later, key=lambda t: -t.n)[:MOST_LINKS]
    links = [(title(t.before), title(t.after), t.n, _kind(t)) for t in later if t in shown]
    left_out = f" The {len(shown)} most frequent of {len(later)} pairs are shown." if len(shown) < len(later) else ""
    yield figure(
        pictures.flow("Which micro intervention followed which", links),
        f"Left: what ended. Right: what began next. Thicker is more often; {sum(t.n for t in later)} times in all.{left_out} "
        "Green: it does better there than what else could follow. Red: worse. Grey: no clear difference, or not known.",
    )
    yield from _pairs(a, later)
    anywhere = sorted(
        (t for t in a.sequences.transitions if t.before == ANY and t.effect.known), key=lambda t: -(t.effect.value or 0)
    )
    if anywhere:
        bars = [Bar(title(t.after), t.effect, _succeeds(t), sure(t.p_adjusted)) for t in anywhere]
        yield "<h3>Whatever came before</h3>" + _figure(bars, anywhere)
    yield from _for_whom(a)


def _pairs(a: Analysis, later: list[Transition]) -> Iterator[str]:
    title = a.material.title
    known = sorted((t for t in later if t.effect.known), key=lambda t: (title(t.before), -(t.effect.value or 0)))
    if known:
        bars = [Bar(f"{title(t.before)} → {title(t.after)}", t.effect, _succeeds(t), sure(t.p_adjusted)) for t in known]
        yield "<h3>After a certain one</h3>" + _figure(bars, known)
    else:
        yield (
            '<p class="caution">For no pair can an effect be told: each was seen too few times. What it takes is at the end of this page.</p>'
        )


def _figure(bars: list[Bar], some: list[Transition]) -> str:
    unknown = sum(t.unknown for t in some)
    cautions = [f"{unknown} of {sum(t.n for t in some)} have no outcome and are left out"] if unknown else []
    return figure(
        forest(bars, ("What follows", "percentage points more success"), 100),
        "The difference in the share that comes to a success, compared with another one that could have followed, with its 95% interval. "
        "Colored: told apart from 0 with all comparisons counted.",
        " ".join(dict.fromkeys(t.assumption for t in some)),
        cautions,
    )


def _succeeds(t: Transition) -> str:
    return f"then {t.success.value:.0%} succeed" if t.success.value is not None else ""


def _kind(t: Transition) -> str:
    if t.effect.value is None or not sure(t.p_adjusted):
        return "even"
    return "good" if t.effect.value > 0 else "poor"


def _for_whom(a: Analysis) -> Iterator[str]:
    ordered = sorted(a.sequences.for_whom, key=lambda w: w.p)
    clear = [w for w in ordered if w.p_adjusted is not None and w.p_adjusted < 0.05]
    for who in clear:
        yield f"<h3>{text(_headed(a, who))}: it differs</h3>{_one(a, who)}"
    rest = [w for w in ordered if w not in clear]
    if rest:
        inner = "".join(f"<h3>{text(_headed(a, w))}</h3>{_one(a, w)}" for w in rest)
        yield f"<details><summary>Looked at, and no clear difference ({len(rest)})</summary>{inner}</details>"


def _headed(a: Analysis, who: ForWhom) -> str:
    places = {FIRST: "as the first", ANY: "whatever came before"}
    before = places.get(who.before, f"after {a.material.title(who.before)}")
    return f"{a.material.title(who.after)} {before}, by {reading(who.characteristic)}"


def _one(a: Analysis, who: ForWhom) -> str:
    bars = [Bar(f"{reading(who.characteristic)}: {level}", e) for level, e in who.levels]
    return figure(
        forest(bars, ("", "percentage points"), 100), differs(who.p, who.p_adjusted, len(a.sequences.for_whom))
    )
