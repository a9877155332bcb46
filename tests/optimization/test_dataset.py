"""Tables from journals: complete, the same however the journal is read, and described."""

import csv
import itertools
import json
from collections import Counter
from functools import cache
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from microcare.cli import app
from microcare.commands.loading import load
from microcare.hub import codec
from microcare.hub import entry as e
from microcare.hub.programs import Programs
from microcare.optimization.dataset import journal as journals
from microcare.optimization.dataset import writing
from microcare.optimization.dataset.columns import Row
from microcare.optimization.dataset.journal import JournalError, pieces, read_piece
from microcare.optimization.dataset.tables import TABLES, rows_of
from microcare.optimization.dataset.writing import codebook, write_journal, write_people
from microcare.simulation.virtual import PERSONAS, VirtualPerson
from microcare.simulation.world import live

PROGRAMS = Path(__file__).parents[2] / "programs"
START = 1_772_434_800_000
Lives = dict[str, list[e.Any]]


@cache
def lives(name: str, people: int = 5, days: int = 45) -> Lives:
    """Virtual people of every persona in a shipped program."""
    program = load(PROGRAMS / name)
    assert program is not None
    personas = list(PERSONAS.values())
    found = {}
    for number in range(people):
        virtual = VirtualPerson(f"v{number}", personas[number % 5], program, b"seed")
        steps = live(Programs([program], {program.id: b"seed"}), virtual, "Europe/Berlin", START, days)
        found[virtual.person] = [x for taken in steps for x in taken.entries]
    return found


def write(path: Path, people: Lives, *, mixed: bool = False) -> Path:
    """A journal, person after person, or mixed as a replay writes it."""
    lines = [(p, n, x) for p, entries in people.items() for n, x in enumerate(entries, 1)]
    if mixed:
        lines.sort(key=lambda line: line[2].received)
    path.write_text(
        "".join(f'{{"person":"{p}","sequence":{n},"entry":{codec.encode(x).decode()}}}\n' for p, n, x in lines),
        encoding="utf-8",
    )
    return path


def tables_of(people: Lives) -> dict[str, list[Row]]:
    made: dict[str, list[Row]] = {name: [] for name in TABLES}
    for person, entries in people.items():
        for name, rows in rows_of(person, entries, tuple(TABLES)).items():
            made[name] += rows
    return made


@pytest.mark.parametrize("program", ["activity", "mood", "parenting"])
def test_every_fact_has_its_row(program: str) -> None:
    people = lives(program)
    stated = Counter(type(x) for entries in people.values() for x in entries)
    tables = tables_of(people)
    said = sum(isinstance(x, e.Answered) and x.value is not None for entries in people.values() for x in entries)
    assert sum(row["kind"] == "item" and not row["skipped"] for row in tables["answers"]) == said
    made = {name: len(rows) for name, rows in tables.items() if name != "answers"}
    assert made == {
        "decisions": stated[e.Decided],
        "events": stated[e.Delivered],
        "interventions": stated[e.Started],
        "recommendations": stated[e.Recommended],
        "need_states": stated[e.NeedChanged],
        "targets": stated[e.TargetChecked],
    }
    assert made["decisions"] > 50


def test_decisions_tell_what_was_decided_and_what_came_of_it() -> None:
    people = lives("activity")
    rows = tables_of(people)["decisions"]
    decided = {x.point: x for entries in people.values() for x in entries if isinstance(x, e.Decided)}
    outcomes = {
        (p, x.point): x.value for p, entries in people.items() for x in entries if isinstance(x, e.Proximal) and x.point
    }
    seen = Counter[str]()
    for row in rows:
        stated = decided[str(row["point"])]
        seen[stated.outcome] += 1
        options = {name[2:]: p for name, p in row.items() if name.startswith("p_")}
        if row["randomized"]:
            assert sum(float(p or 0) for p in options.values()) == pytest.approx(1)
            assert options[str(row["chosen"])] == row["probability"]
            assert str(row["chosen"]) in str(row["eligible"]).split("; ")
        if ("event" in row) is False:
            assert "opened" not in row and "completed" not in row, "nothing delivered: not 0, unknown"
        if row["rule"] == "suggest":
            assert row.get("proximal") == outcomes.get((str(row["person"]), str(row["point"])))
            assert 0 <= int(row["day"] or 0) <= 45
    assert seen["randomized"] > 20 and seen["unavailable"] > 20


