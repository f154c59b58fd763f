"""On one's own machine, as `make up` runs it."""

import os

os.environ.setdefault("SPINDLE_SECRET_KEY", "on-this-machine-only-not-a-secret-at-all")

from spindle.settings.base import *  # noqa: F403  (differences only)

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
# Compressing every file takes half a minute, and the loopback gains nothing by it.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    },
}
