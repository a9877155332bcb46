"""Putting a program together: the sections of its files and suites, where each stands, and what is wrong with them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from pydantic import ValidationError

from microcare.base.issues import Issue, Place, Severity, nearest
from microcare.program.assessment import Measure
from microcare.program.complaints import complaints
from microcare.program.program import Program
from microcare.program.source import Source
from microcare.program.yaml_tree import Path as Where
from microcare.program.yaml_tree import Tree, read_tree

ROOT = "program.yaml"
SECTIONS = tuple(f.alias or name for name, f in Program.model_fields.items())
SHARED = ("interventions", "measures", "person", "signals", "reports")
"""The sections that a shared suite may bring."""
TEXT_LARGEST, MEDIA_LARGEST, ALL_LARGEST, MOST_FILES = 200_000, 20_000_000, 100_000_000, 2000
STOPPING = {
    "yaml",
    "top",
    "tag",
    "alias",
    "key",
    "merge",
    "documents",
    "encoding",
    "too_large",
    "too_deep",
    "too_many",
}
"""Codes of issues after which a file was not read to its end."""
FILE_WORDS = {"read", "image", "audio", "video", "captions", "show", "file"}


@dataclass(frozen=True, slots=True)
class Taken:
    """A measure read from another system's file; what of the file it does not hold as meant, and what else it leaves."""

    measure: Measure
    warnings: tuple[str, ...] = ()
    scoring: tuple[str, ...] = ()
    """What of its scoring is not as meant: a `score` of the author's own settles it."""
    notes: tuple[str, ...] = ()


