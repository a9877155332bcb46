"""A fixed cast for the tests: programs from text, and a person who lives through a story told in YAML."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from microcare.base.moments import DAY, format_local, local_clock, parse_clock, parse_moment, parse_span, resolve
from microcare.hub import codec, effect, entry, stimulus
from microcare.hub.explainer import to_facilitator
from microcare.hub.fold import fold_all
from microcare.hub.programs import Programs
from microcare.hub.state import State
from microcare.hub.step import Step
from microcare.program.compiled import CompiledProgram
from microcare.program.compiler import compile_program
from microcare.program.reader import read_bundle
from microcare.simulation.world import World

MONDAY = "2026-03-02"
"""The Monday on which every story begins, unless it says otherwise."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def program_of(text: str, **files: bytes) -> CompiledProgram:
    """A program from YAML text; its issues fail the test."""
    bundle = {"program.yaml": text.encode()} | files
    reading = read_bundle(bundle, "program.yaml")
    assert reading.program is not None, reading.issues
    compiled, issues = compile_program(reading.program, reading.source)
    assert compiled is not None, [*reading.issues, *issues]
    return compiled


class Story:
    """One person in one program, told step by step. The state goes through its stored form after every step."""

    def __init__(self, program: CompiledProgram, zone: str = "Europe/Berlin", seed: bytes = b"a seed") -> None:
        self.program = program
        self.zone = zone
        self.world = World(Programs([program], {program.id: seed}), "ada")
        self.entries: list[entry.Any] = []
        self.effects: list[effect.Any] = []
        self.steps: list[Step] = []
        self._count = 0

    def moment(self, when: str) -> int:
        """A wall time in the story: `mon 08:00`, `thu+1 18:30` (a week later), `2026-05-01 08:00`, or an instant."""
        found = parse_moment(when)
        if found is not None:
            return found
        day, _, clock = when.partition(" ")
        first = parse_moment(f"{MONDAY}T00:00:00Z")
        assert first is not None
        seconds = parse_clock(clock)
        assert seconds is not None, when
        if "-" in day:
            start = parse_moment(f"{day}T00:00:00Z")
            assert start is not None
            return resolve(self.zone, start // DAY + 719_163, seconds)
        name, _, weeks = day.partition("+")
        days = WEEKDAYS.index(name) + 7 * int(weeks or 0)
        return resolve(self.zone, first // DAY + 719_163 + days, seconds)

    def key(self) -> str:
        """A new idempotency key."""
        self._count += 1
        return f"k{self._count}"

    def pass_time(self, when: str | int) -> "Story":
        """Let time pass until then."""
        until = when if isinstance(when, int) else self.moment(when)
        for taken in self.world.run(until):
            state = codec.decode_state(codec.encode(taken.state))
            assert state == taken.state
            self.world.state = state
            self.steps.append(taken)
            self.entries += taken.entries
            self.effects += taken.effects
        return self

    def send(self, one: stimulus.Any) -> "Story":
        """One stimulus, at its moment, and what follows at once."""
        self.world.send(one)
        return self.pass_time(max(one.arrived, one.at))

    def enroll(self, when: str = "mon 08:00", **fields: Any) -> "Story":
        """The person joins."""
        at = self.moment(when)
        return self.send(
            stimulus.Enroll(key=self.key(), at=at, program=self.program.id, zone=self.zone, fields=fields)
        )

    def delivery(self, name: str) -> str:
        """The latest delivery of an event that is still open."""
        open_ones = [k for k, d in self.world.state.deliveries.items() if d.name == name and not d.done]
        assert open_ones, f"{name} is not with the person; there is {list(self.world.state.deliveries.values())}"
        return open_ones[-1]

    def act(self, when: str, name: str, act: str = "done", **more: Any) -> "Story":
        """The person does something with an event."""
        at = self.moment(when)
        self.pass_time(at)
        return self.send(stimulus.Act(key=self.key(), at=at, delivery=self.delivery(name), act=act, **more))

    def assessment(self, measure: str) -> str:
        """The open assessment with a measure."""
        open_ones = [k for k, a in self.world.state.assessments.items() if a.measure in (measure, measure.replace("/", "."))]
        assert open_ones, f"{measure} is not asked; there is {[a.measure for a in self.world.state.assessments.values()]}"
        return open_ones[-1]

    def answer(self, when: str, measure: str, received: str = "", **answers: Any) -> "Story":
        """The person answers items, one after the other."""
        at = self.moment(when)
        self.pass_time(self.moment(received) if received else at)
        name = self.assessment(measure)
        for item, value in answers.items():
            arrives = self.moment(received) if received else 0
            self.send(
                stimulus.Answer(key=self.key(), at=at, received=arrives, assessment=name, item=item, value=value)
            )
        return self

    def of(self, kind: type) -> list[Any]:
        """The entries of a kind, in order."""
        return [x for x in self.entries if type(x) is kind]

    def check(self) -> "Story":
        """What must hold for every story: the state is the fold of the entries."""
        assert codec.encode(fold_all(State(), self.entries)) == codec.encode(self.world.state)
        return self

    def lines(self) -> list[str]:
        """The journal as people read it."""
        return [f"{format_local(self.zone, x.at)[:16]}  {to_facilitator(x, self.program)}" for x in self.entries]


VERBS = ("enroll", "wait", "answer", "done", "dismiss", "snooze", "signal", "report", "choose", "set", "zone",
         "decide", "assign", "withdraw", "opened", "acknowledge", "resolve")  # fmt: skip


def tell(case: Mapping[str, Any]) -> Story:
    """Tell a case written in YAML: its program, and a story of lines like `mon 08:00: {done: why}`."""
    story = Story(program_of(yaml.safe_dump(case["program"], sort_keys=False)), case.get("zone", "Europe/Berlin"))
    for line in case["story"]:
        for when, what in line.items():
            for verb, value in (what if isinstance(what, dict) else {what: None}).items():
                assert verb in VERBS, f"{verb}: one of {', '.join(VERBS)}"
                _tell(story, str(when), verb, value)
    return story.check()


def _tell(story: Story, when: str, verb: str, value: Any) -> None:
    at = story.moment(when)
    if verb == "enroll":
        story.enroll(when, **(value or {}))
        return
    story.pass_time(at)
    if verb == "wait":
        return
    if verb == "answer":
        for measure, answers in value.items():
            story.answer(when, measure, **answers)
    elif verb in ("done", "dismiss"):
        story.act(when, value, "done" if verb == "done" else "dismissed")
    elif verb == "snooze":
        (name, span), = value.items()
        parsed = parse_span(span)
        assert parsed is not None
        story.act(when, name, "snoozed", until=at + parsed.exact)
    else:
        story.send(next(_stimulus(story, at, verb, value)))


def _stimulus(story: Story, at: int, verb: str, value: Any) -> Iterator[stimulus.Any]:
    key = story.key()
    if verb == "signal":
        (name, signal), = value.items()
        yield stimulus.Signal(key=key, at=at, name=name, value=signal)
    elif verb == "report":
        yield stimulus.Report(key=key, at=at, name=value or "")
    elif verb == "choose":
        yield stimulus.Choice(key=key, at=at, offer=next(iter(story.world.state.offers)), intervention=value or "")
    elif verb == "decide":
        yield stimulus.Decide(
            key=key, at=at, proposal=next(iter(story.world.state.offers)), by="carla", intervention=value or ""
        )
    elif verb == "assign":
        yield stimulus.Assign(key=key, at=at, program=story.program.id, intervention=value, by="carla")
    elif verb == "set":
        (name, setting), = value.items()
        if name == "pause" and isinstance(setting, str):
            setting = story.moment(setting)
        yield stimulus.Setting(key=key, at=at, name=name, value=setting)
    elif verb == "zone":
        yield stimulus.Zone(key=key, at=at, zone=value)
        story.zone = value
    elif verb == "withdraw":
        yield stimulus.Withdraw(key=key, at=at)
    elif verb == "opened":
        yield stimulus.Receipt(key=key, at=at, delivery=story.delivery(value), stage="opened")
    elif verb == "acknowledge":
        yield stimulus.Acknowledge(key=key, at=at, alert=next(iter(story.world.state.alerts)), by="carla")
    else:
        yield stimulus.Resolve(key=key, at=at, alert=next(iter(story.world.state.alerts)), by="carla", code=value or "ok")


__all__ = ["MONDAY", "Story", "local_clock", "program_of", "tell"]
