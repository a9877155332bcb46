"""Laying out a sequence: stations in columns from left to right, lines in lanes between them, ways back along the bottom."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from microcare.program.flow import Station, Step
from microcare.program.svg import box, path, picture, width_of, words, wrap

CARD, PAD, MARGIN, SPACE, LANE = 232.0, 12.0, 20.0, 22.0, 9.0
ENTRY = 20.0
"""How far below a card's top the lines come in."""


@dataclass(slots=True)
class _Card:
    """A station as drawn: its column and place, its height, and where its ways leave."""

    station: Station
    body: list[str] = field(default_factory=list)
    ports: list[tuple[float, str]] = field(default_factory=list)
    """(below the top, event it leads to)"""
    height: float = 0.0
    column: int = 0
    x: float = 0.0
    y: float = 0.0


@dataclass(slots=True)
class _Line:
    """A piece of a way between two neighboring columns, or (back) to a column that is not further right."""

    y: float
    target: str
    column: int
    back: bool = False


def draw_flow(stations: tuple[Station, ...], title: str, aim: str, outcome: str, about: str) -> str:
    """Stations with their rules as SVG."""
    cards = {s.id: _card(s) for s in stations if s.goal or s.steps}
    _columns(cards)
    columns = 1 + max((c.column for c in cards.values()), default=0)
    head = wrap(aim, max(columns * 300.0, 620), 13, 2)
    top = 54.0 + 18 * len(head) + 14
    lines, vias = _rows(cards, columns, top)
    bottom = max((c.y + c.height for c in cards.values()), default=top)
    right, drawn = _ways(cards, lines, vias, columns, bottom)
    backs = sum(1 for line in lines if line.back)
    low = bottom + 18 + 10 * backs
    width = max(right, 660.0)
    body = [
        words(MARGIN, 36, wrap(title, width - 2 * MARGIN, 20, 1), 20, "bold"),
        words(MARGIN, 58, head, 13, "soft"),
        *drawn,
    ]
    for card in cards.values():
        body.append(f'<g transform="translate({card.x:.1f} {card.y:.1f})">{"".join(card.body)}</g>')
    ends = wrap(outcome, width - 2 * MARGIN, 12.5)
    body += [words(MARGIN, low + 14, ends, 12.5), *_legend(low + 17 * len(ends) + 26, backs > 0)]
    return picture(width, low + 17 * len(ends) + 46, title, about, body)


def _legend(y: float, back: bool) -> Iterator[str]:
    x = MARGIN
    for kind in ("informational", "interventional", "supportive"):
        yield box(x, y - 10, 12, 12, kind, 3) + words(x + 18, y, [kind], 11.5, "soft")
        x += 34 + width_of(kind, 11.5)
    if back:
        yield path([(x, y - 4), (x + 26, y - 4)], "way back") + words(
            x + 32, y, ["back to an earlier event"], 11.5, "soft"
        )


def _card(station: Station) -> _Card:
    """A station's card: its goal and title, what it asks, and its rules with the ports of their ways."""
    card = _Card(station)
    inner, at = CARD - 2 * PAD, 10.0
    text: list[str] = []
    if station.goal:
        wide = width_of(station.goal, 10.5) + 14
        text += [
            box(PAD, at, wide, 17, station.kind, 8.5),
            words(PAD + 7, at + 12.3, [station.goal], 10.5, f"{station.kind}-ink"),
        ]
        at += 22
    heading = wrap(station.title, inner / 1.2, 13, 3)
    text.append(words(PAD, at + 13, heading, 13, "bold", 17.5))
    at += 17.5 * len(heading) + 4
    asks = wrap(f"◇ {station.asks}", inner, 11, 3) if station.asks else []
    text.append(words(PAD, at + 11, asks, 11, "soft", 14.5))
    at += 14.5 * len(asks)
    for step in station.steps:
        if step.lines or len(step.ways) > 1 or step.ways[0].label or step.ways[0].end:
            at += 6
            text.append(path([(0, at), (CARD, at)], "rule"))
        at = _rule(card, text, step, at + 5)
    card.height = at + 9
    first = [box(0, 0, CARD, card.height, "card", 10)]
    if not station.goal:
        first.append(box(0, 0, 5, card.height, "dark", 2.5))
    card.body = first + text
    return card


