"""A fixed cast for the tests: programs from text, and a person who lives through a story told in YAML.

A case is a document: its program (what a case leaves out is filled in), a story of lines like `mon 08:00: {done: why}`,
and the journal that follows, entries and (after an arrow) effects, as people read them.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from microcare.base.moments import (
    DAY,
    EPOCH_DAY,
    format_local,
    parse_clock,
    parse_moment,
    parse_span,
    resolve,
)
from microcare.hub import codec, effect, entry, stimulus
from microcare.hub.advance import wake
from microcare.hub.fold import fold_all
from microcare.hub.programs import EVERY, Programs, Stop
from microcare.hub.sentences import to_facilitator
from microcare.hub.state import State
from microcare.hub.step import Step
from microcare.program.compiled import CompiledProgram
from microcare.program.compiler import compile_program
from microcare.program.reader import read_bundle
from microcare.program.yaml_tree import read_tree
from microcare.simulation.world import World

MONDAY = EPOCH_DAY + 20_514
"""The Monday on which every story begins, unless it says otherwise: 2026-03-02."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Case = dict[str, Any]


def program_of(text: str, **files: bytes) -> CompiledProgram:
    """A program from YAML text; its issues fail the test."""
    reading = read_bundle({"program.yaml": text.encode()} | files, "program.yaml")
    assert reading.program is not None, reading.issues
    compiled, issues = compile_program(reading.program, reading.source)
    assert compiled is not None, [*reading.issues, *issues]
    return compiled


def filled(program: Mapping[str, Any]) -> Case:
    """A program with the words that a case leaves out because they do not matter to it."""
    found: Case = {"program": "test", "title": "Test"} | dict(program)
    for name, one in found.get("interventions", {}).items():
        one = {"title": name, "aim": "One narrow thing"} | one
        one["events"] = {
            n: {"goal": "support"} | ({} if e and {"say", "content"} & set(e) else {"say": n}) | (e or {})
            for n, e in one["events"].items()
        }
        found["interventions"] = found["interventions"] | {name: one}
    for name, measure in found.get("measures", {}).items():
        items = {n: {"text": n} | (item or {}) for n, item in measure["items"].items()}
        found["measures"] = found["measures"] | {name: measure | {"items": items}}
    found["model"] = [{"goal": f"Level {level['level']}"} | level for level in found.get("model", [])]
    return found


def compiled_of(program: Mapping[str, Any], **files: bytes) -> CompiledProgram:
    """A program of a case, ready to run."""
    return program_of(yaml.safe_dump(filled(program), sort_keys=False, allow_unicode=True), **files)


def patched(program: Case, patch: Mapping[str, Any]) -> Case:
    """A program with parts replaced; null takes a part away."""
    found = dict(program)
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = (
                patched(found[key], value) if isinstance(value, dict) and isinstance(found.get(key), dict) else value
            )
    return found


