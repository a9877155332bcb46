"""Dates and times of day at every door: what is none is refused, with how to write one."""

from tests.live import TEA, Hub
from tests.web.api.conftest import system
from tests.web.conftest import Visitor, join, state_of

ASKING = TEA.replace(
    "person:\n",
    "person:\n  born: {type: date, ask: When were you born?}\n  dinner: {type: time, ask: When is dinner?}\n",
)
NO_DATES, NO_TIMES = ("20260302", "2026-W10-1", "2026-02-30", "soon"), ("24:00", "25:00", "18.30", "evening")
WRONG = [("born", text, "2026-03-02") for text in NO_DATES] + [("dinner", text, "18:30") for text in NO_TIMES]


def test_joining(hub: Hub, visitor: Visitor) -> None:
    from microcare.care.enroll import invite

    hub.publish(ASKING)
    visitor.enter(invite("tea"))
    for field, text, like in WRONG:
        visitor.post("/join/about", **{f"field.{field}": text, "zone": "Europe/Berlin", "consent": "yes"})
        assert visitor.status == 422
        assert f"like {like}" in visitor.text and f'value="{text}"' in visitor.text


def test_the_settings(hub: Hub) -> None:
    hub.publish(ASKING)
    ada = join("tea")
    for field, text, like in WRONG:
        assert f"like {like}" in ada.post("/settings", what="details", **{f"field.{field}": text}).text
        assert field not in state_of(ada).fields
    ada.post("/settings", what="details", **{"field.born": " 1990-03-02 ", "field.dinner": " 7:30 "})
    fields = state_of(ada).fields
    assert (fields["born"], fields["dinner"]) == ("1990-03-02", "07:30"), "what a form reads is kept in one spelling"


def test_a_check_in_and_an_adverse_event(hub: Hub) -> None:
    from microcare.care import clock
    from microcare.care.reading import read_person
    from microcare.web.facilitator.deeds import DEEDS

    person = read_person(hub.join(), clock.now())
    arrange, adverse = DEEDS["arrange"].do, DEEDS["adverse"].do
    said = ["give a day like 2026-03-02 and a time like 18:30"]
    for day, time in [*((d, "10:00") for d in NO_DATES), *(("2026-03-05", t) for t in (*NO_TIMES, " 10:00"))]:
        assert arrange(person, {"program": "tea", "day": day, "time": time, "how": "call"}, "carla") == said
    assert arrange(person, {"program": "tea", "day": "2026-03-05", "time": "10:00", "how": "call"}, "carla") == []
    known = {
        "severity": "mild",
        "related": "unrelated",
        "expected": "expected",
        "outcome": "recovered",
        "text": "a fall",
    }
    for day in NO_DATES:
        assert "on which day" in adverse(person, {**known, "happened": day}, "carla")[0]


def test_the_interface_for_other_systems(hub: Hub) -> None:
    hub.publish(ASKING)
    person, care = hub.join(), system("coach")
    for number, (field, text, like) in enumerate(
        [*WRONG, ("dinner", " 18:30 ", "18:30"), ("dinner", "18:30:15", "18:30")]
    ):
        sent = {
            "kind": "setting",
            "key": f"s{number}",
            "at": 1_772_434_800_000,
            "name": f"person.{field}",
            "value": text,
        }
        assert like in str(care.call("POST", f"/people/{person}/stimuli", {"stimuli": [sent]}).said)
