"""What belongs to the person: every control within two taps, what they agreed to, what is kept, who sees it, leaving."""

import csv
import io
import re
import zipfile
from typing import Any

import pytest

from microcare.hub import entry as e
from microcare.store import journals
from tests.live import TEA, Hub
from tests.web.conftest import Ada, Visitor, join, state_of

CONSENT = """
consent:
  care: {title: The care, text: What you answer decides what comes next., covers: care}
  mail: {title: Mail, text: A mail says that something waits., covers: contact}
  studies: {title: Research, text: Under a number., covers: research}
"""
CONTROLS = {
    "quiet hours": 'name="what" value="quiet"',
    "days": 'name="what" value="days"',
    "channels": 'name="what" value="channels"',
    "language": 'name="what" value="language"',
    "pause": 'name="what" value="pause"',
    "snooze": 'value="snoozed"',
    "not for me": 'name="what" value="like"',
    "why this": "Why this?",
    "my data, to read": "What you answered",
    "my data, JSON": 'href="/settings/my-data.json"',
    "my data, CSV": 'href="/settings/my-data.zip"',
    "withdraw": 'name="kept" value="erase"',
    "who sees what": "On the lock screen",
    "help": "Help now",
}


def versioned(version: int) -> str:
    """The tea program with purposes, the care's in a version."""
    return TEA + CONSENT.replace("covers: care", f"covers: care, version: {version}")


@pytest.mark.parametrize("control", CONTROLS)
def test_every_control_is_within_two_taps(kinds: Ada, control: str) -> None:
    page, seen = kinds.get("/").text, set[str]()
    level = [("/", page)]
    for _tap in range(2):
        links = [link for _, text in level for link in re.findall(r'href="(/[^"#]*)"', text) if "static" not in link]
        level = [
            (link, kinds.get(link).text) for link in dict.fromkeys(links) if link not in seen and "my-data" not in link
        ]
        seen |= {link for link, _ in level}
        if any(CONTROLS[control] in text for text in [page, *(text for _, text in level)]):
            return
    pytest.fail(f"{control} is further away")


def test_days_off(ada: Ada) -> None:
    ada.post("/settings", what="days", day=["monday", "sunday"])
    assert state_of(ada).days_off == (0, 6)
    assert re.search(r'value="sunday" checked', ada.text)
    week = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    assert "one day must be left" in ada.post("/settings", what="days", day=week).text
    ada.post("/settings", what="days")
    assert state_of(ada).days_off == ()


def test_channels(ada: Ada) -> None:
    assert "Mail" in ada.get("/settings").text
    ada.post("/settings", what="channels")
    assert state_of(ada).channels_off == ("push", "email")
    ada.post("/settings", what="channels", channel=["email"])
    assert state_of(ada).channels_off == ("push",)


def test_nobody_joins_without_consent_to_the_care(hub: Hub) -> None:
    from microcare.care.enroll import CannotJoinError, enroll, invite

    hub.publish(versioned(1))
    with pytest.raises(CannotJoinError, match="agreed to care"):
        enroll("tea", zone="UTC")
    one = Visitor()
    one.enter(invite("tea"))
    assert one.text.count('name="agree"') == 3
    assert not re.search(r'name="agree"[^>]*checked', one.text), "nothing is ticked for them"
    refused = one.post("/join/about", consent="yes", zone="UTC", agree=["mail"])
    assert "you cannot take part" in refused.text
    assert re.search(r'value="mail" checked', refused.text)
    one.post("/join/about", consent="yes", zone="UTC", agree=["care", "mail"])
    assert "Today" in one.text or "Good" in one.text


def consenting(hub: Hub) -> Ada:
    """Somebody who agreed to the care."""
    hub.publish(versioned(1))
    return join("tea", consents={"care": 1})


