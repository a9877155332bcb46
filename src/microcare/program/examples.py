"""Examples of the language, for its reference. Each is read by the models in a test."""

START = """\
program: first_steps
title: First steps
about: A short walk, most days. It takes ten minutes.

person:
  walk_time: {type: time, ask: "When would you like to walk?", default: "17:30"}

measures:
  tired:
    items:
      heavy: {text: "How heavy was your body today?", scale: 0..4, labels: {0: not at all, 4: very}}
      slow: {text: "How slow did you feel?", scale: 0..4}
  walking:
    items:
      days: {text: "On how many of the last seven days did you walk?", scale: 0..7}

model:
  - level: 1
    goal: Strength for the day
    needs:
      weary:
        title: Little strength
        present: tired.score >= 4
        absent: tired.score <= 2
        measures: tired
        interventions: ten_minutes

evaluate:
  - on: start
  - on: intervention_ended
  - every: 3 months

interventions:
  ten_minutes:
    title: Ten minutes outside
    aim: A short walk on most days
    outcome: {measure: walking, success: walking.days >= 4}
    events:
      why:
        goal: educational
        say: A short walk gives strength; rest alone does not.
      walk:
        goal: trigger_desired_action
        say: Ten minutes, as slowly as you like.
        expires: 3h
        proximal: {ask: "Did you walk?", success: answer == "yes"}
      praise:
        goal: support
        say: Three walks in a row.
    rules:
      - on: start
        deliver: why
      - on: start
        every: day
        at: person.walk_time
        times: 14
        randomize: {walk: 0.7, nothing: 0.3}
      - on: walk.completed
        if: walk.succeeded_in_a_row == 3
        deliver: praise

limits: {per_day: 2, quiet: "21:00-08:00"}
"""
"""A whole program in one file."""

FOLDER = """\
walking/
  program.yaml              # program, title, and any section that is short
  model.yaml                # the list under `model:`
  narrative.yaml            # what stands under `narrative:`
  measures/tired.yaml       # the measure `tired`; likewise interventions/NAME.yaml
  interventions/ten_minutes.yaml
  content/why.md            # files that events show; why.de.md beside it is its German text
  images/street.jpg
  safety/crisis.md          # shown after a risk answer
  safety/help.md            # shown by "Help now"
"""
"""The same as a folder."""

