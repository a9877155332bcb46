"""The machine's clock, where it is in doubt: what the desk says of it, and the administrator's word that it is right."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from microcare.base.moments import format_local
from microcare.care import clock
from microcare.care.access import ADMINISTER, Access
from microcare.store.memberships import EVERY


@dataclass(frozen=True, slots=True)
class Doubt:
    """What the desk says while the clock is in doubt."""

    shows: str
    goes_by: str
    may_confirm: bool


def doubt(allowed: Access) -> Doubt | None:
    """The doubt, in words of the desk's time zone; None: there is none."""
    found = clock.doubt()
    if found is None:
        return None
    _how, shows, by = found
    zone = settings.DESK_ZONE
    return Doubt(format_local(zone, shows), format_local(zone, by), allowed.may_in(ADMINISTER, EVERY))


@require_POST
def believe(request: HttpRequest) -> HttpResponse:
    """An administrator has looked at the machine's clock, and says that it is right."""
    if clock.doubt() is None:
        messages.info(request, _("The clock is not in doubt: time goes on as usual."))
    else:
        clock.believe(request.user.get_username())
        messages.success(request, _("The clock is confirmed. Time goes on, and what is due comes."))
    return HttpResponseRedirect("/desk/")
