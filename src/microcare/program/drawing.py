"""Drawings of a program: its conceptual model (Table 3) and the sequence of each micro intervention (Figure 1).

As SVG without any script, readable in light and dark surroundings, and as plain text for a terminal.
"""

from collections.abc import Iterator

from microcare.base.spans import format_span
from microcare.program.conceptual_model import Level
from microcare.program.flow import Step, flow
from microcare.program.flow_drawing import draw_flow
from microcare.program.parts import text_in
from microcare.program.program import Program
from microcare.program.svg import box, picture, width_of, words, wrap

WIDTH, LEFT, PAD = 1000.0, 190.0, 16.0


def draw_sequence(program: Program, intervention: str) -> str:
    """An intervention's events and the decision rules between them, as SVG; KeyError where there is no such one."""
    part = program.interventions[intervention]
    title = text_in(part.title, program.language)
    outcome = ""
    if part.outcome is not None:
        after = f", {format_span(part.outcome.after)} after the last event" if part.outcome.after.exact else ""
        outcome = f"Overall outcome{after}: {part.outcome.measure}. It succeeded if {part.outcome.success}"
    about = "\n".join(_sequence(program, intervention))
    return draw_flow(flow(program, intervention), title, text_in(part.aim, program.language), outcome, about)


def text_sequence(program: Program, intervention: str) -> str:
    """The same as plain text."""
    return "\n".join(_sequence(program, intervention))


def _sequence(program: Program, intervention: str) -> Iterator[str]:
    part = program.interventions[intervention]
    yield f"{text_in(part.title, program.language)} ({intervention})"
    yield f"  Aim: {text_in(part.aim, program.language)}"
    for station in flow(program, intervention):
        if station.goal:
            name = station.id.removeprefix("event ")
            yield f"  {name} [{station.goal}]" + (
                f" {station.title}" if station.title != name.replace("_", " ") else ""
            )
            if station.asks:
                yield f"      asks: {station.asks.removeprefix('asks ')}"
        elif station.steps:
            yield f"  {station.title}"
        for step in station.steps:
            yield from _step(step)
    if part.outcome is not None:
        after = f" {format_span(part.outcome.after)} after the last event" if part.outcome.after.exact else ""
        yield f"  Overall outcome{after}: {part.outcome.measure}; success if {part.outcome.success}"


def _step(step: Step) -> Iterator[str]:
    head = "; ".join(step.lines)
    only = step.ways[0] if len(step.ways) == 1 and not step.ways[0].label else None
    if only is not None:
        yield "    " + (f"{head}: " if head else "") + _goes(only.events, only.end)
        return
    if head:
        yield f"    {head}"
    for way in step.ways:
        yield f"      {way.label} {_goes(way.events, way.end)}".rstrip()


def _goes(events: tuple[str, ...], end: str) -> str:
    return ", ".join(w for w in ("-> " + " + ".join(events) if events else "", end) if w)


def text_model(program: Program) -> str:
    """The conceptual model as plain text, in the order of priorities: the most basic level first."""
    lines = [text_in(program.title, program.language)]
    for level in sorted(program.model, key=lambda part: part.level):
        lines.append(f"  Level {level.level}: {text_in(level.goal, program.language)}")
        for name, need in level.needs.items():
            title = text_in(need.title, program.language) if need.title is not None else name.replace("_", " ")
            lines += [f"    {name}: {title}", f"      present if {need.present}"]
            answers = [i if i in program.interventions else f"{i} (not built)" for i in need.interventions]
            lines.append(f"      answered by: {', '.join(answers) or 'nothing'}")
    if not program.model:
        lines.append("  No conceptual model: these begin when a person joins")
        lines += [f"    {n}: {text_in(i.title, program.language)}" for n, i in program.interventions.items()]
    return "\n".join(lines)