PARTS: dict[str, str] = {
    "PersonField": 'dinner_time: {type: time, ask: "When do you have dinner?", default: "18:30"}',
    "Signal": "steps: {type: number, unit: steps, keep: 30d, fresh: 2h, from: step-count}",
    "Report": "worn_out: {text: It is too much right now, keep: 2d}",
    "Measure": """\
mood:
  title: The last two weeks
  items:
    low: {text: "How often did you feel low?", scale: 0..3, labels: {0: never, 3: nearly every day}}
    sleep: {text: "How did you sleep?", choices: {well: {label: Well, score: 0}, badly: {label: Badly, score: 2}}}
    hours: {text: "How many hours?", type: number, min: 0, max: 24, optional: true}
  score: low + sleep
  complete: all""",
    "Item": 'low: {text: "How often did you feel low?", scale: 0..3}',
    "Choice": "badly: {label: Badly, score: 2}",
    "Target": "target: {title: Calm evenings, reached: mood.score <= 1, assess: {measure: mood, every: 3 months}}",
    "TargetAssessment": "assess: {measure: mood, every: 3 months, within: 14d}",
    "Level": "- {level: 1, goal: Strength for the day, behaviors: [moving], gains: [energy], needs: {}}",
    "Need": """\
weary:
  title: Little strength
  present: tired.score >= 4
  absent: tired.score <= 2
  severity: tired.score / 8
  measures: tired
  stale_after: 14d
  interventions: [ten_minutes, early_night]""",
    "EvaluationTrigger": '- {on: weekend, if: tired.age > 14, at: "10:00"}',
    "Recommend": "recommend: {app: offer, near: 0.05, rest: 1d, unanswered: remind}",
    "Weights": "weights: {severity: 1.0, novelty: 0.4}",
    "Intervention": """\
ten_minutes:
  title: Ten minutes outside
  aim: A short walk on most days
  bct: ["1.4", "7.1"]
  requires: past.first_walk.successes >= 1
  contraindicated: person.age < 12
  rest: 30d
  outcome: {measure: walking, after: 1d, success: walking.days >= 4}
  events: {walk: {goal: trigger_desired_action, say: Ten minutes.}}
  rules: [{on: start, every: day, at: "17:30", times: 7, deliver: walk}]""",
    "OverallOutcome": "outcome: {measure: walking, after: 1d, within: 5d, success: walking.days >= 4}",
    "Event": """\
walk:
  goal: trigger_desired_action
  title: Ten minutes
  why: You wanted to be outside more.
  say: As slowly as you like.
  content: [content/why.md, {exercise: 2m, steps: [Stand up., Look out of the window.]}]
  effort: 10m
  expires: 3h
  proximal: {ask: "Did you walk?", success: answer == "yes"}""",
    "Proximal": "proximal: {signal: steps, take: sum, over: 30m, allow_late: 2h, success: value >= 500}",
    "Rule": """\
- name: evening_walk
  on: why.completed
  if: why.success
  every: weekday
  at: [person.walk_time, "20:00"]
  times: 10
  available: {not_outside: "if_unknown(signals.at_home, true)"}
  randomize: {walk: 0.6, nothing: 0.4}""",
    "Case": "- {if: walk.failed, deliver: smaller}",
    "Option": "both: {p: 0.5, deliver: [walk, praise]}",
    "Narrative": """\
narrative:
  rationale: [{for: ten_minutes, say: Walking gives strength.}]
  past: [{if: last.outcome == "success", say: "You finished {last.title}."}]""",
    "Variant": '- {for: ten_minutes, if: last.outcome == "disengaged", say: "{last.title} did not fit. That happens."}',
    "Wording": "warm: {p: 0.5, say: You did it.}",
    "Felt": "engagement: {measure: felt, every: 14d}",
    "Contact": 'contact: {after: 45d, at: "11:00", say: Nothing to do today.}',
    "Limits": 'limits: {per_day: 3, per_week: 14, gap: 90m, quiet: "21:30-06:45"}',
    "ChannelStep": "- {channel: email, after: 4h}",
    "HelpPage": """\
help:
  numbers: [{title: Crisis line, call: "988", where: [US]}]
  show: safety/help.md""",
    "HelpNumber": '- {title: Crisis line, call: "988", text: "988", where: [US], hours: at any hour}',
    "SafetyRule": """\
- on: mood.low
  if: value >= 3                # of a text instead: words: {en: [want to die, suicid*]}
  show: safety/crisis.md
  alert: {roster: on_duty, acknowledge_within: 15m, then: lead}""",
    "Alert": "alert: {roster: on_duty, acknowledge_within: 15m, then: lead}",
    "Purpose": """\
studies:
  title: Research
  text: Researchers may study what you did and answered, under a number instead of your name.
  covers: research""",
    "Roster": """\
on_duty:
  title: the nurses on duty
  people: [duty@example.org]
  hours: Monday to Friday 9:00 to 17:00
  days: [monday, tuesday, wednesday, thursday, friday]
  between: 09:00-17:00
  zone: Europe/Berlin
  otherwise: lead""",
}
"""One example of each part, as it stands in a file, by the name of its model."""

CONTENT: dict[str, str] = {
    "say": "- say: Three in a row.",
    "read": "- read: content/why.md",
    "markdown": "- markdown: |\n    **Two minutes.** Then you may stop.\n\n    - Put on your shoes.\n    - Open the door.",
    "image": "- {image: images/street.jpg, alt: A quiet street with trees}",
    "audio": '- {audio: audio/breath.mp3, transcript: "Breathe in, to four. Breathe out, to six."}',
    "video": '- {video: video/stretch.mp4, captions: video/stretch.vtt, transcript: "A woman stretches her arms."}',
    "link": '- {link: "https://example.org/walks", label: Walks near you}',
    "app": '- {app: "https://breathe.example.org/start", label: Open the breathing app, name: Breathe}',
    "peer": '- {peer: "https://community.example.org", label: Ask the others}',
    "human": "- {human: Call and ask what gets in the way., by: coach}",
    "exercise": '- {exercise: 2m, steps: ["In, to four.", "Out, to six."]}',
    "form": "- form: plan",
    "photo": "- photo: Take a picture of your path.",
}
"""One example of each kind of content."""
