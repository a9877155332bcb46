"""The person's pages without scripts: joining, acting, answering, settings, and that nobody sees another's."""

import re

import pytest

from tests.live import DAY, HOUR, Hub, moment
from tests.web import gallery
from tests.web.conftest import Ada, Visitor, join, state_of

# -- Joining ----------------------------------------------------------------------------------------------------------


def test_a_link_alone_signs_nobody_in_and_its_button_does(hub: Hub, visitor: Visitor) -> None:
    from microcare.care.enroll import invite

    code = invite("tea")
    visitor.get(f"/join/{code}")
    assert visitor.get("/").text.count("Type the code") == 1
    visitor.enter(code)
    assert "I want to take part" in visitor.text
    assert "What do you like to be called?" in visitor.text


def test_joining_asks_for_consent_and_keeps_what_was_typed(hub: Hub, visitor: Visitor) -> None:
    from microcare.care.enroll import invite
    from microcare.store import entering, people

    code = invite("tea")
    person = entering.person_of_code(code)
    visitor.enter(code)
    visitor.post("/join/about", **{"field.nickname": "Mia", "zone": "Europe/Berlin"})
    assert visitor.status == 422
    assert "Please tick this" in visitor.text
    assert 'value="Mia"' in visitor.text
    visitor.post("/join/about", **{"field.nickname": "Mia", "zone": "Europe/Berlin", "consent": "yes"})
    assert "How is today?" in visitor.text
    assert person is not None
    assert hub.kinds(person).count("Enrolled") == 1
    # The journal holds a reference; what was typed is kept apart.
    from microcare.store import journals

    kept = journals.load(person).state.fields["nickname"]
    assert kept != "Mia"
    assert people.identity(person).texts[str(kept)] == "Mia"


@pytest.mark.parametrize("code", ["nothing", "", "../../etc", "x" * 500])
def test_a_wrong_code_opens_nothing_and_says_so(visitor: Visitor, code: str) -> None:
    visitor.enter(code)
    assert visitor.status == 404
    assert "opens nothing" in visitor.text


@pytest.mark.parametrize(
    "path", ["/", "/need", "/journey", "/settings", "/settings/my-data.json", "/join/about", "/photo/t1"]
)
def test_nobody_gets_past_the_door(visitor: Visitor, path: str) -> None:
    answer = visitor.client.get(path)
    assert answer.status_code == 302
    assert answer["Location"] == "/join"


def test_signing_out_forgets_the_browser(ada: Ada) -> None:
    answer = ada.client.post("/leave")
    assert '"storage"' in answer["Clear-Site-Data"]
    assert "Type the code" in ada.get("/").text


# -- Today ------------------------------------------------------------------------------------------------------------


def test_questions_come_one_at_a_time_and_resume_elsewhere(ada: Ada) -> None:
    assert "How is today?" in ada.get().text
    ada.answer("3")
    assert "harming" in ada.text
    other = Visitor()
    assert "2 of 3" in other.enter(ada.code).text
    ada.get("/?at=a1&item=today")
    assert re.search(r'class="answer was" name="value" value="3"', ada.text)
    ada.answer("4")
    assert state_of(ada).assessments["a1"].answers["today"] == 4


def test_a_question_can_be_skipped_and_stays_unknown(ada: Ada) -> None:
    ada.get().do("How is today?", skip="1")
    assert state_of(ada).assessments["a1"].answers == {"today": None}


def test_a_risk_answer_shows_help_until_it_is_read_and_keeps_it_near(ada: Ada) -> None:
    ada.get().answer("3", "2")
    assert "Please call somebody now." in ada.text
    assert "Anything else?" not in ada.text
    alert = ada.form("I have read this")["alert"]
    ada.post("/help/seen", alert=alert)
    assert "what came of your answer" in ada.text
    assert "Anything else?" in ada.text
    assert "Please call somebody now." in ada.get("/help").text


def test_the_help_page_is_there_for_everybody(visitor: Visitor, ada: Ada) -> None:
    assert "emergency number" in visitor.get("/help").text
    shown = ada.get("/help").text
    assert "Please call somebody now." not in shown, "it is for those who gave a risk answer"
    assert 'href="tel:112"' in shown, "the number of where they are"


