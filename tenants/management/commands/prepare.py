"""`manage.py prepare`: migrations, template, slots and catalogue, in that order."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.kernel.errors import DomainError
from tenants import context
from tenants.fleet import planning, replaying
from tenants.fleet.bar import ProgressBar
from tenants.provisioning import migrating, services
from tenants.registry import preparation


class Command(BaseCommand):
    """Bring the database to what this version of Spindle needs; repeat at will."""

    help = "Migrate the shared schema and every enterprise, make slots, load catalogue."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do each step and say how long it took.

        :raises CommandError: if the fleet is halted. Single schemas that failed are
            told and left: the others must not wait for them.
        """
        self._step("shared schema migrated", migrating.migrate_shared)
        try:
            self._step("release planned", self._plan)
            self._step("fleet migrated", self._migrate)
        except DomainError as error:
            raise CommandError(str(error)) from error
        for name, load in preparation.steps():
            with context.owner(), transaction.atomic():
                self._step(name, load)
        self._step("slots made", self._fill)

    def _plan(self) -> None:
        planning.plan_release(self.stdout.write)

    def _migrate(self) -> None:
        bar = ProgressBar(self.stdout)  # type: ignore[arg-type]  # writes and says isatty()
        try:
            run = replaying.migrate_fleet(watch=bar.watch, say=bar.say)
        finally:
            bar.close()
        if run.halted and not run.failed:
            raise CommandError(f"The fleet is halted. {run.halted}")
        if run.failed:
            self.stderr.write(
                f"{len(run.failed)} schemas failed. Look at `manage.py fleet status`."
            )

    def _fill(self) -> None:
        services.refill_slots(most=settings.SLOTS_HIGH_WATER)

    def _step(self, name: str, run: Any) -> None:
        begun = time.perf_counter()
        run()
        self.stdout.write(f"{name} ({time.perf_counter() - begun:.1f} s)")
