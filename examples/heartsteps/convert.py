"""Turn the files of a real micro-randomized trial into stimuli that `microcare replay` reads.

    python examples/heartsteps/convert.py decisions.csv users.csv --out stimuli.jsonl [--draws imported|own]

In HeartSteps V1 (Klasnja et al. 2019, Annals of Behavioral Medicine 53:573; data CC BY 4.0) 37 people
might be sent a suggestion to walk at five decision points a day for six weeks. `decisions.csv` has one row a
decision point, `users.csv` one a person. What is made of a row:

    homework      signal home_or_work      true or false, one minute before the decision point
    logpre        signal log_steps_before  log(steps in the 30 minutes before + 0.5), likewise
    avail         signal free              whether a suggestion could be sent, likewise
    a, p          draw                     only with --draws imported, and only where the person was
                                           available: where nothing could be sent, nothing was drawn
    steps_window  signal steps             29 minutes after the decision point

What the files do not say, and what is done instead, marked "synthetic": true:

- *When* a row happened. Row t is put on the t-th of the slots 08:30, 12:30, 15:30, 18:30 and 20:30 of the
  person's wall clock, from the day after the first notification on. Travel days have no rows and are not left
  free here, so after a journey a row may stand some days before it happened.
- When people joined and left: they join at 00:05 of their first day, and leave 31 minutes after their last
  row, so that there are as many decision points as rows.
- When the clocks changed: whoever ended in the next time zone west went there with the US change of
  1 November 2015. Where people were while they traveled is not known; they keep their zone.
- How long `steps_window` counts. Its numbers are those of a day rather than of 30 minutes; they are carried
  over as they are.

No value is made up: an empty cell becomes null, unknown.
"""

import argparse
import csv
import json
import math
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

PROGRAM = "heartsteps"
RULE = "suggest"
SOURCE = "HeartSteps V1"
SLOTS = (time(8, 30), time(12, 30), time(15, 30), time(18, 30), time(20, 30))
JOINS = time(0, 5)
BEFORE = timedelta(minutes=1)
OUTCOME = timedelta(minutes=29)
LEAVES = timedelta(minutes=31)
CLOCKS_CHANGE = datetime(2015, 11, 1, 6, tzinfo=UTC)
"""02:00 in the US Eastern zone's summer time, when its clocks went back an hour."""
CLOCKS_CHANGE_ZONES = ("Etc/GMT+4", "Etc/GMT+5")

Json = dict[str, object]


@dataclass(frozen=True)
class Person:
    """One row of `users.csv`, as far as it is needed."""

    id: str
    zone: str
    zone_at_exit: str
    first_notification: datetime
    traveled: bool

    @property
    def first_day(self) -> date:
        """The first whole day, on the person's calendar, after the first notification."""
        return self.first_notification.astimezone(ZoneInfo(self.zone)).date() + timedelta(days=1)

    @property
    def moves(self) -> bool:
        """Whether the clocks changed while the person took part."""
        return self.zone_at_exit != self.zone


@dataclass(frozen=True)
class Row:
    """One row of `decisions.csv`; None where the cell is empty."""

    number: int
    available: bool
    suggested: bool
    probability: float
    log_steps_before: float | None
    home_or_work: bool | None
    steps: int | None


class UnfitError(ValueError):
    """A file that does not hold what this converter was written for."""


def read_people(path: Path) -> dict[str, Person]:
    """Read `users.csv`."""
    people: dict[str, Person] = {}
    for line, cells in _lines(path):
        with _Place(path, line):
            person = Person(
                id=cells["user.index"],
                zone=cells["intake.survey.tz"],
                zone_at_exit=cells["exit.survey.tz"] or cells["intake.survey.tz"],
                first_notification=datetime.fromisoformat(cells["first.notif.utime"]).replace(tzinfo=UTC),
                traveled=bool(cells["travel.start"]),
            )
            if person.moves and (person.zone, person.zone_at_exit) != CLOCKS_CHANGE_ZONES:
                raise ValueError(f"nobody knows when {person.zone} became {person.zone_at_exit}")
            people[person.id] = person
    return people


def read_rows(path: Path) -> dict[str, list[Row]]:
    """Read `decisions.csv`: person to rows, which must be numbered from 0 without a gap."""
    rows: dict[str, list[Row]] = {}
    for line, cells in _lines(path):
        with _Place(path, line):
            row = Row(
                number=int(cells["t"]),
                available=_yes(cells["avail"]),
                suggested=_yes(cells["a"]),
                probability=float(cells["p"]),
                log_steps_before=float(cells["logpre"]) if cells["logpre"] else None,
                home_or_work=_yes(cells["homework"]) if cells["homework"] else None,
                steps=int(cells["steps_window"]) if cells["steps_window"] else None,
            )
            so_far = rows.setdefault(cells["id"], [])
            if row.number != len(so_far):
                raise ValueError(f"decision point {row.number} follows {len(so_far)} rows of person {cells['id']}")
            if row.suggested and not row.available:
                raise ValueError("a suggestion was delivered to somebody unavailable")
            if not 0 < row.probability < 1:
                raise ValueError(f"a probability of {row.probability} is no chance")
            if row.log_steps_before is not None and not math.isfinite(row.log_steps_before):
                raise ValueError("logpre is not finite")
            so_far.append(row)
    return rows