def test_an_event_is_done_put_off_and_put_away(hub: Hub) -> None:
    from microcare.care import clock
    from microcare.care.wake import wake_due

    hub.publish()
    ada = join("tea")
    hub.show("2026-03-02T08:00:30Z")
    wake_due(clock.now())
    ada.get()
    assert "Make a cup of tea." in ada.text
    delivery = ada.form("Not now")["delivery"]
    ada.do("In 1 hour", until=ada_until(ada.text))
    snoozed = state_of(ada).deliveries[delivery].snoozed
    assert 0 < snoozed - clock.now() <= HOUR
    assert "Put off" in ada.text
    ada.get(f"/?at={delivery}")
    ada.do("Not now")
    assert delivery not in state_of(ada).deliveries


def ada_until(text: str) -> str:
    """The moment behind a button."""
    found = re.search(r'name="until" value="(\d+)"', text)
    assert found is not None
    return found[1]


def test_it_can_be_put_off_to_a_time_of_ones_own(hub: Hub) -> None:
    from microcare.care import clock
    from microcare.care.wake import wake_due

    ada = join("tea")
    hub.show("2026-03-02T08:00:30Z")
    wake_due(clock.now())
    delivery = ada.get().form("Not now")["delivery"]
    ada.post("/do", kind="act", act="snoozed", delivery=delivery, key="my:snooze:1", clock="12:30")
    assert state_of(ada).deliveries[delivery].snoozed == moment("2026-03-02T11:30:00Z")
    ada.post("/do", kind="act", act="snoozed", delivery=delivery, key="my:snooze:2", clock="23:30")
    assert "could not be saved" in ada.text


def test_a_quiet_day_says_so_and_a_long_silence_is_welcomed_back(hub: Hub, ada: Ada) -> None:
    from microcare.care import clock
    from microcare.care.wake import wake_due

    ada.get().answer("4", "0", "")
    hub.show(clock.now() + 20 * DAY)
    for _ in range(300):
        if not wake_due(clock.now()).claimed:
            break
    assert "Good that you are here." in ada.get().text
    assert "backlog" not in ada.text


def test_a_report_is_answered_at_once(ada: Ada) -> None:
    ada.get("/need")
    assert "I would like to say something" in ada.text
    ada.do("I would like to say something", name="talk")
    assert "talk" in state_of(ada).reports


# -- All kinds of content and of questions ----------------------------------------------------------------------------


def test_every_kind_of_content_is_shown_with_the_persons_own_words(kinds: Ada) -> None:
    shown = kinds.get().text
    assert "Tea is a small pause, Ada *the first*." in shown
    assert "First a <b>short</b> text." in shown
    assert "<script>alert(1)" in shown  # the page is unescaped here; see the next test
    for words in (
        "About tea",
        "Open the tea app",
        "Write to the others",
        "<strong>two</strong>",
        "There is time until",
    ):
        assert words in shown
    assert shown.count("All at once") == 2, "in the page's title and as its heading, not a third time from the file"
    assert "https://example.org/x.png" not in shown


def test_what_authors_and_people_write_is_never_markup(kinds: Ada) -> None:
    raw = kinds.client.get("/").content.decode()
    assert "&lt;b&gt;short&lt;/b&gt;" in raw
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in raw
    assert "<script>alert" not in raw
    assert not re.search(r"<[^>]+\son[a-z]+=", raw)
    assert not re.search(r"<[^>]+\sstyle=", raw)


def test_a_timer_a_form_and_a_humans_part(kinds: Ada) -> None:
    from microcare.store import journals

    by_name = {d.name: key for key, d in journals.load(kinds.person).state.deliveries.items()}
    assert 'data-timer="60000"' in kinds.get(f"/?at={by_name['breathe']}").text
    assert "How many cups?" in kinds.get(f"/?at={by_name['diary']}").text
    kinds.answer("2", "good")
    assert not [d for d in state_of(kinds).deliveries.values() if d.name == "diary"]
    shown = kinds.get(f"/?at={by_name['call']}").text
    assert "You do not have to do anything." in shown
    assert "Call them about tea." not in shown.replace("Somebody will do this with you", "")


