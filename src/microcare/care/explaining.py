"""The journal as facilitators read it: each entry a sentence, each decision opened to its explanation."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from microcare.base.moments import format_local
from microcare.care.reading import Person
from microcare.care.wordings import About
from microcare.exchange.questionnaires import questionnaire_measure
from microcare.hub import entry as e
from microcare.hub.explainer import shown, to_auditor
from microcare.program.compiled import CompiledProgram
from microcare.program.reader import read_bundle
from microcare.store import bundles, journals

PAGE = 50
QUIET = (
    "followed",
    "began",
    "closed",
    "staged",
    "evaluation_closed",
    "moments_drawn",
    "completed",
    "retried",
    "signaled",
)
"""Entries that the journal shows only on request."""
UNSENT = ("decided", "undelivered", "postponed")
"""Entries that may say that something did not reach the person."""
GROUPED = {"unsent": UNSENT, "alerted": ("alerted", "notified", "triaged", "alert_moved")}
"""The filters that show several kinds of entries."""
FILTERS = {
    "": lazy("What matters"),
    "decided": lazy("Decision points"),
    "unsent": lazy("Not sent, and why"),
    "recommended": lazy("Recommendations"),
    "delivered": lazy("Deliveries"),
    "answered": lazy("Answers"),
    "need_changed": lazy("Need states"),
    "alerted": lazy("Alerts"),
    "all": lazy("Everything"),
}


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry of the journal in one sentence, with its explanation."""

    number: int
    kind: str
    when: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    whole: str
    source: str = ""
    """Where the rule stands: the query of the page that shows the program's line."""


def journal(person: Person, wanted: str = "", before: int = 0) -> tuple[EntryLine, ...]:
    """A page of the journal, newest first; `before` an entry's number, for the next page."""
    found: list[EntryLine] = []
    about = About(person.id, person.state, person.texts)
    kinds = GROUPED.get(wanted) or ((wanted,) if wanted and wanted != "all" else ())
    for number, stated in journals.newest(person.id, kinds, before):
        kind = stated.__struct_config__.tag
        if (not wanted and kind in QUIET) or (wanted == "unsent" and not _unsent(stated)):
            continue
        found.append(_entry(person, about, number, str(kind), stated))
        if len(found) == PAGE:
            break
    return tuple(found)


def _unsent(stated: e.Any) -> bool:
    """Whether it says that something did not reach the person, and why."""
    if isinstance(stated, e.Decided):
        return stated.outcome not in ("decided", "randomized") or stated.chosen in ("", "nothing")
    return not (isinstance(stated, e.Undelivered) and stated.reason in ("seen", "answered"))


def _entry(person: Person, about: About, number: int, kind: str, stated: e.Any) -> EntryLine:
    program = getattr(stated, "program", "")
    compiled = about.program(program, getattr(stated, "version", "")) if program else None
    when = format_local(person.state.zone, stated.at)[:16]
    sentence = about.sentence(stated, compiled, person.state.zone)
    facts = tuple(_facts(stated, compiled)) if isinstance(stated, e.Decided) else ()
    line = (
        f"program={quote(stated.program)}&version={quote(stated.version)}&intervention={quote(stated.intervention)}"
        f"&rule={stated.rule_index}"
        if isinstance(stated, e.Decided)
        else ""
    )
    return EntryLine(number, kind.replace("_", " "), when.replace("T", " "), sentence, facts, to_auditor(stated), line)


def _facts(x: e.Decided, compiled: CompiledProgram | None) -> Iterator[tuple[str, str]]:
    """A decision point opened to its explanation."""
    rule = (
        compiled.interventions[x.intervention].by_id.get(x.rule)
        if compiled and x.intervention in compiled.interventions
        else None
    )
    about = {"rule": x.rule, "intervention": x.intervention, "on": rule.rule.on if rule is not None else ""}
    yield (
        _("Rule"),
        (_("%(rule)s of %(intervention)s (on: %(on)s)") if rule is not None else _("%(rule)s of %(intervention)s"))
        % about,
    )
    yield (
        _("Available"),
        {True: _("yes"), False: _("no"), None: _("not known")}[x.available]
        + (f": {', '.join(x.reasons)}" if x.reasons else ""),
    )
    if rule is not None and rule.condition is not None:
        yield _("Condition"), rule.condition.expression.source
    for name, value in x.inputs.items():
        yield name, shown(value)
    if x.options:
        yield _("Probabilities"), ", ".join(f"{o} {p:g}" for o, p in x.options.items())
    yield _("Chosen"), x.chosen or _("nothing followed")
    if x.source:
        yield _("Drawn elsewhere"), x.source
    yield _("Program version"), x.version


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a program's file. `about`: it is the one that was asked for."""

    number: int
    text: str
    about: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A file of a program in one version, with the line of a rule."""

    title: str
    file: str
    lines: tuple[Line, ...]


@lru_cache(maxsize=256)
def source(program: str, version: str, intervention: str, rule: int) -> Page | None:
    """The file that a rule stands in, as it was published; None where there is none."""
    found = next((p for p in reversed(bundles.published()) if (p.program, p.version) == (program, version)), None)
    if found is None:
        return None
    files = bundles.files(found)
    reading = read_bundle(files, found.root, questionnaire_measure)
    place = reading.source.place(("interventions", intervention, "rules", rule))
    text = files.get(place.file, b"").decode(errors="replace")
    lines = tuple(Line(n, t, n == place.line) for n, t in enumerate(text.splitlines(), 1))
    return Page(f"{program} {version[:12]}", place.file, lines)
