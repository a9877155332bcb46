"""The texts of the interface out of the source, into the catalogs, and the catalogs compiled: `make messages`.

`locale/django.pot` lists every text; each `locale/<language>/LC_MESSAGES/django.po` is brought up to date with it (a text that
is new is empty, one that is gone is removed, nothing is guessed), and compiled beside it.
"""

import io
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.template.base import Lexer, Template, Token, TokenType
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "microcare"
LOCALE = PACKAGE / "web" / "locale"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
}
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
"""The catalogs carry no date of their own, so that two runs make the same file."""
Found = tuple[str, str | tuple[str, ...], str | None]
"""Where a text stands, the text (or singular and plural), and its context."""
_constant = re.compile(r"""_\(\s*(?:"([^"]+)"|'([^']+)')\s*\)""")


def sources(ending: str) -> list[Path]:
    """The package's files that can hold a text."""
    return sorted(p for p in PACKAGE.rglob(f"*{ending}") if "migrations" not in p.parts)


def of_python(path: Path) -> Iterator[Found]:
    """The texts of a Python file."""
    name = path.relative_to(ROOT).as_posix()
    for _line, function, messages, _comments in extract_python(io.BytesIO(path.read_bytes()), KEYWORDS, [], {}):
        words = list(messages) if isinstance(messages, tuple | list) else [messages]
        if function == "pgettext":
            yield name, str(words[1]), str(words[0])
        elif function in ("ngettext", "ngettext_lazy"):
            yield name, (str(words[0]), str(words[1])), None
        elif words and isinstance(words[0], str) and words[0]:
            yield name, words[0], None


def of_template(path: Path) -> Iterator[Found]:
    """The texts of a template."""
    name = path.relative_to(ROOT).as_posix()
    source = path.read_text(encoding="utf-8")
    template = parsed(source)
    for node in template.nodelist.get_nodes_by_type(TranslateNode):
        assert isinstance(node, TranslateNode)
        context = node.message_context
        yield name, str(node.filter_expression.var.literal), str(context.var) if context is not None else None
    for node in template.nodelist.get_nodes_by_type(BlockTranslateNode):
        assert isinstance(node, BlockTranslateNode)
        singular, plural = _block(node, node.singular), _block(node, node.plural) if node.plural else ""
        context = node.message_context
        yield name, (singular, plural) if plural else singular, str(context.var) if context is not None else None
    for token in Lexer(source).tokenize():
        if token.token_type in (TokenType.VAR, TokenType.BLOCK):
            for found in _constant.finditer(token.contents):
                yield name, found[1] or found[2], None


def parsed(source: str) -> Template:
    """A template as the pages have it."""
    engine = engines["django"]
    assert isinstance(engine, DjangoTemplates)
    return Template(source, engine=engine.engine)


def _block(node: BlockTranslateNode, tokens: list[Token]) -> str:
    text, _names = node.render_token_list(tokens)
    return str(text)


def extracted() -> Catalog:
    """Every text of the interface, without translations."""
    catalog = Catalog(project="microcare", creation_date=LONG_AGO, charset="utf-8", fuzzy=False)
    catalog.header_comment = "# The texts of microcare's interface. `make messages` writes this file."
    found: list[Found] = []
    for path in sources(".py"):
        found += of_python(path)
    for path in sources(".html"):
        found += of_template(path)
    for place, text, context in found:
        catalog.add(text, locations=[(place, 0)], context=context)
    return catalog


def languages() -> list[str]:
    """The languages that have a catalog."""
    return sorted(p.parents[1].name for p in LOCALE.glob("*/LC_MESSAGES/django.po"))


def po_file(language: str) -> Path:
    """A language's catalog."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def catalog_of(language: str) -> Catalog:
    """A language's catalog as it is kept."""
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str, template: Catalog) -> Catalog:
    """A language's catalog with all texts of today and no others."""
    catalog = catalog_of(language)
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    catalog.fuzzy = False
    return catalog


def ids(message: Message) -> tuple[str, ...]:
    """A message's text; for what is counted, singular and plural."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def forms(message: Message) -> tuple[str, ...]:
    """A message's translation; for what is counted, one for each of the language's plural forms."""
    found = message.string
    return (found or "",) if found is None or isinstance(found, str) else tuple(found)


def as_po(catalog: Catalog) -> bytes:
    """A catalog as its file has it."""
    out = io.BytesIO()
    write_po(out, catalog, width=120, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    # Dates and generators would differ at every run.
    kept = [
        x
        for x in out.getvalue().split(b"\n")
        if not x.startswith((b'"POT-C', b'"PO-R', b'"Gen', b'"Last-', b'"Report'))
    ]
    return b"\n".join(kept)


def as_mo(catalog: Catalog) -> bytes:
    """A catalog compiled."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def main(arguments: list[str]) -> None:
    """Bring all catalogs up to date; with the code of a language, begin its catalog."""
    settings_are_there()
    template = extracted()
    LOCALE.mkdir(exist_ok=True)
    (LOCALE / "django.pot").write_bytes(as_po(template))
    for language in arguments:
        if not po_file(language).exists():
            po_file(language).parent.mkdir(parents=True, exist_ok=True)
            begun = Catalog(locale=language, project="microcare", creation_date=LONG_AGO, fuzzy=False)
            po_file(language).write_bytes(as_po(begun))
    for language in languages():
        catalog = updated(language, template)
        po_file(language).write_bytes(as_po(catalog))
        po_file(language).with_suffix(".mo").write_bytes(as_mo(catalog_of(language)))
        missing = [m for m in catalog if m.id and not all(forms(m))]
        print(f"{language}: {len(catalog)} texts, {len(missing)} without a translation")


def settings_are_there() -> None:
    """Templates are parsed with the settings of the pages."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "microcare.web.settings")
    django.setup()


if __name__ == "__main__":
    main(sys.argv[1:])
