"""The language of the pages: the person's own setting, or what the browser asks for; left to right, or right to left."""

from django.conf import settings
from django.utils import translation


def speaks(language: str) -> str:
    """The language of the interface for somebody who wants this one (BCP 47): itself, its main part, or the source's."""
    known = dict(settings.LANGUAGES)
    wanted = language.lower()
    return next((one for one in (wanted, wanted.split("-")[0]) if one in known), settings.LANGUAGE_CODE)


def speak(language: str) -> None:
    """From now on this request is answered in this language, as far as there is a catalog."""
    translation.activate(speaks(language))


def own_name(language: str) -> str:
    """What a language calls itself; its code where nobody knows."""
    try:
        return str(translation.get_language_info(language)["name_local"])
    except KeyError:
        return language


def direction(language: str) -> str:
    """ltr or rtl."""
    return "rtl" if language.split("-")[0] in settings.LANGUAGES_BIDI else "ltr"
