"""The WSGI application, for waitress, gunicorn, or any other server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "microcare.web.settings")
_pages = get_wsgi_application()

from microcare.web.server.bodies import limited  # noqa: E402 - it needs the settings

application = limited(_pages)
