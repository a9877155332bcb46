"""Issues, places, and what may have been meant."""

import pytest

from microcare.base.issues import Issue, Place, Severity, nearest

KNOWN = {"dinner_time", "child_name", "child_age", "Europe/Berlin"}


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("diner_time", "dinner_time"),
        ("Child_Name", "child_name"),
        ("europe/berlin", "Europe/Berlin"),
        ("child_nmae", "child_name"),
        ("xyz", None),
        ("", None),
        ("dinner_time" * 10, None),
    ],
)
def test_nearest(word: str, meant: str | None) -> None:
    assert nearest(word, KNOWN) == meant
    assert nearest(word, sorted(KNOWN, reverse=True)) == meant
    assert nearest(word, ()) is None


def test_shown_as_file_line_column() -> None:
    place = Place("program.yaml", 12, 3)
    assert str(place) == "program.yaml:12:3"
    issue = Issue("unknown_name", Severity.ERROR, place, "There is no event `diner`.", "Did you mean `dinner`?")
    assert str(issue) == "program.yaml:12:3: error: There is no event `diner`. Did you mean `dinner`?"


def test_places_sort_by_file_line_and_column() -> None:
    places = [Place("b", 1, 1), Place("a", 10, 1), Place("a", 9, 20), Place("a", 9, 3)]
    assert sorted(places) == [Place("a", 9, 3), Place("a", 9, 20), Place("a", 10, 1), Place("b", 1, 1)]
