"""What stands still for somebody: a program that was stopped for them, one in which nothing comes by itself any more."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from microcare.hub import codec
from microcare.hub.attention import attention


def fill(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The figures of those who are here already, from their snapshots."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT id, snapshot FROM person")
        for person, snapshot in cursor.fetchall():
            try:
                found = attention(codec.decode_state(snapshot))
            except (ValueError, TypeError):
                continue  # It is told from the journal when it is read, and their line with the next commit.
            row = (found.stopped, found.waits, person)
            cursor.execute("UPDATE caseload SET stopped = %s, waits = %s WHERE person = %s", row)


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0008_api'),
    ]

    operations = [
        migrations.AddField('caseload', 'stopped', models.BigIntegerField(default=0, db_default=0)),
        migrations.AddField('caseload', 'waits', models.BigIntegerField(default=0, db_default=0)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
