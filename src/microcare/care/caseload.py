"""The caseload: who needs a facilitator now, with the reason in words. Nothing is changed."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from microcare.base.moments import DAY, local_day
from microcare.care.programs import programs
from microcare.care.spoken import written
from microcare.care.telling import day_words, span_words
from microcare.hub.explainer import title_of
from microcare.hub.naming import without_values
from microcare.store import caseload
from microcare.store.caseload import QUIET, SOON, Wanted

PAGE = 50


@dataclass(frozen=True, slots=True)
class Word:
    """One reason. tone: alarm, wait, hint, need, or plain."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One person in the list."""

    id: str
    name: str
    programs: tuple[str, ...]
    words: tuple[Word, ...]
    seen: str

    @property
    def urgent(self) -> bool:
        """Whether an alert is open, or something failed."""
        return any(word.tone == "alarm" for word in self.words)


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of the list, with how many people it has."""

    name: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the list."""

    lines: tuple[Line, ...]
    filters: tuple[Filter, ...]
    groups: tuple[tuple[str, int], ...]
    more: bool


def page(wanted: Wanted, now: int, zone: str, number: int = 0) -> Page:
    """A page of the list as the facilitator (in this zone) reads it."""
    found = caseload.lines(wanted, now, PAGE + 1, number * PAGE)
    counts = caseload.counts(wanted, now)
    names = {"": _("Everybody"), "now": _("Need me now"), "alerts": _("Alerts"), "waiting": _("Wait for an answer"),
             "needs": _("Need states"), "quiet": _("Quiet"), "declining": _("Take up less"), "paused": _("Paused"),
             "invited": _("Invited"), "left": _("Left")}  # fmt: skip
    filters = tuple(Filter(n, words, counts[n or "all"]) for n, words in names.items())
    groups = tuple(caseload.groups(wanted.programs, now))
    return Page(tuple(_line(x, now, zone) for x in found[:PAGE]), filters, groups, len(found) > PAGE)


def _line(x: caseload.Line, now: int, zone: str) -> Line:
    titles = tuple(_title(program) for program in x.programs)
    seen = _("never") if not x.active else day_words(local_day(zone, x.active), local_day(zone, now))
    return Line(x.person, x.name or x.person[:8], titles, tuple(_words(x, now, zone)), seen)


def _title(program: str) -> str:
    compiled = programs().current(program)
    return (
        program
        if compiled is None
        else written(compiled.program.title, get_language() or "en", compiled.program.language)
    )


def _words(x: caseload.Line, now: int, zone: str) -> Iterator[Word]:
    """Why somebody stands where they stand, the weightiest first."""
    yield from _alarms(x, now)
    if x.erased:
        yield Word(_("has erased who they are: nobody can be reached"))
    yield from _waiting(x, now, zone)
    if x.paused_until > now:
        until = day_words(local_day(zone, x.paused_until), local_day(zone, now))
        yield Word(_("paused until %(day)s") % {"day": until})
    elif x.quiet_since and now - x.quiet_since > QUIET:
        yield Word(_("quiet for %(span)s") % {"span": span_words(now - x.quiet_since)}, "hint")
    elif x.declining:
        yield Word(_("takes up less than before"), "hint")
    yield from _states(x)
    if x.waits and x.paused_until <= now:
        yield Word(_("nothing comes by itself any more"))
    if not x.programs:
        yield Word(_("has left") if x.active else _("invited, has not joined yet"))


def _alarms(x: caseload.Line, now: int) -> Iterator[Word]:
    since = span_words(max(now - x.raised, 0))
    if x.urgent:
        yield Word(_("may be in danger now: risk answer %(span)s ago") % {"span": since}, "alarm")
    elif x.untaken:
        yield Word(_("risk answer %(span)s ago, nobody has taken it on") % {"span": since}, "alarm")
    elif x.alerts:
        yield Word(_("risk answer %(span)s ago, taken on, not resolved") % {"span": since}, "alarm")
    if x.unreached:
        yield Word(_("the alert reached nobody"), "alarm")
    if x.calls:
        yield Word(_("wants to be called"), "alarm")
    if x.stopped:
        yield Word(_("a program was stopped for this person, because it failed"), "alarm")
    if x.failed:
        yield Word(_("something failed for this person"), "alarm")


def _waiting(x: caseload.Line, now: int, zone: str) -> Iterator[Word]:
    if x.unread:
        yield Word(_("wrote %(span)s ago") % {"span": span_words(max(now - x.unread, 0))}, "wait")
    if x.proposals:
        yield Word(
            ngettext("a proposal to answer", "%(n)s proposals to answer", x.proposals) % {"n": x.proposals}, "wait"
        )
    if x.tasks:
        yield Word(
            ngettext("something to do for them", "%(n)s things to do for them", x.tasks) % {"n": x.tasks}, "wait"
        )
    if x.check_in:
        day = day_words(local_day(zone, x.check_in), local_day(zone, now))
        if x.check_in < now - DAY // 24:
            yield Word(_("check-in %(day)s: what came of it?") % {"day": day}, "wait")
        else:
            yield Word(_("check-in %(day)s") % {"day": day}, "wait" if x.check_in < now + SOON else "")


def _states(x: caseload.Line) -> Iterator[Word]:
    """Need states that are present, and what runs."""
    for name in x.needs[:3]:
        yield Word(name.split("/")[1].replace("_", " "), "need")
    if len(x.needs) > 3:
        yield Word(_("%(n)s more needs") % {"n": len(x.needs) - 3}, "need")
    for name in x.running[:2]:
        program, _slash, intervention = name.partition("/")
        title = without_values(title_of(programs().current(program), intervention))
        yield Word(_("in %(title)s") % {"title": title})


def wanted(programs_: Collection[str] | None, show: str, group: str, search: str) -> Wanted:
    """What a facilitator asked for."""
    return Wanted(programs_, show, group[:100], search[:100])
