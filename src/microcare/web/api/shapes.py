"""What the interface takes and gives."""

from typing import Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

NAME = r"^[a-z][a-z0-9_]{0,63}$"


class Asked(Schema):
    """What is sent: a word that is not known is an error, not overlooked."""

    model_config = ConfigDict(extra="forbid")


class PeoplePage(Asked):
    """Which people."""

    program: str = Field("", max_length=64, description="Only of this program.")
    after: str = Field("", max_length=64, description="After this person; `next` of the page before.")
    limit: int = Field(100, ge=1, le=1000)


class JournalPage(Asked):
    """Which entries."""

    kind: str = Field("", max_length=40, description="Only of this kind.")
    after: int = Field(0, ge=0, lt=1 << 40, description="After this number; `next` of the page before.")
    limit: int = Field(200, ge=1, le=1000)


class TableForm(Asked):
    """Which people's table, and in which form."""

    program: str = Field(
        "", max_length=64, description="Only of this program; a key that may not analyze all names one."
    )
    form: Literal["csv", "jsonl"] = "csv"


class Invitation(Asked):
    """Somebody to invite."""

    program: str = Field(pattern=NAME, description="The program they are invited to.")
    name: str = Field("", max_length=200, description="What they are called; sealed, apart from their care.")
    email: str = Field("", max_length=254, description="Where mails go; sealed.")


class Invited(Schema):
    """A person, and the code that opens their pages. The code is not kept."""

    person: str
    code: str
    link: str


class PersonLine(Schema):
    """One person in a list."""

    person: str
    programs: list[str]
    version: int = Field(description="Rises with every change.")
    entries: int
    alerts: int


class People(Schema):
    """A page of people; `next` is the `after` of the next page, empty at the end."""

    people: list[PersonLine]
    next: str


class PersonState(Schema):
    """Where a person stands."""

    person: str
    version: int
    zone: str
    language: str
    courses: dict[str, str] = Field(description="Programs, each with the version they are in.")
    running: list[str] = Field(description="Micro interventions under way, PROGRAM/NAME.")
    needs: dict[str, str] = Field(description="Need states: present, absent or unknown.")
    alerts: int
    paused_until: int = Field(description="ms since 1970 UTC; 0: not paused.")


class Entries(Schema):
    """A page of a journal, oldest first; `next` is the `after` of the next page, 0 at the end."""

    entries: list[dict[str, Any]]
    next: int


class Taken(Schema):
    """What became of what was sent: by key."""

    saved: list[str]
    known: list[str] = Field(description="Taken before; nothing happened anew.")
    refused: dict[str, str] = Field(description="Not taken, with the reason.")
    version: int


class Alert(Schema):
    """An open alert."""

    person: str
    alert: str
    what: str
    """The question and the answer, as staff read them; free text stays with the person."""
    program: str
    raised: int
    stage: str
    urgent: bool


class Alerts(Schema):
    """Open alerts, the oldest first."""

    alerts: list[Alert]


class ProgramLine(Schema):
    """A program that people can join."""

    program: str
    title: str
    version: str
    interventions: list[str]


class Programs(Schema):
    """All of them."""

    programs: list[ProgramLine]


class Finding(Schema):
    """One thing that the checks say: where, what, and its cure."""

    severity: str
    place: str
    message: str
    cure: str


class Checked(Schema):
    """What came of a check or of publishing; with errors nothing was published."""

    program: str
    version: str
    published: bool
    findings: list[Finding]


class Listening(Asked):
    """Where, and of what, a system wants to be told."""

    url: str = Field(max_length=2048, description="https, a public host, no port of its own.")
    kinds: list[str] = Field(min_length=1, max_length=20, description="Kinds of entries.")


class HookLine(Schema):
    """A webhook, and how many notices are in which state."""

    webhook: str
    url: str
    kinds: list[str]
    states: dict[str, int]
    said: str = Field(description="What the other side said when it did not take one.")


class Hooks(Schema):
    """All webhooks of the system that asks."""

    webhooks: list[HookLine]


class HookMade(Schema):
    """A new webhook, with the secret that signs. It is not shown again."""

    webhook: str
    secret: str


class ProblemShape(Schema):
    """RFC 9457: what is wrong."""

    title: str
    status: int
    detail: str
    errors: list[Any] = Field(default_factory=list)
