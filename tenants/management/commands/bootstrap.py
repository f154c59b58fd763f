"""`manage.py bootstrap`: roles, schemas and extensions, with an administrative login."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from spindle import env
from tenants.provisioning.bootstrap import bootstrap


class Command(BaseCommand):
    """Make what must stand before the first migration."""

    help = (
        "Make database roles, the extensions' schema and the runtime login. Reads the"
        " administrative login from DATABASE_ADMIN_URL, else from DATABASE_URL."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the runtime login's URL as one JSON line."""
        admin_url = env.text("DATABASE_ADMIN_URL", env.text("DATABASE_URL", ""))
        url = bootstrap(admin_url, settings.SECRET_KEY)
        self.stdout.write(json.dumps({"DATABASE_URL": url}))
