"""A program: all that is authored for one clinical target."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from microcare.base.spans import parse_span
from microcare.program.assessment import Measure
from microcare.program.conceptual_model import Level
from microcare.program.consent import Purpose
from microcare.program.evaluation import Contact, EvaluationTrigger, Felt, Recommend
from microcare.program.intervention import Intervention
from microcare.program.narrative import Narrative
from microcare.program.outcome import Target
from microcare.program.parts import Identifier, Part, SpanField, Text, WindowField, described
from microcare.program.person import PersonFields, Report, Signals
from microcare.program.safety import HelpPage, Roster, SafetyRule


class Limits(Part):
    """Burden: what may reach a person unasked. The strictest limits of all their programs hold together."""

    per_day: Annotated[int, Field(ge=0)] | None = described("So many prompts a local day.", default=None)
    per_week: Annotated[int, Field(ge=0)] | None = described("So many prompts in seven days.", default=None)
    gap: SpanField | None = described("So long between two prompts.", default=None)
    quiet: WindowField | None = described("Quiet hours, in the person's wall time.", default=None)


class ChannelStep(Part):
    """A channel, and when it is tried."""

    channel: Literal["in_app", "push", "email"] = described("The channel.")
    after: SpanField = described(
        "Tried when the prompt has not been opened for so long.", default_factory=lambda: parse_span("0m")
    )


def _channels(value: object) -> object:
    """`[in_app, push, {email: 4h}]` and `[in_app, push, {channel: email, after: 4h}]` say the same."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return value
    return [_channel(v) for v in value]


def _channel(value: object) -> object:
    if isinstance(value, str):
        return {"channel": value}
    if isinstance(value, dict) and len(value) == 1 and "channel" not in value:
        name, after = next(iter(value.items()))
        return {
            "channel": name,
            "after": after["after"] if isinstance(after, dict) and "after" in after else after,
        }
    return value


class Program(Part):
    """All that is authored for one clinical target: conceptual model, suite, measures, evaluation, narratives, safety."""

    program: Identifier = described("The program's name.")
    title: Text = described("What people call it.")
    about: Text | None = described("What it is, in a sentence, for those who join.", default=None)
    language: str = described("The language its texts are written in (BCP 47, like `en`).", default="en")
    languages: tuple[str, ...] = described("All languages it comes in.", default=())
    source: str | None = described("The science it is built on.", default=None)
    facilitator: Literal["app", "coach", "clinician", "self"] = described(
        "Who facilitates, unless the person has a setting of their own.", default="app"
    )
    suite: tuple[str, ...] = described(
        "Folders or files of shared micro interventions (with their measures and content), beside this program.",
        default=(),
    )
    person: PersonFields = described("Characteristics and preferences.", default_factory=dict)
    signals: Signals = described("Context that devices and systems send.", default_factory=dict)
    reports: dict[Identifier, Report] = described(
        "What the person can say they need. A need state's name can be reported without standing here.",
        default_factory=dict,
    )
    measures: dict[Identifier, Measure] = described("Assessments.", default_factory=dict)
    target: Target | None = described("The clinical goal.", default=None)
    model: tuple[Level, ...] = described("The conceptual model: levels of goals and their need states.", default=())
    evaluate: tuple[EvaluationTrigger, ...] = described("When the person's state is evaluated.", default=())
    recommend: Recommend = described("How micro interventions are recommended.", default_factory=Recommend)
    interventions: dict[Identifier, Intervention] = described("The suite.", default_factory=dict)
    narrative: Narrative = described("The therapeutic narrative.", default_factory=Narrative)
    engagement: Felt | None = described(
        "How engagement felt (attention, involvement, immersion), asked seldom after an event.", default=None
    )
    contact: Contact | None = described("Contact kept in silence.", default=None)
    limits: Limits = described("Burden.", default_factory=Limits)
    channels: Annotated[tuple[ChannelStep, ...], BeforeValidator(_channels)] = described(
        "How prompts reach the person, in order: `[in_app, push, {email: 4h}]`.",
        default=(ChannelStep(channel="in_app"),),
    )
    consent: dict[Identifier, Purpose] = described(
        "What those who join are asked to agree to, purpose by purpose.", default_factory=dict
    )
    help: HelpPage | None = described('What "Help now" shows everybody.', default=None)
    safety: tuple[SafetyRule, ...] = described("Checked on every saved answer, before everything else.", default=())
    rosters: dict[Identifier, Roster] = described("Who answers alerts.", default_factory=dict)

    @property
    def needs(self) -> dict[str, tuple[Level, str]]:
        """Each need state's name with its level, most basic levels first."""
        ordered = sorted(self.model, key=lambda level: level.level)
        return {name: (level, name) for level in ordered for name in level.needs}
