"""Every CSV that leaves goes through one writer, which defuses what a spreadsheet would take for a formula."""

import csv
import io

from microcare.base.cells import as_csv, write_plain
from tests.house.test_house import PATHS

WRITERS = (".writerow", "csv.writer", "DictWriter", ".to_csv", "FORMAT csv")


def test_csv_has_one_writer() -> None:
    found = {path: [way for way in WRITERS if way in source] for path, source in PATHS.items()}
    assert {path for path, ways in found.items() if ways} == {"base/cells.py"}


def test_who_writes_plainly_is_known() -> None:
    """Only what becomes Parquet, and what is joined of cells that are safe already."""
    assert {path for path, source in PATHS.items() if "write_plain" in source} == {
        "base/cells.py",
        "optimization/dataset/writing.py",
    }


def test_a_table_is_read_back() -> None:
    rows = [["=1+1", -1, 0.5, None, 'a "b", c\nd'], ["-x", "1", True, "", "é"]]
    read = list(csv.reader(io.StringIO(as_csv(["=a", "b", "c", "d", "e"], rows))))
    assert read[0][0] == "'=a" and read[1] == ["'=1+1", "-1", "0.5", "", 'a "b", c\nd']
    assert read[2] == ["'-x", "1", "True", "", "é"]
    plain = io.StringIO()
    write_plain(plain, rows[:1])
    assert next(csv.reader(io.StringIO(plain.getvalue())))[0] == "=1+1"
