"""`microcare analyze most | smart | rules | policy | interim`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from microcare.commands.terminal import OK, PROBLEMS, complain, progress, say, say_json

Table = Annotated[Path, typer.Argument(help="A CSV or Parquet file.")]
Format = Annotated[str, typer.Option(help="text or json.")]
Level = Annotated[float, typer.Option(help="The level of intervals.")]
Outcome = Annotated[str, typer.Option(help="The outcome's column; higher is better.")]
Lower = Annotated[bool, typer.Option("--lower-is-better", help="The outcome is a burden: less of it is better.")]
Adjust = Annotated[str, typer.Option(help="For many effects at once: none, bonferroni, holm or bh.")]
SHOWN = 8
"""So many packages are printed; all of them are in the JSON."""
Clustered = Annotated[str | None, typer.Option(help="Column of the cluster or person that rows belong to.")]


def _answer(format_: str, make: Callable[[], tuple[dict[str, Any], list[str]]]) -> int:
    """Print a result for machines, or its lines for people; or what speaks against it."""
    from microcare.optimization.refusal import Refusal

    try:
        found, lines = make()
    except Refusal as refused:
        if format_ == "json":
            say_json({"refused": list(refused.issues)})
        for issue in refused.issues:
            complain(issue)
        return PROBLEMS
    if format_ == "json":
        say_json(found)
        return OK
    for line in lines:
        say(line)
    for note in found.get("notes", ()):
        say(f"Note: {note}.")
    for warning in found.get("warnings", ()):
        say(f"Caution: {warning}.")
    return OK


def _rows(rows: list[dict[str, Any]], more: str = "") -> list[str]:
    wide = max(4, *(len(r["term"]) for r in rows))
    head = f"{'':<{wide}}  estimate       se   interval              p" + (f"        {more}" if more else "")
    made = [head]
    for r in rows:
        line = f"{r['term']:<{wide}}  {r['estimate']:8.4g} {r['se']:8.4g}   {r['lower']:8.4g} to {r['upper']:<8.4g} {r['p']:8.2g}"
        made.append(line + (f" {r[more]:8.2g}" if more else ""))
    return made


def most(
    table: Table,
    outcome: Outcome,
    factors: Annotated[str, typer.Option(help="The factors' columns, with commas.")],
    order: Annotated[
        int | None, typer.Option(help="Up to which interactions: 1 none, 2 pairs; all if not given.")
    ] = None,
    terms: Annotated[str | None, typer.Option(help="Instead: exactly these effects, like a,b,a:b.")] = None,
    covariates: Annotated[str, typer.Option(help="What else predicts the outcome, a formula.")] = "~ 1",
    cluster: Clustered = None,
    person: Annotated[str | None, typer.Option(help="Column of the person, where a person has several rows.")] = None,
    family: Annotated[str, typer.Option(help="identity, or logit for an outcome of 0 and 1.")] = "identity",
    errors: Annotated[str, typer.Option(help="Without clusters: equal (equally spread) or robust.")] = "equal",
    cost: Annotated[list[str] | None, typer.Option(help="FACTOR=COST of its upper level; may be repeated.")] = None,
    worth: Annotated[float, typer.Option(help="How much of the outcome a unit of cost must buy.")] = 0.0,
    budget: Annotated[float | None, typer.Option(help="No package may cost more.")] = None,
    lower_is_better: Lower = False,
    adjust: Adjust = "holm",
    level: Level = 0.95,
    format: Format = "text",
) -> None:
    """The analysis of an optimization trial: main effects, interactions, and which components to keep."""

    def make() -> tuple[dict[str, Any], list[str]]:
        from microcare.optimization.factorial import factorial_effects

        found = factorial_effects(
            table, outcome=outcome, factors=_listed(factors), order=order, terms=_listed(terms) or None,
            covariates=covariates, cluster=cluster, person=person, family=family, errors=errors, costs=_costs(cost or []),
            worth=worth, budget=budget, lower_is_better=lower_is_better, method=adjust, level=level,
        ).as_dict()  # fmt: skip
        lines = [*_rows(found["effects"], "p_adjusted"), *_way(outcome, lower_is_better)]
        lines += [f"{name}: {said}." for name, said in found["decisions"].items()]
        lines += [
            f"{name} cannot be told from {', '.join(others)}." for name, others in found["aliases"].items() if others
        ]
        if found["packages"]:
            lines += ["", "Packages, the best net outcome first (* may be the best):"]
            lines += [_package(one) for one in found["packages"][:SHOWN]]
        return found, lines

    raise typer.Exit(_answer(format, make))


def _package(one: dict[str, Any]) -> str:
    shown = f"{one['estimate']:8.4g} ({one['lower']:.4g} to {one['upper']:.4g})"
    beyond = "" if one["affordable"] else ", beyond the budget"
    return f"{'*' if one['may_be_best'] else ' '} {shown}  {one['term']}, cost {one['cost']:g}{beyond}"


def _costs(given: list[str]) -> dict[str, float]:
    from microcare.optimization.refusal import Refusal

    found = {}
    for text in given:
        name, _, value = text.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            raise Refusal(f"--cost {text}: write FACTOR=NUMBER") from None
    return found


def smart(
    table: Table,
    outcome: Outcome,
    first: Annotated[
        str | None, typer.Option(help="Column of the first option (with --response and --second).")
    ] = None,
    response: Annotated[str | None, typer.Option(help="Column of the response to it: 0 and 1, or names.")] = None,
    second: Annotated[
        str | None, typer.Option(help="Column of the second option; empty where there was no second draw.")
    ] = None,
    first_probability: Annotated[
        str | None, typer.Option(help="Probability of the first option received, a number or column; else equal parts.")
    ] = None,
    second_probability: Annotated[str | None, typer.Option(help="The same of the second.")] = None,
    options: Annotated[
        str | None, typer.Option(help="For any number of stages: the columns of their options, with commas.")
    ] = None,
    responses: Annotated[str | None, typer.Option(help="The columns of the responses between them.")] = None,
    probabilities: Annotated[
        str | None, typer.Option(help="Probabilities of the options received, a number or column for each stage.")
    ] = None,
    person: Annotated[str | None, typer.Option(help="Column of the person, to see that each has one row.")] = None,
    cluster: Clustered = None,
    lower_is_better: Lower = False,
    adjust: Adjust = "holm",
    level: Level = 0.95,
    format: Format = "text",
) -> None:
    """The regimes embedded in a SMART: what each is worth, and which may be the best.

    The table has one row a person. Two stages: --first a1 --response r --second a2. More: --options a1,a2,a3
    --responses r1,r2. Who was not randomized at a stage has nothing in its column.
    """

    def make() -> tuple[dict[str, Any], list[str]]:
        from microcare.optimization.regimes import embedded_regimes

        stages = _listed(options) or [name for name in (first, second) if name]
        between = _listed(responses) or ([response] if response else [])
        chances = _listed(probabilities)
        if first_probability is not None or second_probability is not None:
            chances = [first_probability or "0.5", second_probability or "0.5"][: len(stages)]
        found = embedded_regimes(
            table, outcome=outcome, options=stages, responses=between, probabilities=chances, cluster=cluster,
            person=person, lower_is_better=lower_is_better, method=adjust, level=level,
        ).as_dict()  # fmt: skip
        lines = [*_rows(found["effects"], "n"), "", "Differences:", *_rows(found["contrasts"], "p_adjusted")]
        lines += [*_way(outcome, lower_is_better), ""]
        if found["all_equal"]:
            lines.append(f"Are all worth the same? p = {found['all_equal']['p']:.2g}")
        best = found["may_be_best"]
        kept = "This may be the best:" if len(best) == 1 else f"These {len(best)} may be the best:"
        return found, [*lines, kept, *(f"  {name}" for name in best)]

    raise typer.Exit(_answer(format, make))


def _listed(text: str | None) -> list[str]:
    """What stands between commas; nothing where nothing is given."""
    return [part.strip() for part in text.split(",") if part.strip()] if text else []


def rules(
    table: Table,
    outcome: Outcome,
    stage: Annotated[
        list[str],
        typer.Option(
            help="TREATMENT:MODERATORS:CONTROLS:PROBABILITY, once a stage, the first one first; like 'a1:x1:x1+z:0.5'. "
            "With more than two options their probabilities with commas; without any, equal parts."
        ),
    ],
    method: Annotated[str, typer.Option(help="q (Q-learning) or dwols (doubly robust).")] = "q",
    person: Annotated[str | None, typer.Option(help="Column of the person, to see that each has one row.")] = None,
    lower_is_better: Lower = False,
    bootstraps: Annotated[int, typer.Option(help="Resamples for the intervals of earlier stages.")] = 1000,
    seed: Annotated[int, typer.Option(help="The seed of the resamples.")] = 1,
    level: Level = 0.95,
    format: Format = "text",
) -> None:
    """Which option next, for whom: decision rules of several stages, with valid intervals."""

    def make() -> tuple[dict[str, Any], list[str]]:
        from microcare.optimization.sequences import learn

        found = learn(
            table, outcome=outcome, stages=[_stage(s) for s in stage], method=method, person=person,
            lower_is_better=lower_is_better, bootstraps=bootstraps, seed=seed, level=level,
            turns=lambda turns: progress(turns, len(turns), "Resampling"),
        ).as_dict()  # fmt: skip
        lines = []
        for one in found["stages"]:
            lines += [f"Stage {one['stage']} ({one['n_persons']} persons): {one['rule']}.", *_rows(one["effects"])]
            lines += [
                f"{one['share_agreeing']:.0%} had what this rule says; for {one['share_unclear']:.0%} it could be chance.",
                "",
            ]
        value, observed, gain = (_shown(found[name]) for name in ("value", "observed", "gain"))
        lines += [f"Following all rules is worth {value}, what was done {observed}: a gain of {gain}."]
        lines += [
            f"Each person is judged by rules learned without them; {found['n_following']} persons had all that the rules say."
        ]
        return found, lines + _way(outcome, lower_is_better)

    raise typer.Exit(_answer(format, make))


def _way(outcome: str, lower_is_better: bool) -> list[str]:
    return [f"Less of {outcome} is better."] if lower_is_better else []


def _shown(row: dict[str, Any]) -> str:
    return f"{row['estimate']:.4g} ({row['lower']:.4g} to {row['upper']:.4g})"


def _stage(text: str) -> Any:
    from microcare.optimization.refusal import Refusal
    from microcare.optimization.sequences import Stage

    parts = [part.strip() for part in text.split(":")]
    if len(parts) > 4 or not parts[0]:
        raise Refusal(f"--stage {text}: write TREATMENT:MODERATORS:CONTROLS:PROBABILITY, like a1:x1:x1+z:0.5")
    treatment, moderators, controls, chance = parts + [""] * (4 - len(parts))
    given = _listed(chance)
    stated = given if len(given) > 1 else given[0] if given else None
    return Stage(treatment, f"~ {moderators or 1}", f"~ {controls or moderators or 1}", stated)


def policy(
    table: Table,
    reward: Annotated[str, typer.Option(help="Column of the reward.")],
    action: Annotated[str, typer.Option(help="Column of the action that was taken, from 0, or named by --actions.")],
    policy: Annotated[
        str,
        typer.Option(help="The other policy's probabilities, columns or numbers, with commas, one for each action."),
    ],
    probability: Annotated[
        str | None, typer.Option(help="The probability of the action that was taken: a column or a number.")
    ] = None,
    probabilities: Annotated[str, typer.Option(help="Instead: those of all actions, with commas.")] = "",
    against: Annotated[str, typer.Option(help="A policy it is held against, instead of what was done.")] = "",
    actions: Annotated[str, typer.Option(help="The actions' names, with commas, in the order of --policy.")] = "",
    person: Clustered = None,
    availability: Annotated[str | None, typer.Option(help="Column of availability, 0 or 1.")] = None,
    model: Annotated[
        str | None, typer.Option(help="Columns of the expected reward of each action, with commas.")
    ] = None,
    formula: Annotated[
        str | None, typer.Option(help="Instead: a formula by which the expected rewards are learned.")
    ] = None,
    clip: Annotated[float, typer.Option(help="Weights are cut here in CLIPPED and SWITCH.")] = 5.0,
    level: Level = 0.95,
    format: Format = "text",
) -> None:
    """What another policy would have been worth, from the logs of the one that ran."""

    def make() -> tuple[dict[str, Any], list[str]]:
        from microcare.optimization.off_policy import policy_value

        found = policy_value(
            table, reward=reward, action=action, policy=_listed(policy), probability=probability,
            probabilities=_listed(probabilities), against=_listed(against), actions=_listed(actions), person=person,
            availability=availability, model=_listed(model or "") or None, formula=formula, clip=clip, level=level,
        ).as_dict()  # fmt: skip
        size = f"{found['effective_sample_size']:.0f} of {found['n_decision_points']}"
        lines = [*_rows(found["effects"]), *_rows(found["gains"])]
        return found, [*lines, f"The logs carry this policy like {size} decision points would."]

    raise typer.Exit(_answer(format, make))


def interim(
    looks: Annotated[str, typer.Option(help="When to look, as fractions of the information: 0.5,0.75,1.")] = "0.5,1",
    alpha: Annotated[float, typer.Option(help="The significance level of all looks together.")] = 0.05,
    spending: Annotated[str, typer.Option(help="obrien-fleming, pocock or linear.")] = "obrien-fleming",
    z: Annotated[str | None, typer.Option(help="The estimates over their standard errors at the looks so far.")] = None,
    estimate: Annotated[float | None, typer.Option(help="An estimate, for an interval that holds at any time.")] = None,
    se: Annotated[float, typer.Option(help="Its standard error.")] = 0.0,
    persons: Annotated[int, typer.Option(help="Persons it comes from.")] = 0,
    planned: Annotated[int, typer.Option(help="Persons that are planned.")] = 0,
    format: Format = "text",
) -> None:
    """Looks at a trial before its end that leave the answer valid."""

    def make() -> tuple[dict[str, Any], list[str]]:
        from microcare.optimization.interim import boundaries, confidence_sequence

        found = boundaries(_numbers(looks, "--looks"), alpha, spending)
        seen = _numbers(z, "--z") if z else []
        shown: list[dict[str, Any]] = []
        for number, look in enumerate(found):
            said = None if number >= len(seen) else bool(abs(seen[number]) > look.boundary)
            shown.append({"fraction": look.fraction, "boundary": look.boundary, "spent": look.spent, "crossed": said})
        made: dict[str, Any] = {"looks": shown, "alpha": alpha, "spending": spending, "warnings": []}
        lines = ["information   |z| beyond   spent"]
        for row in shown:
            crossed = {None: "", True: "   crossed: an effect is shown", False: "   not crossed: go on"}[row["crossed"]]
            lines.append(f"{row['fraction']:11.2f}   {row['boundary']:10.4f}   {row['spent']:.5f}{crossed}")
        if estimate is not None:
            low, high = confidence_sequence(estimate, se, persons, planned or persons, alpha)
            made["anytime"] = {"estimate": estimate, "lower": low, "upper": high}
            lines.append(f"At any time: {estimate:.4g} ({low:.4g} to {high:.4g})")
        return made, lines

    raise typer.Exit(_answer(format, make))


def _numbers(text: str, option: str) -> list[float]:
    from microcare.optimization.refusal import Refusal

    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise Refusal(f"{option} {text}: write numbers with commas, like 0.5,0.75,1") from None


def register(app: typer.Typer) -> None:
    """Hang the commands under `microcare analyze`."""
    for command in (most, smart, rules, policy, interim):
        app.command(command.__name__)(command)
