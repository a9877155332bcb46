"""Delivery against a real mail server: one mail a prompt, nothing of the past, nothing after a pause; staff until they act."""

from collections import Counter

import pytest

from microcare.care import facilitate, settings
from microcare.care.deliver import deliver_due
from microcare.care.receive import receive
from microcare.care.verify import verify
from microcare.care.wake import wake_due
from microcare.care.withdraw import erase, withdraw
from microcare.channels.channel import Channel
from microcare.channels.email import Email, parse_server
from microcare.channels.in_app import InApp
from microcare.hub import entry, stimulus
from microcare.store import journals, outbox
from tests.live import DAY, HOUR, START, TEA, Hub, moment
from tests.smtp_sink import Sink, smtp_sink

T = moment(START)
NINE = moment("2026-03-02T08:00:00Z")
ELEVEN = NINE + 2 * HOUR
MINUTE = 60_000


def ways(sink: Sink) -> dict[str, Channel]:
    return {"in_app": InApp(), "email": Email(parse_server(sink.url), "care@clinic.test", timeout=2.0)}


def run_until(hub: Hub, sink: Sink, *moments: int) -> None:
    """Let the clock show one moment after the other, and the workers do what they do."""
    for shown in moments:
        hub.show(shown)
        for _ in range(20):
            if not wake_due(shown).claimed + deliver_due(shown, ways(sink), "http://clinic.test").looked:
                break


def quiet_person(hub: Hub, email: str = "ada@home.test") -> str:
    """A person whose first questionnaire is out of the way, so that only the daily prompt is left."""
    person = hub.join(email=email)
    receive(person, [stimulus.Act(key="seen", at=T, delivery="d1", act="done")])
    return person


def statuses(person: str) -> Counter[tuple[str, str]]:
    return Counter((getattr(o.effect, "channel", type(o.effect).__name__), o.status) for o in outbox.of(person))


def test_a_prompt_goes_to_the_app_and_then_one_mail_goes_out(hub: Hub) -> None:
    with smtp_sink() as sink:
        person = quiet_person(hub)
        run_until(hub, sink, NINE, ELEVEN - 1, ELEVEN, ELEVEN + MINUTE, ELEVEN + HOUR)
        assert statuses(person) == {("in_app", "accepted"): 1, ("email", "accepted"): 1}
        [(to, mail)] = sink.mails
    assert to == "ada@home.test"
    assert "tea" not in mail.as_string().lower()
    assert "http://clinic.test/" in str(mail.get_payload())
    stages = [(e.channel, e.stage) for _, e in journals.entries(person) if isinstance(e, entry.Staged)]
    assert stages == [("in_app", "accepted"), ("email", "handed_over"), ("email", "accepted")]
    assert verify(person).good


def test_who_opened_it_in_the_app_gets_no_mail(hub: Hub) -> None:
    with smtp_sink() as sink:
        person = quiet_person(hub)
        run_until(hub, sink, NINE)
        receive(person, [stimulus.Receipt(key="o", at=NINE, delivery="d2", stage="opened")])
        run_until(hub, sink, ELEVEN, ELEVEN + HOUR)
        assert sink.mails == []


def _stop_pause(person: str) -> None:
    settings.pause(person, ELEVEN + DAY)


def _stop_withdraw(person: str) -> None:
    withdraw(person)


def _stop_alert(person: str) -> None:
    receive(person, [stimulus.Answer(key="risk", at=T, assessment="a1", item="harm", value=3)])


def _stop_done(person: str) -> None:
    receive(person, [stimulus.Act(key="done", at=ELEVEN, delivery="d2", act="done")])


@pytest.mark.parametrize(
    ("stop", "reason"),
    [
        (_stop_pause, "paused"),
        (_stop_withdraw, "withdrawn"),
        (_stop_alert, "safety hold"),
        (_stop_done, ""),
    ],
)
def test_what_stops_a_delivery_stops_a_prompt_that_already_waits_in_the_outbox(
    hub: Hub, stop: object, reason: str
) -> None:
    assert callable(stop)
    with smtp_sink() as sink:
        person = quiet_person(hub)
        run_until(hub, sink, NINE)
        hub.show(ELEVEN)
        wake_due(ELEVEN)
        assert statuses(person)[("email", "pending")] == 1
        stop(person)
        run_until(hub, sink, ELEVEN + 1000, ELEVEN + MINUTE)
        assert [to for to, _ in sink.mails if to == "ada@home.test"] == []
    held = next(o for o in outbox.of(person) if getattr(o.effect, "channel", "") == "email")
    assert held.status == "cancelled"
    assert held.told
    assert not reason or held.detail == reason
    failed = [e for _, e in journals.entries(person) if isinstance(e, entry.Staged) and e.stage == "failed"]
    assert len(failed) == 1
    assert verify(person).good


