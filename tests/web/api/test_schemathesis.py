"""The whole interface, with every role, with requests made from its own description: nothing fails, and all answers fit it."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from microcare.care.access import ROLES
from tests.live import Hub, running_hub
from tests.web.api.conftest import system

EXAMPLES = int(os.environ.get("MICROCARE_API_EXAMPLES", "12"))
"""Requests for each route and role; more finds more."""
CHECKS = (not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder: Path = tmp_path_factory.mktemp("interface")
    with running_hub(folder, tmp_path_factory.getbasetemp() / "template") as running:
        yield running


@pytest.mark.parametrize("role", ROLES)
def test_no_request_that_fits_or_does_not_fit_makes_the_server_fail(hub: Hub, role: str) -> None:
    from microcare.web.api import keys
    from microcare.web.wsgi import application

    keys.RATE = 1_000_000
    key, person = system(role, program="*").key, hub.join()
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, headers={"Host": "127.0.0.1"})
    for result, mode in product(described.get_all_operations(), (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)):
        assert isinstance(result, Ok), result
        with suppress(Unsatisfiable):
            asking(result.ok(), mode, key, person)()


def asking(operation: Any, mode: GenerationMode, key: str, person: str) -> Callable[[], None]:
    """Requests to one route: such as fit (about a person who is there), or such as do not."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def ask(case: Any) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {key}", "Host": "127.0.0.1"}
        if mode is GenerationMode.POSITIVE and "person" in (case.path_parameters or {}):
            case.path_parameters["person"] = person
        case.call_and_validate(checks=CHECKS)

    return ask
