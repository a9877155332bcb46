"""`microcare plan`: how many people a trial needs, and the check of the answer by simulation."""

from pathlib import Path
from typing import Any

from microcare.commands.terminal import OK, PROBLEMS, complain, progress, say, say_json


def mrt(given: dict[str, Any], format_: str, check: int, plot: Path | None) -> int:
    """A micro-randomized trial from options: as a specification without a program."""
    from microcare.optimization.planning.trial import Specification
    from microcare.optimization.refusal import Refusal

    try:
        made = _specification(given)
    except Refusal as refused:
        return _refused(refused, format_)
    assert isinstance(made, Specification)
    return _answer(made, format_, check, plot)


def _specification(given: dict[str, Any]) -> Any:
    from pydantic import ValidationError

    from microcare.optimization.planning.trial import Specification
    from microcare.optimization.refusal import Refusal

    shares = given.pop("probability")
    effects = given.pop("effect")
    if len(effects) not in (1, len(shares)):
        raise Refusal("give one --effect-mean, or one for each --probability")
    effects = effects * len(shares) if len(effects) == 1 else effects
    names = [f"arm{k + 1}" for k in range(len(shares))] if len(shares) > 1 else ["treatment"]
    arms = {"nothing": 1 - sum(shares), **dict(zip(names, shares, strict=True))}
    shape = given.pop("effect_shape")
    courses = {
        name: {"mean": mean, "shape": shape, "initial": given["effect_initial"], "peak": given["effect_peak"]}
        for name, mean in zip(names, effects, strict=True)
    }
    availability = {
        "mean": given["availability"], "shape": given["availability_shape"],
        "initial": given["availability_initial"], "peak": given["availability_peak"],
    }  # fmt: skip
    plain = {
        k: given[k] for k in ("days", "per_day", "family", "base", "dropout", "terms", "alpha", "power", "persons")
    }
    try:
        return Specification.model_validate(
            {
                "trial": "plan",
                "arms": arms,
                "effect": courses,
                "availability": availability,
                **plain,
                "seed": given["seed"],
            }
        )
    except ValidationError as error:
        raise Refusal(
            [
                f"{'.'.join(map(str, e['loc'])) or 'the plan'}: {e['msg'].removeprefix('Value error, ')}"
                for e in error.errors()
            ]
        ) from None


def trial(path: Path, format_: str, check: int, plot: Path | None) -> int:
    """A trial from its specification; where it names a program, that program must randomize so."""
    from microcare.optimization.planning.trial import read
    from microcare.optimization.refusal import Refusal

    try:
        made = read(path)
        issues = _randomized(made, path) if made.program else ()
        if issues:
            raise Refusal(issues)
    except Refusal as refused:
        return _refused(refused, format_)
    return _answer(made, format_, check, plot)


def _randomized(made: Any, path: Path) -> tuple[str, ...]:
    """What a program's rule does otherwise than the specification says."""
    from microcare.commands.loading import read as read_program

    program = read_program((path.parent / made.program).resolve()).program
    if program is None:
        return (f"{path}: the program {made.program} has errors; `microcare check` says which",)
    intervention, _, name = made.rule.partition(".")
    found = program.interventions.get(intervention)
    rules = [] if found is None else [rule for rule in found.rules if rule.name == name]
    if not rules:
        known = [f"{i}.{r.name}" for i, part in program.interventions.items() for r in part.rules if r.randomize]
        return (
            f"{path}: the program has no rule {made.rule}; it randomizes in {', '.join(known) or 'no rule with a name'}",
        )
    stated = {str(option): float(p) for option, p in (rules[0].randomize or {}).items() if isinstance(p, int | float)}
    if stated and stated != dict(made.arms):
        return (f"{path}: the rule {made.rule} randomizes {stated}, the specification says {dict(made.arms)}",)
    return ()


def _answer(made: Any, format_: str, check: int, plot: Path | None) -> int:
    from microcare.optimization.refusal import Refusal

    try:
        found = _computed(made, check)
    except Refusal as refused:
        return _refused(refused, format_)
    if plot is not None:
        _plot(made, found["n_persons"], plot)
    if format_ == "json":
        say_json(found)
    else:
        _say_plan(made, found)
    return OK


def _computed(made: Any, check: int) -> dict[str, Any]:
    from microcare.optimization.planning.mrt import Binary

    plan = made.plan()
    persons = made.persons or plan.size(made.power)
    around = sorted({max(2, round(persons * share)) for share in (0.5, 0.75, 1, 1.25, 1.5)})
    warnings = list(plan.cautions()) if isinstance(plan, Binary) else []
    df = (
        persons
        - len(plan.basis[0]) * (len(made.arms) - 1)
        - (plan.controls if isinstance(plan.controls, int) else plan.controls.shape[1])
    )
    if df < 20:
        warnings.append(f"only {df} degrees of freedom: few persons for so many terms")
    found: dict[str, Any] = {
        "trial": made.trial, "hash": made.hash, "n_persons": persons, "power": plan.power(persons), "alpha": made.alpha,
        "n_decision_points": made.days * made.per_day, "curve": [{"n_persons": n, "power": plan.power(n)} for n in around],
        "warnings": warnings,
    }  # fmt: skip
    if check:
        found["simulated"] = _simulated(made, plan, persons, check)
    return found