def test_a_week_of_standstill_sends_nothing_of_the_past(hub: Hub) -> None:
    with smtp_sink() as sink:
        person = quiet_person(hub)
        run_until(hub, sink, NINE)
        hub.show(ELEVEN)
        wake_due(ELEVEN)
        assert statuses(person)[("email", "pending")] == 1
        run_until(hub, sink, ELEVEN + 7 * DAY + 5 * HOUR)
        assert sink.mails == []
    late = next(o for o in outbox.of(person) if getattr(o.effect, "channel", "") == "email")
    assert late.status == "expired"
    assert late.told
    decided = [e.outcome for _, e in journals.entries(person) if isinstance(e, entry.Decided)]
    assert decided == ["decided", *["missed"] * 7]
    assert verify(person).good


def test_what_an_outage_pushes_into_quiet_hours_waits_for_their_end(hub: Hub) -> None:
    hub.publish(TEA.replace("expires: 6h", "expires: 30h").replace("22:00-07:00", "12:00-18:00"))
    with smtp_sink() as sink:
        person = quiet_person(hub)
        run_until(hub, sink, NINE)
        hub.show(ELEVEN)
        wake_due(ELEVEN)
        run_until(hub, sink, ELEVEN + 3 * HOUR)
        assert sink.mails == []
        run_until(hub, sink, moment("2026-03-02T17:00:01Z"))
        assert len(sink.mails) == 1
    assert statuses(person)[("email", "accepted")] == 1


@pytest.mark.parametrize(
    ("fault", "status", "sent"),
    [("refuse_recipient", "failed", 0), ("silent_after_text", "unclear", 1)],
)
def test_a_prompt_is_attempted_once(hub: Hub, fault: str, status: str, sent: int) -> None:
    with smtp_sink() as sink:
        person = quiet_person(hub)
        sink.fault = fault
        run_until(hub, sink, NINE, ELEVEN)
        sink.fault = ""
        run_until(hub, sink, ELEVEN + MINUTE, ELEVEN + 5 * MINUTE, ELEVEN + HOUR)
        assert len(sink.mails) == sent
    assert statuses(person)[("email", status)] == 1


def test_who_has_no_address_gets_no_mail(hub: Hub) -> None:
    with smtp_sink() as sink:
        person = quiet_person(hub, email="")
        run_until(hub, sink, NINE, ELEVEN)
        assert sink.mails == []
    assert statuses(person)[("email", "failed")] == 1


def _at_risk(hub: Hub) -> str:
    person = hub.join()
    receive(person, [stimulus.Answer(key="risk", at=T, assessment="a1", item="harm", value=3)])
    return person


def test_staff_are_told_until_somebody_takes_the_alert_on(hub: Hub) -> None:
    with smtp_sink() as sink:
        person = _at_risk(hub)
        run_until(hub, sink, T + 1000)
        assert [to for to, _ in sink.mails] == ["duty@clinic.test"]
        told = str(sink.mails[0][1]["subject"]) + str(sink.mails[0][1].get_payload())
        assert "ada" not in told.lower()
        minutes = [5, 10, 16, 17, 31, 32, 46, 47]
        run_until(hub, sink, *(T + m * MINUTE for m in minutes))
        assert {to for to, _ in sink.mails[1:]} == {"lead@clinic.test"}
        assert len(sink.mails) >= 3
        count = len(sink.mails)
        facilitate.acknowledge(person, "alert1", by="Bo")
        run_until(hub, sink, *(T + h * HOUR for h in range(1, 30)))
        assert len(sink.mails) == count, "nobody is told once somebody has taken it on"
        keys = [mail["Message-ID"] for _, mail in sink.mails]
        assert len(set(keys)) == len(keys)
    assert set(statuses(person)) >= {("Notify", "acknowledged"), ("Help", "accepted")}
    assert not [o for o in outbox.of(person) if o.once == "at_least" and o.next_try is not None]


