"""Whether a database and its key are the ones this hub can go on with: asked once, before anything is read from it."""

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from microcare.store import deployment, queries
from microcare.store.database import row
from microcare.store.master import open_sealed, seal
from microcare.store.place import GIVEN_KEY, MASTER, WrongPlaceError
from microcare.store.vault import unwrap

CANARY, PLACE, SONG = "key.canary", "canary", b"microcare"


def prove_schema() -> None:
    """Raise `WrongPlaceError` where a newer release has changed the database: this one would misread it."""
    loader = MigrationLoader(connection, ignore_no_migrations=True)
    newer = sorted(
        name for app, name in loader.applied_migrations if app == "store" and (app, name) not in loader.disk_migrations
    )
    if newer:
        raise WrongPlaceError(
            f"This database was changed by a newer release ({', '.join(newer)}), which this one cannot read. "
            "Install that release again, or restore the backup that was made before it. Nothing was changed."
        )


def prove_key() -> None:
    """Raise `WrongPlaceError` where the master key is not the one under which this database is sealed.

    A database of an earlier release has no canary yet: there the keys of its people tell, where it has any.
    """
    kept = deployment.get(CANARY)
    if kept is None:
        one = row(queries.ANY_KEY)
        good = one is None or unwrap(str(one[0]), bytes(one[1])) is not None
        if good:
            deployment.first(CANARY, seal(SONG, PLACE).hex())
    else:
        good = open_sealed(bytes.fromhex(kept), PLACE) == SONG
    if not good:
        raise WrongPlaceError(
            f"The master key ({MASTER}, or {GIVEN_KEY}) is not the one under which this hub's database is sealed: no name "
            "and no text could be read. Put back the key that was kept with this database; nothing was changed."
        )
