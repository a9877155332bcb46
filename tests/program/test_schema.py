"""The JSON Schema: it accepts what the models accept, in every short form, and refuses what they refuse."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from microcare.exchange.questionnaires import questionnaire_measure
from microcare.program.assembly import Assembly
from microcare.program.reader import read_bundle, read_program
from microcare.program.schema import program_schema
from microcare.program.yaml_tree import read_tree

ROOT = Path(__file__).parents[2]
PROGRAMS = sorted([*(ROOT / "programs").glob("*/program.yaml"), Path(__file__).parent / "sketch" / "program.yaml"])
SCHEMA = program_schema()
CHECKER = jsonschema.Draft202012Validator(SCHEMA)
BASE = """
program: p
title: A
measures: {m: {items: {a: {text: A?, scale: 0..4}}}}
interventions:
  a: {title: A, aim: A, events: {go: {goal: support, say: Hi}}, rules: [{on: start, deliver: go}]}
"""


def problems(value: Any) -> list[str]:
    return [f"{'.'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in CHECKER.iter_errors(value)]


def changed(change: str) -> Any:
    """The base with another value: `path = yaml`, a path of names and numbers joined by dots."""
    path, _, text = change.partition(" = ")
    whole: Any = read_tree("base", BASE.encode()).value
    part: Any = whole
    *names, last = path.split(".")
    for name in names:
        part = part[int(name)] if isinstance(part, list) else part.setdefault(name, {})
    part[int(last) if isinstance(part, list) else last] = read_tree("change", text.encode()).value
    return whole


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.parent.name)
def test_it_accepts_whole_programs(path: Path) -> None:
    work = Assembly(dict(read_program(path.parent, questionnaire_measure).source.files), "program.yaml", None)
    work.read()
    assert problems(work.value) == []


ACCEPTED = (
    "title = {en: A, de: B}",
    "suite = ../suite/x",
    "channels = email",
    "channels = [in_app, {email: 4h}, {channel: email, after: 2h}]",
    "person.kind = {type: choice, options: [a, b]}",
    "person.kind = {type: choice, options: {a: A, b: {en: B}}}",
    "measures.m.items.a = {text: A?, scale: 0..4, labels: {'0': never}}",
    "measures.m.items.a = {text: A?, choices: [a, 2, true]}",
    "measures.m.items.a = {text: A?, choices: {a: A, b: {label: B, score: 1}, c: {en: C}}}",
    "measures.m.complete = 1",
    "measures.m.score = 3",
    "interventions.a.bct = ['1.1', 10.4]",
    "interventions.a.kin = calm",
    "interventions.a.events.go = {goal: reframing, content: a.md}",
    "interventions.a.events.go = {goal: support, content: {image: a.png, alt: A}}",
    "interventions.a.events.go = {goal: support, content: [a.md, {say: Hi}, {exercise: 2m, steps: [a]}]}",
    "interventions.a.rules.0 = {deliver: [go, go]}",
    "interventions.a.rules.0 = {deliver: go, if: true}",
    "interventions.a.rules.0 = {deliver: go, available: true}",
    "interventions.a.rules.0 = {deliver: go, available: {awake: signals.awake, home: true}}",
    "interventions.a.rules.0 = {deliver: go, every: 2 days, at: '10:00'}",
    "interventions.a.rules.0 = {deliver: go, every: day, at: [person.dinner, '10:00']}",
    "interventions.a.rules.0 = {randomize: {go: 1, nothing: 0}}",
    "interventions.a.rules.0 = {randomize: {go: {p: 0.5, deliver: go}, nothing: 0.5}}",
    "interventions.a.rules.0 = {choose: [{if: true, deliver: go}, {end: over, as: success}]}",
    "model = [{level: 1, goal: G, needs: {n: {present: true, measures: m, interventions: a}}}]",
    "evaluate = [{every: 3 months, at: '10:00', measures: m}]",
    "narrative.rationale = [{for: a, say: Hi}]",
    "limits = {quiet: '21:30-07:00'}",
)
REFUSED = (
    "titel = A",
    "program = A program",
    "title = 3",
    "title = {en: 3}",
    "facilitator = robot",
    "person.kind = {type: word}",
    "person.kind = {tpye: text}",
    "measures.m.items.a = {txt: A?, scale: 0..4}",
    "measures.m.items.a = {text: A?, scale: 5}",
    "measures.m.items.a = {text: A?, type: slider}",
    "measures.m.complete = some",
    "interventions.a.events.go = {goal: suport, say: Hi}",
    "interventions.a.events.go = {goal: support, say: Hi, expires: 3}",
    "interventions.a.events.go = {goal: support, content: [{reed: a.md}]}",
    "interventions.a.events.go = {goal: support, content: [{image: a.png}]}",
    "interventions.a.events.go = {goal: support, content: [{say: Hi, alt: a}]}",
    "interventions.a.rules.0 = {delver: go}",
    "interventions.a.rules.0 = {deliver: 3}",
    "interventions.a.rules.0 = {deliver: go, times: many}",
    "interventions.a.rules.0 = {deliver: go, times: 0}",
    "interventions.a.rules.0 = {randomize: {go: lots}}",
    "interventions.a.rules.0 = {randomize: {go: {p: 0.5}}}",
    "interventions.a.rules.0 = {end: over, as: sucess}",
    "interventions.a.rules.0 = {deliver: go, available: [1]}",
    "model = [{level: one, goal: G}]",
    "model = {level: 1, goal: G}",
    "evaluate = [{evry: day}]",
    "limits = {per_day: -1}",
    "limits = {per_dya: 1}",
    "channels = [pigeon]",
    "channels = [{pigeon: 4h}]",
    "safety = [{on: m.a}]",
)


def agreed(change: str) -> bool:
    text = yaml.safe_dump(changed(change), allow_unicode=True)
    files = {"program.yaml": text, "a.md": "A", "a.png": "A", "../suite/x/measures/q.yaml": "items: {}"}
    return read_bundle({n: t.encode() for n, t in files.items()}).program is not None


@pytest.mark.parametrize("change", ACCEPTED)
def test_it_accepts_what_the_models_accept(change: str) -> None:
    assert agreed(change), "the models refuse it"
    assert problems(changed(change)) == []


@pytest.mark.parametrize("change", REFUSED)
def test_it_refuses_what_the_models_refuse(change: str) -> None:
    assert not agreed(change), "the models accept it"
    assert problems(changed(change)) != []


def test_every_word_has_its_sentence() -> None:
    silent = [
        f"{name}.{word}"
        for name, part in [("Program", SCHEMA), *SCHEMA["$defs"].items()]
        for word, inner in part.get("properties", {}).items()
        if "description" not in inner
    ]
    assert silent == []
