"""Alerts as staff read them: the question and the answer in words, who has taken it on, and what came of it."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.utils.translation import gettext

from microcare.base.moments import format_local
from microcare.care import clock
from microcare.care.labels import label
from microcare.care.wordings import About
from microcare.hub import entry as e
from microcare.hub.state import State
from microcare.store import journals, watch

PAGE = 50
"""So many resolved alerts a page lists."""


@dataclass(frozen=True, slots=True)
class AlertStory:
    """One alert from its answer to its end. Moments in ms; 0: not yet."""

    person: str
    alert: str
    episode: str
    what: str
    """The question and the answer."""
    raised: int
    taken_by: str = ""
    taken: int = 0
    resolved_by: str = ""
    resolved: int = 0
    code: str = ""
    """What came of it, in words."""
    urgent: bool = False
    zone: str = "UTC"
    name: str = ""

    def at(self, moment: int) -> str:
        """A moment on the person's wall."""
        return format_local(self.zone, moment)[:16].replace("T", " ") if moment else ""

    @property
    def raised_at(self) -> str:
        """When it was raised."""
        return self.at(self.raised)

    @property
    def taken_at(self) -> str:
        """When it was taken on."""
        return self.at(self.taken)

    @property
    def resolved_at(self) -> str:
        """When it was resolved."""
        return self.at(self.resolved)


def stories(person: str, state: State, name: str = "") -> tuple[AlertStory, ...]:
    """All alerts of a person there ever were, the newest first."""
    about = About(person, state)
    found: dict[str, AlertStory] = {}
    for _number, x in journals.entries_of_kinds(person, ("alerted", "alert_moved", "triaged")):
        if isinstance(x, e.Alerted):
            found[x.alert] = AlertStory(
                person, x.alert, x.episode, about.what(x.alert), x.at, zone=state.zone, name=name
            )
        elif isinstance(x, e.AlertMoved):
            found |= _moved(found, x)
        elif isinstance(x, e.Triaged) and x.alert in found:
            told = replace(found[x.alert], urgent=found[x.alert].urgent or x.urgent)
            # Said anew after somebody took it on, it waits for somebody again.
            found[x.alert] = replace(told, taken_by="", taken=0) if x.acknowledge_by else told
    return tuple(reversed(found.values()))


def _moved(found: dict[str, AlertStory], x: e.AlertMoved) -> dict[str, AlertStory]:
    """What a step of an alert changes: resolved is the whole of its episode, as far as it is open."""
    about = found.get(x.alert)
    if about is None or x.stage not in ("acknowledged", "resolved"):
        return {}
    if x.stage == "acknowledged":
        return {x.alert: replace(about, taken_by=x.by, taken=x.at)}
    ended = {name: s for name, s in found.items() if s.episode == about.episode and not s.resolved}
    code = label(x.code) if x.code else ""
    return {name: replace(s, resolved_by=x.by, resolved=x.at, code=code) for name, s in ended.items()}


def open_ones(programs: Collection[str] | None) -> list[AlertStory]:
    """All open alerts of these programs, those that need somebody most first."""
    found = [s for one in watch.at_risk(programs) for s in _or_named(one.person) if not s.resolved]
    return sorted(found, key=lambda s: (not s.urgent, bool(s.taken_by), s.raised))


def _or_named(person: str) -> tuple[AlertStory, ...]:
    """A person's alerts; where their record cannot be read, that there is one, before all others."""
    try:
        return _of(person)
    except journals.UnreadableError:
        what = gettext("An alert is open, and the record cannot be read: look at what else is known of this person.")
        return (AlertStory(person, "", "", what, watch.raised(person), urgent=True, name=watch.name_of(person)),)


def resolved_ones(programs: Collection[str] | None, before: int = 0) -> tuple[list[AlertStory], int]:
    """A page of those that are resolved, newest first, and the moment before which the next page begins (0: none)."""
    moved = watch.resolved(programs, PAGE + 1, before or clock.now() + 1)
    here = {(person, x.alert): received for person, received, x in moved[:PAGE]}
    known = {person: {s.alert: s for s in _or_named(person)} for person in dict.fromkeys(p for p, _ in here)}
    found = []
    for person, alert in here:
        ends = known[person].get(alert)
        if ends is not None:
            found += [s for s in known[person].values() if s.episode == ends.episode and s.resolved == ends.resolved]
    more = moved[PAGE - 1][1] if len(moved) > PAGE else 0
    return list(dict.fromkeys(found)), more


def _of(person: str) -> tuple[AlertStory, ...]:
    return stories(person, journals.load(person).state, watch.name_of(person))
