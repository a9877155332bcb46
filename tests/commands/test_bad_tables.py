"""Every analysis on files as they come: other separators and marks are read alike, and what is no table is refused in words."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from microcare.cli import app
from tests.optimization.test_contributions import ASKED as CONTRIBUTED
from tests.optimization.test_contributions import course as events
from tests.optimization.test_distal import ASKED as DISTAL
from tests.optimization.test_distal import course
from tests.optimization.test_mediation import ASKED as MEDIATED
from tests.optimization.test_mediation import course as mediated
from tests.optimization.test_narrative import ASKED as NARRATED
from tests.optimization.test_narrative import course as stories
from tests.optimization.test_sequences import smart
from tests.optimization.trials import ASKED, trial

Frame: TypeAlias = pd.DataFrame


def _options(asked: dict[str, Any]) -> list[str]:
    return [f"--{name}={value}" for name, value in asked.items()]


def _factorial() -> Frame:
    cells = np.arange(48)
    y = np.random.default_rng(1).normal(size=48) + 0.5 * (cells % 2)
    return pd.DataFrame({"y": y, "f1": cells % 2, "f2": cells // 2 % 2, "note": "as said"})


def _logs() -> Frame:
    table = trial()
    table["q"] = np.where(table.a == 1, table.p, 1 - table.p)
    return table[table.available == 1]


COMMANDS: dict[str, tuple[Callable[[], Frame], list[str]]] = {
    "effect": (trial, _options(ASKED)),
    "statistics": (trial, [*_options(ASKED), "--out=made.json"]),
    "distal": (course, _options(DISTAL)),
    "mediation": (mediated, _options(MEDIATED)),
    "contributions": (lambda: events(30), _options(CONTRIBUTED)),
    "narrative": (lambda: stories(persons=40), [*_options(NARRATED), "--narrative=story"]),
    "most": (_factorial, ["--outcome=y", "--factors=f1,f2"]),
    "smart": (lambda: smart(120), ["--outcome=y", "--options=a1,a2", "--responses=r"]),
    "rules": (lambda: smart(120), ["--outcome=y", "--stage=a1:x1", "--stage=a2:x2:x1+x2", "--bootstraps=100"]),
    "policy": (_logs, ["--reward=y", "--action=a", "--policy=0.3,0.7", "--probability=q", "--person=person"]),
}


def ran(command: str, path: Path, *more: str) -> tuple[int, str]:
    asked = [one.replace("made.json", str(path.parent / "made.json")) for one in COMMANDS[command][1]]
    found = CliRunner().invoke(app, ["analyze", command, str(path), *asked, *more])
    assert found.exception is None or isinstance(found.exception, SystemExit), repr(found.exception)
    return found.exit_code, found.output.replace(str(path), "TABLE")


def written(text: str | bytes, path: Path) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _lines(frame: Frame, changed: Callable[[int, str], str]) -> str:
    return "\n".join(changed(k, line) for k, line in enumerate(frame.to_csv(index=False).splitlines())) + "\n"


ALIKE: dict[str, Callable[[Frame, Path], Path]] = {
    "a mark of the encoding": lambda f, p: written("\ufeff" + f.to_csv(index=False), p / "t.csv"),
    "semicolons": lambda f, p: written(f.to_csv(index=False, sep=";"), p / "t.csv"),
    "tabs": lambda f, p: written(f.to_csv(index=False, sep="\t"), p / "t.tsv"),
    "lines of Windows": lambda f, p: written(f.to_csv(index=False).replace("\n", "\r\n"), p / "t.csv"),
    "everything quoted": lambda f, p: written(f.to_csv(index=False, quoting=1), p / "t.csv"),
    "columns in another order": lambda f, p: written(f[f.columns[::-1]].to_csv(index=False), p / "t.csv"),
    "Parquet": lambda f, p: parquet(f, p / "t.parquet"),
    "JSON lines": lambda f, p: written(f.to_json(orient="records", lines=True, double_precision=15), p / "t.jsonl"),
}


def parquet(frame: Frame, path: Path) -> Path:
    duckdb.from_df(frame).write_parquet(str(path))
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_the_same_table_in_another_coat_says_the_same(command: str, tmp_path: Path) -> None:
    frame = COMMANDS[command][0]()
    more = ["--format=json"] if command != "statistics" else []
    status, plain = ran(command, written(frame.to_csv(index=False), tmp_path / "t.csv"), *more)
    assert status == 0, plain
    for name, write in ALIKE.items():
        status, said = ran(command, write(frame, tmp_path), *more)
        assert status == 0, name
        assert numbers(said) == pytest.approx(numbers(plain), rel=1e-9, abs=1e-12), name


def numbers(said: str) -> list[float]:
    """All numbers of an answer in their order."""
    if not said.startswith("{"):
        return [float(word.strip(",")) for word in said.split() if word.strip(",").replace(".", "", 1).isdigit()]
    found: list[float] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict | list):
            for one in value.values() if isinstance(value, dict) else value:
                walk(one)
        elif isinstance(value, int | float):
            found.append(float(value))

    walk(json.JSONDecoder().raw_decode(said)[0])
    return found


NO_TABLE: dict[str, tuple[Callable[[Frame, Path], Path], str]] = {
    "no file": (lambda f, p: p / "nothing.csv", "there is no such file"),
    "a folder": (lambda f, p: p, "this is a folder"),
    "nothing in it": (lambda f, p: written("", p / "t.csv"), "the file is empty"),
    "a heading only": (lambda f, p: written(",".join(f.columns) + "\n", p / "t.csv"), "no rows|nothing to add up|two variants"),
    "a spreadsheet": (lambda f, p: written(b"PK\x03\x04", p / "t.xlsx"), "write the table as .csv or .parquet"),
    "no Parquet": (lambda f, p: written(b"\x00\x01no", p / "t.parquet"), "cannot be read as a table"),
    "bytes": (lambda f, p: written(bytes(range(256)) * 20, p / "t.csv"), "cannot be read as a table"),
    "a page": (lambda f, p: written("<html><body>Log in</body></html>", p / "t.csv"), "has no column"),
    "decimal commas": (
        lambda f, p: written(f.to_csv(index=False, sep=";", decimal=","), p / "t.csv"), "write decimals with a point"
    ),
    "a column twice": (
        lambda f, p: written(_lines(f, lambda k, line: f"{line},{line}"), p / "t.csv"), "has two columns"
    ),
    "a line too long": (
        lambda f, p: written(_lines(f, lambda k, line: line + ",1,2" if k == 3 else line), p / "t.csv"),
        "its lines cannot be split",
    ),
    "an open quotation mark": (
        lambda f, p: written(_lines(f, lambda k, line: '"' + line if k == 3 else line), p / "t.csv"), "quotation mark"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", NO_TABLE)
@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_no_table_is_refused(command: str, case: str, tmp_path: Path) -> None:
    write, wanted = NO_TABLE[case]
    status, said = ran(command, write(COMMANDS[command][0](), tmp_path))
    assert status == 1
    assert any(part in said for part in wanted.split("|")), said
    assert "Traceback" not in said and not (tmp_path / "made.json").exists()


def test_letters_in_another_encoding(tmp_path: Path) -> None:
    table = trial().replace({"person": {"p1": "Jos\xe9"}})
    status, said = ran("effect", written(table.to_csv(index=False).encode("latin-1"), tmp_path / "t.csv"))
    assert (status, "save the file as UTF-8" in said, "line 14" in said) == (1, True, True)
    status, said = ran("effect", written(table.to_csv(index=False), tmp_path / "t.csv"))
    assert status == 0


def test_whole_numbers_with_gaps_are_whole_numbers(tmp_path: Path) -> None:
    """Who had no second decision has nothing there, and the others 0 or 1, not 0.0 or 1.0."""
    table = smart(120)
    gaps = table.astype({"a2": "Int64"})
    assert ",1," in gaps.to_csv(index=False) and ",," in gaps.to_csv(index=False)
    for command in ("smart", "rules"):
        plain, other = (
            ran(command, written(one.to_csv(index=False), tmp_path / "t.csv"), "--format=json") for one in (table, gaps)
        )
        assert plain[0] == 0 and plain == other
    status, said = ran("most", written(_factorial().astype({"f1": "Int64"}).to_csv(index=False), tmp_path / "t.csv"))
    assert status == 0, said


def test_a_data_frame_with_a_column_twice_is_refused() -> None:
    from microcare.optimization.excursion import excursion_effect
    from microcare.optimization.refusal import Refusal

    table = trial()
    with pytest.raises(Refusal, match="two columns y"):
        excursion_effect(pd.concat([table, table[["y"]]], axis=1), **ASKED)


def _set(column: str, value: Any) -> Callable[[Frame], Frame]:
    return lambda f: f.assign(**{column: value})


def _at(column: str, row: int, value: Any) -> Callable[[Frame], Frame]:
    def change(f: Frame) -> Frame:
        f = f.astype({column: object}).reset_index(drop=True)
        f.loc[row, column] = value
        return f

    return change


WRONG: list[tuple[str, str, Callable[[Frame], Frame], str]] = [
    *((c, "text for a number", _at(o, 5, "much"), "is no number: 'much'") for c, o in (
        ("effect", "y"), ("statistics", "y"), ("distal", "end"), ("mediation", "end"), ("contributions", "near"),
        ("narrative", str(NARRATED["outcome"])), ("most", "y"), ("smart", "y"), ("rules", "y"), ("policy", "y"),
    )),
    *((c, "no variation", _set(o, 1.5), "does not vary|the same|differ|nothing to explain") for c, o in (
        ("effect", "y"), ("distal", "end"), ("mediation", "end"), ("most", "y"), ("smart", "y"), ("rules", "y"), ("policy", "y"),
    )),
    *((c, "one person", lambda f: f[f.person == f.person.iloc[0]], "one person") for c in ("effect", "distal", "mediation", "policy")),
    *((c, "a probability of 1", _set("p", 1.0), "probability|always") for c in ("effect", "distal", "mediation", "contributions")),
    *((c, "a probability above 1", _set("p", 50), "probability|between 0 and 1") for c in ("effect", "statistics", "distal", "mediation")),
    ("policy", "a probability of 0", _set("q", 0.0), "above 0 and at most 1"),
    *((c, "fewer persons than coefficients", lambda f: f[f.person.isin(f.person.unique()[:3])], "person") for c in ("effect", "distal")),
    ("most", "as many rows as effects", lambda f: f.head(4), "persons cannot carry|at least"),
    ("most", "a factor of three levels", _at("f1", 1, 2), "a factor has two"),
    ("smart", "no first option", _at("a1", 2, None), "have none"),
    ("smart", "an unknown response", _at("r", 2, None), "it is unknown for"),
    ("rules", "one option", _set("a1", 1), "different option"),
    ("rules", "few persons", lambda f: f.head(8), "ten persons|cannot carry|at least"),
    ("policy", "an action that there is not", _at("a", 2, 7), "from 0 to 1"),
    ("policy", "an unknown action", _at("a", 2, None), "unknown"),
    ("policy", "a reward that is unknown", _at("y", 2, None), "have none"),
    ("policy", "one row", lambda f: f.head(1), "fewer than two rows"),
]  # fmt: skip


@pytest.mark.parametrize(("command", "name", "change", "wanted"), WRONG, ids=[f"{c}: {n}" for c, n, *_ in WRONG])
def test_what_carries_no_number_is_refused(
    command: str, name: str, change: Callable[[Frame], Frame], wanted: str, tmp_path: Path
) -> None:
    path = written(change(COMMANDS[command][0]()).to_csv(index=False), tmp_path / "t.csv")
    status, said = ran(command, path)
    assert status == 1 or (command == "contributions" and "no number" in said), said
    assert any(part in said for part in wanted.split("|")), said
    more = ["--format=json"] if command != "statistics" else []
    assert ran(command, path, *more)[0] == status
