"""Where a request comes from."""

import ipaddress
import os

from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """Where a request comes from; behind a proxy what the proxy says, and nothing where it says nothing."""
    said = request.META.get("REMOTE_ADDR", "")
    if os.environ.get("MICROCARE_BEHIND_PROXY") == "1":
        # Only the last one was written by the proxy; all before it the client may have made up.
        said = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(said))
    except ValueError:
        return ""
