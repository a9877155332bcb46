"""Entries: facts that the engine states. The journal of entries is the only source of truth.

Entries are self-contained: `fold` needs no program to apply one. Each carries both times (`at` occurred, `received`);
moments are milliseconds since 1970 UTC. `FORMAT` is written into every snapshot; old entries are read for ever.
"""

import msgspec

from microcare.hub.stimulus import Value

FORMAT = 3
STOPPED_BY_STAFF = "stopped by staff"
"""Why a decision point was not available, where staff had stopped the program."""
LATE = ("expired", "a newer one came")
"""Why a delivery was taken away that counts as done all the same, where it was done in time."""


class Entry(msgspec.Struct, frozen=True, tag_field="kind", kw_only=True, omit_defaults=True):
    """What every entry carries."""

    at: int
    received: int


class Enrolled(Entry, frozen=True, tag="enrolled"):
    """A course began."""

    program: str
    version: str
    zone: str
    language: str
    facilitator: str
    fields: dict[str, Value] = {}
    consents: dict[str, int] = {}
    """What the person agreed to: the purposes, with the version of the text they read."""
    synthetic: bool = False
    """The instants of this course are made up: the source of its stimuli lacks them."""


class Withdrew(Entry, frozen=True, tag="withdrew"):
    """The person left a program (all of them: empty)."""

    program: str = ""


class Moved(Entry, frozen=True, tag="moved"):
    """A course moved to another version; running interventions with it, or not."""

    program: str
    version: str
    runs: bool = False
    stay: tuple[str, ...] = ()
    """Those that do not move: their events are over, and their outcome is assessed as it was planned."""
    rules: dict[str, dict[str, str]] = {}
    """For each run that moves: its rules that have another name now; an empty one: there is no such rule any more."""
    triggers: tuple[tuple[int, int], ...] | None = None
    """The places of the evaluations that remain: before, and now (None, in old journals: nobody looked)."""
    added: tuple[int, ...] = ()
    """The places of evaluations that are new: their times count from the day after this one."""
    day: int = 0
    """The local day of the move."""


class Set(Entry, frozen=True, tag="set"):
    """A setting or characteristic changed."""

    name: str
    value: Value


class Refused(Entry, frozen=True, tag="refused"):
    """Something that reached the engine could not be taken, and why. Nothing else changed."""

    what: str
    reason: str


class Answered(Entry, frozen=True, tag="answered"):
    """An answer was saved."""

    assessment: str
    program: str
    measure: str
    item: str
    value: Value
    reference: bool = False
    late: bool = False
    """It arrived after its questionnaire had closed."""
    correction: bool = False
    """Its questionnaire had been completed before: another answer to it, and not a further one."""
    present: bool = False
    """The person is there now: what follows answers them, and is no interruption."""
    label: str = ""
    """What the answer was called in the program's own language, by the version that asked (old entries do not say)."""
    score: float | None = None
    """The number it counts as, by that version (none: it counts as none, or an old entry does not say)."""


class Followed(Entry, frozen=True, tag="followed"):
    """The rest of the step that a saved answer called for has been done."""

    count: int


class Alerted(Entry, frozen=True, tag="alerted"):
    """A risk answer raised an alert. Alerts of one episode are grouped under the first one's name."""

    alert: str
    episode: str
    program: str
    rule: int
    measure: str
    item: str
    value: Value
    reference: bool = False
    """`value` says where a text is kept: words of the rule were found in it."""
    roster: str = ""
    then: str = ""
    acknowledge_by: int = 0
    hold: bool = True
    version: str = ""
    """The version of the program whose rule it is. (Where `item` is the name of a score, a total was heard.)"""


class AlertMoved(Entry, frozen=True, tag="alert_moved"):
    """An alert was acknowledged, escalated, or resolved."""

    alert: str
    stage: str
    by: str = ""
    code: str = ""
    acknowledge_by: int = 0


