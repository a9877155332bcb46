"""The parts of others, pinned, with their licences, as CycloneDX 1.6: `make sbom` (JSON, to standard output or a file).

Names, versions and hashes come from `requirements/runtime.txt`, licences from what is installed. Whatever has no licence that
is known and allowed is said, and the command fails.
"""

import json
import re
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PINS = ROOT / "requirements" / "runtime.txt"
ALLOWED = {
    "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC", "PSF-2.0", "ZPL-2.1", "MPL-2.0",
    "Apache-2.0 OR BSD-3-Clause",
}  # fmt: skip
"""Licences under which a hub may be run and handed on. MPL-2.0 asks for the source of its own files alone, unchanged here."""
WRITTEN = {
    "MIT License": "MIT", "ISC License (ISCL)": "ISC", "ISC License": "ISC", "Apache Software License": "Apache-2.0",
    "Zope Public License": "ZPL-2.1", "ZPL 2.1": "ZPL-2.1",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}  # fmt: skip
"""How older packages write them. "BSD License" does not say which one: the text does."""
_pin = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")
_hash = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass
class Part:
    """One pinned part."""

    name: str
    version: str
    marker: str = ""
    hashes: list[str] = field(default_factory=list)
    needed_by: list[str] = field(default_factory=list)

    @property
    def purl(self) -> str:
        """Its name for machines."""
        return f"pkg:pypi/{self.name}@{self.version}"


def parts(text: str) -> list[Part]:
    """The pins of a requirements file, as `uv pip compile` writes them."""
    found: list[Part] = []
    for line in text.splitlines():
        pin = _pin.match(line)
        if pin:
            found.append(Part(pin[1], pin[2], pin[3] or ""))
        elif found and (hashed := _hash.search(line)):
            found[-1].hashes.append(hashed[1])
        elif found and (via := re.match(r"\s+#\s+(?:via )?([A-Za-z0-9._-]+)", line)):
            found[-1].needed_by.append(via[1])
    return found


def licences(name: str) -> list[str]:
    """What an installed part says of its licence (all of them hold where it names several); nothing: it is not installed."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return []
    expression = about.get_all("License-Expression")
    if expression:
        return list(expression)
    classified = [c.rpartition(" :: ")[2] for c in about.get_all("Classifier") or [] if c.startswith("License")]
    plain = [text.splitlines()[0] for text in about.get_all("License") or [] if text]
    return [_bsd(name) if one == "BSD License" else WRITTEN.get(one, one) for one in classified or plain] or ["unknown"]


def _bsd(name: str) -> str:
    """Which one, by the clause about names in the licence's text."""
    files = [one for one in metadata.files(name) or [] if "LICEN" in one.name.upper() or "COPYING" in one.name.upper()]
    texts = [one.read_text() for one in files if "Redistributions in binary form" in one.read_text()]
    if not texts:
        return "BSD License"
    return "BSD-3-Clause" if any("endorse" in text for text in texts) else "BSD-2-Clause"


def sbom(every: list[Part]) -> dict[str, Any]:
    """The list."""
    names = {one.name for one in every}
    version = metadata.version("microcare")
    own = f"pkg:pypi/microcare@{version}"
    refs = {one.name: one.purl for one in every}
    needs = {one.purl: sorted(refs[o.name] for o in every if one.name in o.needed_by) for one in every}
    direct = sorted(one.purl for one in every if not set(one.needed_by) & names)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, own + ' '.join(sorted(refs.values())))}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": "microcare",
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": [_component(one) for one in every],
        "dependencies": [
            {"ref": own, "dependsOn": direct},
            *({"ref": ref, "dependsOn": needed} for ref, needed in needs.items()),
        ],
    }


def _component(one: Part) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": one.purl,
        "name": one.name,
        "version": one.version,
        "purl": one.purl,
    }
    said = licences(one.name)
    if said:
        found["licenses"] = [{"expression": said[0]}] if " OR " in said[0] else [_licence(words) for words in said]
    if one.marker:
        found["scope"] = "optional"
        found["properties"] = [{"name": "microcare:where", "value": one.marker}]
    # Of each file in which it is handed out: one of them is the one that is installed.
    found["hashes"] = [{"alg": "SHA-256", "content": content} for content in one.hashes]
    return found


def _licence(words: str) -> dict[str, Any]:
    return {"license": {"id": words} if words in ALLOWED else {"name": words}}


def problems(every: list[Part]) -> Iterator[str]:
    """Parts whose licence is not known or not allowed, and parts that are not those that are pinned."""
    for one in every:
        said = licences(one.name)
        if not said:
            if not one.marker:
                yield f"{one.name} is not installed: run make install"
            continue
        if metadata.version(one.name) != one.version:
            yield f"{one.name} is installed as {metadata.version(one.name)} and pinned as {one.version}"
        for words in said:
            if words not in ALLOWED:
                yield f"{one.name}: the licence {words} is not known, or not allowed"


def main(arguments: list[str]) -> int:
    """Write the list; 1 where a licence is not known."""
    every = parts(PINS.read_text(encoding="utf-8"))
    text = json.dumps(sbom(every), indent=1, ensure_ascii=False) + "\n"
    if arguments:
        Path(arguments[0]).write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    wrong = list(problems(every))
    print("\n".join(wrong), end="\n" if wrong else "", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
