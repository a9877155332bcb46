"""The part of the schema that is about who gets in, and who did not (see `models.py`)."""

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
