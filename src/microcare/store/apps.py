"""The store as a Django app: it brings the schema and its migrations, nothing else."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """The store."""

    name = "microcare.store"
    label = "store"
