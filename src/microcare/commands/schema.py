"""`microcare schema`."""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from microcare.commands.terminal import OK, say, say_json
from microcare.program.schema import program_schema


def run(out: Path | None, api: bool = False) -> int:
    """Print or write the JSON Schema of programs, or the OpenAPI description of the REST interface."""
    found = _interface() if api else program_schema()
    if out is None:
        say_json(found)
    else:
        out.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        say(str(out))
    return OK


def _interface() -> Mapping[str, Any]:
    from microcare.main import set_up

    with TemporaryDirectory() as nothing:
        set_up(Path(nothing), migrate=False, new=True)
        from microcare.web.api.routes import api

        found: Mapping[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))
        return found
