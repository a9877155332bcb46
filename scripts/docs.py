"""Write the generated documentation again: the language reference, the JSON Schema, and the drawings."""

import json
import subprocess
import sys
from pathlib import Path

from microcare.program.reference import reference
from microcare.program.schema import program_schema
from scripts.asvs_page import asvs_page
from scripts.hazards_page import hazards_page
from scripts.replay_page import replay_page

ROOT = Path(__file__).resolve().parents[1]


def generated() -> dict[Path, str]:
    """Every generated file with its text."""
    line = (ROOT / "examples/replay/stimuli.jsonl").read_text(encoding="utf-8").splitlines()[0]
    return {
        ROOT / "docs/reference/language.md": "\n".join(reference()).rstrip() + "\n",
        ROOT / "docs/guides/replay.md": "\n".join(replay_page(line)).rstrip() + "\n",
        ROOT / "docs/safety/asvs.md": "\n".join(asvs_page()).rstrip() + "\n",
        ROOT / "docs/safety/hazards.md": "\n".join(hazards_page()).rstrip() + "\n",
        ROOT / "schemas/openapi.json": _interface(),
        ROOT / "schemas/program.schema.json": json.dumps(program_schema(), indent=1, ensure_ascii=False) + "\n",
    }


def _interface() -> str:
    """In a process of its own, because it needs a hub's settings."""
    command = [sys.executable, "-m", "microcare", "schema", "--api"]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write all of them."""
    for path, text in generated().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
