"""A virtual person: how somebody might answer what the hub brings. Every choice is drawn from a keyed generator."""

from collections.abc import Iterator
from dataclasses import dataclass

from microcare.base import chance
from microcare.base.moments import HOUR, MINUTE, SECOND, resolve
from microcare.hub import entry, stimulus
from microcare.hub.state import State
from microcare.hub.stimulus import Value
from microcare.program.assessment import Item
from microcare.program.compiled import CompiledProgram
from microcare.program.person import Signal

WHOLE = float(1 << 64)


@dataclass(frozen=True, slots=True)
class Persona:
    """How a kind of person answers. Shares lie between 0 and 1.

    opens: prompts they open. does: of what they opened, what they do. answers: of what is asked, what they answer.
    level: where their answers lie on a scale, and how often they say yes.
    delay: the usual time until they react, ms.
    """

    name: str
    opens: float
    does: float
    answers: float
    level: float
    delay: int


PERSONAS = {
    p.name: p
    for p in (
        Persona("engaged", 0.95, 0.95, 0.97, 0.65, 8 * MINUTE),
        Persona("average", 0.75, 0.75, 0.85, 0.45, 25 * MINUTE),
        Persona("struggling", 0.6, 0.6, 0.75, 0.25, 40 * MINUTE),
        Persona("seldom", 0.3, 0.5, 0.6, 0.4, 90 * MINUTE),
        Persona("silent", 0.0, 0.0, 0.0, 0.4, HOUR),
    )
}


class VirtualPerson:
    """Somebody who is cared for, played by chance with a seed. The same seed plays the same person."""

    def __init__(self, person: str, persona: Persona, program: CompiledProgram, seed: bytes) -> None:
        self.person = person
        self.persona = persona
        self.program = program
        self.seed = seed

    def share(self, *key: str) -> float:
        """A number in [0, 1) for a key."""
        return chance.draw(self.seed, self.person, *key) / WHOLE

    def fields(self) -> dict[str, Value]:
        """Their characteristics: defaults where there are some."""
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
        return found

    def react(self, state: State, stated: entry.Any) -> Iterator[stimulus.Any]:
        """What they do about something the hub stated, each with the moment at which they do it."""
        if isinstance(stated, entry.Delivered):
            yield from self._delivered(stated)
        elif isinstance(stated, entry.Asked):
            yield from self._asked(stated)

    def _after(self, moment: int, *key: str) -> int:
        return moment + 20 * SECOND + int(2 * self.share("delay", *key) * self.persona.delay)

    def _delivered(self, x: entry.Delivered) -> Iterator[stimulus.Any]:
        if x.what == "assessment":
            return
        at = self._after(x.at, x.delivery)
        if x.human:
            at, by = x.at + 20 * HOUR, "coach"
            if self.share("human", x.delivery) < 0.9 and (not x.expires or at < x.expires):
                yield stimulus.Act(key=f"done:{x.delivery}", at=at, delivery=x.delivery, act="done", by=by)
            return
        if self.share("opens", x.delivery) >= self.persona.opens or (x.expires and at >= x.expires):
            return
        yield stimulus.Receipt(key=f"opened:{x.delivery}", at=at, delivery=x.delivery, stage="opened")
        if x.what == "offer":
            yield stimulus.Choice(key=f"choice:{x.name}", at=at + MINUTE, offer=x.name, intervention="")
            return
        done = at + 2 * MINUTE
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
        if self.share("answers", x.assessment) >= self.persona.answers:
            return
        measure = self.program.measures.get(x.measure)
        for place, item in enumerate(x.items):
            moment = at + place * 6 * SECOND
            if measure is None or moment >= x.expires:
                return
            value = self._answer(measure.items[item], x.measure, item, x.assessment)
            yield stimulus.Answer(
                key=f"answer:{x.assessment}:{item}",
                at=moment,
                assessment=x.assessment,
                item=item,
                value=value,
                reference=measure.items[item].kind in ("text", "photo"),
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
