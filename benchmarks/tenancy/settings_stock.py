"""django-tenants as it comes, with the same middleware."""

from benchmarks.stock.settings import *  # noqa: F403  (differences only)
from benchmarks.stock.settings import DATABASES, INSTALLED_APPS

BENCH_KIND = "stock"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.tenancy.things"]
MIDDLEWARE = [
    "django_tenants.middleware.main.TenantMainMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "benchmarks.tenancy.things.urls"
PUBLIC_SCHEMA_URLCONF = ROOT_URLCONF
DATABASES = {
    "default": {
        **DATABASES["default"],
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
