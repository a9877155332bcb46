"""Which route is for whom, and what it touches. Every route has its line here; one without is closed, and fails the build.

The same table is walked by a test, as every role and as nobody, about what is of one's own program and of another one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy

from microcare.care import access, clock, warning
from microcare.care.access import Access, NotTheirsError
from microcare.web import objects, refusing, signing
from microcare.web.api import keys
from microcare.web.objects import Object

PUBLIC = "public"
"""For everybody, also those whom nobody knows."""
PERSON = "person"
"""For a participant, about themselves alone: who they are is in their session, never in the address."""
STAFF = "staff"
"""For whoever is on the staff."""
SYSTEM = "system"
"""For other systems, by their key."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may use a route: by a capability (none: the whole staff), for what it touches."""

    who: str
    of: Object
    """What it touches: the capability is asked of that."""
    capability: str = ""
    instead: str = ""
    """Another capability that does as well."""
    fresh: bool = False
    """Whether they must have proved who they are in the last minutes: exports, roles, keys, erasing."""
    methods: Mapping[str, str] = field(default_factory=dict)
    """For systems: the capability that each method needs (none: any key)."""
    enrolling: bool = False
    """Whether it opens before their second factor is set up."""

    @property
    def capabilities(self) -> tuple[str, ...]:
        """Each of them does."""
        return (self.capability, self.instead) if self.instead else (self.capability,)


