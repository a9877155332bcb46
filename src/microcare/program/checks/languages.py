"""A program comes whole in every language it declares."""

from collections.abc import Iterator, Mapping
from typing import Any

from microcare.base.issues import Issue
from microcare.program.checks.common import Checked, Path
from microcare.program.parts import Part


def check(c: Checked) -> Iterator[Issue]:
    """Texts and content files that are missing in a declared language."""
    wanted = set(c.program.languages) - {c.program.language}
    if not wanted:
        return
    for path, text in _texts(c.program, ()):
        have = {c.program.language} if isinstance(text, str) else set(text)
        missing = sorted(wanted - have)
        if missing:
            yield c.warning(path, "language", f"this text is missing in: {', '.join(missing)}",
                            f"Write `{{{c.program.language}: ..., {missing[0]}: ...}}`.", key=False)  # fmt: skip
    for name, intervention in c.program.interventions.items():
        for event, part in intervention.events.items():
            for file in (f for f in part.files if f.endswith(".md")):
                for language in sorted(wanted):
                    translated = f"{file.removesuffix('.md')}.{language}.md"
                    if translated not in c.source.files:
                        where: Path = ("interventions", name, "events", event, "content")
                        yield c.warning(
                            where,
                            "language",
                            f"there is no `{translated}`",
                            "Write it beside the other.",
                            False,
                        )


def _texts(part: Any, path: Path) -> Iterator[tuple[Path, str | dict[str, str]]]:
    if isinstance(part, Part):
        for name, info in type(part).model_fields.items():
            value = getattr(part, name)
            if value is not None and str(info.annotation) in (
                "str | dict[str, str]",
                "str | dict[str, str] | None",
            ):
                yield (*path, info.alias or name), value
            elif not isinstance(value, str):
                yield from _texts(value, (*path, info.alias or name))
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield from _texts(value, (*path, key))
    elif isinstance(part, list | tuple):
        for index, value in enumerate(part):
            yield from _texts(value, (*path, index))