class Notified(Entry, frozen=True, tag="notified"):
    """What came of trying to tell staff of an alert: told, unclear, or nobody. Only what is news is entered."""

    alert: str
    result: str
    rosters: tuple[str, ...] = ()
    """Of whose people at least one was told (or may have been)."""
    urgent: bool = False
    """The message said that it is urgent."""


class Triaged(Entry, frozen=True, tag="triaged"):
    """What the person said on the help page of an alert. Urgent: they are or may be in danger, or want to be called."""

    alert: str
    question: str
    answer: str
    urgent: bool = False
    acknowledge_by: int = 0
    """By when somebody must have taken the alert on, now (0: as before)."""


class Messaged(Entry, frozen=True, tag="messaged"):
    """Words between the person and a facilitator; without a reference: what the person wrote needs no answer."""

    message: str
    program: str
    by: str
    reference: str = ""


class CheckInSet(Entry, frozen=True, tag="check_in_set"):
    """A check-in was agreed on or moved (stage agreed), announced, kept, missed or cancelled."""

    check_in: str
    program: str
    stage: str
    by: str
    when: int = 0
    how: str = ""


class Signaled(Entry, frozen=True, tag="signaled"):
    """Context arrived. `keep` is how long its history reaches back."""

    name: str
    value: Value
    keep: int
    synthetic: bool = False
    since: int | None = None
    """It counts from then until `at`, in the place of all known intervals that lie in it (none: it is of one moment)."""


class Reported(Entry, frozen=True, tag="reported"):
    """The person said what they need."""

    name: str
    repeat: bool = False
    """They had just said it: it asks for nothing more."""


class Staged(Entry, frozen=True, tag="staged"):
    """A delivery reached a stage (receipt)."""

    delivery: str
    stage: str
    channel: str
    detail: str = ""


class Acted(Entry, frozen=True, tag="acted"):
    """Something was done with a delivery. Late: after it had expired."""

    delivery: str
    act: str
    until: int = 0
    spent: int = 0
    by: str = "person"
    late: bool = False
    watch_until: int = 0
    """Its proximal signal is watched until then."""


class Imported(Entry, frozen=True, tag="imported"):
    """A draw made elsewhere waits for its decision point."""

    program: str
    rule: str
    slot: str
    option: str
    probabilities: dict[str, float]
    source: str = ""
    intervention: str = ""
    """Whose rule it is (old entries do not say)."""


class Started(Entry, frozen=True, tag="started"):
    """A micro intervention began for the person: why, for which need, and by whom."""

    run: str
    program: str
    intervention: str
    version: str
    need: str = ""
    by: str = "app"
    ends_by: int = 0
    zone_day: int = 0


class Began(Entry, frozen=True, tag="began"):
    """A rule's trigger came: its schedule began, it waits, or (with neither) it came due at once."""

    run: str
    rule: str
    day: int
    due: int = 0
    """For a wait: when it comes due."""
    until: int = 0
    """For a schedule: when it stops coming due (0: not by time)."""
    clock: int = 0
    """For a schedule: what the wall clock showed when it began, in seconds; a rule that names no time comes due then."""


class Closed(Entry, frozen=True, tag="closed"):
    """A rule will not come due again in this run."""

    run: str
    rule: str
    reason: str


class MomentsDrawn(Entry, frozen=True, tag="moments_drawn"):
    """The random moments of one local day of a rule."""

    run: str
    rule: str
    day: int
    moments: tuple[int, ...]


class Postponed(Entry, frozen=True, tag="postponed"):
    """The gate said no, and the decision point was moved as authored."""

    run: str
    rule: str
    slot: str
    planned: int
    until: int
    reasons: tuple[str, ...]
    day: int = 0
    index: int = -1
    about: str = ""
    """The delivery that it is about: once that is over, it needs no asking."""


