"""Reading: what authors write, where it stands, what is wrong with it, and how quickly that is said."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from microcare.base.issues import Issue, Place
from microcare.program.assembly import Taken
from microcare.program.assessment import Item, Measure
from microcare.program.reader import Reading, read_bundle, read_program

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "reader_cases.yaml").read_text(encoding="utf-8"))
SMALL = """program: p
title: A
interventions:
  walk:
    title: Walk
    aim: A walk
    events:
      go: {goal: support, content: content/go.md}
    rules:
      - on: start
        deliver: go
      - on: go.done
        if: go.times_done > 3
        end: done
"""


def shown(issue: Issue) -> str:
    file = "" if issue.place.file == "program.yaml" else f"{issue.place.file}:"
    return f"{file}{issue.place.line}:{issue.place.column} {issue.code} {issue.message} [{issue.cure}]"


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["about"][:60])
def test_case(case: dict[str, Any]) -> None:
    files = dict(case.get("files", {}))
    if "program" in case:
        files["program.yaml"] = case["program"]
    reading = read_bundle({name: text.encode() for name, text in files.items()})
    assert [shown(i) for i in reading.issues] == case["issues"]
    errors = [i for i in reading.issues if i.severity == "error"]
    assert (reading.program is None) <= bool(errors), "nothing was read and nothing said"


def test_places() -> None:
    source = read_bundle({"program.yaml": SMALL.encode(), "content/go.md": b"Go"}).source
    rule = ("interventions", "walk", "rules", 1)
    for path, key, line, column in (
        ((*rule, "if"), False, 13, 13),
        ((*rule, "if"), True, 13, 9),
        (rule, False, 12, 9),
        ((*rule, "available", "asleep"), False, 12, 9),
        (("interventions", "walk"), True, 4, 3),
        (("interventions", "run"), False, 4, 3),
        ((), False, 1, 1),
    ):
        assert source.place(path, key=key) == Place("program.yaml", line, column), path


def test_texts_come_in_the_language_that_is_there() -> None:
    files = {"program.yaml": SMALL, "content/go.md": "Go", "content/go.de.md": "Los"}
    source = read_bundle({n: t.encode() for n, t in files.items()}).source
    for language, text in (("", "Go"), ("en", "Go"), ("de", "Los"), ("de-CH", "Los")):
        assert source.text("content/go.md", language) == text
    assert source.text("content/no.md") is None


def test_references_lead_to_files_of_the_source() -> None:
    files = {
        "program.yaml": "program: p\ntitle: A\nsuite: ../suite/walk\n",
        "../suite/walk/interventions/walk.yaml": "title: W\naim: W\nevents: {go: {goal: support, content: go.md}}\n"
        "rules: [{deliver: go}]\n",
        "../suite/walk/go.md": "Go",
    }
    reading = read_bundle({n: t.encode() for n, t in files.items()})
    assert reading.program is not None
    assert reading.program.interventions["walk"].events["go"].files == ("../suite/walk/go.md",)
    assert reading.source.text("../suite/walk/go.md") == "Go"


def test_a_questionnaire_fills_in_items_and_score_and_keeps_what_the_author_wrote() -> None:
    files = {
        "program.yaml": b"program: p\ntitle: A\nmeasures: {m: {file: m.json, title: Mine, complete: 1}}\n",
        "m.json": b"{}",
    }
    full = Measure(title="Theirs", items={"a": Item(text="A?", scale=(0, 4))}, score="a * 2")
    program = read_bundle(files, questionnaires=lambda _: Taken(full)).program
    assert program is not None
    found = program.measures["m"]
    assert (found.title, found.complete, found.score, list(found.items)) == ("Mine", 1, "a * 2", ["a"])
    refused = read_bundle(files, questionnaires=lambda _: ("line 1: no items",))
    assert [i.code for i in refused.issues] == ["fhir"]


def test_a_folder_reads_like_its_bundle(tmp_path: Path) -> None:
    (tmp_path / "walk" / "content").mkdir(parents=True)
    (tmp_path / "walk" / "program.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "walk" / "content" / "go.md").write_text("Go", encoding="utf-8")
    folder, alone = read_program(tmp_path / "walk"), read_program(tmp_path / "walk" / "program.yaml")
    bundle = read_bundle(folder.source.files)
    assert folder.program == alone.program == bundle.program is not None
    assert folder.issues == alone.issues == ()
    assert set(alone.source.files) == set(folder.source.files) == {"program.yaml", "content/go.md"}


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "pipe.yaml")
    large = tmp_path / "large.yaml"
    with large.open("wb") as file:
        file.truncate(3_000_000_000)
    full = tmp_path / "full"
    full.mkdir()
    (full / "program.yaml").write_text("program: p\n", encoding="utf-8")
    for number in range(2100):
        (full / f"{number}.md").touch()
    for name, words in (
        ("empty", "there is no program.yaml"),
        ("missing", "there is no"),
        ("loop", "there is no"),
        ("pipe.yaml", "there is no"),
        ("a\0b", "there is no"),
        ("large.yaml", "too large"),
        ("full", "more than 2,000 files"),
    ):
        begun = time.perf_counter()
        reading = read_program(tmp_path / name)
        assert time.perf_counter() - begun < 2, name
        assert reading.program is None and len(reading.issues) == 1, name
        assert words in reading.issues[0].message, name


def test_links_that_lead_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    (tmp_path / "walk" / "content").mkdir(parents=True)
    (tmp_path / "walk" / "content" / "go.md").symlink_to(tmp_path / "secret.md")
    (tmp_path / "walk" / "program.yaml").write_text(SMALL, encoding="utf-8")
    for path in (tmp_path / "walk", tmp_path / "walk" / "program.yaml"):
        reading = read_program(path)
        assert [i.code for i in reading.issues] == ["file"]
        assert not any(b"secret" in data for data in reading.source.files.values())


ALIASES = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10)
)
NESTED = (
    "a0: &a0 "
    + "[" * 50
    + "]" * 50
    + "\n"
    + "".join(f"a{i}: &a{i} {'[' * 50}*a{i - 1}{']' * 50}\n" for i in range(1, 40))
)


HONEST = (
    "program: p\ntitle: A\ninterventions:\n  walk:\n    title: Walk\n    aim: A walk\n    events:\n"
    + "".join(f"      e{n}: {{goal: support, say: Hello}}\n" for n in range(8_000))
    + "    rules: [{deliver: e0}]\n"
)


@pytest.fixture(scope="module")
def honest_work() -> float:
    """Processor seconds that reading an honest program takes, about as large as one may be; the smaller of two."""
    return min(work_of(HONEST)[0] for _ in range(2))


def work_of(text: str) -> tuple[float, Reading]:
    """Processor seconds that reading a program takes, and what was read. What other processes do does not count."""
    begun = time.process_time()
    reading = read_bundle({"program.yaml": text.encode()})
    return time.process_time() - begun, reading


def test_the_honest_program_is_read() -> None:
    assert work_of(HONEST)[1].issues == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ALIASES, "too_many"),
        (NESTED, "too_deep"),
        ("a: " + "[" * 100_000, "too_deep"),
        ("a: " + "{b: " * 100_000, "too_deep"),
        ("x" * 2_000_001, "too_large"),
        ("- " * 500_000, "too_deep"),
        ("a: [" + "1," * 150_000 + "]", "too_many"),
        ("".join(f"interventionz{n}: 1\n" for n in range(40_000)), "more"),
        ("program: p\ntitle: " + "'" * 500_001, "yaml"),
        ("program: \ud83d".encode("utf-8", "surrogatepass").decode("latin-1"), "program.missing"),
        ("a: &a [*a]\n", "alias"),
        ("limits: {per_day: 3 " + "a: 'b' " * 20_000 + "}", "yaml"),
        ("limits: [" + "'a' " * 200 + "\n" + "'a' " * 400_000, "yaml"),
        ("limits: {a: " + "x, b: " * 20_000 + "{c} d", "yaml"),
        ("person:\n" + "".join(f"  a{n}:\n" for n in range(20_000)) + "x: 1\n", "more"),
        ("program: p\ntitle: A\nmeasures:\n"
         + "".join(f"  m{n}: {{items: {{i: {{text: A?, scale: 0..4}}}}}}\n" for n in range(2_000))
         + "safety:\n" + "".join(f"  - {{on: x{n}, if: value > 1}}\n" for n in range(2_000)), "program.safety_on"),
    ],
    ids=lambda v: v[:12],
)  # fmt: skip
def test_hostile_files_are_refused_quickly(text: str, code: str, honest_work: float) -> None:
    work, reading = work_of(text)
    assert work < 6 * honest_work, "it takes much more work than an honest program of the largest size"
    assert reading.program is None
    assert code in {i.code for i in reading.issues}


@pytest.mark.parametrize(("data", "line", "column"), [(b"program: p\ntitle: \xff\n", 2, 8), (b"\xff\xfe", 1, 1)])
def test_other_encodings_are_told_with_their_place(data: bytes, line: int, column: int) -> None:
    (issue,) = read_bundle({"program.yaml": data}).issues
    assert (issue.code, issue.place) == ("encoding", Place("program.yaml", line, column))
