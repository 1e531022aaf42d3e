"""All settings, read once from the environment (`.env.sample` lists the variables).

Law and city matters are catalogue data, not here.
"""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from yichuang.base import env, logs
from yichuang.config import machine, production, runtime

PACKAGE = Path(__file__).resolve().parent.parent
ROOT = PACKAGE.parent

#: A trial starts without any configuration and says so on every page; production sets YICHUANG_TRIAL=0.
TRIAL = env.flag("YICHUANG_TRIAL", default=True)
DEBUG = False
TESTING = "pytest" in sys.modules

SECRET_KEY = runtime.secret("YICHUANG_SECRET_KEY", "secret-key", trial=TRIAL)
#: Encrypts personal data at rest and keys the blind indexes. Losing it loses the data.
DATA_KEY = runtime.secret("YICHUANG_DATA_KEY", "data-key", trial=TRIAL)
#: The Ed25519 key that signs the ledger's seals is derived from it.
LEDGER_KEY = runtime.secret("YICHUANG_LEDGER_KEY", "ledger-key", trial=TRIAL)

# ── Processes ────────────────────────────────────────────────────────────────────────────────────
BIND = env.text("YICHUANG_BIND", "127.0.0.1")
PORT = env.number("YICHUANG_PORT", 8000, least=1, most=65535)
WEB_PROCESSES = env.number("YICHUANG_WEB_PROCESSES", machine.cores(), least=1, most=256)
WORKERS = env.number("YICHUANG_WORKERS", max(2, machine.cores() // 2), least=1, most=256)
#: Simulated department systems, registers and card reader beside a trial. Production never starts them.
SIMULATORS = TRIAL and env.flag("YICHUANG_SIMULATORS", default=True)
#: The first of their ports, one after the other: police, registers, card reader, SMS gateway.
SIMULATORS_PORT = env.number("YICHUANG_SIMULATORS_PORT", 8101, least=1, most=65000)
#: The reader on the clerk's own desk, called by her browser (docs/connecting-a-department.md).
CARD_READER_URL = env.text(
    "YICHUANG_CARD_READER_URL", f"http://127.0.0.1:{SIMULATORS_PORT + 2}" if SIMULATORS else ""
)
#: Where messages to applicants go out (docs/operator.md). Empty: they are kept and the counter says so.
SMS_GATEWAY = env.text(
    "YICHUANG_SMS_GATEWAY", f"http://127.0.0.1:{SIMULATORS_PORT + 3}" if SIMULATORS else ""
).rstrip("/")

PUBLIC_URL = env.text("YICHUANG_PUBLIC_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
ALLOWED_HOSTS = env.words("YICHUANG_ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]") if TRIAL else ())
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
if not TRIAL:
    production.check(
        public_url=PUBLIC_URL,
        allowed_hosts=ALLOWED_HOSTS,
        secrets={
            "YICHUANG_SECRET_KEY": SECRET_KEY,
            "YICHUANG_DATA_KEY": DATA_KEY,
            "YICHUANG_LEDGER_KEY": LEDGER_KEY,
        },
    )

LOG_LEVEL = env.text("YICHUANG_LOG_LEVEL", "WARNING" if TESTING else "INFO").upper()
LOGGING = logs.configuration(as_json=not TRIAL, level=LOG_LEVEL)

CATALOGUE_DIR = Path(env.text("YICHUANG_CATALOGUE", str(ROOT / "catalogues" / "quzhou")))
MAX_UPLOAD_BYTES = env.number("YICHUANG_MAX_UPLOAD_MB", 20, least=1, most=200) * 1_000_000
#: Days after which an import that stands still is deleted with its file.
IMPORT_DAYS = env.number("YICHUANG_IMPORT_DAYS", 90, least=1, most=3650)
#: The form of a large item, with all its rows, has more fields than the 1 000 that are usual.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_UPLOAD_BYTES + 1_000_000

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "procrastinate.contrib.django",
    "yichuang.base",
    "yichuang.ledger",
    "yichuang.identity",
    "yichuang.deadlines",
    "yichuang.catalogue",
    "yichuang.departments",
    "yichuang.sharing",
    "yichuang.licences",
    "yichuang.notices",
    "yichuang.cases",
    "yichuang.feedback",
    "yichuang.delivery",
    "yichuang.journey",
    "yichuang.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "yichuang.web.headers.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "yichuang.web.middleware.ActorMiddleware",
    "yichuang.web.account.middleware.SecondFactorMiddleware",
]
ROOT_URLCONF = "yichuang.config.urls"
WSGI_APPLICATION = "yichuang.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "yichuang.web.context.page",
            ],
        },
    }
]


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL starts with {parts.scheme!r}; it must be postgresql://user:password@host:port/name."
        )
    return {
        "ENGINE": "yichuang.base.postgres",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **dict(parse_qsl(parts.query)),
            # Prepared on the second use: measured to carry a third more acts a second than unprepared.
            "server_side_binding": True,
            "prepare_threshold": 2,
        },
    }


