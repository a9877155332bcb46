"""`microcare analyze PATH`: the report on both levels of optimization, and the group that the other analyses hang in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from re import search
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from microcare.optimization.levels.material import Material, Roles
    from microcare.program.compiled import CompiledIntervention
    from microcare.program.decision import Rule
    from microcare.program.outcome import Proximal

COMMAND = "report"
"""What runs where the first word is a path."""


class PathGroup(TyperGroup):
    """A group whose first word may also be a path: then it is the report's."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command of the first word; a word that is none begins the report."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = [COMMAND, *args]
        return super().resolve_command(ctx, args)


@dataclass(frozen=True, slots=True)
class Wish:
    """What to analyze, and which column is what in a table of another shape."""

    source: Path
    data: Path | None
    out: Path
    title: str
    synthetic: bool
    columns: dict[str, str]
    moderators: tuple[str, ...]
    matters: float
    called: dict[str, str]
    lower: bool = False


def register(app: typer.Typer) -> None:
    """Hang the report under `microcare analyze`."""
    app.command(COMMAND)(report)


def report(
    source: Annotated[
        Path,
        typer.Argument(help="A journal, a hub's data folder, a folder of tables, a table, or a program with --data."),
    ],
    data: Annotated[Path | None, typer.Option(help="For a program: the journal, hub or tables with its data.")] = None,
    out: Annotated[Path, typer.Option(help="The page; the same numbers come beside it as JSON and CSV.")] = Path(
        "report.html"
    ),
    title: Annotated[str, typer.Option(help="The page's title.")] = "",
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="Say on the page that these are virtual people.")
    ] = False,
    outcome: Annotated[str, typer.Option(help="In a table of another shape: the outcome's column.")] = "",
    treatment: Annotated[str, typer.Option(help="The same: the column of 0 and 1.")] = "",
    probability: Annotated[str, typer.Option(help="The same: its probability, a column or a number.")] = "",
    person: Annotated[str, typer.Option(help="The same: the person's column.")] = "",
    availability: Annotated[str, typer.Option(help="The same: column of 0 and 1.")] = "",
    day: Annotated[str, typer.Option(help="The same: the day, or the decision point's number.")] = "",
    moderators: Annotated[str, typer.Option(help="The same: what the effect may differ by, with commas.")] = "",
    matters: Annotated[
        float, typer.Option(min=0.0, help="The smallest effect that matters, in standard deviations of the outcome.")
    ] = 0.1,
    call: Annotated[
        list[str] | None, typer.Option(help="What a column or option is called on the page: a='A suggestion to walk'.")
    ] = None,
    lower_is_better: Annotated[
        bool, typer.Option("--lower-is-better", help="The outcome is a burden: less of it is better.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON too.")] = False,
) -> None:
    """What works, for whom, in which order: one page that begins with what to change next."""
    columns = {
        "outcome": outcome, "treatment": treatment, "probability": probability, "person": person,
        "availability": availability, "day": day,
    }  # fmt: skip
    named = tuple(name.strip() for name in moderators.split(",") if name.strip())
    called = {name.strip(): words.strip() for name, _, words in (one.partition("=") for one in call or []) if words}
    given = {k: v for k, v in columns.items() if v}
    wish = Wish(source, data, out, title, synthetic, given, named, matters, called, lower_is_better)
    raise typer.Exit(run(wish, json))


def run(wish: Wish, as_json: bool) -> int:
    """Analyze, and write the page and its files."""
    from microcare.commands.terminal import OK, PROBLEMS, complain, say, say_json
    from microcare.optimization.levels.analysis import analyze
    from microcare.optimization.refusal import Refusal
    from microcare.optimization.report.files import write

    try:
        material = _material(wish)
        analysis = analyze(material, matters=wish.matters, step=_told())
        written = write(analysis, wish.out, wish.title or _title(material))
    except Refusal as refused:
        for issue in refused.issues:
            complain(issue)
        return PROBLEMS
    except (OSError, ValueError, KeyError) as error:
        complain(f"{wish.source}: {error}")
        return PROBLEMS
    if as_json:
        say_json({"files": [str(path) for path in written], **_numbers(written)})
        return OK
    for finding in analysis.findings[:5]:
        say(f"{finding.sure:>8}  {finding.change}\n          {finding.why}")
    if not analysis.findings:
        say("Nothing to change was found.")
    say(f"{wish.out}; the same numbers as JSON and CSV beside it.")
    return OK


def _numbers(written: Sequence[Path]) -> dict[str, Any]:
    from json import loads

    found: dict[str, Any] = loads(written[1].read_text(encoding="utf-8"))
    return found


def _title(material: "Material") -> str:
    """What works in which program, where the tables say."""
    programs = sorted({str(p) for t in material.tables.values() if "program" in t for p in t["program"].unique()})
    return f"What works in {', '.join(material.title(p) for p in programs)}" if programs else "What works"


