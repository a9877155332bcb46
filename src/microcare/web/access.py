"""Which route is for whom. Every route has its line here; one without is closed.

The same table is walked by a test, as every role and as nobody: a new route without a line fails the build.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from microcare.care import access
from microcare.care.access import Access

PUBLIC = "public"
"""For everybody, also those whom nobody knows."""
PERSON = "person"
"""For a participant, about themselves alone: who they are is in their session, never in the address."""
STAFF = "staff"
"""For whoever is on the staff."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may use a route: by a capability, and about a person where the address names one."""

    who: str
    capability: str = ""
    instead: str = ""
    """Another capability that does as well."""
    about: str = ""
    """The part of the address that names a person."""


RULES: dict[str, Rule] = {
    "health": Rule(PUBLIC),
    "": Rule(PERSON),
    "join": Rule(PUBLIC),
    "join/about": Rule(PUBLIC),
    "join/<str:code>": Rule(PUBLIC),
    "leave": Rule(PERSON),
    "need": Rule(PERSON),
    "journey": Rule(PERSON),
    "help": Rule(PUBLIC),
    "help/seen": Rule(PERSON),
    "help/plan": Rule(PERSON),
    "messages": Rule(PERSON),
    "settings": Rule(PERSON),
    "settings/my-data.json": Rule(PERSON),
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
    "desk/logout": Rule(PUBLIC),
    "desk/invite": Rule(STAFF, access.INVITE),
    "desk/programs": Rule(STAFF, access.DESIGN),
    "desk/source": Rule(STAFF, access.SEE),
    "desk/safety": Rule(STAFF, access.SEE, access.STOP),
    "desk/safety/do": Rule(STAFF, access.SEE, access.STOP),
    "desk/safety/adverse-events.csv": Rule(STAFF, access.RESOLVE),
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
        if rule.who != STAFF:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        allowed = access_of(request)
        if rule.about:
            # Whether there is such a person is nobody's business who may not see them.
            if not allowed.may_about(rule.capability, named[rule.about]):
                raise Http404("There is no such person.")
            return None
        may = allowed.may(rule.capability) or (bool(rule.instead) and allowed.may(rule.instead))
        if may or match is None:
            return None
        # Who signs in lands on the people; who may not see them is shown what they may.
        elsewhere = next((path for path, _words in doors(request)), "")
        return HttpResponseRedirect(elsewhere) if match.route == "desk/" and elsewhere else closed(request)


def access_of(request: HttpRequest) -> Access:
    """What the member of the staff who asks may do."""
    return access.access_of(request.user.get_username() if request.user.is_authenticated else "")


def doors(request: HttpRequest) -> list[tuple[str, str]]:
    """The parts of the desk that are open to whoever asks: address and name."""
    allowed = access_of(request)
    return [
        (f"/{route}", words)
        for route, words in DOORS.items()
        if allowed.may(RULES[route].capability) or (RULES[route].instead and allowed.may(RULES[route].instead))
    ]


DOORS = {
    "desk/": gettext_lazy("People"),
    "desk/monitor": gettext_lazy("Deliveries"),
    "desk/safety": gettext_lazy("Safety"),
    "desk/programs": gettext_lazy("Programs"),
    "desk/invite": gettext_lazy("Invite somebody"),
}
"""What the desk's navigation shows."""


def desk(request: HttpRequest) -> dict[str, object]:
    """For templates: the open parts of the desk."""
    return {"doors": lambda: doors(request)}


def closed(request: HttpRequest) -> HttpResponse:
    """A page that says which right is lacking, and who can give it."""
    return render(request, "403.html", status=403)
