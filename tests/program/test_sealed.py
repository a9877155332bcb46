"""What a person wrote reaches no expression, wherever an expression stands; a list of words is the only ear."""

from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from microcare.program.checks import check_program
from microcare.program.parts import Expr
from microcare.program.program import Program
from microcare.program.reader import read_bundle
from microcare.program.words import models_in
from microcare.program.yaml_tree import read_tree

BASE = """
program: p
title: P
person: {name: {type: text, ask: Your name}, kind: {type: choice, options: [a, b]}}
signals: {steps: {type: number}}
measures:
  diary:
    items: {low: {text: Low, scale: 0..4}, note: {text: More, type: text, optional: true}, view: {text: A photo, type: photo, optional: true}}
    score: low
    scores: {other: low}
  stress: {items: {high: {text: High, scale: 0..4}}}
model:
  - level: 1
    goal: Well
    needs: {low: {present: diary.low >= 3, absent: diary.low <= 1, severity: diary.low / 4, interventions: walk}}
target: {reached: diary.score <= 1, assess: {measure: diary, every: 1w}}
evaluate: [{on: start, measures: [diary], if: care.days < 90}]
narrative: {rationale: [{say: Hello, if: care.days < 90}]}
safety: [{on: diary.low, if: value >= 4, say: Call., alert: {roster: duty}}]
rosters: {duty: {people: [a@example.org], hours: always}}
interventions:
  walk:
    title: Walk
    aim: Walk
    contraindicated: diary.low == 4
    requires: care.days >= 0
    resource: care.days >= 0
    outcome: {after: 1d, measure: diary, success: diary.low <= 1}
    events:
      go: {goal: support, say: Hi, contraindicated: diary.low == 4, proximal: {ask: How was it, type: text, within: 1d}}
      see: {goal: support, say: Hi, proximal: {ask: A photo, type: photo, within: 1d}}
      count: {goal: support, say: Hi, proximal: {signal: steps, over: 1h, success: value > 10}}
      felt: {goal: support, say: Hi, proximal: {measure: stress, success: stress.high < 3, within: 1d}}
    rules:
      - {on: start, every: day, at: "09:00", times: 3, deliver: go, if: care.days < 90, until: care.days > 80, available: {busy: care.days < 90}}
      - on: start
        every: day
        at: "12:00"
        times: 3
        choose: [{if: care.days < 3, deliver: see}, {deliver: count}]
      - {on: go.done, deliver: felt}
"""
PLACES = (
    "measures.diary.score",
    "measures.diary.scores.other",
    "model.0.needs.low.present",
    "model.0.needs.low.absent",
    "model.0.needs.low.severity",
    "target.reached",
    "evaluate.0.if",
    "narrative.rationale.0.if",
    "safety.0.if",
    "interventions.walk.contraindicated",
    "interventions.walk.requires",
    "interventions.walk.resource",
    "interventions.walk.outcome.success",
    "interventions.walk.events.go.contraindicated",
    "interventions.walk.events.felt.proximal.success",
    "interventions.walk.rules.0.if",
    "interventions.walk.rules.0.until",
    "interventions.walk.rules.0.available.busy",
    "interventions.walk.rules.1.choose.0.if",
)
"""Every place of a program where an expression may stand."""
INSIDE = ("interventions.walk.rules", "interventions.walk.events")
FORMS = (
    "{x} == 'yes'",
    "'die' in [{x}, 'b']",
    "{x}.contains('die')",
    "size({x}) > 3",
    "if_unknown({x}, '') != ''",
    "{x} == {x}",
    "known({x}) && {x}.startsWith('a')",
    "count({x}, '7d') > 1",
)


def problems(place: str, expression: str, base: str = BASE) -> list[str]:
    """The errors of the program with another expression in a place."""
    whole: Any = read_tree("base", base.encode()).value
    part: Any = whole
    *names, last = place.split(".")
    for name in names:
        part = part[int(name)] if isinstance(part, list) else part[name]
    part[last] = expression
    reading = read_bundle({"program.yaml": yaml.safe_dump(whole, sort_keys=False).encode()})
    assert reading.issues == ()
    return [i.code for i in check_program(reading) if str(i.severity) == "error"]


def sealed_at(place: str) -> list[str]:
    """The names of sealed things that are known in a place."""
    if place.startswith("measures."):
        return ["note", "view"]
    names = ["person.name", "diary.note", "diary.view"]
    return names + (["go.answer", "see.answer"] if place.startswith(INSIDE) else [])


def test_the_program_itself_is_clean() -> None:
    assert problems("target.reached", "diary.score <= 1") == []


@pytest.mark.parametrize("place", PLACES)
def test_no_expression_sees_what_somebody_wrote(place: str) -> None:
    number = place.startswith("measures.") or place.endswith("severity")
    for name in sealed_at(place):
        for form in FORMS:
            said = form.format(x=name)
            told = problems(place, f"{said} ? 1 : 0" if number else said)
            assert told, f"{place}: {said}"
            assert "sealed" in told, f"{place}: {said}: {told}"
        known = f"known({name})"
        assert problems(
            place, f"{known} ? 1 : 0" if number else f"{known} || care.days > 300"
        ) == [] or place.startswith("measures.")


@pytest.mark.parametrize("kind", ["text", "photo"])
def test_nor_does_what_looks_at_one_answer(kind: str) -> None:
    base = BASE.replace(
        "on: diary.low, if: value >= 4", f"on: diary.{'note' if kind == 'text' else 'view'}, if: value == 'x'"
    )
    assert problems("target.reached", "diary.score <= 1", base) == ["sealed"]
    event = "go" if kind == "text" else "see"
    assert problems(f"interventions.walk.events.{event}.proximal.success", "answer == 'yes'") == ["sealed"]
    assert problems(f"interventions.walk.events.{event}.proximal.success", "known(answer)") == []


def test_every_place_for_an_expression_is_tried() -> None:
    fields: set[str] = set()
    waiting: list[type[BaseModel]] = [Program]
    seen: set[type[BaseModel]] = set()
    while waiting:
        model = waiting.pop()
        if model in seen:
            continue
        seen.add(model)
        for name, field in model.model_fields.items():
            here = [field.annotation, *(a for x in get_args(field.annotation) for a in (x, *get_args(x)))]
            holds = any(x == Expr for x in here) or any(m in field.metadata for m in Expr.__metadata__)  # type: ignore[attr-defined]
            if holds:
                fields.add(f"{model.__name__}.{field.alias or name}")
            waiting += models_in(field)
    # A rule's alternatives and the several `success` are places of their own; all others stand once.
    assert {f.split(".")[1] for f in fields} == {p.split(".")[-1] for p in PLACES} - {"other", "busy"} | {
        "scores",
        "available",
    }, fields
    assert len(fields) >= 16


def test_words_are_for_texts() -> None:
    base = BASE.replace("on: diary.low, if: value >= 4", "on: diary.low, words: {en: [die]}")
    assert problems("target.reached", "diary.score <= 1", base) == ["safety_words"]
    base = BASE.replace("on: diary.low, if: value >= 4", "on: diary.note, words: {en: [want to die, suicid*]}")
    assert problems("target.reached", "diary.score <= 1", base) == []
