"""What must always hold, looked at from outside: only entries and effects are read, time by the standard library.

`Watch` goes along with a life and looks at every step. It keeps its own account of pauses, holds, zones and limits.
"""

import math
from collections import Counter, defaultdict
from fractions import Fraction
from hashlib import blake2b

from microcare.base.spans import DAY
from microcare.hub import beginning, effect, entry, recommender, scheduler, stimulus
from microcare.hub.programs import Programs
from microcare.hub.state import Assessment, State
from microcare.hub.step import Step
from microcare.hub.work import Work
from microcare.program.compiled import CompiledNeed, CompiledProgram, CompiledRule
from tests.base import oracle
from tests.hub.random_lives import Cast

OUTCOMES = {"unavailable", "not_eligible", "unknown", "decided", "randomized", "missed"}


def redrawn(seed: bytes, person: str, point: str) -> int:
    """The integer that a decision point must have drawn: keyed BLAKE2b over its parts, each with its length before it."""
    data = b"".join(len(p.encode()).to_bytes(8, "big") + p.encode() for p in (person, point, "option"))
    return int.from_bytes(blake2b(data, key=seed, digest_size=8, person=b"microcare draw").digest(), "big")


def option_of(drawn: int, options: dict[str, float]) -> str:
    """The option on which a draw falls: the first whose summed probability, as written, lies above it."""
    total = Fraction(0)
    for name, p in options.items():
        total += Fraction(repr(p))
        if Fraction(drawn, 2**64) < total:
            return name
    raise AssertionError(f"{drawn} falls on none of {options}")


Slot = tuple[str, str, str]
"""A decision point: its run, its rule, and its slot."""


def _called_now(slot: Slot, moved: entry.Moved) -> Slot:
    """A decision point, by the name that a new version gives to its rule."""
    run, rule, name = slot
    return (run, moved.rules.get(run, {}).get(rule) or rule, name)


