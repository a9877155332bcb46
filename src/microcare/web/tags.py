"""What templates can do beyond Django's own: Markdown without HTML, and the addresses of a program's files."""

from collections.abc import MutableMapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from django import template
from django.conf import settings
from django.utils.html import conditional_escape, escape, json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from microcare.care.cards import beside
from microcare.care.labels import label
from microcare.care.languages import own_name
from microcare.care.spoken import Spoken, mark
from microcare.web.words import words

register = template.Library()

SAFE = ("https", "http", "mailto", "tel", "sms")


def _link(
    self: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    """A link opens apart from the app, which stays where it is."""
    token = tokens[index]
    if urlsplit(str(token.attrGet("href") or "")).scheme in ("http", "https"):
        token.attrSet("target", "_blank")
        token.attrSet("rel", "noopener noreferrer")
    return self.renderToken(tokens, index, options, env)


def _image(
    self: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    """A picture of the program, by its path from the text; one from elsewhere is not loaded."""
    token = tokens[index]
    source = str(token.attrGet("src") or "")
    alt = escape(token.content)
    if urlsplit(source).scheme or not env.get("program"):
        return alt
    address = escape(media_address(env["program"], env["version"], beside(env["path"], source)))
    return f'<img src="{address}" alt="{alt}" loading="lazy">'


def _heading(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    """A text's headings stand below the headings of the page that shows it."""
    tokens[index].tag = f"h{min(6, int(tokens[index].tag[1:]) + int(env.get('below', 1)))}"
    return self.renderToken(tokens, index, options, env)


_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
_markdown.add_render_rule("link_open", _link)
_markdown.add_render_rule("heading_open", _heading)
_markdown.add_render_rule("heading_close", _heading)
_markdown.add_render_rule("image", _image)


def media_address(program: str, version: str, path: str) -> str:
    """Where a file of a program is served."""
    return f"/media/{quote(program)}/{quote(version)}?path={quote(path)}"


@register.simple_tag
def script_words() -> SafeString:
    """What the page's scripts say, as data that runs nothing."""
    return json_script(words(), "words")


@register.simple_tag
def interface_languages() -> list[tuple[str, str, bool]]:
    """The languages of the interface: code, own name, and whether it is the one that is spoken now."""
    return [(code, own_name(code), code == get_language()) for code, _name in settings.LANGUAGES]


@register.simple_tag
def tongue(text: str) -> SafeString:
    """The mark of an element that shows a text of a program through a filter, or as an option, where it marks nothing."""
    return mark(text.tongue) if isinstance(text, Spoken) else SafeString("")


@register.filter
def bare(text: str) -> str:
    """A text without the marks of its language, for an attribute of an element."""
    return str(text)


@register.filter
def lines(text: str) -> SafeString:
    """A text with its line breaks, and the marks of its languages."""
    return SafeString(conditional_escape(text).replace("\n", "<br>"))


@register.filter
def capped(text: str) -> str:
    """A text with a capital at its beginning, in its language."""
    return text.capped() if isinstance(text, Spoken) else text[:1].upper() + text[1:]


@register.filter
def said(code: str) -> str:
    """What a code of the engine is called."""
    return label(code)


@register.filter
def markdown(text: str) -> SafeString:
    """Markdown as HTML. HTML within it is shown as text."""
    return SafeString(_markdown.render(text, {}))


@register.simple_tag
def program_text(text: str, program: str, version: str, path: str = "", title: str = "") -> SafeString:
    """A Markdown text of a program, whose pictures are the program's own files; not its title a second time."""
    first, _, rest = text.lstrip().partition("\n")
    if title and first.startswith("# ") and first[2:].strip() == title:
        text = rest
    return SafeString(_markdown.render(text, {"program": program, "version": version, "path": path, "below": 2}))


@register.simple_tag
def media(program: str, version: str, path: str) -> str:
    """The address of a file of a program."""
    return media_address(program, version, path)


@register.filter
def safe_address(address: str) -> str:
    """An address that leads where it says; anything else leads nowhere."""
    return address if urlsplit(address).scheme in SAFE else ""


@register.filter
def seconds(ms: int) -> int:
    """Milliseconds as whole seconds."""
    return ms // 1000


@register.filter
def minutes_words(ms: int) -> str:
    """A length of time as a clock shows it: 2:00."""
    whole = ms // 1000
    return f"{whole // 60}:{whole % 60:02}"
