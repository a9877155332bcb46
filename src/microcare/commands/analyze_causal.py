"""`microcare analyze statistics`, `pool`, `distal` and their kin. What they do is imported when they run."""

from pathlib import Path
from typing import Annotated, Any

import typer

TablePath = Annotated[Path, typer.Argument(help="A CSV or Parquet file, one row a decision point.")]
Outcome = Annotated[str, typer.Option(help="The outcome's column.")]
Treatment = Annotated[str, typer.Option(help="The arm's column: 0 and 1, or names.")]
Probability = Annotated[
    str,
    typer.Option(help="Probability of the treatment: a column or number; p1,p2 or walk=p1,sit=p2 for several arms."),
]
Person = Annotated[str, typer.Option(help="The person's column.")]
Availability = Annotated[str | None, typer.Option(help="Column of 0 and 1; without it all rows are available.")]
Moderators = Annotated[str, typer.Option(help="What the effect may differ by, a formula.")]
Controls = Annotated[str, typer.Option(help="What predicts the outcome, a formula.")]
Level = Annotated[float, typer.Option(help="The level of intervals.")]
Format = Annotated[str, typer.Option(help="text or json.")]
Allow = Annotated[list[str] | None, typer.Option(help="A refusal by its name, to be said only; may be repeated.")]

