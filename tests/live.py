"""A real hub for tests: a database in a file of its own, a clock that can be set, and a small program."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from microcare.base.moments import parse_moment
from microcare.main import set_up
from microcare.store.place import DATABASE, MASTER, SECRET

TEA = """
program: tea
title: A cup of tea
person:
  nickname: {type: text, ask: What do you like to be called?, default: you}
signals:
  steps: {type: number, keep: 7d}
measures:
  mood:
    title: Today
    items:
      today: {text: How is today?, scale: 0..4}
      harm: {text: Did you think of harming yourself?, scale: 0..3}
      note: {text: Anything else?, type: text, optional: true}
    score: today
evaluate:
  - {on: report, measures: [mood], within: 7d}
  - {on: start, measures: [mood], within: 7d}
reports:
  talk: {text: I would like to say something, keep: 1d}
limits: {quiet: "22:00-07:00"}
channels: [in_app, {email: 2h}]
safety:
  - on: mood.harm
    if: value >= 1
    say: Please call somebody now.
    alert: {roster: on_duty, acknowledge_within: 15m, then: lead}
rosters:
  on_duty: {people: [duty@clinic.test], hours: always}
  lead: {people: [lead@clinic.test], hours: always}
interventions:
  tea:
    title: A cup of tea
    aim: A calm moment a day
    effort: 5m
    lasts: 60d
    disengaged_after: 50d
    outcome: {after: 1d, measure: mood, success: mood.score >= 2}
    events:
      cup: {goal: trigger_desired_action, title: Tea, say: Make a cup of tea., expires: 6h}
    rules:
      - {name: daily, on: start, every: day, at: "09:00", lasts: 60d, window: 1h, deliver: cup}
"""
"""Every morning at nine a prompt in the app, two hours later by mail; a risk item; quiet hours at night."""

START = "2026-03-02T07:00:00Z"
"""A Monday, eight in the morning in Berlin."""
ZONE = "Europe/Berlin"
HOUR, DAY = 3_600_000, 86_400_000

_template: Path | None = None


def moment(text: str) -> int:
    """An instant, ms."""
    found = parse_moment(text)
    assert found is not None
    return found


@dataclass
class Hub:
    """A hub in a folder of its own."""

    folder: Path

    def show(self, when: int | str) -> None:
        """Let the clock show a moment (it goes on from there)."""
        from microcare.care.demonstration import show

        show(moment(when) if isinstance(when, str) else when)

    def publish(self, text: str = TEA, name: str = "tea") -> str:
        """Publish a program from text; its version."""
        from microcare.care.publish import publish

        file = self.folder / f"{name}.yaml"
        file.write_text(text, encoding="utf-8")
        done = publish(file)
        assert done.version, done.issues
        return done.version

    def join(self, program: str = "tea", email: str = "ada@home.test") -> str:
        """A person in a program."""
        from microcare.care.enroll import enroll, every_consent

        return enroll(program, zone=ZONE, name="Ada", email=email, consents=every_consent(program)).person

    def kinds(self, person: str) -> list[str]:
        """The kinds of a person's entries, in order."""
        from microcare.store import journals

        return [type(stated).__name__ for _, stated in journals.entries(person)]


def _switch(file: Path) -> None:
    """Let this process (its threads too) use another database file."""
    from django.db import connections

    connections.close_all()
    connections.settings["default"]["NAME"] = str(file)
    if hasattr(connections["default"], "settings_dict"):
        connections["default"].settings_dict["NAME"] = str(file)


def _made_template(folder: Path) -> Path:
    """A migrated, empty database, made once in each test process."""
    global _template
    if _template is None:
        set_up(folder, new=True)
        from django.conf import settings
        from django.db import connections

        _switch(folder / DATABASE)
        # Where this process had a hub elsewhere before, the database is made only now, under that one's key.
        set_up(folder, new=not (folder / DATABASE).exists())
        (folder / MASTER).write_text(settings.MASTER_KEY, encoding="ascii")
        with connections["default"].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connections.close_all()
        _template = folder / "microcare.sqlite3"
    return _template


@contextmanager
def running_hub(folder: Path, template_folder: Path) -> Iterator[Hub]:
    """A hub with its database in `folder`; its clock shows START and the tea program is published."""
    template = _made_template(template_folder)
    file = folder / "microcare.sqlite3"
    for kept in (DATABASE, MASTER, SECRET):
        shutil.copy(template.parent / kept, folder / kept)
    before = os.environ.get("MICROCARE_DATA")
    os.environ["MICROCARE_DATA"] = str(folder)
    _switch(file)
    from microcare.store import deployment

    deployment.put("demo", "1")
    hub = Hub(folder)
    hub.show(START)
    hub.publish()
    try:
        yield hub
    finally:
        from django.db import connections

        connections.close_all()
        if before is None:
            os.environ.pop("MICROCARE_DATA", None)
        else:
            os.environ["MICROCARE_DATA"] = before
