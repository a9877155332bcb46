"""Reading a program: one YAML file, or a folder whose files and folders are named like the sections they hold.

Every part remembers its file, line and column. Whatever is wrong is an issue; all are found at once; nothing is raised.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from microcare.base.issues import Issue, Place, Severity
from microcare.program.assembly import (
    ALL_LARGEST,
    MEDIA_LARGEST,
    MOST_FILES,
    ROOT,
    Assembly,
    Questionnaires,
    Reading,
)
from microcare.program.source import Source
from microcare.program.yaml_tree import read_tree


def read_program(path: Path, questionnaires: Questionnaires | None = None) -> Reading:
    """Read a program from a folder with `program.yaml`, or from one YAML file.

    `questionnaires` turns a FHIR file into a measure. What cannot be read is an issue.
    """
    try:
        folder, root = (path, ROOT) if path.is_dir() else (path.parent, path.name)
        if not (folder / root).is_file():
            words, cure = f"there is no {root} in {path}" if path.is_dir() else f"there is no {path}", ""
            if path.is_dir():
                cure = "A program is a folder with program.yaml, or one YAML file."
            return _nothing(str(path), words, cure)
        files = dict(_files(folder, root, alone=not path.is_dir()))
    except _TooMuchError as error:
        return _nothing(str(path), str(error), "Keep only the program and what it uses in its folder.")
    except (OSError, RuntimeError, ValueError) as error:
        return _nothing(str(path), f"it cannot be read: {error.__class__.__name__}: {error}")
    return read_bundle(files, root, questionnaires, label=str(path if path.is_dir() else path.parent))


class _TooMuchError(Exception):
    """A folder holds more than a program may."""


def _nothing(path: str, message: str, cure: str = "") -> Reading:
    place = Place(path, 1, 1)
    issue = Issue("file", Severity.ERROR, place, message, cure)
    return Reading(None, Source(path, {}, {(): place}, {}), (issue,))


def _files(folder: Path, root: str, alone: bool) -> Iterator[tuple[str, bytes]]:
    """The files of a program by their path from its folder; those of shared suites begin with `../`.

    A program of one file reads only itself and the files it names, so nothing else in its folder matters.
    """
    data = _bytes(folder / root)
    yield root, data
    tree = read_tree(root, data)
    value = tree.value if isinstance(tree.value, dict) else {}
    if alone:
        for name in _named_files(value):
            found = folder / name
            if _within(folder, found) and found.is_file():
                yield from _one(folder, found, "")
    else:
        yield from _all(folder, "", skip=root)
    suites = value.get("suite")
    for suite in [suites] if isinstance(suites, str) else suites if isinstance(suites, list) else []:
        if isinstance(suite, str) and _suite_allowed(suite):
            target = folder / suite
            if target.is_dir():
                yield from _all(target, suite.rstrip("/") + "/")
            elif target.is_file():
                yield suite, _bytes(target)


def _suite_allowed(suite: str) -> bool:
    """A suite lies inside the program's folder or beside it, and no further away."""
    parts = PurePosixPath(suite).parts
    inside = bool(parts) and not suite.startswith("/") and ".." not in parts[1:] and "\\" not in suite
    return inside and parts != ("..",)


def _named_files(value: Any) -> Iterator[str]:
    """Every text in a program that may be the name of one of its files."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, str) and "." in part and len(part) < 200 and "\n" not in part and ".." not in part:
            yield part


def _all(folder: Path, prefix: str, skip: str = "") -> Iterator[tuple[str, bytes]]:
    total = 0
    walked = list(islice(_walk(folder), MOST_FILES + 1))
    if len(walked) > MOST_FILES:
        raise _TooMuchError(f"there are more than {MOST_FILES:,} files in {folder}")
    for found in sorted(walked):
        if found.relative_to(folder).as_posix() != skip:
            for name, data in _one(folder, found, prefix):
                total += len(data)
                if total > ALL_LARGEST:
                    raise _TooMuchError(f"the files in {folder} are larger than {ALL_LARGEST:,} bytes together")
                yield name, data


def _walk(folder: Path, depth: int = 0) -> Iterator[Path]:
    for found in folder.iterdir():
        if found.name.startswith((".", "__")) or found.is_symlink():
            continue
        if found.is_dir() and depth < 8:
            yield from _walk(found, depth + 1)
        elif found.is_file():
            yield found


def _one(folder: Path, found: Path, prefix: str) -> Iterator[tuple[str, bytes]]:
    if found.stat().st_size <= MEDIA_LARGEST:
        yield prefix + found.relative_to(folder).as_posix(), _bytes(found)


def _within(folder: Path, found: Path) -> bool:
    return found.resolve().is_relative_to(folder.resolve()) and not found.is_symlink()


def _bytes(path: Path) -> bytes:
    """A file's bytes, and no more of it than a reader would take: one byte above the limit tells that it is larger."""
    with path.open("rb") as file:
        return file.read(MEDIA_LARGEST + 1)


def read_bundle(
    files: Mapping[str, bytes],
    root: str = ROOT,
    questionnaires: Questionnaires | None = None,
    label: str = "",
) -> Reading:
    """Read a program from the bytes of its files, by their path from its folder."""
    return Assembly(dict(files), root, questionnaires, label).read()


__all__ = ["Questionnaires", "Reading", "read_bundle", "read_program"]
