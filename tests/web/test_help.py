"""Help says only what is so: who was told, when, and whether any way worked; numbers first; no dead ends."""

import re
from collections.abc import Callable, Iterator, Mapping

import pytest

from microcare.care.deliver import deliver_due
from microcare.channels.channel import Channel
from microcare.channels.email import Email, parse_server
from microcare.channels.in_app import InApp
from tests.live import START, TEA, Hub, moment
from tests.smtp_sink import Sink, smtp_sink
from tests.web.conftest import Ada, Visitor, join
from tests.web.test_desk import Desk

T = moment(START)
MINUTE = 60_000
HELP = """help:
  numbers:
    - {title: Telefonseelsorge, call: "0800 111 0 111", where: [DE], hours: at any hour}
    - {title: Lifeline, call: "988", text: "988", where: [US]}
  say: Go where somebody is.
rosters:
  on_duty: {title: the nurses, people: [duty@clinic.test], hours: Monday to Friday, days: [monday], between: "09:00-17:00"}
  lead: {people: [lead@clinic.test], hours: always}
"""
WITH_HELP = TEA[: TEA.index("rosters:")] + HELP + TEA[TEA.index("interventions:") :]
CLAIM = re.compile(
    r"(?<!Nobody )(?<!anybody who )(?:has|have) been told|(?:have|has) told|(?:were|was) told|message about your answer went"
)
"""What no page may say while nobody was reached."""


@pytest.fixture
def desk(hub: Hub) -> Desk:
    """A facilitator's browser, signed in."""
    from microcare.care.accounts import make_facilitator

    return Desk(make_facilitator("carla")).sign_in()


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A mail server."""
    with smtp_sink() as running:
        yield running


@pytest.fixture
def worried(hub: Hub) -> Ada:
    """Ada, who has just given a risk answer; nothing has been delivered yet."""
    hub.publish(WITH_HELP)
    one = join("tea")
    one.get().answer("3", "2")
    return one


def mail(sink: Sink | None) -> Mapping[str, Channel]:
    """The ways there are: with this mail server, or with none set up."""
    server = parse_server(sink.url) if sink is not None else None
    return {"in_app": InApp(), "email": Email(server, "care@clinic.test", timeout=1.0)}


def deliver(hub: Hub, sink: Sink | None, minutes: int) -> None:
    """The worker does what it does, so many minutes after the beginning."""
    hub.show(T + minutes * MINUTE)
    deliver_due(T + minutes * MINUTE, mail(sink), "http://clinic.test")


def everywhere(ada: Ada) -> str:
    """All that the person's pages say."""
    return " ".join(ada.get(path).text for path in ("/", "/help", "/settings", "/settings/data", "/journey", "/need"))


def test_while_it_is_not_known_the_page_says_that_it_is_tried(hub: Hub, worried: Ada) -> None:
    shown = worried.get("/help").text
    assert "We are trying to tell the nurses. We do not know yet whether it works." in shown
    assert not CLAIM.findall(everywhere(worried))
    hub.show(T + 10 * MINUTE)
    assert "We do not know of anybody who has been told of your answer." in worried.get("/help").text


def test_without_a_mail_server_nobody_has_been_told_anywhere(hub: Hub, worried: Ada, desk: Desk) -> None:
    deliver(hub, None, 1)
    shown = worried.get("/").text
    assert "reached nobody. We keep trying. Please do not wait for it: call." in shown
    assert shown.index('href="tel:112"') < shown.index("reached nobody") < shown.index("Please call somebody now.")
    worried.do("in danger now", value="yes")
    deliver(hub, None, 2)
    worried.do("call you as soon", value="yes", phone="+49 171 2345678")
    deliver(hub, None, 3)
    pages = everywhere(worried)
    assert not CLAIM.findall(pages)
    assert "We could not tell them that you want a call. It stands on their desk." in pages
    listed, page = desk.page("/desk/"), desk.page(f"/desk/people/{worried.person}?show=alerted")
    assert "the alert reached nobody" in listed
    assert "Reached nobody: no message to staff has got through since 2026-03-02 08:01." in page
    assert "no mail server is set up" in page
    assert "nobody could be told" in page, "the journal says it"
    assert not CLAIM.findall(page)


