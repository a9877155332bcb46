"""What is shown in another language than the page is marked as that language, text by text."""

from tests.live import Hub
from tests.web.conftest import join

PROGRAM = """
program: diary
title: {en: Diary, de: Tagebuch}
language: en
languages: [en, de]
measures:
  m:
    items:
      a: {text: {en: "How tired?", de: "Wie müde?"}, choices: {y: {label: {en: "Very much", de: ""}}, n: {label: {en: "No", de: "Nein"}}}}
      b: {text: {en: "New question?", de: ""}, scale: 0..2}
interventions:
  i:
    title: {en: Look, de: Hinsehen}
    aim: {en: A, de: A}
    events:
      e: {goal: support, title: {en: Look at it, de: " "}, say: {en: "Hello there", de: ""}, content: [{form: m}], expires: 20h}
    rules: [{on: start, deliver: e}]
"""


def test_an_empty_translation_shows_the_programs_own_words_marked_as_its_language(hub: Hub) -> None:
    from microcare.care.settings import set_value

    hub.publish(PROGRAM, "diary")
    one = join("diary")
    set_value(one.person, "language", "de")
    text = one.get().text
    assert '<html lang="de"' in text
    assert '<span lang="en" dir="ltr">Look at it</span></h2>' in text
    assert '<p lang="en" dir="ltr"><span lang="en" dir="ltr">Hello there</span></p>' in text
    assert '<legend tabindex="-1">Wie müde?</legend>' in text
    assert '<span lang="en" dir="ltr">Very much</span></button>' in text
    assert ">Nein</button>" in text and 'dir="ltr">Nein' not in text
    one.answer("n")
    assert '<legend tabindex="-1"><span lang="en" dir="ltr">New question?</span></legend>' in one.text
