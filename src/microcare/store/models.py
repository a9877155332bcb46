"""The schema. Django owns it and its migrations; rows are read and written by the SQL named in `queries.py`.

Types are chosen so that PostgreSQL follows without redesign: moments are BIGINT milliseconds, structures are JSON text.
Whatever makes a row unique is never null. Hot tables carry no foreign keys: the compare-and-set on the person's row,
in the same transaction, already proves that the person exists, and everything is keyed by person, so it can be sharded.
"""

from typing import ClassVar

from django.db import models

from microcare.store import access_models as access_models
from microcare.store import account_models as account_models
from microcare.store import api_models as api_models
from microcare.store import push_models as push_models


class Person(models.Model):
    """One person: the snapshot of their state (a cache of the journal), and when to look at them again."""

    id = models.TextField(primary_key=True)
    snapshot = models.TextField()
    version = models.BigIntegerField(default=0)
    """Rises with every commit: compare-and-set, and what pages poll."""
    sequence = models.BigIntegerField(default=0)
    """Number of the last entry in the journal."""
    due = models.BigIntegerField(null=True)
    """The earliest instant at which time alone can matter; null: never."""
    lease = models.BigIntegerField(default=0)
    """Until then a worker has claimed the person, or a failed one rests."""
    failed = models.TextField(default="")
    """What went wrong with the last step, for facilitators and operators; empty: nothing."""
    tries = models.BigIntegerField(default=0)
    """How often in a row it went wrong."""
    alerts = models.BigIntegerField(default=0)
    """Open alerts, counted from the state, so that the facilitators' list needs no scan."""
    waiting = models.BigIntegerField(default=0)
    """Proposals that wait for a facilitator, likewise."""
    created = models.BigIntegerField()

    class Meta:
        db_table = "person"
        indexes: ClassVar = [
            models.Index("due", name="person_due"),
            models.Index("alerts", name="person_alerts", condition=models.Q(alerts__gt=0)),
            models.Index("waiting", name="person_waiting", condition=models.Q(waiting__gt=0)),
            models.Index(models.F("id"), models.F("sequence"), name="person_sequence"),
            models.Index("id", name="person_failed", condition=~models.Q(failed="")),
        ]


class Journal(models.Model):
    """The journal: one entry a row. The only source of truth."""

    pk = models.CompositePrimaryKey("person", "sequence")
    person = models.TextField()
    sequence = models.BigIntegerField()
    at = models.BigIntegerField()
    received = models.BigIntegerField()
    kind = models.TextField()
    body = models.TextField()

    class Meta:
        db_table = "journal"
        indexes: ClassVar = [models.Index("kind", "person", "sequence", name="journal_kind")]


class Stimulus(models.Model):
    """What reached the engine, once for each key: so that a repeat is known, and all can be replayed."""

    pk = models.CompositePrimaryKey("person", "key")
    person = models.TextField()
    key = models.TextField()
    step = models.BigIntegerField()
    """The person's version that it led to: stimuli in their order."""
    sequence = models.BigIntegerField()
    """Number of the first entry it brought about (of the next one, where it brought about none)."""
    kind = models.TextField()
    body = models.TextField()

    class Meta:
        db_table = "stimulus"


class Outbox(models.Model):
    """What the world shall do, and what became of it. Its key goes to the provider as idempotency key."""

    pk = models.CompositePrimaryKey("person", "sequence", "idx")
    person = models.TextField()
    sequence = models.BigIntegerField()
    idx = models.BigIntegerField()
    kind = models.TextField()
    effect = models.TextField()
    once = models.TextField()
    """at_most or at_least."""
    status = models.TextField(default="pending")
    """pending, handed, accepted, failed, unclear, expired, cancelled, acknowledged, aside."""
    detail = models.TextField(default="")
    attempts = models.BigIntegerField(default=0)
    told = models.BigIntegerField(default=0)
    """1: the engine knows what became of it."""
    expires = models.BigIntegerField(default=0)
    next_try = models.BigIntegerField(null=True)
    """When to look at it again; null: never."""
    made = models.BigIntegerField()
    handed = models.BigIntegerField(default=0)
    settled = models.BigIntegerField(default=0)
    lane = models.TextField(default="mail", db_default="mail")
    """alert, app, mail or push: what it waits with."""

    class Meta:
        db_table = "outbox"
        indexes: ClassVar = [
            models.Index("lane", "next_try", name="outbox_lane"),
            models.Index("next_try", name="outbox_next_try"),
            models.Index("person", name="outbox_aside", condition=models.Q(status="aside")),
            models.Index("settled", name="outbox_stuck", condition=models.Q(status__in=("failed", "unclear"))),
        ]


