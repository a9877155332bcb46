"""Random programs, valid and small, that use every kind of trigger, schedule, limit, choice and assessment."""

import re
from typing import Any

from hypothesis import strategies as st

from tests.cast import Case

CLOCKS = ("00:30", "02:30", "06:59", "07:00", "09:15", "12:00", "15:45", "18:30", "21:29", "21:30", "23:50")
WINDOWS = ("21:30-07:00", "23:00-06:00", "12:00-13:00", "00:00-05:00")
BETWEENS = ("09:00-12:00", "08:00-20:30", "22:00-01:00", "02:00-03:00")
SHORT = ("10m", "30m", "1h", "3h")
LONG = ("6h", "1d", "2d", "5d")
NUMBERS = (
    "signals.steps < 100", "signals.steps > 1000", "today(signals.steps) > 500", "mood.score >= 2", "mood.low <= 1",
    "sleep.score > 3", "person.age > 40", "local.hour < 15", "mood.age < 2", "run.points < 6", "run.days < 3",
    "count(signals.steps, \"2d\") >= 2", "engagement.share > 0.3", "care.days > 2", "history.count == 0",
)  # fmt: skip
BOOLEANS = (
    "signals.home", "!signals.home", "person.flag", "local.weekend", "known(signals.steps)", "reported.awful",
    "needs.low", "!needs.tired", "target.reached", "last.outcome == \"success\"", "known(person.age)",
    "if_unknown(signals.home, true)",
)  # fmt: skip
CONDITIONS = (
    "signals.home", "care.days >= 2", "care.days >= 1 && local.hour >= 18", "local.weekend", "person.age > 40",
    "if_unknown(signals.home, true)", "!reported.awful", "count(signals.steps, \"2d\") < 2", "last.days_ago >= 3",
)  # fmt: skip
"""What may make a micro intervention possible later: with a fact, or with time."""
STAGES = ("delivered", "shown", "opened", "done", "completed", "succeeded", "failed", "expired", "dismissed")


@st.composite
def expressions(draw: st.DrawFn, events: tuple[str, ...] = ()) -> str:
    """A condition over what programs may look at."""
    atoms = [*NUMBERS, *BOOLEANS]
    for event in events:
        atoms += [
            f"{event}.done",
            f"{event}.times_delivered < 3",
            f"known({event}.success)",
            f"{event}.completed_in_a_row >= 1",
        ]
    if not events:
        atoms = [a for a in atoms if not a.startswith("run.")]
    parts = draw(st.lists(st.sampled_from(atoms), min_size=1, max_size=2, unique=True))
    return draw(st.sampled_from((" && ", " || "))).join(parts)


def maybe(found: Case, draw: st.DrawFn, share: int, key: str, values: st.SearchStrategy[Any]) -> None:
    """Give a part a word in `share` of ten cases."""
    if draw(st.integers(0, 9)) < share:
        found[key] = draw(values)


@st.composite
def proximals(draw: st.DrawFn) -> Case:
    kind = draw(st.sampled_from(("ask", "scale", "measure", "signal")))
    if kind == "ask":
        return {"ask": "Did it?", "within": draw(st.sampled_from(SHORT)), "success": 'answer == "yes"'}
    if kind == "scale":
        return {"ask": "How?", "scale": "0..4", "success": "answer >= 2"}
    if kind == "measure":
        return {"measure": "sleep", "within": draw(st.sampled_from(SHORT)), "success": "sleep.score >= 3"}
    return signal_proximal(draw) | {"success": "value > 100"}


def signal_proximal(draw: st.DrawFn) -> Case:
    take = draw(st.sampled_from(("sum", "mean", "last", "count", "minimum", "maximum")))
    return {
        "signal": "steps",
        "take": take,
        "over": draw(st.sampled_from(SHORT)),
        "allow_late": draw(st.sampled_from(SHORT)),
    }


@st.composite
def events(draw: st.DrawFn) -> Case:
    found: Case = {"say": "Do it.", "expires": draw(st.sampled_from(SHORT + LONG))}
    maybe(found, draw, 4, "proximal", proximals())
    maybe(
        found,
        draw,
        2,
        "contraindicated",
        st.sampled_from(("person.flag", "signals.steps > 5000", "person.age > 70")),
    )
    kind = draw(st.integers(0, 9))
    if kind == 0:
        found = {"content": {"human": "Call them"}, "expires": "2d"}
    elif kind == 1:
        found = {"content": {"form": "sleep"}, "expires": "1d"}
    return found


