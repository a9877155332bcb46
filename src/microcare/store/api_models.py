"""The part of the schema that is about other systems: keys, repeated requests, and what they are told (see `models.py`)."""

from typing import ClassVar

from django.db import models


class ApiKey(models.Model):
    """A key with which a system calls. What it may do stands in `membership`, under the system's name."""

    id = models.TextField(primary_key=True)
    """The part of the key that may be seen."""
    system = models.TextField()
    hash = models.TextField()
    made = models.BigIntegerField()
    expires = models.BigIntegerField(default=0)
    """After this moment it opens nothing, ms (0: no such moment)."""
    used = models.BigIntegerField(default=0)

    class Meta:
        db_table = "api_key"


class ApiAnswer(models.Model):
    """What was answered to a request that bore an idempotency key, so that its repeat is nothing new."""

    id = models.TextField(primary_key=True)
    """A keyed hash of the system, the route and the idempotency key."""
    request = models.TextField()
    """A hash of what was asked."""
    status = models.BigIntegerField()
    body = models.BinaryField()
    """The answer, sealed."""
    made = models.BigIntegerField()

    class Meta:
        db_table = "api_answer"
        indexes: ClassVar = [models.Index("made", name="api_answer_made")]


class Webhook(models.Model):
    """Where a system wants to be told of something, and of what."""

    id = models.TextField(primary_key=True)
    system = models.TextField()
    url = models.TextField()
    kinds = models.TextField()
    """Kinds of entries, with commas around each."""
    secret = models.BinaryField()
    """What signs for it, sealed under the master key."""
    made = models.BigIntegerField()

    class Meta:
        db_table = "webhook"


class WebhookEvent(models.Model):
    """One thing to tell, written in the commit of the entry it is about."""

    pk = models.CompositePrimaryKey("hook", "person", "sequence")
    hook = models.TextField()
    person = models.TextField()
    sequence = models.BigIntegerField()
    kind = models.TextField()
    at = models.BigIntegerField()
    program = models.TextField(default="")
    tries = models.BigIntegerField(default=0)
    next_try = models.BigIntegerField(null=True)
    """When it has to be looked at; null: it is settled."""
    status = models.TextField(default="pending")
    """pending, accepted or failed."""
    detail = models.TextField(default="")

    class Meta:
        db_table = "webhook_event"
        indexes: ClassVar = [models.Index("next_try", name="webhook_due", condition=models.Q(next_try__isnull=False))]
