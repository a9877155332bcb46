"""A program with every kind of content and of question, once."""

import struct
import zlib
from pathlib import Path

PROGRAM = """
program: gallery
title: All kinds
about: Every kind of content, once.
language: en
languages: [en, de]
person:
  nickname: {type: text, ask: What do you like to be called?, default: you}
  likes_tea: {type: boolean, ask: Do you like tea?, default: true}
  cup: {type: choice, ask: Which cup?, options: {big: {en: A big one, de: Eine große}, small: {en: A small one, de: Eine kleine}}, default: big}
measures:
  look:
    title: {en: A short look, de: Ein kurzer Blick}
    items:
      today: {text: {en: "How is today, {nickname}?", de: "Wie ist heute, {nickname}?"}, scale: 0..10, labels: {0: bad, 10: good}}
      harm: {text: Did you think of harming yourself?, scale: 0..3, labels: {0: no, 1: a little, 2: often, 3: all the time}}
      slept: {text: How long did you sleep?, type: number, unit: hours, min: 0, max: 24}
      woke: {text: When did you wake up?, type: time}
      tea: {text: Was there tea?, type: boolean}
      note: {text: Anything else?, type: text, optional: true}
    score: today
  diary:
    title: Tea diary
    items:
      cups: {text: How many cups?, scale: 0..4, labels: {0: none, 4: four}}
      taste: {text: How did it taste?, choices: {good: Good, so: So so}}
    score: cups
safety:
  - on: look.harm
    if: value >= 1
    say: {en: "Please **call somebody** now.", de: "Bitte **ruf jemanden an**."}
    alert: {roster: on_duty}
rosters:
  on_duty: {people: [duty@clinic.test], hours: always}
reports:
  thirst: {text: I am thirsty}
evaluate:
  - {on: start, measures: [look]}
  - {on: report}
target: {title: Tea every day, reached: look.score >= 9, assess: {measure: look, every: 3 months}}
channels: [in_app, push, {email: 2h}]
recommend: {app: offer, list: 3}
narrative:
  rationale: [{say: "Tea is a small pause, {nickname}."}]
  relation: [{say: "It is one step toward {need.goal}."}]
  past: [{if: history.count == 0, say: This is the first step.}]
  future: [{say: Afterwards we look together.}]
model:
  - level: 1
    goal: Calm
    needs:
      tense: {present: "reported.thirst || look.today <= 8", goal: a calm moment, measures: [look], interventions: [tea, walk, forms]}
interventions:
  tea:
    title: {en: A cup of tea, de: Eine Tasse Tee}
    aim: A calm moment
    about: One cup, with everything.
    events:
      all:
        goal: educational
        title: All at once
        why: So that everything was there once.
        effort: 3m
        expires: 12h
        say: "Hello {nickname}. First a <b>short</b> text."
        content:
          - read.md
          - image: cup.png
            alt: A cup
          - link: https://tea.example.org
            label: About tea
          - app: https://app.example.org
            label: Open the tea app
          - peer: mailto:friends@example.org
            label: Write to the others
          - markdown: "- one\\n- **two**"
        proximal: {ask: "Did you drink it?"}
      breathe:
        goal: symptom_relief
        title: Steam
        content: {exercise: 60s, steps: ["Look at the steam.", "Breathe in.", "Breathe out."]}
        expires: 12h
      picture:
        goal: trigger_desired_action
        title: Your cup
        content: {photo: A photo of your cup}
        expires: 12h
      diary: {goal: feedback, title: Write it down, content: {form: diary}, expires: 12h}
      call: {goal: support, title: A call, content: {human: "Call them about tea.", by: coach}, expires: 2d}
    rules:
      - {on: start, deliver: [all, breathe, picture, diary, call]}
  walk:
    title: A walk
    aim: Fresh air
    events: {go: {goal: trigger_desired_action, say: Go out.}}
    rules: [{on: start, deliver: go}]
  forms:
    title: Only questions
    aim: Something to fill in
    events: {fill: {goal: feedback, title: Fill in, content: {form: diary}}}
    rules: [{on: start, deliver: fill}]
"""

READ = """# All at once

A page for **{nickname}** with a [link](https://example.org) and <script>alert(1)</script>.

![The cup again](cup.png)

![From elsewhere](https://example.org/x.png)
"""


def png(width: int = 8, height: int = 8) -> bytes:
    """A small picture in one color."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\xc8\x96\x5a" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def write(folder: Path) -> Path:
    """Write the program with its files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "program.yaml").write_text(PROGRAM, encoding="utf-8")
    (folder / "read.md").write_text(READ, encoding="utf-8")
    (folder / "read.de.md").write_text(READ.replace("A page for", "Eine Seite für"), encoding="utf-8")
    (folder / "cup.png").write_bytes(png(32, 12))
    (folder / "secret.yaml.txt").write_text("not for the web", encoding="utf-8")
    return folder