def test_a_photo_is_kept_and_shown_to_its_person_alone(kinds: Ada) -> None:
    from microcare.hub import entry
    from microcare.store import journals, texts

    by_name = {d.name: key for key, d in state_of(kinds).deliveries.items()}
    kinds.get(f"/?at={by_name['picture']}")
    from django.core.files.uploadedfile import SimpleUploadedFile

    kinds.do("A photo of your cup", photo=SimpleUploadedFile("cup.png", gallery.png(), "image/png"))
    staged = [x for _, x in journals.entries_of_kinds(kinds.person, ("staged",))]
    reference = next(
        x.detail.removeprefix("photo ") for x in staged if isinstance(x, entry.Staged) and x.detail.startswith("photo ")
    )
    kept = texts.kept(kinds.person, reference)
    assert kept is not None
    assert kept.media == "image/png"
    assert kinds.client.get(f"/photo/{reference}")["Content-Type"] == "image/png"
    other = join("gallery")
    assert other.client.get(f"/photo/{reference}").status_code == 404
    assert by_name["picture"] not in state_of(kinds).deliveries


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"GIF89a....", "a kind that is not taken"),
        (b"<svg onload=alert(1)>", "no photo"),
        (b"\xff\xd8\xff" + b"0" * 5_000_000, "too large"),
    ],
)
def test_what_is_no_photo_is_refused(kinds: Ada, body: bytes, why: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = kinds.client.post(
        "/photo", {"photo": SimpleUploadedFile("x.png", body, "image/png"), "key": "photo:key:1"}
    )
    assert answer.status_code == 400, why


def test_a_programs_files_are_for_those_who_are_signed_in(kinds: Ada, visitor: Visitor) -> None:
    found = re.search(r'src="(/media/[^"]+cup\.png)"', kinds.get().text)
    assert found is not None
    whole = kinds.client.get(found[1])
    assert whole["Content-Type"] == "image/png"
    assert whole["Content-Security-Policy"].endswith("sandbox")
    part = kinds.client.get(found[1], headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, whole.content[2:6])
    assert kinds.client.get(found[1], headers={"Range": "bytes=999999-"}).status_code == 416
    assert visitor.client.get(found[1]).status_code == 404
    for path in ("program.yaml", "secret.yaml.txt", "../../secret.key", "nothing.png"):
        assert kinds.client.get(found[1].replace("cup.png", path)).status_code == 404


def test_another_language_is_spoken_from_the_next_page_on(kinds: Ada) -> None:
    kinds.post("/settings", what="language", language="de")
    shown = kinds.get().text
    assert "Eine Tasse Tee" in shown
    assert "Eine Seite für" in shown
    assert "konnte nicht gespeichert werden" in kinds.post("/settings", what="language", language="xx").text


def test_the_journey_is_a_picture_and_a_list(kinds: Ada) -> None:
    picture = kinds.get("/journey").text
    assert "Where it leads: Tea every day" in picture
    assert "You set out: All kinds" in picture
    assert 'class="stone now"' in picture
    assert "Tea is a small pause" in picture
    listed = kinds.get("/journey?as=list").text
    assert listed.index("You set out") < listed.index("A cup of tea")
    assert "All at once: not done" in listed


# -- The batch endpoint -----------------------------------------------------------------------------------------------


def answering(key: str, value: str, **more: object) -> dict[str, object]:
    return {"kind": "answer", "key": key, "assessment": "a1", "item": "today", "value": value} | more


def test_a_repeat_is_nothing_new(ada: Ada) -> None:
    first = ada.stimuli(answering("answer:a1:today:1", "3")).json()
    assert first["saved"] == ["answer:a1:today:1"]
    again = ada.stimuli(answering("answer:a1:today:1", "0")).json()
    assert (again["saved"], again["known"], again["version"]) == ([], ["answer:a1:today:1"], first["version"])
    assert state_of(ada).assessments["a1"].answers == {"today": 3}


def test_the_devices_time_is_never_later_than_the_arrival_nor_before_the_question(hub: Hub, ada: Ada) -> None:
    from microcare.care import clock
    from microcare.hub import entry
    from microcare.store import journals

    for n, at in enumerate((clock.now() + DAY, 5, clock.now() - 40 * DAY)):
        ada.stimuli(answering(f"answer:key:{n}", "1", at=at))
    found = [x for _, x in journals.entries(ada.person) if isinstance(x, entry.Answered)]
    asked = state_of(ada).assessments["a1"].opened
    assert all(asked <= x.at <= x.received for x in found)
    assert len(found) == 3


def test_a_text_is_kept_apart_and_once(ada: Ada) -> None:
    from microcare.store import texts

    note = {"kind": "answer", "key": "answer:a1:note:1", "assessment": "a1", "item": "note", "value": "a secret"}
    for _ in range(3):
        ada.stimuli(note)
    assert list(texts.texts(ada.person).values()).count("a secret") == 1
    assert "a secret" not in ada.client.get("/settings/my-data.json").json()["state"].__str__()


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"kind": "answer", "key": "no"}, "its key is no key"),
        ({"kind": "time", "key": "time:key:1"}, "nothing of this kind"),
        ({"kind": "decide", "key": "decide:key:1"}, "nothing of this kind"),
        ({"kind": "act", "key": "act:key:1", "act": "approved", "delivery": "d1"}, "nothing of this kind can be done"),
        ({"kind": "act", "key": "act:key:2", "act": "done", "delivery": "d99"}, "it is over"),
        ({"kind": "receipt", "key": "receipt:1", "delivery": "d1", "stage": "accepted"}, "no such stage"),
        ({"kind": "zone", "key": "zone:key:1", "zone": "Mars/Crater"}, "no such time zone"),
        (answering("answer:key:x", "9"), "not a whole number from 0 to 4"),
        (answering("answer:key:y", "many"), "not a number"),
        (answering("answer:key:z", "x" * 20_001), "too long"),
        ({"kind": "answer", "key": "answer:key:a", "assessment": "a9", "item": "today", "value": "1"}, "over"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_changes_nothing(
    ada: Ada, wanted: dict[str, object], reason: str
) -> None:
    before = state_of(ada)
    answer = ada.stimuli(wanted)
    assert answer.status_code == 200
    assert reason in answer.json()["refused"][0]["reason"]
    assert state_of(ada).assessments == before.assessments


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"stimuli": 4}', b"\xff"])
def test_a_post_that_is_none_is_refused(ada: Ada, body: bytes) -> None:
    assert ada.client.post("/stimuli", body, content_type="application/json").status_code == 400