class Watch:
    """Goes along with a life, and objects where something does not hold."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.versions = {(c.id, c.version): c for c in (cast.p, cast.later, cast.q)}
        self.zone, self.quiet, self.paused_until = "UTC", "", 0
        self.courses: dict[str, str] = {}
        self.left: dict[str, int] = {}
        self.completed: set[str] = set()
        self.judged: set[str] = set()
        self.results: dict[str, str] = {}
        """What each run came to."""
        self.fields: dict[str, stimulus.Value] = {"flag": False}
        self.asked: dict[str, entry.Asked] = {}
        self.answers: dict[str, dict[str, tuple[int, stimulus.Value]]] = defaultdict(dict)
        self.holds: dict[str, str] = {}
        self.episodes: dict[str, str] = {}
        self.deliveries: dict[str, entry.Delivered] = {}
        self.gone: set[str] = set()
        self.counted: list[int] = []
        self.called: set[int] = set()
        self.known: set[str] = set()
        self.prompted: Counter[tuple[str, str]] = Counter()
        self.points: dict[str, entry.Decided] = {}
        self.runs: dict[str, entry.Started] = {}
        self.postponed: set[Slot] = set()
        self.decided: set[Slot] = set()
        self.clock_days: set[int] = set()
        """Local days on which the person has said another time."""
        self.imported: dict[tuple[str, str, str], entry.Imported] = {}
        self.traveled = False
        self.rests: list[list[int]] = []
        """When care stood still, by a pause or a hold: [from, until], the last open-ended (0)."""
        self.last = 0

    def look(self, taken: Step) -> None:
        """Look at one step: its entries one after the other, then its effects."""
        now = max(taken.stimulus.arrived, taken.stimulus.at)
        assert now >= self.last, "time went backwards"
        self.last = now
        snoozes = {x.delivery for x in taken.entries if isinstance(x, entry.Fallback) and x.snooze}
        for stated in taken.entries:
            assert stated.received == now
            assert stated.at <= now or isinstance(stated, entry.Began), "a schedule alone may begin later"
            self.keep(stated)
            if bool(self.paused_until or self.holds) != bool(self.rests and not self.rests[-1][1]):
                self.rest(now)
            self.decision(stated, taken)
        self.alerts(taken)
        for done in taken.effects:
            if isinstance(done, effect.Prompt):
                self.prompt(done, now, done.delivery in snoozes)

    # -- its own account -------------------------------------------------------------------------------------------

    def keep(self, x: entry.Any) -> None:
        """Remember what matters to prompts."""
        if isinstance(x, entry.Enrolled):
            self.courses[x.program] = x.version
            self.left.pop(x.program, None)
            self.fields |= x.fields
            self.traveled = self.traveled or (len(self.courses) > 1 and x.zone != self.zone)
            self.zone = x.zone
        elif isinstance(x, entry.Moved):
            self.courses[x.program] = x.version
            self.postponed = {_called_now(slot, x) for slot in self.postponed}
            self.decided = {_called_now(slot, x) for slot in self.decided}
        elif isinstance(x, entry.Withdrew | entry.Stopped):
            assert not isinstance(x, entry.Stopped), f"no program here exceeds its budget: {x.reason}"
            for name in [x.program] if x.program else list(self.courses):
                if self.courses.pop(name, None) is not None:
                    self.left[name] = x.at
        elif isinstance(x, entry.Set):
            self.settings(x)
        elif isinstance(x, entry.Alerted):
            self.episodes[x.alert] = x.episode
            if x.hold:
                self.holds[x.alert] = x.episode
        elif isinstance(x, entry.AlertMoved) and x.stage == "resolved":
            over = self.episodes[x.alert]
            self.holds = {k: e for k, e in self.holds.items() if e != over}
        elif isinstance(x, entry.Delivered):
            assert x.delivery not in self.deliveries, "names are given once"
            self.deliveries[x.delivery] = x
        elif isinstance(x, entry.Undelivered | entry.Completed) or (
            isinstance(x, entry.Acted) and x.act == "dismissed"
        ):
            self.gone.add(x.delivery)
        elif isinstance(x, entry.Started):
            assert x.run not in self.runs
            self.runs[x.run] = x
            self.may_begin(x)
        elif isinstance(x, entry.Postponed):
            self.postponed.add((x.run, x.rule, x.slot))
        elif isinstance(x, entry.Decided):
            self.decided.add((x.run, x.rule, x.slot))
        elif isinstance(x, entry.Imported):
            self.imported[(x.program, x.rule, x.slot)] = x
        elif isinstance(x, entry.Asked):
            self.asked[x.assessment] = x
        elif isinstance(x, entry.Assessed) and x.complete:
            assert (x.assessment in self.completed) == bool(x.corrects), "a questionnaire completes once"
            self.completed.add(x.assessment)
        elif isinstance(x, entry.Proximal) and x.event and x.value is not None:
            assert x.delivery not in self.judged, "a delivery has one outcome"
            self.judged.add(x.delivery)
        elif isinstance(x, entry.OverallOutcome):
            assert (x.run in self.results) == x.corrects, "a run comes to its end once"
            assert self.results.get(x.run) != x.result, "what corrects an outcome says something else"
            self.results[x.run] = x.result
        elif isinstance(x, entry.Answered):
            assert x.value != 99, "what is no answer is refused"

    def rest(self, now: int) -> None:
        """Care begins to stand still, or goes on."""
        if self.rests and not self.rests[-1][1]:
            self.rests[-1][1] = now
        else:
            self.rests.append([now, 0])

    def later(self, moment: int, since: int) -> float:
        """An end that rests have made later, each by what of it lies after `since`; while one lasts, there is none."""
        for begin, over in self.rests:
            if not over and begin < moment:
                return math.inf
            if over and over > since and begin < moment:
                moment += over - max(begin, since)
        return moment

    def may_begin(self, x: entry.Started) -> None:
        """Whether what begins is not contraindicated, as all programs here say it; what is not known counts."""
        why = self.versions[(x.program, x.version)].program.interventions[x.intervention].contraindicated
        flag, age = self.fields.get("flag"), self.fields.get("age")
        if why == "person.flag":
            assert flag is False, "nothing contraindicated begins"
        elif why == "person.age > 70":
            assert isinstance(age, int | float), "nothing begins that may be contraindicated"
            assert age <= 70, "nothing contraindicated begins"

    def settings(self, x: entry.Set) -> None:
        """Remember a setting."""
        if x.name.startswith("person."):
            self.fields[x.name[7:]] = x.value
        if x.name == "person.clock":
            self.clock_days.add(oracle.local(self.zone, x.received).date().toordinal())
        if x.name == "zone":
            self.zone, self.traveled = str(x.value), True
        elif x.name == "quiet":
            self.quiet = str(x.value or "")
        elif x.name == "pause":
            self.paused_until = int(x.value or 0)

    # -- prompts ---------------------------------------------------------------------------------------------------

    def prompt(self, x: effect.Prompt, now: int, snooze: bool) -> None:
        """Whether this prompt may be."""
        found = self.deliveries[x.delivery]
        assert found.program in self.courses, "nothing fires after withdrawal"
        assert x.delivery not in self.gone, "nothing fires once it is over"
        assert now >= self.paused_until, "nothing fires while paused"
        human = found.what in ("message", "check_in")
        if not (human or x.urgent or x.delivery in self.known):
            assert now not in self.called, "what comes at one moment is one prompt"
            self.called.add(now)
        assert human or not self.holds, "nothing but a facilitator's own words comes during a safety hold"
        assert x.at == now < x.expires == found.expires, "nothing fires after its expiry"
        assert not found.human, "what a human does is no prompt"
        self.prompted[(x.delivery, x.channel)] += not snooze
        listed = sum(channel == x.channel for channel, _ in found.channels)
        assert self.prompted[(x.delivery, x.channel)] <= listed, "each channel is tried once"
        for window in self.quiet_windows():
            assert not oracle.is_inside(self.zone, now, window), f"{now} is in the quiet hours {window}"
        if x.delivery not in self.known:
            self.known.add(x.delivery)
            self.count(now, human)

    def count(self, now: int, human: bool) -> None:
        """A delivery's first prompt counts against all limits; a fallback or the end of a snooze does not.

        What a facilitator brings counts too, but is not kept back.
        """
        limits = [self.versions[item].program.limits for item in self.courses.items()]
        if self.counted and not human:
            for limit in limits:
                assert limit.gap is None or now - self.counted[-1] >= limit.gap.exact, "the gap between prompts"
        self.counted.append(now)
        today = oracle.local(self.zone, now).date()
        of_today = [m for m in self.counted if oracle.local(self.zone, m).date() == today]
        of_week = [m for m in self.counted if m > now - 7 * DAY]
        for limit in () if human else limits:
            assert limit.per_day is None or len(of_today) <= limit.per_day, "the daily limit"
            assert limit.per_week is None or len(of_week) <= limit.per_week, "the weekly limit"

    def quiet_windows(self) -> list[tuple[int, int]]:
        """The quiet hours now in force."""
        if self.quiet:
            first, _, last = self.quiet.partition("-")
            start, end = (int(c[:2]) * 3600 + int(c[3:]) * 60 for c in (first, last))
            return [(start, end if end > start else end + 86_400)]
        found = [self.versions[item].program.limits.quiet for item in self.courses.items()]
        return [w for w in found if w is not None]

    # -- decisions -------------------------------------------------------------------------------------------------

    def decision(self, x: entry.Any, taken: Step) -> None:
        """Whether a decision point is as it must be; whether an event was decided."""
        if isinstance(x, entry.Delivered) and x.what == "event":
            point = self.points[x.point]
            assert any(point is y for y in taken.entries), "delivered in the step that decided"
            assert point.outcome in ("decided", "randomized")
            assert x.name in self.events_of(point)
        if not isinstance(x, entry.Decided):
            return
        assert x.point not in self.points, f"{x.point} has one outcome"
        assert x.outcome in OUTCOMES
        self.points[x.point] = x
        self.in_time(x)
        waiting = self.imported.pop((x.program, x.rule, x.slot), None)
        if x.outcome == "randomized":
            assert math.isclose(math.fsum(x.options.values()), 1, abs_tol=1e-9)
            assert x.options[x.chosen] > 0
            if waiting is not None and waiting.option in self.rule(x).cases[x.case or 0].events:
                assert (x.chosen, x.options, x.source) == (waiting.option, waiting.probabilities, waiting.source)
            else:
                assert not x.source
                assert x.drawn == str(redrawn(self.cast.seed, "ada", x.point))
                assert x.chosen == option_of(int(x.drawn), x.options)
        else:
            assert not x.options
            assert x.outcome == "decided" or x.reasons, f"{x.outcome} names its reason"
            assert x.outcome == "decided" or not x.chosen

    def in_time(self, x: entry.Decided) -> None:
        """A decision point is decided inside its window, or missed; one that the gate moved has more time."""
        late = x.received > x.planned + self.rule(x).window
        if x.outcome == "missed":
            newer = x.reasons == ("a newer decision point of the rule took its place",)
            assert late or newer or (x.run, x.rule, x.slot) in self.postponed
        else:
            assert not late or (x.run, x.rule, x.slot) in self.postponed

    def events_of(self, x: entry.Decided) -> tuple[str, ...]:
        """The events that the chosen option delivers."""
        rule = self.rule(x)
        case = rule.cases[x.case or 0]
        return case.events[x.chosen] if x.options else case.deliver or ()

    def rule(self, x: entry.Decided) -> CompiledRule:
        """The rule of a decision point, in the version that decided."""
        return self.versions[(x.program, x.version)].interventions[x.intervention].by_id[x.rule]

    # -- safety ----------------------------------------------------------------------------------------------------

    def alerts(self, taken: Step) -> None:
        """A saved answer and its alerts stand in one step, alone; no risk answer to anything ever asked goes unheard."""
        raised = [x for x in taken.entries if isinstance(x, entry.Alerted)]
        saved = [x for x in taken.entries if isinstance(x, entry.Answered)]
        x = taken.stimulus
        if not isinstance(x, stimulus.Answer):
            assert not raised
            assert not saved
            return
        assert all(isinstance(x, entry.Answered | entry.Alerted | entry.Refused) for x in taken.entries)
        assert sum(isinstance(x, effect.Help) for x in taken.effects) == len(raised)
        assert sum(isinstance(x, effect.Notify) for x in taken.effects) == sum(1 for x in raised if x.roster)
        asked = self.asked.get(x.assessment)
        if asked is None or x.item not in asked.items or x.value == 99:
            assert not saved
            return
        heard = {(one.measure, one.item) for one in raised}
        risk = self.is_risk(asked, x)
        total = self.is_total(asked, x)
        assert ((asked.measure, x.item) in heard) == risk, "every risk answer has its alert, and no other answer"
        assert total is None or ((asked.measure, "score") in heard) == total, "every total that is a risk has its alert"
        gone = asked.program not in self.courses and x.at > self.left.get(asked.program, -1)
        assert bool(saved) == (not gone or bool(raised)), "an answer is kept; who has left gives none but a risk answer"

    def rules(self, asked: entry.Asked, on: str) -> bool:
        """Whether the version that asked, or the course's, has a safety rule on something."""
        versions = {asked.version, self.courses.get(asked.program, asked.version)}
        return any(
            rule.on == on for v in versions for rule in self.versions[(asked.program, v)].program.safety
        )  # fmt: skip

    def is_risk(self, asked: entry.Asked, x: stimulus.Answer) -> bool:
        """Whether an answer is a risk, as all programs here say it: `value >= 2` at one item."""
        if not isinstance(x.value, int | float) or x.value < 2:
            return False
        return (asked.measure, x.item) in (("mood", "alive"), ("mood", "new_alive")) and self.rules(
            asked, f"mood.{x.item}"
        )

    def is_total(self, asked: entry.Asked, x: stimulus.Answer) -> bool | None:
        """Whether an answer makes a total that is a risk: `value >= 5`, over both items; None where others count too."""
        answers = self.answers[x.assessment]
        known = answers.get(x.item)
        before = self.total(asked, answers)
        if known is None or x.at >= known[0]:
            answers[x.item] = (x.at, x.value)
        after = self.total(asked, answers)
        if asked.reuse_from or asked.measure != "mood" or len(asked.items) != 2:
            return None if asked.measure == "mood" else False
        return after is not None and after != before and after >= 5 and self.rules(asked, "mood.score")

    def total(self, asked: entry.Asked, answers: dict[str, tuple[int, stimulus.Value]]) -> float | None:
        """The sum of all items, where all are answered."""
        values = [answers[i][1] for i in asked.items if i in answers]
        known = [v for v in values if isinstance(v, int | float)]
        return sum(known) if len(known) == len(asked.items) else None


