"""Which route is for whom. Every route has its line here; one without is closed.

The same table is walked by a test, as every role and as nobody: a new route without a line fails the build.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from microcare.care import access
from microcare.care.access import Access
from microcare.web import signing
from microcare.web.api import keys

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
    """Who may use a route: by a capability (none: the whole staff), and about a person where the address names one."""

    who: str
    capability: str = ""
    instead: str = ""
    """Another capability that does as well."""
    about: str = ""
    """The part of the address that names a person."""
    fresh: bool = False
    """Whether they must have proved who they are in the last minutes: exports, roles, keys, erasing."""
    methods: Mapping[str, str] = field(default_factory=dict)
    """For systems: the capability that each method needs (none: any key)."""
    enrolling: bool = False
    """Whether it opens before their second factor is set up."""


RULES: dict[str, Rule] = {
    "health": Rule(PUBLIC),
    "api/v1/": Rule(PUBLIC),
    "api/v1/openapi.json": Rule(PUBLIC),
    "api/v1/people": Rule(SYSTEM, methods={"GET": access.SEE, "POST": access.INVITE}),
    "api/v1/people/<person>": Rule(SYSTEM, methods={"GET": access.SEE}, about="person"),
    "api/v1/people/<person>/journal": Rule(SYSTEM, methods={"GET": access.SEE}, about="person"),
    "api/v1/people/<person>/stimuli": Rule(SYSTEM, methods={"POST": access.CARE}, about="person"),
    "api/v1/alerts": Rule(SYSTEM, methods={"GET": access.ACKNOWLEDGE}),
    "api/v1/programs": Rule(SYSTEM, methods={"GET": "", "POST": access.DESIGN}),
    "api/v1/programs/check": Rule(SYSTEM, methods={"POST": access.DESIGN}),
    "api/v1/exports/<table>": Rule(SYSTEM, methods={"GET": access.ANALYZE}),
    "api/v1/webhooks": Rule(SYSTEM, methods={"GET": access.SEE, "POST": access.SEE}),
    "api/v1/webhooks/<webhook>": Rule(SYSTEM, methods={"DELETE": access.SEE}),
    "language": Rule(PUBLIC),
    "": Rule(PERSON),
    "join": Rule(PUBLIC),
    "join/about": Rule(PUBLIC),
    "join/<str:code>": Rule(PUBLIC),
    "leave": Rule(PERSON),
    "need": Rule(PERSON),
    "journey": Rule(PERSON),
    "help": Rule(PUBLIC),
    "help/country": Rule(PUBLIC),
    "help/seen": Rule(PERSON),
    "help/plan": Rule(PERSON),
    "messages": Rule(PERSON),
    "settings": Rule(PERSON),
    "settings/consent": Rule(PERSON),
    "settings/data": Rule(PERSON),
    "settings/who": Rule(PERSON),
    "settings/leave": Rule(PERSON),
    "settings/my-data.<str:form>": Rule(PERSON),
    "push/on": Rule(PERSON),
    "push/off": Rule(PERSON),
    "do": Rule(PERSON),
    "stimuli": Rule(PERSON),
    "photo": Rule(PERSON),
    "photo/<str:reference>": Rule(PERSON),
    "version": Rule(PERSON),
    "media/<str:program>/<str:version>": Rule(PUBLIC),
    "manifest.webmanifest": Rule(PUBLIC),
    "sw.js": Rule(PUBLIC),
    "demo": Rule(PERSON),
    "desk/": Rule(STAFF, access.SEE),
    "desk/login": Rule(PUBLIC),
    "desk/login/second": Rule(PUBLIC),
    "desk/login/passkey": Rule(PUBLIC),
    "desk/logout": Rule(PUBLIC),
    "desk/setup/<str:token>": Rule(PUBLIC),
    "desk/confirm": Rule(STAFF),
    "desk/alive": Rule(STAFF, enrolling=True),
    "desk/away": Rule(STAFF),
    "desk/account": Rule(STAFF),
    "desk/account/do": Rule(STAFF, fresh=True),
    "desk/account/second": Rule(STAFF, fresh=True, enrolling=True),
    "desk/account/passkey": Rule(STAFF, fresh=True, enrolling=True),
    "desk/now": Rule(STAFF),
    "desk/alerts": Rule(STAFF, access.SEE),
    "desk/staff": Rule(STAFF, access.ADMINISTER),
    "desk/staff/do": Rule(STAFF, access.ADMINISTER, fresh=True),
    "desk/trail": Rule(STAFF, access.ADMINISTER),
    "desk/emergency": Rule(STAFF, fresh=True),
    "desk/emergencies": Rule(STAFF, access.REVIEW),
    "desk/invite": Rule(STAFF, access.INVITE),
    "desk/programs": Rule(STAFF, access.DESIGN),
    "desk/source": Rule(STAFF, access.SEE),
    "desk/safety": Rule(STAFF, access.SEE, access.STOP),
    "desk/safety/do": Rule(STAFF, access.SEE, access.STOP),
    "desk/safety/adverse-events.csv": Rule(STAFF, access.RESOLVE, fresh=True),
    "desk/people/<str:person>": Rule(STAFF, access.SEE, about="person"),
    "desk/monitor": Rule(STAFF, access.MONITOR),
    "desk/monitor/numbers.csv": Rule(STAFF, access.MONITOR),
    "desk/people/<str:person>/deliveries": Rule(STAFF, access.SEE, about="person"),
    "desk/people/<str:person>/do": Rule(STAFF, access.SEE, about="person"),
}
"""Every route."""


class AccessMiddleware:
    """Asks the table before every page; what each deed needs besides is asked where it is done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], arguments: object, named: Mapping[str, str]
    ) -> HttpResponseBase | None:
        """Refuse before the page begins; None: go on."""
        match = request.resolver_match
        rule = None if match is None else RULES.get(match.route)
        if rule is None:
            raise Http404("This route has no rule.")
        if rule.who == SYSTEM:
            return keys.refused(request, rule.methods, named.get(rule.about, "") if rule.about else "")
        if rule.who != STAFF:
            return None
        return _staff(request, rule, named)


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
    if rule.about:
        # Whether there is such a person is nobody's business who may not see them.
        if not allowed.may_about(rule.capability, named[rule.about]):
            raise Http404("There is no such person.")
        return None
    if _may(allowed, rule):
        return None
    # Who signs in lands on the people; who may not see them is shown what they may.
    elsewhere = next((path for path, _words in doors(request)), "")
    return HttpResponseRedirect(elsewhere) if request.path == "/desk/" and elsewhere else closed(request)


def _may(allowed: Access, rule: Rule) -> bool:
    """Whether a route without a person in its address is open."""
    return not rule.capability or allowed.may(rule.capability) or (bool(rule.instead) and allowed.may(rule.instead))


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
    "desk/emergencies": gettext_lazy("Emergencies"),
    "desk/emergency": gettext_lazy("Emergency access"),
}
"""What the desk's navigation shows."""


def desk(request: HttpRequest) -> dict[str, object]:
    """For templates: the open parts of the desk."""
    return {"doors": lambda: doors(request)}


def closed(request: HttpRequest) -> HttpResponse:
    """A page that says which right is lacking, and who can give it."""
    return render(request, "403.html", status=403)