DATABASES = {"default": _database(runtime.database_url())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["yichuang.web.account.backends.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "yichuang.identity.passwords.NotTheTrialPassword"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "yichuang.identity.sessions"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_HTTPONLY = True
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("YICHUANG_BEHIND_TLS_PROXY", default=False) else None
)
SECURE_HSTS_SECONDS = 0 if TRIAL else int(timedelta(days=365).total_seconds())
X_FRAME_OPTIONS = "SAMEORIGIN"

# ── Accounts and log-in (django-allauth) ─────────────────────────────────────────────────────────
#: Counters of failed log-ins must be shared by all processes and machines; the table is identity's.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "identity_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}
# An account holds nothing of the person: no e-mail address, no name. Nobody signs up by themselves.
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "yichuang.web.account.adapters.AccountAdapter"
ACCOUNT_FORMS = {"login": "yichuang.web.account.forms.LoginForm"}
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a real one is slow on purpose
ACCOUNT_SESSION_REMEMBER = False  # machines in the hall are shared
#: Five failures in a quarter of an hour lock the account. A whole hall may come in by one address.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "60/m/ip,5/15m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if SECURE_PROXY_SSL_HEADER else 0
MFA_ADAPTER = "yichuang.web.account.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "activate_totp": "yichuang.web.account.forms.SetUpFactorForm",
    "authenticate": "yichuang.web.account.forms.FactorForm",
    "reauthenticate": "yichuang.web.account.forms.FactorAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # clocks of phones differ by some seconds
#: Managers, supervisors and administrators work only with a second factor.
REQUIRE_SECOND_FACTOR = env.flag("YICHUANG_REQUIRE_SECOND_FACTOR", default=not TRIAL)
SOCIALACCOUNT_ADAPTER = "yichuang.web.account.adapters.IdentityProviderAdapter"
_OIDC_SERVER_URL = env.text("YICHUANG_OIDC_SERVER_URL", "")
#: Applicants come in through one identity provider (OpenID Connect), where its address is set.
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "city",
                "name": env.text("YICHUANG_OIDC_NAME", "统一身份认证"),
                "client_id": env.text("YICHUANG_OIDC_CLIENT_ID"),
                "secret": env.secret("YICHUANG_OIDC_CLIENT_SECRET", None),
                "settings": {
                    "server_url": _OIDC_SERVER_URL,
                    "scope": env.words("YICHUANG_OIDC_SCOPE", ("openid", "profile", "phone")),
                },
            }
        ]
        if _OIDC_SERVER_URL
        else []
    }
}
#: What the provider calls the ID number (公民身份号码 or 统一社会信用代码), the name and the mobile number.
OIDC_CLAIMS = {
    "number": env.text("YICHUANG_OIDC_NUMBER_CLAIM", "id_number"),
    "name": env.text("YICHUANG_OIDC_NAME_CLAIM", "name"),
    "phone": env.text("YICHUANG_OIDC_PHONE_CLAIM", "phone_number"),
}
# ── end of accounts and log-in ───────────────────────────────────────────────────────────────────

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "web" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = runtime.home() / "static"
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
#: Names with a digest, compressed once, so that browsers keep them for ever; tests read the sources.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = TESTING

PROCRASTINATE_ON_APP_READY = "yichuang.journey.runner.register"