def test_whom_a_message_reached_and_when_is_said(hub: Hub, worried: Ada, desk: Desk, sink: Sink) -> None:
    deliver(hub, sink, 1)
    assert "A message about your answer went to the nurses (8:01 am)." in worried.get("/help").text
    assert "A message went to: on_duty (2026-03-02 08:01)." in desk.page(f"/desk/people/{worried.person}")
    assert "reached nobody" not in desk.page("/desk/")
    worried.do("in danger now", value="unsure")
    assert "We are trying to tell them that it is urgent." in worried.get("/help").text
    deliver(hub, sink, 2)
    assert "They were sent word that it is urgent (8:02 am)." in worried.get("/help").text
    assert [str(m["Subject"]) for _, m in sink.mails][-1] == "Urgent: an alert needs you"
    assert "It is urgent." in str(sink.mails[-1][1].get_payload())


@pytest.mark.parametrize(
    ("fault", "said"),
    [("refuse_recipient", "reached nobody"), ("hang_up", "reached nobody"),
     ("silent_after_text", "Nobody can say whether the message arrived.")],
)  # fmt: skip
def test_what_a_mail_server_does_is_said_as_it_is(hub: Hub, worried: Ada, sink: Sink, fault: str, said: str) -> None:
    sink.fault = fault
    deliver(hub, sink, 1)
    shown = worried.get("/help").text
    assert said in shown
    assert not CLAIM.findall(shown)
    sink.fault = ""
    deliver(hub, sink, 30)
    assert "A message about your answer went to the nurses" in worried.get("/help").text


def test_what_came_of_it_is_entered_once_and_is_replayed(hub: Hub, worried: Ada) -> None:
    from microcare.care.verify import verify
    from microcare.hub.entry import Notified
    from microcare.store import journals

    for minutes in (1, 2, 4, 8, 20):
        deliver(hub, None, minutes)
    entered = [e for _, e in journals.entries(worried.person) if isinstance(e, Notified)]
    assert [e.result for e in entered] == ["nobody"]
    assert verify(worried.person).good


def test_whoever_takes_it_on_is_what_the_page_says_then(hub: Hub, worried: Ada, desk: Desk) -> None:
    deliver(hub, None, 1)
    desk.do(worried.person, deed="acknowledge", id="alert1")
    assert "Somebody of the team has seen your answer and takes care of it." in worried.get("/help").text
    assert "reached nobody" not in desk.page("/desk/")
    worried.do("in danger now", value="yes")
    assert "Somebody of the team has seen your answer (8:01 am)." in worried.get("/help").text


def test_help_says_nothing_of_an_answer_that_was_not_given(hub: Hub) -> None:
    hub.publish(WITH_HELP)
    shown = join("tea").get("/help").text
    assert "Please call somebody now." not in shown
    assert "your answer" not in shown.split('id="help-unsent"')[0]
    parts = ["tel:112", "Telefonseelsorge", "My own plan", "Go where somebody is.", "The nurses", "not there now"]
    places = [shown.index(part) for part in parts]
    assert places == sorted(places), "numbers first, then one's own plan, then who is there"
    assert "Lifeline" not in shown, "it does not work where they are"


@pytest.mark.parametrize("program", ["mood", "parenting", "veterans"])
def test_shipped_programs_claim_nothing(hub: Hub, program: str) -> None:
    from microcare.care.demonstration import find_program
    from microcare.care.enroll import every_consent
    from microcare.care.helping import help_of, rule_texts
    from microcare.care.publish import publish
    from microcare.care.reading import read_person
    from microcare.program.checks.claims import answer_in, claim_in

    done = publish(find_program(program))
    assert not [i for i in done.issues if i.code in ("claims_told", "claims_answer", "no_help_page")]
    person = read_person(join(program, consents=every_consent(program)).person, T)
    assert [text for _, text in rule_texts(person)]
    assert not [text for _, text in rule_texts(person) if claim_in(text)]
    assert help_of(person).text
    assert not [text for text in help_of(person).text if claim_in(text) or answer_in(text)]


# -- Please call me ---------------------------------------------------------------------------------------------------