def _action(draw: st.DrawFn, allowed: tuple[str, ...], ends: bool) -> Case:
    kind = draw(
        st.sampled_from(
            (
                "deliver",
                "deliver",
                "randomize",
                "randomize",
                "both",
                *(("end", "offer", "evaluate") if ends else ()),
            )
        )
    )
    if kind == "deliver" and allowed:
        return {"deliver": draw(st.lists(st.sampled_from(allowed), min_size=1, max_size=2, unique=True))}
    if kind == "randomize" and allowed:
        p = draw(st.sampled_from((0.5, 0.1, 0.6, 0.999, 1.0, 0.0)))
        return {"randomize": {draw(st.sampled_from(allowed)): p, "nothing": round(1 - p, 6)}}
    if kind == "both" and len(allowed) > 1:
        return {"randomize": {"both": {"p": 0.3, "deliver": list(allowed[:2])}, allowed[0]: 0.3, "nothing": 0.4}}
    if kind == "end":
        return {"end": "enough", "as": draw(st.sampled_from(("success", "failure", "disengaged", "ended")))}
    if kind == "offer":
        return {"offer": "i0"}
    return {"evaluate": True} if kind == "evaluate" else {"deliver": "nothing"}


def _schedule(draw: st.DrawFn, rule: Case) -> None:
    kind = draw(st.integers(0, 4))
    if kind == 0:
        rule |= {"random": draw(st.integers(1, 3)), "between": draw(st.sampled_from(BETWEENS))}
    elif kind == 1:
        rule |= {"every": draw(st.sampled_from(("90m", "4h"))), "between": draw(st.sampled_from(BETWEENS))}
    elif kind == 2:
        rule |= {"every": "day", "at": "person.clock"}
    else:
        rule["every"] = draw(
            st.sampled_from(("day", "2 days", "weekday", "weekend", "tuesday, friday", "3 days", "week"))
        )
        maybe(rule, draw, 9, "at", st.lists(st.sampled_from(CLOCKS), min_size=1, max_size=3, unique=True))
    maybe(rule, draw, 3, "times", st.integers(1, 6))
    maybe(rule, draw, 3, "lasts", st.sampled_from(("1d", "3d", "12d")))


@st.composite
def rules(draw: st.DrawFn, names: tuple[str, ...], index: int, plain: bool) -> Case:
    """A rule. Its events come after the one that triggers it, so that no loop can arise."""
    first = draw(st.integers(0, len(names)))
    kind = (
        "start"
        if plain or not first
        else draw(st.sampled_from(("start", "event", "event", "quiet", "signal", "measure", "report", "need")))
    )
    rule: Case = {"name": f"r{index}"}
    allowed = names
    if kind == "event":
        rule["on"] = f"{names[first - 1]}.{draw(st.sampled_from(STAGES))}"
        allowed = names[first:]
    else:
        rule["on"] = {
            "start": "start",
            "quiet": draw(st.sampled_from(("quiet for 1d", "quiet for 3d", "quiet for 12h"))),
            "signal": draw(st.sampled_from(("signals.steps", "signals.home"))),
            "measure": draw(st.sampled_from(("mood.completed", "sleep.completed"))),
            "report": draw(st.sampled_from(("report", "report.awful"))),
            "need": "needs.low",
        }[kind]
    if kind not in ("quiet",) and (kind == "start" or draw(st.integers(0, 4)) == 0):
        _schedule(draw, rule)
    if kind != "quiet":
        maybe(rule, draw, 2, "after", st.sampled_from(SHORT + LONG))
    maybe(rule, draw, 2, "until", expressions(names))
    maybe(rule, draw, 3, "if", expressions(names))
    maybe(rule, draw, 2, "available", expressions(names))
    maybe(rule, draw, 4, "window", st.sampled_from(SHORT))
    maybe(rule, draw, 5, "when_refused", st.sampled_from(("drop", "after quiet", "next window", "later")))
    if draw(st.integers(0, 9)) < 2:
        rule["proximal"] = signal_proximal(draw)
    if draw(st.integers(0, 3)) == 0:
        cases = [
            _action(draw, allowed, False) | {"if": draw(expressions(names))} for _ in range(draw(st.integers(1, 2)))
        ]
        rule["choose"] = [*cases, _action(draw, allowed, False)][: draw(st.integers(1, 3))]
    else:
        rule |= _action(draw, allowed, not plain)
    return rule


