"""`manage.py demo`: fill Spindle with a world to look at."""

import json
import time
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.demo import services
from apps.demo.rules.worlds import DEFAULT_ENTERPRISES


class Command(BaseCommand):
    """Write demo enterprises, or say how to sign in to them."""

    help = "Fill Spindle with invented enterprises that own real makes of machines."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask how large a world is wanted, and which."""
        parser.add_argument(
            "--enterprises",
            type=int,
            default=DEFAULT_ENTERPRISES,
            help=f"how many enterprises there are to be (default {DEFAULT_ENTERPRISES})",
        )
        parser.add_argument(
            "--seed", type=int, default=1, help="the same seed makes the same world"
        )
        parser.add_argument(
            "--once", action="store_true", help="do nothing where the world is whole"
        )
        parser.add_argument(
            "--logins", action="store_true", help="print the demo logins as JSON"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed, with a line for every enterprise; or print the logins."""
        if options["logins"]:
            rows = [asdict(login) for login in services.logins()]
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
            return
        if options["enterprises"] < 1:
            raise CommandError("--enterprises must be 1 or more.")
        begun = time.perf_counter()
        seeded = services.seed(
            at=timezone.now(),
            enterprises=options["enterprises"],
            seed=options["seed"],
            once=options["once"],
            progress=self.stdout.write,
        )
        seconds = time.perf_counter() - begun
        if seeded.created or seeded.requests:
            self.stdout.write(
                f"{seeded.created} enterprises with {seeded.machines} machines and"
                f" {seeded.requests} requests written in {seconds:.1f} s"
            )
        else:
            self.stdout.write(f"The demo world is there ({seconds:.1f} s)")
