"""What was found by walking through the product: each is an example of a kind."""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.live import TEA, Hub, moment

ROOT = Path(__file__).parents[2]


def test_a_command_prints_the_address_at_which_the_hub_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from microcare import main

    monkeypatch.setenv("MICROCARE_URL", "http://127.0.0.1:8765")
    main._note_address(tmp_path)
    monkeypatch.delenv("MICROCARE_URL")
    monkeypatch.setenv("MICROCARE_DATA", str(tmp_path))
    main._noted(tmp_path)
    assert os.environ["MICROCARE_URL"] == "http://127.0.0.1:8765"
    monkeypatch.setenv("MICROCARE_URL", "https://hub.clinic.test")
    main._noted(tmp_path)
    assert os.environ["MICROCARE_URL"] == "https://hub.clinic.test", "what was set is right"


BROKEN = """
program: tea
title: Tea
interventions:
  cup:
    title: A cup
    aim: Calm
    events: {go: {goal: support, say: "“Hello”", expires: 1h}}
    rules: [{on: start, deliver: gone}]
"""


def test_what_is_sent_is_told_by_the_names_it_came_with() -> None:
    from microcare.care import uploads

    found, why = uploads.checked(BROKEN.encode())
    assert why == ""
    assert found is not None
    assert found.issues
    for issue in found.issues:
        said = f"{issue.place} {issue.message} {issue.cure}"
        assert str(issue.place).startswith("program.yaml:"), said
        assert "/tmp" not in said


def test_advice_does_not_stand_among_what_must_be_mended(hub: Hub) -> None:
    import io

    from django.test import Client

    from microcare.care.accounts import make_facilitator

    password = make_facilitator("dora", roles=["designer"])
    client = Client(SERVER_NAME="127.0.0.1")
    client.post("/desk/login", {"username": "dora", "password": password})
    file = io.BytesIO(BROKEN.encode())
    file.name = "tea.yaml"
    page = client.post("/desk/programs", {"file": file}, follow=True).content.decode()
    cards = re.findall(r"<section class=\"card.*?</section>", page, re.S)
    [alarm] = [card for card in cards if "mend these first" in card]
    [advice] = [card for card in cards if "Advice, for later" in card]
    assert 'class="warning"' not in alarm
    assert 'class="error"' in alarm
    assert 'class="error"' not in advice


def test_in_a_healthy_hub_nobody_is_stuck_and_who_is_reached_by_nothing_is(hub: Hub) -> None:
    """Without notifications and without mail, what is for somebody waits in the app, and nothing is wrong."""
    from microcare.care import monitor
    from microcare.care.deliver import deliver_due
    from microcare.care.wake import wake_due
    from microcare.channels.channel import Channel
    from microcare.channels.email import Email
    from microcare.channels.in_app import InApp
    from microcare.store.database import rows, run

    people = [hub.join(email="") for _ in range(3)]
    channels: dict[str, Channel] = {"in_app": InApp(), "email": Email(None, "hub@clinic.test")}
    for when in ("2026-03-02T08:00:00Z", "2026-03-02T08:20:00Z", "2026-03-02T10:30:00Z", "2026-03-02T10:40:00Z"):
        hub.show(when)
        wake_due(moment(when))
        deliver_due(moment(when), channels, "http://hub.test")
    failed = rows("SELECT person FROM outbox WHERE status = 'failed' AND kind = 'prompt'")
    assert {str(row[0]) for row in failed} == set(people), "by mail it came to nobody"
    now = moment("2026-03-02T13:00:00Z")
    assert [one for one in monitor.stuck(now, None) if "prompt" in one.why] == []
    run("UPDATE outbox SET detail = 'refused: 550' WHERE status = 'failed' AND person = %s", [people[0]])
    assert ["550" in one.why for one in monitor.stuck(now, None)] == [True], "what went wrong is said"
    run("UPDATE outbox SET status = 'failed', detail = 'no usable address' WHERE kind = 'prompt'")
    assert {one.person for one in monitor.stuck(now, None) if "no usable address" in one.why} == set(people)


def test_how_to_add_what_is_missing_is_how_this_was_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from microcare.commands import terminal

    here = tmp_path / "a hub"
    place = here / "src" / "microcare" / "commands" / "terminal.py"
    monkeypatch.setattr(terminal, "__file__", str(place))
    monkeypatch.setattr(sys, "prefix", str(here / ".venv"))
    monkeypatch.setattr(sys, "executable", str(here / ".venv" / "bin" / "python"))
    place.parent.mkdir(parents=True)
    python = f"'{here}/.venv/bin/python'"
    monkeypatch.setattr(terminal, "find_spec", lambda name: name)
    assert terminal.how_to_add("science") == f"{python} -m pip install 'microcare[science]'"
    monkeypatch.setattr(terminal, "find_spec", lambda name: None)
    assert terminal.how_to_add("science") == f"uv pip install --python {python} 'microcare[science]'"
    (here / "pyproject.toml").write_text("")
    assert terminal.how_to_add("science") == f"uv pip install --python {python} -e '{here}[science]'"
    (here / "Makefile").write_text("")
    assert terminal.how_to_add("science") == f"make -C '{here}' install", "as after `make demo`"
    assert "install:" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_a_title_at_the_desk_has_the_values_of_its_person(hub: Hub) -> None:
    from microcare.care import clock, desk, explaining
    from microcare.care.reading import read_person
    from microcare.care.wake import wake_due

    hub.publish(
        TEA.replace("title: A cup of tea\n    aim", 'title: "A cup for {nickname}"\n    aim').replace(
            "title: Tea,", 'title: "Tea, {nickname}",'
        )
    )
    person = hub.join()
    hub.show("2026-03-02T08:20:00Z")
    while wake_due(moment("2026-03-02T08:20:00Z")).claimed:
        pass
    read = read_person(person, clock.now())
    assert "Tea, you" in [one.title for one in desk.with_them(read)]
    said = " / ".join(line.sentence for line in explaining.journal(read, "all"))
    assert "A cup for you" in said
    assert "Tea, you" in said
    assert "{nickname}" not in said