def draw_model(program: Program) -> str:
    """The conceptual model as SVG: levels as layers of a pyramid, the most basic at the bottom."""
    title = text_in(program.title, program.language)
    body = [words(PAD, 34, wrap(title, WIDTH - 2 * PAD, 20, 1), 20, "bold")]
    y = 56.0
    if not program.model:
        body.append(
            words(
                PAD,
                y + 12,
                ["No conceptual model: these micro interventions begin when a person joins."],
                13,
                "soft",
            )
        )
        drawn, height = _chips(program, tuple(program.interventions), PAD, y + 30, WIDTH - 2 * PAD)
        return picture(WIDTH, y + height + 50, title, text_model(program), [*body, *drawn])
    numbers = sorted({level.level for level in program.model}, reverse=True)
    bands: list[tuple[float, float, int]] = []
    for number in numbers:
        top = y
        for level in (part for part in program.model if part.level == number):
            drawn, height = _level(program, level, y + 8)
            body += drawn
            y += height + 8
        bands.append((top, y, number))
        y += 10
    body[1:1] = _pyramid(bands)
    answering = {i for level in program.model for need in level.needs.values() for i in need.interventions}
    idle = tuple(i for i in program.interventions if i not in answering)
    if idle:
        body.append(words(PAD, y + 24, ["No need state leads to"], 12, "soft"))
        drawn, height = _chips(program, idle, LEFT + PAD, y + 8, WIDTH - LEFT - 2 * PAD)
        body += drawn
        y += height + 16
    return picture(WIDTH, y + 10, title, text_model(program), body)


def _pyramid(bands: list[tuple[float, float, int]]) -> Iterator[str]:
    """The layers: each a trapezoid that widens toward the bottom, and the band its need states stand on."""
    first, last = bands[0][0], bands[-1][1]
    top, bottom = 110.0, LEFT - 8

    def half(y: float) -> float:
        return (top + (bottom - top) * (y - first) / max(last - first, 1)) / 2

    middle = PAD + bottom / 2
    for y0, y1, number in bands:
        yield box(PAD, y0, WIDTH - 2 * PAD, y1 - y0, "band", 10)
        corners = ((-half(y0), y0), (half(y0), y0), (half(y1), y1), (-half(y1), y1))
        points = " ".join(f"{middle + dx:.1f},{y:.1f}" for dx, y in corners)
        yield f'<polygon points="{points}" class="l{(number - 1) % 4 + 1}"/>'
        note = ["most basic"] if number == bands[-1][2] and len(bands) > 1 else []
        yield words(middle, (y0 + y1) / 2 - (4 if note else -5), [f"Level {number}"], 15, "bold", anchor="middle")
        yield words(middle, (y0 + y1) / 2 + 14, note, 12, "soft", anchor="middle")


def _level(program: Program, level: Level, y: float) -> tuple[list[str], float]:
    """A goal with its need states; returns what is drawn and its height."""
    x, width = LEFT + PAD, WIDTH - LEFT - 3 * PAD
    goal = wrap(text_in(level.goal, program.language), width, 14)
    body = [words(x, y + 14, goal, 14, "bold")]
    at = y + 4 + 19 * len(goal)
    for word, listed in (("Behaviors", level.behaviors), ("Gains", level.gains)):
        lines = wrap(f"{word}: {', '.join(listed)}", width, 11.5) if listed else []
        body.append(words(x, at + 11, lines, 11.5, "soft"))
        at += 15.5 * len(lines)
    at += 5
    for name, need in level.needs.items():
        title = text_in(need.title, program.language) if need.title is not None else name.replace("_", " ")
        heading = wrap(title, 250, 13)
        present = wrap(f"if {need.present}", 270, 10.5, 4, code=True)
        chips, high = _chips(program, need.interventions, x + 300, at + 8, width - 312)
        height = max(18 * len(heading) + 14.2 * len(present) + 16, high + 16)
        body += [box(x, at, width, height, "card"), words(x + 12, at + 20, heading, 13, "bold", 18)]
        body += [words(x + 12, at + 19 + 18 * len(heading) - 2, present, 10.5, "code"), *chips]
        at += height + 7
    return body, at - y


def _chips(program: Program, names: tuple[str, ...], x: float, y: float, width: float) -> tuple[list[str], float]:
    """Micro interventions side by side; one that is named and not built has a broken edge."""
    if not names:
        return [words(x, y + 18, ["nothing answers it"], 12.5, "warn bold")], 26
    body, left, top = [], x, y
    for name in names:
        built = program.interventions.get(name)
        shown = text_in(built.title, program.language) if built is not None else f"{name.replace('_', ' ')} (not built)"
        lines = wrap(shown, width - 22, 12.5, 1)
        wide = min(width_of(lines[0] if lines else name, 12.5) + 24, width)
        if left > x and left + wide > x + width:
            left, top = x, top + 32
        kind, ink = ("dmi", "dmitext") if built is not None else ("gap", "warn")
        body += [box(left, top, wide, 26, kind, 13), words(left + 10, top + 17.5, lines, 12.5, ink)]
        left += wide + 8
    return body, top + 26 - y
