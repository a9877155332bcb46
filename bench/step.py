"""What generality costs: `step` against a function written by hand for one simple program.

The program decides every day by chance whether a word comes, if the person is at home. The hand-written function knows
this program and nothing else: no expressions, no gate, no agenda. It gives the same entries, effects, state and due
instant (checked before anything is timed). Medians over interleaved rounds; read the ratio (aim: at most 4).

Run: python bench/step.py
"""

from bisect import bisect_right
from copy import copy
from statistics import median
from time import perf_counter

from msgspec.structs import replace

from microcare.base.chance import draw
from microcare.base.moments import DAY, HOUR, local_day, resolve
from microcare.hub import codec, effect, entry, stimulus
from microcare.hub.advance import wake
from microcare.hub.programs import Programs
from microcare.hub.scheduler import slot_name
from microcare.hub.state import Delivery, EventRecord, State
from microcare.hub.step import step
from microcare.program.compiled import CompiledProgram
from microcare.program.compiler import compile_program
from microcare.program.reader import read_bundle

PROGRAM = """
program: daily
title: Daily
signals: {home: {type: boolean, keep: 12h}}
interventions:
  walk:
    title: Walk
    aim: Steps
    lasts: 3650d
    disengaged_after: 3650d
    events:
      go: {goal: trigger_desired_action, say: "Go.", expires: 1h}
    rules:
      - {name: daily, on: start, every: day, at: "10:00", if: signals.home, randomize: {go: 0.6, nothing: 0.4}}
"""
ZONE, PERSON, SEED, DAYS, ROUNDS = "Europe/Berlin", "ada", b"a secret seed", 300, 15
RUN, POINT = "daily.walk.1", "daily.walk.1/daily/"
CUTS = (round(0.6 * 2**64), 2**64)
WINDOW, CLOCK, KEEP, WEEK = 1_800_000, 36_000, 12 * HOUR, 8 * DAY
NONE = EventRecord()


def compiled() -> CompiledProgram:
    """The program, ready to run."""
    reading = read_bundle({"program.yaml": PROGRAM.encode()}, "program.yaml")
    assert reading.program is not None, reading.issues
    found, issues = compile_program(reading.program, reading.source)
    assert found is not None, issues
    return found


# -- by hand ----------------------------------------------------------------------------------------------------------

Result = tuple[State, list[entry.Any], list[effect.Any], int | None]


def by_hand(version: str, state: State, one: stimulus.Any) -> Result:
    """What `step` does for this one program."""
    new = copy(state)
    new.last = now = max(one.at, one.received)
    if type(one) is stimulus.Signal:
        said = entry.Signaled(at=one.at, received=now, name="home", value=one.value, keep=KEEP)
        series = (*state.signals.get("home", ()), (one.at, one.value))
        first = 0
        while first < len(series) - 1 and series[first][0] < one.at - KEEP:
            first += 1
        new.signals = {**state.signals, "home": series[first:]}
        return new, [said], [], due(new)
    for name, delivery in state.deliveries.items():
        if delivery.expires <= one.at:
            return expired(new, name, delivery, now)
    return decided(version, new, one, now)


def due(state: State) -> int:
    """The next instant: the open delivery's expiry, or tomorrow's point."""
    run = state.runs[RUN]
    record = run.rules["daily"]
    moment = resolve(ZONE, record.last[0] + 1 if record.last else record.day, CLOCK)
    for delivery in state.deliveries.values():
        moment = min(moment, delivery.expires)
    return moment


def expired(new: State, name: str, delivery: Delivery, now: int) -> Result:
    """An hour is over."""
    said = entry.Undelivered(at=now, received=now, delivery=name, reason="expired")
    new.deliveries = {k: v for k, v in new.deliveries.items() if k != name}
    new.closed = {**new.closed, name: replace(delivery, closed="expired")}
    while len(new.closed) > 60:
        del new.closed[next(iter(new.closed))]
    run = new.runs[RUN]
    event = replace(run.events["go"], expired=run.events["go"].expired + 1, in_a_row=0)
    new.runs = {RUN: replace(run, events={"go": event})}
    return new, [said], [], due(new)


