"""The report on level 1: each micro intervention and event, what it does soon after, for whom, where and when."""

from collections import Counter
from collections.abc import Iterator

from microcare.optimization.levels.analysis import Analysis
from microcare.optimization.levels.effects import ANY, LESS, LESS_OUTCOME, OTHERS, OptionEffect, OverTime
from microcare.optimization.levels.findings import reading
from microcare.optimization.levels.first import DESCRIBES
from microcare.optimization.levels.material import NOTHING
from microcare.optimization.levels.moderating import Moderation
from microcare.optimization.report import pictures
from microcare.optimization.report.pieces import Bar, figure, forest, percent, score, table, text

HEADS = ("Micro intervention", "Reach", "Opened", "Done", "Came to a success", "Disengaged", "Felt", "Ownership")
EVENT_HEADS = ("Event", "Delivered", "Opened", "Done", "Proximal outcome", "Felt")
BAND = (
    "The line is the effect, the band holds for the whole line at once (95%). It is drawn straight: the data decide how steep, "
    "not what shape. How many deliveries somebody had was not drawn by itself, so read change with dose as description."
)


def interventions(a: Analysis) -> Iterator[str]:
    """Each micro intervention, and each of its events."""
    if a.interventions:
        rows = [
            (
                f'{text(r.title)}<br><small class="soft">{r.people} people, {r.runs} times</small>', percent(r.reach),
                percent(r.receptivity), percent(r.completion), percent(r.success), percent(r.disengaged), score(r.felt),
                score(r.ownership),
            )
            for r in a.interventions
        ]  # fmt: skip
        yield figure(
            table("Each micro intervention", HEADS, rows),
            "Reach: the share of all people who had it. Opened and done: of what was delivered. Came to a success and disengaged: of "
            "the times it ended, where that is known. Felt and ownership: mean scores. In brackets the 95% interval, which counts what "
            f"one person did as belonging together; n is how many are known. {DESCRIBES}",
        )
    if a.events:
        names = Counter((r.intervention, a.material.title(r.event)) for r in a.events)
        listed = [
            (
                _event(a, r.intervention, r.event, names), f"{r.deliveries} <small>to {r.people} people</small>",
                percent(r.receptivity), percent(r.completion),
                percent(r.success) if r.success.known or not r.proximal.known else score(r.proximal), score(r.felt),
            )
            for r in a.events
        ]  # fmt: skip
        shown = figure(
            table("Each event", EVENT_HEADS, listed),
            f"One row an event. Proximal outcome: the share of successes, or its mean where no success is defined. {DESCRIBES}",
        )
        yield f"<details{' open' if len(a.events) <= 8 else ''}><summary>Each event ({len(a.events)})</summary>{shown}</details>"


def _event(a: Analysis, intervention: str, event: str, names: Counter[tuple[str, str]]) -> str:
    """An event's title, with its name where two have the same title."""
    title = a.material.title(event)
    named = f" ({event})" if names[intervention, title] > 1 else ""
    return f'{text(title)}{text(named)}<br><small class="soft">{text(a.material.title(intervention))}</small>'


def effects(a: Analysis) -> Iterator[str]:
    """What each option does, in rows of intervals."""
    groups: dict[tuple[str, str, str, str], list[OptionEffect]] = {}
    for one in a.effects.options:
        against = one.against if one.against in (NOTHING, OTHERS) else a.material.title(one.against)
        groups.setdefault((one.intervention, one.rule, one.measured, against), []).append(one)
    for (intervention, rule, measured, against), some in groups.items():
        if intervention:
            yield f'<h3>{text(a.material.title(intervention))} <span class="soft">({text(rule)})</span></h3>'
        is_share = some[0].is_share
        bars = [Bar(_named(a, o), o.effect, f"otherwise {usual(o)}", sure(o.p_adjusted)) for o in some]
        heads = ("Option", "percentage points" if is_share else f"change in the {measured}")
        yield figure(
            forest(bars, heads, 100 if is_share else 1),
            f"The difference in the {measured}, compared with {against}, with its 95% interval.{LESS if some[0].lower else ''} "
            "Colored: told apart from 0 with all comparisons counted.",
            some[0].assumption,
            [c for o in some for c in o.cautions],
        )


