"""Whatever a program says in another language than the page is marked as that language, on every page; all else is not.

The texts of the program are made: each is a word that says its language and its name (`en_title`), so that a page can be
read by a machine. A translation is missing of every other text, then of the others: each falls back to English beside
neighbors that are there, and the page's own words stand around both. (German is not declared: for a declared language
check refuses a help text that is missing.)
"""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.live import DAY, HOUR, ZONE, Hub
from tests.web import gallery
from tests.web.conftest import Ada, Visitor
from tests.web.test_desk import Desk

MADE = re.compile(r"\bT\((\w+)((?: \{[\w.]+\})*)\)")
"""A text to be made: its name, and the values that it shows."""
WORD = re.compile(r"\b(en|de)_\w+", re.I)
LONE = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
"""Elements without an end."""
HEARD = ("alt", "title", "aria-label", "placeholder", "label")

PROGRAM = """
program: all
title: T(title)
about: T(about)
language: en
person:
  nickname: {type: text, ask: T(ask_name), default: you}
  tea: {type: boolean, ask: T(ask_tea), default: true}
  cup: {type: choice, ask: T(ask_cup), options: {big: T(cup_big), small: T(cup_small)}, default: big}
  morning: {type: time, ask: T(ask_time), default: "08:00"}
consent:
  all: {title: T(care_title), text: T(care_text), covers: care}
  more: {title: T(more_title), text: T(more_text), covers: research}
measures:
  look:
    title: T(look)
    intro: T(intro)
    items:
      today: {text: "T(today {program.title})", scale: 0..10, labels: {0: T(bad), 5: T(middle), 10: T(good)}}
      harm: {text: T(harm), scale: 0..1, labels: {0: T(harm_no), 1: T(harm_yes)}}
      note: {text: T(note), type: text, optional: true}
    score: today
  diary:
    title: T(diary)
    items: {taste: {text: T(taste), choices: {good: T(taste_good), so: T(taste_so)}}}
safety:
  - {on: look.harm, if: value >= 1, say: T(safety), alert: {roster: on_duty}}
help:
  numbers: [{title: T(number), call: "+49 800 1110111", hours: T(number_hours)}]
  say: T(help)
rosters:
  on_duty: {people: [duty@clinic.test], title: T(roster), hours: always, note: T(roster_note)}
reports:
  thirst: {text: T(thirst)}
  hunger: {text: T(hunger)}
evaluate:
  - {on: start, measures: [look]}
  - {on: report}
target: {title: T(target), reached: look.score >= 9, assess: {measure: look, every: 3 months}}
contact: {say: T(contact), after: 2d}
recommend: {app: offer, list: 3}
narrative:
  rationale: [{say: "T(rationale {intervention.title})"}]
  relation: [{say: "T(relation {need.goal})"}]
  past: [{if: history.count == 0, say: T(past)}]
  future: [{say: T(future)}]
model:
  - level: 1
    goal: T(level)
    needs:
      tense: {present: "reported.thirst || look.today <= 8", title: T(need), goal: T(goal), measures: [look], interventions: [tea]}
      low: {present: look.today <= 4, measures: [look], interventions: [walk]}
interventions:
  tea:
    title: T(tea)
    aim: T(tea_aim)
    about: T(tea_about)
    events:
      everything:
        goal: educational
        title: T(event)
        why: "T(why {intervention.title})"
        effort: 3m
        expires: 12h
        say: T(say)
        content:
          - read.md
          - {image: cup.png, alt: T(alt)}
          - {audio: sound.mp3, transcript: T(heard)}
          - {video: film.mp4, transcript: T(seen)}
          - {link: "https://tea.example.org", label: T(link)}
          - {app: "https://app.example.org", label: T(app)}
          - {peer: "mailto:friends@example.org", label: T(peer)}
          - markdown: "T(markdown)"
          - {exercise: 60s, steps: [T(step_one), T(step_two)]}
        proximal: {ask: T(proximal)}
      steam: {goal: symptom_relief, title: T(steam), why: T(steam_why), say: T(steam_say), expires: 12h}
      picture: {goal: trigger_desired_action, title: T(picture), content: {photo: T(photo)}, expires: 12h}
      form: {goal: feedback, title: T(form), content: {form: diary}, expires: 12h}
      call: {goal: support, title: T(call), content: {human: T(human), by: coach}, expires: 2d}
    rules: [{on: start, deliver: [everything, steam, picture, form, call]}]
  walk:
    title: T(walk)
    aim: T(walk_aim)
    events: {go: {goal: trigger_desired_action, say: T(go)}}
    rules: [{on: start, deliver: go}]
"""


def made(missing: int) -> tuple[str, set[str]]:
    """The program; German is missing of each second text, beginning with this one. And the names of those texts."""
    order: dict[str, int] = {}
    left: set[str] = set()

    def written(found: re.Match[str]) -> str:
        name, values = found[1], found[2]
        if order.setdefault(name, len(order)) % 2 == missing:
            left.add(name)
            return f"{{en: 'en_{name}{values}'}}"
        return f"{{en: 'en_{name}{values}', de: 'de_{name}{values}'}}"

    return MADE.sub(written, re.sub(r'"(T\([^"]*\))"', r"\1", PROGRAM)), left


