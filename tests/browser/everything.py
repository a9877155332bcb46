"""A hub in which every page has content, for a browser to look at: `python -m tests.browser.everything FOLDER PORT`.

It prints one line of JSON (`Everything`) when its pages answer. Besides the languages that ship it speaks a made-up one that
is written from right to left: every text of the catalog in Arabic letters, its places for values kept.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

WRITTEN = "ابتثجحخدذرزسشصضطظعغفقكلمنه"
HELD = re.compile(r"(%\(\w+\)[sd]|\{\w+\}|<[^>]*>)")


@dataclass(frozen=True)
class Everything:
    """Whose browser has which cookie, what is at which route, and all routes there are."""

    cookies: dict[str, str]
    """Who (participant, worried, staff, invited) -> the key of their session."""
    paths: dict[str, str]
    """Values for the places in routes."""
    routes: list[str]


def main(folder: Path, port: int) -> None:
    """Prepare everything, and serve it."""
    os.environ["MICROCARE_URL"] = f"http://localhost:{port}"
    os.environ["MICROCARE_LOCALE"] = str(folder / "locale")
    mirrored(folder / "locale")
    from tests.live import running_hub

    (folder / "hub").mkdir()
    with running_hub(folder / "hub", folder / "template") as hub:
        found = prepare(hub)
        from waitress.server import create_server

        from microcare.web.wsgi import application

        server = create_server(application, host="127.0.0.1", port=port, threads=4)
        print(json.dumps(asdict(found)), flush=True)
        server.run()


def mirrored(folder: Path) -> None:
    """A catalog of a language that is written from right to left, made from the list of texts."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    from scripts.messages import LOCALE, ids

    with (LOCALE / "django.pot").open("rb") as file:
        template = read_po(file)
    catalog = Catalog(locale="ar")
    for message in template:
        if message.id:
            texts = [in_letters(text) for text in ids(message)]
            plural = (texts[0], *[texts[-1]] * (catalog.num_plurals - 1))
            catalog.add(message.id, plural if len(texts) > 1 else texts[0], context=message.context)
    place = folder / "ar" / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "django.mo").open("wb") as out:
        write_mo(out, catalog)


def in_letters(text: str) -> str:
    """A text in Arabic letters, as long as it was; places for values and marks of HTML stay."""
    pieces = HELD.split(text)
    return "".join(
        piece if HELD.fullmatch(piece) else re.sub(r"[A-Za-z]", lambda m: WRITTEN[ord(m[0].lower()) - 97], piece)
        for piece in pieces
    )


def prepare(hub: Any) -> Everything:
    """People, staff, and something of everything."""
    from microcare.care import accounts
    from microcare.care.publish import publish
    from microcare.store import deployment
    from microcare.store.memberships import EVERY
    from tests.web import gallery
    from tests.web.accounts.conftest import Member

    written = gallery.write(hub.folder / "gallery") / "program.yaml"
    text = written.read_text(encoding="utf-8")
    text = text.replace("languages: [en, de]", "languages: [en, de, ar]")
    text = text.replace('de: "Bitte **ruf jemanden an**."', 'de: "Bitte **ruf jemanden an**.", ar: "اتصل بشخص الآن."')
    written.write_text(text, encoding="utf-8")
    done = publish(written.parent)
    assert done.version, done.issues
    deployment.put("demo", "0")
    boss = Member("boss", accounts.first_link()).set_up()
    for role in ("clinician", "safety_officer", "designer", "analyst"):
        accounts.change_role("boss", role, EVERY)
    setup = accounts.invite("newcomer", ["coach"], "tea")
    cookies = {}
    for suffix, language in (("", "en"), ("-mirrored", "ar")):
        person, cookies[f"participant{suffix}"] = somebody(language)
        troubled, cookies[f"worried{suffix}"] = worried(language)
    cookies |= {
        "staff": boss.client.cookies["microcare_session"].value,
        "invited": invited(),
    }
    paths = {
        "<str:person>": troubled,
        "<str:token>": setup,
        "<str:code>": code_of(),
        "gallery": done.version,
        "at": first_event(person),
    }
    return Everything(cookies, paths, list(routes()))


def somebody(language: str) -> tuple[str, str]:
    """A person with all kinds of content before them, a message, a plan and a way behind them."""
    from microcare.care import facilitate
    from microcare.care.settings import keep_step, set_value
    from tests.web.conftest import join

    one = join("gallery", fields={"nickname": "Ada"})
    one.get().answer("3", "0", "7.5", "07:15", "true", "a note")
    one.do("Yes, let us try", intervention="tea")
    facilitate.message(one.person, "gallery", "boss", "How was your tea?\nWrite when you like.")
    keep_step(one.person, "signs", "I sleep badly.")
    set_value(one.person, "language", language)
    return one.person, one.client.cookies["microcare_session"].value


def worried(language: str) -> tuple[str, str]:
    """A person whose answer worried, so that help is shown."""
    from microcare.care.settings import set_value
    from tests.web.conftest import join

    one = join("gallery", fields={"nickname": "Bea"})
    one.get().answer("3", "1")
    set_value(one.person, "language", language)
    return one.person, one.client.cookies["microcare_session"].value


def first_event(person: str) -> str:
    """The delivery of an event with every kind of content."""
    from microcare.store import journals

    deliveries = journals.load(person).state.deliveries
    return next(key for key, one in deliveries.items() if one.name == "all")


def invited() -> str:
    """The session of somebody who is invited and has not joined."""
    from tests.web.conftest import Ada

    one = Ada()
    one.enter(code_of())
    return str(one.client.cookies["microcare_session"].value)


def code_of() -> str:
    """A fresh invitation."""
    from microcare.care.enroll import invite

    return invite("gallery", "Newcomer").rpartition("/")[2]


def routes() -> Iterator[str]:
    """Every route, as the table of access has them."""
    from microcare.web.access import RULES

    yield from RULES


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
