"""What two pages of the desk cost at size: one person with five years of journal, and a caseload of ten thousand people.

The journal is lived through by the simulation and inserted in bulk. Ten thousand people stand where some lives stood
after a month; of their journals, which no list reads, only the last entries are there. Each page goes through the whole
server (session, access, audit) by Django's own client. Beside it stands the least that a page costs: one row read by
its key, and the desk's frame rendered with nothing in it.

Page and least alternate in rounds, and medians are compared, because machines are noisy: read the ratios.

Run: python bench/pages.py [YEARS] [PEOPLE]
"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from microcare.main import set_up

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from microcare.hub.step import Step

YEARS, PEOPLE, LIVES, KEPT, ROUNDS = 5, 10_000, 12, 20, 9
YEAR = 365
DAY = 86_400_000
PROGRAMS = Path(__file__).resolve().parent.parent / "programs"
PROGRAM = "parenting"
STORED = "UPDATE person SET snapshot=%s, version=%s, sequence=%s, due=%s, alerts=%s, waiting=%s WHERE id=%s"


def life(number: int, days: int, now: int) -> "list[Step]":
    """What a virtual person lived through until now."""
    from microcare.care.programs import programs
    from microcare.simulation.virtual import PERSONAS, VirtualPerson
    from microcare.simulation.world import live

    known = programs()
    program = known.current(PROGRAM)
    assert program is not None
    personas = list(PERSONAS.values())
    virtual = VirtualPerson(f"life{number}", personas[number % len(personas)], program, b"pages")
    return list(live(known, virtual, "Europe/Berlin", now - days * DAY, days))


def store(person: str, steps: "Sequence[Step]", kept: int = 1 << 40) -> None:
    """Store a life under a person's name, at once: its state, and the last entries and effects of it."""
    from microcare.store import commit, queries
    from microcare.store.database import run, run_many
    from microcare.store.journals import load

    written = commit.write(load(person), steps)
    run(STORED, [*written.person, person])
    run_many(queries.ADD_ENTRY, written.entries[-kept:])
    run_many(queries.ADD_EFFECT, written.effects[-kept:])
    # Long ago handed over, and told: an outbox of rows that are settled.
    run(
        "UPDATE outbox SET status='accepted', told=1, next_try=NULL, handed=made, settled=made WHERE person=%s",
        [person],
    )


def fill(years: int, count: int) -> str:
    """One person with a long life, and many with short ones; returns the first."""
    from microcare.care import clock
    from microcare.store import people
    from microcare.store.database import writing

    now = clock.now()
    first, _ = people.add(PROGRAM, "Robin", "", now)
    store(first, life(1, years * YEAR, now))
    lives = [life(number, 28, now) for number in range(1, LIVES + 1)]
    with writing():
        for number in range(count - 1):
            person, _ = people.add(PROGRAM, f"Person {number}", "", now)
            store(person, lives[number % LIVES], KEPT)
    return first


def timed(deed: Callable[..., object], *given: object) -> float:
    """How long it takes, ms."""
    began = perf_counter()
    deed(*given)
    return (perf_counter() - began) * 1000


def least(person: str) -> "Callable[[HttpRequest], HttpResponse]":
    """A page that reads one row and shows the desk's frame."""
    from django.http import HttpRequest, HttpResponse
    from django.shortcuts import render

    from microcare.store import queries
    from microcare.store.database import row

    def page(request: HttpRequest) -> HttpResponse:
        assert row(queries.LOAD, [person]) is not None
        return render(request, "facilitator/desk.html")

    return page


def measure(person: str, paths: Sequence[tuple[str, str, float]]) -> Iterator[str]:
    """Time each page against the least, in turns; one line for each."""
    from django.test import Client, RequestFactory

    from microcare.care import staff_sessions
    from microcare.care.accounts import make_facilitator
    from microcare.web.signing import STAFF

    password = make_facilitator("bench")
    client = Client(SERVER_NAME="127.0.0.1")
    assert client.login(username="bench", password=password)
    session = client.session
    # As after the second step of signing in, which is not what is measured.
    session[STAFF] = staff_sessions.begin("bench", True, "127.0.0.1", "bench")
    session.save()
    bare, factory = least(person), RequestFactory()
    from django.contrib.auth.models import AnonymousUser

    def reference() -> None:
        request = factory.get("/desk/")
        request.user = AnonymousUser()
        assert bare(request).status_code == 200

    for title, path, aim in paths:
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        pages, bares = [], []
        for _ in range(ROUNDS):
            bares.append(median(timed(reference) for _ in range(20)))
            pages.append(timed(client.get, path))
        page, row = median(pages), median(bares)
        size = len(answer.content) / 1000
        yield (
            f"{title:44} {page:8.1f} ms   aim {aim:4.0f} ms {'met' if page < aim else 'NOT met':8}"
            f" {page / row:7.1f} times the least   {size:6.0f} kB"
        )
        if path == paths[-1][1]:
            yield f"{'the least: one row by key and an empty frame':44} {row:8.2f} ms"


def main() -> int:
    """Fill a database of its own, and time the pages."""
    years = int(sys.argv[1]) if len(sys.argv) > 1 else YEARS
    count = int(sys.argv[2]) if len(sys.argv) > 2 else PEOPLE
    with tempfile.TemporaryDirectory(prefix="microcare-bench-") as name:
        set_up(Path(name), new=True)
        from django.db import connections

        from microcare.care.publish import publish
        from microcare.store.database import row

        assert publish(PROGRAMS / PROGRAM).version
        began = perf_counter()
        person = fill(years, count)
        of_person = row("SELECT COUNT(*) FROM journal WHERE person = %s", [person])
        of_all = row("SELECT COUNT(*) FROM journal")
        assert of_person is not None and of_all is not None
        print(
            f"{count} people, {of_all[0]} entries; one of them with {years} years of journal, {of_person[0]} entries;"
            f" filled in {perf_counter() - began:.0f} s; medians of {ROUNDS} rounds"
        )
        paths = [
            ("the person's page", f"/desk/people/{person}", 50.0),
            ("the caseload", "/desk/", 200.0),
            ("the caseload, a later page", "/desk/?page=100", 200.0),
        ]
        for line in measure(person, paths):
            print(line)
        connections.close_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
