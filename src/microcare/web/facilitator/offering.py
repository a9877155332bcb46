"""Inviting people, and publishing programs: what a coach and a designer begin with."""

import io
import re
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from microcare.care import access, clock
from microcare.care.enroll import invite
from microcare.care.programs import names, programs
from microcare.care.publish import Published, publish
from microcare.program.parts import text_in
from microcare.store import audit
from microcare.web.access import access_of
from microcare.web.settings import URL

LARGEST, MOST_FILES = 30_000_000, 2_000
_safe = re.compile(r"[^\x00-\x1f\\:]+")


@require_http_methods(["GET", "POST"])
@never_cache
def invitation(request: HttpRequest) -> HttpResponse:
    """Invite somebody to a program; the code is shown once."""
    allowed = access_of(request).programs(access.INVITE)
    mine = [p for p in names() if allowed is None or p in allowed]
    context: dict[str, object] = {"programs": [(p, _title(p)) for p in mine], "section": "people"}
    if request.method == "POST":
        program = request.POST.get("program", "")
        name, email = request.POST.get("name", "").strip()[:200], request.POST.get("email", "").strip()[:254]
        code = invite(program, name, email) if program in mine else ""
        if code:
            audit.append(clock.now(), request.user.get_username(), "invite", program)
            context |= {"code": code, "link": f"{URL}/join/{code}", "name": name}
        else:
            messages.error(request, _("Choose one of the programs."))
    return render(request, "facilitator/invite.html", context)


def _title(program: str) -> str:
    compiled = programs().current(program)
    return program if compiled is None else text_in(compiled.program.title, compiled.program.language)


@require_http_methods(["GET", "POST"])
@never_cache
def publishing(request: HttpRequest) -> HttpResponse:
    """The programs, and publishing one from a YAML file or a zipped folder. One with errors is refused, all of them told."""
    found: Published | None = None
    uploaded = request.FILES.get("file")
    if request.method == "POST" and uploaded is None:
        messages.error(request, _("Choose a YAML file, or a zipped folder with program.yaml."))
    elif uploaded is not None:
        found, why = _publish(uploaded)
        if found is not None and found.version:
            audit.append(clock.now(), request.user.get_username(), "publish", found.program, found.version)
            messages.success(request, _("Published. People who join now get this version."))
            if not found.issues:
                return HttpResponseRedirect("/desk/programs")
        elif why:
            messages.error(request, why)
    known = programs()
    listed = [
        (name, _title(name), c.version[:12], len(c.interventions)) for name in names() if (c := known.current(name))
    ]
    return render(request, "facilitator/programs.html", {"programs": listed, "found": found, "section": "programs"})


def _publish(uploaded: "UploadedFile[bytes]") -> tuple[Published | None, str]:
    """Publish what was uploaded; or why it cannot be read."""
    if (uploaded.size or 0) > LARGEST:
        return None, _("It is larger than 30 MB.")
    body = uploaded.read()
    with TemporaryDirectory() as folder:
        root = Path(folder) / "program"
        root.mkdir()
        if not zipfile.is_zipfile(io.BytesIO(body)):
            (root / "program.yaml").write_bytes(body)
            return publish(root), ""
        why = _unpack(body, root)
        if why:
            return None, why
        inner = [p for p in root.iterdir() if p.is_dir()]
        single = inner[0] if not (root / "program.yaml").exists() and len(inner) == 1 else root
        return publish(single), ""


def _unpack(body: bytes, root: Path) -> str:
    """Unpack a zipped folder; why not, where it is too large or wants to write elsewhere."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            entries = [i for i in archive.infolist() if not i.is_dir()]
            if len(entries) > MOST_FILES or sum(i.file_size for i in entries) > LARGEST:
                return _("It holds too much.")
            for one in entries:
                target = (root / one.filename).resolve()
                if not target.is_relative_to(root.resolve()) or _safe.fullmatch(one.filename) is None:
                    return _("It holds a file that would lie elsewhere: %(name)s") % {"name": one.filename[:80]}
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(one))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        return _("The zipped folder cannot be read: %(why)s") % {"why": error}
    return ""