def test_numbers_of_decision_points_and_doses_count() -> None:
    for person, entries in lives("activity").items():
        rows = rows_of(person, entries)["decisions"]
        numbers = [r["decision_point"] for r in rows if r["rule"] == "suggest"]
        assert numbers == list(range(len(numbers)))
        events = [x.at for x in entries if isinstance(x, e.Delivered) and x.what == "event"]
        decided = [x.at for x in entries if isinstance(x, e.Decided)]
        for row, at in zip(rows, decided, strict=True):
            before = [m for m in events if at - 7 * 86_400_000 < m < at]
            same = [m for m in events if m == at]
            assert len(before) <= int(row["dose_7d"] or 0) <= len(before) + len(same)


def test_interventions_follow_one_another() -> None:
    for entries in lives("mood").values():
        rows = rows_of("p", entries, ("interventions",))["interventions"]
        assert [r["order"] for r in rows] == list(range(len(rows)))
        for one, following in itertools.pairwise(rows):
            assert one["started_utc"] <= following["started_utc"]  # type: ignore[operator]
        for row in rows:
            # A report may start one while another still runs: the one before is the last that was over by then.
            over = [
                r
                for r in rows
                if r.get("ended_utc") and str(r["ended_utc"]) <= str(row["started_utc"]) and r is not row
            ]
            if over:
                before = max(over, key=lambda r: str(r["ended_utc"]))
                assert row["previous"] == before["intervention"]
                assert before["next_after_days"] >= 0  # type: ignore[operator]
        for row in rows:
            assert int(row["completed"] or 0) <= int(row["opened"] or 0) <= int(row["dose"] or 0)
            assert row["recommended"] == row["intervention"]
            assert row["started_by"] == "hub"
            assert str(row["narrative_rationale"]).startswith("rationale.")
    assert sum(len(rows_of("p", x, ("interventions",))["interventions"]) for x in lives("mood").values()) > 10


def test_need_states_have_no_holes() -> None:
    intervals: dict[tuple[str, str], list[Row]] = {}
    for row in tables_of(lives("mood"))["need_states"]:
        intervals.setdefault((str(row["person"]), str(row["need"])), []).append(row)
    for rows in intervals.values():
        assert [r["until_utc"] for r in rows[:-1]] == [r["from_utc"] for r in rows[1:]]
        assert "until_utc" not in rows[-1]
    assert any(r["why"] for rows in intervals.values() for r in rows)


