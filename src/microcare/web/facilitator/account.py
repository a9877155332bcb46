"""One's own account: factors, password, and where one is signed in."""

import base64
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from microcare.base.moments import format_moment
from microcare.care import accounts, clock, codes, notifications, passkeys, staff_sessions
from microcare.store import audit, deployment, master
from microcare.store import staff_accounts as store
from microcare.web import signing
from microcare.web.facilitator.signing_in import answered, get_or_post, keep_question

PAGE = "/desk/account"


def shown(ms: int) -> str:
    """A moment as the desk shows those that belong to nobody's zone: UTC, by the minute."""
    return format_moment(ms)[:16].replace("T", " ") + " UTC" if ms else ""


@require_GET
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """What I sign in with, and where I am signed in."""
    name, here = request.user.get_username(), signing.standing_of(request).session
    factors = store.factors(name)
    context = {
        "factors": [(one, shown(one.made), shown(one.used)) for one in factors if one.kind != "recovery"],
        "push_key": notifications.public_key(),
        "recovery": sum(one.kind == "recovery" for one in factors),
        "sessions": [
            (one, shown(one.began), shown(one.seen), here is not None and one.id == here.id)
            for one in staff_sessions.all_of(name)
        ],
        "has_password": signing.staff_of(request).has_usable_password(),
        "has_app": any(one.kind == "totp" for one in factors),
        "by_passkey": passkeys.possible(signing.host_of(request)),
        "hours": staff_sessions.LONGEST // 3_600_000,
        "idle_minutes": staff_sessions.idle() // 60_000,
    }
    return render(request, "facilitator/account.html", context)


def _secret(request: HttpRequest) -> bytes:
    """The secret that is being set up, the same until its code is typed back; sealed, as sessions lie in the database."""
    name = request.user.get_username()
    kept = request.session.get("secret", "")
    opened = master.open_sealed(base64.b64decode(kept), f"new {name}") if kept else None
    if opened is None:
        opened = codes.new_secret()
        request.session["secret"] = base64.b64encode(master.seal(opened, f"new {name}")).decode()
    return opened


@sensitive_post_parameters("code")
@never_cache
@get_or_post
def second(request: HttpRequest) -> HttpResponse:
    """Set up an authenticator app; the first time this, or a passkey, stands before everything else."""
    name, secret = request.user.get_username(), _secret(request)
    wrong = ""
    if request.method == "POST":
        if codes.enroll(name, _("Authenticator app"), secret, request.POST.get("code", "")[:20]):
            del request.session["secret"]
            return _added(request, "authenticator app")
        wrong = _("This is not the code that the app shows now. Is the phone's clock right?")
    context = {
        "picture": SafeString(codes.picture(name, signing.host_of(request), secret)),
        "spelled": codes.spelled(secret),
        "wrong": wrong,
        "must": not signing.standing_of(request).enrolled,
        "by_code": signing.staff_of(request).has_usable_password(),
        "by_passkey": passkeys.possible(signing.host_of(request)),
        "host": signing.host_of(request),
    }
    return render(request, "facilitator/totp.html", context)


def _added(request: HttpRequest, what: str) -> HttpResponse:
    """A factor was added: the session is strong now, and whoever has no recovery codes yet gets them, once."""
    name = request.user.get_username()
    audit.append(clock.now(), name, "factor added", name, what)
    signing.prove(request, strong=True)
    if signing.staff_of(request).has_usable_password() and not store.factors(name, "recovery"):
        return render(request, "facilitator/codes.html", {"codes": codes.new_recovery_codes(name)})
    messages.success(request, _("Done."))
    return HttpResponseRedirect(PAGE)


@never_cache
@get_or_post
def passkey(request: HttpRequest) -> HttpResponse:
    """Make a passkey: the question to the browser (GET), and its answer (POST)."""
    host, name = signing.host_of(request), request.user.get_username()
    if not passkeys.possible(host):
        return JsonResponse({"error": "no passkeys here"}, status=400)
    if request.method == "GET":
        options, state = passkeys.ask_new(host, name)
        keep_question(request, state)
        return JsonResponse(dict(options))
    found = answered(request)
    label = " ".join(request.POST.get("name", "").split())[:60] or _("Passkey")
    if found is None or not passkeys.add(host, name, *found, label):
        messages.error(request, _("The passkey was not added. Please try once more."))
        return HttpResponseRedirect(PAGE if store.has_strong(name) else "/desk/account/second")
    return _added(request, "passkey")


def _password(request: HttpRequest) -> HttpResponse | None:
    user = signing.staff_of(request)
    if user.has_usable_password() and not user.check_password(request.POST.get("old", "")):
        messages.error(request, _("The password you have now is not this one."))
        return None
    wrong = accounts.change_password(user, request.POST.get("new", ""))
    if wrong:
        messages.error(request, wrong)
        return None
    update_session_auth_hash(request, user)
    _end_others(request)
    return None


def _remove(request: HttpRequest) -> HttpResponse | None:
    name, wanted = request.user.get_username(), request.POST.get("id", "")
    strong = [one for one in store.factors(name) if one.kind != "recovery"]
    if len(strong) <= 1 and not deployment.is_demo():
        messages.error(request, _("This is the last one you have. Add another one first."))
    elif wanted in [one.id for one in strong] and store.remove_factor(name, wanted):
        audit.append(clock.now(), name, "factor removed", name)
        messages.success(request, _("It is no longer good here."))
    return None


def _recovery(request: HttpRequest) -> HttpResponse | None:
    name = request.user.get_username()
    audit.append(clock.now(), name, "recovery codes made", name)
    return render(request, "facilitator/codes.html", {"codes": codes.new_recovery_codes(name)})


def _end(request: HttpRequest) -> HttpResponse | None:
    if store.end_session(request.user.get_username(), request.POST.get("id", "")):
        messages.success(request, _("Signed out there."))
    return None


def _end_others(request: HttpRequest) -> HttpResponse | None:
    here = signing.standing_of(request).session
    store.end_sessions(request.user.get_username(), here.id if here is not None else "")
    messages.success(request, _("You are signed in here alone."))
    return None


DEEDS: dict[str, Callable[[HttpRequest], HttpResponse | None]] = {
    "password": _password,
    "remove": _remove,
    "recovery": _recovery,
    "end": _end,
    "end_others": _end_others,
}


@sensitive_post_parameters("old", "new")
@never_cache
@require_POST
def do(request: HttpRequest) -> HttpResponse:
    """Change one thing about my account."""
    deed = DEEDS.get(request.POST.get("deed", ""))
    if deed is None:
        raise Http404("There is no such thing to do.")
    return deed(request) or HttpResponseRedirect(PAGE)
