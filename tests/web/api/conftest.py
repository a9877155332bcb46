"""A hub with the tea program, a person in it, and systems that call."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.live import Hub, running_hub


@pytest.fixture
def hub(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with running_hub(tmp_path, tmp_path_factory.getbasetemp() / "template") as running:
        yield running


@dataclass
class System:
    """Another system with a key."""

    key: str
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """An answer; its JSON under `.said`."""
        from django.test import Client

        sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = Client(SERVER_NAME="127.0.0.1").generic(
            method, f"/api/v1{path}", sent, content_type=named.pop("Content-Type", "application/json"),
            headers={"Authorization": f"Bearer {self.key}", **named},
        )  # fmt: skip
        answer.said = json.loads(answer.content) if "json" in answer.get("Content-Type", "") else None  # type: ignore[attr-defined]
        return answer


def system(*roles: str, program: str = "tea", name: str = "") -> System:
    """A system with roles in a program."""
    from microcare.care import systems

    return System(systems.add(name or "-".join((*roles, program)).replace("*", "all"), roles, program, "test"))
