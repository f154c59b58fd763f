"""What every way of running Spindle shares."""

from pathlib import Path
from typing import Any

from csp.constants import NONCE, SELF
from django.utils.translation import gettext_lazy as _

from spindle import env

ROOT = Path(__file__).resolve().parents[3]
VAR = Path(env.text("SPINDLE_VAR", str(ROOT / "var")))

SECRET_KEY = env.secret("SPINDLE_SECRET_KEY", None)
DEBUG = False
VERSION = "0.1.0"

# --- hosts: <domain>, <slug>.<domain>, api.<domain>, console.<domain>
DOMAIN = env.text("SPINDLE_DOMAIN", "localhost:8000")
DOMAIN_HOST = DOMAIN.split(":", maxsplit=1)[0]
ALLOWED_HOSTS = [DOMAIN_HOST, f".{DOMAIN_HOST}", "127.0.0.1"]
ROOT_URLCONF = "spindle.urls_public"
URLCONFS = {
    "public": "spindle.urls_public",
    "enterprise": "spindle.urls_enterprise",
    "api": "spindle.urls_api",
    "console": "spindle.urls_console",
}
WSGI_APPLICATION = "spindle.wsgi.application"
CSRF_TRUSTED_ORIGINS = [f"http://*.{DOMAIN}", f"http://{DOMAIN}"]

# --- apps
SHARED_APPS = [
    "unfold",  # before django_tenants, whose admin templates would win otherwise
    "tenants",  # before django_tenants, whose migrate commands would win otherwise
    "django_tenants",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "apps.portal",  # before allauth, whose sign-in pages would win otherwise
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.idp.oidc",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django_htmx",
    "django_cotton",
    "apps.catalog",
    "apps.library",
    "apps.verification",
    "apps.exchange",
    "apps.demo",
    "apps.api",
    "apps.console",
    "django.forms",  # after the portal, whose form templates win
]
TENANT_APPS = [
    "apps.audit",
    "apps.notify",
    "apps.documents",
    "apps.machines",
    "apps.capacity",
    "apps.scheduling",
    "apps.orders",
    "apps.reports",
]
INSTALLED_APPS = [*SHARED_APPS, *TENANT_APPS]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "tenants.User"

# --- database
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "tenants.database",
        **env.database("DATABASE_URL", "postgres://spindle_app@127.0.0.1:5432/spindle"),
        "CONN_MAX_AGE": env.number("SPINDLE_CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        # Cursors on the server would outlive the context that opened them.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {"application_name": "spindle", "connect_timeout": 5},
    }
}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
# Behind a pooler that hands out servers by transaction: leave no session state.
SPINDLE_TRANSACTION_POOLING = env.flag("SPINDLE_TRANSACTION_POOLING", default=False)
# A server process keeps what it learned of each schema it met, and never gives it back:
# 1.8 MiB with all of its tables, so that a hundred stay below 200 MiB.
SPINDLE_CONN_MAX_SCHEMAS = env.number("SPINDLE_CONN_MAX_SCHEMAS", 100)
TENANT_MODEL = "tenants.Enterprise"
TENANT_DOMAIN_MODEL = "tenants.Domain"
# django-tenants would ask the database while the apps are loading.
SKIP_PG_EXTRA_VALIDATION = True
# Whose the things of libraries are; what is ours says so where it is declared.
TENANCY_TABLE = "spindle.classification"
TENANCY_OWN = ("tenants", "apps.")

# --- requests. What stands above EnterpriseContext acts in the directory's name.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tenants.middleware.RequestId",
    "spindle.health.Health",
    "tenants.middleware.HostToFace",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "apps.portal.bodies.BodyLimit",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "tenants.middleware.EnterpriseContext",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# --- sign-in
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "apps.portal.account.AccountAdapter"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_NAME = "spindle_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "spindle_csrf"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# --- the API's tokens (RFC 6749 client credentials, RFC 9068 access tokens)
IDP_OIDC_ADAPTER = "apps.api.oauth.OAuthAdapter"
IDP_OIDC_ACCESS_TOKEN_FORMAT = "jwt"
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 600
IDP_OIDC_PRIVATE_KEY = env.signing_key("SPINDLE_TOKEN_KEY", VAR / "token-key.pem")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        # Widths of bars and positions on a Gantt are inline style attributes.
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF, "blob:"],
        "font-src": [SELF],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
    }
}

# --- languages and times
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese")), ("ru", _("Russian"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
# Named, not found through the apps: else the admin's word wins where both have one.
LOCALE_PATHS = [
    ROOT / "platform" / "spindle" / "locale",
    ROOT / "tenants" / "locale",
    *sorted(ROOT.glob("apps/*/locale")),
]
LANGUAGE_COOKIE_NAME = "spindle_language"

# --- files
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [VAR / "assets"]
# Outlines of countries, which maps are drawn from.
SPINDLE_ATLAS = VAR / "assets" / "vendor" / "atlas"
MEDIA_ROOT = VAR / "files"
MEDIA_URL = "/files/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640