def test_a_wish_to_be_called_asks_for_the_number_confirms_it_and_stands_on_the_desk(
    hub: Hub, worried: Ada, desk: Desk
) -> None:
    worried.get("/help").do("in danger now", value="no")
    worried.do("call you as soon", value="yes", phone="")
    assert "You want to be called. At which number?" in worried.text
    listed = desk.page("/desk/")
    assert "wants to be called" in listed
    assert "may be in danger" not in listed, "a wish to be called does not say so"
    assert "no number yet" in desk.page(f"/desk/people/{worried.person}")
    worried.do("At which number", value="yes", phone="call me")
    assert "this is not a phone number" in worried.text
    assert "At which number" in worried.text
    worried.do("At which number", value="yes", phone="0171 2345678")
    assert "You asked to be called at <b>0171 2345678</b>." in worried.text
    page = desk.page(f"/desk/people/{worried.person}")
    assert 'href="tel:01712345678"' in page
    worried.do("Save this number", value="yes", phone="0171 99")
    worried.do("Save this number", value="yes", phone="+49 30 123456")
    assert "+49 30 123456" in worried.text
    assert "+49 30 123456" in desk.page(f"/desk/people/{worried.person}")


def test_the_number_on_file_is_shown_and_seen_by_nobody_who_was_not_asked_to_call(
    hub: Hub, worried: Ada, desk: Desk
) -> None:
    worried.post("/settings", what="contact", name="Ada", email="ada@home.test", phone="0171 2345678")
    assert "0171 2345678" not in desk.page(f"/desk/people/{worried.person}")
    worried.get("/help").do("in danger now", value="yes")
    assert 'value="0171 2345678"' in worried.text
    worried.do("call you as soon", value="no")
    assert "0171 2345678" not in desk.page(f"/desk/people/{worried.person}")
    assert "I want to be called after all" in worried.text, "a no is no dead end"


def test_what_was_said_can_become_more_urgent_at_any_time(hub: Hub, worried: Ada, desk: Desk) -> None:
    worried.get("/help").do("in danger now", value="no")
    worried.do("call you as soon", value="no")
    assert "It has become more urgent" in worried.text
    worried.do("in danger now", value="yes")
    worried.do("in danger now", value="no")
    assert "may be in danger now" in desk.page("/desk/"), "denying it takes nothing back"


def test_a_number_is_kept_as_other_words_are(hub: Hub, worried: Ada) -> None:
    from microcare.care.withdraw import erase
    from microcare.store import journals

    worried.post("/settings", what="contact", name="Ada", email="", phone="0171 2345678")
    assert "0171 2345678" in worried.get("/settings/data").text
    assert "0171 2345678" not in str([e for _, e in journals.entries(worried.person)])
    erase(worried.person)
    assert "0171" not in str(journals.load(worried.person).state)


# -- Where somebody is ------------------------------------------------------------------------------------------------


def _signed_in(zone: str) -> Visitor:
    from microcare.care.enroll import enroll

    joined = enroll("tea", zone=zone, name="Ada")
    one = Ada()
    one.person = joined.person
    return one.enter(joined.code)


def _nobody(zone: str) -> Visitor:
    return Visitor()


@pytest.mark.parametrize("visit", [_signed_in, _nobody])
def test_where_the_country_is_not_known_it_is_asked_and_remembered(hub: Hub, visit: Callable[[str], Visitor]) -> None:
    hub.publish(WITH_HELP)
    one = visit("UTC")
    shown = one.get("/help").text
    assert shown.index("tel:112") < shown.index("Which country are you in?")
    assert one.post("/help/country", country="Atlantis").get("/help").text.count("Which country are you in?") == 1
    shown = one.post("/help/country", country="GB").text
    assert "Call 999" in shown
    assert "Which country are you in?" not in shown
    assert "Call 999" in one.get("/help").text


def test_a_country_that_the_zone_contradicts_shows_both_numbers(hub: Hub) -> None:
    one = _signed_in("Europe/Berlin")
    one.post("/settings", what="country", country="US")
    shown = one.get("/help").text
    assert shown.index("Call 911") < shown.index("Call 112")
    one.post("/settings", what="country", country="")
    assert "Call 911" not in one.get("/help").text
