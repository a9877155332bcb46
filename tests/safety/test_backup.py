"""The drill: a backup while the hub works, the hub is killed, and the backup is restored. Nobody is told twice, nobody is back."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from microcare.care import backing_up, withdraw
from microcare.care.deliver import deliver_due
from microcare.care.receive import receive
from microcare.care.verify import verify, verify_all
from microcare.care.wake import wake_due
from microcare.channels.channel import Channel
from microcare.channels.email import Email, parse_server
from microcare.channels.in_app import InApp
from microcare.hub import stimulus
from microcare.store import audit, backups, database, deployment, erasures, outbox, people, sealed_file, vault
from microcare.store.place import DATABASE, ERASED, MASTER, SECRET
from tests.crash import die, in_child
from tests.live import HOUR, START, TEA, Hub, _switch, moment
from tests.smtp_sink import Sink, smtp_sink

ROOT = Path(__file__).parents[2]
T = moment(START)
NINE, ELEVEN = T + HOUR, T + 3 * HOUR
NOON = ELEVEN + HOUR
MINUTE = 60_000


def work(hub: Hub, sink: Sink, *moments: int) -> None:
    """Let the clock show one moment after the other, and the workers do what they do."""
    ways: dict[str, Channel] = {
        "in_app": InApp(),
        "email": Email(parse_server(sink.url), "care@clinic.test", timeout=2.0),
    }
    for shown in moments:
        hub.show(shown)
        for _ in range(20):
            if not wake_due(shown).claimed + deliver_due(shown, ways, "http://clinic.test").looked:
                break


def command(*words: str | Path, at: int = NOON) -> subprocess.CompletedProcess[str]:
    """A command as people start it, in a process of its own, whose clock shows a moment."""
    code = (
        f"import sys; from microcare.care import clock; clock.now = lambda: {at}\n"
        f"from microcare.cli import main; sys.argv = ['microcare', *{[str(w) for w in words]!r}]; main()"
    )
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MICROCARE", "DJANGO"))}
    return subprocess.run(
        [sys.executable, "-c", code], env=env | {"PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True, timeout=120
    )  # fmt: skip


def quiet(hub: Hub, email: str) -> str:
    """A person whose first questionnaire is out of the way, so that only the daily prompt is left."""
    person = hub.join(email=email)
    receive(person, [stimulus.Act(key="seen", at=T, delivery="d1", act="done")])
    return person


def restored(hub: Hub, file: Path, to: Path, at: int = NOON, *more: str | Path) -> Hub:
    """The hub, restored by the command into another folder, where this process goes on."""
    done = command("restore", file, "--data", to, "--master-key", hub.folder / MASTER, *more, at=at)
    assert done.returncode == 0, done.stderr
    _switch(to / DATABASE)
    found = Hub(to)
    found.show(at)
    return found


def test_after_a_restore_nobody_is_told_twice_nobody_erased_is_back_and_alerts_are_told_again(
    hub: Hub, tmp_path: Path
) -> None:
    hub.publish(TEA.replace("email: 2h", "email: 10m"))
    with smtp_sink() as sink:
        ada, eve, rio = (quiet(hub, f"{name}@home.test") for name in ("ada", "eve", "rio"))
        receive(rio, [stimulus.Answer(key="risk", at=T, assessment="a1", item="harm", value=3)])
        (tmp_path / "backups").mkdir()
        made = backing_up.make(tmp_path / "backups", "command")

        def live_and_die(_: object) -> None:
            work(hub, sink, T + 1000, NINE)
            withdraw.erase(eve)
            work(hub, sink, NINE + 10 * MINUTE)
            die()

        _, died = in_child(live_and_die)
        assert died
        before = [to for to, _ in sink.mails]
        assert before.count("ada@home.test") == 1
        assert "eve@home.test" not in before
        assert "duty@clinic.test" in before
        sink.mails.clear()

        again = NINE + 30 * MINUTE
        now = restored(hub, made.file, tmp_path / "new", again)
        assert vault.key_of(eve) is None
        assert people.email_of(ada) == "ada@home.test"
        work(now, sink, again, again + MINUTE, again + HOUR, again + 3 * HOUR)
        after = [to for to, _ in sink.mails]
        assert [to for to in after if to.endswith("@home.test")] == []
        assert set(after) <= {"duty@clinic.test", "lead@clinic.test"}
        assert after, "alerts go out again"
        lost = [o for o in outbox.of(ada) if outbox.lane_of(o.effect) == "mail"]
        assert [(o.status, o.detail) for o in lost] == [("unclear", outbox.MAY_BE_SENT)]
        # Life goes on: the next day's prompts are sent.
        work(now, sink, NINE + 24 * HOUR, ELEVEN + 24 * HOUR)
        assert [to for to, _ in sink.mails].count("ada@home.test") == 1
        assert "eve@home.test" not in [to for to, _ in sink.mails]
    assert verify_all() == []
    deeds = [line.deed for line in audit.trail()]
    assert {"erase", "restore"} <= set(deeds)
    assert audit.broken() == 0


def test_what_surely_was_not_handed_over_is_sent_after_a_restore(hub: Hub, tmp_path: Path) -> None:
    """At the backup a mail waits for the end of quiet hours; the restore comes before that."""
    hub.publish(TEA.replace("expires: 6h", "expires: 30h").replace("22:00-07:00", "12:00-18:00"))
    with smtp_sink() as sink:
        ada = quiet(hub, "ada@home.test")
        work(hub, sink, NINE)
        hub.show(ELEVEN)
        wake_due(ELEVEN)
        # The outbox is looked at late, in quiet hours.
        work(hub, sink, NOON)
        waits = [o for o in outbox.of(ada) if outbox.lane_of(o.effect) == "mail"][-1]
        assert (waits.status, waits.next_try) == ("pending", moment("2026-03-02T17:00:00Z"))
        made = backing_up.make(tmp_path / "one.backup", "command")
        now = restored(hub, made.file, tmp_path / "new", NOON + MINUTE)
        work(now, sink, NOON + HOUR, moment("2026-03-02T17:00:01Z"))
        assert [to for to, _ in sink.mails] == ["ada@home.test"]


def test_a_prompt_that_came_due_in_the_lost_time_stays_in_the_app(hub: Hub, tmp_path: Path) -> None:
    """What is in the app was handed to nobody: the person finds it there."""
    with smtp_sink() as sink:
        ada = quiet(hub, "ada@home.test")
        made = backing_up.make(tmp_path / "one.backup", "command")
        now = restored(hub, made.file, tmp_path / "new", NINE + MINUTE)
        work(now, sink, NINE + 2 * MINUTE)
        assert [o.status for o in outbox.of(ada) if outbox.lane_of(o.effect) == "app"][-1] == "accepted"
        # The mail two hours later had not come due before the restore: it is sent, once.
        work(now, sink, ELEVEN, ELEVEN + HOUR)
        assert [to for to, _ in sink.mails] == ["ada@home.test"]


def test_a_backup_of_a_hub_that_writes_all_the_time_is_whole(hub: Hub, tmp_path: Path) -> None:
    ada = quiet(hub, "ada@home.test")
    stop, wrote = threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            receive(ada, [stimulus.Signal(key=f"s{number}", at=T + number, name="steps", value=number)])
            wrote.set()
        database.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert wrote.wait(30)
        made = backing_up.make(tmp_path / "one.backup", "command")
    finally:
        stop.set()
        writer.join()
    assert made.size > 1000
    assert backing_up.last_verified() > 0
    assert verify(ada).good
    assert list(hub.folder.glob(f"{backups.SCRATCH}*")) == [], "nothing lies about in the clear"


@pytest.fixture
def made(hub: Hub, tmp_path: Path) -> Path:
    quiet(hub, "ada@home.test")
    return backing_up.make(tmp_path / "one.backup", "command").file


def test_nothing_of_a_backup_can_be_read_without_the_master_key_which_is_not_in_it(hub: Hub, made: Path) -> None:
    key = (hub.folder / MASTER).read_text()
    content = made.read_bytes()
    for secret in (key.encode(), (hub.folder / SECRET).read_bytes(), b"CREATE TABLE", b"journal", b"person"):
        assert secret not in content
    assert key.encode() not in b"".join(sealed_file.read(made, key))
    assert made.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("harm", ["cut", "one bit", "more", "swapped", "another key", "no backup"])
def test_a_backup_that_is_damaged_or_of_another_key_is_refused_and_nothing_is_left(
    hub: Hub, made: Path, tmp_path: Path, harm: str
) -> None:
    content, key = bytearray(made.read_bytes()), hub.folder / MASTER
    if harm == "cut":
        del content[-40:]
    elif harm == "one bit":
        content[len(content) // 2] ^= 1
    elif harm == "more":
        content += b"x"
    elif harm == "swapped":
        content = bytearray(content.replace(b'"made"', b'"mode"'))
    elif harm == "no backup":
        content = bytearray(b"PK" + bytes(100))
    else:
        key = tmp_path / "other.key"
        key.write_text("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
    made.write_bytes(content)
    done = command("restore", made, "--data", tmp_path / "new", "--master-key", key)
    assert done.returncode == 1
    assert str(made) in done.stderr
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "new").iterdir()) == []


def test_a_restore_asks_for_an_empty_place_the_key_and_the_list_of_who_was_erased(
    hub: Hub, made: Path, tmp_path: Path
) -> None:
    before = (hub.folder / DATABASE).read_bytes()
    full = command("restore", made, "--data", hub.folder)
    assert (full.returncode, "holds a hub already" in full.stderr) == (1, True)
    assert (hub.folder / DATABASE).read_bytes() == before
    no_key = command("restore", made, "--data", tmp_path / "new")
    assert (no_key.returncode, "--master-key" in no_key.stderr) == (1, True)
    (made.parent / ERASED).unlink()
    unknown = command("restore", made, "--data", tmp_path / "new", "--master-key", hub.folder / MASTER)
    assert (unknown.returncode, "--erasures" in unknown.stderr) == (1, True)
    assert not (tmp_path / "new" / DATABASE).exists()


def test_a_backup_counts_only_where_it_could_be_restored(hub: Hub, tmp_path: Path) -> None:
    """A journal that lost an entry: the backup is kept aside, with the reason, and the last good one stays the last."""
    ada = quiet(hub, "ada@home.test")
    with database.writing():
        database.run("DELETE FROM journal WHERE person = %s AND sequence = 2", [ada])
    (tmp_path / "backups").mkdir()
    with pytest.raises(backing_up.NotMadeError, match="entry 2 is missing"):
        backing_up.make(tmp_path / "backups", "command")
    assert backing_up.last_verified() == 0
    [kept] = (tmp_path / "backups").glob(f"*{backups.UNVERIFIED}")
    refused = command("restore", kept, "--data", tmp_path / "new", "--master-key", hub.folder / MASTER)
    assert (refused.returncode, "entry 2 is missing" in refused.stderr) == (1, True)
    restored(hub, kept, tmp_path / "new", NOON, "--anyway")
    assert people.everybody() == [ada]


def test_the_list_of_who_was_erased_names_nobody_and_grows_where_backups_are(hub: Hub, tmp_path: Path) -> None:
    early, late, torn = (quiet(hub, f"{n}@home.test") for n in ("a", "b", "c"))
    withdraw.erase(early)
    (hub.folder / ERASED).unlink()
    (tmp_path / "backups").mkdir()
    backing_up.make(tmp_path / "backups", "command")
    withdraw.erase(late)
    with (tmp_path / "backups" / ERASED).open("a") as file:
        file.write("2026-03-02T08:0")
    withdraw.erase(torn)
    for folder in (hub.folder, tmp_path / "backups"):
        marks, _ = erasures.read(folder / ERASED)
        assert marks == {erasures.mark(person) for person in (early, late, torn)}
    text = (tmp_path / "backups" / ERASED).read_text()
    assert not any(person in text for person in (early, late, torn))
    assert erasures.read(tmp_path / "backups" / ERASED)[1] == [3]


def test_a_list_that_cannot_be_written_keeps_nobody_from_being_erased(hub: Hub, tmp_path: Path) -> None:
    ada = quiet(hub, "ada@home.test")
    backing_up.make(tmp_path / "gone.backup", "command")
    deployment.put(erasures.PLACES, json.dumps([str(tmp_path / "not mounted")]))
    withdraw.erase(ada)
    assert vault.key_of(ada) is None


def test_the_schedule_makes_what_is_due_keeps_the_last_and_says_how_old_the_last_is(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    from microcare.care import clock, readiness

    folder = tmp_path / "backups"
    monkeypatch.setattr(settings, "BACKUP", str(folder))
    monkeypatch.setattr(settings, "BACKUP_KEEP", 2)
    monkeypatch.setattr(clock, "wall", lambda: T)
    with pytest.raises(backing_up.NotMadeError, match="mounted"):
        backing_up.make_due(T)
    assert readiness.backup() == {"backup": {"verified": None, "hours": None, "late": True}}
    folder.mkdir()
    days = [T + day * 24 * HOUR for day in range(3)]
    for at in days:
        monkeypatch.setattr(clock, "wall", lambda at=at: at)
        assert backing_up.make_due(at) is not None
        assert backing_up.make_due(at + HOUR) is None
    names = [backups.name_of(at) for at in days[1:]]
    assert sorted(f.name for f in folder.glob("*.backup")) == names
    assert readiness.backup()["backup"]["late"] is False  # type: ignore[index]
    monkeypatch.setattr(clock, "wall", lambda: T + 5 * 24 * HOUR)
    assert readiness.backup()["backup"]["late"] is True  # type: ignore[index]


def test_only_one_backup_is_made_at_a_time(hub: Hub, tmp_path: Path) -> None:
    with backups.alone(hub.folder), pytest.raises(backing_up.NotMadeError, match="Another backup"):
        backing_up.make(tmp_path / "one.backup", "command")
