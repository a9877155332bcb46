"""The report's drawings as SVG: a curve with its band, bars with whiskers, the flow from one intervention to the next.

They take their colors from the page, so that they are right in light and in dark, and are drawn 360 wide, as a phone is.
"""

from collections.abc import Iterable, Sequence
from html import escape as _escape
from math import floor, log10

from microcare.program.svg import clean, wrap

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 360, 220, 48, 34, 12


TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Signs that turn the direction of what follows: one in a name must not reach the rest of the page."""


def escape(value: str) -> str:
    """A text of the data as text of the page."""
    return _escape(clean(value).translate(TURNING))


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers from below the lowest to above the highest value."""
    if high <= low:
        high = low + 1
    rough = (high - low) / most
    size = 10 ** floor(log10(rough))
    step = next(size * k for k in (1, 2, 2.5, 5, 10) if size * k >= rough)
    first = floor(low / step)
    found = [first * step]
    while found[-1] < high - 1e-9 * step:
        found.append((first + len(found)) * step)
    return [round(v, 10) for v in found]


def said(value: float) -> str:
    """A tick's number."""
    return f"{value:.10g}".replace("-", "−")


class Frame:
    """A plot's area: from values to places."""

    def __init__(self, x: tuple[float, float], y: Sequence[float], x_name: str) -> None:
        self.low, self.high = x
        self.ticks = ticks(min(y), max(y))
        self.bottom, self.top = self.ticks[0], self.ticks[-1]
        self.x_name = x_name

    def x(self, value: float) -> float:
        """Where a value of the horizontal axis lies."""
        wide = (self.high - self.low) or 1.0
        return LEFT + (value - self.low) / wide * (WIDTH - LEFT - 12)

    def y(self, value: float) -> float:
        """Where a value of the vertical axis lies."""
        return HEIGHT - BOTTOM - (value - self.bottom) / (self.top - self.bottom) * (HEIGHT - BOTTOM - TOP)

    def grid(self) -> str:
        """Horizontal lines with their numbers; the one at 0 is marked."""
        made = []
        for value in self.ticks:
            y = self.y(value)
            kind = "zero" if value == 0 else "grid"
            made.append(f'<path class="{kind}" d="M{LEFT} {y:.1f}H{WIDTH - 8}"/>')
            made.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{said(value)}</text>')
        made.append(
            f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 3}" text-anchor="middle">{escape(self.x_name)}</text>'
        )
        return "".join(made)


def picture(title: str, body: Iterable[str], height: float = HEIGHT) -> str:
    """A drawing with its title for those who cannot see it."""
    return f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{escape(title)}">{"".join(body)}</svg>'


def curve(
    title: str, x_name: str, at: Sequence[float], value: Sequence[float], lower: Sequence[float], upper: Sequence[float]
) -> str:
    """A curve with its band."""
    frame = Frame((at[0], at[-1]), [*lower, *upper, 0.0], x_name)
    there = " ".join(f"{frame.x(a):.1f},{frame.y(v):.1f}" for a, v in zip(at, upper, strict=True))
    back = " ".join(f"{frame.x(a):.1f},{frame.y(v):.1f}" for a, v in reversed(list(zip(at, lower, strict=True))))
    line = "L".join(f"{frame.x(a):.1f} {frame.y(v):.1f}" for a, v in zip(at, value, strict=True))
    marks = [v for v in ticks(at[0], at[-1], 4) if at[0] <= v <= at[-1]]
    numbers = "".join(
        f'<text x="{frame.x(v):.1f}" y="{HEIGHT - BOTTOM + 14}" text-anchor="middle">{said(v)}</text>' for v in marks
    )
    return picture(
        title,
        (
            f'<polygon class="band" points="{there} {back}"/>',
            frame.grid(),
            f'<path class="line" d="M{line}"/>',
            numbers,
        ),
    )


