"""My data holds everything that is kept about somebody, to read and as files; after erasure none of it is anywhere.

Each kind of thing that is kept gets a canary of its own, so that one that is forgotten is named by the test.
"""

import base64
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.apps import apps

from microcare.care import emergencies as breaking_glass
from microcare.care import facilitate, notifications, own, settings, withdraw
from microcare.care.access import access_of
from microcare.care.own_entries import Reading
from microcare.care.reading import read_person
from microcare.care.receive import receive
from microcare.care.sealing import sealed
from microcare.hub import entry as e
from microcare.hub import stimulus as s
from microcare.store import caseload, journals, kept, notes, people, texts
from microcare.store.notes import Adverse
from microcare.store.push_devices import Device
from tests.live import START, TEA, Hub, moment
from tests.web import gallery

T = moment(START)
WRITTEN = (
    "name", "mail", "answer", "unknown-item", "field", "joined-field", "unknown-field", "plan", "message", "reply",
    "note", "adverse", "group", "emergency", "finding", "device", "lost-text", "narrative",
)  # fmt: skip
"""What is kept in words."""
PHOTOS = ("photo-answer", "photo-event", "photo-lost")
"""What is kept as pictures."""
TITLED = TEA.replace("title: Tea,", "title: 'Tea for {nickname}',").replace(
    "text: Anything else?", "text: 'Anything else, {nickname}?'"
)


def canary(kind: str) -> str:
    """What is looked for."""
    return f"Kanarienvogel-{kind}-7731"


def photo(kind: str) -> bytes:
    """A photo, as far as anybody looks."""
    return b"\xff\xd8\xff" + canary(kind).encode()


def told(hub: Hub) -> str:
    """Somebody of whom everything is kept that can be kept, each with its own canary."""
    from microcare.care.enroll import enroll

    hub.publish(TITLED)
    person = enroll("tea", zone="UTC", name=canary("name"), email=f"{canary('mail')}@home.test",
                    fields={"nickname": canary("joined-field")}).person  # fmt: skip
    asked = next(iter(journals.load(person).state.assessments))
    state = journals.load(person).state
    receive(
        person,
        [
            sealed(person, state, one)
            for one in (
                s.Answer(key="a1", at=T, assessment=asked, item="note", value=canary("answer")),
                s.Answer(key="a2", at=T, assessment=asked, item="gone", value=canary("unknown-item")),
                s.Setting(key="s1", at=T, name="person.nickname", value=canary("field")),
                s.Setting(key="s2", at=T, name="person.gone", value=canary("unknown-field")),
                s.Setting(key="s3", at=T, name="plan.people", value=canary("plan")),
                s.Message(key="m1", at=T, program="tea", by="person", reference=canary("message")),
                s.Decide(key="d1", at=T, proposal="none", by="carla", narrative={"past": canary("narrative")}),
            )
        ],
    )
    settings.field(person, "nickname", canary("field"))
    facilitate.message(person, "tea", "carla", canary("reply"))
    notes.add(person, canary("note"), "carla", T)
    notes.add_adverse(
        Adverse(person, T, "2026-03-01", "mild", False, "no", "yes", "recovered", "tea", "carla", canary("adverse"))
    )
    caseload.put_in_group(person, canary("group"))
    _opened(person)
    notifications.turn_on(person, Device(f"https://push.example.org/{canary('device')}", "key", "auth"))
    texts.keep(person, canary("lost-text"))
    for kind in PHOTOS:
        texts.keep_bytes(person, photo(kind), "image/jpeg")
    return person


def _opened(person: str) -> None:
    """Somebody without a role opens the page in an emergency, and somebody else looks at it."""
    from microcare.care.accounts import make_facilitator

    make_facilitator("anna", roles=["analyst"])
    make_facilitator("boss", roles=["administrator"])
    assert breaking_glass.open_page("anna", person, canary("emergency")).person == person
    [found] = breaking_glass.listed(access_of("boss"))
    assert breaking_glass.review(access_of("boss"), found.id, canary("finding"))