def stimuli_of(person: Person, rows: Sequence[Row], import_draws: bool) -> Iterator[tuple[datetime, Json]]:
    """Everything that reaches the engine about one person, in its order, each with its instant."""
    program: Json = {"program": PROGRAM}
    joins = _instant(person, person.first_day, JOINS)
    last = decision_point(person, rows[-1].number)
    moves = person.moves and joins < CLOCKS_CHANGE < last
    zone = person.zone_at_exit if joins >= CLOCKS_CHANGE else person.zone
    yield joins, {"kind": "enroll", "key": "enroll", **program, "zone": zone}
    for row in rows:
        at = decision_point(person, row.number)
        if moves and at > CLOCKS_CHANGE:
            moves = False
            yield CLOCKS_CHANGE, {"kind": "zone", "key": "zone:1", "zone": person.zone_at_exit}
        yield at - BEFORE, _signal("home_or_work", row, row.home_or_work)
        yield at - BEFORE, _signal("log_steps_before", row, row.log_steps_before)
        yield at - BEFORE, _signal("free", row, row.available)
        if import_draws and row.available:
            yield at - BEFORE, _draw(person, row)
        yield at + OUTCOME, _signal("steps", row, row.steps)
    yield last + LEAVES, {"kind": "withdraw", "key": "withdraw", **program}


def decision_point(person: Person, number: int) -> datetime:
    """The instant of a person's decision point, of which there are five a day."""
    day, slot = divmod(number, len(SLOTS))
    return _instant(person, person.first_day + timedelta(days=day), SLOTS[slot])


def convert(people: Mapping[str, Person], rows: Mapping[str, Sequence[Row]], import_draws: bool) -> list[Json]:
    """All stimuli of all people, in the order of time; at one instant person by person, each in its order."""
    unknown = sorted(set(rows) - set(people))
    if unknown:
        raise UnfitError(f"decisions of people who are not in the file of users: {', '.join(unknown)}")
    timed: list[tuple[datetime, int, Json]] = []
    for place, (name, own) in enumerate(sorted(rows.items(), key=lambda pair: (len(pair[0]), pair[0]))):
        for at, stimulus in stimuli_of(people[name], own, import_draws):
            head: Json = {"person": name, "at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
            timed.append((at, place, {**head, **stimulus, "synthetic": True}))
    timed.sort(key=lambda entry: entry[:2])
    return [stimulus for _, _, stimulus in timed]


def summary(people: Mapping[str, Person], rows: Mapping[str, Sequence[Row]], stimuli: Sequence[Json]) -> str:
    """What was converted, in a few lines."""
    kinds = Counter(str(stimulus["kind"]) for stimulus in stimuli)
    traveled = sum(people[name].traveled for name in rows)
    synthetic = sum(stimulus["synthetic"] is True for stimulus in stimuli)
    return "\n".join(
        (
            f"{len(rows)} people, {sum(map(len, rows.values()))} decision points, {len(stimuli)} stimuli",
            ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())),
            f"{synthetic} synthetic instants (the files have none for a row); no value was made up",
            f"{traveled} people traveled: their rows after the journey stand earlier than they happened",
        )
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Convert the files that the command line names."""
    parser = argparse.ArgumentParser(description="HeartSteps V1 as stimuli for microcare replay.")
    parser.add_argument("decisions", type=Path, metavar="DECISIONS.csv")
    parser.add_argument("users", type=Path, metavar="USERS.csv")
    parser.add_argument("--out", type=Path, required=True, metavar="STIMULI.jsonl")
    parser.add_argument(
        "--draws",
        choices=("imported", "own"),
        default="imported",
        help="imported: the trial's own draws and probabilities (default); own: leave drawing to the program",
    )
    given = parser.parse_args(arguments)
    try:
        people, rows = read_people(given.users), read_rows(given.decisions)
        stimuli = convert(people, rows, given.draws == "imported")
    except (OSError, UnfitError) as error:
        print(f"cannot convert: {error}", file=sys.stderr)
        return 1
    with given.out.open("w", encoding="utf-8", newline="\n") as out:
        for stimulus in stimuli:
            out.write(json.dumps(stimulus, allow_nan=False) + "\n")
    print(summary(people, rows, stimuli))
    return 0


def _signal(name: str, row: Row, value: bool | float | int | None) -> Json:
    return {"kind": "signal", "key": f"signal:{name}:{row.number}", "name": name, "value": value}


def _draw(person: Person, row: Row) -> Json:
    """The trial's own draw, for the decision point of this planned local date and slot."""
    day, slot = divmod(row.number, len(SLOTS))
    return {
        "kind": "draw",
        "key": f"draw:{RULE}:{row.number}",
        "program": PROGRAM,
        "rule": RULE,
        "slot": f"{person.first_day + timedelta(days=day)}/{slot}",
        "option": "suggestion" if row.suggested else "nothing",
        # Rounded where the subtraction of doubles leaves a tail, so that the two add up to one as written.
        "probabilities": {"suggestion": row.probability, "nothing": round(1 - row.probability, 12)},
        "source": SOURCE,
    }


def _instant(person: Person, day: date, clock: time) -> datetime:
    """A time on the person's wall, as UTC."""
    at = datetime.combine(day, clock, ZoneInfo(person.zone))
    if person.moves and at >= CLOCKS_CHANGE:
        at = datetime.combine(day, clock, ZoneInfo(person.zone_at_exit))
    return at.astimezone(UTC)


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with their line numbers."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        for cells in reader:
            yield reader.line_num, {name: cell or "" for name, cell in cells.items() if name is not None}


def _yes(cell: str) -> bool:
    if cell not in ("0", "1"):
        raise ValueError(f'expected 0 or 1, found "{cell}"')
    return cell == "1"


@dataclass(frozen=True)
class _Place:
    """Says where in the files a value could not be read."""

    path: Path
    line: int

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, KeyError):
            raise UnfitError(f"{self.path}:{self.line}: there is no column {error}") from error
        if isinstance(error, ValueError):
            raise UnfitError(f"{self.path}:{self.line}: {error}") from error


if __name__ == "__main__":
    raise SystemExit(main())