def _simulated(made: Any, plan: Any, persons: int, trials: int) -> dict[str, Any]:
    from microcare.optimization.planning.checking import check

    found = {}
    for name, null in (("power", False), ("false_positives", True)):
        turns = progress(range(trials), trials, f"Simulating {name.replace('_', ' ')}")
        checked = check(plan, persons, turns, made.seed, null)
        low, high = checked.interval
        shown = {"share": checked.share, "lower": low, "upper": high}
        found[name] = {**shown, "trials": checked.trials, "answered": checked.answered}
    return {"seed": made.seed, **found}


def _say_plan(made: Any, found: dict[str, Any]) -> None:
    arms = ", ".join(f"{arm} {p:.3g}" for arm, p in made.arms.items())
    if made.persons is None:
        say(f"{found['n_persons']} persons find this effect with a chance of {found['power']:.1%}.")
    else:
        say(f"With {found['n_persons']} persons the chance to find this effect is {found['power']:.1%}.")
    say(f"\n{'persons':>8}   power")
    for row in found["curve"]:
        say(f"{row['n_persons']:8}   {row['power']:.1%}")
    say(
        f"\nAssumed: {made.days} days with {made.per_day} decision points each, arms {arms}, significance level {made.alpha:g},"
    )
    say(
        f"{made.terms} term(s) for the effect over time, {made.dropout:.0%} gone at the end. The analysis is that of `microcare analyze effect`."
    )
    if "simulated" in found:
        for name, words in (("power", "found it"), ("false_positives", "found an effect where there was none")):
            one = found["simulated"][name]
            say(
                f"Simulated: {one['share']:.1%} of {one['answered']} trials {words} (95% interval {one['lower']:.1%} to {one['upper']:.1%})."
            )
    else:
        say("Check it by simulation with --check 1000.")
    say(f"Hash of this specification, to pre-register: {found['hash']}")
    for warning in found["warnings"]:
        say(f"Caution: {warning}.")


def _plot(made: Any, persons: int, path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    plan = made.plan()
    numbers = sorted({max(2, round(persons * k / 20)) for k in range(2, 41)})
    figure, axes = pyplot.subplots(figsize=(6, 4))
    axes.plot(numbers, [plan.power(n) for n in numbers], color="#2f6f6a")
    axes.axhline(plan.power(persons), color="#999999", linewidth=0.8)
    axes.axvline(persons, color="#999999", linewidth=0.8)
    axes.set(
        xlabel="persons",
        ylabel="chance to find the effect",
        ylim=(0, 1),
        title=f"{persons} persons: {plan.power(persons):.0%}",
    )
    figure.savefig(path)
    pyplot.close(figure)


def simple(
    kind: str, given: dict[str, Any], power: float | None, persons: int | None, format_: str, check: int, seed: int
) -> int:
    """A factorial trial (`most`) or a SMART (`smart`)."""
    from microcare.optimization.planning.factorial import Factorial
    from microcare.optimization.planning.power import sensible
    from microcare.optimization.planning.smart import Smart
    from microcare.optimization.refusal import Refusal

    try:
        sensible(given["alpha"], power, persons)
        plan = Factorial(**given) if kind == "most" else Smart(**given)
        n = persons if persons is not None else plan.size(power or 0.8)
    except Refusal as refused:
        return _refused(refused, format_)
    found: dict[str, Any] = {"design": kind, "n_persons": n, "power": plan.power(n), "warnings": [], **given}
    if check and isinstance(plan, Smart):
        from microcare.optimization.planning.checking import check_smart

        for name, null in (("power", False), ("false_positives", True)):
            one = check_smart(plan, n, check, seed, null)
            found[f"simulated_{name}"] = {
                "share": one.share,
                "lower": one.interval[0],
                "upper": one.interval[1],
                "trials": check,
            }
    if format_ == "json":
        say_json(found)
        return OK
    say(
        f"With {n} persons the chance to find a difference of {given['effect']:g} standard deviations is {found['power']:.1%}."
    )
    for name in ("power", "false_positives"):
        if f"simulated_{name}" in found:
            one = found[f"simulated_{name}"]
            say(
                f"Simulated {name.replace('_', ' ')}: {one['share']:.1%} (95% interval {one['lower']:.1%} to {one['upper']:.1%})."
            )
    return OK


def _refused(refused: Any, format_: str) -> int:
    if format_ == "json":
        say_json({"refused": list(refused.issues)})
    for issue in refused.issues:
        complain(issue)
    return PROBLEMS
