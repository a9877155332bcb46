"""The one door for commands. Nothing is imported until a command needs it, so that each starts at once."""

from pathlib import Path
from typing import Annotated

import typer

from microcare.commands import analyze, analyze_causal
from microcare.commands.analyze_more import register
from microcare.commands.hub_app import app as hub_app
from microcare.commands.plan_options import plan_app
from microcare.commands.systems import app as system_app
from microcare.commands.terminal import Door
from microcare.commands.words import Data, Json, ProgramPath

app = typer.Typer(
    name="microcare",
    cls=Door,
    help="Digital micro intervention care: check, preview, replay and run care programs.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
export_app = typer.Typer(help="Write data sets from journals.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(export_app, name="export")
analyze_app = typer.Typer(
    cls=analyze.PathGroup, help="What works, for whom, when.", no_args_is_help=True, rich_markup_mode=None
)
analyze.register(analyze_app)
app.add_typer(analyze_app, name="analyze")
register(analyze_app)
app.add_typer(plan_app, name="plan")
app.add_typer(system_app, name="system")
app.add_typer(hub_app)
analyze_causal.register(analyze_app)


@app.command()
def check(program: ProgramPath, json: Json = False) -> None:
    """Check a program: every error at once, with its place and its cure. Exit status 1 if there is one."""
    from microcare.commands.check import run

    raise typer.Exit(run(program, json))


@app.command()
def coverage(program: ProgramPath, json: Json = False) -> None:
    """The planner: what answers each need state, what nothing answers, and what should be built next."""
    from microcare.commands.coverage import run

    raise typer.Exit(run(program, json))


@app.command()
def draw(
    program: ProgramPath,
    out: Annotated[Path | None, typer.Option(help="Folder for the SVG files; otherwise plain text is printed.")] = None,
) -> None:
    """Draw the conceptual model and each micro intervention's sequence."""
    from microcare.commands.draw import run

    raise typer.Exit(run(program, out))


@app.command()
def preview(
    program: ProgramPath,
    days: Annotated[int, typer.Option(min=1, max=3660, help="How many days to play.")] = 90,
    persona: Annotated[str, typer.Option(help="engaged, average, struggling, seldom or silent.")] = "average",
    seed: Annotated[int, typer.Option(help="Another number plays another person.")] = 1,
    zone: Annotated[str, typer.Option(help="The person's time zone.")] = "Europe/Berlin",
    start: Annotated[str, typer.Option(help="The moment of joining (ISO 8601).")] = "2026-03-02T08:00:00Z",
    detail: Annotated[bool, typer.Option("--detail", help="Every entry, signals and receipts too.")] = False,
    answer: Annotated[
        list[str] | None, typer.Option(help="MEASURE.ITEM=VALUE: answered so each time; may be repeated.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the journal (JSON lines), for `export`.")] = None,
    json: Json = False,
) -> None:
    """Play a virtual person through a program and print what happens, in time order."""
    from microcare.commands.preview import Wish, run

    raise typer.Exit(run(program, Wish(days, persona, seed, zone, start, detail, tuple(answer or ()), out), json))


@app.command()
def simulate(
    program: ProgramPath,
    people: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many virtual people.")] = 100,
    days: Annotated[int, typer.Option(min=1, max=3660, help="How many days each of them stays.")] = 90,
    out: Annotated[Path, typer.Option(help="Where the journal is written, as JSON lines.")] = Path("journal.jsonl"),
    response: Annotated[
        Path | None, typer.Option(help="What is planted in them: effects, as YAML; otherwise nothing.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another number plays other people.")] = 1,
    zone: Annotated[str, typer.Option(help="Their time zone.")] = "Europe/Berlin",
    start: Annotated[str, typer.Option(help="When the first of them join (ISO 8601).")] = "2026-03-02T08:00:00Z",
    workers: Annotated[int, typer.Option(min=0, max=256, help="Processes; 0: one a core.")] = 0,
    json: Json = False,
) -> None:
    """Let many virtual people live with a program and write their journal: a synthetic trial with known effects."""
    from microcare.commands.simulate import Wish, run

    raise typer.Exit(run(program, Wish(people, days, seed, zone, start, response, workers), out, json))


@app.command()
def replay(
    program: ProgramPath,
    stimuli: Annotated[Path, typer.Argument(help="Stimuli as JSON lines, each with its person.")],
    out: Annotated[Path, typer.Option(help="Where the journal is written, as JSON lines.")] = Path("journal.jsonl"),
    seed: Annotated[str, typer.Option(help="The secret seed of the draws.")] = "replay",
    until: Annotated[str, typer.Option(help="Let time pass until then (ISO 8601; otherwise the last stimulus).")] = "",
    json: Json = False,
) -> None:
    """Run recorded stimuli through a program and write the journal of entries."""
    from microcare.commands.replay import run

    raise typer.Exit(run(program, stimuli, out, seed, until, json))


@export_app.command("trial")
def export_trial(
    source: Annotated[Path, typer.Argument(help="A journal (JSON lines), or the data folder of a hub.")],
    out: Annotated[Path, typer.Option(help="A .csv, .parquet or .jsonl file.")] = Path("trial.csv"),
    columns: Annotated[str, typer.Option(help="Only these columns, with commas.")] = "",
    only: Annotated[
        list[str] | None, typer.Option(help="Only rows with this value, like rule=suggest; may be repeated.")
    ] = None,
    json: Json = False,
) -> None:
    """The decision-point table: one row a decision point, with its reasons, probabilities and proximal outcome."""
    from microcare.commands.export import trial

    raise typer.Exit(trial(source, out, columns, only or [], json))


@export_app.command("tables")
def export_tables(
    source: Annotated[Path, typer.Argument(help="A journal (JSON lines), or the data folder of a hub.")],
    out: Annotated[Path, typer.Option(help="Folder for the tables.")] = Path("tables"),
    format: Annotated[str, typer.Option(help="csv, parquet or jsonl.")] = "csv",
    json: Json = False,
) -> None:
    """All tables: decisions, events, interventions, recommendations, need states, targets; with a codebook."""
    from microcare.commands.export import tables

    raise typer.Exit(tables(source, out, format, json))


@export_app.command("cremas")
def export_cremas(
    data: Data = Path("data"),
    program: Annotated[str, typer.Option(help="Only this program.")] = "",
    out: Annotated[Path | None, typer.Option(help="A .csv or .json file; otherwise it is printed.")] = None,
    json: Json = False,
) -> None:
    """The reporting checklist of EMA studies (CREMAS), filled from a hub; what you must write yourself is named."""
    from microcare.commands.monitor import cremas

    raise typer.Exit(cremas(data, program, out, json))


@export_app.command("adverse-events")
def export_adverse(
    data: Data = Path("data"),
    program: Annotated[str, typer.Option(help="Only of this program.")] = "",
    out: Annotated[Path | None, typer.Option(help="A CSV file; otherwise it is printed.")] = None,
) -> None:
    """The log of adverse events, without names. It is entered in the audit trail."""
    from microcare.commands.hub import adverse

    raise typer.Exit(adverse(data, program, out))


@analyze_app.command("effect")
def analyze_effect(
    table: Annotated[Path, typer.Argument(help="A CSV or Parquet file, one row a decision point.")],
    outcome: Annotated[str, typer.Option(help="The proximal outcome's column.")],
    treatment: Annotated[str, typer.Option(help="The arm's column: 0 and 1, or names.")],
    person: Annotated[str, typer.Option(help="The person's column.")],
    probability: Annotated[
        str | None,
        typer.Option(
            help="Probability of the treatment: a column or number; p1,p2 or walk=p1,sit=p2 for several arms."
        ),
    ] = None,
    probability_model: Annotated[
        str | None, typer.Option(help="Estimate the probability by a logistic model, a formula, instead.")
    ] = None,
    availability: Annotated[
        str | None, typer.Option(help="Column of 0 and 1; without it all rows are available.")
    ] = None,
    moderators: Annotated[str, typer.Option(help="What the effect may differ by, a formula.")] = "~ 1",
    controls: Annotated[str, typer.Option(help="What predicts the outcome, a formula.")] = "~ 1",
    family: Annotated[
        str, typer.Option(help="identity, log (risk ratio), count (rate ratio) or logit (odds ratio).")
    ] = "identity",
    estimator: Annotated[
        str | None, typer.Option(help="wcls, emee or dr (doubly robust); by the family if not given.")
    ] = None,
    numerator: Annotated[
        str | None, typer.Option(help="A number or column that depends on moderators only; else equal parts.")
    ] = None,
    window: Annotated[int, typer.Option(min=1, help="Decision points whose outcomes count.")] = 1,
    lag: Annotated[int, typer.Option(min=0, help="Decision points between the treatment and the outcome.")] = 0,
    reference: Annotated[
        str, typer.Option(help="Later doses in the window: by the trial's policy, or none.")
    ] = "policy",
    summary: Annotated[str | None, typer.Option(help="The window's outcome: last, any, mean or sum.")] = None,
    end: Annotated[
        str | None, typer.Option(help="Windows past a person's last decision point: drop or truncate.")
    ] = None,
    per_decision: Annotated[bool, typer.Option(help="With any: weigh only up to the first success.")] = True,
    arms: Annotated[str | None, typer.Option(help="The arms with commas, the one to compare with first.")] = None,
    missing: Annotated[str, typer.Option(help="Available without an outcome: error, drop, ipw or dr.")] = "error",
    missing_model: Annotated[
        str | None, typer.Option(help="What having an outcome depends on; else the controls and the treatment.")
    ] = None,
    time: Annotated[str | None, typer.Option(help="The column that orders a person's decision points.")] = None,
    exposure: Annotated[str | None, typer.Option(help="Column that an expected count is proportional to.")] = None,
    weight: Annotated[str | None, typer.Option(help="Column of further weights.")] = None,
    probability_of: Annotated[
        str, typer.Option(help="treatment, or received: whose probability the column holds.")
    ] = "treatment",
    folds: Annotated[int, typer.Option(min=1, help="With dr: groups of persons for cross-fitting.")] = 1,
    omega: Annotated[str, typer.Option(help="With dr: one, or variance (p times 1 - p).")] = "one",
    level: Annotated[float, typer.Option(help="The level of intervals.")] = 0.95,
    allow: Annotated[
        list[str] | None, typer.Option(help="A refusal by its name, to be said only; may be repeated.")
    ] = None,
    combination: Annotated[
        list[str] | None, typer.Option(help="A sum of terms, like '(Intercept) + at_home'; may be repeated.")
    ] = None,
    over: Annotated[str | None, typer.Option(help="The effect over this column (a day), with a band.")] = None,
    influence: Annotated[bool, typer.Option("--influence", help="How much each person moves the result.")] = False,
    lower_is_better: Annotated[bool, typer.Option("--lower-is-better", help="Less of the outcome is better.")] = False,
    format: Annotated[str, typer.Option(help="text, json or csv.")] = "text",
) -> None:
    """The causal excursion effect of a treatment, from the table of a micro-randomized trial."""
    given = {k: v for k, v in locals().items() if k not in ("table", "combination", "over", "influence", "format")}
    from microcare.commands.effect import Shown, parted, run

    given |= {"probability": parted(probability), "numerator": parted(numerator), "allow": frozenset(allow or ())}
    given |= {"arms": arms.split(",") if arms else None}
    raise typer.Exit(run(table, given, Shown(tuple(combination or ()), over, influence), format))


@analyze_app.command("trial")
def analyze_trial(
    specification: Annotated[Path, typer.Argument(help="The trial's specification, a YAML file.")],
    table: Annotated[Path, typer.Argument(help="Its decision-point table, as `export trial` writes it.")],
    format: Annotated[str, typer.Option(help="text, json or csv.")] = "text",
) -> None:
    """The analysis that a trial's specification promised."""
    from microcare.commands.effect import trial

    raise typer.Exit(trial(specification, table, format))


@app.command()
def schema(
    api: Annotated[
        bool, typer.Option("--api", help="The description of the REST interface (OpenAPI 3.1) instead.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Where to write it; otherwise it is printed.")] = None,
) -> None:
    """The JSON Schema of programs, for editors."""
    from microcare.commands.schema import run

    raise typer.Exit(run(out, api))


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