def test_what_was_agreed_to_is_given_and_taken_back(hub: Hub) -> None:
    ada = consenting(hub)
    assert state_of(ada).consents == {"tea.care": 1}
    ada.get("/settings/consent")
    assert ada.text.count("You agreed to this.") == 1
    ada.post("/settings/consent", purpose="tea.mail", give="yes")
    assert state_of(ada).consents == {"tea.care": 1, "tea.mail": 1}
    ada.post("/settings/consent", purpose="tea.mail", give="no")
    assert state_of(ada).consents == {"tea.care": 1, "tea.mail": 0}
    assert "There is no such consent" in ada.post("/settings/consent", purpose="tea.other", give="yes").text
    said = [x for _, x in journals.entries(ada.person) if isinstance(x, e.Set)]
    assert [(x.name, x.value) for x in said] == [("consent.tea.mail", 1), ("consent.tea.mail", 0)]


def test_without_consent_nothing_leaves_the_app(hub: Hub) -> None:
    from microcare.care.wake import wake_due
    from tests.live import moment

    ada = consenting(hub)
    wake_due(moment("2026-03-02T08:00:00Z"))
    [event] = [x for _, x in journals.entries(ada.person) if isinstance(x, e.Delivered) and x.what == "event"]
    assert [channel for channel, _ in event.channels] == ["in_app"]


def test_a_changed_text_is_asked_again_and_care_goes_on_as_agreed_until_then(hub: Hub) -> None:
    from microcare.care.facilitate import move

    ada = consenting(hub)
    old = state_of(ada).courses["tea"].version
    new = hub.publish(versioned(2))
    assert old != new
    move(ada.person, "tea", new)
    assert state_of(ada).courses["tea"].version == old
    assert "What you agreed to has changed" in ada.get("/").text
    assert "This text has changed" in ada.get("/settings/consent").text
    ada.post("/settings/consent", purpose="tea.care", give="yes")
    assert state_of(ada).courses["tea"].version == new
    assert "What you agreed to has changed" not in ada.get("/").text


def test_who_takes_the_care_back_leaves(hub: Hub) -> None:
    from microcare.care.settings import set_value

    ada = consenting(hub)
    assert 'href="/settings/leave"' in ada.get("/settings/consent").text
    set_value(ada.person, "consent.tea.care", 0)
    assert not state_of(ada).courses


def test_my_data_is_readable_and_whole(kinds: Ada) -> None:
    page = kinds.get("/settings/data").text
    for words in ("How is today", "3 ", "a secret note", "A cup of tea", "7.5", "Yes"):
        assert words in page, words
    assert "rule_index" not in page


def test_my_data_as_tables(kinds: Ada) -> None:
    answer = kinds.client.get("/settings/my-data.zip")
    assert "attachment" in answer["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        found: dict[str, list[list[str]]] = {
            name: list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig")))) for name in archive.namelist()
        }
    assert found["about.csv"][1] == ["Ada", "ada@home.test"]
    given = {row[2]: row[3] for row in found["answers.csv"][1:]}
    assert given["Anything else?"] == "a secret note"
    assert len(given) == 6
    assert found["settings.csv"][1][1:] == ["joined", "All kinds; nickname: Ada *the first*"]
    assert kinds.client.get("/settings/my-data.xml").status_code == 404


@pytest.mark.parametrize("words", ["=HYPERLINK(1)", "+1", "-1", "@x", "\tx"])
def test_a_spreadsheet_runs_nothing_of_it(words: str) -> None:
    from microcare.base import cells

    assert cells.safe(words) == f"'{words}"
    assert cells.safe("a=1") == "a=1"
    assert cells.safe(-1) == -1


def test_who_sees_what_follows_the_roles(ada: Ada) -> None:
    from microcare.care.accounts import make_facilitator

    assert "Coaches" not in ada.get("/settings/who").text
    make_facilitator("carla", roles=["coach"], program="tea")
    make_facilitator("cora", roles=["coach"], program="elsewhere")
    make_facilitator("anna", roles=["analyst"])
    shown: Any = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", ada.get("/settings/who").text))
    assert "Coaches 1 person" in shown
    assert "Analysts 1 person" in shown
    assert "Clinicians" not in shown
