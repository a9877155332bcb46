"""`microcare export trial`: the decision-point table."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from microcare.base.wording import counted
from microcare.commands.terminal import OK, PROBLEMS, complain, say, say_json
from microcare.exchange.trial import trial_rows, write_table
from microcare.hub import codec


def run(source: Path, out: Path, as_json: bool) -> int:
    """Write the table and its codebook."""
    try:
        people = _live(source) if source.is_dir() else _journal(source)
        rows = [row for person, entries in people for row in trial_rows(person, entries)]
    except (OSError, ValueError, KeyError) as error:
        complain(f"{source}: {error}")
        return PROBLEMS
    codebook = write_table(rows, out)
    if as_json:
        say_json({"table": str(out), "codebook": str(codebook), "decision_points": len(rows)})
    else:
        say(f"{counted(len(rows), 'decision point')} in {out}; what each column means stands in {codebook}")
    return OK


def _journal(path: Path) -> list[tuple[str, list[Any]]]:
    """The entries of each person in a journal of JSON lines, in order."""
    people: dict[str, list[tuple[int, Any]]] = {}
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                row = json.loads(line)
                stated = codec.decode_entry(json.dumps(row["entry"]))
                people.setdefault(row["person"], []).append((row["sequence"], stated))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"line {number} is no entry of a journal ({error})") from None
    return [(person, [x for _, x in sorted(entries, key=lambda p: p[0])]) for person, entries in people.items()]


def _live(data: Path) -> Iterator[tuple[str, list[Any]]]:
    from microcare.main import set_up

    set_up(data)
    from microcare.care.export import people_entries

    yield from people_entries()