def _rule(card: _Card, text: list[str], step: Step, at: float) -> float:
    """One rule of a card; returns where it ends."""
    inner = CARD - 2 * PAD
    for line in step.lines:
        code = line.startswith(("if ", "available"))
        shown = wrap(line, inner, 10.5 if code else 11.5, 4, code)
        text.append(words(PAD, at + 11.5, shown, 10.5 if code else 11.5, "code" if code else "", 15))
        at += 15 * len(shown)
    for way in step.ways:
        code = way.label.startswith("if ")
        shown = wrap(way.label, inner - 12, 10.5 if code else 11.5, 4, code)
        if shown:
            kind = "code" if code else "soft" if way.label == "otherwise" else "bold"
            text.append(words(PAD + 8, at + 11.5, shown, 10.5 if code else 11.5, kind, 15))
            at += 15 * len(shown)
        if way.end:
            lines = wrap(way.end, inner - 26, 11, 2)
            wide = max(width_of(line, 11) for line in lines) + 16
            text += [box(PAD + 8, at + 3, wide, 15 * len(lines) + 4, "end", 9),
                     words(PAD + 16, at + 15.5, lines, 11, "endtext", 15)]  # fmt: skip
            at += 15 * len(lines) + 9
        port = at - 5
        for event in way.events:
            card.ports.append((port, f"event {event}"))
        if way.events:
            text.append(f'<circle cx="{CARD:.1f}" cy="{port:.1f}" r="3.2" class="port"/>')
    return at


def _columns(cards: dict[str, _Card]) -> None:
    """The column of each card: as far right as its longest way from a beginning, ways back left out."""
    placed: set[str] = set()
    for card in cards.values():
        card.column = 1 if card.station.goal else 0
    for begin in sorted(cards, key=lambda n: bool(cards[n].station.goal)):
        if begin in placed:
            continue
        order, forward = _forward(cards, begin, placed)
        for name in reversed(order):
            for target in forward[name]:
                cards[target].column = max(cards[target].column, cards[name].column + 1)
        # What the start leads to keeps its place: a way from elsewhere never pushes it to the right.
        placed |= set(order)


def _forward(cards: dict[str, _Card], begin: str, placed: set[str]) -> tuple[list[str], dict[str, list[str]]]:
    """What a beginning leads to, the deepest first, and the ways that do not lead back to where one came from."""
    order: list[str] = []
    open_, forward = {begin}, {begin: list[str]()}
    stack: list[tuple[str, int]] = [(begin, 0)]
    while stack:
        name, index = stack.pop()
        ports = cards[name].ports
        if index == len(ports):
            open_.discard(name)
            order.append(name)
            continue
        stack.append((name, index + 1))
        target = ports[index][1]
        if target in cards and target not in open_ and target not in placed:
            forward[name].append(target)
            if target not in forward:
                forward[target] = []
                open_.add(target)
                stack.append((target, 0))
    return order, forward


def _rows(cards: dict[str, _Card], columns: int, top: float) -> tuple[list[_Line], dict[tuple[str, int], float]]:
    """Place the cards of each column beside what leads to them; ways over a column pass it at a height of their own."""
    lines: list[_Line] = []
    vias: dict[tuple[str, int], float] = {}
    passing: list[_Line] = []
    for column in range(columns):
        arriving = passing
        passing = []
        wish: dict[str, list[float]] = {}
        for line in arriving:
            wish.setdefault(line.target, []).append(line.y)
        here = [c for c in cards.values() if c.column == column]
        through = sorted({line.target for line in arriving if cards[line.target].column != column})
        slots: list[tuple[float, str]] = [(min(wish.get(c.station.id, [1e9])), c.station.id) for c in here]
        slots += [(min(wish[name]), name) for name in through]
        y = top
        for wanted, name in sorted(slots, key=lambda s: s[0]):
            card = cards[name]
            if card.column == column:
                card.y = max(y, wanted - ENTRY if wanted < 1e9 else y)
                y = card.y + card.height + SPACE
            else:
                vias[name, column] = max(y - SPACE / 2, wanted)
                passing.append(_Line(vias[name, column], name, column))
                y = vias[name, column] + SPACE / 2
        for card in here:
            for port, target in card.ports:
                if target in cards:
                    line = _Line(card.y + port, target, column, back=cards[target].column <= column)
                    lines.append(line)
                    passing += [] if line.back else [line]
        lines += [line for line in passing if line not in lines]
    return lines, vias


