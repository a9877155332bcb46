"""Whatever is in the files, reading and checking say so in bounded time; they never fail themselves."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microcare.base.issues import Severity
from microcare.exchange.questionnaires import questionnaire_measure
from microcare.program.checks import check_program
from microcare.program.drawing import draw_model, draw_sequence
from microcare.program.planner import coverage
from microcare.program.reader import Reading, read_bundle, read_program

FOLDER = Path(__file__).parent / "sketch"
FILES = dict(read_program(FOLDER, questionnaire_measure).source.files)
TEXT = FILES["program.yaml"].decode()
LINES = TEXT.splitlines()
PIECES = ("{", "}", "[", "]", ": ", "- ", "#", "'", '"', "&a ", "*a", "!!str ", "|", ">", "\t", "\0", "\u2028", "é", "{{", "%", "@",
          "<<: ", "---", "?", "0..4", "1e999", "-1", "null", "true", "nothing", "person.", "[" * 70, "9" * 400, "answer == ", "(((")  # fmt: skip


def whole(text: bytes) -> Reading:
    """Everything that is done with a program's text; returns what was read."""
    begun = time.perf_counter()
    reading = read_bundle({**FILES, "program.yaml": text}, questionnaires=questionnaire_measure)
    issues = [*reading.issues, *check_program(reading)]
    assert reading.program is not None or any(i.severity == "error" for i in issues)
    for issue in issues:
        assert issue.message and issue.place.line >= 1 and issue.place.column >= 1
        assert issue.place.file in FILES, issue
    if reading.program is not None:
        coverage(reading.program)
        draw_model(reading.program)
        for name in reading.program.interventions:
            draw_sequence(reading.program, name)
    assert time.perf_counter() - begun < 5
    return reading


def test_the_program_itself_has_no_errors() -> None:
    reading = whole(TEXT.encode())
    # What the questionnaire file in it loses is said, and is no error.
    assert [i for i in reading.issues if i.code != "fhir" or i.severity is Severity.ERROR] == []
    assert [i.code for i in check_program(reading)] == ["no_proximal"]


@settings(max_examples=150)
@given(st.integers(0, len(TEXT)), st.integers(0, 12), st.sampled_from(PIECES))
def test_a_piece_put_anywhere(at: int, cut: int, piece: str) -> None:
    whole((TEXT[:at] + piece + TEXT[at + cut :]).encode())


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, len(LINES) - 1), min_size=1, max_size=6),
    st.lists(st.integers(0, len(LINES) - 1), max_size=3),
)
def test_lines_left_out_and_moved(out: list[int], moved: list[int]) -> None:
    kept = [line for number, line in enumerate(LINES) if number not in out]
    for number in moved:
        kept.insert(number % (len(kept) + 1), LINES[number])
    whole("\n".join(kept).encode())


@settings(max_examples=60)
@given(st.integers(0, len(LINES) - 1), st.integers(1, 6))
def test_lines_indented(number: int, by: int) -> None:
    whole("\n".join([*LINES[:number], " " * by + LINES[number], *LINES[number + 1 :]]).encode())


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    whole(data)


@settings(max_examples=60)
@given(st.sampled_from(sorted(set(TEXT.split()))), st.sampled_from(sorted(set(TEXT.split()))))
def test_words_exchanged(one: str, other: str) -> None:
    whole(TEXT.replace(one, other, 1).encode())


@pytest.mark.parametrize("piece", PIECES, ids=lambda p: ascii(p)[:12])
def test_a_piece_in_every_value(piece: str) -> None:
    for number, line in enumerate(LINES):
        if ": " in line and number % 7 == len(piece) % 7:
            whole("\n".join([*LINES[:number], line.split(": ")[0] + ": " + piece, *LINES[number + 1 :]]).encode())


@pytest.mark.parametrize("number", ["1e999", "-1e400", "'inf'", "'nan'", ".inf", ".nan", "9" * 5000])
def test_numbers_without_bounds_are_refused(number: str) -> None:
    text = TEXT.replace("child_age: {type: integer, min: 2, max: 12}", f"child_age: {{type: integer, min: {number}}}")
    assert whole(text.encode()).program is None
