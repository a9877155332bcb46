"""The report: one HTML page without any request to elsewhere, that begins with what to change next."""

from collections.abc import Iterator

from microcare.optimization.levels.analysis import Analysis
from microcare.optimization.levels.effects import ANY, ASSUMPTION, OptionEffect
from microcare.optimization.levels.findings import OPEN, SURE
from microcare.optimization.levels.first import DESCRIBES, NARRATIVE, WordingRow
from microcare.optimization.levels.second import FIRST, Transition
from microcare.optimization.report import pictures
from microcare.optimization.report.pieces import Bar, figure, forest, interval, percent, table, text
from microcare.optimization.report.style import STYLE

BADGES = {"settled": "Settled", "likely": "Likely", "open": "Open"}
READING = (
    ("An interval", "is what the data can tell: the value is most likely inside it. A short interval is much knowledge, a long one little."),
    ("The line at 0", "is no effect. An interval that crosses it fits with an effect and with none."),
    ("n", "counts decision points, deliveries or runs; what makes an interval short is mostly how many people there are."),
    ("Many comparisons", "were made. “Settled” and “likely” count all of one kind together, so that chance alone seldom makes one."),
    ("Percentage points", "are differences of shares: from 40 % to 55 % is +15."),
)  # fmt: skip


def page(analysis: Analysis, title: str, files: list[str]) -> str:
    """The whole page.

    Args:
        analysis: from `levels.analysis.analyze`.
        title: the page's title.
        files: the names of the files with the same numbers.
    """
    sections = [
        ("next", "What to change next, and how sure that is", "".join(_next(analysis))),
        ("interventions", "Each micro intervention", "".join(_interventions(analysis))),
        ("effects", "What it does soon after", "".join(_effects(analysis))),
        ("whom", "For whom, where and when", "".join(_whom(analysis))),
        ("sequence", "Which after which", "".join(_sequence(analysis))),
        ("narrative", "What the narrative adds", "".join(_narrative(analysis))),
        ("burden", "What it asks of people", "".join(_burden(analysis))),
        ("limits", "What could not be told", "".join(_limits(analysis, files))),
    ]
    there = [(name, head, body) for name, head, body in sections if body]
    links = "".join(f'<a href="#{name}">{text(head.split(",")[0])}</a> ' for name, head, _ in there)
    body = "".join(f'<section id="{name}"><h2>{text(head)}</h2>{inner}</section>' for name, head, inner in there)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{text(title)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark">'
        f'<style>{STYLE}</style></head><body>{_header(analysis, title)}<main><nav aria-label="Contents">{links}</nav>{body}</main></body></html>\n'
    )


def _header(a: Analysis, title: str) -> str:
    when = f", {a.first_day} to {a.last_day}" if a.first_day else ""
    synthetic = (
        '<p><span class="tag likely">Virtual people: this says nothing about real ones</span></p>'
        if a.material.synthetic
        else ""
    )
    points = f", {a.points:,} decision points" if a.points else ""
    return (
        f'<header><h1>{text(title)}</h1><p class="soft">{a.people} people{points}{when}. From {text(a.material.source)}.</p>'
        f"{synthetic}</header>"
    )


def _next(a: Analysis) -> Iterator[str]:
    shown = [f for f in a.findings if f.sure != OPEN]
    waiting = [f for f in a.findings if f.sure == OPEN]
    if not shown:
        yield "<p><b>Nothing is sure enough yet to change the program for.</b> What is open, and what would settle it:</p>"
    for group, open_ in ((shown, False), (waiting, True)):
        items = "".join(
            f'<li class="is-{f.sure}"><span class="tag {f.sure}" title="{text(SURE[f.sure])}">{BADGES[f.sure]}</span>'
            f"<b>{text(f.change)}</b><p>{text(f.why)}</p></li>"
            for f in group
        )
        if not items:
            continue
        if open_ and shown:
            yield f'<details><summary>Still open ({len(group)})</summary><ol class="changes">{items}</ol></details>'
        else:
            yield f'<ol class="changes">{items}</ol>'
    words = "".join(f'<dt><span class="tag {k}">{BADGES[k]}</span></dt><dd>{text(v)}</dd>' for k, v in SURE.items())
    reading = "".join(f"<dt><b>{text(k)}</b></dt><dd>{text(v)}</dd>" for k, v in READING)
    yield f"<details><summary>How to read this page</summary><dl>{words}{reading}</dl></details>"


