"""Tables larger than memory: WCLS goes through a file part by part, everything else says what to do."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from microcare.optimization import designs, pooling, tables
from microcare.optimization.arranging import Part
from microcare.optimization.effect import Effect
from microcare.optimization.memory import free_memory, needed
from microcare.optimization.question import TIMES, Question
from microcare.optimization.refusal import Refusal

VECTOR = 2048
"""The rows of one of the database's vectors."""
ROWS = 200_000
MOST_LEVELS = 1000


def instead(
    path: str | Path, question: Question, known: Sequence[str] | None = None, memory: float | None = None
) -> Effect | None:
    """The effect of a file (with the columns `known`) that does not fit into so many bytes (all that is free), part by
    part; None if it fits.

    Raises:
        Refusal: it does not fit, and the question cannot be answered part by part.
    """
    file = Path(path)
    if not file.is_file():
        return None
    known = tables.names(file) if known is None else known
    bytes_needed, free = (
        needed(file, len(question.columns(known)), len(known)),
        free_memory() if memory is None else memory,
    )
    if bytes_needed < free:
        return None
    try:
        pooling.askable(question)
    except Refusal as refused:
        raise Refusal(
            f"{file}: the analysis takes about {bytes_needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free. Use fewer "
            f"columns, write the table as Parquet, use a larger machine, or WCLS, which reads a file part by part: {refused}"
        ) from None
    effect = streamed(file, question)
    return replace(effect, notes=(*effect.notes, "the file is larger than memory holds, and was read part by part"))


def streamed(path: str | Path, question: Question, rows: int = ROWS) -> Effect:
    """The effect by WCLS from a file of any length; only `rows` rows and one small matrix a person are in memory.

    Raises:
        Refusal: as in `excursion.excursion_effect`, or the question cannot be answered from sums.
    """
    return statistics_of_file(path, question, rows=rows).effect()


def statistics_of_file(
    path: str | Path, question: Question, site: str = "", prefix: str = "", rows: int = ROWS
) -> pooling.Statistics:
    """The persons' statistics of a file of any length."""
    with tables.opened(path, free_memory() / 3, question.texts) as source:
        q, part = _prepared(source, pooling.askable(question))
        made = (
            pooling.statistics(frame, q, site, prefix, part)
            for frame in _parts(source, q, max(rows // VECTOR, 1))
            if len(frame)
        )
        return pooling.added(made)


def _prepared(source: tables.Source, q: Question) -> tuple[Question, Part]:
    """The question with the arms of the whole file, and designs that know all levels of its categories."""
    source.select(q.columns(source.names))
    if q.arms is None:
        written = sorted({_label(v) for v in source.distinct(q.treatment, MOST_LEVELS)})
        if not set(written) <= {"0", "1"} and set(written) <= {str(k) for k in range(20)}:
            q = replace(q, arms=written)
    used = ({q.availability: "1"} if q.availability else {}) | ({q.outcome: "*"} if q.window + q.lag == 1 else {})
    specs = []
    for formula in (q.moderators, q.controls):
        named = set(designs.levels(formula))
        values = {
            name: source.distinct(name, MOST_LEVELS, used)
            for name in designs.variables(formula)
            if name in named or not source.numeric(name)
        }
        specs.append(designs.blueprint(formula, values))
    return q, Part(*specs)


def _label(value: object) -> str:
    return str(int(value)) if isinstance(value, bool | float) and float(value).is_integer() else str(value)


def _parts(source: tables.Source, q: Question, vectors: int) -> Iterator[pd.DataFrame]:
    if q.window + q.lag == 1:
        yield from source.frames(q.columns(source.names), vectors)
        return
    if q.time is None and not any(c in source.names for c in TIMES):
        raise Refusal("a file that is read in parts needs a time column where the outcome lies later: say which (time)")
    left: pd.DataFrame | None = None
    for frame in source.frames(q.columns(source.names), vectors, order=q.person):
        both = frame if left is None else pd.concat([left, frame], ignore_index=True)
        last = both[q.person] == both[q.person].iloc[-1]
        left = both[last]
        if not last.all():
            yield both[~last].reset_index(drop=True)
    if left is not None:
        yield left.reset_index(drop=True)
