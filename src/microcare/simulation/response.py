"""What is planted in virtual people: how their days answer to what is done, so that an analysis can be checked.

Everything is a stated number; all chance is keyed by the seed, the person and the decision point or run.

**A signal that a decision point is watched by** (`signals`): for each decision point with a signal as its proximal outcome,

    value = usual * exp(between * z_person + within * z_point)  +  effect of the option that was chosen

rounded, not below 0. z are standard normal. The effect is `adds + each_day * day + varies * z_person,option`, plus
`where[name][value]` for every tailoring variable whose value the rule saw; with nothing chosen it is 0. With chance
`missing` the device says nothing. Because the effect is added to a draw that does not depend on it, the mean difference
between sending and not sending is the effect itself, wherever the value does not meet 0.

**The overall outcome of a run** (`success`): it comes to a success with the chance

    chance + after[the intervention before] + who[field][value] + after_for[the intervention before][field][value]

held between 0.02 and 0.98; then the person answers its questions at the upper end, else at the lower.
"""

from collections.abc import Iterator
from math import exp
from statistics import NormalDist

import msgspec

from microcare.base.moments import MINUTE, local_day
from microcare.hub import entry, stimulus
from microcare.hub.state import State
from microcare.hub.stimulus import Value
from microcare.program.assessment import Item
from microcare.program.compiled import CompiledProgram
from microcare.simulation.virtual import Persona, VirtualPerson

NORMAL = NormalDist()
LEAST, MOST = 0.02, 0.98


class Effect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an option does to the signal: see the module."""

    adds: float = 0.0
    each_day: float = 0.0
    varies: float = 0.0
    where: dict[str, dict[str, float]] = {}


class SignalResponse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a signal that is a proximal outcome comes about."""

    usual: float
    between: float = 0.0
    within: float = 0.0
    missing: float = 0.0
    effects: dict[str, Effect] = {}


class SuccessResponse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The chance that a run of an intervention comes to a success."""

    chance: float
    after: dict[str, float] = {}
    who: dict[str, dict[str, float]] = {}
    after_for: dict[str, dict[str, dict[str, float]]] = {}


class Response(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is planted, and the shares of personas among the people."""

    people: dict[str, float] = {}
    """Without shares everybody is `average`."""
    signals: dict[str, SignalResponse] = {}
    success: dict[str, SuccessResponse] = {}


def read_response(tree: object) -> Response:
    """A response from plain values (of a YAML file); raises `msgspec.ValidationError` naming what is wrong."""
    return msgspec.convert(tree, Response, strict=False)


class RespondingPerson(VirtualPerson):
    """A virtual person whose signals and outcomes answer to what is done, as planted."""

    def __init__(
        self, person: str, persona: Persona, program: CompiledProgram, seed: bytes, response: Response, zone: str
    ) -> None:
        super().__init__(person, persona, program, seed)
        self.response = response
        self.zone = zone
        self.joined = 0
        self._before: dict[str, str] = {}
        self._last = ""
        self._fields: dict[str, Value] = {}
        self._succeeds: dict[str, bool] = {}

    def normal(self, *key: str) -> float:
        """A standard normal number for a key."""
        return NORMAL.inv_cdf(min(max(self.share("normal", *key), 1e-12), 1 - 1e-12))

    def react(self, state: State, stated: entry.Any) -> Iterator[stimulus.Any]:
        """What they do about something the hub stated, and what their devices then measure."""
        if isinstance(stated, entry.Enrolled):
            self.joined, self._fields = local_day(self.zone, stated.at), stated.fields
        elif isinstance(stated, entry.Started):
            self._before[stated.run], self._last = self._last, stated.intervention
        elif isinstance(stated, entry.Decided):
            yield from self._measured(stated)
        elif isinstance(stated, entry.Asked) and stated.purpose == "overall" and stated.run in self._before:
            self._succeeds[stated.assessment] = self._success(stated.run)
        yield from super().react(state, stated)

    def signals(self, zone: str, day: int) -> Iterator[stimulus.Signal]:
        """The context their devices send, but not what is measured at decision points."""
        yield from (s for s in super().signals(zone, day) if s.name not in self.response.signals)

    def _watched(self, x: entry.Decided) -> tuple[str, int] | None:
        """The signal that is the proximal outcome of a decision point, and how long it is watched."""
        intervention = self.program.interventions.get(x.intervention)
        rule = None if intervention is None else next((r for r in intervention.rules if r.rule.name == x.rule), None)
        proximal = None if rule is None else rule.rule.proximal
        if proximal is None or proximal.signal is None:
            return None
        return proximal.signal, proximal.over.exact if proximal.over is not None else 30 * MINUTE

    def _measured(self, x: entry.Decided) -> Iterator[stimulus.Signal]:
        watched = self._watched(x)
        if watched is None or x.outcome == "missed" or watched[0] not in self.response.signals:
            return
        name, over = watched
        model = self.response.signals[name]
        if self.share("missing", x.point) < model.missing:
            return
        level = model.usual * exp(model.between * self.normal("level", name) + model.within * self.normal(x.point))
        value = float(max(0, round(level + self._effect(model, x))))
        # Just inside the window, which begins when it is decided.
        yield stimulus.Signal(key=f"measured:{x.point}", at=x.at + over - MINUTE, name=name, value=value)

    def _effect(self, model: SignalResponse, x: entry.Decided) -> float:
        effect = model.effects.get(x.chosen)
        if effect is None:
            return 0.0
        found = effect.adds + effect.each_day * (local_day(self.zone, x.at) - self.joined)
        found += effect.varies * self.normal("effect", x.chosen) if effect.varies else 0.0
        return found + sum(by.get(_key(x.inputs.get(name)), 0.0) for name, by in effect.where.items())

    def _success(self, run: str) -> bool:
        intervention = run.split(".")[-2]
        model = self.response.success.get(intervention)
        if model is None:
            return self.share("success", run) < self.persona.level
        before = self._before[run]
        chance = model.chance + model.after.get(before, 0.0)
        for by in (model.who, model.after_for.get(before, {})):
            chance += sum(values.get(_key(self._fields.get(field)), 0.0) for field, values in by.items())
        return self.share("success", run) < min(max(chance, LEAST), MOST)

    def _answer(self, item: Item, measure: str, name: str, assessment: str) -> Value:
        succeeds = self._succeeds.get(assessment)
        if succeeds is None or self.program.safety.get((measure, name)) or item.kind not in ("scale", "choice"):
            return super()._answer(item, measure, name, assessment)
        if item.kind == "scale" and item.scale is not None:
            return item.scale[1] if succeeds else item.scale[0]
        names = list(item.choices)
        return names[0] if succeeds else names[-1]


def _key(value: Value) -> str:
    """How a value is written in a response: true, false, a text, or a number."""
    return str(value).lower() if isinstance(value, bool) else str(value)
