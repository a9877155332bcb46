"""A program's own files (pictures, sound, film), and what makes the pages an app on the phone."""

import mimetypes
import re
from functools import cache
from hashlib import blake2b
from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from microcare.care.programs import file, programs
from microcare.web.participant.session import person_of

STATIC = Path(__file__).resolve().parent.parent / "static" / "microcare"
MEDIA = (
    ".svg",
    ".png",
    ".jpg",
    ".jpeg",
    ".webp",
    ".gif",
    ".mp3",
    ".m4a",
    ".ogg",
    ".wav",
    ".mp4",
    ".webm",
    ".vtt",
)
_range = re.compile(r"bytes=(\d*)-(\d*)")


@require_GET
def media(request: HttpRequest, program: str, version: str) -> HttpResponse:
    """A file of a program, for those who are signed in. Its address names the version, so it never changes."""
    path = request.GET.get("path", "")
    user = getattr(request, "user", None)
    allowed = bool(person_of(request)) or (user is not None and user.is_authenticated)
    ending = Path(path).suffix.lower()
    if not allowed or ending not in MEDIA or not programs().known(program, version):
        return _missing()
    try:
        body = file(program, version, path)
    except KeyError:
        return _missing()
    kind = {".vtt": "text/vtt", ".svg": "image/svg+xml"}.get(ending) or mimetypes.guess_type(path)[0] or ""
    answer = _part(body, kind, request.headers.get("Range", ""))
    answer.headers["Cache-Control"] = "private, max-age=86400"
    # A picture may style itself; it may load and run nothing.
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"
    )
    return answer


def _missing() -> HttpResponse:
    return HttpResponse("There is no such file.", status=404, content_type="text/plain")


def _part(body: bytes, kind: str, wanted: str) -> HttpResponse:
    """The whole, or the part that a player asks for."""
    found = _range.fullmatch(wanted)
    if found is None or not (found[1] or found[2]):
        return HttpResponse(body, content_type=kind, headers={"Accept-Ranges": "bytes"})
    size = len(body)
    begin = int(found[1]) if found[1] else max(0, size - int(found[2]))
    end = min(int(found[2]), size - 1) if found[1] and found[2] else size - 1
    if begin > end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    headers = {"Accept-Ranges": "bytes", "Content-Range": f"bytes {begin}-{end}/{size}"}
    return HttpResponse(body[begin : end + 1], content_type=kind, status=206, headers=headers)


@cache
def _worker() -> bytes:
    """The service worker, with the names of the files it keeps and a hash of them all."""
    files = sorted(p for p in STATIC.rglob("*") if p.suffix in (".css", ".js", ".svg") or p.name == "icon-192.png")
    kept = [p for p in files if p.name not in ("worker.js", "desk.css", "staff.js")]
    mark = blake2b(b"".join(p.read_bytes() for p in kept), digest_size=8).hexdigest()
    names = ", ".join(f'"/static/microcare/{p.relative_to(STATIC).as_posix()}"' for p in kept)
    source = (STATIC / "worker.js").read_text(encoding="utf-8")
    return source.replace("SHELL_MARK", mark).replace('"SHELL_FILES"', names).encode()


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, from the root, so that it serves all pages."""
    return HttpResponse(_worker(), content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """What the phone shows when the pages are on its home screen."""
    icons = [
        {
            "src": f"/static/microcare/icon-{size}.png",
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": use,
        }
        for size in (192, 512)
        for use in ("any", "maskable")
    ]
    return JsonResponse(
        {
            "id": "/",
            "lang": get_language() or "en",
            "dir": "rtl" if get_language_bidi() else "ltr",
            "name": _("Small steps"),
            "short_name": _("Small steps"),
            "description": _("Small, well-timed steps, one at a time."),
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#faf6ef",
            "theme_color": "#faf6ef",
            "icons": icons,
            "shortcuts": [
                {"name": _("I need something"), "url": "/need"},
                {"name": _("Help now"), "url": "/help"},
            ],
        },
        headers={"Cache-Control": "private, max-age=3600"},
        content_type="application/manifest+json",
    )
