"""What the language reference says across parts: how the words of a schedule combine, and questions often asked."""

from collections.abc import Iterator

SCHEDULES: tuple[tuple[str, str], ...] = (
    ("none of them", "decided once, at each moment at which `on` comes"),
    ("`after: 2h`", "decided once, so long after `on` came"),
    ("`every: day`", "each day, at the time of day at which `on` came"),
    ('`every: day`, `at: ["09:00", "18:00"]`', "at these times of each day, from the moment on at which `on` came"),
    ('`at: "18:00"`', "as with `every: day`"),
    ("`every: 2 weeks`", "that day and every second week from it; `every: monday, thursday` names the days"),
    ('`every: 90m`, `between: "09:00-17:00"`', "each day at 09:00, 10:30, ... before 17:00; `between` is required"),
    ('`random: 3`, `between: "09:00-20:00"`', "three random moments in the window of each day, drawn when it begins"),
    ("`random: 1`, `every: weekday`, `between: ...`", "the same, on those days only"),
    ("`after: 1d` beside any of these", "the schedule begins so long after `on` came"),
    ("`times: 7`", "so many decision points, whatever their outcomes; those of `on` without a schedule too"),
    ("`lasts: 14d`", "no decision point later than so long after it began"),
    ("`until: CONDITION`", "looked at before each decision point; once it holds there are no more"),
)
"""What a rule says, and when it then comes due."""

ANSWERS: tuple[tuple[str, str], ...] = (
    (
        "May a text show an item (`{mood.low}`)?",
        "No: texts show scores, `{mood.score}` or one of its `scores`, and the [values listed](#values-in-texts). "
        "For one item give the measure a score of it: `scores: {how_low: low}`, then `{mood.how_low}`. "
        "An answer in words is kept apart and is shown to nobody by a text.",
    ),
    (
        "Which of `present` and `absent` counts at first?",
        "`present` alone: a need that has not been present is present where `present` is true and absent where it is "
        "false, even between the two. `absent` is asked only while the need is present: it is over once `absent` is true. "
        "While `present` is unknown, so is the need.",
    ),
    (
        "What if a contraindication is unknown?",
        "It counts: what cannot be ruled out is not delivered, and the reason says `contraindication unknown: EVENT`. "
        "Where the unknown should pass, say so: `contraindicated: if_unknown(person.pregnant, false)`.",
    ),
    (
        "What is an item without `scale`, `choices` or `type`?",
        "A yes-or-no question. Its answer is true or false for an item of a measure (`if: mood.slept`), and in a "
        '`proximal` that asks, `answer` is "yes" or "no".',
    ),
    (
        "What does `complete` take?",
        "`all` (every item that is not `optional`) or a whole number: so many answers. Otherwise the measure is not "
        "complete, and nothing that waits for `MEASURE.completed` begins. A score needs all items that it uses anyway, "
        "unless `prorate` says otherwise.",
    ),
    (
        "How is a question asked after `nothing`, too?",
        "A decision point's own `proximal` can only be a signal. Put the question into the `proximal` of an event that "
        "a second rule delivers whatever was drawn, as in the evening: "
        '`{on: start, every: day, at: "20:00", deliver: how_was_it}`.',
    ),
    (
        "What if a case of `choose` is unknown?",
        "It does not hold, and the next one is asked; the decision says what was not known. Where unknown should mean "
        'something, say so: `if_unknown(breath.delivered_at > now - "2h", false)`.',
    ),
    (
        "Where does a number go that people track themselves (drinks, hours of sleep)?",
        'Into a measure with that item, whose score is the item; `usual(evening.score, "28d")` is then the usual one. '
        "Signals come from devices and other systems only.",
    ),
    (
        "How long is it from one time of day to another?",
        "Times of day are compared, not subtracted: ask for the number instead (`How many hours were you in bed?`).",
    ),
    (
        "Can a rule change what is known of a person (a window of sleep that gets shorter)?",
        "No: what is known of a person is what they or a facilitator say. Ask for the new value by an event with a `form`, "
        "or write one event for each step and choose among them.",
    ),
    (
        "A daily questionnaire was not answered, and the next day nothing is asked. Why?",
        "Its questions may still be answered: `within` is three days unless you say otherwise. Write `within: 20h`.",
    ),
    (
        "May a rule `deliver` and `randomize`?",
        "No, it is an error. Write what all options share into each of them, "
        "`randomize: {both: {p: 0.5, deliver: [info, go]}, alone: {p: 0.5, deliver: info}}`, or into a rule of its own.",
    ),
)
"""Questions of authors, with their answers."""


def schedules() -> Iterator[str]:
    """How the words of a schedule combine."""
    yield from (
        "## Schedules",
        "",
        "What a rule says beside `on:`, and when it then comes due.",
        "",
        "| words | comes due |",
        "|---|---|",
    )
    yield from (f"| {words} | {meaning} |" for words, meaning in SCHEDULES)
    yield ""


def answers() -> Iterator[str]:
    """Questions often asked."""
    yield from ("## Questions often asked", "")
    for question, answer in ANSWERS:
        yield from (f"**{question}** {answer}", "")
