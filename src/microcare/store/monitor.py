"""The delivery monitor's summary of the journal: brought up to date from the entries that came since, and read by SQL."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec

from microcare.base.moments import local_day
from microcare.hub import codec
from microcare.hub.deliveries import KINDS, Line, mentioned, tell
from microcare.hub.effect import Prompt
from microcare.hub.entry import Started
from microcare.store import journals, monitor_queries, queries
from microcare.store.database import Row, Value, row, rows, run, run_many, writing

log = logging.getLogger(__name__)

FIELDS = ("key", *monitor_queries.COLUMNS.replace(",", " ").split())
ALL_DAYS = (0, 1 << 40)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which lines: local days (ordinals, both ends included), and a program, an intervention, an event where wanted."""

    first: int = ALL_DAYS[0]
    last: int = ALL_DAYS[1]
    programs: Collection[str] | None = None
    """Only of these; None: of all."""
    intervention: str = ""
    name: str = ""
    status: str = ""
    reason: str = ""

    def where(self) -> tuple[str, list[Value]]:
        """The condition after the days, and its parameters with them."""
        text, values = "", list[Value]([self.first, self.last])
        if self.programs is not None:
            wanted = list(self.programs) or [""]
            text += f" AND program IN ({queries.among(len(wanted))})"
            values += wanted
        for column in ("intervention", "name", "status", "reason"):
            if getattr(self, column):
                text += f" AND {column} = %s"
                values.append(getattr(self, column))
        return text, values


def behind() -> int:
    """Of how many people the journal has entries that the summary lacks."""
    found = row(monitor_queries.COUNT_BEHIND)
    return 0 if found is None else int(found[0])


def catch_up(limit: int) -> int:
    """Sum up the new entries of so many people; of how many it did."""
    found = rows(monitor_queries.BEHIND, [limit])
    for person, mark, sequence in found:
        try:
            _sum_up(str(person), int(mark), int(sequence))
        except (ValueError, TypeError, KeyError) as error:
            # Theirs is told once it can be read (a repair forgets the mark); everybody else's is told now.
            log.error("the deliveries of %s cannot be summed up: %s", person, type(error).__name__)
            run(monitor_queries.FIRST_MARK, [person])
            run(monitor_queries.MARK, [sequence, person, mark])
    return len(found)


def _sum_up(person: str, mark: int, sequence: int) -> None:
    new = [
        codec.decode_entry(body)
        for kind, body in rows(monitor_queries.NEW_ENTRIES, [person, mark, sequence])
        if kind in KINDS
    ]
    wanted = list(dict.fromkeys(name for stated in new for name in mentioned(stated)))
    lines = {line.key: line for line in _earlier(person, wanted)} if mark else {}
    before = dict.fromkeys(lines)
    names = _names(person) if mark else {}
    for stated in new:
        tell(lines, names, stated)
    zone = journals.load(person).state.zone
    kept = [_kept(person, zone, line) for line in lines.values()]
    with writing():
        run(monitor_queries.FIRST_MARK, [person])
        if run(monitor_queries.MARK, [sequence, person, mark]) != 1:
            return
        run_many(monitor_queries.DROP_LINE, [(person, key) for key in before if key not in lines])
        run_many(_KEEP, kept)


def _earlier(person: str, wanted: Sequence[str]) -> list[Line]:
    found: list[Line] = []
    for first in range(0, len(wanted), 200):
        part = wanted[first : first + 200]
        sql = monitor_queries.EARLIER.format(columns=monitor_queries.COLUMNS, among=queries.among(len(part)))
        found += map(_line, rows(sql, [person, *part, *part]))
    return found


def _names(person: str) -> dict[str, str]:
    started = [codec.decode_entry(body) for (body,) in rows(monitor_queries.NAMES, [person])]
    return {x.run: x.intervention for x in started if isinstance(x, Started)}


_KEEP = monitor_queries.KEEP_LINE.format(
    columns=monitor_queries.COLUMNS,
    values=queries.among(len(FIELDS) + 2),
    updates=", ".join(f"{c} = excluded.{c}" for c in ("day", *FIELDS[1:])),
)


def _kept(person: str, zone: str, line: Line) -> tuple[Value, ...]:
    values = msgspec.structs.asdict(line)
    return person, line.key, local_day(zone, line.planned), *(values[name] for name in FIELDS[1:])


def _line(found: Row) -> Line:
    return Line(**dict(zip(FIELDS, found, strict=True)))


def numbers(wanted: Filter) -> list[Row]:
    """Counts by (day, program, what, intervention, name, status, reach, reason), the count last."""
    where, values = wanted.where()
    return rows(monitor_queries.NUMBERS.format(where=where), values)


def by_person(wanted: Filter, limit: int) -> list[tuple[str, int, int, int, int]]:
    """(person, lines, due, completed, missed), most missed first."""
    where, values = wanted.where()
    found = rows(monitor_queries.BY_PERSON.format(where=where), [*values, limit])
    return [(str(p), int(a), int(b), int(c), int(d)) for p, a, b, c, d in found]


def lines_of(person: str, wanted: Filter, limit: int) -> list[Line]:
    """A person's lines, newest first."""
    where, values = wanted.where()
    sql = monitor_queries.LINES_OF.format(columns=monitor_queries.COLUMNS, where=where)
    return [_line(r) for r in rows(sql, [person, *values, limit])]


def times(wanted: Filter) -> list[Row]:
    """(person, day, what, status, due, opened, completed) of each delivery, by person and time."""
    where, values = wanted.where()
    return rows(monitor_queries.TIMES.format(where=where), values)


def nothing_arrives(wanted: Filter, least: int, limit: int) -> list[tuple[str, int]]:
    """People for whom at least so many were due and no channel took any, with how many."""
    where, values = wanted.where()
    found = rows(monitor_queries.NOTHING_ARRIVES.format(where=where), [*values, least, limit])
    return [(str(p), int(n)) for p, n, _ in found]


def failed(limit: int) -> list[tuple[str, str]]:
    """People whose last step went wrong, with what went wrong."""
    return [(str(p), str(why)) for p, why in rows(monitor_queries.STUCK_FAILED, [limit])]


def overdue(before: int, limit: int) -> list[tuple[str, int]]:
    """People who have been due since before a moment, with when."""
    return [(str(p), int(due)) for p, due in rows(monitor_queries.STUCK_DUE, [before, limit])]


def not_sent(since: int, limit: int) -> list[tuple[str, str, str, int, str, str]]:
    """(person, status, detail, when, kind, delivery) of what failed or is unclear since a moment."""
    return [
        (str(p), str(s), str(d), int(t), str(k), _delivery(x) if k == "prompt" else "")
        for p, s, d, t, k, x in rows(monitor_queries.STUCK_OUTBOX, [since, limit])
    ]


def on_their_way(person: str, since: int) -> frozenset[str]:
    """The deliveries of a person that some channel took since a moment, or has still to take."""
    found = rows(monitor_queries.PROMPTS, [person, since])
    return frozenset(_delivery(x) for x, status in found if status not in ("failed", "unclear"))


def _delivery(found: Value) -> str:
    try:
        prompt = codec.decode_effect(str(found))
    except ValueError:
        return ""
    return prompt.delivery if isinstance(prompt, Prompt) else ""


def untaken(before: int, limit: int) -> list[tuple[str, str, str, int, str]]:
    """The same of notices to staff, made before a moment, that nobody has taken on."""
    return [
        (str(p), str(s), str(d), int(t), str(k))
        for p, s, d, t, k in rows(monitor_queries.STUCK_NOTICES, [before, limit])
    ]