@st.composite
def interventions(draw: st.DrawFn) -> Case:
    names = tuple(f"e{i}" for i in range(draw(st.integers(1, 4))))
    count = draw(st.integers(1, 4))
    found: Case = {
        "title": "One", "aim": "A narrow thing",
        "events": {n: {"goal": "support"} | draw(events()) for n in names},
        "rules": [draw(rules(names, i, i == 0)) for i in range(count)],
        "rest": draw(st.sampled_from(("3h", "1d", "5d"))),
        "lasts": draw(st.sampled_from(("2d", "6d", "30d"))),
        "disengaged_after": draw(st.sampled_from(("1d", "4d", "20d"))),
    }  # fmt: skip
    maybe(found, draw, 2, "contraindicated", st.sampled_from(("person.flag", "person.age > 70")))
    maybe(found, draw, 3, "requires", st.one_of(expressions(), st.sampled_from(CONDITIONS)))
    maybe(found, draw, 2, "resource", st.sampled_from(CONDITIONS))
    maybe(found, draw, 1, "at_most", st.integers(1, 3))
    if draw(st.integers(0, 9)) < 5:
        found["outcome"] = {
            "measure": draw(st.sampled_from(("mood", "sleep"))), "after": draw(st.sampled_from(("0m", "3h", "1d"))),
            "within": draw(st.sampled_from(LONG)), "success": draw(st.sampled_from(("mood.score >= 2", "sleep.score >= 3"))),
        }  # fmt: skip
    return found


def _model(draw: st.DrawFn, names: list[str]) -> list[Case]:
    answers = st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)
    low: Case = {
        "present": "mood.low >= 2",
        "stale_after": draw(st.sampled_from(LONG)),
        "interventions": draw(answers),
    }
    maybe(low, draw, 4, "absent", st.just("mood.low <= 0"))
    maybe(low, draw, 4, "severity", st.just("mood.low / 4"))
    tired: Case = {
        "present": "sleep.score <= 3 || reported.awful",
        "stale_after": "2d",
        "interventions": draw(answers),
    }
    return [
        {"level": 1, "goal": "One", "needs": {"low": low}},
        {"level": 2, "goal": "Two", "waits": draw(st.booleans()), "needs": {"tired": tired}},
    ]


@st.composite
def programs(draw: st.DrawFn, name: str = "p") -> Case:
    """A whole program, as its YAML would say it."""
    names = [f"i{n}" for n in range(draw(st.integers(1, 3)))]
    found: Case = {
        "program": name, "title": "A program",
        "facilitator": draw(st.sampled_from(("app", "app", "app", "coach", "self"))),
        "person": {
            "flag": {"type": "boolean", "default": False}, "age": {"type": "integer", "min": 0, "max": 120},
            "clock": {"type": "time", "default": "10:00"},
        },
        "signals": {"steps": {"type": "number", "keep": "5d", "fresh": "6h"}, "home": {"type": "boolean", "keep": "1d"}},
        "reports": {"awful": {"text": "Awful", "keep": "1d"}},
        "measures": {
            "mood": {"items": {"low": {"text": "Low?", "scale": "0..4"}, "alive": {"text": "Alive?", "scale": "0..3"}}},
            "sleep": {"items": {"well": {"text": "Well?", "scale": "0..4"}, "long": {"text": "Long?", "scale": "0..4"}}, "complete": 1},
            "felt": {"items": {"attention": {"text": "How?", "scale": "0..4"}}},
        },
        "model": _model(draw, names),
        "interventions": {n: draw(interventions()) for n in names},
        "target": {"reached": "mood.score <= 1", "assess": {"measure": "mood", "every": draw(st.sampled_from(("1d", "3d"))), "within": "12h"}},
        "evaluate": draw(st.lists(st.sampled_from((
            {"on": "start"}, {"on": "report"}, {"on": "intervention_ended"}, {"on": "weekend"}, {"on": "signals.steps", "within": "6h"},
            {"every": "2 days", "at": "09:00", "measures": ["sleep"], "within": "6h"}, {"on": "report", "if": "person.flag"},
        )), max_size=4)),
        "recommend": {
            "app": draw(st.sampled_from(("offer", "start"))), "near": draw(st.sampled_from((0, 0.2, 1))),
            "at_once": draw(st.integers(1, 2)), "rest": draw(st.sampled_from(("0m", "1d"))), "offer_lasts": "1d",
            "after_decline": draw(st.sampled_from(("6h", "2d"))), "proposal_lasts": "1d",
            "unanswered": draw(st.sampled_from(("wait", "remind", "app"))),
        },
        "rosters": {"duty": {"people": ["d"]}},
    }  # fmt: skip
    if draw(st.booleans()):
        _without_model(found)
    limits: Case = {}
    maybe(limits, draw, 5, "per_day", st.integers(0, 3))
    maybe(limits, draw, 3, "per_week", st.integers(0, 6))
    maybe(limits, draw, 4, "gap", st.sampled_from(SHORT))
    maybe(limits, draw, 5, "quiet", st.sampled_from(WINDOWS))
    found["limits"] = limits
    if draw(st.booleans()):
        alert = draw(st.sampled_from((None, {"roster": "duty", "acknowledge_within": "5h"})))
        rule = {"say": "Call.", "hold": draw(st.booleans()), "alert": alert}
        found["safety"] = [{"on": "mood.alive", "if": "value >= 2"} | rule]
        if draw(st.booleans()):
            found["safety"].append({"on": "mood.score", "if": "value >= 5"} | rule)
    maybe(found, draw, 4, "engagement", st.just({"measure": "felt", "every": "2d"}))
    maybe(found, draw, 3, "contact", st.just({"after": "3d", "say": "Here."}))
    maybe(
        found,
        draw,
        5,
        "channels",
        st.sampled_from((["in_app", {"email": "1h"}], ["in_app", {"email": "20m"}, {"email": "5h"}])),
    )
    found["narrative"] = {"future": [{"vary": {"a": {"p": 0.5, "say": "A"}, "b": {"p": 0.5, "say": "B"}}}]}
    return found


