"""A zipped folder is unpacked by what comes out of it, not by what it says of itself."""

import io
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest

from microcare.care import uploads

pytestmark = pytest.mark.usefixtures("hub")
HUGE = 300_000_000


def packed(method: int = zipfile.ZIP_DEFLATED, size: int = HUGE, name: str = "program.yaml") -> bytes:
    """A small zip of one large file of zeros."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive, archive.open(name, "w", force_zip64=False) as out:
        for _ in range(0, size, 1 << 20):
            out.write(bytes(1 << 20))
    return made.getvalue()


def lying(body: bytes, size: int) -> bytes:
    """The same, which says in both its headers that the file has so many bytes (with the checksum of so many)."""
    checksum = zlib.crc32(bytes(size))
    changed = bytearray(body)
    central = body.rindex(b"PK\x01\x02")
    for at in (14, central + 16):
        struct.pack_into("<I", changed, at, checksum)
    for at in (22, central + 24):
        struct.pack_into("<I", changed, at, size)
    return bytes(changed)


@pytest.mark.parametrize("says", [None, 100, 20_000_000])
def test_a_file_that_says_it_is_small_fills_neither_memory_nor_disk(tmp_path: Path, says: int | None) -> None:
    body = packed() if says is None else lying(packed(), says)
    assert len(body) < 1_000_000
    tracemalloc.start()
    try:
        why = uploads._unpack(body, tmp_path / "there")
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 10_000_000, f"{most:,} bytes at once"
    written = sum(file.stat().st_size for file in (tmp_path / "there").rglob("*") if file.is_file())
    assert written <= uploads.LARGEST + uploads.PIECE
    assert bool(why) is (says is None)


def test_many_files_count_together(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(8):
            archive.writestr(f"{number}.md", bytes(5_000_000))
    assert uploads._unpack(made.getvalue(), tmp_path / "there") == "It holds too much."


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_unpacks_without_an_end_is_not_unpacked(tmp_path: Path, method: int) -> None:
    assert uploads._unpack(packed(method, 1 << 20), tmp_path / "there")
    assert not (tmp_path / "there").exists()


@pytest.mark.parametrize("cut", [100, 250])
def test_a_zip_that_is_damaged_is_said_to_be_unreadable(tmp_path: Path, cut: int) -> None:
    body = bytearray(packed(size=1 << 20))
    body[50:cut] = b"\xff" * (cut - 50)
    assert uploads._unpack(bytes(body), tmp_path / "there").startswith("The zipped folder cannot be read")
