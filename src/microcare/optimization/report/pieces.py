"""Pieces of the report in HTML: intervals in rows (a forest), shares as meters, figures with what must be said with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from microcare.base.wording import counted
from microcare.optimization.levels.estimates import Estimate
from microcare.optimization.report.pictures import escape, said, ticks


@dataclass(frozen=True)
class Bar:
    """One row of a forest: a name, its number and interval, and what else is known of it."""

    name: str
    estimate: Estimate
    about: str = ""
    sure: bool | None = None
    """Whether it is told apart from 0 with all comparisons counted; None: as far as its own interval goes."""


def text(value: str) -> str:
    """Text for a page."""
    return escape(value)


def number(value: float | None) -> str:
    """A number with three figures, as people read it."""
    return "" if value is None else f"{value:.3g}".replace("-", "−")


def interval(e: Estimate, scale: float = 1.0) -> str:
    """A number with its interval."""
    if e.value is None or e.lower is None or e.upper is None:
        return ""
    value, low, high = (number(v * scale) for v in (e.value, e.lower, e.upper))
    return f"{value} <small>({low} to {high})</small>"


def score(e: Estimate) -> str:
    """A mean with its interval, its n and its caution, for a table."""
    if not e.known:
        return f'<span class="soft">{text(e.caution if e.n else "not asked")}</span>'
    value, low, high = (number(v) for v in (e.value, e.lower, e.upper))
    return f"{value} <small>({low} to {high})</small><small>n {e.n}</small>" + caution(e.caution)


def percent(e: Estimate) -> str:
    """A share with its interval and a meter."""
    if e.value is None or e.lower is None or e.upper is None:
        return f'<span class="soft">{text(e.caution if e.n else "not asked")}</span>'
    width = e.upper - e.lower
    return (
        f"{e.value:.0%} <small>({e.lower:.0%} to {e.upper:.0%})</small><small>n {e.n}</small>"
        f'<div class="meter" aria-hidden="true"><i style="width:{e.value:.1%}"></i>'
        f'<s style="left:{e.lower:.1%};width:{width:.1%}"></s></div>' + caution(e.caution)
    )


def caution(words: str) -> str:
    """A caution, or nothing."""
    return f'<div class="caution note">{text(words)}</div>' if words else ""


def figure(body: str, about: str, assumption: str = "", cautions: Iterable[str] = ()) -> str:
    """A figure with what it shows, what it assumes, and where it is thin."""
    said_ = "".join(caution(c) for c in dict.fromkeys(cautions) if c)
    assumed = f" <b>It assumes:</b> {text(assumption)}" if assumption else ""
    return f"<figure>{body}<figcaption>{text(about)}{assumed}{said_}</figcaption></figure>"


def forest(rows: Sequence[Bar], heads: tuple[str, str], scale: float = 1.0) -> str:
    """Rows of intervals on one axis with a line at 0. What has no interval is named with the reason."""
    known = [r.estimate for r in rows if r.estimate.known]
    ends = [v * scale for e in known for v in (e.lower, e.upper) if v is not None]
    marks = ticks(min([0.0, *ends]), max([0.0, *ends]), 4)
    low, high = marks[0], marks[-1]

    def at(value: float) -> float:
        return (value - low) / (high - low) * 100

    made = [
        f'<div class="label head">{text(heads[0])}</div><div class="nums head">{text(heads[1])}</div><div class="bar head"></div>'
    ]
    for row in rows:
        e = row.estimate
        about = f"<small>{text(row.about)}</small>" if row.about else ""
        made.append(f'<div class="label"><span>{text(row.name)}</span>{about}</div>')
        if e.value is None or e.lower is None or e.upper is None:
            made.append(
                f'<div class="bar"></div><div class="nums"><small>{text(e.caution or "not known")}</small></div>'
            )
            continue
        sure = row.sure if row.sure is not None else not e.lower <= 0 <= e.upper
        kind = "" if not sure else " yes" if e.value > 0 else " no"
        bar = (
            f'<div class="iv{kind}" aria-hidden="true"><u style="left:{at(0):.2f}%"></u>'
            f'<i style="left:{at(e.lower * scale):.2f}%;width:{at(e.upper * scale) - at(e.lower * scale):.2f}%"></i>'
            f'<b style="left:{at(e.value * scale):.2f}%"></b></div>'
        )
        people = f"<small>{counted(e.persons, 'person', 'people')}, n {e.n}</small>"
        nums = f"<span>{interval(e, scale)}</span>{people}{caution(e.caution)}"
        made.append(f'<div class="nums">{nums}</div><div class="bar">{bar}</div>')
    axis = "".join(f'<span style="left:{at(v):.2f}%">{said(v)}</span>' for v in marks)
    made.append(
        f'<div class="label foot"></div><div class="nums foot"></div><div class="bar"><div class="axis">{axis}</div></div>'
    )
    return f'<div class="forest">{"".join(made)}</div>'


def table(name: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are HTML already; on a phone each row becomes a card. Where it is wide the keyboard scrolls it."""
    head = "".join(f'<th scope="col">{text(h)}</th>' for h in heads)
    body = []
    for row in rows:
        cells = "".join(f'<td class="n" data-of="{text(h)}">{c}</td>' for h, c in zip(heads[1:], row[1:], strict=True))
        body.append(f'<tr><th scope="row">{row[0]}</th>{cells}</tr>')
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{text(name)}"><table class="cards">'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )
