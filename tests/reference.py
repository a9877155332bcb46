"""Where the reference data is: real files and known results that are not part of the repository."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
_NAMED = Path(os.environ.get("MICROCARE_REFERENCE", "../shared/reference"))
REFERENCE = _NAMED if _NAMED.is_absolute() else ROOT / _NAMED
"""The folder of the reference data, whether it is there or not."""


def reference(relative: str) -> Path:
    """Return the path of a reference file or folder; skip the test, saying why, where it is absent."""
    path = REFERENCE / relative
    if not path.exists():
        pytest.skip(f"reference data not found: {relative} (set MICROCARE_REFERENCE to its folder)")
    return path
