"""Random lives: whatever can reach the engine, in time or late, twice, wrong, unknown, while time runs or stands still."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from microcare.base.issues import Place
from microcare.base.moments import DAY, HOUR, MINUTE, SECOND, local_day
from microcare.hub import entry, stimulus
from microcare.hub.advance import advance, wake
from microcare.hub.asked import recall
from microcare.hub.programs import Programs
from microcare.hub.scheduler import slot_name
from microcare.hub.state import State
from microcare.hub.step import Step
from microcare.program.compiled import CompiledProgram
from microcare.program.compiler import compile_program
from microcare.program.program import Program
from microcare.program.source import Source
from tests.cast import Case
from tests.hub.random_programs import programs, versions

START = 1_772_434_800_000
"""2026-03-02 08:00 in Berlin; the clocks there change on 29 March."""
SPRING, AUTUMN = START + 26 * DAY, START + 236 * DAY
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC")
GAPS = (0, SECOND, MINUTE, 10 * MINUTE, HOUR, 5 * HOUR, 11 * HOUR, DAY, 2 * DAY, 5 * DAY)
LATE = (0, 0, 0, MINUTE, 2 * HOUR, 30 * HOUR)
KINDS = (
    "live", "live", "live", "live", "live", "wait", "wait", "standstill", "act", "act", "act", "act",
    "receipt", "receipt", "answer", "answer", "answer", "answer",
    "signal", "signal", "signal", "storm", "report", "choice", "decide", "assign", "setting", "setting", "pause", "zone", "draw",
    "withdraw", "enroll", "acknowledge", "resolve", "triage", "message", "arrange", "publish", "publish", "publish", "again", "wrong",
)  # fmt: skip
MOST = 20_000
"""More steps than any life here can need; a wake that does not end would need more."""


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that happens: its kind, how much time passes before, how late it arrives, and numbers that choose."""

    kind: str
    gap: int
    late: int
    a: int
    b: int


moves = st.builds(
    Move,
    st.sampled_from(KINDS),
    st.sampled_from(GAPS),
    st.sampled_from(LATE),
    st.integers(0, 11),
    st.integers(0, 11),
)


def prepared(program: Case) -> CompiledProgram:
    """A generated program, ready to run."""
    place: dict[tuple[str | int, ...], Place] = {(): Place("program.yaml", 1, 1)}
    compiled, issues = compile_program(Program.model_validate(program), Source("program.yaml", {}, place, {}))
    assert compiled is not None, issues
    return compiled


@dataclass
class Cast:
    """What a life is lived with: two programs, and a later version of the first."""

    written: tuple[Case, Case, Case]
    seed: bytes
    start: int
    zone: str
    p: CompiledProgram = field(init=False, repr=False)
    later: CompiledProgram = field(init=False, repr=False)
    q: CompiledProgram = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.p, self.later, self.q = map(prepared, self.written)

    def programs(self) -> Programs:
        """All versions; people join the first one."""
        versions = {self.p.version: self.p, self.later.version: self.later}
        current = {"p": self.p.version, "q": self.q.version}
        return Programs([*versions.values(), self.q], {"p": self.seed, "q": self.seed}, current)


casts = st.builds(
    Cast,
    st.builds(lambda p, q: (*p, q), versions("p"), programs("q")),
    st.binary(min_size=1, max_size=8),
    st.sampled_from((START, SPRING, AUTUMN)),
    st.sampled_from(ZONES),
)


