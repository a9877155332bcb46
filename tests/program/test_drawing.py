"""Drawings: everything is on them, nothing lies on something else, and hostile words stay words."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microcare.exchange.questionnaires import questionnaire_measure
from microcare.program.drawing import draw_model, draw_sequence, text_model, text_sequence
from microcare.program.flow import flow
from microcare.program.program import Program
from microcare.program.reader import read_bundle, read_program
from microcare.program.svg import width_of, wrap

ROOT = Path(__file__).parents[2]
FOLDERS = sorted([*(p.parent for p in (ROOT / "programs").glob("*/program.yaml")), Path(__file__).parent / "sketch"])
SVG = "{http://www.w3.org/2000/svg}"


def program(folder: Path) -> Program:
    found = read_program(folder, questionnaire_measure).program
    assert found is not None
    return found


def cards(svg: str) -> list[tuple[float, float, float, float]]:
    """The cards of a drawn sequence: left, top, right, bottom."""
    found = []
    for group in ET.fromstring(svg).iter(f"{SVG}g"):
        x, y = map(float, re.findall(r"-?[\d.]+", group.attrib["transform"]))
        rect = group.find(f"{SVG}rect")
        assert rect is not None
        found.append((x, y, x + float(rect.attrib["width"]), y + float(rect.attrib["height"])))
    return found


def apart(boxes: list[tuple[float, float, float, float]]) -> bool:
    return not any(
        a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for i, a in enumerate(boxes) for b in boxes[:i]
    )


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)
def test_sequences_show_every_event_and_rule(folder: Path) -> None:
    whole = program(folder)
    for name, part in whole.interventions.items():
        svg, text = draw_sequence(whole, name), text_sequence(whole, name)
        drawn = cards(svg)
        triggers = [s for s in flow(whole, name) if not s.goal and s.steps]
        assert len(drawn) == len(part.events) + len(triggers), name
        assert apart(drawn), name
        width = float(ET.fromstring(svg).attrib["width"])
        assert max(right for _, _, right, _ in drawn) < width, name
        for event in part.events:
            assert f"  {event} [" in text
        steps = [step for station in flow(whole, name) for step in station.steps]
        assert len(steps) == len(part.rules), name
        led = {e for step in steps for way in step.ways for e in way.events}
        assert led <= set(part.events)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)
def test_models_show_every_need_and_intervention(folder: Path) -> None:
    whole = program(folder)
    shown = " ".join(t.text or "" for t in ET.fromstring(draw_model(whole)).iter(f"{SVG}text"))
    for need, (level, _) in whole.needs.items():
        title = level.needs[need].title
        assert " ".join(str(title or need.replace("_", " ")).split()) in " ".join(shown.split())
        assert f"{need}: " in text_model(whole)
    for level in whole.model:
        assert f"Level {level.level}" in shown


WORDS = st.text(min_size=1, max_size=60)
HOSTILE = (
    "<script>alert(1)</script>",
    "\"&amp;'",
    "]]>",
    "\x01\x07",
    "日本語の長い題名" * 10,
    "x" * 500,
    "\u202eright to left",
)


@pytest.mark.parametrize("word", HOSTILE, ids=lambda w: ascii(w)[:16])
def test_hostile_words_stay_words(word: str) -> None:
    whole = program(Path(__file__).parent / "sketch")
    title = whole.model_copy(update={"title": word})
    walk = whole.interventions["good_moments"].model_copy(update={"title": word, "aim": word})
    changed = title.model_copy(update={"interventions": {**whole.interventions, "good_moments": walk}})
    for svg in (draw_model(changed), draw_sequence(changed, "good_moments")):
        tags = {e.tag.removeprefix(SVG) for e in ET.fromstring(svg).iter()}
        assert tags <= {"svg", "title", "desc", "style", "rect", "text", "g", "path", "circle", "polygon"}


@given(st.lists(st.tuples(st.integers(0, 7), st.lists(st.integers(0, 7), max_size=3)), min_size=1, max_size=14))
def test_any_graph_can_be_drawn_without_overlaps(rules: list[tuple[int, list[int]]]) -> None:
    lines = [f"- {{on: e{a}.completed, deliver: [{', '.join(f'e{b}' for b in bs)}]}}" for a, bs in rules]
    events = "".join(f"      e{n}: {{goal: support, say: Hi}}\n" for n in range(8))
    text = (
        "program: p\ntitle: A\ninterventions:\n  a:\n    title: A\n    aim: A\n    events:\n" + events + "    rules:\n"
        "      - {on: start, deliver: e0}\n" + "".join(f"      {line}\n" for line in lines)
    )  # fmt: skip
    whole = read_bundle({"program.yaml": text.encode()}).program
    assert whole is not None
    drawn = cards(draw_sequence(whole, "a"))
    assert len(drawn) == 9 and apart(drawn)


@given(WORDS, st.floats(20, 400), st.integers(0, 4))
def test_wrapped_lines_fit_and_keep_the_words(text: str, width: float, most: int) -> None:
    lines = wrap(text, width, 12, most)
    assert not most or len(lines) <= most
    assert all(len(line) == 1 or width_of(line, 12) <= width + 12 for line in lines)
    if not most:
        kept = "".join(lines).replace(" ", "")
        assert kept == "".join("".join(c for c in text if c.isprintable() or c.isspace()).split()) or len(kept) <= len(
            text
        )
