"""From a program as authored to a program ready to run, with every mistake found on the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from microcare.base.issues import Issue, Severity, nearest
from microcare.base.schedules import DayPattern, parse_days
from microcare.expressions.compile import compile_expression
from microcare.expressions.types import Type
from microcare.program.assessment import Measure
from microcare.program.compiled import (
    CompiledCase,
    CompiledEvaluation,
    CompiledEvent,
    CompiledIntervention,
    CompiledMeasure,
    CompiledNeed,
    CompiledProgram,
    CompiledProximal,
    CompiledRule,
    CompiledSafety,
    CompiledVariant,
    Condition,
    Gather,
    Inputs,
)
from microcare.program.content import Form
from microcare.program.decision import Action, Case, Rule, options_of
from microcare.program.derived import (
    asked_measure,
    by_signal,
    cuts_of,
    delivered_by,
    is_scheduled,
    needed_names,
    pattern_of,
    places_of,
    rule_name,
    times_of,
)
from microcare.program.evaluation import EvaluationTrigger
from microcare.program.event import Event
from microcare.program.intervention import Intervention
from microcare.program.narrative import PARTS, Variant
from microcare.program.outcome import Proximal
from microcare.program.parts import NOTHING
from microcare.program.program import Program
from microcare.program.scope import (
    Names,
    answer_type,
    intervention_names,
    item_names,
    looked_at,
    program_names,
    with_value,
)
from microcare.program.source import Source
from microcare.program.triggers import Trigger, parse_trigger
from microcare.program.versions import hashes

Path = tuple[str | int, ...]
NO_TRIGGER = Trigger("start", "", "", None)


def compile_program(program: Program, source: Source) -> tuple[CompiledProgram | None, tuple[Issue, ...]]:
    """Compile a program; with errors there is none, and all of them are named."""
    work = _Work(program, source)
    compiled = work.program_()
    found = tuple(work.issues)
    return (None if any(i.severity is Severity.ERROR for i in found) else compiled), found


@dataclass
class _Work:
    program: Program
    source: Source
    issues: list[Issue] = field(default_factory=list)
    measures: dict[str, Measure] = field(default_factory=dict)

    # -- small helpers -------------------------------------------------------------------------------------

    def complain(self, path: Path, code: str, message: str, cure: str = "") -> None:
        self.issues.append(Issue(code, Severity.ERROR, self.source.place(path), message, cure))

    def condition(
        self,
        text: str | None,
        names: Names,
        path: Path,
        expects: Type = Type.BOOLEAN,
        into: Gather | None = None,
    ) -> Condition | None:
        """Compile one expression; all its problems are kept, placed in the file."""
        if text is None:
            return None
        result = compile_expression(text, names, expects)
        if isinstance(result, tuple):
            where = self.source.place(path)
            for problem in result:
                place = type(where)(where.file, where.line, where.column + problem.offset)
                self.issues.append(Issue(problem.code, Severity.ERROR, place, problem.message, problem.cure))
            return None
        gather = into or Gather()
        where_ = gather.place(result, names)
        if into is None:
            gather.finish()
        return Condition(result, gather.inputs, where_)

    # -- the parts -----------------------------------------------------------------------------------------

    def program_(self) -> CompiledProgram:
        program = self.program
        self.measures = dict(program.measures)
        names = program_names(program, program.measures)
        for name, intervention in program.interventions.items():
            for event_name, event in intervention.events.items():
                if event.proximal is not None and event.proximal.ask is not None:
                    self.measures[f"{name}.{event_name}"] = asked_measure(event.proximal)
        measures = {name: self.measure(name, m) for name, m in self.measures.items()}
        interventions = {name: self.intervention(name, i, names) for name, i in program.interventions.items()}
        needs = tuple(self.need(index, name, names) for index, name in self._needs_in_order())
        behavior, wording = hashes(program, self.source.files)
        return CompiledProgram(
            id=program.program,
            version=behavior,
            wording=wording,
            program=program,
            measures=measures,
            interventions=interventions,
            needs=needs,
            by_need={n.id: n for n in needs},
            safety=self.safety(names),
            evaluations=tuple(self.evaluation(i, t, names) for i, t in enumerate(program.evaluate)),
            narrative={part: self.variants(part, getattr(program.narrative, part), names) for part in PARTS},
            target=self.condition(program.target.reached, names, ("target", "reached")) if program.target else None,
            keeps={n: s.keep.exact for n, s in program.signals.items()},
            fresh={n: (s.fresh or s.keep).exact for n, s in program.signals.items()},
            reports=self._reports(),
            quiet=program.limits.quiet,
            gap=program.limits.gap.exact if program.limits.gap else 0,
            channels=tuple((c.channel, c.after.exact) for c in program.channels),
        )

    def _needs_in_order(self) -> list[tuple[int, str]]:
        levels = sorted(enumerate(self.program.model), key=lambda pair: pair[1].level)
        return [(index, name) for index, level in levels for name in level.needs]

    def _reports(self) -> dict[str, int]:
        found = {n: level.needs[n].stale_after.exact for level in self.program.model for n in level.needs}
        return found | {n: r.keep.exact for n, r in self.program.reports.items()}

    def measure(self, name: str, measure: Measure) -> CompiledMeasure:
        names = item_names(measure)
        path: Path = ("measures", name)
        scores: dict[str, Condition | None] = {
            "score": self.condition(measure.score, names, (*path, "score"), Type.NUMBER)
        }
        for score, text in measure.scores.items():
            scores[score] = self.condition(text, names, (*path, "scores", score), Type.NUMBER)
        required = [i for i, item in measure.items.items() if not item.optional]
        count = len(required) if measure.complete == "all" else min(measure.complete, len(measure.items))
        return CompiledMeasure(name, measure, measure.items, scores, count)

    def proximal(
        self, name: str, proximal: Proximal | None, names: Names, path: Path, expires: int
    ) -> CompiledProximal | None:
        if proximal is None:
            return None
        measure = ""
        if proximal.measure is not None:
            measure = proximal.measure
            inner = names
        elif proximal.ask is not None:
            measure = name
            item = asked_measure(proximal).items["answer"]
            inner = with_value(names, "answer", answer_type(item), tuple(item.choices), item)
        else:
            inner = with_value(names, "value", Type.NUMBER)
        success = self.condition(proximal.success, inner, (*path, "success"))
        within = proximal.within.exact if proximal.within else max(expires, 86_400_000)
        return CompiledProximal(proximal, measure, success, proximal.over.exact, proximal.allow_late.exact, within)

    def intervention(self, name: str, intervention: Intervention, outer: Names) -> CompiledIntervention:
        names = intervention_names(outer, intervention)
        path: Path = ("interventions", name)
        events = {n: self.event(name, n, e, names, (*path, "events", n)) for n, e in intervention.events.items()}
        taken: dict[str, int] = {}
        rules = tuple(
            self.rule(i, r, names, (*path, "rules", i), rule_name(r, taken)) for i, r in enumerate(intervention.rules)
        )
        by_trigger: dict[tuple[str, str, str], tuple[CompiledRule, ...]] = {}
        for rule in rules:
            key = (rule.trigger.kind, rule.trigger.name, rule.trigger.stage)
            by_trigger[key] = (*by_trigger.get(key, ()), rule)
        outcome = intervention.outcome
        return CompiledIntervention(
            id=name,
            intervention=intervention,
            events=events,
            rules=rules,
            by_id={r.id: r for r in rules},
            by_trigger=by_trigger,
            scheduled=tuple(r for r in rules if r.scheduled or r.rule.after is not None),
            quiet=tuple(r for r in rules if r.trigger.kind == "quiet"),
            contraindicated=self.condition(intervention.contraindicated, outer, (*path, "contraindicated")),
            requires=self.condition(intervention.requires, outer, (*path, "requires")),
            resource=self.condition(intervention.resource, outer, (*path, "resource")),
            success=self.condition(outcome.success, outer, (*path, "outcome", "success")) if outcome else None,
            outcome_after=outcome.after.exact if outcome else 0,
            outcome_within=outcome.within.exact if outcome else 0,
            lasts=intervention.lasts.exact,
            disengaged_after=intervention.disengaged_after.exact,
            rest=intervention.rest.exact,
            effort=intervention.effort.exact,
            open_ended=any(r.trigger.kind in ("signal", "report", "measure", "need") for r in rules),
        )

    def event(self, intervention: str, name: str, event: Event, names: Names, path: Path) -> CompiledEvent:
        expires = event.expires.exact
        form = next((b.form for b in event.content if isinstance(b, Form)), "")
        proximal = self.proximal(f"{intervention}.{name}", event.proximal, names, (*path, "proximal"), expires)
        contra = self.condition(event.contraindicated, names, (*path, "contraindicated"))
        return CompiledEvent(name, event, expires, proximal, contra, form)

    def rule(self, index: int, rule: Rule, names: Names, path: Path, rule_id: str) -> CompiledRule:
        gather = Gather()
        available = []
        for reason, text in rule.available.items():
            place = (*path, "available", reason) if reason else (*path, "available")
            found = self.condition(text, names, place, into=gather)
            if found is not None:
                available.append((reason or f"{found.expression.source} is false", found))
        condition = self.condition(rule.condition, names, (*path, "if"), into=gather)
        if rule.choose:
            cases = tuple(
                self.case(c, names, (*path, "choose", i), gather) for i, c in enumerate(rule.choose)
            )  # fmt: skip
        else:
            cases = (self.case(rule, names, path, None),)
        until = self.condition(rule.until, names, (*path, "until"))
        if rule.proximal is not None and rule.proximal.signal is None:
            self.complain((*path, "proximal"), "point_proximal",
                          "the proximal outcome of a decision point can only be a signal, which is there whatever was chosen",
                          "Move the question to the `proximal` of the event; to ask after `nothing` too, "
                          "deliver an event with that `proximal` from a rule with its own time.")  # fmt: skip
        clocks, places = times_of(rule, self.program.person)
        return CompiledRule(
            id=rule_id,
            index=index,
            rule=rule,
            trigger=self.trigger(rule, path),
            inputs=gather.finish(),
            available=tuple(available),
            condition=condition,
            cases=cases,
            until=until,
            pattern=pattern_of(rule),
            clocks=clocks,
            clock_fields=tuple((name, default) for _, name, default in places if name),
            places=places,
            window=rule.window.exact,
            random=rule.random or 0,
            between=rule.between,
            lasts=rule.lasts.exact if rule.lasts else 0,
            proximal=self.proximal("", rule.proximal, names, (*path, "proximal"), 0) if by_signal(rule) else None,
            scheduled=is_scheduled(rule),
            delivers=tuple(dict.fromkeys(e for c in cases for e in delivered_by(c))),
        )

    def trigger(self, rule: Rule, path: Path) -> Trigger:
        """The rule's trigger; what reads like an event may be a measure that was completed."""
        found = parse_trigger(rule.on)
        if found is None:
            return NO_TRIGGER
        events = self.program.interventions[str(path[1])].events
        if found.kind == "event" and found.name not in events and found.name in self.program.measures:
            return Trigger("measure", found.name, found.stage)
        return found

    def case(self, action: Action, names: Names, path: Path, gather: Gather | None) -> CompiledCase:
        condition = None
        if isinstance(action, Case) and gather is not None:
            condition = self.condition(action.condition, names, (*path, "if"), into=gather)
        options = options_of(action)
        probabilities = {name: p for name, (p, _) in options.items()}
        deliver = None
        if action.deliver is not None:
            deliver = tuple(e for e in action.deliver if e != NOTHING)
        return CompiledCase(
            condition=condition,
            deliver=deliver,
            options=tuple(options),
            probabilities=probabilities,
            cuts=cuts_of(probabilities.values()),
            events={name: events for name, (_, events) in options.items()},
            end=action.end or "",
            end_as=action.as_ or ("disengaged" if action.end == "disengaged" else ""),
            offer=action.offer or "",
            evaluate=action.evaluate,
        )

    def need(self, index: int, name: str, names: Names) -> CompiledNeed:
        level = self.program.model[index]
        need = level.needs[name]
        path: Path = ("model", index, "needs", name)
        present = self.condition(need.present, names, (*path, "present"))
        used = [r.origin[1] for r in present.inputs.readers if r.origin[0] in ("score", "item")] if present else []
        measures = tuple(dict.fromkeys((*need.measures, *(m for m in used if m in self.program.measures))))
        return CompiledNeed(
            id=name,
            level=level,
            need=need,
            present=present or _never(),
            absent=self.condition(need.absent, names, (*path, "absent")),
            severity=self.condition(need.severity, names, (*path, "severity"), Type.NUMBER),
            stale_after=need.stale_after.exact,
            measures=measures,
        )

    def safety(self, names: Names) -> Mapping[tuple[str, str], tuple[CompiledSafety, ...]]:
        found: dict[tuple[str, str], tuple[CompiledSafety, ...]] = {}
        for index, rule in enumerate(self.program.safety):
            measure, item = rule.on.split(".")
            part = self.measures.get(measure)
            if part is None or item not in (*part.items, "score", *part.scores):
                items = (f"{m}.{i}" for m, known in self.measures.items() for i in known.items)
                near = nearest(rule.on, list(islice(items, 300))) if index < 30 else None
                cure = f"Did you mean `{near}`?" if near else "A safety rule looks at an item or a score of a measure."
                self.complain(("safety", index, "on"), "safety_item", f"there is no item `{rule.on}`", cure)
                continue
            answered = part.items.get(item)
            if rule.words is not None and (answered is None or answered.kind != "text"):
                cure = f"Write `if: ...` over its answer: `{rule.on}` is no text."
                self.complain(("safety", index, "words"), "safety_words", "only a text can be searched for words", cure)
            scope, key = with_value(names, "value", *looked_at(part, item), answered), (measure, item)
            silent = rule.words is not None
            condition = _never() if silent else self.condition(rule.condition, scope, ("safety", index, "if"))
            if condition is not None:
                found[key] = (*found.get(key, ()), CompiledSafety(index, rule, measure, item, condition))
        return found

    def evaluation(self, index: int, trigger: EvaluationTrigger, names: Names) -> CompiledEvaluation:
        context, pattern = trigger.on or "", None
        if trigger.every is not None and isinstance(trigger.every, DayPattern):
            pattern = trigger.every
        elif trigger.on is not None:
            days = parse_days(trigger.on)
            if days is not None and days.weekdays:
                context, pattern = "", days
        places = places_of(trigger.at, self.program.person)
        condition = self.condition(trigger.condition, names, ("evaluate", index, "if"))
        return CompiledEvaluation(index, trigger, context, pattern, places, condition, trigger.within.exact)

    def variants(self, part: str, variants: Sequence[Variant], names: Names) -> tuple[CompiledVariant, ...]:
        found = []
        for index, variant in enumerate(variants):
            path: Path = ("narrative", part, index)
            condition = self.condition(variant.condition, names, (*path, "if"))
            texts = [variant.say] if variant.say is not None else [w.say for w in variant.vary.values()]
            shown = tuple(dict.fromkeys(n for t in texts if t is not None for n in needed_names(t)))
            cuts = cuts_of([w.p for w in variant.vary.values()])
            found.append(CompiledVariant(f"{part}.{index}", variant, condition, shown, tuple(variant.vary), cuts))
        return tuple(found)


def _never() -> Condition:
    """Stands in for a condition with errors (the program is not used then), or where words are listened for instead."""
    expression = compile_expression("false", Names(), Type.BOOLEAN)
    assert not isinstance(expression, tuple)
    return Condition(expression, Inputs(()), ())