class Program(models.Model):
    """A published program: one row for each wording of each version."""

    pk = models.CompositePrimaryKey("id", "version", "wording")
    id = models.TextField()
    version = models.TextField()
    wording = models.TextField()
    root = models.TextField()
    """Which of its files is the root."""
    published = models.BigIntegerField()
    serial = models.BigIntegerField(unique=True)
    """Order of publishing; the last one is what people join."""

    class Meta:
        db_table = "program"


class ProgramFile(models.Model):
    """A file of a published program, as it was."""

    pk = models.CompositePrimaryKey("program", "version", "wording", "path")
    program = models.TextField()
    version = models.TextField()
    wording = models.TextField()
    path = models.TextField()
    body = models.BinaryField()

    class Meta:
        db_table = "program_file"


class Identity(models.Model):
    """Who a person is, apart from care data, sealed with their key."""

    person = models.TextField(primary_key=True)
    name = models.TextField(default="")
    """Sealed."""
    email = models.TextField(default="")
    """Sealed."""
    program = models.TextField(default="")
    """The program they are invited to join."""

    class Meta:
        db_table = "identity"


class PersonKey(models.Model):
    """A person's key, wrapped by the master key. Destroying this row makes all that is sealed with it unreadable."""

    person = models.TextField(primary_key=True)
    wrapped = models.BinaryField()

    class Meta:
        db_table = "person_key"


class KeptText(models.Model):
    """Free text and photos of a person, sealed with their key, apart from the journal, which only refers to them."""

    pk = models.CompositePrimaryKey("person", "reference")
    person = models.TextField()
    reference = models.TextField()
    media = models.TextField(default="text/plain")
    body = models.BinaryField()

    class Meta:
        db_table = "kept_text"


class Enrollment(models.Model):
    """Which programs a person has been in or is invited to: whose facilitators may see them."""

    pk = models.CompositePrimaryKey("program", "person")
    program = models.TextField()
    person = models.TextField()

    class Meta:
        db_table = "enrollment"
        indexes: ClassVar = [models.Index("person", name="enrollment_person")]


class Membership(models.Model):
    """A role of somebody on the staff, in one program or (`*`) in all."""

    pk = models.CompositePrimaryKey("user", "program", "role")
    user = models.TextField()
    program = models.TextField()
    role = models.TextField()
    since = models.BigIntegerField()

    class Meta:
        db_table = "membership"


class Audit(models.Model):
    """Who read, changed or exported what; each line sealed to the one before."""

    serial = models.BigIntegerField(primary_key=True)
    at = models.BigIntegerField()
    who = models.TextField()
    deed = models.TextField()
    about = models.TextField()
    detail = models.TextField()
    seal = models.TextField()

    class Meta:
        db_table = "audit"
        indexes: ClassVar = [models.Index("about", "serial", name="audit_about")]


class Caseload(models.Model):
    """A person's line in the facilitators' list, derived from their state with every commit: a cache, as the snapshot is."""

    person = models.TextField(primary_key=True)
    alerts = models.BigIntegerField(default=0)
    untaken = models.BigIntegerField(default=0)
    urgent = models.BigIntegerField(default=0)
    raised = models.BigIntegerField(default=0)
    proposals = models.BigIntegerField(default=0)
    tasks = models.BigIntegerField(default=0)
    unread = models.BigIntegerField(default=0)
    check_in = models.BigIntegerField(default=0)
    needs = models.TextField(default="[]")
    quiet_since = models.BigIntegerField(default=0)
    declining = models.BigIntegerField(default=0)
    active = models.BigIntegerField(default=0)
    paused_until = models.BigIntegerField(default=0)
    programs = models.TextField(default="[]")
    running = models.TextField(default="[]")
    stopped = models.BigIntegerField(default=0, db_default=0)
    waits = models.BigIntegerField(default=0, db_default=0)
    created = models.BigIntegerField(default=0)
    unreached = models.BigIntegerField(default=0, db_default=0)
    calls = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "caseload"