def decided(version: str, new: State, one: stimulus.Any, now: int) -> Result:
    """The day's decision point."""
    run = new.runs[RUN]
    record = run.rules["daily"]
    day = local_day(ZONE, one.at)
    slot = slot_name(day, 0)
    series = new.signals.get("home")
    home = series[-1][1] if series and series[-1][0] + KEEP > now else None
    said = {
        "at": now, "received": now, "point": POINT + slot, "program": "daily", "run": RUN, "intervention": "walk",
        "version": version, "rule": "daily", "rule_index": 0, "slot": slot, "planned": one.at, "day": day, "index": 0, "prompt": True,
    }  # fmt: skip
    effects: list[effect.Any] = []
    events = run.events
    chosen = ""
    if now > one.at + WINDOW:
        why = ("its window closed before it could be asked",)
        entries: list[entry.Any] = [entry.Decided(outcome="missed", reasons=why, **said)]  # type: ignore[arg-type]
    elif home is None:
        entries = [
            entry.Decided(
                outcome="unknown", available=True, reasons=("signals.home unknown",), inputs={"signals.home": None}, **said  # type: ignore[arg-type]
            )
        ]  # fmt: skip
    elif home is False:
        entries = [
            entry.Decided(
                outcome="not_eligible", available=True, reasons=("signals.home is false",), inputs={"signals.home": False}, **said  # type: ignore[arg-type]
            )
        ]  # fmt: skip
    else:
        drawn = draw(SEED, PERSON, POINT + slot, "option")
        chosen = ("go", "nothing")[bisect_right(CUTS, drawn)]
        entries = [
            entry.Decided(
                outcome="randomized", available=True, inputs={"signals.home": True}, options={"go": 0.6, "nothing": 0.4},
                chosen=chosen, drawn=str(drawn), **said  # type: ignore[arg-type]
            )
        ]  # fmt: skip
    since, offered = run.unanswered_since, run.offered
    if chosen == "go":
        count = new.counts.get("delivery", 0) + 1
        name, expires, channels = f"d{count}", now + HOUR, (("in_app", now),)
        entries.append(
            entry.Delivered(
                at=now, received=now, delivery=name, program="daily", what="event", name="go", run=RUN, point=POINT + slot,
                expires=expires, prompt=True, channels=channels, version=version,
            )
        )  # fmt: skip
        effects.append(effect.Prompt(at=now, delivery=name, channel="in_app", expires=expires))
        delivery = Delivery("daily", "event", "go", RUN, POINT + slot, now, expires, True, channels=channels)
        new.deliveries = {**new.deliveries, name: delivery}
        new.counts = {**new.counts, "delivery": count}
        new.prompts = (*[p for p in new.prompts if p > now - WEEK], now)
        new.courses = {"daily": replace(new.courses["daily"], contacted=now)}
        event = events.get("go", NONE)
        events = {"go": replace(event, delivered=event.delivered + 1, delivered_at=now)}
        since, offered = since or now, now
    changed = replace(record, points=record.points + 1, last=(day, 0))
    new.runs = {
        RUN: replace(
            run, rules={"daily": changed}, events=events, points=run.points + 1, unanswered_since=since, offered=offered
        )
    }
    return new, entries, effects, due(new)


# -- the measurement --------------------------------------------------------------------------------------------------


def story(program: CompiledProgram, programs: Programs) -> tuple[State, list[stimulus.Any]]:
    """A person who has joined, and what reaches the engine in the days that follow."""
    start = 1_772_434_800_000
    joined = step(programs, PERSON, State(), stimulus.Enroll(key="e", at=start, program="daily", zone=ZONE))
    stimuli: list[stimulus.Any] = []
    state, when = joined.state, joined.due
    for number in range(DAYS):
        day = local_day(ZONE, start) + number
        signal = stimulus.Signal(
            key=f"s{number}", at=resolve(ZONE, day, CLOCK - 300), name="home", value=number % 4 != 3
        )
        for one in [signal] if number % 7 else []:
            taken = step(programs, PERSON, state, one)
            state, when = taken.state, taken.due
            stimuli.append(one)
        for taken in wake(programs, PERSON, state, when, resolve(ZONE, day, 23 * 3600), punctual=True):
            state, when = taken.state, taken.due
            stimuli.append(taken.stimulus)
    return joined.state, stimuli


def agree(program: CompiledProgram, programs: Programs, state: State, stimuli: list[stimulus.Any]) -> None:
    """Both give the same, at every step."""
    for one in stimuli:
        taken = step(programs, PERSON, state, one)
        new, entries, effects, when = by_hand(program.version, state, one)
        assert list(taken.entries) == entries, (taken.entries, entries)
        assert list(taken.effects) == effects
        assert codec.encode(taken.state) == codec.encode(new)
        assert taken.due == when
        state = taken.state


def main() -> None:
    """Measure and print."""
    program = compiled()
    programs = Programs([program], {"daily": SEED})
    begin, stimuli = story(program, programs)
    agree(program, programs, begin, stimuli)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        state, start = begin, perf_counter()
        for one in stimuli:
            state = step(programs, PERSON, state, one).state
        middle = perf_counter()
        state = begin
        for one in stimuli:
            state = by_hand(program.version, state, one)[0]
        theirs.append(perf_counter() - middle)
        ours.append(middle - start)
    a, b = (median(times) / len(stimuli) * 1e6 for times in (ours, theirs))
    print(f"{len(stimuli)} steps, {ROUNDS} rounds, medians")
    print(
        f"step: {a:.1f} us   by hand: {b:.1f} us   ratio {median(x / y for x, y in zip(ours, theirs, strict=True)):.2f}"
    )


if __name__ == "__main__":
    main()