RULES: dict[str, Rule] = {
    "health": Rule(PUBLIC, objects.NOTHING),
    "ready": Rule(PUBLIC, objects.NOTHING),
    "api/v1/": Rule(PUBLIC, objects.NOTHING),
    "api/v1/openapi.json": Rule(PUBLIC, objects.NOTHING),
    "api/v1/people": Rule(SYSTEM, objects.INSIDE, methods={"GET": access.SEE, "POST": access.INVITE}),
    "api/v1/people/<person>": Rule(SYSTEM, objects.PERSON, methods={"GET": access.SEE}),
    "api/v1/people/<person>/journal": Rule(SYSTEM, objects.PERSON, methods={"GET": access.SEE}),
    "api/v1/people/<person>/stimuli": Rule(SYSTEM, objects.PERSON, methods={"POST": access.CARE}),
    "api/v1/alerts": Rule(SYSTEM, objects.LIST, methods={"GET": access.ACKNOWLEDGE}),
    "api/v1/programs": Rule(SYSTEM, objects.INSIDE, methods={"GET": "", "POST": access.DESIGN}),
    "api/v1/programs/check": Rule(SYSTEM, objects.NOTHING, methods={"POST": access.DESIGN}),
    "api/v1/exports/<table>": Rule(SYSTEM, objects.NAMED_OR_ALL, methods={"GET": access.ANALYZE}),
    "api/v1/webhooks": Rule(SYSTEM, objects.OWN, methods={"GET": access.SEE, "POST": access.SEE}),
    "api/v1/webhooks/<webhook>": Rule(SYSTEM, objects.OWN, methods={"DELETE": access.SEE}),
    "language": Rule(PUBLIC, objects.NOTHING),
    "": Rule(PERSON, objects.OWN),
    "join": Rule(PUBLIC, objects.NOTHING),
    "join/about": Rule(PUBLIC, objects.OWN),
    "join/<str:code>": Rule(PUBLIC, objects.NOTHING),
    "leave": Rule(PERSON, objects.OWN),
    "need": Rule(PERSON, objects.OWN),
    "journey": Rule(PERSON, objects.OWN),
    "help": Rule(PUBLIC, objects.NOTHING),
    "help/country": Rule(PUBLIC, objects.NOTHING),
    "help/seen": Rule(PERSON, objects.OWN),
    "help/plan": Rule(PERSON, objects.OWN),
    "messages": Rule(PERSON, objects.OWN),
    "settings": Rule(PERSON, objects.OWN),
    "settings/consent": Rule(PERSON, objects.OWN),
    "settings/data": Rule(PERSON, objects.OWN),
    "settings/who": Rule(PERSON, objects.OWN),
    "settings/leave": Rule(PERSON, objects.OWN),
    "settings/devices": Rule(PERSON, objects.OWN),
    "settings/my-data.<str:form>": Rule(PERSON, objects.OWN),
    "push/on": Rule(PERSON, objects.OWN),
    "push/off": Rule(PERSON, objects.OWN),
    "do": Rule(PERSON, objects.OWN),
    "stimuli": Rule(PERSON, objects.OWN),
    "photo": Rule(PERSON, objects.OWN),
    "photo/<str:reference>": Rule(PERSON, objects.OWN),
    "version": Rule(PERSON, objects.OWN),
    "media/<str:program>/<str:version>": Rule(PUBLIC, objects.NOTHING),
    "manifest.webmanifest": Rule(PUBLIC, objects.NOTHING),
    "sw.js": Rule(PUBLIC, objects.NOTHING),
    "demo": Rule(PERSON, objects.OWN),
    "desk/": Rule(STAFF, objects.LIST, access.SEE),
    "desk/login": Rule(PUBLIC, objects.NOTHING),
    "desk/login/second": Rule(PUBLIC, objects.NOTHING),
    "desk/login/passkey": Rule(PUBLIC, objects.NOTHING),
    "desk/logout": Rule(PUBLIC, objects.OWN),
    "desk/setup/<str:token>": Rule(PUBLIC, objects.NOTHING),
    "desk/confirm": Rule(STAFF, objects.OWN),
    "desk/alive": Rule(STAFF, objects.OWN, enrolling=True),
    "desk/away": Rule(STAFF, objects.OWN),
    "desk/account": Rule(STAFF, objects.OWN),
    "desk/account/do": Rule(STAFF, objects.OWN, fresh=True),
    "desk/account/second": Rule(STAFF, objects.OWN, fresh=True, enrolling=True),
    "desk/account/device": Rule(STAFF, objects.OWN),
    "desk/account/passkey": Rule(STAFF, objects.OWN, fresh=True, enrolling=True),
    "desk/now": Rule(STAFF, objects.LIST),
    "desk/alerts": Rule(STAFF, objects.LIST, access.SEE),
    "desk/staff": Rule(STAFF, objects.LIST, access.ADMINISTER),
    "desk/staff/do": Rule(STAFF, objects.INSIDE, access.ADMINISTER, fresh=True),
    "desk/works": Rule(STAFF, objects.NOTHING, access.ADMINISTER),
    "desk/trail": Rule(STAFF, objects.LIST, access.ADMINISTER),
    "desk/clock": Rule(STAFF, objects.HUB, access.ADMINISTER, fresh=True),
    "desk/emergency": Rule(STAFF, objects.INSIDE, fresh=True),
    "desk/emergencies": Rule(STAFF, objects.INSIDE, access.REVIEW),
    "desk/invite": Rule(STAFF, objects.PROGRAM, access.INVITE),
    "desk/programs": Rule(STAFF, objects.INSIDE, access.DESIGN),
    "desk/source": Rule(STAFF, objects.PROGRAM, access.SEE),
    "desk/safety": Rule(STAFF, objects.LIST, access.SEE, access.STOP),
    "desk/safety/do": Rule(STAFF, objects.SAFETY),
    "desk/safety/adverse-events.csv": Rule(STAFF, objects.LIST, access.RESOLVE, fresh=True),
    "desk/people/<str:person>": Rule(STAFF, objects.PERSON, access.SEE),
    "desk/monitor": Rule(STAFF, objects.LIST, access.MONITOR),
    "desk/monitor/numbers.csv": Rule(STAFF, objects.LIST, access.MONITOR),
    "desk/people/<str:person>/deliveries": Rule(STAFF, objects.PERSON, access.SEE),
    "desk/people/<str:person>/access": Rule(STAFF, objects.PERSON, access.INVITE),
    "desk/people/<str:person>/do": Rule(STAFF, objects.PERSON, access.SEE),
}
"""Every route."""