@dataclass
class Life:
    """A person's time as the live service sees it: stimuli arrive, due instants are woken, at once or late."""

    cast: Cast
    state: State = field(default_factory=State)
    due: int | None = None
    now: int = 0
    steps: list[Step] = field(default_factory=list)
    log: list[tuple[int, stimulus.Any | None]] = field(default_factory=list)
    """What was done, so that it can be done again: at each moment a stimulus, or a wake."""
    sent: list[stimulus.Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.programs = self.cast.programs()
        self.now = self.cast.start

    def take(self, steps: Iterator[Step]) -> Iterator[Step]:
        """Go on to the state after each step."""
        for one in steps:
            self.steps.append(one)
            assert len(self.steps) < MOST, "it does not end"
            self.state, self.due = one.state, one.due
            yield one

    def wake(self, now: int) -> Iterator[Step]:
        """Work off what is due by now."""
        self.now = now
        self.log.append((now, None))
        yield from self.take(wake(self.programs, "ada", self.state, self.due, now))

    def send(self, one: stimulus.Any) -> Iterator[Step]:
        """A stimulus arrives; what follows from it at once is done, too."""
        self.now = max(self.now, one.arrived)
        self.log.append((self.now, one))
        self.sent.append(one)
        yield from self.take(advance(self.programs, "ada", self.state, self.due, one))
        if self.due is not None and self.due <= self.now:
            yield from self.take(wake(self.programs, "ada", self.state, self.due, self.now))

    def pass_time(self, until: int) -> Iterator[Step]:
        """Time runs: every due instant is woken when it comes."""
        while self.due is not None and self.due <= until:
            yield from self.wake(max(self.due, self.now))
        self.now = max(self.now, until)

    def move(self, number: int, move: Move) -> Iterator[Step]:
        """One move."""
        if move.kind == "standstill":
            yield from self.wake(self.now + move.gap)
            return
        if move.kind == "live":
            yield from self.follow(number, move)
            return
        yield from self.pass_time(self.now + move.gap)
        if move.kind == "storm":
            yield from self.storm(number, move)
            return
        one = self.made(number, move)
        if one is not None:
            yield from self.send(one)

    def follow(self, number: int, move: Move) -> Iterator[Step]:
        """Some due instants long, the person does and answers whatever there is."""
        for turn in range(move.a // 2 + 1):
            if self.due is not None:
                yield from self.wake(max(self.due, self.now))
            yield from self.pass_time(self.now + MINUTE)
            times: dict[str, Any] = {"at": self.now, "received": self.now}
            for name in [k for k, d in self.state.deliveries.items() if d.what == "event" and not d.done]:
                yield from self.send(
                    stimulus.Receipt(key=f"k{number}/{turn}/{name}o", delivery=name, stage="opened", **times)
                )
                yield from self.send(stimulus.Act(key=f"k{number}/{turn}/{name}", delivery=name, act="done", **times))
            for name, asked in list(self.state.assessments.items()):
                for place, item in enumerate(asked.items):
                    value = self.value(asked.measure, item, move.b + place + turn)
                    key = f"k{number}/{turn}/{name}/{item}"
                    yield from self.send(stimulus.Answer(key=key, assessment=name, item=item, value=value, **times))

    def storm(self, number: int, move: Move) -> Iterator[Step]:
        """A device sends many values, one after the other, whatever keeps the person from being reached."""
        for turn in range(4 + 2 * move.a):
            yield from self.pass_time(self.now + (MINUTE, 5 * MINUTE, HOUR)[move.b % 3])
            key = f"k{number}/{turn}"
            yield from self.send(
                stimulus.Signal(key=key, at=self.now, received=self.now, name="steps", value=float(turn))
            )

    def value(self, measure: str, item: str, number: int) -> stimulus.Value:
        """An answer to an item."""
        found = [m for c in (self.cast.p, self.cast.later, self.cast.q) if (m := c.measures.get(measure)) is not None]
        kind = next((m.items[item].kind for m in found if item in m.items), "scale")
        return number % 4 if kind == "scale" else ("yes", "no")[number % 2]

    def made(self, number: int, move: Move) -> stimulus.Any | None:
        """The stimulus of a move, about what is there now; None where there is nothing for it."""
        if move.kind == "wait":
            return None
        if move.kind == "again":
            # The same once more, under another key: one whose key is known does not reach the engine.
            old = self.sent[move.a % len(self.sent)] if self.sent else None
            return None if old is None else replace(old, key=f"k{number}", received=self.now)
        times = {"key": f"k{number}", "at": max(self.now - move.late, self.cast.start), "received": self.now}
        return MAKERS[move.kind](self, move, times) if move.kind in MAKERS else None

    def entries(self) -> list[entry.Any]:
        """The journal."""
        return [x for one in self.steps for x in one.entries]


def _of(names: list[str], number: int) -> str:
    return names[number % len(names)] if names else f"x{number}"


def _act(life: Life, m: Move, times: Case) -> stimulus.Any:
    names = [*life.state.deliveries, *life.state.closed]
    act = ("done", "done", "done", "dismissed", "snoozed", "dropped")[m.b % 6]
    return stimulus.Act(delivery=_of(names, m.a), act=act, until=times["at"] + (m.b + 1) * HOUR, spent=m.b, **times)


def _receipt(life: Life, m: Move, times: Case) -> stimulus.Any:
    names = [*life.state.deliveries, *life.state.closed]
    stage = ("shown", "opened", "opened", "accepted", "failed", "handed_over")[m.b % 6]
    return stimulus.Receipt(delivery=_of(names, m.a), stage=stage, **times)


def _answer(life: Life, m: Move, times: Case) -> stimulus.Any:
    every = [f"a{n + 1}" for n in range(len(life.state.asked))]
    names = [*life.state.assessments, *life.state.assessments, *every[m.b % 3 :: 3]]
    name = _of(names, m.a)
    found = recall(life.state, name)
    items = list(getattr(found, "items", ())) or ["low"]
    answered = getattr(found, "answers", {})
    item = next((i for i in items if i not in answered), items[m.b % len(items)])
    value = life.value(getattr(found, "measure", "mood"), item, m.b)
    return stimulus.Answer(assessment=name, item=item, value=None if m.b == 11 else value, **times)


def _signal(life: Life, m: Move, times: Case) -> stimulus.Any:
    if m.a % 3 == 0:
        return stimulus.Signal(name="home", value=m.b % 2 == 0, **times)
    return stimulus.Signal(name="steps", value=None if m.b == 11 else float(m.b * m.b * 60), **times)


def _setting(life: Life, m: Move, times: Case) -> stimulus.Any:
    choices: list[tuple[str, stimulus.Value]] = [
        ("person.flag", m.b % 2 == 0), ("person.age", m.b * 9), ("person.clock", f"{m.b * 2:02}:45"), ("like.i0", m.b % 3 - 1),
        ("quiet", ("", "22:00-06:00", "01:00-02:00", "23:30-08:30")[m.b % 4]), ("mode", ("", "app", "coach", "self")[m.b % 4]),
        ("language", "de"), ("person.age", 900), ("quiet", "now"),
    ]  # fmt: skip
    name, value = choices[m.a % len(choices)]
    return stimulus.Setting(name=name, value=value, **times)


def _draw(life: Life, m: Move, times: Case) -> stimulus.Any:
    rules = [r for i in life.cast.p.interventions.values() for r in i.rules]
    rule = rules[m.a % len(rules)]
    options = next((c.options for c in rule.cases if c.options), ("e0", "nothing"))
    probabilities = {o: 1 / len(options) for o in options}
    slot = slot_name(local_day(life.state.zone, life.now) + m.b % 2, 0)
    return stimulus.Draw(
        program="p",
        rule=rule.id,
        slot=slot,
        option=options[m.b % len(options)],
        probabilities=probabilities,
        source="phone",
        **times,
    )


def _wrong(life: Life, m: Move, times: Case) -> stimulus.Any:
    names = list(life.state.assessments)
    return (
        stimulus.Act(delivery="d999", act="done", **times),
        stimulus.Act(delivery=_of(list(life.state.deliveries), m.b), act="eaten", **times),
        stimulus.Answer(assessment=_of(names, m.b), item="low", value=99, **times),
        stimulus.Answer(assessment=_of(names, m.b), item="nothing", value=1, **times),
        stimulus.Signal(name="steps", value="many", **times),
        stimulus.Signal(name="unheard_of", value=1, **times),
        stimulus.Receipt(delivery="d999", stage="opened", **times),
        stimulus.Choice(offer="r999", intervention="i0", **times),
        stimulus.Assign(program="p", intervention="unheard_of", by="carla", **times),
        stimulus.Publish(program="p", version="unheard_of", **times),
        stimulus.Enroll(program="unheard_of", **times),
        stimulus.Zone(zone="Middle/Earth", **times),
    )[m.a]


def _first(found: Mapping[str, object]) -> str:
    return next(iter(found), "none")


MAKERS: dict[str, Callable[[Life, Move, Case], stimulus.Any | None]] = {
    "act": _act,
    "receipt": _receipt,
    "answer": _answer,
    "signal": _signal,
    "setting": _setting,
    "draw": _draw,
    "wrong": _wrong,
    "report": lambda life, m, times: stimulus.Report(name=("awful", "", "low", "unheard_of")[m.a % 4], **times),
    "pause": lambda life, m, times: stimulus.Setting(name="pause", value=0 if m.a < 3 else life.now + m.b * 8 * HOUR, **times),
    "zone": lambda life, m, times: stimulus.Zone(zone=ZONES[m.a % len(ZONES)], **times),
    "choice": lambda life, m, times: stimulus.Choice(
        offer=_first(life.state.offers), intervention=f"i{m.a % 3}" if m.b else "", **times
    ),
    "decide": lambda life, m, times: stimulus.Decide(
        proposal=_first(life.state.offers), by="carla", intervention=f"i{m.a % 3}" if m.b > 3 else "", **times
    ),
    "assign": lambda life, m, times: stimulus.Assign(program="p", intervention=f"i{m.a % 3}", by="carla", **times),
    "withdraw": lambda life, m, times: stimulus.Withdraw(program=("", "p", "q")[m.b % 3], **times) if m.a < 3 else None,
    "enroll": lambda life, m, times: stimulus.Enroll(
        program=("p", "q")[m.a % 2], zone=life.state.zone if life.state.courses else life.cast.zone, fields={"age": m.b * 10}, **times
    ),
    "acknowledge": lambda life, m, times: stimulus.Acknowledge(alert=_first(life.state.alerts), by="carla", **times),
    "resolve": lambda life, m, times: stimulus.Resolve(alert=_first(life.state.alerts), by="carla", code="safe", **times),
    "notice": lambda life, m, times: stimulus.Notice(
        alert=_first(life.state.alerts), result=("told", "unclear", "nobody", "perhaps")[m.a % 4],
        rosters=("r",) if m.b % 2 else (), urgent=m.b > 3, **times
    ),
    "triage": lambda life, m, times: stimulus.Triage(
        alert=_first(life.state.alerts), question=("danger", "call", "mood")[m.a % 3], answer=("yes", "no", "unsure")[m.b % 3], **times
    ),
    "message": lambda life, m, times: stimulus.Message(
        program="p", by=("person", "carla")[m.a % 2], reference="text" if m.b else "", **times
    ),
    "arrange": lambda life, m, times: stimulus.Arrange(
        program="p", by="carla", check_in=_first(life.state.check_ins) if m.a > 4 else "", stage=("agreed", "kept", "cancelled")[m.a % 3],
        when=life.now + (m.b - 1) * 20 * HOUR, how=("call", "visit", "dance")[m.b % 3], **times
    ),
    "publish": lambda life, m, times: stimulus.Publish(
        program="p", version=(life.cast.later if m.b % 4 else life.cast.p).version, running=("finish", "move", "move")[m.a % 3], **times
    ),
}  # fmt: skip
"""How each kind of move becomes a stimulus."""