Over = Annotated[
    str,
    typer.Option(help="Average over all decision points (no effect where nobody was available), or those available."),
]
Count = Annotated[str, typer.Option(help="What weighs the same: persons, or points.")]
Learn = Annotated[str, typer.Option(help="Where models of the outcome are fitted: available rows, or all.")]
Dropped = Annotated[str, typer.Option(help="Persons without the outcome: error, drop or ipw.")]
MissingModel = Annotated[
    str | None, typer.Option(help="With ipw: what having the outcome depends on, known at the start; a formula.")
]
Weight = Annotated[str | None, typer.Option(help="Column of further weights.")]
Lower = Annotated[bool, typer.Option("--lower-is-better", help="The outcome is a burden: less of it is better.")]
Arms = Annotated[str | None, typer.Option(help="The two arms with a comma, the one to compare with first.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the group `analyze`."""
    app.command("statistics")(statistics)
    app.command("pool")(pool)
    app.command("distal")(distal)
    app.command("mediation")(mediation)
    app.command("contributions")(contributions)
    app.command("narrative")(narrative)


def statistics(
    table: TablePath,
    outcome: Outcome,
    treatment: Treatment,
    probability: Probability,
    person: Person,
    out: Annotated[Path, typer.Option(help="The file to write, JSON.")],
    availability: Availability = None,
    moderators: Moderators = "~ 1",
    controls: Controls = "~ 1",
    numerator: Annotated[
        str | None, typer.Option(help="A number or column that depends on moderators only; else equal parts.")
    ] = None,
    window: Annotated[int, typer.Option(min=1, help="Decision points whose outcomes count.")] = 1,
    lag: Annotated[int, typer.Option(min=0, help="Decision points between the treatment and the outcome.")] = 0,
    reference: Annotated[str, typer.Option(help="Later doses in the window: by the policy, or none.")] = "policy",
    summary: Annotated[str | None, typer.Option(help="The window's outcome: last, any, mean or sum.")] = None,
    end: Annotated[str | None, typer.Option(help="Windows past the last decision point: drop or truncate.")] = None,
    arms: Annotated[str | None, typer.Option(help="The arms with commas, the one to compare with first.")] = None,
    missing: Annotated[str, typer.Option(help="Available without an outcome: error or drop.")] = "error",
    time: Annotated[str | None, typer.Option(help="The column that orders a person's decision points.")] = None,
    weight: Annotated[str | None, typer.Option(help="Column of further weights.")] = None,
    probability_of: Annotated[str, typer.Option(help="treatment, or received.")] = "treatment",
    site: Annotated[str, typer.Option(help="The site's name; tables of one name are parts of one.")] = "",
    prefix: Annotated[str, typer.Option(help="Put before every id, where sites number their persons alike.")] = "",
    ids: Annotated[bool, typer.Option(help="Keep the ids; without them every person gets a number.")] = True,
    lower_is_better: Lower = False,
    allow: Allow = None,
) -> None:
    """What an effect by WCLS needs of each person, as a file that can be pooled; no row leaves the site.

    The file holds weighted sums of products for each person. They are personal data still: keep them as such.
    """
    given = dict(locals())
    from microcare.commands.causal import run_statistics
    from microcare.commands.effect import parted

    for name in ("table", "out", "site", "prefix", "ids"):
        del given[name]
    given |= {"probability": parted(probability), "numerator": parted(numerator), "allow": frozenset(allow or ())}
    given["arms"] = arms.split(",") if arms else None
    raise typer.Exit(run_statistics(table, given, out, site, prefix, ids))


def pool(
    files: Annotated[list[Path], typer.Argument(help="What `microcare analyze statistics` wrote, one file a site.")],
    out: Annotated[Path | None, typer.Option(help="Write the pooled statistics too.")] = None,
    level: Level = 0.95,
    format: Format = "text",
) -> None:
    """The effect from several sites' statistics: the same as if all their rows were in one table."""
    from microcare.commands.causal import run_pool

    raise typer.Exit(run_pool(files, out, level, format))


def distal(
    table: TablePath,
    outcome: Annotated[str, typer.Option(help="The outcome at the end: the same in all rows of a person.")],
    treatment: Treatment,
    probability: Probability,
    person: Person,
    availability: Availability = None,
    moderators: Moderators = "~ 1",
    controls: Controls = "~ 1",
    over: Over = "all",
    count: Count = "persons",
    learn: Learn = "available",
    folds: Annotated[int, typer.Option(min=1, help="Groups of persons for cross-fitting.")] = 1,
    missing: Dropped = "error",
    missing_model: MissingModel = None,
    weight: Weight = None,
    arms: Arms = None,
    lower_is_better: Lower = False,
    level: Level = 0.95,
    allow: Allow = None,
    format: Format = "text",
) -> None:
    """What one dose at one decision point does to the outcome at the end of the course."""
    given = dict(locals())
    from microcare.commands.causal import run_distal

    raise typer.Exit(run_distal(table, _asked(given), format))


def mediation(
    table: TablePath,
    outcome: Annotated[str, typer.Option(help="The outcome at the end: the same in all rows of a person.")],
    treatment: Treatment,
    probability: Probability,
    person: Person,
    mediator: Annotated[str, typer.Option(help="Column measured after the decision point, like its proximal outcome.")],
    mediator_form: Annotated[
        str | None, typer.Option(help="How controls and mediator predict outcome and dose, a formula; else their sum.")
    ] = None,
    availability: Availability = None,
    moderators: Moderators = "~ 1",
    controls: Controls = "~ 1",
    over: Over = "all",
    count: Count = "persons",
    learn: Learn = "available",
    missing: Dropped = "error",
    missing_model: MissingModel = None,
    weight: Weight = None,
    arms: Arms = None,
    lower_is_better: Lower = False,
    level: Level = 0.95,
    allow: Allow = None,
    format: Format = "text",
) -> None:
    """How much of what one dose does to the outcome at the end goes through a mediator, and what that rests on."""
    given = dict(locals())
    from microcare.commands.causal import run_mediation

    raise typer.Exit(run_mediation(table, _asked(given), format))


def contributions(
    table: TablePath,
    proximal: Annotated[str, typer.Option(help="The outcome after each decision point.")],
    overall: Annotated[str, typer.Option(help="The overall outcome: the same in all rows of a person (in a DMI).")],
    treatment: Annotated[str, typer.Option(help="Whether the event was given; without --event, which one was.")],
    probability: Probability,
    person: Person,
    event: Annotated[str | None, typer.Option(help="Column of the event that could be given, given or not.")] = None,
    dmi: Annotated[str | None, typer.Option(help="Column of the DMI, where the table holds several.")] = None,
    availability: Availability = None,
    controls: Controls = "~ 1",
    family: Annotated[str, typer.Option(help="Of the proximal outcome: identity, log, count or logit.")] = "identity",
    arms: Annotated[str | None, typer.Option(help="The arms with commas, the one to compare with first.")] = None,
    proximal_lower_is_better: Annotated[
        bool, typer.Option("--proximal-lower-is-better", help="Less of the proximal outcome is better.")
    ] = False,
    overall_lower_is_better: Annotated[
        bool, typer.Option("--overall-lower-is-better", help="Less of the overall outcome is better.")
    ] = False,
    level: Level = 0.95,
    format: Annotated[str, typer.Option(help="text, json or csv.")] = "text",
) -> None:
    """What each event contributes to its proximal outcome and to the overall outcome, and how much goes through the former."""
    given = dict(locals())
    from microcare.commands.causal import run_contributions

    asked = _asked(given | {"allow": None})
    del asked["allow"]
    raise typer.Exit(run_contributions(table, asked, format))


def narrative(
    table: TablePath,
    outcome: Annotated[str, typer.Option(help="Ownership, commitment, or another outcome after the decision point.")],
    treatment: Treatment,
    probability: Probability,
    person: Person,
    narrative: Annotated[str, typer.Option(help="Column of the narrative's variant that the person was told.")],
    narrative_probability: Annotated[
        str | None, typer.Option(help="Where it was drawn: of the second variant, or of each, a column or number.")
    ] = None,
    variants: Annotated[
        str | None, typer.Option(help="The variants with commas, the one to compare with first.")
    ] = None,
    adjust: Annotated[
        str | None, typer.Option(help="What else the effect may differ by, held alike; a formula.")
    ] = None,
    availability: Availability = None,
    controls: Controls = "~ 1",
    family: Annotated[str, typer.Option(help="identity, log, count or logit.")] = "identity",
    missing: Annotated[str, typer.Option(help="Available without an outcome: error, drop or ipw.")] = "error",
    lower_is_better: Lower = False,
    level: Level = 0.95,
    allow: Allow = None,
    format: Format = "text",
) -> None:
    """Whether the narrative moderates how an intervention turns into ownership and commitment."""
    given = dict(locals())
    from microcare.commands.causal import run_narrative
    from microcare.commands.effect import parted

    asked = _asked(given | {"arms": None})
    del asked["arms"]
    asked["narrative_probability"] = parted(narrative_probability)
    asked["variants"] = variants.split(",") if variants else None
    raise typer.Exit(run_narrative(table, asked, format))


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    """The options as the analysis takes them."""
    from microcare.commands.effect import parted

    arms, allow = given["arms"], given["allow"]
    left = {name: value for name, value in given.items() if name not in ("table", "format")}
    changed = {"probability": parted(given["probability"]), "allow": frozenset(allow or ())}
    return left | changed | {"arms": arms.split(",") if arms else None}