def test_a_notice_to_staff_is_repeated_until_the_server_takes_it(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    with smtp_sink() as sink:
        _at_risk(hub)
        sink.fault = "hang_up"
        run_until(hub, sink, T + 1000, T + 2 * MINUTE, T + 5 * MINUTE)
        assert sink.mails == []
        assert "reached nobody" in caplog.text
        sink.fault = "silent_after_text"
        run_until(hub, sink, T + 10 * MINUTE)
        sink.fault = ""
        run_until(hub, sink, T + 14 * MINUTE, T + 14 * MINUTE + 50_000)
        run_until(hub, sink, T + 15 * MINUTE + 30_000, T + 19 * MINUTE)
        duty = [str(mail["Message-ID"]) for to, mail in sink.mails if to == "duty@clinic.test"]
        assert len(duty) >= 2
        assert len(set(duty)) == 1, "a repeat bears the same key"


def test_an_alert_is_repeated_even_where_the_persons_program_fails(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine cannot escalate then; the outbox reminds by itself."""
    from microcare.care import wake as waking

    def broken(*_: object) -> None:
        raise RuntimeError("a fault in a program")

    with smtp_sink() as sink:
        _at_risk(hub)
        monkeypatch.setattr(waking, "wake", broken)
        run_until(hub, sink, T + 1000, *(T + m * 10 * MINUTE for m in range(1, 13)))
        assert [to for to, _ in sink.mails] == ["duty@clinic.test"] * 3
        assert "Still open" in str(sink.mails[1][1]["Subject"])


def test_nothing_is_sent_after_erasure(hub: Hub) -> None:
    with smtp_sink() as sink:
        person = quiet_person(hub)
        run_until(hub, sink, NINE)
        hub.show(ELEVEN)
        wake_due(ELEVEN)
        erase(person)
        run_until(hub, sink, ELEVEN + 1000, ELEVEN + DAY)
        assert sink.mails == []
    assert verify(person).good


def test_after_a_restore_nothing_that_waited_is_sent(hub: Hub) -> None:
    with smtp_sink() as sink:
        person = quiet_person(hub)
        run_until(hub, sink, NINE)
        hub.show(ELEVEN)
        wake_due(ELEVEN)
        assert outbox.after_restore(NINE, ELEVEN) == 1
        run_until(hub, sink, ELEVEN + 1000, ELEVEN + HOUR)
        assert sink.mails == []
    assert statuses(person)[("email", "unclear")] == 1


def test_receipts_that_cannot_be_taken_are_told_later(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    from microcare.care import deliver

    def broken(*_: object) -> None:
        raise RuntimeError("the database is away")

    with smtp_sink() as sink:
        person = quiet_person(hub)
        monkeypatch.setattr(deliver, "receive", broken)
        run_until(hub, sink, NINE)
        waiting = next(o for o in outbox.of(person) if getattr(o.effect, "channel", "") == "in_app")
        assert (waiting.status, waiting.told) == ("accepted", False)
        monkeypatch.undo()
        run_until(hub, sink, NINE + 2 * MINUTE)
    assert all(o.told for o in outbox.of(person))
    assert [e.stage for _, e in journals.entries(person) if isinstance(e, entry.Staged)] == ["accepted"]


def _staff(name: str, role: str, program: str) -> None:
    from microcare.care.accounts import make_facilitator

    make_facilitator(name, f"{name}@clinic.test", roles=[role], program=program)


MODEL = "model: [{level: 1, goal: Calm, needs: {tense: {present: mood.today <= 0, interventions: [tea]}}}]\n"


@pytest.mark.parametrize(("mode", "told"), [("coach", "cora"), ("clinician", "clara")])
@pytest.mark.parametrize("what", ["proposal", "message", "check_in", "task"])
def test_staff_mail_goes_to_those_whose_role_and_program_it_concerns(hub: Hub, mode: str, told: str, what: str) -> None:
    from microcare.store import deployment

    deployment.put("demo", "1")
    task = "cup: {goal: trigger_desired_action, title: Tea, content: [{human: Make a cup of tea.}], expires: 6h}"
    text = TEA.replace("cup: {goal: trigger_desired_action, title: Tea, say: Make a cup of tea., expires: 6h}", task)
    hub.publish((text if what == "task" else TEA + MODEL) + f"facilitator: {mode}\n")
    for name, role, program in (
        ("cora", "coach", "tea"), ("clara", "clinician", "tea"), ("eve", "coach", "elsewhere"), ("erik", "clinician", "elsewhere"),
        ("dora", "designer", "tea"), ("anna", "analyst", "*"), ("adam", "administrator", "*"), ("sam", "safety_officer", "tea"),
    ):  # fmt: skip
        _staff(name, role, program)
    with smtp_sink() as sink:
        person = hub.join(email="")
        moments = [T + MINUTE]
        if what == "proposal":
            given = {"today": 0, "harm": 0, "note": None}
            receive(person, [stimulus.Answer(key=k, at=T, assessment="a1", item=k, value=v) for k, v in given.items()])
        elif what == "message":
            facilitate_message(person)
        elif what == "check_in":
            facilitate.arrange(person, "tea", told, when=T + 2 * HOUR, how="call")
            moments = [T + HOUR + MINUTE, T + 2 * HOUR - MINUTE]
        else:
            moments = [NINE, NINE + MINUTE]
        run_until(hub, sink, *moments)
        assert [to for to, _ in sink.mails] == [f"{told}@clinic.test"]


def facilitate_message(person: str) -> None:
    """The person writes to whoever facilitates."""
    from microcare.store import texts

    wrote = stimulus.Message(key="m", at=T, program="tea", by="person", reference=texts.keep(person, "Are you there?"))
    receive(person, [wrote])


def test_where_nobody_of_the_role_has_an_address_others_who_may_act_are_told(hub: Hub) -> None:
    from microcare.care import accounts

    _staff("clara", "clinician", "tea")
    accounts.make_facilitator("cora", "", roles=["coach"], program="tea")
    assert accounts.addresses_for("tea", "care", "coach") == ["clara@clinic.test"]
    assert accounts.addresses_for("elsewhere", "care", "coach") == []
    accounts.switch("clara", False, by="boss")
    assert accounts.addresses_for("tea", "care", "coach") == []
