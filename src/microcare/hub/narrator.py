"""The narrator: why this, how it belongs to the process, what came of the last one, what comes next.

Each part is told by the first variant whose condition holds and whose values are known; one whose values are missing
falls back to a variant without them, never to a hole. What was told is frozen, and can be shown again for ever.
"""

from microcare.base import chance
from microcare.hub import entry
from microcare.hub.stimulus import Value
from microcare.hub.values import text_values
from microcare.hub.work import Work, holds
from microcare.program.compiled import CompiledVariant
from microcare.program.narrative import PARTS


def tell(
    work: Work, run: str, moment: str, parts: tuple[str, ...] = PARTS, edited: dict[str, str] | None = None
) -> None:
    """Tell parts of the narrative of a run: at its beginning all four, at its end what comes next.

    `edited` are parts in a facilitator's own words, as references to where these are kept; they stand for the authored.
    """
    found = work.state.runs[run]
    program = work.run_program(run)
    told: dict[str, str] = {}
    probabilities: dict[str, float] = {}
    values: dict[str, Value] = {}
    skipped: dict[str, str] = {}
    view = work.view(program, run)
    own = {part: text for part, text in (edited or {}).items() if part in parts}
    for part in (p for p in parts if p not in own):
        for variant in program.narrative[part]:
            if variant.variant.for_ and found.intervention not in variant.variant.for_:
                continue
            if variant.condition is not None and holds(variant.condition, view) is not True:
                continue
            known = text_values(view, variant.names, found.intervention, found.need)
            missing = [n for n in variant.names if n not in known]
            if missing:
                skipped[variant.id] = f"{', '.join(missing)} unknown"
                continue
            told[part] = _wording(work, run, moment, variant, probabilities)
            values.update(known)
            break
    if told or skipped or own:
        work.say(
            entry.Narrated(
                at=work.now,
                received=work.now,
                run=run,
                program=program.id,
                intervention=found.intervention,
                moment=moment,
                parts=told,
                probabilities=probabilities,
                values=values,
                skipped=skipped,
                edited=own,
                version=program.version,
            )
        )


def _wording(work: Work, run: str, moment: str, variant: CompiledVariant, probabilities: dict[str, float]) -> str:
    """The variant's name, with the wording drawn where there are several."""
    if not variant.wordings:
        return variant.id
    program = work.state.runs[run].program
    drawn = chance.draw(work.programs.seed(program), work.person, f"{run}/{moment}/{variant.id}", "narrative")
    name = variant.wordings[chance.pick(drawn, variant.cuts)]
    probabilities[f"{variant.id}.{name}"] = variant.variant.vary[name].p
    return f"{variant.id}.{name}"