def called(part: Any, names: dict[str, str]) -> Any:
    """A part of a program in which things are called otherwise, in keys and in expressions alike."""
    if isinstance(part, dict):
        return {called(k, names): called(v, names) for k, v in part.items()}
    if isinstance(part, list):
        return [called(v, names) for v in part]
    return re.sub(r"[a-z]\w*", lambda m: names.get(m[0], m[0]), part) if isinstance(part, str) else part


RENAMED = ("sleep", "low", "alive", "well", "steps", "awful", "tired", "i1")
"""What a later version may call otherwise: a measure, items, a signal, a report, a need, an intervention."""


@st.composite
def changed(draw: st.DrawFn, before: Case) -> Case:
    """A later version of a program: parts of it renamed, moved to another place, dropped, or put in."""
    found: Case = called(before, {n: f"new_{n}" for n in RENAMED if draw(st.integers(0, 9)) < 2})
    for name, one in found["interventions"].items():
        parts = [*one["events"], *(r["name"] for r in one["rules"])]
        one = called(one, {n: f"new_{n}" for n in parts if draw(st.integers(0, 9)) < 3})
        one["rules"] = draw(st.permutations(one["rules"]))
        if draw(st.booleans()):
            one["rules"] = [r for r in one["rules"] if r["on"] == "start" or draw(st.booleans())]
        if draw(st.integers(0, 9)) < 3:
            event = next(iter(one["events"]))
            one["rules"].append({"name": "added", "on": "start", "every": "day", "at": "12:00", "deliver": event})
        found["interventions"][name] = one
    found["evaluate"] = draw(st.permutations(found["evaluate"]))[: draw(st.integers(0, 4))]
    maybe(found, draw, 2, "contact", st.just({"after": "2d", "say": "Still here."}))
    for part in ("contact", "engagement", "safety"):
        if part in found and draw(st.integers(0, 9)) < 2:
            del found[part]
    if "model" in found and draw(st.integers(0, 9)) < 3 and "needs." not in str(found["interventions"]):
        found["model"] = found["model"][:1]
    return found


@st.composite
def versions(draw: st.DrawFn, name: str = "p") -> tuple[Case, Case]:
    """A program, and what it becomes: the same with changes, or another one altogether."""
    first = draw(programs(name))
    return first, draw(st.one_of(changed(first), changed(first), programs(name)))


def _without_model(found: Case) -> None:
    """All interventions begin at enrollment; nothing may look at needs then."""

    def clean(part: Any) -> Any:
        if isinstance(part, dict):
            return {k: clean(v) for k, v in part.items()}
        if isinstance(part, list):
            return [clean(v) for v in part]
        return (
            part.replace("!needs.tired", "person.flag").replace("needs.low", "person.flag")
            if isinstance(part, str)
            else part
        )

    del found["model"]
    for name, one in found["interventions"].items():
        one["rules"] = [r if r["on"] != "needs.low" else r | {"on": "report"} for r in one["rules"]]
        found["interventions"][name] = clean(one)
