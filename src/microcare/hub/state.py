"""The person's state, and the records in it: a fold of the entries, never anything else.

Records are frozen: a change replaces one, so that a copy of the state needs to copy only its containers.
"""

from typing import Any

import msgspec
from msgspec.structs import astuple

from microcare.hub.alert import Alert
from microcare.hub.forms import Form, Question
from microcare.hub.stimulus import Value
from microcare.hub.streaks import Went

Series = tuple[tuple[int, Value], ...]
"""Dated values, oldest first: (moment in ms, value)."""


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base of the state's records."""


class Course(Record, frozen=True):
    """The person in one program."""

    version: str
    since: int
    facilitator: str
    stopped: str = ""
    target: bool | None = None
    synthetic: bool = False
    contacted: int = 0
    """When the course last reached the person, or they were last active in it."""
    retry: int = 0
    """When a recommendation is looked at again."""
    day: int = 0
    """The local day on which it began: what comes every two weeks counts from there, wherever the person is."""
    nothing: bool = False
    """The last look at what would help found nothing that can begin."""
    left_out: dict[str, str] = {}
    """Then: what was left out, and why."""
    waits: bool = False
    """It has been said that nothing looks at the person by time any more."""


class RuleRecord(Record, frozen=True):
    """How far one rule has come in one run."""

    began: int = 0
    day: int = 0
    """Local day on which its schedule began."""
    clock: int = 0
    """Seconds after midnight at which it did."""
    until: int = 0
    last: tuple[int, int] | None = None
    """Identity (day, index) of the last decision point of its schedule."""
    taken: tuple[int, ...] = ()
    """Which places of that day have been taken up."""
    points: int = 0
    idle: int = 0
    """Of these, those that fell into a pause or a safety hold: they do not count as one of its `times`."""
    waits: tuple[int, ...] = ()
    drawn_day: int = 0
    moments: tuple[int, ...] = ()
    postponed: tuple[tuple[str, int, int], ...] = ()
    """Decision points moved by the gate: slot, planned moment, and when each is asked again. One at most."""
    about: str = ""
    """The delivery that what waits is about."""
    quiet_since: int = 0
    """The engagement after which a quiet spell was last acted on."""
    closed: str = ""
    mark: str = ""
    """Follows its name in those of its decision points, where another rule of the run has had that name before."""


def used(record: RuleRecord) -> int:
    """How many of its decision points a rule has used up, those that wait included."""
    return record.points + len(record.postponed) - record.idle


class EventRecord(Record, frozen=True):
    """What has happened with one event in one run. Counts; moments in ms (0: never)."""

    delivered: int = 0
    shown: int = 0
    opened: int = 0
    done: int = 0
    completed: int = 0
    succeeded: int = 0
    failed: int = 0
    expired: int = 0
    dismissed: int = 0
    in_a_row: int = 0
    won_in_a_row: int = 0
    delivered_at: int = 0
    done_at: int = 0
    completed_at: int = 0
    by_human: bool = False
    """A facilitator delivers it: what they leave undone says nothing about the person's engagement."""
    success: bool | None = None
    value: Value = None
    judged: int = 0
    """The number of the delivery that these are of: the newest of which an outcome is stated."""
    kept_up: Went = ()
    """Which deliveries were completed, and which missed or dismissed."""
    won: Went = ()
    """Which succeeded, and which failed."""


class Run(Record, frozen=True):
    """One running micro intervention."""

    program: str
    intervention: str
    version: str
    started: int
    day: int
    need: str
    by: str
    ends_by: int
    rules: dict[str, RuleRecord] = {}
    events: dict[str, EventRecord] = {}
    engaged: int = 0
    """When the person last engaged with it."""
    offered: int = 0
    """When it last offered something."""
    unanswered_since: int = 0
    """When it first offered something since the person last engaged (0: nothing waits for them)."""
    rested: int = 0
    """So much of that silence was a pause or a safety hold, ms: it says nothing about the person."""
    points: int = 0
    ended: int = 0
    reason: str = ""
    outcome_at: int = 0


class PastRun(Record, frozen=True):
    """A micro intervention that is over."""

    program: str
    intervention: str
    need: str
    started: int
    ended: int
    result: str
    reason: str = ""
    run: str = ""


class Past(Record, frozen=True):
    """What came of one micro intervention so far."""

    times: int = 0
    over: int = 0
    """How often it came to its end."""
    ended: int = 0
    result: str = ""
    successes: int = 0
    failures: int = 0
    disengaged: int = 0
    declined_at: int = 0


class Delivery(Record, frozen=True, tag=True):
    """Something on its way to the person, or with them."""

    program: str
    what: str
    name: str
    run: str
    point: str
    decided: int
    expires: int
    prompt: bool
    human: bool = False
    stage: str = "decided"
    channels: tuple[tuple[str, int], ...] = ()
    tried: int = 1
    snoozed: int = 0
    called: int = 0
    """When it was first prompted (0: it was not)."""
    kept: bool = False
    """The hub put it off, because the gate said no; otherwise the person did."""
    done: int = 0
    opened: int = 0
    spent: int = 0
    assessment: str = ""
    """Its proximal assessment, while that is open."""
    watch: int = 0
    """Until when its proximal signal is watched."""
    closed: str = ""
    """Why it is over; it is kept for a while, because what was done in time may arrive late."""
    version: str = ""
    """The version of the program that brought it; what comes of it is that version's, whatever is published later."""


