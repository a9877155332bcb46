"""`microcare export`: tables from a journal, or from a hub."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from microcare.base.wording import counted
from microcare.commands.terminal import OK, PROBLEMS, USAGE, complain, how_to_add, progress, say, say_json
from microcare.optimization.dataset.tables import TABLES
from microcare.optimization.dataset.writing import EVERYTHING, FORMATS, Choice, Part, Written, codebook, columns_of
from microcare.optimization.dataset.writing import write_journal as from_journal
from microcare.optimization.dataset.writing import write_people as from_people


def trial(source: Path, out: Path, columns: str, only: list[str], as_json: bool) -> int:
    """Write the decision table (or the chosen columns and rows of it) and its codebook."""
    if out.suffix.removeprefix(".") not in FORMATS:
        complain(f"--out {out}: write the table as .csv, .jsonl or .parquet")
        return USAGE
    pairs = [text.partition("=") for text in only]
    if not all(name and sign for name, sign, _ in pairs):
        complain("--only takes a column and its value, like rule=suggest")
        return USAGE
    chosen = tuple(name.strip() for name in columns.split(",") if name.strip())
    choice = Choice(chosen, tuple((name.strip(), value.strip()) for name, _, value in pairs))
    written = write(source, {"decisions": out}, choice)
    if written is None:
        return PROBLEMS
    book = out.with_suffix(".codebook.json")
    described = {c.pop("name"): c for c in columns_of("decisions", written.columns["decisions"])}
    book.write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    rows = written.rows["decisions"]
    if as_json:
        say_json({"table": str(out), "codebook": str(book), "decision_points": rows})
    else:
        say(f"{counted(rows, 'decision point')} in {out}; what each column means stands in {book}")
    return OK


def tables(source: Path, out: Path, format_: str, as_json: bool) -> int:
    """Write all tables and their codebook into a folder."""
    if format_ not in FORMATS:
        complain(f"--format {format_}: it is one of {', '.join(FORMATS)}")
        return USAGE
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        complain(f"{out}: {error}")
        return PROBLEMS
    written = write(source, {name: out / f"{name}.{format_}" for name in TABLES})
    if written is None:
        return PROBLEMS
    book = out / "codebook.json"
    book.write_text(json.dumps(codebook(written), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if as_json:
        files = {name: str(path) for name, path in written.files.items()}
        say_json({"people": written.people, "rows": written.rows, "files": files, "codebook": str(book)})
        return OK
    for name, path in written.files.items():
        say(f"{written.rows[name]:>9} rows in {path}: {TABLES[name].about}")
    say(f"{written.people} people; what each column means stands in {book}")
    return OK


def write(source: Path, out: dict[str, Path], choice: Choice = EVERYTHING) -> Written | None:
    """Write tables from a journal or a hub; where that cannot be, the reason is printed, and there is nothing."""
    try:
        if source.is_dir():
            from microcare.main import set_up

            set_up(source)
            from microcare.care import clock
            from microcare.care.export import agreed, people_entries
            from microcare.store import audit

            chosen, left_out = agreed()
            audit.append(clock.now(), "command", "export", "", f"{', '.join(out)}: {len(chosen)} people")
            if left_out:
                complain(f"{counted(left_out, 'person', 'people')} did not agree to research, and are left out.")
            return from_people(people_entries(chosen), out, _follow, choice)
        return from_journal(source, out, min(os.cpu_count() or 1, 8), _follow, choice)
    except ModuleNotFoundError as error:
        complain(f"Parquet needs {error.name}: {how_to_add('science')}; or write CSV.")
    except (OSError, ValueError) as error:
        complain(f"{source}: {error}")
    return None


def _follow(parts: Iterable[Part], total: int) -> Iterable[Part]:
    return progress(parts, total or 1, "reading")