class PersonGroup(models.Model):
    """A group that facilitators have put somebody in."""

    pk = models.CompositePrimaryKey("name", "person")
    name = models.TextField()
    person = models.TextField()

    class Meta:
        db_table = "person_group"
        indexes: ClassVar = [models.Index("person", name="person_group_person")]


class Note(models.Model):
    """A facilitator's note about a person; its text is kept with their texts."""

    pk = models.CompositePrimaryKey("person", "reference")
    person = models.TextField()
    reference = models.TextField()
    at = models.BigIntegerField()
    by = models.TextField()

    class Meta:
        db_table = "note"


class AdverseEvent(models.Model):
    """Something bad that happened to a person, whether or not it comes of the program; its text is kept with their texts."""

    pk = models.CompositePrimaryKey("person", "reference")
    person = models.TextField()
    reference = models.TextField()
    at = models.BigIntegerField()
    """When it was entered."""
    happened = models.TextField()
    """The day on which it happened."""
    severity = models.TextField()
    serious = models.BigIntegerField()
    related = models.TextField()
    expected = models.TextField()
    outcome = models.TextField()
    program = models.TextField()
    by = models.TextField()

    class Meta:
        db_table = "adverse_event"


class Stop(models.Model):
    """Staff have stopped a program, or (`*`) all."""

    serial = models.BigIntegerField(primary_key=True)
    program = models.TextField()
    since = models.BigIntegerField()
    until = models.BigIntegerField(default=0)
    """When it was lifted; 0: it lasts."""
    by = models.TextField()
    lifted_by = models.TextField(default="")
    why = models.TextField(default="")

    class Meta:
        db_table = "stop"


class Responder(models.Model):
    """Who answers a roster's alerts here, in place of those the program names."""

    pk = models.CompositePrimaryKey("program", "roster", "address")
    program = models.TextField()
    roster = models.TextField()
    address = models.TextField()

    class Meta:
        db_table = "responder"


class Deployment(models.Model):
    """What belongs to this deployment: each program's secret seed, whether it is a demo, the demo's clock."""

    key = models.TextField(primary_key=True)
    value = models.TextField()

    class Meta:
        db_table = "deployment"


class DeliveryMark(models.Model):
    """Up to where a person's journal has been summed up for the delivery monitor."""

    person = models.TextField(primary_key=True)
    sequence = models.BigIntegerField()

    class Meta:
        db_table = "delivery_mark"


class DeliveryLine(models.Model):
    """One planned delivery, and what became of it: told from the journal, and only a cache of it."""

    pk = models.CompositePrimaryKey("person", "key")
    person = models.TextField()
    key = models.TextField()
    day = models.BigIntegerField()
    """The local day for which it was planned."""
    program = models.TextField()
    what = models.TextField()
    name = models.TextField()
    planned = models.BigIntegerField()
    intervention = models.TextField(default="")
    subject = models.TextField(default="")
    due = models.BigIntegerField(default=0)
    handed = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    shown = models.BigIntegerField(default=0)
    opened = models.BigIntegerField(default=0)
    completed = models.BigIntegerField(default=0)
    missed = models.BigIntegerField(default=0)
    reach = models.BigIntegerField(default=0)
    status = models.TextField()
    reason = models.TextField(default="")
    trouble = models.TextField(default="")
    tries = models.BigIntegerField(default=0)

    class Meta:
        db_table = "delivery_line"
        indexes: ClassVar = [
            models.Index(
                *map(
                    models.F, ("day", "program", "what", "intervention", "name", "status", "reach", "reason", "person")
                ),
                name="delivery_line_day",
            )
        ]
