"""The planner: need states against the suite, and what to build next."""

import json
from dataclasses import asdict

from microcare.program.event import Goal
from microcare.program.planner import coverage
from microcare.program.program import Program
from microcare.program.reader import read_bundle

TEXT = """
program: p
title: A
measures: {m: {items: {a: {text: "A?", scale: 0..4}}}}
model:
  - level: 3
    goal: Relief
    needs:
      storm: {present: reported.storm, severity: 1, interventions: [calm]}
      flood: {present: reported.flood, interventions: [ark]}
  - level: 1
    goal: Being there
    needs:
      lonely: {present: m.score < 2, severity: 0.2, interventions: [walk]}
      low: {present: m.score < 3, interventions: [walk, calm, run]}
      lost: {present: m.score < 1}
interventions:
  walk: {title: W, aim: W, outcome: {measure: m, success: m.score > 3}, events: {go: {goal: support, say: Hi}}, rules: [{deliver: go}]}
  calm: {title: C, aim: C, events: {go: {goal: symptom_relief, say: Hi}, tell: {goal: educational, say: Hi}}, rules: [{deliver: go}]}
  idle: {title: I, aim: I, events: {go: {goal: support, say: Hi}}, rules: [{deliver: go}]}
"""


def program(text: str = TEXT) -> Program:
    reading = read_bundle({"program.yaml": text.encode()})
    assert reading.program is not None, reading.issues
    return reading.program


def test_what_answers_what() -> None:
    found = coverage(program())
    assert [(n.need, n.level, n.answers, n.missing) for n in found.needs] == [
        ("lonely", 1, ("walk",), ()),
        ("low", 1, ("walk", "calm"), ("run",)),
        ("lost", 1, (), ()),
        ("storm", 3, ("calm",), ()),
        ("flood", 3, (), ("ark",)),
    ]
    assert (found.uncovered, found.fragile, found.idle) == (("lost", "flood"), ("lonely", "storm"), ("idle",))
    assert found.without_outcome == ("calm", "idle")


def test_goals_of_table_2_are_counted_over_the_suite() -> None:
    goals = coverage(program()).goals
    assert list(goals) == [g.value for g in Goal]
    assert {g: n for g, n in goals.items() if n} == {"support": 2, "symptom_relief": 1, "educational": 1}


def test_what_to_build_next_comes_in_order() -> None:
    assert [p.what for p in coverage(program()).build_next] == [
        "a micro intervention for lost",  # nothing answers it, level 1
        "build ark",  # nothing answers it, level 3, and it has a name already
        "a second answer to storm",  # one answer, and the most pressing
        "a second answer to lonely",
        "an overall outcome for calm",
        "an overall outcome for idle",
    ]
    assert all(p.reason for p in coverage(program()).build_next)


def test_rows_name_every_need_and_every_proposal() -> None:
    found = coverage(program())
    rows = "\n".join(found.rows())
    for need in found.needs:
        assert need.need in rows
    for proposal in found.build_next:
        assert f"{proposal.what}: {proposal.reason}" in rows


def test_it_is_plain_data() -> None:
    found = asdict(coverage(program()))
    assert json.loads(json.dumps(found))["uncovered"] == ["lost", "flood"]


def test_a_program_without_a_model_has_nothing_to_cover() -> None:
    without = TEXT[: TEXT.index("model:")] + TEXT[TEXT.index("\ninterventions:") :]
    found = coverage(program(without))
    assert (found.needs, found.uncovered, found.idle) == ((), (), ())
