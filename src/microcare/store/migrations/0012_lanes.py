"""What goes out goes in lanes."""

import json

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def lane(kind: str, effect: str) -> str:
    """The lane of an effect, as `store/outbox.lane_of` says it."""
    if kind in ("notify", "help"):
        return {"notify": "alert", "help": "app"}[kind]
    try:
        channel = json.loads(effect).get("channel", "")
    except (ValueError, AttributeError):
        channel = ""
    return {"in_app": "app", "push": "push"}.get(channel if kind == "prompt" else "", "mail")


def fill(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The lanes of what waits already; what is settled is looked at no more."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT person, sequence, idx, kind, effect FROM outbox WHERE next_try IS NOT NULL")
        for person, sequence, index, kind, effect in cursor.fetchall():
            cursor.execute(
                "UPDATE outbox SET lane = %s WHERE person = %s AND sequence = %s AND idx = %s",
                [lane(kind, effect), person, sequence, index],
            )


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0011_refused'),
    ]

    operations = [
        migrations.AddField('outbox', 'lane', models.TextField(default='mail', db_default='mail')),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex('outbox', models.Index('lane', 'next_try', name='outbox_lane')),
    ]