def test_what_cannot_be_read_is_refused_alone(ada: Ada) -> None:
    answer = ada.client.post("/stimuli", b'{"stimuli": [{"kind": 1}]}', content_type="application/json")
    assert answer.status_code == 200
    assert len(answer.json()["refused"]) == 1


def test_too_much_at_once_is_refused(ada: Ada) -> None:
    many = [answering(f"answer:many:{n}", "1") for n in range(201)]
    assert ada.stimuli(*many).status_code == 413
    assert ada.stimuli().json()["saved"] == []


def test_one_bad_thing_does_not_keep_the_others_out(ada: Ada) -> None:
    done = ada.stimuli({"kind": "report", "key": "report:1x", "name": "nope"}, answering("answer:key:1", "2")).json()
    assert done["saved"] == ["answer:key:1"]
    assert len(done["refused"]) == 1


def test_nothing_of_another_person_can_be_touched(hub: Hub, ada: Ada) -> None:
    other = join("tea")
    other.stimuli(answering("answer:key:1", "2"))
    assert state_of(ada).assessments["a1"].answers == {}
    assert state_of(other).assessments["a1"].answers == {"today": 2}


def test_every_post_needs_its_token(hub: Hub, ada: Ada) -> None:
    strict = Visitor(checks=True)
    strict.client.cookies = ada.client.cookies
    for path in ("/do", "/stimuli", "/photo", "/settings", "/help/seen", "/leave", "/demo", "/join"):
        assert strict.client.post(path, {}).status_code == 403, path