def bars(
    title: str,
    x_name: str,
    names: Sequence[str],
    value: Sequence[float],
    lower: Sequence[float],
    upper: Sequence[float],
) -> str:
    """Bars with whiskers."""
    frame = Frame((0, len(names)), [0.0, *upper], x_name)
    wide = (WIDTH - LEFT - 12) / len(names)
    every = max(1, round(len(names) / 9))
    made = [frame.grid()]
    for place, (name, v, low, high) in enumerate(zip(names, value, lower, upper, strict=True)):
        x, middle = frame.x(place) + wide * 0.15, frame.x(place) + wide / 2
        made.append(
            f'<rect class="bar" x="{x:.1f}" y="{frame.y(v):.1f}" width="{wide * 0.7:.1f}" height="{frame.y(0) - frame.y(v):.1f}"/>'
        )
        made.append(f'<path class="whisker" d="M{middle:.1f} {frame.y(low):.1f}V{frame.y(high):.1f}"/>')
        if place % every == 0:
            made.append(f'<text x="{middle:.1f}" y="{HEIGHT - BOTTOM + 14}" text-anchor="middle">{escape(name)}</text>')
    return picture(title, made)


def flow(title: str, links: Sequence[tuple[str, str, int, str]]) -> str:
    """What followed what: links of (before, after, how often, kind); the kind is good, poor or even."""
    befores = list(dict.fromkeys(link[0] for link in links))
    afters = list(dict.fromkeys(link[1] for link in sorted(links, key=lambda link: link[1])))
    total = sum(link[2] for link in links)
    gap, wide = 16.0, 10.0
    height = max(160.0, 44.0 * max(len(befores), len(afters)))
    unit = (height - gap * (max(len(befores), len(afters)) - 1)) / total
    left, right = _stack(befores, links, 0, unit, gap, height), _stack(afters, links, 1, unit, gap, height)
    x0, x1 = 112.0, WIDTH - 112.0
    made, used_left, used_right = [], dict(left), dict(right)
    for before, after, n, kind in sorted(links, key=lambda link: (befores.index(link[0]), afters.index(link[1]))):
        thick = n * unit
        a, b = used_left[before], used_right[after]
        used_left[before], used_right[after] = a + thick, b + thick
        middle = (x0 + x1) / 2
        made.append(
            f'<path class="{kind}" d="M{x0 + wide} {a:.1f}C{middle} {a:.1f} {middle} {b:.1f} {x1 - wide} {b:.1f}V{b + thick:.1f}'
            f'C{middle} {b + thick:.1f} {middle} {a + thick:.1f} {x0 + wide} {a + thick:.1f}Z"/>'
        )
    for names, tops, side, x in ((befores, left, 0, x0), (afters, right, 1, x1 - wide)):
        for name in names:
            n = sum(link[2] for link in links if link[side] == name)
            y = tops[name] + n * unit / 2
            made.append(
                f'<rect class="dot" x="{x}" y="{tops[name]:.1f}" width="{wide}" height="{max(n * unit, 1):.1f}" rx="2"/>'
            )
            anchor, place = ("end", x - 6) if side == 0 else ("start", x + wide + 6)
            lines = [*wrap(name, 100, 11, 2), f"{n} times"]
            for row, line in enumerate(lines):
                kind = "" if row == len(lines) - 1 else ' class="ink"'
                at = y + (row - (len(lines) - 1) / 2) * 13 + 4
                made.append(f'<text{kind} x="{place}" y="{at:.1f}" text-anchor="{anchor}">{escape(line)}</text>')
    return picture(title, made, height + 18)


def _stack(
    names: Sequence[str], links: Sequence[tuple[str, str, int, str]], side: int, unit: float, gap: float, height: float
) -> dict[str, float]:
    """Where each name's block begins, from above; all of them in the middle of the height."""
    sizes = [sum(link[2] for link in links if link[side] == name) * unit for name in names]
    at = (height - sum(sizes) - gap * (len(sizes) - 1)) / 2 + 4
    found = {}
    for name, size in zip(names, sizes, strict=True):
        found[name] = at
        at += size + gap
    return found
