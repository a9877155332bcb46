"""Arguments and options that many commands share, each with one meaning."""

from pathlib import Path
from typing import Annotated

import typer

ProgramPath = Annotated[Path, typer.Argument(help="A program: a folder with program.yaml, or one YAML file.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
Data = Annotated[Path, typer.Option(help="Folder of the hub's database.")]
InProgram = Annotated[str, typer.Option(help="The program the role is for; * for all.")]