def _interventions(a: Analysis) -> Iterator[str]:
    if a.interventions:
        heads = (
            "Micro intervention",
            "Reach",
            "Opened",
            "Done",
            "Came to a success",
            "Disengaged",
            "Felt",
            "Ownership",
        )
        rows = [
            (
                f"{text(r.title)}<br><small class=\"soft\">{r.people} people, {r.runs} times</small>", percent(r.reach),
                percent(r.receptivity), percent(r.completion), percent(r.success), percent(r.disengaged), interval(r.felt) or "not asked",
                interval(r.ownership) or "not asked",
            )
            for r in a.interventions
        ]  # fmt: skip
        yield figure(
            table(heads, rows),
            "Reach: the share of all people who had it. Opened and done: of what was delivered. Felt: how it felt, mean score. "
            f"In brackets the 95% interval; decision points of one person are counted as belonging together. {DESCRIBES}",
        )
    if a.events:
        columns = ("Event", "Delivered", "Opened", "Done", "Proximal success", "Felt")
        listed = [
            (
                f'{text(a.material.title(r.event))}<br><small class="soft">{text(a.material.title(r.intervention))}</small>',
                f"{r.deliveries} <small>to {r.people} people</small>", percent(r.receptivity), percent(r.completion),
                percent(r.success) if r.success.known else (interval(r.proximal) or '<span class="soft">not measured</span>'),
                interval(r.felt) or '<span class="soft">not asked</span>',
            )
            for r in a.events
        ]  # fmt: skip
        shown = figure(
            table(columns, listed),
            f"One row an event. Where no success is defined, the mean of its proximal outcome. {DESCRIBES}",
        )
        yield f"<details{' open' if len(a.events) <= 8 else ''}><summary>Each event ({len(a.events)})</summary>{shown}</details>"


def _named(a: Analysis, one: OptionEffect) -> str:
    return "anything at all" if one.option == ANY else a.material.title(one.option)


def _effects(a: Analysis) -> Iterator[str]:
    groups: dict[tuple[str, str, str, str], list[OptionEffect]] = {}
    for one in a.effects.options:
        groups.setdefault((one.intervention, one.rule, one.measured, one.against), []).append(one)
    for (intervention, rule, measured, against), some in groups.items():
        if intervention:
            yield f'<h3>{text(a.material.title(intervention))} <span class="soft">({text(rule)})</span></h3>'
        is_share = some[0].is_share
        bars = [Bar(_named(a, o), o.effect, f"usually {usual(o)}") for o in some]
        yield figure(
            forest(
                bars,
                ("Option", "percentage points" if is_share else f"change in the {measured}"),
                100 if is_share else 1,
            ),
            f"The difference in the {measured}, compared with {a.material.title(against)}, with its 95% interval.",
            ASSUMPTION,
            [c for o in some for c in o.cautions],
        )


def usual(one: OptionEffect) -> str:
    """What is usual without it, in plain text."""
    value = one.usual.value
    return "not known" if value is None else f"{value:.0%}" if one.is_share else f"{value:.3g}"


def _whom(a: Analysis) -> Iterator[str]:
    curves = [c for c in a.effects.curves if c.along != "dose_7d"] + [
        c for c in a.effects.curves if c.along == "dose_7d"
    ]
    made = []
    for c in curves:
        name, along = (
            a.material.title(c.option),
            "deliveries in the last 7 days"
            if c.along == "dose_7d"
            else "days since joining"
            if c.along == "day"
            else c.along,
        )
        word = (
            "no clear change"
            if c.slope.p is None or c.slope.p >= 0.05
            else "it fades"
            if (c.slope.value or 0) < 0
            else "it grows"
        )
        drawn = pictures.curve(f"Effect of {name} over {along}", along, c.at, c.value, c.lower, c.upper)
        made.append(
            f"<figure><b>{text(name)}</b>: {word}{drawn}<figcaption>{c.persons} people, n {c.n}</figcaption></figure>"
        )
    if made:
        yield "<h3>With time and dose</h3>" + f'<div class="charts">{"".join(made)}</div>'
        yield (
            '<p class="note">The line is the effect, the band holds for the whole line at once (95%). It is drawn straight: the data decide '
            "how steep, not what shape. How many deliveries somebody had was not drawn by itself; read change with dose as description.</p>"
        )
    for m in sorted(a.effects.moderations, key=lambda m: m.p):
        if m.p_adjusted is None:
            continue
        name = m.characteristic.replace("person_", "").replace("_", " ")
        clear = m.p_adjusted < 0.05
        shown = figure(
            forest([Bar(f"{name}: {level.level}", level.effect) for level in m.levels], ("", "effect")),
            f"p for a difference {m.p:.2g}, {m.p_adjusted:.2g} with all {len(a.effects.moderations)} such comparisons counted.",
        )
        head = f"{a.material.title(m.option)}, by {name}: {'it differs' if clear else 'no clear difference'}"
        yield f"<details{' open' if clear else ''}><summary>{text(head)}</summary>{shown}</details>"


