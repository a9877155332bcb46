"""`microcare schema`."""

import json
from pathlib import Path

from microcare.commands.terminal import OK, say, say_json
from microcare.program.schema import program_schema


def run(out: Path | None) -> int:
    """Print or write the JSON Schema of programs."""
    if out is None:
        say_json(program_schema())
    else:
        out.write_text(json.dumps(program_schema(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        say(str(out))
    return OK
