"""The report: one HTML page without any request to elsewhere, that begins with what to change next."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from microcare.base.wording import counted
from microcare.optimization.levels.analysis import Analysis
from microcare.optimization.levels.findings import OPEN, SURE
from microcare.optimization.levels.first import NARRATIVE, WordingRow
from microcare.optimization.report import first, pictures, second
from microcare.optimization.report.pieces import Bar, figure, forest, text
from microcare.optimization.report.style import STYLE

BADGES = {"settled": "Settled", "likely": "Likely", "open": "Open"}
READING = (
    ("An interval", "is made so that it holds the true value in 95 of 100 such studies. A short one is much knowledge, a long one little."),
    ("The line at 0", "is no effect. An interval that crosses it fits with an effect and with none."),
    ("n", "counts decision points, deliveries or runs; what makes an interval short is mostly how many people there are."),
    ("Many comparisons", "were made. “Settled” and “likely” count the whole page: where nothing is so, about 5 of 100 pages say such a thing."),
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
        ("interventions", "Each micro intervention", "".join(first.interventions(analysis))),
        ("effects", "What it does soon after", "".join(first.effects(analysis))),
        ("whom", "For whom, where and when", "".join(first.whom(analysis))),
        ("sequence", "Which after which", "".join(second.sequence(analysis))),
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
    yield f'<p class="lead">{text(_lead(len(shown), len(waiting)))}</p>'
    for group, open_ in ((shown, False), (waiting, True)):
        items = "".join(
            f'<li class="is-{f.sure}"><span class="tag {f.sure}">{BADGES[f.sure]}</span>'
            f'<b>{text(f.change)}</b><p>{text(f.why)}</p><p class="how">How sure: {text(f.sure_means)}</p></li>'
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


def _lead(sure: int, waiting: int) -> str:
    """The whole in a sentence."""
    still = f" {counted(waiting, 'question')} {'is' if waiting == 1 else 'are'} still open." if waiting else ""
    if sure:
        return f"{counted(sure, 'thing')} {'is' if sure == 1 else 'are'} sure enough to act on; the surest come first.{still}"
    return f"Nothing is sure enough yet to change the program for.{still or ' Nothing speaks for a change either.'}"


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

    def drawn(title: str, values: Sequence[tuple[float, ...]]) -> str:
        value, low, high = zip(*values, strict=True)
        return f"<figure><b>{text(title)}</b>{pictures.bars(title, 'week of the program', names, value, low, high)}</figure>"

    prompts = [(w.prompts.value or 0.0, w.prompts.lower or 0.0, w.prompts.upper or 0.0) for w in a.weeks]
    opened = [tuple(100 * (v or 0.0) for v in (w.opened.value, w.opened.lower, w.opened.upper)) for w in a.weeks]
    yield f'<div class="charts">{drawn("Unasked prompts a person and week", prompts)}{drawn("How many of 100 they opened", opened)}</div>'
    people = ", ".join(f"{w.people} in week {w.week}" for w in a.weeks)
    yield (
        f'<p class="note">People who were there for the whole week: {people}. Whiskers are 95% intervals. Those who are still there may '
        "differ from those who left.</p>"
    )


def _limits(a: Analysis, files: list[str]) -> Iterator[str]:
    reasons: dict[str, list[str]] = defaultdict(list)
    for what, why in a.untold():
        reasons[why].append(what)
    if reasons:
        yield '<ul class="untold">' + "".join(_untold(why, what) for why, what in reasons.items()) + "</ul>"
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


def _untold(why: str, what: list[str]) -> str:
    """One reason, and all that it keeps from being told."""
    if len(what) == 1:
        return f"<li>{text(what[0])}: {text(why)}</li>"
    listed = f"<small>{text('; '.join(what))}</small>"
    return f"<li>{text(why)}: <details><summary>{len(what)} comparisons</summary>{listed}</details></li>"