# --- cache: in PostgreSQL, so that all processes throttle sign-ins by one count
CACHES = {
    "default": {
        "BACKEND": "tenants.registry.throttles.DirectoryCache",
        "LOCATION": "tenants_throttle",
        "KEY_FUNCTION": "tenants.isolation.caches.make_key",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}

# --- work in the background; what must not be lost is a row in PostgreSQL
REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# Longer than the ten minutes that a schedule may be worked on.
CELERY_TASK_TIME_LIMIT = 780
CELERY_TASK_SOFT_TIME_LIMIT = 720
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 2000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 8
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    "retry_on_timeout": True,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "sweep jobs": {
        "task": "tenants.sweep_jobs",
        "schedule": 2.0,
        "options": {"expires": 2.0},
    },
    "keep slots ready": {
        "task": "tenants.refill_slots",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    # What falls due is enqueued when its moment is known; this finds what was missed.
    "look after enterprises": {
        "task": "tenants.look_after_enterprises",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "drop what belongs to nothing": {
        "task": "tenants.drop_orphans",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "forget what is over": {
        "task": "tenants.forget_what_is_over",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "let the unused rest": {
        "task": "tenants.sweep_tiers",
        "schedule": 24 * 3600.0,
        "options": {"expires": 3600.0},
    },
}
JOBS_LEASE_SECONDS = 10
JOBS_MAX_ATTEMPTS = 5
JOBS_MAX_DEATHS = 3
# Named points at which a test kills the worker; empty everywhere else.
JOBS_FAILPOINT = ""

# Which database of which cell this process serves; the directory is kept in "main".
DATABASE_CODE = env.text("SPINDLE_DATABASE_CODE", "main")
HOME_DATABASE_CODE = "main"
# Other databases that an enterprise may be moved to, by code.
CELL_DATABASE_URLS = env.pairs("SPINDLE_CELL_DATABASES")
# Archives of whole enterprises; on storage that outlives the database's disk.
ARCHIVE_ROOT = Path(env.text("SPINDLE_ARCHIVE_ROOT", str(VAR / "archives")))

# To whom one writes who speaks for an enterprise that a register has brought here.
OPERATOR_EMAIL = env.text("SPINDLE_OPERATOR_EMAIL", "")
# Days without a member until an enterprise rests, and then until it is archived.
DORMANT_AFTER_DAYS = env.number("SPINDLE_DORMANT_AFTER_DAYS", 90)
ARCHIVED_AFTER_DAYS = env.number("SPINDLE_ARCHIVED_AFTER_DAYS", 180)
# Days in which the wish to close an enterprise can be taken back.
CLOSING_GRACE_DAYS = env.number("SPINDLE_CLOSING_GRACE_DAYS", 30)
# Days in which an export can be downloaded.
EXPORT_LASTS_DAYS = env.number("SPINDLE_EXPORT_LASTS_DAYS", 7)

SLOTS_LOW_WATER = env.number("SPINDLE_SLOTS_LOW_WATER", 10)
SLOTS_HIGH_WATER = env.number("SPINDLE_SLOTS_HIGH_WATER", 20)
# A run makes no more schemas than this, so that refilling never crowds out requests.
SLOTS_PER_RUN = env.number("SPINDLE_SLOTS_PER_RUN", 5)

# Test settings switch the lock and constraint off to show the race they prevent.
SPINDLE_UNSAFE_NO_BOOKING_LOCK = False
SPINDLE_UNSAFE_NO_FLEET_CLAIM = False
# Layers of isolation that a test leaves out; heeded by the suite's settings alone.
SPINDLE_UNSAFE_LAYERS_OFF: frozenset[str] = frozenset()
SPINDLE_UNSAFE_ALLOWED = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(levelname)s %(name)s %(message)s"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("SPINDLE_LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "celery.app.trace": {"level": "WARNING"},
        # One line a message says nothing that the job's row does not say better.
        "celery.worker.strategy": {"level": "WARNING"},
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.api.oauth.BearerToken"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "apps.api.schema.EndpointSchema",
    "EXCEPTION_HANDLER": "apps.api.errors.as_problem",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Spindle partner API",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_URLCONF": "spindle.urls_api",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "apps.api.schema.complete",
    ],
}
UNFOLD = {
    "SITE_TITLE": "Spindle",
    "SITE_HEADER": "Spindle",
    "SITE_SUBHEADER": _("Operator's console"),
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "apps.console.dashboard.figures",
    "STYLES": ["apps.console.navigation.style"],
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": "apps.console.navigation.mark",
        }
    ],
    "SIDEBAR": {
        "show_search": True,
        "navigation": "apps.console.navigation.groups",
    },
    # The accent of the portal, as a scale.
    "COLORS": {
        "primary": {
            "50": "#f0f7f7",
            "100": "#e2efee",
            "200": "#c6e0df",
            "300": "#a9cdcb",
            "400": "#63cbc8",
            "500": "#55b9b6",
            "600": "#0b6468",
            "700": "#084d50",
            "800": "#17474a",
            "900": "#17312f",
            "950": "#0d2220",
        },
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
