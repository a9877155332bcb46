"""The report's files: the page, and beside it the same numbers as JSON and as CSV."""

import json
import math
from pathlib import Path
from typing import Any

from microcare.base.cells import write_rows
from microcare.optimization.levels.analysis import Analysis
from microcare.optimization.report.page import page


def write(analysis: Analysis, out: Path, title: str) -> list[Path]:
    """Write `report.html`, `report.json` and a CSV for each table (`report.effects.csv`); returns all that were written."""
    tables = analysis.tables()
    numbers = out.with_suffix(".json")
    sheets = {name: out.with_suffix(f".{name}.csv") for name in tables}
    numbers.write_text(json.dumps(_plain(analysis.as_dict()), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for name, path in sheets.items():
        rows = tables[name]
        with path.open("w", encoding="utf-8", newline="") as file:
            columns = list(dict.fromkeys(key for row in rows for key in row))
            write_rows(file, [columns, *([row.get(name, "") for name in columns] for row in rows)])
    names = [numbers.name, *(p.name for p in sheets.values())]
    out.write_text(page(analysis, title, names), encoding="utf-8")
    return [out, numbers, *sheets.values()]


def _plain(value: Any) -> Any:
    """JSON has no infinity and no NaN: what is not a number is unknown."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
