"""Codes are for entering once, and each browser of a person has a row of its own.

Whoever is in stays in (over http; over https the cookie has a new name): their sessions get their rows. The codes of people who have joined end; those of people who have not
are good for another fortnight.
"""

import secrets
import time

from django.contrib.sessions.backends.db import SessionStore
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from microcare.store.master import hashed

FORTNIGHT = 14 * 86_400_000


def codes(schema_editor: BaseDatabaseSchemaEditor, now: int) -> None:
    """Those of people who were invited and never came."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO invitation (hash, person, expires, once) SELECT i.code, i.person, %s, 1 FROM identity i "
            "JOIN person p ON p.id = i.person WHERE p.sequence = 0",
            [now + FORTNIGHT],
        )


def sessions(schema_editor: BaseDatabaseSchemaEditor, now: int) -> None:
    """Of people who are signed in."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT session_key FROM django_session")
        for (key,) in cursor.fetchall():
            store = SessionStore(session_key=key)
            person = store.get("person")
            if not isinstance(person, str) or not person or store.get("device"):
                continue
            token = secrets.token_urlsafe(32)
            cursor.execute(
                "INSERT INTO person_device (id, person, name, began, seen, ended, push) VALUES (%s, %s, '', %s, %s, 0, '')",
                [hashed(token, "device"), person, now, now],
            )
            store["device"] = token
            store.save()


def fill(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What there is already."""
    now = time.time_ns() // 1_000_000
    codes(schema_editor, now)
    sessions(schema_editor, now)


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0012_lanes'),
        ('sessions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('hash', models.TextField(primary_key=True, serialize=False)),
                ('person', models.TextField()),
                ('expires', models.BigIntegerField()),
                ('once', models.BigIntegerField(default=1)),
            ],
            options={
                'db_table': 'invitation',
                'indexes': [models.Index('person', name='invitation_person')],
            },
        ),
        migrations.CreateModel(
            name='PersonDevice',
            fields=[
                ('id', models.TextField(primary_key=True, serialize=False)),
                ('person', models.TextField()),
                ('name', models.TextField(default='')),
                ('began', models.BigIntegerField()),
                ('seen', models.BigIntegerField()),
                ('ended', models.BigIntegerField(default=0)),
                ('push', models.TextField(default='')),
            ],
            options={
                'db_table': 'person_device',
                'indexes': [models.Index('person', name='person_device_person')],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RemoveField('identity', 'code'),
    ]