Questionnaires = Callable[[bytes], Taken | tuple[str, ...]]
NOT_TAKEN = (
    "Write it in the program (`items`, `score` of the measure), or take it out of the file if it does not matter."
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A program as far as it could be read, where everything stands, and what is wrong."""

    program: Program | None
    source: Source
    issues: tuple[Issue, ...]


@dataclass
class Assembly:
    """A program being put together from its files; `read` does it."""

    files: dict[str, bytes]
    root: str
    questionnaires: Questionnaires | None
    label: str = ""
    value: dict[str, Any] = field(default_factory=dict)
    places: dict[Where, Place] = field(default_factory=dict)
    keys: dict[Where, Place] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    bases: dict[Where, str] = field(default_factory=dict)

    def complain(self, place: Place, code: str, message: str, cure: str = "") -> None:
        self.issues.append(Issue(code, Severity.ERROR, place, message, cure))

    def read(self) -> Reading:
        """Put the files together and read the program; whatever is wrong is an issue."""
        self.root_file()
        self.beside("", SECTIONS)
        self.suites()
        self.file_words()
        self.measures()
        source = Source(self.root, self.files, self.places, self.keys)
        program = None
        broken = {i.place.file for i in self.issues if i.code in STOPPING}
        if self.value and self.name(self.root) not in broken:
            try:
                program = Program.model_validate(self.value)
            except ValidationError as error:
                self.issues += complaints(error, source)
            except RecursionError:
                self.complain(Place(self.name(self.root), 1, 1), "too_deep", "it is nested too deeply")
        # Beside what broke a file, what follows from it would only be noise.
        told = [i for i in self.issues if i.place.file not in broken or i.code in STOPPING or i.code == "twice"]
        return Reading(program, source, tuple(sorted(dict.fromkeys(told), key=lambda i: (i.place, i.message))))

    def name(self, path: str) -> str:
        """How a file is called to the author."""
        return (PurePosixPath(self.label) / path).as_posix() if self.label else path

    def tree(self, path: str) -> Tree:
        found = read_tree(self.name(path), self.files[path])
        self.issues += found.issues
        return found

    def root_file(self) -> None:
        tree = self.tree(self.root)
        if isinstance(tree.value, dict):
            self.value = tree.value
        elif not tree.issues:
            place = Place(self.name(self.root), 1, 1)
            what = "the file is empty" if tree.value is None else "a program begins with names (`program: ...`)"
            self.complain(place, "top", what, "Begin with `program: NAME` and `title: ...`.")
        self.places.update(tree.places)
        self.keys.update(tree.keys)

    def beside(self, prefix: str, sections: tuple[str, ...]) -> None:
        """Files and folders named like sections."""
        suites = self.value.get("suite") or ()
        for path in sorted(self.files):
            if not path.startswith(prefix) or path == self.root or not path.endswith((".yaml", ".yml")):
                continue
            inner = path[len(prefix) :]
            if inner.startswith("../"):
                continue
            parts = PurePosixPath(inner).with_suffix("").parts
            if len(parts) > 2 or parts[0] == PurePosixPath(ROOT).stem:
                continue
            if parts[0] not in sections:
                near = nearest(parts[0], sections)
                alike = near is not None and near[0] == parts[0][0]
                if path not in suites and (len(parts) == 1 or alike):
                    self.unknown(path, parts[0], near)
                continue
            self.put(parts, path, prefix)

    def unknown(self, path: str, name: str, near: str | None) -> None:
        cure = f"Did you mean `{near}`?" if near else "Its name must be that of a section, like model.yaml."
        place = Place(self.name(path), 1, 1)
        self.issues.append(
            Issue("file", Severity.WARNING, place, f"this file is not used: `{name}` is no section", cure)
        )

    def put(self, where: Where, path: str, prefix: str) -> None:
        """Put what a file holds where it belongs; saying the same thing twice is an error naming both places."""
        tree = self.tree(path)
        holder = self.value
        for part in where[:-1]:
            holder = holder.setdefault(str(part), {})
            if not isinstance(holder, dict):
                return
        last = str(where[-1])
        if last in holder and not (isinstance(holder[last], dict) and isinstance(tree.value, dict) and len(where) == 1):
            if holder[last] != tree.value:
                first = self.places.get(where, self.places[()])
                self.complain(Place(self.name(path), 1, 1), "twice", f"`{last}` is said here and at {first}",
                              "Keep one of them.")  # fmt: skip
            return
        if last in holder:
            for name, value in tree.value.items():
                self.merge(holder[last], where, name, value, tree, path)
        else:
            holder[last] = tree.value
        for inner, place in tree.places.items():
            self.places.setdefault((*where, *inner), place)
        for inner, place in tree.keys.items():
            self.keys.setdefault((*where, *inner), place)
        self.bases[where] = prefix

    def merge(self, holder: dict[str, Any], where: Where, name: str, value: Any, tree: Tree, path: str) -> None:
        if name in holder and holder[name] != value:
            first = self.keys.get((*where, name), self.places[()])
            place = tree.keys.get((name,), Place(self.name(path), 1, 1))
            self.complain(place, "twice", f"`{name}` is said here and at {first}", "Keep one of them.")
        else:
            holder.setdefault(name, value)
            self.bases[(*where, name)] = self.bases.get(where, "")

    def suites(self) -> None:
        suites = self.value.get("suite")
        if isinstance(suites, str):
            suites = self.value["suite"] = [suites]
        for index, suite in enumerate(suites if isinstance(suites, list) else []):
            place = self.places.get(("suite", index), self.places[()])
            if not isinstance(suite, str):
                continue
            prefix = suite.rstrip("/") + "/"
            if suite in self.files:
                self.suite_file(suite, str(PurePosixPath(suite).parent) + "/")
            elif any(f.startswith(prefix) for f in self.files):
                for path in sorted(f for f in self.files if f.startswith(prefix)):
                    parts = PurePosixPath(path[len(prefix) :]).with_suffix("").parts
                    if path.endswith((".yaml", ".yml")) and len(parts) <= 2:
                        if parts[0] in SHARED:
                            self.put(parts, path, prefix)
                        elif len(parts) == 1 and parts[0] in ("suite", "program", PurePosixPath(suite).name):
                            self.suite_file(path, prefix)
            else:
                cure = "It names a folder or file inside this program's folder, or beside it (`../suite/NAME`)."
                self.complain(place, "suite", f"there is no suite at `{suite}`", cure)

    def suite_file(self, path: str, prefix: str) -> None:
        """A file of a suite that holds several sections."""
        tree = self.tree(path)
        for section, parts in (tree.value or {}).items() if isinstance(tree.value, dict | None) else ():
            if section not in SHARED:
                place = tree.keys[(section,)]
                self.complain(place, "suite", f"a suite has no `{section}`", f"It may have: {', '.join(SHARED)}.")
                continue
            holder = self.value.setdefault(section, {})
            for name, value in parts.items() if isinstance(parts, dict) and isinstance(holder, dict) else ():
                self.merge(holder, (section,), name, value, tree, path)
                self.bases[(section, name)] = prefix
        for inner, place in tree.places.items():
            if inner:
                self.places.setdefault(inner, place)
        for inner, place in tree.keys.items():
            self.keys.setdefault(inner, place)

    def file_words(self) -> None:
        """Every reference to a file becomes the file's path from the program's folder; one that is missing is said."""
        waiting: list[tuple[Where, Any]] = [((), self.value)]
        while waiting:
            where, part = waiting.pop()
            items: Any = part.items() if isinstance(part, dict) else enumerate(part)
            for key, value in list(items):
                path = (*where, key)
                if isinstance(value, dict | list):
                    if len(path) < 60:
                        waiting.append((path, value))
                elif isinstance(value, str) and self.names_file(path):
                    part[key] = self.file(path, value)

    def names_file(self, path: Where) -> bool:
        last = path[-1]
        if last == "content" or (isinstance(last, int) and len(path) > 1 and path[-2] == "content"):
            return path[0] == "interventions"
        if last == "file":
            return len(path) == 3 and path[0] == "measures"
        if last == "show":
            return path[0] in ("safety", "help")
        return last in FILE_WORDS and "content" in path and path[0] == "interventions"

    def file(self, path: Where, value: str) -> str:
        place = self.places.get(path, self.places[()])
        prefix = next((self.bases[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.bases), "")
        found = prefix + value
        if value.startswith("/") or ".." in PurePosixPath(value).parts or "\\" in value:
            self.complain(
                place, "file", f"`{value}` leads out of the program's folder", "Put the file into the folder."
            )
        elif found not in self.files:
            near = nearest(found, [f for f in self.files if not f.endswith((".yaml", ".yml"))])
            cure = f"Did you mean `{near.removeprefix(prefix)}`?" if near else "Write the file, or correct its name."
            if path[-1] == "content" and " " in value:
                cure = "`content` is the path of a file; a text is written as `say: ...`."
            self.complain(place, "file", f"there is no file `{value}`", cure)
        elif len(self.files[found]) > (TEXT_LARGEST if found.endswith((".md", ".txt", ".vtt")) else MEDIA_LARGEST):
            self.complain(place, "too_large", f"`{value}` is too large", "Make it smaller.")
        return found

    def measures(self) -> None:
        """Measures that come from a FHIR file: their items and score are filled in."""
        measures = self.value.get("measures")
        for name, part in measures.items() if isinstance(measures, dict) else ():
            if not isinstance(part, dict) or not isinstance(part.get("file"), str) or part["file"] not in self.files:
                continue
            place = self.places.get(("measures", name, "file"), self.places[()])
            if self.questionnaires is None:
                self.complain(place, "fhir", "a questionnaire file cannot be read here")
                continue
            found = self.questionnaires(self.files[part["file"]])
            if isinstance(found, tuple):
                for problem in found:
                    self.complain(place, "fhir", f"{part['file']}:{problem}", "It must be a FHIR R4 Questionnaire.")
                continue
            read = found.measure.model_dump(exclude_defaults=True, by_alias=True)
            written = frozenset(part)
            part.update({k: v for k, v in read.items() if k not in part})
            if "items" in written:
                continue
            warnings = (*found.warnings, *(found.scoring if "score" not in written else ()))
            for severity, told in ((Severity.WARNING, warnings), (Severity.NOTE, found.notes)):
                cure = NOT_TAKEN if severity is Severity.WARNING else ""
                self.issues += [Issue("fhir", severity, place, f"{part['file']}: {one}", cure) for one in told]
