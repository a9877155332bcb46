"""A text is heard on each road from a person: the page, the queue of a phone, another system."""

from microcare.hub import entry
from microcare.store import journals
from tests.care.test_listening import EAR, SAID
from tests.live import START, Hub, moment
from tests.web.api.conftest import system
from tests.web.conftest import join


def alerts(person: str) -> list[str]:
    return [f"{x.measure}.{x.item}" for _, x in journals.entries(person) if isinstance(x, entry.Alerted)]


def test_on_the_page_help_is_shown_at_once(hub: Hub) -> None:
    hub.publish(EAR)
    ada = join("tea")
    ada.get().answer("3", "0", SAID)
    assert alerts(ada.person) == ["mood.note"]
    assert "Please call somebody now." in ada.get().text


def test_from_the_queue_of_a_phone(hub: Hub) -> None:
    hub.publish(EAR)
    ada = join("tea")
    ada.stimuli({"kind": "answer", "key": "answer:a1:note:1", "assessment": "a1", "item": "note", "value": SAID})
    assert alerts(ada.person) == ["mood.note"]


def test_from_another_system_as_words_or_called_a_reference(hub: Hub) -> None:
    hub.publish(EAR)
    for reference in (False, True):
        person = hub.join(email=f"{reference}@home.test")
        sent = {"kind": "answer", "key": "k", "at": moment(START), "assessment": "a1", "item": "note", "value": SAID}
        taken = system("clinician", name=f"s{reference}".lower()).call(
            "POST", f"/people/{person}/stimuli", {"stimuli": [sent | {"reference": reference, "heard": []}]}
        )
        assert taken.said["saved"] == ["k"]
        assert alerts(person) == ["mood.note"]
        assert "STERBEN" not in str([x for _, x in journals.entries(person)])
