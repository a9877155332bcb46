"""Programs that are sent: a YAML file, or a zipped folder with program.yaml; unpacked with care, checked, published."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from microcare.care.access import Access
from microcare.care.publish import Published, check, publish

LARGEST, MOST_FILES = 30_000_000, 2_000
PIECE = 1 << 16
"""So much of a packed file is in memory at once, bytes."""
TOO_LARGE = gettext_lazy("It is larger than 30 MB.")
_safe = re.compile(r"[^\x00-\x1f\\:]+")


def published(body: bytes, allowed: Access) -> tuple[Published | None, str]:
    """Publish what was sent; or why it cannot be read. Raises NotTheirsError."""
    return _opened(body, partial(publish, allowed=allowed))


def checked(body: bytes) -> tuple[Published | None, str]:
    """Check it, and publish nothing."""
    return _opened(body, check)


def _opened(body: bytes, take: Callable[[Path], Published]) -> tuple[Published | None, str]:
    if len(body) > LARGEST:
        return None, str(TOO_LARGE)
    with TemporaryDirectory() as folder:
        root = Path(folder) / "program"
        root.mkdir()
        if not zipfile.is_zipfile(io.BytesIO(body)):
            (root / "program.yaml").write_bytes(body)
            return _told(take(root), root), ""
        why = _unpack(body, root)
        if why:
            return None, why
        inner = [p for p in root.iterdir() if p.is_dir()]
        folded = not (root / "program.yaml").exists() and len(inner) == 1
        return _told(take(inner[0] if folded else root), root), ""


def _told(found: Published, root: Path) -> Published:
    """With the names of files as they were sent: where they lay meanwhile is nobody's concern."""
    where = re.compile("|".join(rf"{re.escape(str(place))}(/|\b)" for place in {root.resolve(), root}))

    def short(text: str) -> str:
        return where.sub("", text)

    issues = (
        replace(
            one, place=replace(one.place, file=short(one.place.file)), message=short(one.message), cure=short(one.cure)
        )
        for one in found.issues
    )
    return replace(found, issues=tuple(issues))


def _unpack(body: bytes, root: Path) -> str:
    """Unpack a zipped folder; why not, where it is too large or wants to write elsewhere.

    How large a file is, its bytes say as they come out, whatever the header says.
    """
    left = LARGEST
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            entries = [i for i in archive.infolist() if not i.is_dir()]
            if len(entries) > MOST_FILES:
                return _("It holds too much.")
            for one in entries:
                target = (root / one.filename).resolve()
                if not target.is_relative_to(root.resolve()) or _safe.fullmatch(one.filename) is None:
                    return _("It holds a file that would lie elsewhere: %(name)s") % {"name": one.filename[:80]}
                if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    # The others unpack without an end that could be set.
                    return _("The zipped folder cannot be read: %(why)s") % {"why": one.filename[:80]}
                target.parent.mkdir(parents=True, exist_ok=True)
                left = _copy(archive, one, target, left)
                if left < 0:
                    return _("It holds too much.")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error) as error:
        return _("The zipped folder cannot be read: %(why)s") % {"why": error}
    return ""


def _copy(archive: zipfile.ZipFile, one: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Write one file, piece by piece; how many bytes there is room for after it (below 0: it was too large)."""
    with archive.open(one) as packed, target.open("wb") as out:
        while left >= 0 and (piece := packed.read(PIECE)):
            left -= len(piece)
            out.write(piece)
    return left
