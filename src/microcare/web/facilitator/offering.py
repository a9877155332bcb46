"""Inviting people, and publishing programs: what a coach and a designer begin with."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from microcare.base.issues import Severity
from microcare.care import access, clock, uploads
from microcare.care.enroll import invite
from microcare.care.programs import names, programs
from microcare.care.publish import Published
from microcare.care.spoken import written
from microcare.store import audit
from microcare.store.entering import person_of_code
from microcare.web.access import access_of
from microcare.web.settings import URL


@require_http_methods(["GET", "POST"])
@never_cache
def invitation(request: HttpRequest) -> HttpResponse:
    """Invite somebody to a program; the code is shown once."""
    allowed = access_of(request)
    mine = [p for p in names() if allowed.may_in(access.INVITE, p)]
    context: dict[str, object] = {"programs": [(p, _title(p)) for p in mine], "section": "people"}
    if request.method == "POST":
        program = request.POST.get("program", "")
        name, email = request.POST.get("name", "").strip()[:200], request.POST.get("email", "").strip()[:254]
        code = invite(program, name, email, allowed) if program else ""
        if code:
            audit.append(clock.now(), request.user.get_username(), "invite", program)
            context |= {"code": code, "link": f"{URL}/join#{code}", "name": name, "person": person_of_code(code)}
        else:
            messages.error(request, _("Choose one of the programs."))
    return render(request, "facilitator/invite.html", context)


def _title(program: str) -> str:
    compiled = programs().current(program)
    return (
        program
        if compiled is None
        else written(compiled.program.title, get_language() or "", compiled.program.language)
    )


@require_http_methods(["GET", "POST"])
@never_cache
def publishing(request: HttpRequest) -> HttpResponse:
    """The programs, and publishing one from a YAML file or a zipped folder. One with errors is refused, all of them told."""
    found: Published | None = None
    allowed = access_of(request)
    uploaded = request.FILES.get("file")
    if request.method == "POST" and uploaded is None:
        messages.error(request, _("Choose a YAML file, or a zipped folder with program.yaml."))
    elif uploaded is not None:
        too_large = (uploaded.size or 0) > uploads.LARGEST
        found, why = (None, uploads.TOO_LARGE) if too_large else uploads.published(uploaded.read(), allowed)
        if found is not None and found.version:
            audit.append(clock.now(), request.user.get_username(), "publish", found.program, found.version)
            messages.success(request, _("Published. People who join now get this version."))
            if not found.issues:
                return HttpResponseRedirect("/desk/programs")
        elif why:
            messages.error(request, str(why))
    known = programs()
    listed = [
        (name, _title(name), c.version[:12], len(c.interventions))
        for name in names()
        if allowed.may_in(access.DESIGN, name) and (c := known.current(name))
    ]
    issues = found.issues if found is not None else ()
    context = {
        "programs": listed,
        "errors": [i for i in issues if i.severity is Severity.ERROR],
        "advice": [i for i in issues if i.severity is not Severity.ERROR],
        "section": "programs",
    }
    return render(request, "facilitator/programs.html", context)
