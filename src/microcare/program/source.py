"""Where everything stands: the files of a program, and the place of every part."""

from collections.abc import Mapping, Sequence

from microcare.base.issues import Place


class Source:
    """The files a program uses, by their path from its folder, and the place of each part by its path in the model."""

    def __init__(
        self,
        root: str,
        files: Mapping[str, bytes],
        places: Mapping[tuple[str | int, ...], Place],
        keys: Mapping[tuple[str | int, ...], Place],
    ) -> None:
        self.root = root
        self.files = files
        self._places = places
        self._keys = keys
        self._below: dict[tuple[str | int, ...], list[str]] = {}

    def place(self, path: Sequence[str | int], key: bool = False) -> Place:
        """The place of a part, or of its name; where it was not written itself, that of the part around it."""
        wanted = tuple(path)
        first, second = (self._keys, self._places) if key else (self._places, self._keys)
        for length in range(len(wanted), -1, -1):
            short = wanted[:length]
            found = first.get(short) or second.get(short)
            if found is not None:
                return found
        return Place(self.root, 1, 1)

    def knows(self, path: Sequence[str | int]) -> bool:
        """Whether a part was written itself."""
        return tuple(path) in self._places or tuple(path) in self._keys

    def names(self, path: Sequence[str | int]) -> list[str]:
        """The names that are written directly below a part, in order."""
        if not self._below:
            for known in self._keys:
                self._below.setdefault(known[:-1], []).append(str(known[-1]))
        return self._below.get(tuple(path), [])

    @property
    def filled(self) -> frozenset[str]:
        """The files that hold something: an empty translation is a missing one."""
        return frozenset(name for name, data in self.files.items() if data.strip())

    def text(self, path: str, language: str = "") -> str | None:
        """The text of a file, in a language if there is one (`why.de.md` beside `why.md`); None where it is missing."""
        stem, dot, ending = path.rpartition(".")
        for name in (
            f"{stem}.{language}{dot}{ending}",
            f"{stem}.{language.split('-')[0]}{dot}{ending}",
            path,
        ):
            data = self.files.get(name)
            if data is not None and (data.strip() or name == path):
                return data.decode("utf-8", "replace")
        return None
