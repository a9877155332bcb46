"""The pages of the delivery monitor: the whole study in numbers, and one person's deliveries with their reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from microcare.base.cells import as_csv
from microcare.base.written import day_of
from microcare.care import access, clock, monitor
from microcare.care.monitor import Day, Step, Study
from microcare.store import audit, people
from microcare.store.journals import UnknownPersonError
from microcare.store.monitor import Filter
from microcare.web.access import access_of

STATUSES = ("completed", "missed", "held", "open")
WIDTH, ROW, BAR, CHART = 600, 34, 300, 120
"""The pictures' measures, in their own units."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the funnel: where it lies, and its number in words."""

    title: str
    count: int
    percent: str
    y: int
    text: int
    width: float
    end: float


@dataclass(frozen=True, slots=True)
class Column:
    """A day of the chart: its pieces as (status, y, height), from the bottom up."""

    day: Day
    x: float
    width: float
    pieces: tuple[tuple[str, float, float], ...]


@require_GET
@never_cache
def whole_study(request: HttpRequest) -> HttpResponse:
    """How far everything that was planned came, and who is stuck."""
    now, allowed = clock.now(), access_of(request)
    wanted = monitor.narrowed(_filter(request.GET, now), allowed.programs(access.MONITOR))
    found = monitor.study(wanted)
    seen = allowed.programs(access.SEE)
    may_see = seen is None or bool(seen)
    named = monitor.narrowed(wanted, seen)
    context = {
        "study": found,
        "bars": _bars(found),
        "columns": _columns(found.days),
        "height": ROW * len(found.steps),
        "chart": CHART,
        "wanted": wanted,
        "program": request.GET.get("program", ""),
        "no_days": _no_days(request.GET),
        "first": date.fromordinal(wanted.first).isoformat(),
        "last": date.fromordinal(wanted.last).isoformat(),
        "statuses": STATUSES,
        "may_see": may_see,
        "persons": monitor.persons(named) if may_see else (),
        "stuck": _named(monitor.stuck(now, seen)) if may_see else (),
        "query": urlencode({k: v for k, v in request.GET.items() if k in FILTERS}),
    }
    if may_see:
        audit.append(now, request.user.get_username(), "read", "", "delivery monitor")
    return render(request, "facilitator/monitor.html", context)


FILTERS = ("program", "intervention", "name", "from", "to", "status", "reason")
"""What an address may narrow the numbers to."""
COLUMNS = (
    "program", "what", "intervention", "name", "planned", "due", "opened", "completed", "missed", "held", "open",
)  # fmt: skip


@require_GET
@never_cache
def numbers(request: HttpRequest) -> HttpResponse:
    """The same numbers as a table, without names."""
    now = clock.now()
    wanted = monitor.narrowed(_filter(request.GET, now), access_of(request).programs(access.MONITOR))
    audit.append(now, request.user.get_username(), "export", request.GET.get("program", "")[:100], "delivery numbers")
    rows = [
        (part.program, part.what, part.intervention, part.name, part.planned, part.due, part.opened, part.completed, part.missed,
         part.held, part.open)
        for part in monitor.study(wanted).parts
    ]  # fmt: skip
    answer = HttpResponse(as_csv(COLUMNS, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="deliveries.csv"'
    return answer


@require_GET
@never_cache
def of_person(request: HttpRequest, person: str) -> HttpResponse:
    """One person's deliveries, newest first, each with its reason."""
    now = clock.now()
    wanted = _filter(request.GET, now)
    try:
        lines = monitor.of_person(person, wanted)
    except UnknownPersonError:
        raise Http404("There is no such person.") from None
    audit.append(now, request.user.get_username(), "read", person, "deliveries")
    context = {
        "id": person,
        "name": people.identity(person).name or person[:8],
        "lines": lines,
        "wanted": wanted,
        "no_days": _no_days(request.GET),
        "first": date.fromordinal(wanted.first).isoformat(),
        "last": date.fromordinal(wanted.last).isoformat(),
        "statuses": STATUSES,
        "stuck": [one for one in monitor.stuck(now, None) if one.person == person],
    }
    return render(request, "facilitator/deliveries.html", context)


def _filter(asked: Mapping[str, str], now: int) -> Filter:
    first, last = monitor.default_days(now)
    first, last = _day(asked.get("from", ""), first), _day(asked.get("to", ""), last)
    program, status = asked.get("program", "")[:100], asked.get("status", "")
    return Filter(
        min(first, last),
        max(first, last),
        {program} if program else None,
        asked.get("intervention", "")[:100],
        asked.get("name", "")[:100],
        status if status in STATUSES else "",
        asked.get("reason", "")[:300],
    )


def _day(text: str, otherwise: int) -> int:
    found = day_of(text)
    return otherwise if found is None else found


def _no_days(asked: Mapping[str, str]) -> list[str]:
    """What was asked for as a day and is none: other days are shown then, and that is said."""
    return [text[:20] for text in (asked.get("from", ""), asked.get("to", "")) if text and day_of(text) is None]


def _named(stuck: tuple[monitor.Stuck, ...]) -> list[tuple[monitor.Stuck, str]]:
    return [(one, people.identity(one.person).name or one.person[:8]) for one in stuck]


def _bars(study: Study) -> list[Bar]:
    def bar(number: int, step: Step) -> Bar:
        share = 0.0 if step.share is None else step.share
        percent = "" if step.share is None else f"{share:.0%}"
        y = number * ROW
        return Bar(
            step.title, step.count, percent, y + 4, y + 23, round(BAR * share, 1), round(130 + BAR * share + 8, 1)
        )

    return [bar(number, step) for number, step in enumerate(study.steps)]


def _columns(days: tuple[Day, ...]) -> list[Column]:
    most = max((day.total for day in days), default=0)
    if not most:
        return []
    width = WIDTH / len(days)
    found = []
    for number, day in enumerate(days):
        pieces, top = [], float(CHART)
        for status in STATUSES:
            height = round(CHART * int(getattr(day, status)) / most, 2)
            top = round(top - height, 2)
            if height:
                pieces.append((status, top, height))
        found.append(Column(day, round(number * width + width * 0.1, 2), round(width * 0.8, 2), tuple(pieces)))
    return found