def _told() -> Any:
    """Says on a terminal what is done next."""
    import sys

    def step(name: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\033[K{name} ...")

    return step


def _is_program(path: Path) -> bool:
    return (path / "program.yaml").is_file() or path.suffix in (".yaml", ".yml")


def _material(wish: Wish) -> "Material":
    from microcare.optimization.levels.material import Material
    from microcare.optimization.refusal import Refusal

    said = _Said()
    source, program = wish.source, ""
    if _is_program(source):
        if wish.data is None:
            raise Refusal(
                f"{source} is a program: --data says where its journal, hub or tables are; "
                "`microcare simulate` makes a journal of virtual people"
            )
        program, said = _titles(source)
        source = wish.data
    elif not source.exists():
        raise Refusal(f"{source}: there is no such file, and `microcare analyze --help` has no such command")
    roles = _roles(wish)
    found = _tables(source, roles)
    if program:
        found = {n: t[t["program"] == program] if "program" in t else t for n, t in found.items()}
        if not any(len(t) for t in found.values()):
            raise Refusal(f"{source}: nothing in it is of the program {program}")
    lower = frozenset(said.lower | ({"*"} if wish.lower else set()))
    return Material(source.name, found, said.titles | wish.called, roles, wish.synthetic, said.criteria, lower)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a program says of its parts: their titles, how success is judged, and of which outcomes less is better."""

    titles: dict[str, str] = field(default_factory=dict)
    criteria: dict[str, str] = field(default_factory=dict)
    lower: set[str] = field(default_factory=set)


def _titles(path: Path) -> tuple[str, _Said]:
    """A program's name, and what it says of its parts."""
    from microcare.commands.loading import load
    from microcare.optimization.refusal import Refusal

    compiled = load(path)
    if compiled is None:
        raise Refusal(f"{path}: the program has errors")
    found = {compiled.id: _said(compiled.program.title)}
    criteria, lower = {}, set()
    for name, one in compiled.interventions.items():
        outcome = one.intervention.outcome
        if outcome is not None:
            criteria[name] = f"{outcome.measure}: {outcome.success}"
        lower |= {f"{name}/{r.rule.name}" for r in one.rules if _is_lower(r.rule, one)}
        found |= {event: _said(e.event.title) for event, e in one.events.items() if e.event.title}
        found[name] = _said(one.intervention.title)
        found |= {f"{name}/{r.rule.name}": m for r in one.rules if (m := _measured(r.rule.proximal))}
    return compiled.id, _Said(found, criteria, lower)


def _is_lower(rule: "Rule", intervention: "CompiledIntervention") -> bool:
    """Whether success is said of small values, by the rule's own proximal outcome or by all that its events have."""
    own = [rule.proximal] if rule.proximal is not None else [e.event.proximal for e in intervention.events.values()]
    found = {_direction(one.success) for one in own if one is not None and one.success is not None}
    return found == {"lower"}


def _direction(success: str) -> str:
    """Which way is better, where success is one comparison with a number."""
    found = search(r"^\s*[A-Za-z_][\w.]*\s*(<=?|>=?)\s*-?\d+(?:\.\d+)?\s*$", success)
    return "" if found is None else "lower" if found[1].startswith("<") else "higher"


def _measured(proximal: "Proximal | None") -> str:
    """What a rule's proximal outcome is, in words; none where its events have their own."""
    if proximal is None or not proximal.signal:
        return ""
    from microcare.base.spans import format_duration

    name = proximal.signal.replace("_", " ")
    return f"{name} in the {format_duration(proximal.over.exact)} after" if proximal.over.exact else name


def _said(text: str | dict[str, str]) -> str:
    """A text in its first language."""
    return text if isinstance(text, str) else next(iter(text.values()))


def _roles(wish: Wish) -> "Roles | None":
    from microcare.optimization.levels.material import Roles
    from microcare.optimization.refusal import Refusal

    if not wish.columns and not wish.moderators:
        return None
    missing = [n for n in ("outcome", "treatment", "probability", "person") if n not in wish.columns]
    if missing:
        raise Refusal(f"a table of another shape needs --{' and --'.join(missing)} too")
    c = wish.columns
    return Roles(
        c["person"],
        c["outcome"],
        c["treatment"],
        c["probability"],
        c.get("availability"),
        c.get("day"),
        wish.moderators,
    )


def _tables(source: Path, roles: "Roles | None") -> dict[str, Any]:
    from microcare.optimization import tables
    from microcare.optimization.levels.material import read_folder
    from microcare.optimization.refusal import Refusal

    if source.is_dir() and any(source.glob("decisions.*")):
        return read_folder(source)
    if source.is_dir() or (source.suffix == ".jsonl" and roles is None):
        if source.is_dir() and not any(source.glob("*.sqlite3")):
            raise Refusal(f"{source}: it is no hub's data folder, and has no tables (decisions.csv, ...)")
        return _exported(source)
    frame = tables.read(source, ids=["person" if roles is None else roles.person])
    if not len(frame):
        raise Refusal(f"{source}: it has no decision points")
    if roles is None and not ({"person", "chosen", "proximal"} <= set(frame.columns)):
        raise Refusal(
            f"{source}: it is no table that `microcare export` writes; say which column is what with --outcome, --treatment, "
            "--probability, --person (and --availability, --day, --moderators)"
        )
    return {"decisions": frame}


def _exported(source: Path) -> dict[str, Any]:
    """The tables of a journal or a hub, by way of a temporary folder."""
    from microcare.commands.export import write
    from microcare.optimization.dataset.tables import TABLES
    from microcare.optimization.levels.material import read_folder
    from microcare.optimization.refusal import Refusal

    with TemporaryDirectory(prefix="microcare-") as made:
        folder = Path(made)
        written = write(source, {name: folder / f"{name}.parquet" for name in TABLES})
        if written is None:
            raise Refusal(f"{source}: its tables could not be made")
        if not any(written.rows.values()):
            raise Refusal(f"{source}: nothing has happened in it yet")
        return read_folder(folder)
