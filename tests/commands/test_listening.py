"""The preview and the replay hear a text as the live hub does; and what lists find is measured."""

import json
from pathlib import Path

from bench import listening
from microcare.base.word_lists import found
from tests.care.test_listening import EAR
from tests.commands.test_commands import run

ROOT = Path(__file__).parents[2]


def program(folder: Path) -> Path:
    path = folder / "tea.yaml"
    path.write_text(EAR, encoding="utf-8")
    return path


def test_the_preview_raises_the_alert_that_the_live_hub_raises(tmp_path: Path) -> None:
    path = program(tmp_path)
    for said, alerts in (("I want to die", True), ("I want to sing", False)):
        played = run("preview", path, "--days", 2, "--answer", f"mood.note={said}", "--json")
        assert played.exit_code == 0, played.output
        kinds = [x["kind"] for x in json.loads(played.output)]
        assert ("alerted" in kinds) is alerts
        assert said not in played.output


def test_the_replay_too_and_its_journal_holds_no_words(tmp_path: Path) -> None:
    lines = [
        {"person": "ada", "kind": "enroll", "key": "1", "at": "2026-03-02T08:00:00Z", "program": "tea", "zone": "UTC"},
        {"person": "ada", "kind": "answer", "key": "2", "at": "2026-03-02T09:00:00Z", "assessment": "a1", "item": "note", "value": "Suicidal."},
    ]  # fmt: skip
    stimuli, out = tmp_path / "s.jsonl", tmp_path / "j.jsonl"
    stimuli.write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = run("replay", program(tmp_path), stimuli, "--out", out, "--until", "2026-03-02T09:05:00Z")
    assert done.exit_code == 0, done.output
    text = out.read_text()
    assert '"alerted"' in text
    assert "uicidal" not in text


def test_the_page_says_what_the_lists_find_and_miss() -> None:
    measured = listening.read(listening.WORDS, listening.SENTENCES)
    assert listening.page(listening.PAGE.read_text(encoding="utf-8"), measured) == listening.PAGE.read_text(
        encoding="utf-8"
    )
    assert {m.language for m in measured} == {"en", "de", "es", "pt", "ko"}
    for one in measured:
        assert 0.5 <= one.heard / one.risk < 1, "a list finds much, and never all"
        assert one.silent / one.other > 0.8, one.false
        assert min(one.risk, one.other) >= 20


def test_how_words_are_found() -> None:
    assert found(["töten"], "Ich will mich TOETEN") and found(["töten"], "toten") and found(["não quero"], "nao quero")
    assert found(["don't want"], "i dont want") and found(["don't want"], "I don’t want")
    assert found(["suicid*"], "Suicidality") and not found(["suicid"], "suicidal")
    assert (
        found(["죽고 싶"], "죽고싶다") and found(["死にたい"], "もう死にたいです") and found(["ｄｉｅ now"], "die, now")
    )
    assert found(["want to die"], "want\u200b to d\u00adie") and not found(["want to die"], "want to diet")
    assert not found(["die"], "") and not found([], "die") and not found(["..."], "...")
    assert not found(["to die"], "to not die")
