"""Every text can be shown: its values are known names, and those that may be missing have something in their place."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from microcare.base.issues import Issue, Place, Severity, nearest
from microcare.base.wording import Template, parse_template
from microcare.program.checks.common import Checked, Path
from microcare.program.parts import Part
from microcare.program.texts import known_names, text_value

WORDS = {"say", "title", "about", "ask", "text", "intro", "aim", "goal", "why", "markdown", "label", "human", "photo",
         "alt", "transcript", "note"}  # fmt: skip

_CURLY = re.compile(r"[“„”][^“„”]*[“”]")


def check(c: Checked) -> Iterator[Issue]:
    """Texts with broken braces, unknown values, or values that may be missing when they are shown."""
    yield from _files(c)
    for path, text in _texts(c.program, ()):
        if _CURLY.fullmatch(text.strip()):
            yield c.warning(path, "curly_quotes", "the curly quotes around this text are shown with it",
                            'Write straight ones (`"`), or none.', key=False)  # fmt: skip
        template = parse_template(text)
        if not isinstance(template, Template):
            for problem in template:
                yield c.error(path, "text", f"in this text: {problem.message}", problem.cure)
            continue
        for name in template.names:
            origin = text_value(c.program, name)
            if origin is None:
                near = nearest(name, known_names(c.program))
                cure = f"Did you mean `{{{near}}}`?" if near else "Declare it under `person`, or correct its name."
                yield c.error(path, "unknown_value", f"this text shows `{{{name}}}`, which stands for nothing", cure)
            elif not origin.sure and name in template.needed and path[0] == "interventions" and _asked(c, name):
                yield c.warning(path, "missing_value", f"`{{{name}}}` may be missing when this is shown",
                                f"Write what stands there then: `{{{name}|your child}}`.", key=False)  # fmt: skip


def _files(c: Checked) -> Iterator[Issue]:
    """The same for texts in files, with the place in the file."""
    used = {f for i in c.program.interventions.values() for e in i.events.values() for f in e.files}
    used |= {rule.show for rule in (*c.program.safety, c.program.help) if rule is not None and rule.show is not None}
    stems = {f.removesuffix(".md") for f in used if f.endswith(".md")}
    names = [
        f
        for f in c.source.files
        if f.endswith(".md") and (f in used or f.rpartition(".")[0].rpartition(".")[0] in stems)
    ]
    folder = PurePosixPath(c.source.place(()).file).parent
    for name in sorted(names):
        text = c.source.files[name].decode("utf-8", "replace")
        template = parse_template(text)
        problems = [(s.offset, s.name) for s in template.slots] if isinstance(template, Template) else []
        for offset, value in problems:
            if text_value(c.program, value) is None:
                near = nearest(value, known_names(c.program))
                cure = f"Did you mean `{{{near}}}`?" if near else "Declare it under `person`, or correct its name."
                yield Issue("unknown_value", Severity.ERROR, _in_file(folder / name, text, offset),
                            f"this text shows `{{{value}}}`, which stands for nothing", cure)  # fmt: skip
        for problem in template if not isinstance(template, Template) else ():
            place = _in_file(folder / name, text, problem.offset)
            yield Issue("text", Severity.ERROR, place, f"in this text: {problem.message}", problem.cure)


def _in_file(file: PurePosixPath, text: str, offset: int) -> Place:
    line = text.count("\n", 0, offset) + 1
    return Place(file.as_posix(), line, offset - text.rfind("\n", 0, offset))


def _asked(c: Checked, name: str) -> bool:
    """Whether the value is a person's field that nobody need have filled in."""
    field = c.program.person.get(name.removeprefix("person."))
    return field is not None and field.ask is None


def _texts(part: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(part, Part):
        for name, info in type(part).model_fields.items():
            value = getattr(part, name)
            word = info.alias or name
            if word == "steps":
                for index, step in enumerate(value):
                    texts = [step] if isinstance(step, str) else step.values()
                    yield from (((*path, word, index), text) for text in texts)
            elif word in WORDS and "dict[str, str]" in str(info.annotation):
                texts = [value] if isinstance(value, str) else list((value or {}).values())
                yield from (((*path, word), text) for text in texts if isinstance(text, str))
            else:
                yield from _texts(value, (*path, word))
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield from _texts(value, (*path, key))
    elif isinstance(part, list | tuple):
        for index, value in enumerate(part):
            yield from _texts(value, (*path, index))