class Decided(Entry, frozen=True, tag="decided"):
    """A decision point and its one outcome.

    outcome: unavailable, not_eligible, unknown, decided, randomized, missed.
    `inputs` are the values as the rule saw them; `options` every option with its probability.
    """

    point: str
    program: str
    run: str
    intervention: str
    version: str
    rule: str
    rule_index: int
    slot: str
    planned: int
    outcome: str
    day: int = 0
    index: int = -1
    """Identity of a scheduled decision point: local day (ordinal) and place in the day; -1: it was triggered."""
    available: bool | None = None
    reasons: tuple[str, ...] = ()
    inputs: dict[str, Value] = {}
    case: int | None = None
    options: dict[str, float] = {}
    chosen: str = ""
    drawn: str = ""
    """The integer drawn, in decimal (it is larger than a double holds)."""
    source: str = ""
    """Where the draw was made, if elsewhere."""
    prompt: bool = False
    assigned: bool = False
    """The run was assigned by a facilitator: trial data mark it."""
    synthetic: bool = False
    watch_until: int = 0
    """A proximal outcome of the decision point is watched until then."""


class Delivered(Entry, frozen=True, tag="delivered"):
    """Something was decided to reach the person: an event, a questionnaire, an offer, a contact."""

    delivery: str
    program: str
    what: str
    """event, contact, offer, assessment, message or check_in."""
    name: str
    run: str = ""
    point: str = ""
    expires: int = 0
    prompt: bool = False
    human: bool = False
    channels: tuple[tuple[str, int], ...] = ()
    """Channels with the moments at which they are tried."""
    silent: tuple[str, ...] = ()
    """Why it waits in the app without a prompt."""
    values: dict[str, Value] = {}
    """The values its texts show, as they were."""
    version: str = ""


class Fallback(Entry, frozen=True, tag="fallback"):
    """The next channel was tried for a delivery that was not opened, or a snooze ended; it counts once."""

    delivery: str
    channel: str
    snooze: bool = False


class Undelivered(Entry, frozen=True, tag="undelivered"):
    """After the draw, a delivery was held back: expired, withdrawn, paused, safety. Arm and probability stand."""

    delivery: str
    reason: str


class Asked(Entry, frozen=True, tag="asked"):
    """An assessment was opened for the person."""

    assessment: str
    program: str
    measure: str
    items: tuple[str, ...]
    purpose: str
    """proximal, overall, evaluation, target, engagement, ownership, form."""
    expires: int
    run: str = ""
    event: str = ""
    delivery: str = ""
    evaluation: str = ""
    reuse_from: int = 0
    """Answers given elsewhere since then count too, so that nothing is asked twice (0: none)."""
    version: str = ""
    """The version of the program that asked: its answers are read by it, whatever is published later."""


class Assessed(Entry, frozen=True, tag="assessed"):
    """An assessment closed: complete, or overdue with what there is. Scores that cannot be known are unknown."""

    assessment: str
    program: str
    measure: str
    purpose: str
    complete: bool
    scores: dict[str, float | None] = {}
    values: dict[str, Value] = {}
    late: bool = False
    corrects: int = 0
    """It had been completed at that moment, and these scores stand in the place of those (0: it had not)."""


class Proximal(Entry, frozen=True, tag="proximal"):
    """The proximal outcome of an event, or of a decision point."""

    program: str
    run: str
    point: str = ""
    delivery: str = ""
    event: str = ""
    value: Value = None
    success: bool | None = None
    inputs: dict[str, Value] = {}


class Completed(Entry, frozen=True, tag="completed"):
    """An event was done, and its proximal assessment answered or past due."""

    run: str
    event: str
    delivery: str
    success: bool | None = None


class Ended(Entry, frozen=True, tag="ended"):
    """A micro intervention's events are over. Its overall outcome may still be assessed."""

    run: str
    reason: str
    outcome_at: int = 0
    """When its overall outcome is asked for (0: it has none, or it is already known)."""
    rule: str = ""


class OverallOutcome(Entry, frozen=True, tag="overall_outcome"):
    """What a micro intervention came to: success, failure, disengaged, ended, unknown."""

    run: str
    program: str
    intervention: str
    result: str
    reason: str = ""
    need: str = ""
    inputs: dict[str, Value] = {}
    corrects: bool = False
    """What was stated before did not know of an answer that had been given in time; this is what counts."""


