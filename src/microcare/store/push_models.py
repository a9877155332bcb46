"""The part of the schema that is about notifications on people's devices (see `models.py`)."""

from typing import ClassVar

from django.db import models


class PushDevice(models.Model):
    """A browser that takes notifications for a person."""

    id = models.TextField(primary_key=True)
    """A keyed hash of the person and the address at the push service."""
    person = models.TextField()
    body = models.BinaryField()
    """The address and the device's keys, sealed with the person's key."""
    made = models.BigIntegerField()

    class Meta:
        db_table = "push_device"
        indexes: ClassVar = [models.Index("person", name="push_device_person")]


class StaffDevice(models.Model):
    """A browser that takes notices of alerts for somebody on the staff."""

    id = models.TextField(primary_key=True)
    """A keyed hash of the user and the address at the push service."""
    user = models.TextField()
    body = models.BinaryField()
    """The address and the device's keys, sealed under the master key."""
    made = models.BigIntegerField()

    class Meta:
        db_table = "staff_device"
        indexes: ClassVar = [models.Index("user", name="staff_device_user")]
