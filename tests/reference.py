"""Where the reference data is: real files and known results that are not part of the repository."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def reference(relative: str) -> Path:
    """Return the path of a reference file or folder; skip the test, saying why, where it is absent."""
    base = Path(os.environ.get("MICROCARE_REFERENCE", "../shared/reference"))
    path = (base if base.is_absolute() else ROOT / base) / relative
    if not path.exists():
        pytest.skip(f"reference data not found: {relative} (set MICROCARE_REFERENCE to its folder)")
    return path
