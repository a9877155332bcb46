"""Decision rules: which event, when (paper: "Decision Rules")."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from microcare.base.schedules import DayPattern, parse_days
from microcare.base.spans import Span, parse_span
from microcare.program.outcome import Proximal
from microcare.program.parts import Clocks, Expr, Identifier, Names, Part, SpanField, WindowField, described

Every = DayPattern | Span


def _every(value: object) -> Every:
    """Days on the calendar, or a length of hours and minutes inside the day."""
    if isinstance(value, DayPattern | Span):
        return value
    if isinstance(value, str):
        pattern = parse_days(value)
        if pattern is not None:
            return pattern
        span = parse_span(value.removeprefix("every ")) or parse_span(f"1 {value}")
        if span is not None and not span.months and not span.days and span.milliseconds >= 60_000:
            return span
    raise PydanticCustomError("every", "{value} does not say how often", {"value": repr(value)})


EveryField = Annotated[
    Every,
    PlainValidator(_every),
    WithJsonSchema(
        {
            "type": "string",
            "examples": ["day", "2 days", "weekday", "weekend", "monday, thursday", "month", "90m"],
        }
    ),
]
"""How often: `day`, `2 days`, `weekday`, `weekend`, names of days, `week`, `month`; or `90m`, `2h` inside `between`."""


def _named(value: object) -> object:
    return {"": value} if value is not None and not isinstance(value, dict) else (value or {})


class Option(Part):
    """One option of a randomization that delivers more than its name says."""

    p: float = described("Its probability.")
    deliver: Names = described("The events it delivers, in order; `nothing` for none.")


_NAMES = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_OPTION = {
    "type": "object",
    "properties": {"p": {"type": "number", "minimum": 0, "maximum": 1}, "deliver": _NAMES},
    "required": ["p", "deliver"],
    "additionalProperties": False,
}


def _share(value: object) -> object:
    if isinstance(value, dict):
        return Option.model_validate(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("probability", "{value} is not a probability", {"value": repr(value)})
    return float(value)


Shares = dict[
    Identifier,
    Annotated[
        float | Option,
        PlainValidator(_share),
        WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, _OPTION]}),
    ],
]


class Action(Part):
    """What a rule (or one of its alternatives) does."""

    deliver: Names | None = described("Events to deliver, in order; `nothing` decides for none.", default=None)
    randomize: Shares | None = described(
        "Options with their probabilities, summing to 1: `{dinner: 0.6, nothing: 0.4}`. Not beside `deliver`: what every "
        "option delivers stands in each, or in a rule of its own.",
        default=None,
    )
    end: Identifier | None = described("End the micro intervention here, for this reason.", default=None)
    as_: Literal["success", "failure", "disengaged", "ended"] | None = described(
        "With `end`: what the micro intervention counts as. Otherwise its overall outcome is assessed, "
        "or, without one, it counts as ended. The reason `disengaged` counts as disengaged.",
        default=None,
        alias="as",
    )
    offer: Identifier | None = described("Offer another micro intervention.", default=None)
    evaluate: bool = described("Open an evaluation of the person's state.", default=False)

    @model_validator(mode="after")
    def _one_way(self) -> "Action":
        if self.deliver is not None and self.randomize is not None:
            raise PydanticCustomError(
                "two_ways", "`deliver` beside `randomize`: either chance decides, or it does not", {}
            )
        return self

    @property
    def acts(self) -> int:
        """How many things it does."""
        return sum(
            [
                self.deliver is not None,
                self.randomize is not None,
                self.end is not None,
                self.offer is not None,
            ]
        ) + (self.evaluate)


class Case(Action):
    """An alternative: what to do if its condition holds. The last may have no condition."""

    condition: Expr | None = described("When this alternative is taken.", default=None, alias="if")

    @model_validator(mode="after")
    def _something(self) -> "Case":
        if not self.acts:
            raise PydanticCustomError("no_action", "does nothing", {})
        return self


class Rule(Action):
    """At a decision point, when available and if the tailoring variables say so, choose an option.

    A decision point exists because the rule's trigger came due, not because the rule fired; each has exactly
    one outcome: unavailable, not eligible, unknown, decided, randomized or missed.
    """

    name: Identifier | None = described("Its name in data sets (otherwise made from what it delivers).", default=None)
    on: str = described(
        "What begins it: `start`; `EVENT.completed` (done, and its proximal assessment answered or past due); "
        "`EVENT.done`, `.delivered`, `.shown`, `.opened`, `.succeeded`, `.failed`, `.expired`, `.dismissed`; "
        "`quiet for 3d` (no engagement); `signals.NAME` (a number arrives, a yes-or-no becomes true); "
        "`MEASURE.completed`; `report` or `report.NAME`.",
        default="start",
    )
    every: EveryField | None = described("A time-based rule: how often it comes due from then on.", default=None)
    at: Clocks = described(
        "At which times of day; a person's field may hold the time. While that is not known, the rule plans nothing for it.",
        default=(),
    )
    between: WindowField | None = described(
        "With `every: 90m`: the part of the day. With `random`: the window in which the moments lie.",
        default=None,
    )
    random: Annotated[int, Field(ge=1, le=24)] | None = described(
        "So many random moments inside the window `between`, drawn when its day begins. They lie apart by `limits.gap` and "
        "by how long their events last, as far as half of the window allows.",
        default=None,
    )
    after: SpanField | None = described("Wait so long after what began it.", default=None)
    times: Annotated[int, Field(ge=1, le=100_000)] | None = described(
        "So many decision points, whatever their outcomes; what falls into a pause or a safety hold does not count.",
        default=None,
    )
    lasts: SpanField | None = described("Comes due for so long after it began.", default=None)
    until: Expr | None = described("Stops coming due once this holds.", default=None)
    window: SpanField = described(
        "How long a decision point may still be decided after its moment; then it is missed.",
        default_factory=lambda: parse_span("30m"),
    )
    available: Annotated[dict[str, Expr], BeforeValidator(_named)] = described(
        "Availability: an expression, or several, each under the name of its reason. Where one is false the decision "
        "point is unavailable for that reason; where one is unknown, it is unknown.",
        default_factory=dict,
    )
    condition: Expr | None = described(
        "The tailoring condition; otherwise the decision point is not eligible.", default=None, alias="if"
    )
    choose: tuple[Case, ...] = described("Alternatives: the first whose `if` holds is taken.", default=())
    when_refused: Literal["drop", "after quiet", "next window", "later"] | None = described(
        "When the gate says no for a while (quiet hours, limits, a pause): `drop` the decision point as unavailable; "
        "move it to the end of the quiet hours (`after quiet`), to when the limits allow inside `window` "
        "(`next window`), or to whenever they allow (`later`; inside `window`, where the rule gives one). "
        "Otherwise rules by the calendar drop it, unless they come only once (`times: 1`), rules on signals use "
        "`next window`, and all others ask again `later`. At most one point of a rule waits, the newest, and no longer "
        "than what it is about: a reminder of a form ends with the form.",
        default=None,
    )
    proximal: Proximal | None = described(
        "A proximal outcome of the decision point itself, assessed for every option, nothing included. Only a `signal` "
        "can be: a question would itself be an event. Ask questions in the `proximal` of an event; to ask after "
        "`nothing` too, randomize an event that only asks: see [below](#questions-often-asked).",
        default=None,
    )

    @model_validator(mode="after")
    def _consistent(self) -> "Rule":
        if self.choose and self.acts:
            raise PydanticCustomError("two_actions", "`choose` stands alone: put everything it does into its cases", {})
        if not self.choose and not self.acts:
            raise PydanticCustomError("no_action", "the rule does nothing", {})
        if self.random is not None and self.between is None:
            raise PydanticCustomError("random_window", "`random` needs `between`, the window its moments lie in", {})
        if isinstance(self.every, Span) and self.between is None:
            raise PydanticCustomError("every_window", "`every` of hours or minutes needs `between`", {})
        return self

    @property
    def cases(self) -> tuple[Action, ...]:
        """What it may do: its alternatives, or itself."""
        return self.choose or (self,)


def options_of(action: Action) -> dict[str, tuple[float, tuple[str, ...]]]:
    """Each option of a randomization: its probability and the events it delivers (none for `nothing`)."""
    found: dict[str, tuple[float, tuple[str, ...]]] = {}
    for name, share in (action.randomize or {}).items():
        if isinstance(share, Option):
            found[name] = (share.p, tuple(e for e in share.deliver if e != "nothing"))
        else:
            found[name] = (share, () if name == "nothing" else (name,))
    return found
