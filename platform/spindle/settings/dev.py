"""On one's own machine, as `make up` runs it."""

import os

os.environ.setdefault("SPINDLE_SECRET_KEY", "on-this-machine-only-not-a-secret-at-all")

from spindle.settings.base import *  # noqa: F403  (differences only)

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