def _kind(t: Transition) -> str:
    if t.p_adjusted is None or t.p_adjusted >= 0.05 or t.effect.value is None:
        return "even"
    return "good" if t.effect.value > 0 else "poor"


def _sequence(a: Analysis) -> Iterator[str]:
    every = a.sequences.transitions
    later = [t for t in every if t.before != FIRST]
    if not later:
        return
    title = a.material.title
    links = [(title(t.before), title(t.after), t.n, _kind(t)) for t in later]
    yield figure(
        pictures.flow("Which micro intervention followed which", links),
        f"Left: what ended. Right: what began next. Thicker is more often; {sum(t.n for t in later)} times in all. "
        "Green: it does better there than what else could follow. Red: worse. Grey: no clear difference.",
    )
    bars = [
        Bar(
            f"{title(t.after)}",
            t.effect,
            f"after {title(t.before)}; succeeds {t.success.value:.0%}" if t.success.value is not None else "",
        )
        for t in sorted(later, key=lambda t: (t.before, -(t.effect.value or -9)))
        if t.effect.known
    ]
    unknown = sum(t.unknown for t in later)
    cautions = [f"{unknown} of {sum(t.n for t in later)} have no outcome and are left out"] if unknown else []
    if bars:
        yield figure(
            forest(bars, ("What follows", "percentage points more success"), 100),
            "The difference in the share that comes to a success, compared with another one that could have followed.",
            " ".join(dict.fromkeys(t.assumption for t in later if t.effect.known)),
            cautions,
        )
    for who in sorted(a.sequences.for_whom, key=lambda w: w.p):
        clear = who.p_adjusted is not None and who.p_adjusted < 0.05
        name = who.characteristic.replace("_", " ")
        shown = figure(
            forest([Bar(f"{name}: {level}", e) for level, e in who.levels], ("", "percentage points"), 100),
            f"p for a difference {who.p:.2g}, {who.p_adjusted or 1:.2g} with all {len(a.sequences.for_whom)} such comparisons counted.",
        )
        head = f"{title(who.after)} after {title(who.before)}, by {name}: {'it differs' if clear else 'no clear difference'}"
        yield f"<details{' open' if clear else ''}><summary>{text(head)}</summary>{shown}</details>"


def _narrative(a: Analysis) -> Iterator[str]:
    for outcome in ("success", "ownership"):
        rows = [w for w in a.wordings if w.outcome == outcome]
        if rows:
            scale = 100 if outcome == "success" else 1
            unit = "percentage points" if outcome == "success" else "score"
            yield figure(
                forest([_wording(w) for w in rows], ("Wording", unit), scale),
                f"What one wording does to {outcome}, compared with another.", NARRATIVE,
            )  # fmt: skip


def _wording(w: WordingRow) -> Bar:
    return Bar(f"{w.part}: {w.wording}", w.effect, f"instead of {w.against}; {w.intervention}")


def _burden(a: Analysis) -> Iterator[str]:
    if not a.weeks:
        return
    names = [str(w.week) for w in a.weeks]

    def drawn(title: str, values: list[tuple[float, float, float]]) -> str:
        value, low, high = zip(*values, strict=True)
        return f"<figure><b>{text(title)}</b>{pictures.bars(title, 'week of the program', names, value, low, high)}</figure>"

    prompts = [(w.prompts.value or 0.0, w.prompts.lower or 0.0, w.prompts.upper or 0.0) for w in a.weeks]
    opened = [(w.opened.value or 0.0, w.opened.lower or 0.0, w.opened.upper or 0.0) for w in a.weeks]
    yield f'<div class="charts">{drawn("Prompts a person and week", prompts)}{drawn("Share of them opened", opened)}</div>'
    first, last = a.weeks[0], a.weeks[-1]
    yield (
        f'<p class="note">{first.people} people in week {first.week}, {last.people} in week {last.week}. Whiskers are 95% intervals. Those who '
        "are still there may differ from those who left.</p>"
    )


def _limits(a: Analysis, files: list[str]) -> Iterator[str]:
    untold = dict.fromkeys([*a.effects.untold, *a.sequences.untold])
    if untold:
        yield "<ul>" + "".join(f"<li>{text(u)}</li>" for u in untold) + "</ul>"
    else:
        yield "<p>Everything that was asked of the data could be told, with the intervals shown.</p>"
    yield (
        "<p>This page shows what happened and what chance allows to conclude about these people, this program and this time. It does not "
        "say that others would answer the same, nor why it works.</p>"
    )
    if files:
        yield (
            '<p class="note">The same numbers: '
            + ", ".join(f'<a href="{text(f)}">{text(f)}</a>' for f in files)
            + "</p>"
        )
