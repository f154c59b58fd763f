"""Spindle's settings with the same middleware as plain Django, and its own two."""

from spindle.settings.dev import *  # noqa: F403, TID251  (differences only)
from spindle.settings.dev import INSTALLED_APPS, URLCONFS  # noqa: TID251

BENCH_KIND = "ours"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.tenancy.things"]
MIDDLEWARE = [
    "tenants.middleware.HostToFace",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenants.middleware.EnterpriseContext",
    # allauth wants to see this at the start; requests.py takes it out again.
    "allauth.account.middleware.AccountMiddleware",
]
URLCONFS = {**URLCONFS, "enterprise": "benchmarks.tenancy.things.urls"}