class Reader(HTMLParser):
    """A page as a screen reader has it: each word of the program with the language in which it would be read."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str, bool]] = [("", "", False)]
        self.read: set[tuple[str, str]] = set()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element opens: in a language of its own, or in that of what is around it."""
        found = {name: value or "" for name, value in attrs}
        chosen = found.get("name") == "language" or "languages" in found.get("class", "")
        marked = "lang" in found and tag != "html" and not chosen
        here = (tag, found.get("lang", self.open[-1][1]), marked or self.open[-1][2])
        for name, value in found.items():
            if "<" in value:
                self.wrong.append(f"{name}={value!r} holds a mark")
            # Where the page's own words are in it, too, it is in the page's language.
            if name in HEARD and not re.search(r"[^\W\d_]", WORD.sub("", value)):
                self._words(value, here[1], False)
        if tag not in LONE:
            self.open.append(here)

    def handle_endtag(self, tag: str) -> None:
        """It closes."""
        while len(self.open) > 1 and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Text."""
        tag, language, marked = self.open[-1]
        if tag in ("script", "style"):
            return
        if tag in ("textarea", "title", "option") and "<" in data:
            self.wrong.append(f"<{tag}> holds a mark: {data!r}")
        self._words(data, language, marked)

    def _words(self, text: str, language: str, marked: bool) -> None:
        for found in WORD.finditer(text):
            self.read.add((found[0].partition("_")[2], found[1].lower()))
            if found[1].lower() != language:
                self.wrong.append(f"{found[0]} is read as {language}: {text.strip()[:80]!r}")
        own = WORD.sub("", text).strip(" .,:“”()\n")
        if marked and own:
            self.wrong.append(f"the page's own {own!r} is read as {language}")


class Pages:
    """What has been read of all pages."""

    def __init__(self) -> None:
        self.read: set[tuple[str, str]] = set()

    def look(self, answer: Any, where: str) -> str:
        """Read a page; whatever is in the wrong language fails."""
        text = str(answer.content.decode())
        reader = Reader()
        reader.feed(text)
        assert not reader.wrong, (where, answer.status_code, reader.wrong)
        self.read |= reader.read
        return text


def published(hub: Hub, missing: int) -> set[str]:
    """The program is there; the names of its texts that are not translated."""
    from microcare.care.publish import publish

    text, left = made(missing)
    folder: Path = hub.folder / "all"
    folder.mkdir()
    (folder / "program.yaml").write_text(text, encoding="utf-8")
    (folder / "read.md").write_text("en_read", encoding="utf-8")
    if missing:
        (folder / "read.de.md").write_text("de_read", encoding="utf-8")
    for name, body in (("cup.png", gallery.png()), ("sound.mp3", b"ID3"), ("film.mp4", b"\0")):
        (folder / name).write_bytes(body)
    done = publish(folder)
    assert done.version, [i for i in done.issues if i.severity != "warning"]
    return left | (set() if missing else {"read"})


def joined(pages: Pages) -> Ada:
    """A German-speaking person who joins in the browser, each page looked at."""
    from microcare.care.enroll import invite
    from microcare.store import entering

    one, code = Ada(), invite("all")
    one.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    found = entering.person_of_code(code)
    assert found is not None
    one.person = found
    pages.look(one.client.get(f"/join/{code}"), "the invitation")
    one.enter(code)
    pages.look(one.client.get("/join/about?language=de"), "about")
    one.post("/join/about", language="de", zone=ZONE, agree="all", **{"field.cup": "big", "field.nickname": "Ada"})
    return one


def everywhere(one: Visitor, pages: Pages) -> None:
    """Look at every page of the person."""
    text = pages.look(one.client.get("/"), "today")
    for item in dict.fromkeys(re.findall(r"/\?at=([^\"&]+)", text)):
        pages.look(one.client.get("/", {"at": item}), f"today {item}")
    for path in ("/need", "/journey", "/journey?as=list", "/help", "/help/plan", "/messages", "/settings",
                 "/settings/data", "/settings/consent", "/settings/who", "/settings/leave"):  # fmt: skip
        pages.look(one.client.get(path), path)


@pytest.mark.parametrize("missing", [0, 1])
def test_each_text_is_read_in_the_language_it_is_written_in(hub: Hub, missing: int) -> None:
    from microcare.care.accounts import make_facilitator
    from microcare.care.clock import now
    from microcare.care.wake import wake_due

    left, pages = published(hub, missing), Pages()
    desk = Desk(make_facilitator("carla")).sign_in()
    other = joined(pages)
    other.get().answer("3", "1")
    everywhere(other, pages)
    other.post("/help/seen", alert=re.findall(r'name="alert" value="([^"]+)"', other.get().text))
    everywhere(other, pages)
    one = joined(pages)
    everywhere(one, pages)
    one.get().answer("3", "0", "a note")
    everywhere(one, pages)
    one.get().do('value="choice"', intervention="tea")
    everywhere(one, pages)
    one.get().do('value="done"')
    everywhere(one, pages)
    one.post("/do", kind="report", name="thirst", key="report:1")
    everywhere(one, pages)
    one.post("/settings", what="like", intervention="walk", liked="-1")
    everywhere(one, pages)
    quiet = joined(pages)
    quiet.get().answer("10", "0", "")
    for language in ("en", "de"):
        desk.client.cookies["django_language"] = language
        for path in (
            f"/desk/people/{one.person}",
            f"/desk/people/{other.person}",
            f"/desk/people/{one.person}/deliveries",
            "/desk/",
            "/desk/people",
            "/desk/invite",
            "/desk/alerts",
        ):
            pages.look(desk.client.get(path, follow=True), path)
    hub.show(now() + 4 * DAY + HOUR)
    wake_due(now())
    everywhere(one, pages)
    everywhere(quiet, pages)
    desk.do(quiet.person, deed="assign", intervention="all/walk")
    everywhere(quiet, pages)
    seen = {name for name, _ in pages.read}
    names = {m[1] for m in MADE.finditer(PROGRAM)} | {"read"}
    assert names - seen == set(), "shown nowhere, so not tried"
    assert left - {name for name, language in pages.read if language == "en"} == set()