class EvaluationOpened(Entry, frozen=True, tag="evaluation_opened"):
    """A look at the person's state began: by time, context, report, or the end of an intervention."""

    evaluation: str
    program: str
    trigger: int
    why: str
    day: int
    index: int = 0
    """Its place among the times of that day."""
    asks: dict[str, tuple[str, ...]] = {}
    known: tuple[str, ...] = ()
    """Needs already settled by fresh evidence, so that nothing was asked for them."""


class EvaluationClosed(Entry, frozen=True, tag="evaluation_closed"):
    """The look at the person's state is done."""

    evaluation: str
    program: str


class NeedChanged(Entry, frozen=True, tag="need_changed"):
    """A need state became present, absent or unknown, on this evidence."""

    program: str
    need: str
    state: str
    severity: float | None = None
    evidence: dict[str, Value] = {}
    stale_at: int = 0


class Candidate(msgspec.Struct, frozen=True, omit_defaults=True):
    """One intervention as the recommender saw it."""

    intervention: str
    need: str
    score: float
    parts: dict[str, float]
    probability: float = 0.0


class Recommended(Entry, frozen=True, tag="recommended"):
    """What the hub recommends: candidates with scores, those left out with reasons, and what follows.

    action: started, offered, listed, proposed, nothing.
    """

    program: str
    recommendation: str
    mode: str
    action: str
    candidates: tuple[Candidate, ...] = ()
    left_out: dict[str, str] = {}
    waiting: dict[str, str] = {}
    """Needs whose level waits, and for which need."""
    chosen: tuple[str, ...] = ()
    need: str = ""
    drawn: str = ""
    expires: int = 0
    by_rule: str = ""
    retry: int = 0
    """When a reason for leaving something out ends, so that it is looked at again (0: no such moment)."""


class Retried(Entry, frozen=True, tag="retried"):
    """A reason for waiting with a recommendation was over; or it was looked at again, and nothing had changed."""

    program: str
    again: int = 0
    """When it is looked at next (0: no such moment)."""


class Waits(Entry, frozen=True, tag="waits"):
    """Nothing in a program looks at the person by time any more, and why. It goes on when something reaches them."""

    program: str
    why: tuple[str, ...] = ()


class OfferClosed(Entry, frozen=True, tag="offer_closed"):
    """An offer or proposal was accepted, declined, expired, or let go."""

    offer: str
    answer: str
    intervention: str = ""
    by: str = ""
    remind_at: int = 0


class Narrated(Entry, frozen=True, tag="narrated"):
    """The narrative told: for each part, which variant (and wording), with probabilities where drawn.

    `values` freezes what the texts refer to, by name; personal fields stay references.
    """

    run: str
    program: str
    intervention: str
    moment: str
    """begin or end of the intervention."""
    parts: dict[str, str]
    probabilities: dict[str, float] = {}
    values: dict[str, Value] = {}
    skipped: dict[str, str] = {}
    edited: dict[str, str] = {}
    version: str = ""


class TargetChecked(Entry, frozen=True, tag="target_checked"):
    """Whether the clinical goal is reached."""

    program: str
    reached: bool | None
    inputs: dict[str, Value] = {}


class Stopped(Entry, frozen=True, tag="stopped"):
    """A program exceeded its budget, or failed, and was stopped for this person alone."""

    program: str
    reason: str


Any = (
    Enrolled
    | Withdrew
    | Moved
    | Set
    | Refused
    | Answered
    | Followed
    | Alerted
    | AlertMoved
    | Notified
    | Triaged
    | Messaged
    | CheckInSet
    | Signaled
    | Reported
    | Staged
    | Acted
    | Imported
    | Started
    | Began
    | Closed
    | MomentsDrawn
    | Postponed
    | Decided
    | Delivered
    | Fallback
    | Undelivered
    | Asked
    | Assessed
    | Proximal
    | Completed
    | Ended
    | OverallOutcome
    | EvaluationOpened
    | EvaluationClosed
    | NeedChanged
    | Recommended
    | Retried
    | Waits
    | OfferClosed
    | Narrated
    | TargetChecked
    | Stopped
)
