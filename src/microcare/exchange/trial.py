"""The decision-point table: one row a decision point, from a person's journal alone."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from microcare.base.moments import format_local, format_moment
from microcare.hub import entry as e
from microcare.hub.stimulus import Value

Row = dict[str, Value]

COLUMNS = {
    "person": "Who: the person's name in the study.",
    "program": "The program.",
    "version": "The version (hash of its behavior) that decided.",
    "intervention": "The micro intervention.",
    "run": "Which time the person had it.",
    "rule": "The decision rule.",
    "slot": "The decision point's place: planned local date and place in the day, or what triggered it.",
    "point": "The decision point's identity.",
    "planned_utc": "When it was planned, UTC.",
    "time_utc": "When it was decided, UTC.",
    "time_local": "The same on the person's wall, with its offset.",
    "zone": "The person's time zone then.",
    "outcome": "unavailable, not_eligible, unknown, decided, randomized or missed.",
    "available": "1 available, 0 unavailable, empty where it could not be known or was missed.",
    "reasons": "Why it was unavailable, not eligible, unknown or missed.",
    "chosen": "The option: events, or nothing.",
    "probability": "The probability of the chosen option.",
    "drawn_elsewhere": "Where the draw was made, if it was imported.",
    "prompt": "1 where it would reach the person unasked.",
    "assigned": "1 where a facilitator assigned the run, overriding the recommendation.",
    "synthetic": "1 where the source lacks the instant and it was made up.",
    "proximal": "The proximal outcome: of the decision point, or of the delivered event.",
    "proximal_success": "1 success, 0 none, empty unknown.",
}


def trial_rows(person: str, entries: Iterable[e.Any]) -> Iterator[Row]:
    """One row for each decision point of a person's journal, in order.

    Besides `COLUMNS` a row has `p_OPTION`, the probability of every option, and `x_NAME`, each tailoring variable as the
    rule saw it. The proximal outcome is the decision point's own, else that of the event it delivered.
    """
    rows: dict[str, Row] = {}
    by_delivery: dict[str, str] = {}
    zone = "UTC"
    for stated in entries:
        if isinstance(stated, e.Enrolled):
            zone = stated.zone
        elif isinstance(stated, e.Set) and stated.name == "zone":
            zone = str(stated.value)
        elif isinstance(stated, e.Decided):
            rows[stated.point] = _row(person, stated, zone)
        elif isinstance(stated, e.Delivered) and stated.point:
            by_delivery[stated.delivery] = stated.point
        elif isinstance(stated, e.Proximal):
            _outcome(rows, stated, stated.point or by_delivery.get(stated.delivery, ""))
    yield from rows.values()


def _row(person: str, x: e.Decided, zone: str) -> Row:
    row: Row = {
        "person": person,
        "program": x.program,
        "version": x.version,
        "intervention": x.intervention,
        "run": x.run,
        "rule": x.rule,
        "slot": x.slot,
        "point": x.point,
        "planned_utc": format_moment(x.planned),
        "time_utc": format_moment(x.at),
        "time_local": format_local(zone, x.at),
        "zone": zone,
        "outcome": x.outcome,
        "available": None if x.available is None else int(x.available),
        "reasons": "; ".join(x.reasons),
        "chosen": x.chosen,
        "probability": x.options.get(x.chosen) if x.options else None,
        "drawn_elsewhere": x.source,
        "prompt": int(x.prompt),
        "assigned": int(x.assigned),
        "synthetic": int(x.synthetic),
        "proximal": None,
        "proximal_success": None,
    }
    row.update({f"p_{option}": p for option, p in x.options.items()})
    row.update({f"x_{name}": int(v) if isinstance(v, bool) else v for name, v in x.inputs.items()})
    return row


def _outcome(rows: dict[str, Row], x: e.Proximal, point: str) -> None:
    row = rows.get(point)
    if row is None or (row["proximal"] is not None and not x.point):
        return
    row["proximal"] = int(x.value) if isinstance(x.value, bool) else x.value
    row["proximal_success"] = None if x.success is None else int(x.success)


def columns_of(rows: Sequence[Row]) -> dict[str, str]:
    """All columns of a table with what each means."""
    found = dict(COLUMNS)
    more = dict.fromkeys(name for row in rows for name in row if name not in COLUMNS)
    for name in sorted(more, key=lambda n: (n[0] != "p", n)):
        kind, _, what = name.partition("_")
        found[name] = f"Probability of the option {what}." if kind == "p" else f"{what}, as the rule saw it."
    return found


def write_table(rows: Sequence[Row], out: Path) -> Path:
    """Write a table as CSV (or JSON lines, by the name's ending) with its codebook beside it; returns the codebook.

    Numbers are written so that reading them gives the same number again; what is unknown is empty.
    """
    columns = columns_of(rows)
    temporary = out.with_name(out.name + ".part")
    with temporary.open("w", encoding="utf-8", newline="") as file:
        if out.suffix == ".jsonl":
            file.writelines(json.dumps({c: row.get(c) for c in columns}, ensure_ascii=False) + "\n" for row in rows)
        else:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows([_cell(row.get(c)) for c in columns] for row in rows)
    temporary.replace(out)
    codebook = out.with_suffix(".codebook.json")
    codebook.write_text(json.dumps(columns, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return codebook


def _cell(value: Value) -> str:
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value)
