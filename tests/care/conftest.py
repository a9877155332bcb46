"""A real hub for each test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from microcare.store import commit
from tests.live import Hub, running_hub


@pytest.fixture(scope="session")
def _empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("empty")


@pytest.fixture
def hub(tmp_path: Path, _empty_database: Path) -> Iterator[Hub]:
    """A hub with its own database."""
    with running_hub(tmp_path, _empty_database) as running:
        yield running


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What each commit from now on writes together: its kinds of entries, then of effects."""
    seen: list[list[str]] = []
    real = commit.commit

    def watched(writings: Any, *, failed: frozenset[str] = frozenset()) -> frozenset[str]:
        seen.append([str(r[4]) for w in writings for r in w.entries] + [str(r[3]) for w in writings for r in w.effects])
        return real(writings, failed=failed)

    monkeypatch.setattr(commit, "commit", watched)
    return seen