def everything(folder: Path) -> bytes:
    """All bytes in the hub's folder: database, write-ahead log, logs, whatever else."""
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def test_everything_is_in_my_data_and_after_erasure_it_is_nowhere(hub: Hub) -> None:
    person = told(hub)
    found = read_person(person, T)
    tables = {table.name: table for table in own.tables(found)}
    archive = zipfile.ZipFile(io.BytesIO(own.as_zip(found)))
    csvs = "".join(archive.read(n).decode() for n in archive.namelist() if n.endswith(".csv"))
    machine = json.loads(own.as_json(person))
    page = str([[str(c) for c in row] for table in tables.values() for row in table.rows])
    for kind in WRITTEN:
        assert canary(kind) in csvs, f"{kind} is in no table"
        assert canary(kind) in json.dumps(machine), f"{kind} is not in the JSON file"
        assert canary(kind) in page or kind in ("name", "mail"), f"{kind} cannot be read"
    pictures = [archive.read(n) for n in archive.namelist() if n.startswith("photos/")]
    given = [base64.b64decode(one["base64"]) for one in machine["photos"].values()]
    shown = [cell for table in tables.values() for row in table.rows for cell in row if isinstance(cell, own.Picture)]
    for kind in PHOTOS:
        assert photo(kind) in pictures
        assert photo(kind) in given
    assert len(shown) == len(PHOTOS), "each photo is shown once"
    assert "{nickname}" not in page
    assert f"Anything else, {canary('field')}?" in page, "a title has its values"
    before = everything(hub.folder)
    for kind in (*WRITTEN, *PHOTOS):
        assert canary(kind).encode() not in before or kind == "group", f"{kind} lies there in plain"
    withdraw.erase(person)
    left = everything(hub.folder) + own.as_json(person) + own.as_zip(read_person(person, T))
    for kind in (*WRITTEN, *PHOTOS):
        for form in (canary(kind), canary(kind).lower(), base64.b64encode(photo(kind)).decode()):
            assert form.encode() not in left, f"{kind} is still there"


def test_every_table_about_a_person_is_given_or_says_why_not() -> None:
    about = {
        str(model._meta.db_table)
        for model in apps.get_app_config("store").get_models()
        if {field.name for field in model._meta.get_fields()} & {"person", "about"} or model._meta.db_table == "person"
    }
    assert about == {*kept.TABLES, *kept.APART}


@pytest.mark.parametrize("kind", e.Any.__args__, ids=lambda kind: str(kind.__name__))
def test_every_kind_of_entry_is_told(hub: Hub, kind: type[e.Entry]) -> None:
    """Each is a row that says when, and something besides."""
    [(_name, (when, *cells))] = own.rows_of(Reading(read_person(hub.join(), T)), [made(kind)])
    assert when == "2026-03-02 08:00"
    assert any(str(cell).strip() for cell in cells)


def made(kind: Any) -> Any:
    """An entry of a kind, with something in each field that it needs."""
    plain: dict[object, object] = {str: "tea", int: 1, bool: True, float: 0.5, bool | None: None, s.Value: 1}
    needed: dict[str, Any] = {
        field.name: plain[field.type] if field.type in plain else field.type.__origin__()
        for field in msgspec.structs.fields(kind)
        if field.required
    }
    return kind(**(needed | {"at": T, "received": T}))


def test_photos_belong_to_what_they_were_taken_for(hub: Hub, tmp_path: Path) -> None:
    from microcare.care.publish import publish
    from tests.web.conftest import join

    assert publish(gallery.write(tmp_path / "gallery")).version
    ada = join("gallery", fields={"nickname": "Ada"})
    ada.get().answer("3", "0", "7.5", "07:15", "true", "a note")
    ada.do("Yes, let us try", intervention="tea")
    delivery = next(d for d, x in journals.load(ada.person).state.deliveries.items() if x.name == "picture")
    picture = io.BytesIO(gallery.png(40, 40))
    picture.name = "cup.png"
    ada.post("/do", kind="act", act="done", delivery=delivery, key="act:photo:0001", photo=picture)
    page = ada.get("/settings/data").text
    [address] = re.findall(r'<img class="kept-photo" src="(/photo/t[0-9a-f]{16})"', page)
    assert ada.client.get(address).content == gallery.png(40, 40)
    assert address in ada.get("/journey?as=list").text, "it stands on the way, too"


def test_who_erased_themselves_counts_nowhere_at_the_desk(hub: Hub) -> None:
    from microcare.store.caseload import Wanted

    gone, here = hub.join(), hub.join()
    wanted = Wanted(None)
    assert caseload.counts(wanted, T)["all"] == 2
    withdraw.erase(gone)
    counts = caseload.counts(wanted, T)
    assert (counts["all"], counts["left"]) == (1, 0)
    assert [line.person for line in caseload.lines(wanted, T)] == [here]


def test_an_open_alert_stays_until_somebody_has_resolved_it(hub: Hub) -> None:
    from microcare.care import caseload as desk
    from microcare.store.caseload import Wanted

    person = hub.join()
    asked = next(iter(journals.load(person).state.assessments))
    receive(person, [s.Answer(key="a", at=T, assessment=asked, item="harm", value=3)])
    withdraw.erase(person)
    [line] = desk.page(Wanted(None, "alerts"), T, "UTC").lines
    assert line.urgent
    assert any("has erased who they are" in word.text for word in line.words)
    [alert] = journals.load(person).state.alerts
    facilitate.resolve(person, alert, "carla", "not_reached")
    assert people.identity(person).name == ""
    assert caseload.counts(Wanted(None), T)["all"] == 0