def _named(a: Analysis, one: OptionEffect) -> str:
    return "anything at all" if one.option == ANY else a.material.title(one.option)


def sure(p_adjusted: float | None) -> bool:
    """Whether something is told apart from nothing, with all comparisons of its kind counted."""
    return p_adjusted is not None and p_adjusted < 0.05


def usual(one: OptionEffect) -> str:
    """What is usual without it, in plain text."""
    value = one.usual.value
    return "not known" if value is None else f"{value:.0%}" if one.is_share else f"{value:.3g}"


def whom(a: Analysis) -> Iterator[str]:
    """Effects over days and doses, and by characteristics of the person and the moment."""
    # Days before doses: a change with time is what a schedule can answer.
    made = [_line(a, c) for c in sorted(a.effects.curves, key=lambda c: c.along == "dose_7d")]
    if made:
        yield f'<h3>With time and dose</h3><div class="charts">{"".join(made)}</div><p class="note">{BAND}</p>'
    ordered = sorted((m for m in a.effects.moderations if m.p_adjusted is not None), key=lambda m: m.p)
    clear = [m for m in ordered if (m.p_adjusted or 0) < 0.05]
    for m in clear:
        yield f"<h3>{text(_headed(a, m))}: it differs</h3>{_moderation(a, m)}"
    rest = [m for m in ordered if m not in clear]
    if rest:
        inner = "".join(f"<h3>{text(_headed(a, m))}</h3>{_moderation(a, m)}" for m in rest)
        yield f"<details><summary>Looked at, and no clear difference ({len(rest)})</summary>{inner}</details>"


def _line(a: Analysis, c: OverTime) -> str:
    name = a.material.title(c.option)
    places = {"dose_7d": "deliveries in the 7 days before", "day": "days since joining"}
    along = places.get(c.along, a.material.title(c.along))
    same = next((o for o in a.effects.options if (o.intervention, o.rule) == (c.intervention, c.rule)), None)
    scale, unit = (100, " (percentage points)") if same is not None and same.is_share else (1, "")
    measured = f"change in the {'outcome' if same is None else same.measured}{unit}"
    value, lower, upper = ([v * scale for v in part] for part in (c.value, c.lower, c.upper))
    drawn = pictures.curve(f"Effect of {name} over {along}", along, c.at, value, lower, upper)
    return (
        f"<figure><b>{text(name)}</b>: {c.word}<div class='note'>{text(measured)}</div>{drawn}"
        f"<figcaption>{c.persons} people, n {c.n}{'.' + LESS_OUTCOME if c.less else ''}</figcaption></figure>"
    )


def _headed(a: Analysis, m: Moderation) -> str:
    return f"{a.material.title(m.option)}, by {reading(m.characteristic)}"


def _moderation(a: Analysis, m: Moderation) -> str:
    is_share = any(
        o.is_share
        for o in a.effects.options
        if (o.intervention, o.rule, o.option) == (m.intervention, m.rule, m.option)
    )
    bars = [Bar(f"{reading(m.characteristic)}: {level.level}", level.effect) for level in m.levels]
    heads = ("", "percentage points") if is_share else ("", "effect")
    said = differs(m.p, m.p_adjusted, len(a.effects.moderations))
    return figure(forest(bars, heads, 100 if is_share else 1), said + (LESS_OUTCOME if m.lower else ""))


def differs(p: float, p_adjusted: float | None, count: int) -> str:
    """How often chance alone makes such a difference, in words."""
    also = (
        f" (p {p_adjusted:.2g} with all {count} such comparisons counted)"
        if p_adjusted is not None and count > 1
        else ""
    )
    return f"Were there no difference, chance alone would make one like this in {rate(p)} of such studies{also}."


def rate(p: float) -> str:
    """A small share in words."""
    return f"{p:.0%}" if p >= 0.01 else "fewer than 1%"
