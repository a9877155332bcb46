"""What a phone sends together is answered one by one: nothing that is wrong with one keeps another out, least of all a risk."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import override_settings

from microcare.care import allowance, clock
from microcare.store import journals, texts
from microcare.web.participant import doing, stimuli
from tests.live import DAY, START, Hub, moment
from tests.web import gallery
from tests.web.conftest import Ada, state_of

RISK = {"kind": "answer", "key": "answer:harm:risk", "assessment": "a1", "item": "harm", "value": "2"}


def post(ada: Ada, body: str | bytes) -> Any:
    """A batch as it stands."""
    return ada.client.post("/stimuli", body, content_type="application/json")


def talk(number: int) -> dict[str, Any]:
    return {"kind": "report", "key": f"report:talk:{number:04}", "name": "talk"}


BAD: dict[str, str] = {
    "a number for a key": '{"kind": "report", "key": 7}',
    "no key": '{"kind": "report"}',
    "a key that is none": '{"kind": "report", "key": "a b \\ud800"}',
    "no such kind": '{"kind": "nonsense", "key": "bad:0000001"}',
    "a list for a text": '{"kind": "answer", "key": "bad:0000001", "assessment": "a1", "item": "note", "value": ["x"]}',
    "a text that is too long": json.dumps({"kind": "message", "key": "bad:0000001", "program": "tea", "value": "x" * 30_000}),
    "half a character in a name": '{"kind": "report", "key": "bad:0000001", "name": "\\ud83d"}',
    "a moment beyond all time": '{"kind": "act", "key": "bad:0000001", "delivery": "d1", "act": "snoozed", "until": 99999999999999999999}',
    "a fraction of a moment": '{"kind": "report", "key": "bad:0000001", "at": 0.5}',
    "no object": "[1, 2]",
    "a word": '"word"',
    "nothing": "null",
    "no time of day": '{"kind": "act", "key": "bad:0000001", "delivery": "d1", "act": "snoozed", "clock": "25:99"}',
    "a choice of nothing": '{"kind": "choice", "key": "bad:0000001", "offer": "o99", "intervention": "x"}',
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("place", [0, 25, 49])
def test_one_that_is_bad_keeps_no_other_out(ada: Ada, bad: str, place: int) -> None:
    good = [json.dumps(one) for one in (RISK, *(talk(n) for n in range(48)))]
    together = [*good[:place], BAD[bad], *good[place:]]
    answer = post(ada, f'{{"stimuli": [{", ".join(together)}]}}')
    assert answer.status_code == 200
    said = answer.json()
    assert len(said["saved"]) == 49
    assert RISK["key"] in said["saved"]
    assert len(said["refused"]) == 1
    assert state_of(ada).alerts, "and somebody is told"


@pytest.mark.parametrize("raw", [b'"\xff"', b'"\\ud83d"', b'"half \\udc00 an emoji"'])
def test_a_text_with_half_a_character_is_kept_with_the_words_around_it(ada: Ada, raw: bytes) -> None:
    body = (
        b'{"stimuli": [{"kind": "answer", "key": "answer:note:0001", "assessment": "a1", "item": "note", "value": %s}]}'
    )
    assert post(ada, body % raw).json()["saved"] == ["answer:note:0001"]
    [kept] = texts.texts(ada.person).values()
    assert "\ufffd" in kept


@pytest.mark.parametrize(("value", "taken"), [(2, 2), (2.0, 2), ("2", 2)])
def test_a_risk_answer_may_come_as_a_number(ada: Ada, value: object, taken: int) -> None:
    assert ada.stimuli(RISK | {"value": value}).json()["saved"] == [RISK["key"]]
    assert state_of(ada).alerts


@pytest.mark.parametrize("place", ["make", "seal"])
def test_what_fails_in_the_hub_for_one_keeps_no_other_out_and_is_sent_again(
    ada: Ada, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    from microcare.care import sealing

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def inner(person: str, state: Any, one: Any, *more: Any) -> Any:
            if one.key == "report:talk:0003":
                raise RuntimeError("it broke")
            return real(person, state, one, *more)

        return inner

    if place == "make":
        monkeypatch.setattr(stimuli, "_one", failing(stimuli._one))
    else:
        monkeypatch.setattr("microcare.care.receive.sealed", failing(sealing.sealed))
    said = ada.stimuli(*(talk(n) for n in range(6)), RISK).json()
    assert len(said["saved"]) == 6
    assert RISK["key"] in said["saved"]
    assert said["again"] == ["report:talk:0003"]
    assert "it broke" not in json.dumps(said)
    monkeypatch.undo()
    assert ada.stimuli(talk(3)).json()["saved"] == ["report:talk:0003"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"stimuli": 3}', b"[" * 100_000, b'{"stimuli": [' + b"9" * 5000 + b"]}"]
)
def test_what_is_no_list_at_all_is_said_to_be_none(ada: Ada, body: bytes) -> None:
    assert post(ada, body).status_code == 400


def test_a_day_holds_so_many_acts_and_a_risk_answer_is_taken_all_the_same(hub: Hub, ada: Ada) -> None:
    with override_settings(DAILY_ACTS=5):
        said = ada.stimuli(*(talk(n) for n in range(8)), RISK).json()
        assert said["saved"] == [*(f"report:talk:{n:04}" for n in range(5)), RISK["key"]]
        assert {one["reason"] for one in said["refused"]} == {stimuli.enough()}
        assert "Help now" in stimuli.enough()
        assert ada.stimuli(talk(0)).json()["known"] == ["report:talk:0000"], "what is saved is never said to be refused"
        alert = next(iter(state_of(ada).alerts))
        triage = {"kind": "triage", "key": "triage:call:0001", "alert": alert, "name": "danger", "value": "yes"}
        assert ada.stimuli(triage).json()["saved"] == ["triage:call:0001"]
        assert "can be saved in one day" in ada.post("/do", kind="report", name="talk", key="report:form:01").text
        ada.post("/settings", what="pause", days="7")
        assert state_of(ada).paused_until, "what makes it quieter is never too much"


def test_the_next_day_there_is_room_again_and_others_have_their_own(
    hub: Hub, ada: Ada, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = moment(START)
    monkeypatch.setattr(clock, "wall", lambda: now)
    with override_settings(DAILY_ACTS=2):
        assert allowance.spend(ada.person, 2, 10)
        assert not allowance.spend(ada.person, 1, 10)
        assert allowance.spend("somebody else", 1, 10)
        now += DAY
        assert allowance.spend(ada.person, 1, 10)


@pytest.mark.parametrize("bytes_", [5_000_000])
def test_photos_and_texts_have_room_for_so_much_a_day(hub: Hub, ada: Ada, bytes_: int) -> None:
    photo = gallery.png(40, 40)
    with override_settings(DAILY_MB=1):
        assert allowance.spend(ada.person, 1, 1_000_000 - len(photo))
        from django.core.files.uploadedfile import SimpleUploadedFile

        def send() -> Any:
            return ada.client.post("/photo", {"photo": SimpleUploadedFile("a.png", photo), "key": "photo:0000001"})

        assert send().status_code == 200
        refused = send()
        assert refused.status_code == 429
        assert "tomorrow" in refused.json()["error"]
        assert len(texts.photos(ada.person)) == 1
        note = {"kind": "answer", "key": "answer:note:0001", "assessment": "a1", "item": "note", "value": "words"}
        assert ada.stimuli(note).json()["refused"]
        assert ada.stimuli(RISK).json()["saved"]
        assert bytes_ == doing.LARGEST_PHOTO


def test_a_long_text_that_is_listened_to_is_never_too_long(hub: Hub, ada: Ada) -> None:
    state = state_of(ada)
    assert allowance.may_be_risk(state, "a1", "harm")
    assert not allowance.may_be_risk(state, "a1", "note")
    assert not allowance.may_be_risk(state, "a99", "harm")
    assert journals.load(ada.person).state.assessments
