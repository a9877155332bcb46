"""The deeds: publish, join, set, facilitate, move the clock, verify."""

from pathlib import Path

import pytest

from microcare.care import accounts, clock, facilitate, programs, settings
from microcare.care.enroll import CannotJoinError, enroll, invite, join
from microcare.care.jump import NotADemoError, jump
from microcare.care.publish import publish
from microcare.care.receive import receive
from microcare.care.verify import verify, verify_all
from microcare.care.version import page_version
from microcare.care.wake import wake_due
from microcare.care.withdraw import erase
from microcare.hub import entry, stimulus
from microcare.hub.state import State
from microcare.hub.step import step
from microcare.store import caseload, database, deployment, entering, journals, people, texts
from microcare.store.caseload import Wanted
from tests.live import DAY, HOUR, START, TEA, ZONE, Hub, moment

T = moment(START)
SHIPPED = Path(__file__).parents[2] / "programs"


@pytest.mark.parametrize("name", ["parenting", "activity", "mood"])
def test_shipped_programs_are_published_and_read_back_the_same(hub: Hub, name: str) -> None:
    done = publish(SHIPPED / name)
    assert done.version, done.issues
    found = programs.compiled(name)
    assert (found.version, found.wording) == (done.version, done.wording)
    from microcare.program.reader import read_program

    reading = read_program(SHIPPED / name)
    assert reading.program == found.program
    person = hub.join(name)
    hub.show(T + HOUR)
    jump(3 * DAY)
    assert verify(person).good


def test_a_program_with_errors_is_refused(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(TEA.replace("deliver: cup", "deliver: saucer").replace("program: tea", "program: broken"), "utf-8")
    done = publish(file)
    assert done.version == ""
    assert any("saucer" in issue.message for issue in done.issues)
    assert programs.names() == ["tea"]
    with pytest.raises(KeyError):
        programs.compiled("broken")


def test_a_corrected_wording_reaches_people_at_once_and_a_new_behavior_those_who_join(hub: Hub) -> None:
    ada = hub.join()
    version = programs.compiled("tea").version
    assert hub.publish(TEA.replace("Make a cup of tea.", "Make yourself a cup of tea.")) == version
    assert "yourself" in str(programs.compiled("tea", version).program.interventions["tea"].events["cup"].say)
    newer = hub.publish(TEA.replace('at: "09:00"', 'at: "10:00"'))
    assert newer != version
    bo = hub.join()
    courses = {p: journals.load(p).state.courses["tea"].version for p in (ada, bo)}
    assert courses == {ada: version, bo: newer}
    assert facilitate.move(ada, "tea", newer, key="m").saved == ("m",)
    assert journals.load(ada).state.courses["tea"].version == newer
    assert facilitate.move(ada, "tea", "nowhere", key="n").refused
    assert hub.publish() == version, "what was published before can be published again"
    assert programs.compiled("tea").version == version


def test_joining_keeps_personal_texts_apart(hub: Hub) -> None:
    joined = enroll("tea", zone=ZONE, fields={"nickname": "Countess"}, name="Ada", email="ada@home.test")
    state = journals.load(joined.person).state
    reference = state.fields["nickname"]
    assert isinstance(reference, str)
    assert texts.text(joined.person, reference) == "Countess"
    settings.field(joined.person, "nickname", "Enchantress")
    reference = journals.load(joined.person).state.fields["nickname"]
    assert isinstance(reference, str)
    assert texts.text(joined.person, reference) == "Enchantress"
    rows = database.rows(
        "SELECT body FROM journal UNION ALL SELECT body FROM stimulus UNION ALL SELECT snapshot FROM person"
    )
    assert not any(word in row[0] for row in rows for word in ("Countess", "Enchantress", "Ada", "ada@"))


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"program": "coffee"}, "no program coffee"),
        ({"zone": "Mars/Base"}, "no time zone"),
        ({"fields": {"age": 4}}, "age: there is no such field"),
    ],
)
def test_who_cannot_join_is_not_added(hub: Hub, wish: dict[str, object], reason: str) -> None:
    arguments: dict[str, object] = {"program": "tea", "zone": ZONE} | wish
    with pytest.raises(CannotJoinError, match=reason):
        enroll(**arguments)  # type: ignore[arg-type]
    assert people.everybody() == []


def test_an_invitation_opens_once_the_person_joins(hub: Hub) -> None:
    code = invite("tea", "Ada")
    person = entering.person_of_code(code)
    assert person is not None
    assert journals.load(person).state.courses == {}
    assert join(person, people.invited_to(person), zone=ZONE, key="j").saved == ("j",)
    assert list(journals.load(person).state.courses) == ["tea"]
    assert join(person, "tea", zone=ZONE, key="again").refused
    assert invite("coffee") == ""


def test_settings_reach_the_state(hub: Hub) -> None:
    person = hub.join()
    until = clock.now() + DAY
    before = page_version(person)
    assert settings.pause(person, until).saved
    assert settings.quiet_hours(person, "20:00-08:00").saved
    assert settings.like(person, "tea", -1).saved
    assert settings.zone(person, "America/New_York").saved
    assert settings.set_value(person, "mode", "chef").refused
    state = journals.load(person).state
    assert (state.paused_until, state.quiet, state.likes, state.zone) == (
        until, "20:00-08:00", {"tea": -1.0}, "America/New_York",
    )  # fmt: skip
    assert page_version(person) > before


