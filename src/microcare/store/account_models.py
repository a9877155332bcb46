"""The part of the schema that is about how the staff signs in, and about access in an emergency (see `models.py`)."""

from typing import ClassVar

from django.db import models


class StaffFactor(models.Model):
    """What somebody on the staff signs in with besides a password: one-time codes, passkeys, recovery codes."""

    id = models.TextField(primary_key=True)
    """A passkey's credential id; otherwise random."""
    user = models.TextField()
    kind = models.TextField()
    """totp, passkey or recovery."""
    name = models.TextField(default="")
    body = models.BinaryField()
    """The secret, sealed under the master key; a passkey's public key; the hash of a recovery code."""
    made = models.BigIntegerField()
    used = models.BigIntegerField(default=0)
    """When last, ms."""
    counter = models.BigIntegerField(default=0)
    """What may only rise: the time step of the last code, the signatures of a passkey."""

    class Meta:
        db_table = "staff_factor"
        indexes: ClassVar = [models.Index("user", name="staff_factor_user")]


class StaffLink(models.Model):
    """A one-time link to set an account up; the link itself is not kept."""

    hash = models.TextField(primary_key=True)
    user = models.TextField()
    """Empty: whoever opens it becomes the first administrator, and chooses a name."""
    expires = models.BigIntegerField()

    class Meta:
        db_table = "staff_link"


class StaffSession(models.Model):
    """Where somebody on the staff is signed in. Without its row here a session opens nothing."""

    id = models.TextField(primary_key=True)
    """A hash of what the browser's session holds."""
    user = models.TextField()
    began = models.BigIntegerField()
    seen = models.BigIntegerField()
    proved = models.BigIntegerField()
    """When they last proved who they are, ms."""
    strong = models.BigIntegerField(default=0)
    """1: with a second factor."""
    address = models.TextField(default="")
    agent = models.TextField(default="")

    class Meta:
        db_table = "staff_session"
        indexes: ClassVar = [models.Index("user", name="staff_session_user")]


class StaffFailure(models.Model):
    """Failed attempts to sign in, for each name and for each address."""

    subject = models.TextField(primary_key=True)
    """A keyed hash: no name that somebody mistyped, and no address, is kept."""
    count = models.BigIntegerField()
    last = models.BigIntegerField()
    until = models.BigIntegerField()
    """Until then nothing is tried."""

    class Meta:
        db_table = "staff_failure"


class StaffDraft(models.Model):
    """What somebody had typed when they were signed out for being idle, sealed; given back once."""

    user = models.TextField(primary_key=True)
    at = models.BigIntegerField()
    body = models.BinaryField()

    class Meta:
        db_table = "staff_draft"


class Emergency(models.Model):
    """Somebody opened a person's page in an emergency, without a role that opens it."""

    id = models.TextField(primary_key=True)
    user = models.TextField()
    person = models.TextField()
    reason = models.TextField()
    at = models.BigIntegerField()
    until = models.BigIntegerField()
    reviewer = models.TextField(default="")
    reviewed = models.BigIntegerField(default=0)
    finding = models.TextField(default="")

    class Meta:
        db_table = "emergency"
        indexes: ClassVar = [models.Index("user", "person", "until", name="emergency_user")]