def planned(watch: Watch, steps: list[Step]) -> None:
    """Every planned slot of a scheduled rule has had its outcome or is still to come, in order, none left out."""
    began: dict[tuple[str, str], entry.Began] = {}
    taken: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    over: dict[tuple[str, str], int] = {}
    run_over: dict[str, int] = {}
    running: dict[str, str] = {}
    drawn: dict[tuple[str, str], list[entry.MomentsDrawn]] = defaultdict(list)
    for step in steps:
        when = step.stimulus.at if isinstance(step.stimulus, stimulus.Time) else step.stimulus.arrived
        for x in step.entries:
            if isinstance(x, entry.Began) and not x.due:
                began.setdefault((x.run, x.rule), x)
            elif isinstance(x, entry.Decided | entry.Postponed) and x.index >= 0:
                slots = taken[(x.run, x.rule)]
                if (x.day, x.index) not in slots:
                    slots.append((x.day, x.index))
            elif isinstance(x, entry.Closed):
                over.setdefault((x.run, x.rule), when)
            elif isinstance(x, entry.Ended):
                run_over.setdefault(x.run, when)
            elif isinstance(x, entry.MomentsDrawn):
                drawn[(x.run, x.rule)].append(x)
            elif isinstance(x, entry.Withdrew):
                for run, program in running.items():
                    if x.program in ("", program):
                        run_over.setdefault(run, when)
            elif isinstance(x, entry.Started):
                running[x.run] = x.program
    pending = {
        (name, rule, slot)
        for name, run in steps[-1].state.runs.items()
        for rule, record in run.rules.items()
        for slot, _, _ in record.postponed
    }
    assert watch.postponed <= pending | watch.decided, "what the gate moved is pending, or has its outcome"
    moved = any(isinstance(x, entry.Moved) and x.runs for s in steps for x in s.entries)
    clocks_set = any(isinstance(x, entry.Set) and x.name == "person.clock" for s in steps for x in s.entries)
    if moved:
        return
    for (run, name), x in began.items():
        started = watch.runs[run]
        rule = watch.versions[(started.program, started.version)].interventions[started.intervention].by_id[name]
        end = min(over.get((run, name), watch.last + 1), run_over.get(run, watch.last + 1))
        exact = not watch.traveled and not clocks_set
        if rule.random:
            _random(watch, rule, x, taken[(run, name)], drawn[(run, name)], exact)
        else:
            _slots(watch, rule, x, started, taken[(run, name)], end, exact)


