"""`manage.py prepare`: migrations, template, slots and catalogue, in that order."""

import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from tenants import context
from tenants.provisioning import migrating, services
from tenants.registry import preparation


class Command(BaseCommand):
    """Bring the database to what this version of Spindle needs; repeat at will."""

    help = "Migrate the shared schema and every enterprise, make slots, load catalogue."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do each step and say how long it took."""
        self._step("shared schema migrated", migrating.migrate_shared)
        self._step("template migrated", migrating.migrate_template)
        self._step("template rendered", services.render_template)
        self._step("old slots dropped", services.drop_free_slots_of_old_templates)
        migrated = migrating.migrate_enterprises(self.stdout.write)
        if migrated:
            self.stdout.write(f"{migrated} enterprises migrated")
        for name, load in preparation.steps():
            with context.owner(), transaction.atomic():
                self._step(name, load)
        self._step("slots made", services.refill_slots)

    def _step(self, name: str, run: Any) -> None:
        begun = time.perf_counter()
        run()
        self.stdout.write(f"{name} ({time.perf_counter() - begun:.1f} s)")
