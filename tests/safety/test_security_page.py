"""The tables of docs/safety/security.md are whole: each use of cryptography, each table of data."""

import ast
import re
from pathlib import Path

from tests.named import ROOT

PAGE = (ROOT / "docs/safety/security.md").read_text(encoding="utf-8")
SOURCE = ROOT / "src/microcare"
LIBRARIES = {"hashlib", "hmac", "ssl", "secrets", "cryptography", "fido2", "random", "uuid", "crypt"}


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def part(title: str) -> str:
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_every_use_of_cryptography_is_listed() -> None:
    uses = {p.relative_to(SOURCE).as_posix() for p in SOURCE.rglob("*.py") if imported(p) & LIBRARIES}
    named = set(re.findall(r"`([a-z_0-9/]+\.py)`", part("Cryptography and keys")))
    assert uses == named, "docs/safety/security.md names each file that uses cryptography, and what for"


def test_no_weak_hash_is_used() -> None:
    for path in SOURCE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\b(md5|MD5|ECB|DES|RC4|PKCS1v15)\b", text), path
        if "SHA1" in text or "sha1" in text:
            assert path.name == "codes.py", f"{path}: SHA-1 is for authenticator apps alone"
        assert "random" not in imported(path) or "/simulation/" in path.as_posix(), (
            f"{path}: secrets come from the system"
        )


def test_every_table_has_its_class() -> None:
    models = "\n".join(p.read_text(encoding="utf-8") for p in (SOURCE / "store").glob("*models.py"))
    tables = re.findall(r'db_table = "([a-z_]+)"', models)
    rows = [line for line in part("Data and their classes").splitlines() if line.startswith("| **")]
    classed = [name for line in rows for name in re.findall(r"`([a-z_]+)`", line)]
    assert sorted(classed) == sorted(tables), "docs/safety/security.md says of each table which class its data are of"
    assert len(tables) > 30