class AccessMiddleware:
    """Asks the table before every page; what each deed needs besides is asked where it is done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, and enter what was refused."""
        response = self.get_response(request)
        refusing.enter(request, response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], arguments: object, named: Mapping[str, str]
    ) -> HttpResponseBase | None:
        """Refuse before the page begins; None: go on."""
        match = request.resolver_match
        rule = None if match is None else RULES.get(match.route)
        if rule is None:
            raise Http404("This route has no rule.")
        if rule.who == SYSTEM:
            return keys.refused(request, rule.methods, rule.of, named)
        if rule.who != STAFF:
            return None
        return _staff(request, rule, named)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A deed that found, in what was sent, something that is not theirs."""
        return closed(request) if isinstance(error, NotTheirsError) else None


def _staff(request: HttpRequest, rule: Rule, named: Mapping[str, str]) -> HttpResponseBase | None:
    """Signed in, set up, of the right role, proved lately: in this order."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    # Whether the page is still alive is asked by the page itself: that is no deed of theirs.
    route = request.resolver_match.route if request.resolver_match is not None else ""
    asks = route in ("desk/alive", "desk/now")
    standing = signing.standing_of(request, touch=not asks or request.method == "POST")
    if standing.session is None:
        if route == "desk/away" and signing.was_here(request):
            # A machine that slept says late that it is away; what was typed there is kept all the same.
            return None
        if asks:
            return JsonResponse({"left": 0}, status=200 if route == "desk/alive" else 401)
        kept = signing.carry(request)
        signing.sign_out(request)
        if not kept["again"]:
            return redirect_to_login(request.get_full_path())
        return render(request, "facilitator/login.html", kept | {"over": True}, status=401)
    if not standing.enrolled and not rule.enrolling:
        return HttpResponseRedirect("/desk/account/second")
    refused = _refused(request, rule, named)
    if refused is None and rule.fresh and standing.enrolled and not standing.fresh:
        return render(request, "facilitator/confirm.html", signing.confirming(request) | signing.carry(request))
    return refused


def _refused(request: HttpRequest, rule: Rule, named: Mapping[str, str]) -> HttpResponse | None:
    allowed = access_of(request)
    if any(rule.of.theirs(allowed, one, request, named) for one in rule.capabilities):
        return None
    if rule.of.about:
        # Whether there is such a person is nobody's business who may not see them.
        refusing.mark(request, "refused")
        raise Http404("There is no such person.")
    # Who signs in lands on the people; who may not see them is shown what they may.
    elsewhere = next((path for path, _words in doors(request)), "")
    return HttpResponseRedirect(elsewhere) if request.path == "/desk/" and elsewhere else closed(request)


def _may(allowed: Access, rule: Rule) -> bool:
    """Whether a part of the desk shows anything."""
    return any(not one or allowed.may(one) for one in rule.capabilities)


def access_of(request: HttpRequest) -> Access:
    """What the member of the staff who asks may do."""
    return access.access_of(request.user.get_username() if request.user.is_authenticated else "")


def doors(request: HttpRequest) -> list[tuple[str, str]]:
    """The parts of the desk that are open to whoever asks: address and name."""
    allowed = access_of(request)
    return [(f"/{route}", str(words)) for route, words in DOORS.items() if _may(allowed, RULES[route])]


DOORS = {
    "desk/": gettext_lazy("People"),
    "desk/alerts": gettext_lazy("Alerts"),
    "desk/monitor": gettext_lazy("Deliveries"),
    "desk/safety": gettext_lazy("Safety"),
    "desk/programs": gettext_lazy("Programs"),
    "desk/staff": gettext_lazy("Staff"),
    "desk/trail": gettext_lazy("Audit trail"),
    "desk/works": gettext_lazy("Whether it works"),
    "desk/emergencies": gettext_lazy("Emergencies"),
    "desk/emergency": gettext_lazy("Emergency access"),
}
"""What the desk's navigation shows."""


def desk(request: HttpRequest) -> dict[str, object]:
    """For templates: the open parts of the desk; to whoever administers it, whether anything of the hub does not work."""
    return {"doors": lambda: doors(request), "troubled": lambda: _troubled(request)}


def _troubled(request: HttpRequest) -> bool:
    return access_of(request).may(access.ADMINISTER) and bool(warning.troubles(clock.now()))


def closed(request: HttpRequest) -> HttpResponse:
    """A page that says which right is lacking, and who can give it."""
    return render(request, "403.html", status=403)


def without_rule(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """The routes of a table of addresses that have no line here."""
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from without_rule(one.url_patterns, route)
        elif route not in RULES:
            yield route
