"""`microcare monitor` and `microcare export cremas`: a hub's deliveries in the terminal, and the reporting checklist."""

import json
from pathlib import Path

from microcare.base.cells import write_rows
from microcare.commands.terminal import OK, PROBLEMS, complain, say, say_json


def run(data: Path, program: str, as_json: bool) -> int:
    """Print the study's numbers of the last days, and why things came no further."""
    from microcare.main import set_up

    set_up(data)
    from dataclasses import asdict

    from microcare.care import clock, monitor
    from microcare.store.monitor import Filter

    while monitor.catch_up():
        pass
    now = clock.now()
    programs = {program} if program else None
    found = monitor.study(Filter(*monitor.default_days(now), programs))
    stuck = monitor.stuck(now, programs)
    if as_json:
        say_json({"study": asdict(found), "stuck": [asdict(one) for one in stuck]})
        return OK
    for step in found.steps:
        say(f"{step.title:<12} {step.count:>9}" + (f"  {step.share:>4.0%}" if step.share is not None else ""))
    for status, reason, count in found.reasons:
        say(f"{count:>9}  {status}: {reason}")
    for one in stuck:
        say(f"stuck: {one.person}: {one.why}" + (f" ({one.since})" if one.since else ""))
    return OK


def cremas(data: Path, program: str, out: Path | None, as_json: bool) -> int:
    """Fill the checklist from a hub; print it, or write it as CSV or JSON. The export is entered in the audit trail."""
    from microcare.main import set_up

    set_up(data)
    from dataclasses import asdict

    from microcare.care import clock, monitor
    from microcare.care.cremas import WRITE, table
    from microcare.store import audit
    from microcare.store.monitor import Filter

    while monitor.catch_up():
        pass
    items = table(Filter(programs={program} if program else None))
    audit.append(clock.now(), "command line", "export", program, "cremas")
    rows = [asdict(item) for item in items]
    try:
        if out is not None and out.suffix == ".json":
            out.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        elif out is not None:
            with out.open("w", encoding="utf-8", newline="") as file:
                write_rows(file, [list(rows[0]), *(list(row.values()) for row in rows)])
    except OSError as error:
        complain(f"{out}: {error}")
        return PROBLEMS
    if as_json:
        say_json(rows)
        return OK
    if out is not None:
        say(f"{len(rows)} lines in {out}")
        return OK
    for item in items:
        mark = "TO WRITE " if item.source == WRITE else ""
        say(f"{item.number:>2}  {item.item}\n    {mark}{item.text}")
    return OK
