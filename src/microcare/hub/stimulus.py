"""Stimuli: anything that reaches the engine.

Each carries when it occurred (`at`, never later than its arrival), when it was received, and an idempotency key.
All moments are milliseconds since 1970 UTC.
"""

import msgspec

Value = bool | float | int | str | None
"""A value in an answer, signal or field; None is unknown."""


def names_in(value: Value) -> tuple[str, ...]:
    """The names in a setting that is a list: they travel as one text, with commas."""
    return tuple(name for name in str(value or "").split(",") if name)


class Stimulus(msgspec.Struct, frozen=True, tag_field="kind", kw_only=True, omit_defaults=True):
    """What every stimulus carries."""

    key: str
    at: int
    received: int = 0
    synthetic: bool = False
    """Its instant was made up because the source lacks it."""

    @property
    def arrived(self) -> int:
        """When it was received; one that does not say arrived when it occurred."""
        return self.received or self.at


class Enroll(Stimulus, frozen=True, tag="enroll"):
    """The person joins a program."""

    program: str
    zone: str = "UTC"
    language: str = ""
    fields: dict[str, Value] = {}
    consents: dict[str, int] = {}
    """What the person agrees to: purposes of the program, with the version of the text they read."""


class Withdraw(Stimulus, frozen=True, tag="withdraw"):
    """The person leaves a program, or all of them."""

    program: str = ""


class Time(Stimulus, frozen=True, tag="time"):
    """A due instant has come. `at` is the due instant, however late it is received."""


class Answer(Stimulus, frozen=True, tag="answer"):
    """One answer to one item of an open assessment. Free text is kept apart; the engine gets a reference to it.

    `heard`: the safety rules (VERSION/PLACE) that found one of their words in the text before that. The hub and the
    replay listen themselves to a text that comes as words.
    """

    assessment: str
    item: str
    value: Value
    reference: bool = False
    heard: tuple[str, ...] = ()


class Signal(Stimulus, frozen=True, tag="signal"):
    """Context from a device or another system."""

    name: str
    value: Value
    since: int | None = None
    """It counts from then until `at`, like steps or sleep (none: it is of one moment)."""


class Report(Stimulus, frozen=True, tag="report"):
    """The person says what they need."""

    name: str = ""


class Receipt(Stimulus, frozen=True, tag="receipt"):
    """A stage of a delivery: handed_over, accepted, shown, opened, or failed. A repeat is nothing new."""

    delivery: str
    stage: str
    channel: str = "in_app"
    detail: str = ""


class Act(Stimulus, frozen=True, tag="act"):
    """What was done with a delivery: done, dismissed, snoozed, dropped (midway)."""

    delivery: str
    act: str
    until: int = 0
    spent: int = 0
    """Milliseconds spent on it."""
    by: str = "person"


class Choice(Stimulus, frozen=True, tag="choice"):
    """The answer to an offer or a short list: an intervention taken, or none."""

    offer: str
    intervention: str = ""
    """Empty: declined."""


class Setting(Stimulus, frozen=True, tag="setting"):
    """A setting or a characteristic of the person: language, mode, quiet, pause, country, phone, `person.NAME`, `like.INTERVENTION`.

    `pause` holds the moment it ends (0 ends it now); `quiet` is a window like `21:30-07:00` ("" for the program's);
    `country` is a code like `DE`; `phone` is a reference to where the number is kept.
    `like.X` is 1 (liked), 0 or -1 (not for me).
    """

    name: str
    value: Value


class Zone(Stimulus, frozen=True, tag="zone"):
    """The person is in another time zone."""

    zone: str


class Decide(Stimulus, frozen=True, tag="decide"):
    """A facilitator's answer to a proposal: approve it (or another intervention), or decline it."""

    proposal: str
    by: str
    intervention: str = ""
    """Empty: declined."""
    narrative: dict[str, str] = {}
    """Edited parts: references to where the edited text is kept."""


class Assign(Stimulus, frozen=True, tag="assign"):
    """A facilitator starts an intervention. It may override levels and rest; never consent, contraindication, safety."""

    program: str
    intervention: str
    by: str


class Draw(Stimulus, frozen=True, tag="draw"):
    """A draw made elsewhere for a coming decision point; it is never redrawn."""

    program: str
    rule: str
    slot: str
    option: str
    probabilities: dict[str, float]
    source: str = ""
    intervention: str = ""
    """Whose rule it is; it may be left out where only one intervention has a rule of that name."""


class Acknowledge(Stimulus, frozen=True, tag="acknowledge"):
    """A named person takes on an alert."""

    alert: str
    by: str


class Resolve(Stimulus, frozen=True, tag="resolve"):
    """A named person resolves an alert, with a code."""

    alert: str
    by: str
    code: str


class Notice(Stimulus, frozen=True, tag="notice"):
    """What came of trying to tell staff of an alert.

    `result`: `told` (a way to them has taken the message), `unclear` (it may have, nobody can tell), or `nobody`.
    """

    alert: str
    result: str
    rosters: tuple[str, ...] = ()
    """Of whose people at least one was told (or may have been)."""
    urgent: bool = False
    """The message said that it is urgent."""


class Triage(Stimulus, frozen=True, tag="triage"):
    """What the person says on the help page of an alert. It can make an alert more urgent, and never less.

    `question` is `danger` (answers: yes, unsure, no) or `call` (whether somebody shall call now: yes, no).
    """

    alert: str
    question: str
    answer: str


class Message(Stimulus, frozen=True, tag="message"):
    """Words between the person and a facilitator. The text is kept apart; `reference` says where.

    Without a reference, from a facilitator: what the person wrote has been read and needs no answer.
    """

    program: str
    by: str
    reference: str = ""


class Arrange(Stimulus, frozen=True, tag="arrange"):
    """A check-in that a facilitator and the person agree on, or what became of it.

    stage: agreed (a new one, or another time for `check_in`), kept, missed, cancelled.
    """

    program: str
    by: str
    check_in: str = ""
    """Empty: a new one."""
    stage: str = "agreed"
    when: int = 0
    how: str = ""
    """call, visit, video, message."""


class Publish(Stimulus, frozen=True, tag="publish"):
    """The person's course moves to a new version of its program."""

    program: str
    version: str
    running: str = "finish"
    """What running interventions do: `finish` on the old version, or `move`."""


Any = (
    Enroll
    | Withdraw
    | Time
    | Answer
    | Signal
    | Report
    | Receipt
    | Act
    | Choice
    | Setting
    | Zone
    | Decide
    | Assign
    | Draw
    | Acknowledge
    | Resolve
    | Notice
    | Triage
    | Message
    | Arrange
    | Publish
)