class Assessment(Record, frozen=True, tag=True):
    """An open questionnaire."""

    program: str
    measure: str
    items: tuple[str, ...]
    purpose: str
    opened: int
    expires: int
    run: str = ""
    event: str = ""
    delivery: str = ""
    evaluation: str = ""
    answers: dict[str, Value] = {}
    reuse_from: int = 0
    closed: bool = False
    version: str = ""
    """The version of the program that asked."""
    times: dict[str, int] = {}
    """When each of its answers was given."""
    given: int = 0
    """When the last of its answers was given, corrections aside."""
    completed: int = 0
    """When it was completed: it is so once."""


class Scores(Record, frozen=True):
    """The latest of one measure."""

    at: int
    complete: bool
    scores: dict[str, float | None] = {}
    values: dict[str, tuple[int, Value]] = {}
    history: dict[str, Series] = {}


class NeedRecord(Record, frozen=True):
    """A need state: present, absent or unknown."""

    state: str
    since: int
    severity: float | None = None
    stale_at: int = 0


class Evaluation(Record, frozen=True):
    """An open look at the person's state."""

    program: str
    why: str
    opened: int


class Trigger(Record, frozen=True):
    """When one evaluation trigger last opened an evaluation."""

    at: int
    day: int
    index: int = 0
    """Its place among the times of that day."""


class Offer(Record, frozen=True):
    """An offer, a short list, or a proposal that waits for an answer."""

    program: str
    need: str
    action: str
    interventions: tuple[str, ...]
    expires: int
    made: int
    remind_at: int = 0
    weighed: bool = False
    """It was made for its need, and weighed against others; otherwise a rule made it."""


class CheckIn(Record, frozen=True):
    """A check-in that a facilitator and the person have agreed on."""

    program: str
    when: int
    how: str
    by: str
    announced: bool = False


class Watch(Record, frozen=True):
    """A decision point whose proximal outcome is being watched."""

    program: str
    run: str
    intervention: str
    rule: str
    version: str
    since: int
    until: int


class Followup(Record, frozen=True):
    """A saved answer whose further consequences are still to be drawn."""

    assessment: str
    item: str
    at: int
    received: int
    late: bool
    present: bool


class State(msgspec.Struct, omit_defaults=True):
    """All that the engine knows of one person. Only `fold` changes it."""

    format: int = 1
    """By which format it was folded; a snapshot of an earlier one is folded anew from its journal."""
    zone: str = "UTC"
    language: str = "en"
    mode: str = ""
    quiet: str | None = None
    paused_until: int = 0
    rest_since: int = 0
    """Since when care has stood still, by a pause or a safety hold (0: it goes on)."""
    fields: dict[str, Value] = {}
    said: dict[str, int] = {}
    """When the person's fields were last said: a time of day counts from then on."""
    likes: dict[str, float] = {}
    courses: dict[str, Course] = {}
    runs: dict[str, Run] = {}
    past: dict[str, Past] = {}
    history: tuple[PastRun, ...] = ()
    deliveries: dict[str, Delivery] = {}
    assessments: dict[str, Assessment] = {}
    measures: dict[str, Scores] = {}
    signals: dict[str, Series] = {}
    intervals: dict[str, tuple[tuple[int, int], ...]] = {}
    """From when until when the signals' values count, of those that are kept and count over time."""
    reports: dict[str, int] = {}
    heard: dict[str, int] = {}
    """When each report was last heard, repeats aside."""
    needs: dict[str, NeedRecord] = {}
    evaluations: dict[str, Evaluation] = {}
    triggers: dict[str, Trigger] = {}
    offers: dict[str, Offer] = {}
    alerts: dict[str, Alert] = {}
    check_ins: dict[str, CheckIn] = {}
    days_off: tuple[int, ...] = ()
    """Days of the week on which nothing calls them, Monday is 0."""
    channels_off: tuple[str, ...] = ()
    """Channels they do not want."""
    consents: dict[str, int] = {}
    """What they agreed to: `PROGRAM.PURPOSE` and the version of its text; 0 where they took it back."""
    plan: dict[str, str] = {}
    """The person's own safety plan: references to its texts, by step."""
    country: str = ""
    phone: str = ""
    """The number to call them at: a reference to its text."""
    phone_at: int = 0
    unread: int = 0
    """Since when something the person wrote waits for a facilitator (0: nothing does)."""
    watches: dict[str, Watch] = {}
    imported: dict[str, tuple[str, dict[str, float], str]] = {}
    closed: dict[str, Delivery | Assessment] = {}
    """The last deliveries and questionnaires that are over."""
    forms: tuple[Form, ...] = ()
    asked: tuple[Question, ...] = ()
    """Every questionnaire ever asked, in their order."""
    left: dict[str, int] = {}
    """When the person left a program that they are not in now."""
    prompts: tuple[int, ...] = ()
    """Moments of the prompts of the last eight days."""
    felt: dict[str, int] = {}
    """When something asked seldom was last asked, by program and purpose."""
    counts: dict[str, int] = {}
    """How many of each kind have been named so far; names are made from it."""
    followups: tuple[Followup, ...] = ()
    active: int = 0
    """When the person last did something."""
    away: tuple[int, int] = (0, 0)
    """The last time they had been away for more than a day: how long, and when they came back."""
    last: int = 0
    """When the last entry was received."""

    @property
    def rests(self) -> bool:
        """Whether care stands still: nothing is begun, and no silence grows."""
        return bool(self.paused_until) or any(alert.hold for alert in self.alerts.values())

    def copy(self) -> "State":
        """A copy whose containers can be changed without touching this one."""
        # An empty container is made anew, which takes half as long as copying it.
        fields: list[Any] = [(v.copy() if v else {}) if type(v) is dict else v for v in astuple(self)]
        return State(*fields)
