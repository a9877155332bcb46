"""Signing in: by passkey, or by password with a second factor; out; setting an account up; proving it anew."""

import json
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from microcare.care import accounts, clock, codes, lockout, passkeys, staff_sessions, trail
from microcare.store import deployment
from microcare.store import staff_accounts as store
from microcare.web import refusing, signing
from microcare.web.origin import address_of

PENDING_LASTS = 10 * 60_000
"""So long a right password waits for its second factor, ms."""
QUESTION_LASTS = 10 * 60_000
"""So long a passkey may take."""
get_or_post = require_http_methods(["GET", "POST"])


def waits(ms: int) -> str:
    """How long to wait, honestly, whether there is such an account or not."""
    minutes = -(-ms // 60_000)
    return ngettext(
        "There were too many attempts, so this one was not looked at. Please try again in %(n)d minute.",
        "There were too many attempts, so this one was not looked at. Please try again in %(n)d minutes.",
        minutes,
    ) % {"n": minutes}


def _failed(request: HttpRequest, name: str) -> None:
    """Into the trail, but no name that does not exist: people type passwords there."""
    known = name if User.objects.filter(username=name).exists() else ""
    address = address_of(request)
    trail.refuse(known or "somebody", "sign-in failed", known, address, f"{known} {address}")


@sensitive_post_parameters("password")
@never_cache
@get_or_post
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password, or a passkey."""
    page: dict[str, Any] = signing.carried(request) | {
        "by_passkey": passkeys.possible(signing.host_of(request)),
        "demo": deployment.is_demo(),
    }
    if request.method == "GET":
        return render(request, "facilitator/login.html", page)
    if request.POST.get("credential"):
        return _by_passkey(request, page, "facilitator/login.html")
    name, address = request.POST.get("username", "")[:150], address_of(request)
    wait = lockout.attempt(name, address)
    if wait:
        return render(request, "facilitator/login.html", page | {"wrong": waits(wait)}, status=429)
    user = authenticate(request, username=name, password=request.POST.get("password", ""))
    if not isinstance(user, User):
        _failed(request, name)
        wrong = _("This name and password do not belong together.")
        return render(request, "facilitator/login.html", page | {"wrong": wrong, "name": name})
    if not store.has_strong(user.get_username()):
        lockout.succeeded(name, address)
        signing.sign_in(request, user, strong=False)
        return signing.carry_on(request, page)
    request.session["pending"] = {"user": user.pk, "until": clock.wall() + PENDING_LASTS}
    return render(request, "facilitator/second.html", page | _second(request, user))


def _second(request: HttpRequest, user: User) -> dict[str, bool]:
    found = {one.kind for one in store.factors(user.get_username())}
    possible = passkeys.possible(signing.host_of(request))
    return {"by_code": bool(found & {"totp", "recovery"}), "by_passkey": "passkey" in found and possible}


def _pending(request: HttpRequest) -> User | None:
    """Whose password was right a moment ago."""
    kept = request.session.get("pending")
    if not isinstance(kept, dict) or int(kept.get("until", 0)) < clock.wall():
        return None
    return User.objects.filter(pk=int(kept.get("user", 0)), is_active=True).first()


@sensitive_post_parameters("code")
@never_cache
@require_POST
def second(request: HttpRequest) -> HttpResponse:
    """The second factor, after the password: a code, a recovery code or a passkey."""
    user = _pending(request)
    if user is None:
        return render(request, "facilitator/login.html", signing.carried(request) | {"over": True})
    page: dict[str, Any] = signing.carried(request) | _second(request, user)
    if request.POST.get("credential"):
        return _by_passkey(request, page, "facilitator/second.html", user)
    name, address = user.get_username(), address_of(request)
    wait = lockout.attempt(name, address)
    if wait:
        return render(request, "facilitator/second.html", page | {"wrong": waits(wait)}, status=429)
    if not codes.check(name, request.POST.get("code", "")[:40]):
        _failed(request, name)
        wrong = _("This code is not good now. A code is good once, and for half a minute.")
        return render(request, "facilitator/second.html", page | {"wrong": wrong})
    lockout.succeeded(name, address)
    signing.sign_in(request, user, strong=True)
    return signing.carry_on(request, page)


@never_cache
@require_GET
def passkey_question(request: HttpRequest) -> HttpResponse:
    """What the browser is asked so that somebody shows a passkey."""
    host = signing.host_of(request)
    if not passkeys.possible(host):
        return JsonResponse({"error": "no passkeys here"}, status=400)
    pending = None if request.user.is_authenticated else _pending(request)
    user = request.user.get_username() if request.user.is_authenticated else pending.get_username() if pending else ""
    options, state = passkeys.ask(host, user)
    keep_question(request, state)
    return JsonResponse(dict(options))


def keep_question(request: HttpRequest, state: passkeys.State) -> None:
    """Keep what a passkey's answer must fit."""
    request.session["question"] = {"state": state, "until": clock.wall() + QUESTION_LASTS}


def answered(request: HttpRequest) -> tuple[passkeys.State, dict[str, Any]] | None:
    """A question and the browser's answer to it; each question is good once."""
    kept = request.session.pop("question", None)
    try:
        answer = json.loads(request.POST.get("credential", "")[:100_000])
    except ValueError:
        return None
    if not isinstance(kept, dict) or not isinstance(answer, dict) or int(kept["until"]) < clock.wall():
        return None
    return kept["state"], answer


def shown_passkey(request: HttpRequest) -> str:
    """The name of whoever shows a passkey with this request; empty: it does not fit."""
    found = answered(request)
    return passkeys.whose(signing.host_of(request), *found) if found is not None else ""


def _by_passkey(request: HttpRequest, page: dict[str, Any], template: str, only: User | None = None) -> HttpResponse:
    # No lock-out by name: a passkey cannot be guessed, and whoever has one gets in while others guess passwords.
    name = shown_passkey(request)
    user = User.objects.filter(username=name, is_active=True).first() if name else None
    if user is None or (only is not None and user.pk != only.pk):
        _failed(request, "")
        wrong = _("This passkey is not known here.")
        return render(request, template, page | {"wrong": wrong})
    lockout.succeeded(name, "")
    signing.sign_in(request, user, strong=True)
    return signing.carry_on(request, page)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Out of this browser."""
    if request.user.is_authenticated:
        signing.sign_out(request)
    return HttpResponseRedirect("/desk/login")


@sensitive_post_parameters("password")
@never_cache
@get_or_post
def confirm(request: HttpRequest) -> HttpResponse:
    """Prove it anew, and go on with what needed it."""
    page: dict[str, Any] = signing.confirming(request) | signing.carried(request)
    if request.method == "GET":
        return render(request, "facilitator/confirm.html", page)
    name = request.user.get_username()
    if request.POST.get("credential"):
        good = shown_passkey(request) == name
    else:
        wait = lockout.attempt(name, address_of(request))
        if wait:
            return render(request, "facilitator/confirm.html", page | {"wrong": waits(wait)}, status=429)
        good = request.user.check_password(request.POST.get("password", ""))
    if not good:
        _failed(request, name)
        return render(request, "facilitator/confirm.html", page | {"wrong": _("That was not right.")})
    lockout.succeeded(name, address_of(request))
    # The session stays as strong as it was: this was one factor more, not another sign-in.
    signing.prove(request, strong=False)
    return signing.carry_on(request, page)


@sensitive_post_parameters("password")
@never_cache
@get_or_post
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link: choose a password (the first administrator a name, too)."""
    owner = accounts.link_of(token)
    if owner is None:
        refusing.mark(request, "link refused")
        return render(request, "facilitator/setup.html", {"gone": True}, status=404)
    page: dict[str, Any] = {
        "owner": owner,
        "first": owner == "",
        "by_passkey": passkeys.possible(signing.host_of(request)),
    }
    if request.method == "GET":
        return render(request, "facilitator/setup.html", page)
    name = " ".join(request.POST.get("username", "").split())[:150]
    without = bool(page["by_passkey"]) and request.POST.get("way") == "passkey"
    try:
        made = accounts.set_up(token, name, None if without else request.POST.get("password", ""))
    except ValueError as error:
        return render(request, "facilitator/setup.html", page | {"wrong": str(error), "name": name})
    signing.sign_in(request, User.objects.get(username=made), strong=False)
    return HttpResponseRedirect("/desk/account/second")


@never_cache
@get_or_post
def alive(request: HttpRequest) -> HttpResponse:
    """How long until the time is up (GET), and the wish to stay (POST): seconds."""
    found = signing.standing_of(request, touch=False).session
    left = 0 if found is None else (found.seen + staff_sessions.idle() - clock.wall()) // 1000
    return JsonResponse({"left": left})


@require_POST
def away(request: HttpRequest) -> HttpResponse:
    """The time is up: keep what was typed, and sign out; signing in leads back to the same page."""
    back, draft = signing.safe(request, request.POST.get("next", "")), request.POST.get("draft", "")
    if draft:
        staff_sessions.keep_draft(request.user.get_username(), draft)
    signing.sign_out(request)
    return render(request, "facilitator/login.html", {
        "next": back, "again": "", "over": True, "by_passkey": passkeys.possible(signing.host_of(request)),
    })  # fmt: skip
