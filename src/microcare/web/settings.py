"""Django's settings, safe by default: loopback, no debugging pages, nothing from third parties.

What a place decides arrives by environment, so that the same package serves a demo and a clinic:

- `MICROCARE_DATA`: the folder with the database and the secret key (default `data`).
- `MICROCARE_MASTER_KEY`: 32 bytes, base64: opens every person's own key (otherwise the file `master.key` in the data folder,
  which must be backed up apart from the database: without it nobody's name or words can be read again).
- `MICROCARE_URL`: the address people type (default `http://127.0.0.1:8000`). With https, cookies are sent only over https.
- `MICROCARE_ZONE`: the time zone of the desk's lists (default `UTC`); what concerns a person is in the person's own.
- `MICROCARE_LOCALE`: a folder with catalogs of further languages (`<code>/LC_MESSAGES/django.mo`), or with other words for known ones.
- `MICROCARE_SMTP`: where mail is handed over, `smtp://USER:PASSWORD@HOST:PORT`, `smtps://...` or `smtp+starttls://...`.
- `MICROCARE_MAIL_FROM`: the sender's address.
- `MICROCARE_PUSH_LOCAL`: `1` takes push services on this machine, for tests. Never set it on a hub that people use.
- `MICROCARE_AUDIT_LOG`: a second home of the audit trail outside of the database: a file that only grows, `syslog`, or
  `syslog://HOST:PORT` (default none).
- `MICROCARE_IDLE_MINUTES`: after so long without a deed the staff is signed out (default 15).
- `MICROCARE_SERVER`: `waitress` (default), or `gunicorn` where it is installed.
- `MICROCARE_DAILY_ACTS`, `MICROCARE_DAILY_MB`: so much a person can do and send in a day (default 2000, and 50 MB of texts
  and photos). What may tell of danger is taken whatever it comes to.
- `MICROCARE_STUCK_AFTER`: after so many seconds without a sign of life a process is started again (default 90; a worker
  that waits for a locked database gives no sign for 30).
- `MICROCARE_BACKUP`: the folder in which a worker makes backups (default none), best on another disk.
- `MICROCARE_BACKUP_EVERY`: hours from one to the next (default 24); `MICROCARE_BACKUP_KEEP`: how many stay (default 14).

`workers/checking.py` looks at all of them before anything starts.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from microcare.store.place import DATABASE, GIVEN_KEY, MASTER, SECRET, secret
from microcare.workers.checking import stuck_after

WEB = Path(__file__).resolve().parent
DATA = Path(os.environ.get("MICROCARE_DATA", "data")).absolute()
URL = (os.environ.get("MICROCARE_URL") or "http://127.0.0.1:8000").rstrip("/")
OWN_LOCALE = os.environ.get("MICROCARE_LOCALE", "")
DESK_ZONE = os.environ.get("MICROCARE_ZONE") or "UTC"
SMTP = os.environ.get("MICROCARE_SMTP", "")
PUSH_LOCAL = os.environ.get("MICROCARE_PUSH_LOCAL") == "1"
MAIL_FROM = os.environ.get("MICROCARE_MAIL_FROM") or f"care@{urlsplit(URL).hostname or 'localhost'}"
IDLE_MINUTES = max(2, int(os.environ.get("MICROCARE_IDLE_MINUTES") or "15"))
STUCK_AFTER = stuck_after()
DAILY_ACTS = int(os.environ.get("MICROCARE_DAILY_ACTS") or "2000")
DAILY_MB = int(os.environ.get("MICROCARE_DAILY_MB") or "50")
AUDIT_LOG = os.environ.get("MICROCARE_AUDIT_LOG", "")
BACKUP = os.environ.get("MICROCARE_BACKUP", "")
BACKUP_EVERY = max(1, int(os.environ.get("MICROCARE_BACKUP_EVERY") or "24"))
BACKUP_KEEP = max(2, int(os.environ.get("MICROCARE_BACKUP_KEEP") or "14"))
_HTTPS = URL.startswith("https://")


SECRET_KEY = secret(DATA / SECRET)
MASTER_KEY = os.environ.get(GIVEN_KEY) or secret(DATA / MASTER)
DEBUG = False
ALLOWED_HOSTS = list(dict.fromkeys(["127.0.0.1", "localhost", "[::1]", urlsplit(URL).hostname or "localhost"]))
CSRF_TRUSTED_ORIGINS = [URL]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "microcare.store",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Before the files, so that they carry the same headers.
    "microcare.web.security.HeadersMiddleware",
    "microcare.web.compressing.CompressingMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "microcare.web.security.KeptSessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "microcare.web.access.AccessMiddleware",
    "microcare.web.unreadable.UnreadableMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "microcare.web.urls"
WSGI_APPLICATION = "microcare.web.wsgi.application"
_PARTS = [WEB, WEB / "participant", WEB / "facilitator"]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [part / "templates" for part in _PARTS],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "microcare.web.access.desk",
                "microcare.web.signing.context",
            ],
            "builtins": ["django.templatetags.static", "django.templatetags.i18n", "microcare.web.tags"],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(DATA / DATABASE),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # A short write takes its lock at once: reading first and writing later meets "database is locked"
            # whatever the timeout.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                "PRAGMA busy_timeout=30000; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;"
            ),
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# One web process serves all pages, so that its own memory may hold the sessions in front of the database.
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
# Over https a browser takes such a cookie from this very host only, for all of it, and only over https.
_COOKIE = "__Host-" if _HTTPS else ""
SESSION_COOKIE_NAME = f"{_COOKIE}microcare_session"
SESSION_COOKIE_AGE = 90 * 86_400
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_NAME = f"{_COOKIE}microcare_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
# What a page says once is kept with the session: no further cookie, and no words on the phone.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
X_FRAME_OPTIONS = "DENY"
# Set only where a proxy of one's own ends https and always sets the header itself.
if os.environ.get("MICROCARE_BEHIND_PROXY") == "1":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "microcare.care.passwords.OwnWordsValidator"},
]
LOGIN_URL = "/desk/login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/desk/login"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LOCALE_PATHS = [*([Path(OWN_LOCALE)] if OWN_LOCALE else []), WEB / "locale"]


def _languages() -> list[tuple[str, str]]:
    """English, which the texts are written in, and every language with a catalog."""
    found = {
        file.parts[-3].replace("_", "-").lower() for p in LOCALE_PATHS for file in p.glob("*/LC_MESSAGES/django.mo")
    }
    return [(code, code) for code in sorted({LANGUAGE_CODE} | found)]


LANGUAGES = _languages()
LANGUAGE_COOKIE_NAME = f"{_COOKIE}microcare_language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = _HTTPS
LANGUAGE_COOKIE_AGE = 365 * 86_400

STATIC_URL = "/static/"
STATICFILES_DIRS = [part / "static" for part in _PARTS if (part / "static").is_dir()]
# Files are served from where they lie: no step that collects them.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# No page of another origin reads them.
WHITENOISE_ALLOW_ALL_ORIGINS = False

DATA_UPLOAD_MAX_MEMORY_SIZE = 4_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
"""Mail goes through `channels.email`, which knows what became of it; Django itself sends none."""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "microcare.care.failure.Formatter", "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": os.environ.get("MICROCARE_LOG") or "WARNING"},
}
