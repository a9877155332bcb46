"""A virtual person: how somebody might answer what the hub brings. Every choice is drawn from a keyed generator."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from microcare.base import chance
from microcare.base.moments import HOUR, MINUTE, SECOND, resolve
from microcare.hub import entry, stimulus
from microcare.hub.state import State
from microcare.hub.stimulus import Value
from microcare.program.assessment import Item
from microcare.program.compiled import CompiledProgram
from microcare.program.content import Exercise
from microcare.program.person import Signal
from microcare.simulation.facilitator import facilitate

WHOLE = float(1 << 64)
YEARS = 3653
"""Dates of a person lie within so many days before they join: ten years."""


@dataclass(frozen=True, slots=True)
class Persona:
    """How a kind of person answers. Shares lie between 0 and 1.

    opens: prompts they open. does: of what they opened, what they do. answers: of what is asked, what they answer.
    level: where their answers lie on a scale, and how often they say yes.
    delay: the usual time until they react, ms.
    reports: on which share of days they say that they need something, where the program lets them.
    """

    name: str
    opens: float
    does: float
    answers: float
    level: float
    delay: int
    reports: float


PERSONAS = {
    p.name: p
    for p in (
        Persona("engaged", 0.95, 0.95, 0.97, 0.65, 8 * MINUTE, 0.05),
        Persona("average", 0.75, 0.75, 0.85, 0.45, 25 * MINUTE, 0.05),
        Persona("struggling", 0.6, 0.6, 0.75, 0.25, 40 * MINUTE, 0.1),
        Persona("seldom", 0.3, 0.5, 0.6, 0.4, 90 * MINUTE, 0.02),
        Persona("silent", 0.0, 0.0, 0.0, 0.4, HOUR, 0.0),
    )
}


class VirtualPerson:
    """Somebody who is cared for, played by chance with a seed. The same seed plays the same person."""

    def __init__(
        self,
        person: str,
        persona: Persona,
        program: CompiledProgram,
        seed: bytes,
        answers: Mapping[tuple[str, str], Value] | None = None,
    ) -> None:
        """`answers`: what they answer to a measure's item whenever it is asked, whatever they would do otherwise."""
        self.person = person
        self.persona = persona
        self.program = program
        self.seed = seed
        self.answers = answers or {}

    def share(self, *key: str) -> float:
        """A number in [0, 1) for a key."""
        return chance.draw(self.seed, self.person, *key) / WHOLE

    def fields(self, today: int) -> dict[str, Value]:
        """Their characteristics on the local day on which they join: defaults where there are some."""
        found: dict[str, Value] = {}
        for name, field in self.program.program.person.items():
            if field.default is not None:
                continue
            share = self.share("field", name)
            if field.type == "text":
                found[name] = True
            elif field.type == "choice" and field.options:
                found[name] = list(field.options)[int(share * len(field.options))]
            elif field.type == "boolean":
                found[name] = share < 0.5
            elif field.type in ("number", "integer"):
                low, high = field.min or 0.0, field.max if field.max is not None else (field.min or 0.0) + 10
                value = low + share * (high - low)
                found[name] = round(value) if field.type == "integer" else round(value, 1)
            elif field.type == "time":
                found[name] = f"{7 + int(share * 13):02d}:30"
            elif field.type == "date":
                found[name] = date.fromordinal(today - int(share * YEARS)).isoformat()
        return found

    def react(self, state: State, stated: entry.Any) -> Iterator[stimulus.Any]:
        """What they, and whoever accompanies them, do about something the hub stated, each with its moment."""
        yield from facilitate(stated, self.share)
        if isinstance(stated, entry.Delivered):
            yield from self._delivered(stated)
        elif isinstance(stated, entry.Asked):
            yield from self._asked(stated)

    def _after(self, moment: int, *key: str) -> int:
        return moment + 20 * SECOND + int(2 * self.share("delay", *key) * self.persona.delay)

    def _delivered(self, x: entry.Delivered) -> Iterator[stimulus.Any]:
        if x.what == "assessment" or x.human:
            return
        at = self._after(x.at, x.delivery)
        if self.share("opens", x.delivery) >= self.persona.opens or (x.expires and at >= x.expires):
            return
        yield stimulus.Receipt(key=f"opened:{x.delivery}", at=at, delivery=x.delivery, stage="opened")
        if x.what == "offer":
            yield stimulus.Choice(key=f"choice:{x.name}", at=at + MINUTE, offer=x.name, intervention="")
            return
        done = at + self._takes(x)
        if x.expires and done >= x.expires:
            return
        if self.share("does", x.delivery) < self.persona.does:
            yield stimulus.Act(
                key=f"done:{x.delivery}",
                at=done,
                delivery=x.delivery,
                act="done",
                spent=done - at - 5 * SECOND,
            )
        elif self.share("dismisses", x.delivery) < 0.3:
            yield stimulus.Act(key=f"no:{x.delivery}", at=at + MINUTE, delivery=x.delivery, act="dismissed")

    def _takes(self, x: entry.Delivered) -> int:
        """How long an event takes them, ms: what its timers count, or about the effort it says, or two minutes."""
        intervention = self.program.interventions.get(x.run.split(".")[1] if "." in x.run else "")
        event = (
            intervention.events[x.name].event if intervention is not None and x.name in intervention.events else None
        )
        share = self.share("takes", x.delivery)
        timers = sum(b.exercise.exact for b in event.content if isinstance(b, Exercise)) if event is not None else 0
        if timers:
            return timers + 15 * SECOND + int(share * MINUTE)
        if event is not None and event.effort is not None:
            return 10 * SECOND + int(event.effort.exact * (0.6 + 0.8 * share))
        return 2 * MINUTE

    def choose(self, state: State, choice: stimulus.Choice) -> stimulus.Choice | None:
        """Which of the offered interventions they take, when it comes to it."""
        offer = state.offers.get(choice.offer)
        if offer is None:
            return None
        taken = self.share("accepts", choice.offer) < self.persona.does
        names = offer.interventions
        name = names[int(self.share("which", choice.offer) * len(names))] if taken else ""
        return stimulus.Choice(key=choice.key, at=choice.at, offer=choice.offer, intervention=name)

    def _asked(self, x: entry.Asked) -> Iterator[stimulus.Any]:
        there = x.purpose in ("proximal", "form", "engagement", "ownership")
        at = x.at + 15 * SECOND if there else self._after(x.at, x.assessment)
        willing = self.share("answers", x.assessment) < self.persona.answers
        measure = self.program.measures.get(x.measure)
        for place, item in enumerate(x.items):
            moment = at + place * 6 * SECOND
            if measure is None or moment >= x.expires:
                return
            forced = (x.measure, item) in self.answers
            if not willing and not forced:
                continue
            value = (
                self.answers[x.measure, item]
                if forced
                else self._answer(measure.items[item], x.measure, item, x.assessment)
            )
            yield stimulus.Answer(
                key=f"answer:{x.assessment}:{item}",
                at=moment,
                assessment=x.assessment,
                item=item,
                value=value,
                reference=measure.items[item].kind == "photo",
            )

    def _answer(self, item: Item, measure: str, name: str, assessment: str) -> Value:
        """An answer around the person's level. Items that safety rules look at get the first, harmless answer."""
        level = min(max(self.persona.level + (self.share("answer", assessment, name) - 0.5) * 0.7, 0.0), 0.999)
        risky = bool(self.program.safety.get((measure, name)))
        if item.kind == "scale" and item.scale is not None:
            low, high = item.scale
            return low if risky else low + int(level * (high - low + 1))
        if item.kind == "choice":
            names = list(item.choices)
            if risky:
                return names[-1 if names[-1] == "no" else 0]
            return names[min(int((1 - level) * len(names)), len(names) - 1)]
        if item.kind == "boolean":
            return False if risky else level > 0.4
        if item.kind == "number":
            low_, high_ = item.min or 0.0, item.max if item.max is not None else 10.0
            return round(low_ + level * (high_ - low_))
        return "18:30" if item.kind == "time" else f"{measure}.{name}"

    def reports(self, zone: str, day: int) -> Iterator[stimulus.Report]:
        """What they say they need on a local day: now and then one of the program's reports."""
        names = list(self.program.program.reports)
        if names and self.share("reports", str(day)) < self.persona.reports:
            at = resolve(zone, day, 9 * 3600 + int(self.share("reports at", str(day)) * 12 * 3600))
            name = names[int(self.share("reported", str(day)) * len(names))]
            yield stimulus.Report(key=f"report:{day}", at=at, name=name)

    def signals(self, zone: str, day: int) -> Iterator[stimulus.Signal]:
        """The context their devices send on a local day: a few values of each signal, in time order."""
        for clock in (8 * 3600, 12 * 3600, 15 * 3600, 18 * 3600, 20 * 3600):
            at = resolve(zone, day, clock)
            for name, signal in self.program.program.signals.items():
                value = self._signal(name, signal, f"{day}/{clock}")
                yield stimulus.Signal(key=f"signal:{name}:{day}:{clock}", at=at, name=name, value=value)

    def _signal(self, name: str, signal: Signal, when: str) -> Value:
        share = self.share("signal", name, when)
        if signal.type == "boolean":
            return share < 0.6
        if signal.type == "text":
            return signal.options[int(share * len(signal.options))] if signal.options else "something"
        return float(round(share * share * 3000)) if "step" in name else float(round(share * 60))
