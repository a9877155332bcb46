"""A real hub for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import Hub, running_hub


@pytest.fixture(scope="session")
def _empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("empty")


@pytest.fixture
def hub(tmp_path: Path, _empty_database: Path) -> Iterator[Hub]:
    """A hub with its own database."""
    with running_hub(tmp_path, _empty_database) as running:
        yield running