def _slots(
    watch: Watch,
    rule: CompiledRule,
    x: entry.Began,
    started: entry.Started,
    seen: list[tuple[int, int]],
    end: int,
    exact: bool,
) -> None:
    assert rule.pattern is not None
    clocks = rule.clocks or ((36_000,) if rule.clock_fields else (x.clock,))
    days = range(x.day, x.day + (watch.last - x.at) // DAY + 4)
    found = list(oracle.slots(rule.pattern, clocks, watch.zone, x.day, days))
    order = [(day, index) for day, index, _ in found]
    if seen:
        first = order.index(seen[0])
        if rule.clock_fields:
            # On the day on which the person moves it, the time can be over before it comes.
            order = [s for s in order if s in seen or s[0] not in watch.clock_days]
            first = order.index(seen[0])
        assert seen == order[first : first + len(seen)], "in order, none twice, none left out"
    if not exact:
        return
    until = min(watch.later(x.until, x.at) if x.until else math.inf, watch.later(started.ends_by, started.at) - 1)
    idle = {
        (p.day, p.index)
        for p in watch.points.values()
        if (p.run, p.rule) == (x.run, x.rule) and p.outcome in ("unavailable", "missed")
        and any(begin <= p.received <= (over or math.inf) for begin, over in watch.rests)
    }  # fmt: skip
    must = [(d, i) for d, i, m in found if x.at // 1000 * 1000 <= m < end and m <= until]
    may = [(d, i) for d, i, m in found if x.at // 1000 * 1000 <= m <= end and m <= until]
    if rule.rule.times is not None:
        # What falls into a rest is not one of its times.
        must, may = (_first(part, rule.rule.times, idle) for part in (must, may))
    assert seen in (must, may[: len(seen)]), f"planned {must}, taken {seen}"
    assert len(seen) >= len(must)


def _first(slots: list[tuple[int, int]], times: int, idle: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """The slots up to the one that uses up the rule's times."""
    used = 0
    for place, slot in enumerate(slots):
        if used == times:
            return slots[:place]
        used += slot not in idle
    return slots


def _random(
    watch: Watch,
    rule: CompiledRule,
    x: entry.Began,
    seen: list[tuple[int, int]],
    drawn: list[entry.MomentsDrawn],
    exact: bool,
) -> None:
    assert rule.pattern is not None
    assert rule.between is not None
    days = [d.day for d in drawn]
    assert days == sorted(set(days)), "each day is drawn once"
    assert seen == [(day, i) for day in days for i in range(rule.random)][: len(seen)]
    for one in drawn:
        assert len(one.moments) == rule.random
        assert list(one.moments) == sorted(one.moments)
        if exact:
            start, stop = (oracle.resolve(watch.zone, one.day, c) for c in rule.between)
            assert all(max(start, x.at) <= m < max(stop, start + 1, x.at + 1) for m in one.moments)


def looked_at(state: State, programs: Programs) -> None:
    """Nobody stands still: in each program time brings a look at the person, or it has been said that it brings none."""
    if state.followups or state.rests:
        return
    lines = scheduler.agenda(programs, state)
    for name, course in state.courses.items():
        looks = [
            x
            for x in lines
            if x.kind not in ("contact", "check_in", "alert") and scheduler.program_of(state, x) == name
        ]
        assert course.stopped or looks or course.waits, f"nobody looks at {name}, and nobody says so"


def forgotten(state: State, programs: Programs, now: int) -> None:
    """A present need is not left alone with a micro intervention that may begin, while there is room for one."""
    work = Work(programs, "ada", state.copy(), stimulus.Time(key="now", at=now), now)
    if state.followups or state.rests:
        return
    for name, course in state.courses.items():
        program = work.course(name)
        # What it came to is awaited of one whose events are over: there is a look when that is known, or past due.
        running = [r for r in state.runs.values() if r.program == name and (not r.ended or (program and program.needs))]
        if program is None or running or any(o.program == name for o in state.offers.values()):
            continue
        if not program.program.model:
            begun = {r.intervention for r in state.runs.values()}
            left = [i for k, i in program.interventions.items() if k in course.left_out and k not in begun]
            assert all(beginning.unfit(work, program, i) for i in left), f"{name}: what may begin has not begun"
            continue
        levels = [n.level.level for n in program.needs if present(state, name, n.id)]
        for need in program.needs:
            if present(state, name, need.id) and need.level.level == min(levels):
                if amid_an_evaluation(state, program, need):
                    continue
                for other in need.need.interventions:
                    reason, _ = recommender.left_out(work, program, program.interventions[other])
                    assert reason, f"{need.id} is present, and {other} could begin"


def amid_an_evaluation(state: State, program: CompiledProgram, need: CompiledNeed) -> bool:
    """Whether a need may wait: of an evaluation that the person has begun to answer, what is left can change the choice.

    It ends with the questionnaire, whose time is over some day: that there is such a look, `looked_at` sees to.
    """
    every = [x for x in (*state.assessments.values(), *state.closed.values()) if isinstance(x, Assessment)]
    begun = {x.evaluation for x in every if x.program == program.id and x.evaluation and x.answers}
    open_now = [x for x in state.assessments.values() if x.program == program.id and x.evaluation in begun]
    others = [n for n in program.needs if n.level.level <= need.level.level or not n.level.waits]
    said = [t for n in others for t in (n.need.present, n.need.absent, n.need.severity) if t]
    chosen = [program.program.interventions[i] for i in need.need.interventions]
    said += [t for i in chosen for t in (i.contraindicated, i.requires, i.resource) if t]
    return any(f"{x.measure}." in t for x in open_now for t in said)


def present(state: State, program: str, need: str) -> bool:
    """Whether a need is known to be present."""
    found = state.needs.get(f"{program}/{need}")
    return found is not None and found.state == "present"
