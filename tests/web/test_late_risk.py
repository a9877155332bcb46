"""What a phone kept while it was offline: a risk answer is taken however late it comes, and help is shown for it."""

import pytest

from microcare.base.moments import DAY
from tests.live import TEA, Hub
from tests.web.conftest import Ada, state_of


def late(ada: Ada, item: str = "harm", value: str = "2", at: int = 0) -> dict[str, list[str]]:
    """One answer from the queue of the phone, to the first questionnaire that was asked."""
    kept = {"kind": "answer", "key": f"answer:{item}:kept", "assessment": "a1", "item": item, "value": value, "at": at}
    found: dict[str, list[str]] = ada.stimuli(kept).json()
    return found


def move_to_one_without(hub: Hub, ada: Ada, item: str) -> None:
    from microcare.care import clock
    from microcare.care.receive import receive
    from microcare.hub.stimulus import Publish

    lines = [line for line in TEA.splitlines(keepends=True) if not line.startswith(f"      {item}:")]
    version = hub.publish("".join(lines).replace("on: mood.harm", "on: mood.today").replace("somebody", "us"))
    receive(ada.person, [Publish(key="publish:later", at=clock.now(), program="tea", version=version, running="move")])
    assert state_of(ada).courses["tea"].version == version


def later(hub: Hub, days: int) -> None:
    """The worker runs until so many days from now."""
    from microcare.care import clock
    from microcare.care.wake import wake_due

    hub.show(clock.now() + days * DAY)
    while wake_due(clock.now()).steps:
        pass


@pytest.mark.parametrize(
    "meanwhile", ["expired", "asked again", "many others", "left", "paused", "stopped", "a new version"]
)
def test_a_risk_answer_from_the_queue_is_taken_and_answered_with_help(hub: Hub, ada: Ada, meanwhile: str) -> None:
    from microcare.care import clock, safeguards, withdraw
    from microcare.store import journals

    given = clock.now()
    if meanwhile == "left":
        withdraw.withdraw(ada.person)
    elif meanwhile == "paused":
        ada.post("/settings/pause", days="7")
    elif meanwhile == "stopped":
        safeguards.stop(safeguards.EVERY, "carla", "a test")
    elif meanwhile == "a new version":
        move_to_one_without(hub, ada, "harm")
    elif meanwhile != "expired":
        for n in range(70 if meanwhile == "many others" else 1):
            later(hub, 8)
            ada.stimuli({"kind": "report", "key": f"report:talk:{n}", "name": "talk", "at": clock.now()})
    later(hub, 9)
    taken = late(ada, at=given)
    assert (taken["saved"], taken["refused"]) == (["answer:harm:kept"], [])
    alert = state_of(ada).alerts["alert1"]
    assert (alert.item, alert.raised) == ("harm", given)
    stored = [x for _, x in journals.entries_of_kinds(ada.person, ("answered", "alerted"))]
    assert [getattr(x, "value", None) for x in stored] == [2, 2], (
        "a number as the engine takes it, and not the text of the form"
    )
    assert "Please call somebody now." in ada.get().text


def test_a_text_to_a_question_of_long_ago_is_kept_apart_too(hub: Hub, ada: Ada) -> None:
    """Even where the questionnaire itself is kept no more."""
    from microcare.care import clock
    from microcare.store import journals, texts

    for n in range(70):
        later(hub, 8)
        ada.stimuli({"kind": "report", "key": f"report:talk:{n}", "name": "talk", "at": clock.now()})
    assert "a1" not in state_of(ada).closed
    assert late(ada, "note", "a secret")["refused"] == []
    assert list(texts.texts(ada.person).values()).count("a secret") == 1
    assert "a secret" not in journals.snapshot(ada.person).decode()


def test_a_snapshot_of_an_earlier_release_is_folded_anew(hub: Hub, ada: Ada) -> None:
    """What earlier releases did not keep is in the journal: no question asked before the upgrade is forgotten."""
    import msgspec
    from django.db import connection

    from microcare.care.verify import verify
    from microcare.store import journals

    old = msgspec.json.decode(journals.snapshot(ada.person))
    for part in ("format", "asked", "forms", "assessments"):
        old.pop(part, None)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE person SET snapshot = %s WHERE id = %s", [msgspec.json.encode(old).decode(), ada.person])
    assert verify(ada.person).good
    assert late(ada)["refused"] == []
    assert state_of(ada).alerts["alert1"].item == "harm"
    assert verify(ada.person).good