def _ways(
    cards: dict[str, _Card],
    lines: list[_Line],
    vias: dict[tuple[str, int], float],
    columns: int,
    bottom: float,
) -> tuple[float, list[str]]:
    """Place the columns with lanes enough between them, and draw every way; returns the width and what is drawn."""
    lanes: dict[tuple[int, str], float] = {}
    x = MARGIN
    for column in range(columns):
        for card in cards.values():
            if card.column == column:
                card.x = x
        x += CARD + 14
        for key in _lane_order(cards, lines, vias, column):
            lanes[column, key] = x
            x += LANE
        x += 18 if column + 1 < columns else 0
    drawn: list[str] = []
    low, back_lows = bottom + 12, dict[str, float]()
    left = {c.column: c.x for c in cards.values()}
    for line in lines:
        start = left.get(line.column, 0.0) + CARD
        if line.back:
            back_lows.setdefault(line.target, low + 10 * len(back_lows))
            deep, target = back_lows[line.target], cards[line.target]
            out, inn = (
                lanes[line.column, f"back {line.target}"],
                lanes[target.column - 1, f"in {line.target}"],
            )
            entry = target.y + ENTRY
            points = [
                (start, line.y),
                (out, line.y),
                (out, deep),
                (inn, deep),
                (inn, entry),
                (target.x - 6, entry),
            ]
            drawn += [path(points, "way back"), _tip(target.x, entry)]
            continue
        target = cards[line.target]
        ends = target.column == line.column + 1
        y = target.y + ENTRY if ends else vias[line.target, line.column + 1]
        end = target.x - 6 if ends else left[line.column + 1] + CARD
        lane = lanes[line.column, line.target]
        points = (
            [(start, line.y), (end, y)]
            if abs(line.y - y) < 1
            else [(start, line.y), (lane, line.y), (lane, y), (end, y)]
        )
        drawn.append(path(points, "way"))
        if ends:
            drawn.append(_tip(target.x, y))
    return x + MARGIN, drawn


def _lane_order(
    cards: dict[str, _Card], lines: list[_Line], vias: dict[tuple[str, int], float], column: int
) -> Iterator[str]:
    """The lanes right of a column, left to right, so that few lines cross: ways down, the lowest first, then ways up."""
    down: list[tuple[float, str]] = []
    up: list[tuple[float, str]] = []
    for name in dict.fromkeys(line.target for line in lines if line.column == column and not line.back):
        y = cards[name].y + ENTRY if cards[name].column == column + 1 else vias[name, column + 1]
        starts = [line.y for line in lines if line.column == column and line.target == name and not line.back]
        if all(abs(s - y) < 1 for s in starts):
            yield name
        else:
            (down if min(starts) < y else up).append((y, name))
    for name in dict.fromkeys(line.target for line in lines if line.column == column and line.back):
        yield f"back {name}"
    yield from (name for _, name in sorted(down, reverse=True))
    yield from (name for _, name in sorted(up))
    for name in dict.fromkeys(line.target for line in lines if line.back and cards[line.target].column == column + 1):
        yield f"in {name}"


def _tip(x: float, y: float) -> str:
    return f'<path d="M{x - 8:.1f} {y - 4.5:.1f}L{x - 0.5:.1f} {y:.1f}L{x - 8:.1f} {y + 4.5:.1f}Z" class="tip"/>'
