"""For the suite: the same services, cheaper passwords, kill points open."""

import os

os.environ.setdefault(
    "SPINDLE_SECRET_KEY", "for-the-test-suite-only-not-a-secret-at-all"
)

from spindle import env
from spindle.settings.base import *  # noqa: F403  (differences only)

DOMAIN = "testserver.local"
DOMAIN_HOST = DOMAIN
ALLOWED_HOSTS = ["*"]
CSRF_TRUSTED_ORIGINS = ["http://*.testserver.local", "http://testserver.local"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATICFILES_DIRS = []
# A run has a folder of its own, but the checkout's assets, where they were fetched.
SPINDLE_ATLAS = ROOT / "var" / "assets" / "vendor" / "atlas"
# Nothing is collected for tests: static files are found where they lie.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
JOBS_FAILPOINT = env.text("SPINDLE_FAILPOINT", "")
JOBS_LEASE_SECONDS = env.number("SPINDLE_LEASE_SECONDS", 2)
SLOTS_LOW_WATER = 1
SLOTS_HIGH_WATER = 4
JOBS_MAX_DEATHS = env.number("SPINDLE_MAX_DEATHS", 3)
SPINDLE_UNSAFE_ALLOWED = True