def test_what_felt_and_ownership_were_is_found() -> None:
    made = tables_of(lives("activity"))
    asked = sum(
        isinstance(x, e.Assessed) and x.purpose == "engagement" for es in lives("activity").values() for x in es
    )
    assert 0 < sum("felt" in r for r in made["events"]) == asked
    owned = [r for r in tables_of(lives("mood", days=120))["interventions"] if "ownership" in r]
    assert owned and all("narrative_rationale" in r for r in owned)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Journals are read in pieces of some kilobytes."""
    monkeypatch.setattr(journals.pieces, "__defaults__", (60_000,))
    monkeypatch.setattr(journals.separate, "__defaults__", (60_000,))
    monkeypatch.setattr(writing, "PIECE", 60_000)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("program", ["activity", "mood"])
def test_the_tables_are_the_same_however_the_journal_is_read(program: str, tmp_path: Path) -> None:
    people = lives(program)
    ways = {}
    for way in ("whole", "two", "mixed", "hub"):
        out = {name: tmp_path / f"{way}-{name}.csv" for name in TABLES}
        if way == "hub":
            write_people(people.items(), out)
        else:
            journal = write(tmp_path / f"{way}.jsonl", people, mixed=way == "mixed")
            assert len(pieces(journal)) > 3 or way == "mixed"
            write_journal(journal, out, workers=2 if way == "two" else 1)
        ways[way] = {name: sorted(path.read_text().splitlines()) for name, path in out.items()}
        if way in ("whole", "two", "hub"):
            ways[way + " in order"] = {name: path.read_text().splitlines() for name, path in out.items()}
    assert ways["whole in order"] == ways["two in order"] == ways["hub in order"]
    assert ways["whole"] == ways["mixed"]


@pytest.mark.usefixtures("small_pieces")
def test_pieces_hold_whole_people(tmp_path: Path) -> None:
    journal = write(tmp_path / "journal.jsonl", lives("activity"))
    every = frozenset(k.__struct_config__.tag for k in e.Any.__args__)
    found = [(p, x) for piece in pieces(journal) for p, x in read_piece(journal, piece, every)]
    assert dict(found) == lives("activity") and len(found) == 5


def test_columns_that_only_some_people_bring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals.pieces, "__defaults__", (1,))
    people = lives("activity", 2) | {f"m{p}": x for p, x in lives("mood", 2).items()}
    written = write_journal(write(tmp_path / "j.jsonl", people), {"decisions": tmp_path / "d.csv"})
    with (tmp_path / "d.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    expected = [r for p, x in people.items() for r in rows_of(p, x)["decisions"]]
    assert written.rows["decisions"] == len(rows) == len(expected)
    for got, wanted in zip(rows, expected, strict=True):
        assert {k: v for k, v in got.items() if v} == {k: str(v) for k, v in wanted.items() if v not in (None, "")}


@pytest.mark.parametrize("program", ["activity", "mood"])
def test_the_codebook_describes_every_column(program: str, tmp_path: Path) -> None:
    out = {name: tmp_path / f"{name}.csv" for name in TABLES}
    written = write_journal(write(tmp_path / "j.jsonl", lives(program)), out)
    book = codebook(written)
    for name, path in out.items():
        with path.open(newline="") as file:
            header = next(csv.reader(file))
        columns = book[name]["columns"]
        assert isinstance(columns, list)
        assert [c["name"] for c in columns] == header
        assert all(c["meaning"] and c["type"] and c["unknown"] for c in columns)


def test_what_is_never_unknown_never_is(tmp_path: Path) -> None:
    for name, rows in tables_of(lives("mood")).items():
        never = [c.name for c in TABLES[name].columns if c.unknown == "never"]
        assert all(row.get(c) not in (None, "") for row in rows for c in never)


def test_parquet_holds_the_same_with_types(tmp_path: Path) -> None:
    journal = write(tmp_path / "j.jsonl", lives("activity"))
    write_journal(journal, {"decisions": tmp_path / "d.parquet"})
    write_journal(journal, {"decisions": tmp_path / "d.csv"})
    with duckdb.connect() as connection:
        types = {r[0]: r[1] for r in connection.execute(f"DESCRIBE SELECT * FROM '{tmp_path}/d.parquet'").fetchall()}
        assert types["time_utc"] == "TIMESTAMP" and types["p_walk"] == "DOUBLE" and types["available"] == "BIGINT"
        assert types["x_signals.place"] == "VARCHAR" and types["x_today(signals.steps)"] == "DOUBLE"
        sums = "sum(TRY_CAST(proximal AS DOUBLE)), sum(p_walk), count(available), count(*), min(time_utc)::TIMESTAMP"
        csv_ = f"read_csv('{tmp_path}/d.csv', nullstr='', sample_size=-1)"
        assert (
            connection.execute(f"SELECT {sums} FROM '{tmp_path}/d.parquet'").fetchall()
            == connection.execute(f"SELECT {sums} FROM {csv_}").fetchall()
        )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"person": "a", "sequence": 1}', "line 3"),
        ("no json", "line 3"),
        ('{"person":"a","sequence":1,"entry":{"kind":"decided"}}', "line 3"),
        ('{"person":"a","sequence":1,"entry":{"kind":"unheard"}}', "line 3"),
        ('{"person":"a","sequence":1,"entry":{"kind":"signaled","na', "line 3"),
    ],
)
def test_a_line_that_is_no_entry_is_named(line: str, says: str, tmp_path: Path) -> None:
    journal = write(tmp_path / "j.jsonl", {"a": lives("activity")["v0"][:2]})
    journal.write_text(journal.read_text() + line + "\n")
    with pytest.raises(JournalError, match=says):
        write_journal(journal, {"decisions": tmp_path / "d.csv"})
    assert not (tmp_path / "d.csv").exists()


def test_export_tables(tmp_path: Path) -> None:
    journal = write(tmp_path / "j.jsonl", lives("mood"))
    done = CliRunner().invoke(app, ["export", "tables", str(journal), "--out", str(tmp_path / "t"), "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["people"] == 5 and set(said["rows"]) == set(TABLES)
    book = json.loads((tmp_path / "t" / "codebook.json").read_text())
    assert {name: b["rows"] for name, b in book.items()} == said["rows"]
    for name, count in said["rows"].items():
        with (tmp_path / "t" / f"{name}.csv").open(newline="") as file:
            assert len(list(csv.reader(file))) == count + 1


@pytest.mark.parametrize(("words", "status"), [(["--format", "xlsx"], 2), (["--out", "/proc/nothing"], 1), ([], 1)])
def test_export_tables_says_what_is_wrong(words: list[str], status: int, tmp_path: Path) -> None:
    source = tmp_path / "nowhere.jsonl"
    done = CliRunner().invoke(app, ["export", "tables", str(source), "--out", str(tmp_path / "t"), *words])
    assert done.exit_code == status
    assert done.stderr and "Traceback" not in done.output
