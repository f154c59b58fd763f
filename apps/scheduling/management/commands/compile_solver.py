"""`manage.py compile_solver`: compile what solves schedules, before anyone waits for it."""

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand

from apps.scheduling.rules.solver import warm_up


class Command(BaseCommand):
    """Fill the cache of compiled kernels; a second run finds it full."""

    help = "Compile the solver of schedules into Numba's cache (NUMBA_CACHE_DIR)."
    # It needs no database, and is run where there is none.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Compile, and say how long it took."""
        begun = monotonic()
        warm_up()
        self.stdout.write(f"The solver is compiled ({monotonic() - begun:.1f} s).")
