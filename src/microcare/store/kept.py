"""All rows that are kept about one person, table by table: what `my data` is made of."""

from typing import Any

from django.db import connection

from microcare.store.database import rows

TABLES = {
    "person": "SELECT * FROM person WHERE id = %s",
    "journal": "SELECT * FROM journal WHERE person = %s",
    "stimulus": "SELECT * FROM stimulus WHERE person = %s",
    "outbox": "SELECT * FROM outbox WHERE person = %s",
    "identity": "SELECT * FROM identity WHERE person = %s",
    "enrollment": "SELECT * FROM enrollment WHERE person = %s",
    "caseload": "SELECT * FROM caseload WHERE person = %s",
    "person_group": "SELECT * FROM person_group WHERE person = %s",
    "note": "SELECT * FROM note WHERE person = %s",
    "adverse_event": "SELECT * FROM adverse_event WHERE person = %s",
    "emergency": "SELECT * FROM emergency WHERE person = %s",
    "delivery_line": "SELECT * FROM delivery_line WHERE person = %s",
    "delivery_mark": "SELECT * FROM delivery_mark WHERE person = %s",
    "webhook_event": "SELECT * FROM webhook_event WHERE person = %s",
    "person_device": "SELECT * FROM person_device WHERE person = %s",
    "invitation": "SELECT * FROM invitation WHERE person = %s",
    "audit": "SELECT * FROM audit WHERE about = %s",
}
"""The tables that hold rows about a person, with how theirs are found."""
APART = {
    "person_key": "the key that locks the rest: it is a secret, and tells nothing of the person",
    "kept_text": "texts and photos, which are given opened",
    "push_device": "devices, which are given opened",
}
"""Tables about a person that are not given row by row, and why."""
LEFT_OUT = {
    "person": {"lease"},
    "identity": {"name", "email", "code"},
    "outbox": {"once", "told", "next_try"},
    "person_device": {"id", "push"},
    "invitation": {"hash"},
    "audit": {"who", "seal"},
}
"""Columns that are not given: what only the machine needs, a secret, what is given opened, and who on the staff it was."""


def about(person: str) -> dict[str, list[dict[str, Any]]]:
    """The rows about a person, by table."""
    return {table: _rows(table, sql, person) for table, sql in TABLES.items()}


def _rows(table: str, sql: str, person: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [person])
        names = [str(found[0]) for found in cursor.description or ()]
        found = cursor.fetchall()
    return [
        {name: value for name, value in zip(names, row, strict=True) if name not in LEFT_OUT.get(table, ())}
        for row in found
    ]


def looked(person: str) -> list[tuple[int, str]]:
    """When the staff looked at a person's page or did something about it, and what; newest first."""
    return [(int(at), str(deed)) for at, deed in rows(LOOKED, [person])]


LOOKED = "SELECT at, deed FROM audit WHERE about = %s ORDER BY serial DESC LIMIT 1000"