ONCE = """
program: once
title: Once
interventions:
  hello:
    title: Hello
    aim: One word
    events: {hi: {goal: support, say: Hi}}
    rules: [{on: start, choose: [{if: local.hour < 24, deliver: nothing}, {deliver: hi}]}]
"""
ENDLESS = ONCE.replace("once", "endless") + "contact: {after: 0m, at: [], say: Here.}\n"
"""It keeps in contact without end; its check does not see that."""


def test_a_program_that_was_stopped_for_somebody_is_seen_first_at_the_desk(hub: Hub) -> None:
    from microcare.care.caseload import page

    hub.publish(ENDLESS)
    quiet, person = hub.join(), hub.join("endless")
    wake_due(clock.now())
    shown = page(Wanted(), clock.now(), ZONE).lines
    assert [x.id for x in shown] == [person, quiet]
    assert [w.tone for w in shown[0].words if "was stopped for this person" in w.text] == ["alarm"]
    assert caseload.counts(Wanted(), clock.now())["now"] == 1
    assert not any("comes by itself" in w.text for w in shown[0].words)


def test_where_nothing_comes_by_itself_any_more_is_said_at_the_desk(hub: Hub) -> None:
    from microcare.care.caseload import page

    hub.publish(ONCE)
    person = hub.join("once")
    line = page(Wanted(), clock.now(), ZONE).lines[0]
    assert line.id == person
    assert any("nothing comes by itself any more" in w.text for w in line.words)


def test_facilitators_answer_alerts_by_name(hub: Hub) -> None:
    person = hub.join()
    receive(person, [stimulus.Answer(key="risk", at=T, assessment="a1", item="harm", value=3)])
    now = clock.now()
    assert caseload.counts(Wanted(), now)["alerts"] == 1
    assert [(x.alerts, x.untaken) for x in caseload.lines(Wanted(show="alerts"), now)] == [(1, 1)]
    assert facilitate.assign(person, "tea", "tea", by="Bo").refused
    assert facilitate.acknowledge(person, "alert1", by="Bo").saved
    assert facilitate.acknowledge(person, "alert9", by="Bo").refused
    assert [(x.alerts, x.untaken) for x in caseload.lines(Wanted(), now)] == [(1, 0)]
    assert facilitate.resolve(person, "alert1", by="Bo", code="called").saved
    assert caseload.counts(Wanted(), now)["alerts"] == 0
    moves = [e for _, e in journals.entries(person) if isinstance(e, entry.AlertMoved)]
    assert [(m.stage, m.by, m.code) for m in moves] == [
        ("acknowledged", "Bo", ""),
        ("resolved", "Bo", "called"),
    ]


def test_erasing_leaves_a_journal_that_names_nobody(hub: Hub) -> None:
    joined = enroll("tea", zone=ZONE, fields={"nickname": "Countess"}, name="Ada")
    assert erase(joined.person).saved
    assert entering.person_of_code(joined.code) is None
    assert journals.load(joined.person).state.courses == {}
    assert verify(joined.person).good


def test_only_a_demos_clock_can_be_moved(hub: Hub) -> None:
    deployment.put("demo", "0")
    with pytest.raises(NotADemoError):
        jump(HOUR)
    assert abs(clock.now() - clock.wall()) < 1000, "outside a demo there is no offset"


def test_a_jump_does_on_the_way_what_comes_due_in_its_order(hub: Hub) -> None:
    people_ = [hub.join() for _ in range(3)]
    shown = jump(3 * DAY)
    assert abs(shown - (T + 3 * DAY)) < 60_000
    for person in people_:
        assert verify(person).good
        found = [e for _, e in journals.entries(person)]
        decided = [e for e in found if isinstance(e, entry.Decided)]
        assert [d.outcome for d in decided] == ["decided"] * 3
        assert all(abs(d.at - d.planned) < 5000 for d in decided), "each at its own time, not at the jump's end"
        assert [e.received for e in found] == sorted(e.received for e in found)
    with pytest.raises(ValueError, match="ahead"):
        jump(-1)


def test_verify_finds_what_is_not_the_fold(hub: Hub) -> None:
    well, ill, gap = hub.join(), hub.join(), hub.join()
    assert verify_all() == []
    database.run("UPDATE person SET snapshot = REPLACE(snapshot, 'Berlin', 'Madrid') WHERE id = %s", [ill])
    database.run("DELETE FROM journal WHERE person = %s AND sequence = 2", [gap])
    found = {v.person: v.problems for v in verify_all()}
    assert found.keys() == {ill, gap}
    assert "not the fold" in found[ill][0]
    assert "missing" in found[gap][0]
    assert verify(well).good


def test_the_stored_stimuli_give_the_same_entries_again(hub: Hub) -> None:
    person = hub.join()
    receive(person, [stimulus.Answer(key="a", at=T, assessment="a1", item="today", value=2)])
    jump(2 * DAY)
    receive(person, [stimulus.Report(key="r", at=0, name="talk")])
    jump(10 * DAY)
    state = State()
    again: list[entry.Any] = []
    for one in journals.stimuli(person):
        done = step(programs.programs(), person, state, one)
        state, again = done.state, [*again, *done.entries]
    assert again == [e for _, e in journals.entries(person)]


def test_facilitators_accounts(hub: Hub) -> None:
    from django.contrib.auth import authenticate

    password = accounts.make_facilitator("bo", "bo@clinic.test")
    assert len(password) == 23
    assert authenticate(username="bo", password=password) is not None
    assert accounts.make_facilitator("bo") == ""
    renewed = accounts.renew_password("bo")
    assert authenticate(username="bo", password=password) is None
    assert authenticate(username="bo", password=renewed) is not None
    assert accounts.addresses_for("tea", "care") == ["bo@clinic.test"]
