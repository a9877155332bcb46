"""`microcare draw`: the conceptual model and the sequences, as pictures."""

from pathlib import Path

from microcare.base.wording import counted
from microcare.commands.loading import load
from microcare.commands.terminal import OK, PROBLEMS, USAGE, complain, say
from microcare.program import drawing


def run(path: Path, out: Path | None) -> int:
    """Write SVG files, or print plain text."""
    compiled = load(path)
    if compiled is None:
        return PROBLEMS
    program = compiled.program
    if out is None:
        say(drawing.text_model(program))
        for name in program.interventions:
            say()
            say(drawing.text_sequence(program, name))
        return OK
    if out.exists() and not out.is_dir():
        complain(f"{out} is a file: --out is the folder that the pictures are written into")
        return USAGE
    out.mkdir(parents=True, exist_ok=True)
    (out / "model.svg").write_text(drawing.draw_model(program), encoding="utf-8")
    for name in program.interventions:
        (out / f"{name}.svg").write_text(drawing.draw_sequence(program, name), encoding="utf-8")
    say(f"{counted(1 + len(program.interventions), 'picture')} in {out}")
    return OK
