"""Who answers alerts here: a change shows the whole list that results before it is saved, and can be undone."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from microcare.care import clock, safeguards
from microcare.care.access import Access
from microcare.care.programs import programs
from microcare.hub.rosters import there
from microcare.program.safety import Roster
from microcare.web.settings import DESK_ZONE

DEEDS = ("add", "remove", "own", "save", "undo")
PAGE = "/desk/safety#rosters"
UNDO = "roster_undo"


def shown(mine: Sequence[str], may: Sequence[str]) -> list[dict[str, object]]:
    """Each roster of these programs: its hours, whether somebody is there now, who is told, and whether that was set here."""
    known, now = programs(), clock.now()
    made: list[dict[str, object]] = []
    for program in mine:
        compiled = known.current(program)
        owns = compiled.program.rosters if compiled is not None else {}
        for name, roster in safeguards.rosters_of(program).items():
            own = owns[name].people
            made.append(
                {"program": program, "name": name, "hours": roster.hours, "there": _there(roster, now), "people": roster.people,
                 "own": own if set(own) != set(roster.people) else (), "otherwise": roster.otherwise, "may": program in may}
            )  # fmt: skip
    return made


def _there(roster: Roster, now: int) -> str:
    """Whether somebody is there now, for words: yes, no, or by the clock of the person, whom nobody has named here."""
    if not roster.days and not roster.between:
        return ""
    if roster.zone is None:
        return "person"
    return "yes" if there(roster, roster.zone or DESK_ZONE, now) else "no"


def undoable(request: HttpRequest, mine: Sequence[str]) -> dict[str, object] | None:
    """The change that whoever asks made last, as long as the list is still the one they made."""
    kept = request.session.get(UNDO)
    if not isinstance(kept, dict) or kept["program"] not in mine:
        return None
    roster = safeguards.rosters_of(kept["program"]).get(kept["roster"])
    return kept if roster is not None and set(roster.people) == set(kept["after"]) else None


def do(request: HttpRequest, deed: str, program: str, allowed: Access) -> HttpResponse:
    """Show what a change would come to, save it as it was shown, or undo it."""
    if deed == "undo":
        return _undo(request, program, allowed)
    name = request.POST.get("roster", "")
    roster = safeguards.rosters_of(program).get(name)
    compiled = programs().current(program)
    if roster is None or compiled is None or name not in compiled.program.rosters:
        messages.error(request, _("There is no such roster any more."))
        return HttpResponseRedirect(PAGE)
    if deed == "save":
        return _save(request, program, name, request.POST.getlist("was"), request.POST.getlist("people"), allowed)
    address = request.POST.get("address", "").strip()[:254]
    wanted = _wanted(deed, address, roster.people, compiled.program.rosters[name].people)
    wrong = _wrong(deed, address, wanted)
    if wrong:
        messages.error(request, wrong)
        return HttpResponseRedirect(PAGE)
    context = {
        "section": "safety", "program": program, "name": name, "hours": roster.hours, "was": roster.people, "people": wanted,
        "new": [a for a in wanted if a not in roster.people], "gone": [a for a in roster.people if a not in wanted],
    }  # fmt: skip
    return render(request, "facilitator/roster.html", context)


def _wanted(deed: str, address: str, people: tuple[str, ...], own: tuple[str, ...]) -> tuple[str, ...]:
    if deed == "add":
        return tuple(dict.fromkeys((*people, address)))
    return own if deed == "own" else tuple(one for one in people if one != address)


def _wrong(deed: str, address: str, wanted: tuple[str, ...]) -> str:
    if deed == "add":
        try:
            validate_email(address)
        except ValidationError:
            return _("Give an e-mail address.")
    return "" if wanted else _("Somebody must be told. Put somebody else on the roster first.")


def _save(
    request: HttpRequest, program: str, roster: str, was: Sequence[str], people: Sequence[str], allowed: Access
) -> HttpResponse:
    try:
        for address in people:
            if address not in was:
                validate_email(address)
        safeguards.set_roster(program, roster, was, people, allowed.user, allowed)
    except safeguards.OutdatedError:
        messages.error(request, _("Somebody else has changed this roster meanwhile. Look at it as it is now."))
    except (ValueError, ValidationError):
        messages.error(request, _("Nothing was changed: somebody must be told, by an e-mail address."))
    else:
        request.session[UNDO] = {"program": program, "roster": roster, "before": list(was), "after": list(people)}
        told = ", ".join(people)
        messages.success(
            request, _("Saved. From now on %(roster)s tells: %(told)s.") % {"roster": roster, "told": told}
        )
    return HttpResponseRedirect(PAGE)


def _undo(request: HttpRequest, program: str, allowed: Access) -> HttpResponse:
    kept = request.session.pop(UNDO, None)
    if isinstance(kept, dict) and kept["program"] == program:
        answer = _save(request, program, kept["roster"], kept["after"], kept["before"], allowed)
        # What was undone is not offered to be undone again.
        request.session.pop(UNDO, None)
        return answer
    messages.error(request, _("There is nothing to undo."))
    return HttpResponseRedirect(PAGE)
