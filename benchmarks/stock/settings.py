"""Spindle's own settings with django-tenants' stock backend and models."""

from spindle import env
from spindle.settings.base import *  # noqa: F403, TID251  (differences only)
from spindle.settings.base import SHARED_APPS, TENANT_APPS  # noqa: TID251

# Its own commands must be found before those that Spindle refuses.
SHARED_APPS = [
    "django_tenants",
    "benchmarks.stock",
    *[app for app in SHARED_APPS if app != "django_tenants"],
]
INSTALLED_APPS = [*SHARED_APPS, *TENANT_APPS]
TENANT_MODEL = "stock.Shop"
TENANT_DOMAIN_MODEL = "stock.ShopDomain"
PG_EXTRA_SEARCH_PATHS = ["ext"]
DATABASES = {
    "default": {
        "ENGINE": "django_tenants.postgresql_backend",
        **env.database("DATABASE_URL"),
    }
}