class Story:
    """One person, told step by step. The state goes through its stored form after every step."""

    def __init__(
        self,
        *programs: CompiledProgram,
        zone: str = "Europe/Berlin",
        seed: bytes = b"a seed",
        current: Mapping[str, str] | None = None,
    ) -> None:
        self.program = programs[0]
        self.programs = {p.id: p for p in reversed(programs)}
        self.zone = zone
        self.world = World(Programs(programs, dict.fromkeys(self.programs, seed), current), "ada")
        self.entries: list[entry.Any] = []
        self.effects: list[effect.Any] = []
        self.steps: list[Step] = []
        self.lines: list[str] = []
        self._wall = zone
        self._count = 0

    def moment(self, when: str) -> int:
        """A wall time in the story: `mon 08:00`, `thu+1 18:30` (a week later), `2026-05-01 08:00`, or an instant."""
        found = parse_moment(when)
        if found is not None:
            return found
        day, _, clock = when.partition(" ")
        seconds = parse_clock(clock)
        assert seconds is not None, f"{when}: a time like `mon 08:00`"
        if day[0].isdigit():
            start = parse_moment(f"{day}T00:00:00Z")
            assert start is not None, when
            return resolve(self.zone, start // DAY + EPOCH_DAY, seconds)
        name, _, weeks = day.partition("+")
        return resolve(self.zone, MONDAY + WEEKDAYS.index(name) + 7 * int(weeks or 0), seconds)

    def key(self) -> str:
        """A new idempotency key."""
        self._count += 1
        return f"k{self._count}"

    def take(self, steps: Iterable[Step]) -> "Story":
        """Look at steps as they happen, and write them down."""
        for taken in steps:
            state = codec.decode_state(codec.encode(taken.state))
            assert state == taken.state
            self.world.state, self.world.due = state, taken.due
            self.steps.append(taken)
            self.entries += taken.entries
            self.effects += taken.effects
            self._write(taken)
        return self

    def _write(self, taken: Step) -> None:
        for stated in taken.entries:
            if isinstance(stated, entry.Enrolled):
                self._wall = stated.zone
            elif isinstance(stated, entry.Set) and stated.name == "zone":
                self._wall = str(stated.value)
            if not isinstance(stated, entry.Followed):
                program = self.programs.get(getattr(stated, "program", ""), self.program)
                sentence = to_facilitator(stated, program)
                if isinstance(stated, entry.Moved):
                    # A hash says nothing to readers, and changes whenever the language gains a word.
                    sentence = sentence.replace(stated.version[:8], "NEW")
                self.lines.append(f"{self.wall(stated.at)}  {sentence}")
        for done in taken.effects:
            self.lines.append(f"{self.wall(done.at)}  -> {in_words(done)}")

    def wall(self, moment: int) -> str:
        """A moment as the person's wall shows it."""
        return format_local(self._wall, moment)[:16]

    def pass_time(self, when: str | int) -> "Story":
        """Let time pass until then."""
        return self.take(self.world.run(when if isinstance(when, int) else self.moment(when)))

    def standstill(self, until: str) -> "Story":
        """Nothing runs until then; what fell due meanwhile is asked only then."""
        now = self.moment(until)
        world = self.world
        return self.take(wake(world.programs, world.person, world.state, world.due, now)).pass_time(now)

    def send(self, one: stimulus.Any) -> "Story":
        """One stimulus, at its moment, and what follows at once."""
        self.world.send(one)
        return self.pass_time(max(one.arrived, one.at))

    def enroll(self, when: str = "mon 08:00", program: str = "", /, **fields: Any) -> "Story":
        """The person joins."""
        at, name, agreed = self.moment(when), program or self.program.id, fields.pop("consents", {})
        return self.send(
            stimulus.Enroll(key=self.key(), at=at, program=name, zone=self.zone, fields=fields, consents=agreed)
        )

    def delivery(self, name: str) -> str:
        """The latest delivery of an event, a questionnaire, an offer or a contact; open ones first."""
        state = self.world.state
        names = {k for k, a in state.assessments.items() if a.measure == name} | {name}
        found = [k for k, d in state.deliveries.items() if d.name in names or d.what == name]
        found = [k for k in found if not state.deliveries[k].done] or found
        found = found or [x.delivery for x in self.of(entry.Delivered) if x.name in names]
        assert found, f"{name} never reached the person; there is {list(state.deliveries.values())}"
        return found[-1]

    def act(self, when: str, name: str, act: str = "done", received: str = "", **more: Any) -> "Story":
        """The person does something with an event."""
        at = self.moment(when)
        arrives = self.moment(received) if received else 0
        self.pass_time(arrives or at)
        one = stimulus.Act(key=self.key(), at=at, received=arrives, delivery=self.delivery(name), act=act, **more)
        return self.send(one)

    def assessment(self, measure: str) -> str:
        """The latest assessment with a measure, or with an event's own question; open ones first."""
        found = [k for k, a in self.world.state.assessments.items() if measure in (a.measure, a.event)]
        found = found or [x.assessment for x in self.of(entry.Asked) if measure in (x.measure, x.event)]
        assert found, f"{measure} was never asked; there is {list(self.world.state.assessments.values())}"
        return found[-1]

    def answer(self, when: str, measure: str, received: str = "", /, **answers: Any) -> "Story":
        """The person answers items, one after the other."""
        at = self.moment(when)
        arrives = self.moment(received) if received else 0
        self.pass_time(arrives or at)
        name = self.assessment(measure)
        for item, value in answers.items():
            self.send(
                stimulus.Answer(
                    key=self.key(), at=at, received=arrives, assessment=name, item=item, value=value,
                    reference=isinstance(value, str) and value.startswith("text:"),
                )
            )  # fmt: skip
        return self

    def of(self, kind: type) -> list[Any]:
        """The entries of a kind, in order."""
        return [x for x in self.entries if type(x) is kind]

    def check(self) -> "Story":
        """What must hold for every story: the state is the fold of the entries."""
        assert codec.encode(fold_all(State(), self.entries)) == codec.encode(self.world.state)
        return self


def in_words(x: effect.Any) -> str:
    """An effect as people read it."""
    if isinstance(x, effect.Prompt):
        return f"prompt {x.delivery} by {x.channel}"
    if isinstance(x, effect.Help):
        return f"help page of {x.alert}"
    if isinstance(x, effect.Notify):
        return f"tell {x.roster} of {x.alert}" + (f" (level {x.level})" if x.level else "")
    return f"{'remind' if x.reminder else 'tell'} facilitators of {x.subject}"


def read_case(path: Path) -> Case:
    """A case as it stands in its file. Words are words: `on`, `no` and `18:30` too."""
    tree = read_tree(path.name, path.read_bytes())
    assert not tree.issues, tree.issues
    found: Case = tree.value
    return found


def tell(case: Mapping[str, Any]) -> Story:
    """Tell a case: its program (`also`: others; `next`: changes for its next version; `stops`), and its story."""
    first = compiled_of(case["program"])
    others = [compiled_of(p) for p in case.get("also", [])]
    if "next" in case:
        others.append(compiled_of(patched(filled(case["program"]), case["next"])))
    zone, seed = case.get("zone", "Europe/Berlin"), str(case.get("seed", "a seed")).encode()
    current = {p.id: p.version for p in (*others, first)}
    story = Story(first, *others, zone=zone, seed=seed, current=current)
    stops = [
        Stop(s.get("program", EVERY), story.moment(s["since"]), story.moment(s["until"])) for s in case.get("stops", [])
    ]
    story.world.programs = Programs((first, *others), dict.fromkeys(story.programs, seed), current, stops)
    for line in case["story"]:
        for when, what in line.items():
            deeds = dict(what) if isinstance(what, dict) else {what: None}
            received = deeds.pop("received", "")
            for verb, value in deeds.items():
                assert verb in VERBS, f"{verb}: one of {', '.join(VERBS)}"
                VERBS[verb](story, str(when), value, str(received or ""))
    return story.check()


def _wait(story: Story, when: str, value: Any, received: str) -> None:
    story.pass_time(when)


def _enroll(story: Story, when: str, value: Any, received: str) -> None:
    fields = dict(value or {})
    story.enroll(when, fields.pop("program", ""), **fields)


def _answer(story: Story, when: str, value: Any, received: str) -> None:
    for measure, answers in value.items():
        given = answers if isinstance(answers, dict) else {"answer": answers}
        story.answer(when, measure, received, **given)


def _acts(act: str) -> Callable[[Story, str, Any, str], None]:
    def tell_act(story: Story, when: str, value: Any, received: str) -> None:
        story.act(when, value, act, received)

    return tell_act


def _human(story: Story, when: str, value: Any, received: str) -> None:
    story.act(when, value, "done", received, by="carla")


def _snooze(story: Story, when: str, value: Any, received: str) -> None:
    ((name, span),) = value.items()
    parsed = parse_span(span)
    assert parsed is not None, span
    story.act(when, name, "snoozed", received, until=story.moment(when) + parsed.exact)


def _standstill(story: Story, when: str, value: Any, received: str) -> None:
    story.pass_time(when).standstill(value)


def _sends(
    make: Callable[[Story, Any, dict[str, Any]], stimulus.Any],
) -> Callable[[Story, str, Any, str], None]:
    def send(story: Story, when: str, value: Any, received: str) -> None:
        at = story.moment(when)
        arrives = story.moment(received) if received else 0
        story.pass_time(max(at, arrives))
        story.send(make(story, value, {"key": story.key(), "at": at, "received": arrives}))

    return send


def _set(story: Story, value: Any, common: dict[str, Any]) -> stimulus.Any:
    ((name, setting),) = value.items()
    if name == "pause" and isinstance(setting, str):
        setting = story.moment(setting)
    return stimulus.Setting(name=name, value=setting, **common)


def _zone(story: Story, value: Any, common: dict[str, Any]) -> stimulus.Any:
    story.zone = value
    return stimulus.Zone(zone=value, **common)


def _publish(story: Story, value: Any, common: dict[str, Any]) -> stimulus.Any:
    versions = [p.version for p in story.world.programs if p.id == story.program.id]
    return stimulus.Publish(program=story.program.id, version=versions[-1], running=value, **common)


def _first(names: Iterable[str]) -> str:
    return next(iter(names), "none")


VERBS: dict[str, Callable[[Story, str, Any, str], None]] = {
    "enroll": _enroll,
    "wait": _wait,
    "standstill": _standstill,
    "answer": _answer,
    "done": _acts("done"),
    "dismiss": _acts("dismissed"),
    "drop": _acts("dropped"),
    "human": _human,
    "snooze": _snooze,
    "set": _sends(_set),
    "zone": _sends(_zone),
    "publish": _sends(_publish),
    "signal": _sends(lambda s, v, c: stimulus.Signal(name=next(iter(v)), value=next(iter(v.values())), **c)),
    "report": _sends(lambda s, v, c: stimulus.Report(name=v or "", **c)),
    "opened": _sends(lambda s, v, c: stimulus.Receipt(delivery=s.delivery(v), stage="opened", **c)),
    "shown": _sends(lambda s, v, c: stimulus.Receipt(delivery=s.delivery(v), stage="shown", **c)),
    "failed": _sends(
        lambda s, v, c: stimulus.Receipt(
            delivery=s.delivery(next(iter(v))), stage="failed", channel=next(iter(v.values())), **c
        )
    ),
    "choose": _sends(lambda s, v, c: stimulus.Choice(offer=_first(s.world.state.offers), intervention=v or "", **c)),
    "approve": _sends(
        lambda s, v, c: stimulus.Decide(proposal=_first(s.world.state.offers), by="carla", intervention=v, **c)
    ),
    "decline": _sends(lambda s, v, c: stimulus.Decide(proposal=_first(s.world.state.offers), by="carla", **c)),
    "assign": _sends(lambda s, v, c: stimulus.Assign(program=s.program.id, intervention=v, by="carla", **c)),
    "draw": _sends(lambda s, v, c: stimulus.Draw(program=s.program.id, **v, **c)),
    "withdraw": _sends(lambda s, v, c: stimulus.Withdraw(program=v or "", **c)),
    "acknowledge": _sends(lambda s, v, c: stimulus.Acknowledge(alert=_first(s.world.state.alerts), by="carla", **c)),
    "notice": _sends(
        lambda s, v, c: stimulus.Notice(
            alert=v.get("alert") or _first(s.world.state.alerts),
            result=v["result"],
            rosters=tuple(v.get("rosters", ())),
            urgent=v.get("urgent", False),
            **c,
        )
    ),
    "triage": _sends(
        lambda s, v, c: stimulus.Triage(
            alert=_first(s.world.state.alerts), question=next(iter(v)), answer=next(iter(v.values())), **c
        )
    ),
    "message": _sends(
        lambda s, v, c: stimulus.Message(
            program=s.program.id, by=v or "carla", reference="" if v == "nobody" else "text", **c
        )
    ),
    "arrange": _sends(
        lambda s, v, c: stimulus.Arrange(
            program=s.program.id,
            by="carla",
            check_in=v.get("check_in", ""),
            stage=v.get("stage", "agreed"),
            when=s.moment(v["when"]) if "when" in v else 0,
            how=v.get("how", ""),
            **c,
        )
    ),
    "resolve": _sends(
        lambda s, v, c: stimulus.Resolve(alert=_first(s.world.state.alerts), by="carla", code=v or "ok", **c)
    ),
}
"""What can happen in a line of a story."""
