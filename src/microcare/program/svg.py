"""The little of SVG that the drawings need: wrapped text, boxes, and colors for light and dark surroundings."""

import unicodedata
from collections.abc import Iterable
from html import escape

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
STYLE = (
    f"""
.mc{{--ink:#1c2733;--soft:#566370;--line:#8a97a4;--edge:#b9c4ce;--paper:#fff;--band:#f2f5f8;--warn:#a33c12;--end:#6b4a00;
--end-in:#fff3d6;--dmi:#e2f1ea;--dmi-ink:#0f5138;--informational:#dfeafb;--informational-ink:#1c4a86;--interventional:#e2f1ea;
--interventional-ink:#0f5138;--supportive:#fbe9dd;--supportive-ink:#8a3a10;--l1:#cfe3da;--l2:#dbe7f3;--l3:#efe3f2;--l4:#f7ead9}}
@media (prefers-color-scheme:dark){{.mc{{--ink:#e8edf2;--soft:#a9b6c2;--line:#7f8d9b;--edge:#46525e;--paper:#151b21;
--band:#1d252d;--warn:#ffab85;--end:#ffd98a;--end-in:#3a2e10;--dmi:#173529;--dmi-ink:#9fe0c3;--informational:#1a2f4d;
--informational-ink:#a9cbfb;--interventional:#173529;--interventional-ink:#9fe0c3;--supportive:#43261a;--supportive-ink:#ffc4a3;
--l1:#1f3d31;--l2:#20344a;--l3:#3a2a42;--l4:#44351f}}}}
.mc text{{font-family:{FONT};fill:var(--ink)}}
.mc .soft{{fill:var(--soft)}}.mc .warn{{fill:var(--warn)}}.mc .bold{{font-weight:600}}
.mc .code{{font-family:ui-monospace,'DejaVu Sans Mono',monospace;fill:var(--soft)}}
.mc .card{{fill:var(--paper);stroke:var(--edge)}}.mc .band{{fill:var(--band)}}
.mc .gap{{fill:none;stroke:var(--warn);stroke-dasharray:4 3}}.mc .end{{fill:var(--end-in)}}.mc .endtext{{fill:var(--end)}}
.mc .rule{{stroke:var(--edge);stroke-width:1;fill:none}}.mc .way{{stroke:var(--line);stroke-width:1.5;fill:none}}
.mc .back{{stroke-dasharray:5 4}}.mc .tip{{fill:var(--line)}}.mc .port{{fill:var(--line)}}.mc .dmi{{fill:var(--dmi)}}
.mc .dmitext{{fill:var(--dmi-ink)}}.mc .dark{{fill:var(--ink)}}.mc .onink{{fill:var(--paper)}}
"""
    + "".join(
        f".mc .{k}{{fill:var(--{k})}}.mc .{k}-ink{{fill:var(--{k}-ink)}}"
        for k in ("informational", "interventional", "supportive")
    )
    + "".join(f".mc .l{n}{{fill:var(--l{n})}}" for n in range(1, 5))
)


def width_of(text: str, size: float, code: bool = False) -> float:
    """About how wide a text is, px; rather too wide than too narrow, since fonts differ."""
    em = 0.0
    for letter in text:
        em += 1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.61 if code else _em(letter)
    return em * size


def _em(letter: str) -> float:
    if letter in "iljtfrI.,:;'|!()[] ":
        return 0.35
    return 0.86 if letter in "mwMW@%" else 0.7 if letter.isupper() else 0.58


def wrap(text: str, width: float, size: float, most: int = 0, code: bool = False) -> list[str]:
    """The lines of a text in a width; a word that is too long is broken; after `most` lines it ends in an ellipsis."""
    lines: list[str] = []
    line = ""
    for word in clean(text).split():
        while width_of(word, size, code) > width and len(word) > 1:
            cut = max(1, int(len(word) * width / width_of(word, size, code)) - 1)
            if line:
                lines.append(line)
                line = ""
            lines.append(word[:cut])
            word = word[cut:]
        longer = f"{line} {word}" if line else word
        if line and width_of(longer, size, code) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    lines = [*lines, line] if line else lines
    if most and len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][:-1] + "…"]
    return lines


def clean(text: str) -> str:
    """A text without the characters that XML cannot hold."""
    return "".join(
        c for c in text if c in "\t\n" or (ord(c) >= 32 and unicodedata.category(c) not in ("Cc", "Cs", "Cn"))
    )


def words(
    x: float,
    y: float,
    lines: Iterable[str],
    size: float,
    kind: str = "",
    leading: float = 0,
    anchor: str = "start",
) -> str:
    """Lines of text, the first with its baseline at y."""
    step = leading or size * 1.35
    return "".join(
        f'<text x="{x:.1f}" y="{y + i * step:.1f}" font-size="{size:g}" text-anchor="{anchor}" class="{kind}">{escape(clean(t))}</text>'
        for i, t in enumerate(lines)
    )


def box(x: float, y: float, width: float, height: float, kind: str, round_: float = 8) -> str:
    """A rounded rectangle."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{round_:g}" class="{kind}"/>'


def path(points: list[tuple[float, float]], kind: str, bend: float = 7) -> str:
    """A line along points with rounded corners."""
    (x0, y0), made = points[0], [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x, y), after in zip(points[1:], [*points[2:], None], strict=True):
        if after is None:
            made.append(f"L{x:.1f} {y:.1f}")
            break
        first, second = abs(x - x0) + abs(y - y0), abs(after[0] - x) + abs(after[1] - y)
        r = min(bend, first / 2, second / 2)
        if r < 0.5:
            made.append(f"L{x:.1f} {y:.1f}")
        else:
            ux, uy = (x - x0) / first, (y - y0) / first
            vx, vy = (after[0] - x) / second, (after[1] - y) / second
            made.append(f"L{x - ux * r:.1f} {y - uy * r:.1f}Q{x:.1f} {y:.1f} {x + vx * r:.1f} {y + vy * r:.1f}")
        x0, y0 = x, y
    return f'<path d="{"".join(made)}" class="{kind}"/>'


def picture(width: float, height: float, title: str, about: str, body: Iterable[str]) -> str:
    """A whole drawing, with a title and a description for those who cannot see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="mc" role="img" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" color-scheme="light dark">'
        f"<title>{escape(clean(title))}</title><desc>{escape(clean(about))}</desc><style>{STYLE}</style>"
        f'<rect width="100%" height="100%" fill="var(--paper)"/>' + "".join(body) + "</svg>\n"
    )
