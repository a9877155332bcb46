"""No table, however bad, makes a command fall over: it is answered, or refused in words."""

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from microcare.cli import app
from tests.commands.test_bad_tables import COMMANDS
from tests.optimization.test_levels import table
from tests.optimization.trials import trial

Draw = np.random.Generator
VALUES: dict[str, Callable[[Draw, int], Any]] = {
    "unknown": lambda draw, n: [None] * n,
    "one value": lambda draw, n: [1] * n,
    "nought": lambda draw, n: [0] * n,
    "half unknown": lambda draw, n: np.where(draw.random(n) < 0.5, np.nan, draw.random(n)),
    "texts": lambda draw, n: draw.choice(["a", "b", "c"], n),
    "empty texts": lambda draw, n: [""] * n,
    "one text each": lambda draw, n: [f"t{k}" for k in range(n)],
    "numbers and texts": lambda draw, n: [k if k % 3 else f"x{k}" for k in range(n)],
    "huge": lambda draw, n: draw.choice([1e308, -1e308, 1.0], n),
    "tiny": lambda draw, n: draw.choice([1e-308, 0.0, 5e-324], n),
    "infinite": lambda draw, n: draw.choice([np.inf, -np.inf, 1.0], n),
    "below nought": lambda draw, n: -draw.random(n),
    "moments": lambda draw, n: pd.date_range("2026-01-01", periods=n, freq="h", tz="UTC"),
    "days": lambda draw, n: pd.date_range("2026-01-01", periods=n).strftime("%Y-%m-%d"),
    "truths": lambda draw, n: draw.random(n) < 0.5,
    "twenty digits": lambda draw, n: [str(12345678901234567890 + k % 7) for k in range(n)],
    "fractions": lambda draw, n: draw.random(n),
    "whole numbers": lambda draw, n: draw.integers(-3, 4, n),
    "commas": lambda draw, n: [f"{k},5" for k in range(n)],
    "formulas": lambda draw, n: draw.choice(["=1+1", "+x", "@y", "-2"], n),
    "letters of all kinds": lambda draw, n: draw.choice(["é", "日本", "\u202e", "🙂", "a\"b'c", "x\ny"], n),
}
SHAPES: dict[str, Callable[[pd.DataFrame, Draw], pd.DataFrame]] = {
    "as it is": lambda f, draw: f,
    "no rows": lambda f, draw: f.iloc[:0],
    "one row": lambda f, draw: f.iloc[:1],
    "three rows": lambda f, draw: f.iloc[:3],
    "one person's": lambda f, draw: f[f.iloc[:, 0] == f.iloc[0, 0]],
    "every row twice": lambda f, draw: pd.concat([f, f], ignore_index=True),
    "shuffled": lambda f, draw: f.iloc[draw.permutation(len(f))].reset_index(drop=True),
    "a column less": lambda f, draw: f.drop(columns=str(draw.choice(f.columns))),
    "rows without anything": lambda f, draw: pd.concat(
        [f, pd.DataFrame([[None] * f.shape[1]] * 3, columns=f.columns)], ignore_index=True
    ),
}
SOURCES: dict[str, tuple[Callable[[], pd.DataFrame], list[str]]] = {
    **COMMANDS,
    "report": (table, ["--out=made.html"]),
    "report of roles": (
        trial,
        ["--outcome=y", "--treatment=a", "--probability=p", "--person=person", "--availability=available", "--day=t",
         "--moderators=s,x", "--out=made.html"],
    ),
    "effect, a ratio": (trial, ["--outcome=yb", "--treatment=a", "--probability=p", "--person=person", "--family=log", "--controls=~ s"]),
    "effect, later": (
        trial,
        ["--outcome=y", "--treatment=a", "--probability=p", "--person=person", "--window=2", "--time=t", "--missing=drop", "--moderators=~ C(s)"],
    ),
}  # fmt: skip


def spoilt(name: str, seed: int) -> tuple[pd.DataFrame, str]:
    """A command's own table with one or two columns of other values, or in another shape."""
    draw = np.random.Generator(np.random.Philox([seed, zlib.crc32(name.encode())]))
    frame, done = SOURCES[name][0](), []
    for _ in range(int(draw.integers(0, 3))):
        column, kind = str(draw.choice(frame.columns)), str(draw.choice(list(VALUES)))
        frame = frame.assign(**{column: VALUES[kind](draw, len(frame))})
        done.append(f"{column}: {kind}")
    shape = str(draw.choice(list(SHAPES), p=[0.5, *[0.5 / (len(SHAPES) - 1)] * (len(SHAPES) - 1)]))
    return SHAPES[shape](frame, draw), f"{', '.join(done)}; {shape}"


def written(frame: pd.DataFrame, folder: Path, kind: str) -> Path:
    path = folder / f"table.{kind}"
    if kind == "csv":
        frame.to_csv(path, index=False)
        return path
    with duckdb.connect() as connection:
        connection.register("made", frame.astype({c: str for c in frame if frame[c].map(type).nunique() > 2}))
        connection.execute(f"COPY made TO '{path}' (FORMAT {'parquet' if kind == 'parquet' else 'json'})")
    return path


def tried(name: str, seed: int, folder: Path) -> None:
    frame, how = spoilt(name, seed)
    kind = ("csv", "parquet", "jsonl")[seed % 3]
    try:
        path = written(frame, folder, kind)
    except (duckdb.Error, ValueError):
        path, kind = written(frame, folder, "csv"), "csv"
    asked = [one.replace("made.", f"{folder}/made.") for one in SOURCES[name][1]]
    command = [] if name.startswith("report") else [name.partition(",")[0]]
    result = CliRunner().invoke(app, ["analyze", *command, str(path), *asked])
    assert result.exception is None or isinstance(result.exception, SystemExit), (
        f"{name} {seed} {kind}: {how}\n{result.exc_info}"
    )
    assert result.exit_code in (0, 1), f"{name} {seed}: {how}\n{result.output}"
    if result.exit_code == 1:
        assert result.output.strip() and "Traceback" not in result.output, how
    assert " nan" not in result.output or result.exit_code == 1, f"{name} {seed}: {how}\n{result.output}"


@pytest.mark.parametrize("name", SOURCES)
def test_a_spoilt_table_is_answered_or_refused(name: str, tmp_path: Path) -> None:
    for seed in range(4):
        tried(name, seed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", SOURCES)
def test_many_spoilt_tables_are_answered_or_refused(name: str, tmp_path: Path) -> None:
    for seed in range(4, 30):
        tried(name, seed, tmp_path)
