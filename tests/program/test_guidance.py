"""What the language reference answers across parts is so."""

import pytest

from microcare.base.issues import Severity
from microcare.program.checks import check_program
from microcare.program.reader import read_bundle

PROGRAM = """
program: p
title: A program
person: {{pregnant: {{type: boolean, ask: "Are you pregnant?"}}}}
signals: {{steps: {{type: number}}}}
measures:
  mood:
    items: {{low: {{text: "Low?", scale: 0..4}}, slept: {{text: "Slept?"}}}}
    scores: {{how_low: low}}
interventions:
  walk:
    title: Walking
    aim: A walk a day
    events:
      go: {{goal: support, say: "{text}", contraindicated: "if_unknown(person.pregnant, false)"}}
      how_was_it: {{goal: support, say: "A question.", proximal: {{ask: "Was it good?", success: answer == "yes"}}}}
    rules:
      - {{on: start, {rule}}}
"""


def errors(rule: str = "deliver: go", text: str = "Hi") -> list[str]:
    reading = read_bundle({"program.yaml": PROGRAM.format(rule=rule, text=text).encode()})
    issues = [*reading.issues, *check_program(reading)]
    return [i.message for i in issues if i.severity is Severity.ERROR]


@pytest.mark.parametrize(
    "rule",
    [
        "after: 2h, deliver: go",
        "every: day, deliver: go",
        'every: day, at: ["09:00", "18:00"], deliver: go',
        'at: "18:00", deliver: go',
        "every: 2 weeks, deliver: go",
        'every: "monday, thursday", deliver: go',
        'every: 90m, between: "09:00-17:00", deliver: go',
        'random: 3, between: "09:00-20:00", deliver: go',
        'random: 1, every: weekday, between: "09:00-20:00", after: 1d, times: 7, lasts: 14d, deliver: go',
        'every: day, until: "mood.how_low < 1", deliver: go',
        "if: mood.slept, deliver: go",
        'every: day, at: "20:00", deliver: how_was_it',
        "randomize: {both: {p: 0.5, deliver: [how_was_it, go]}, alone: {p: 0.5, deliver: go}}",
        "randomize: {go: 0.5, nothing: 0.5}, proximal: {signal: steps, over: 30m}",
    ],
)
def test_what_the_reference_shows_checks(rule: str) -> None:
    assert errors(rule) == []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("deliver: go, randomize: {go: 0.6, nothing: 0.4}", "`deliver` beside `randomize`"),
        ("choose: [{deliver: go, randomize: {go: 0.6, nothing: 0.4}}]", "`deliver` beside `randomize`"),
        ('randomize: {go: 0.6, nothing: 0.4}, proximal: {ask: "Did it?"}', "can only be a signal"),
        ("every: 90m, deliver: go", "needs `between`"),
        ("random: 3, deliver: go", "needs `between`"),
    ],
)
def test_what_cannot_be_is_an_error(rule: str, said: str) -> None:
    assert any(said in message for message in errors(rule)), errors(rule)


def test_texts_show_scores_and_no_items() -> None:
    assert errors(text="You said {mood.how_low}, {mood.score}.") == []
    assert any("{mood.low}" in message for message in errors(text="You said {mood.low}."))