def test_the_version_is_cheap_to_ask_for(ada: Ada) -> None:
    first = ada.client.get("/version", headers={"Accept": "application/json"})
    assert int(first["X-Now"]) > 0
    same = ada.client.get("/version", headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    ada.stimuli(answering("answer:key:1", "2"))
    assert ada.client.get("/version", headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert Visitor().client.get("/version", headers={"Accept": "application/json"}).status_code == 401


def test_personal_pages_are_not_kept_and_load_nothing_from_elsewhere(ada: Ada) -> None:
    for path in ("/", "/need", "/journey", "/settings", "/help"):
        answer = ada.client.get(path)
        assert answer["Cache-Control"] == "no-store", path
        policy = answer["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        page = answer.content.decode()
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page), path


# -- Settings ---------------------------------------------------------------------------------------------------------


def test_a_pause_begins_and_ends(ada: Ada) -> None:
    assert "nothing is lost" in ada.post("/settings", what="pause", days="3").text
    assert "The program rests until" in ada.get().text
    ada.post("/settings", what="pause", days="0")
    assert "rests" not in ada.get().text
    assert "could not be saved" in ada.post("/settings", what="pause", days="9999").text


@pytest.mark.parametrize(
    ("posted", "quiet"),
    [
        ({"begin": "21:00", "end": "08:00"}, "21:00-08:00"),
        ({"begin": "21:00", "end": "21:00"}, None),
        ({"begin": "x"}, None),
    ],
)
def test_quiet_hours_of_ones_own(ada: Ada, posted: dict[str, str], quiet: str | None) -> None:
    ada.post("/settings", what="quiet", **posted)
    assert state_of(ada).quiet == quiet


def test_what_is_not_for_me_can_be_taken_back(kinds: Ada) -> None:
    kinds.post("/settings", what="like", intervention="tea", liked="-1")
    assert state_of(kinds).likes["tea"] == -1
    assert "A cup of tea" in kinds.get("/settings").text
    kinds.post("/settings", what="like", intervention="tea", liked="0")
    assert state_of(kinds).likes["tea"] == 0


def test_details_are_changed_and_personal_texts_kept_apart(kinds: Ada) -> None:
    kinds.post(
        "/settings", what="details", **{"field.nickname": "Zoe", "field.cup": "small", "field.likes_tea": "false"}
    )
    state = state_of(kinds)
    assert state.fields["cup"] == "small"
    assert state.fields["likes_tea"] is False
    assert state.fields["nickname"] != "Zoe"
    assert "Tea is a small pause, Zoe." in kinds.get().text
    assert "could not be saved" in kinds.post("/settings", what="details", **{"field.cup": "none"}).text


def test_name_and_mail(ada: Ada) -> None:
    from microcare.store import people

    ada.post("/settings", what="contact", name="Ada L.", email="new@home.test")
    assert people.identity(ada.person).email == "new@home.test"
    assert "not an e-mail address" in ada.post("/settings", what="contact", name="", email="nobody").text


def test_all_that_is_kept_can_be_taken_along(kinds: Ada) -> None:
    answer = kinds.client.get("/settings/my-data.json")
    assert "attachment" in answer["Content-Disposition"]
    data = answer.json()
    assert data["name"] == "Ada"
    assert "a secret note" in data["texts"].values()
    assert [x["kind"] for x in data["journal"]].count("enrolled") == 1


def test_leaving_needs_to_be_sure_and_to_choose_what_is_kept(ada: Ada) -> None:
    from microcare.store import people

    for given in ({}, {"sure": "yes"}, {"kept": "keep"}, {"sure": "yes", "kept": "x"}):
        assert "tick that you are sure" in ada.post("/settings/leave", **given).text
    assert state_of(ada).courses
    ada.post("/settings/leave", sure="yes", kept="keep")
    assert not state_of(ada).courses
    assert "You have left the program" in ada.get().text
    assert people.identity(ada.person).name == "Ada"
    ada.post("/settings/leave", sure="yes", kept="erase")
    assert people.identity(ada.person).name == ""
    assert "Type the code" in ada.get().text


# -- The app on the phone, and the demo -------------------------------------------------------------------------------


def test_the_app_can_be_put_on_a_home_screen(visitor: Visitor) -> None:
    manifest = visitor.client.get("/manifest.webmanifest").json()
    sizes = {icon["sizes"] for icon in manifest["icons"] if "maskable" in icon["purpose"]}
    assert sizes == {"192x192", "512x512"}
    for icon in manifest["icons"]:
        answer = visitor.client.get(icon["src"])
        body = b"".join(answer)
        answer.close()
        assert body.startswith(b"\x89PNG")
    worker = visitor.client.get("/sw.js")
    assert worker["Content-Type"].startswith("text/javascript")
    names = re.findall(r'"(/static/[^"]+)"', worker.content.decode())
    assert "/static/microcare/app.js" in names
    for name in names:
        answer = visitor.client.get(name.partition("?")[0])
        answer.close()
        assert answer.status_code == 200
    assert "SHELL_" not in worker.content.decode()


def test_only_a_demo_moves_its_clock(hub: Hub, ada: Ada) -> None:
    from microcare.care import clock
    from microcare.store import deployment

    before = clock.now()
    ada.post("/demo", to="tomorrow")
    assert 0 < clock.now() - before < 2 * DAY
    deployment.put("demo", "0")
    assert ada.client.post("/demo", {"to": "week"}).status_code == 404
    assert "1 hour on" not in ada.get().text
