"""A program comes whole in every language it declares; languages are said by their codes."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from microcare.base.issues import Issue, Place, Severity
from microcare.base.wording import counted, human_list
from microcare.program.checks.common import Checked, Path
from microcare.program.parts import Part, written_in

NAMES = {
    "english": "en", "englisch": "en", "german": "de", "deutsch": "de", "french": "fr", "français": "fr",
    "französisch": "fr", "spanish": "es", "español": "es", "spanisch": "es", "italian": "it", "italiano": "it",
    "italienisch": "it", "dutch": "nl", "nederlands": "nl", "niederländisch": "nl", "portuguese": "pt",
    "português": "pt", "polish": "pl", "polski": "pl", "turkish": "tr", "türkçe": "tr", "arabic": "ar",
    "danish": "da", "dansk": "da", "swedish": "sv", "svenska": "sv", "norwegian": "nb", "norsk": "nb",
    "finnish": "fi", "suomi": "fi", "czech": "cs", "hungarian": "hu", "greek": "el", "romanian": "ro",
    "ukrainian": "uk", "russian": "ru", "hebrew": "he", "hindi": "hi", "chinese": "zh", "japanese": "ja", "korean": "ko",
}  # fmt: skip
"""Names of languages with their codes, for cures."""
FIRST = 4
"""So many places are named of those where a language is missing."""
CODE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")


def check(c: Checked) -> Iterator[Issue]:
    """Languages without a code, and texts and content files that are missing in a language."""
    own = c.program.language
    declared = [(("language",), own), *((("languages", n), code) for n, code in enumerate(c.program.languages))]
    wrong = {code for _, code in declared if not CODE.fullmatch(code)}
    for path, code in declared:
        if code in wrong:
            yield _no_code(c, path, code)
    if c.program.languages and own not in (*c.program.languages, *wrong):
        yield c.warning(("languages",), "own_language", f"the program is written in `{own}`, and that is not among its languages",
                        f"Write `[{', '.join([own, *c.program.languages])}]`, or correct `language`.")  # fmt: skip
    texts = list(_texts(c.program, ()))
    wanted = sorted({own, *c.program.languages} - wrong)
    for language in wanted:
        yield from _missing(c, language, texts)
    yield from _strangers(c, texts, wrong, wanted)


def _no_code(c: Checked, path: Path, code: str, key: bool = False) -> Issue:
    parts = code.replace("_", "-").split("-")
    likely = NAMES.get(code.lower().strip()) or "-".join([parts[0].lower(), *(p.upper() for p in parts[1:])])
    cure = f"Write `{likely}`." if CODE.fullmatch(likely) else "Write its code, like `en`, `de` or `de-CH`."
    return c.error(path, "language_code", f"`{code[:40]}` is no code of a language", cure, key)


def _missing(c: Checked, language: str, texts: list[tuple[Path, str | dict[str, str]]]) -> Iterator[Issue]:
    """One summary for a language: how many texts and files lack it, and where the first are."""
    own = c.program.language
    lacking = [c.source.place(path) for path, text in texts if not _has(language, written_in(text, own))]
    lacking = sorted(set(lacking))
    files = [] if language == own else _files(c, language)
    if not lacking and not files:
        return
    place = lacking[0] if lacking else Place(next(iter(_used(c)), c.source.root), 1, 1)
    counts = [counted(n, word) for n, word in ((len(lacking), "text"), (len(files), "content file")) if n]
    first = [str(p) if p.file != place.file else f"{p.line}:{p.column}" for p in lacking[:FIRST]]
    shown = [*first, *(f"`{name}`" for name in files[: max(FIRST - len(first), 1)])]
    more = len(lacking) + len(files) - len(shown)
    listed = human_list([*shown, f"{more} more"] if more else shown)
    verb = "is" if len(lacking) + len(files) == 1 else "are"
    cure = f"Write `{{{own}: ..., {language}: ...}}`." if lacking else "Write them beside the others."
    if language == own:
        cure = f"Add `{own}: ...` to {'it' if len(lacking) == 1 else 'each'}: it is the program's own language."
    yield Issue(
        "language", Severity.WARNING, place, f"{human_list(counts)} {verb} missing in `{language}`: {listed}", cure
    )


def _has(language: str, have: Collection[str]) -> bool:
    return language in have or language.split("-")[0] in have


def _used(c: Checked) -> list[str]:
    """The content files of all events, in order. (Help pages have a check of their own.)"""
    return [
        f for i in c.program.interventions.values() for e in i.events.values() for f in e.files if f.endswith(".md")
    ]


def _files(c: Checked, language: str) -> list[str]:
    found = []
    for file in dict.fromkeys(_used(c)):
        stem = file.removesuffix(".md")
        if not {f"{stem}.{language}.md", f"{stem}.{language.split('-')[0]}.md"} & c.source.filled:
            found.append(f"{stem}.{language}.md")
    return found


def _strangers(c: Checked, texts: list[tuple[Path, Any]], wrong: set[str], wanted: list[str]) -> Iterator[Issue]:
    """Languages that texts have and the program does not declare: nobody can choose them."""
    places: dict[str, list[Path]] = {}
    for path, text in texts:
        for code in text if isinstance(text, dict) else ():
            places.setdefault(code, []).append((*path, code))
    for code, paths in places.items():
        if not CODE.fullmatch(code):
            if code not in wrong:
                yield _no_code(c, paths[0], code, True)
        elif not wrong and not any(code in (w, w.split("-")[0]) for w in wanted):
            count = f"{counted(len(paths), 'text')} {'is' if len(paths) == 1 else 'are'} written in `{code}`"
            yield c.warning(paths[0], "undeclared_language", f"{count}, a language that the program does not declare",
                            f"Write `languages: [{', '.join([*wanted, code])}]`.")  # fmt: skip


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
