"""The part of the schema that is about who gets in, and who did not (see `models.py`)."""

from typing import ClassVar

from django.db import models


class Refused(models.Model):
    """How often something was refused in a minute, by where it came from: a flood of attempts is a few rows."""

    id = models.TextField(primary_key=True)
    """A keyed hash of the minute, the deed and where it came from."""
    minute = models.BigIntegerField()
    who = models.TextField()
    deed = models.TextField()
    count = models.BigIntegerField()

    class Meta:
        db_table = "refused"


class Invitation(models.Model):
    """A code that lets a person enter from one more device. The code itself is not kept."""

    hash = models.TextField(primary_key=True)
    person = models.TextField()
    expires = models.BigIntegerField()
    once = models.BigIntegerField(default=1)
    """0: it may be used again, which only a demo's may."""

    class Meta:
        db_table = "invitation"
        indexes: ClassVar = [models.Index("person", name="invitation_person")]


class PersonDevice(models.Model):
    """A browser that is a person's. Without its row here a session opens nobody's pages."""

    id = models.TextField(primary_key=True)
    """A keyed hash of what the browser's session holds."""
    person = models.TextField()
    name = models.TextField(default="")
    """Browser and system, as it calls itself."""
    began = models.BigIntegerField()
    seen = models.BigIntegerField()
    ended = models.BigIntegerField(default=0)
    """When it was ended, ms (0: it stands); what it keeps is to be cleared when it asks next."""
    push = models.TextField(default="")
    """Where it takes notifications (`push_device`)."""

    class Meta:
        db_table = "person_device"
        indexes: ClassVar = [models.Index("person", name="person_device_person")]
