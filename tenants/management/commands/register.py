"""`manage.py register import FILE --source NAME`: a register into the directory."""

import argparse
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.errors import DomainError
from tenants.registers import services
from tenants.registers.types import Progress
from tenants.types import SYSTEM


class Command(BaseCommand):
    """Read enterprises from a file."""

    help = (
        "Read a register of enterprises from CSV or JSON lines, also packed by gzip."
        " Can be repeated: what has not changed stays as it is."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the file and the register's name."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        reading = verbs.add_parser("import", help="read a file")
        reading.add_argument("file", type=Path)
        reading.add_argument("--source", required=True, help="the register's name")
        reading.add_argument(
            "--errors", type=Path, help="where to list the rows that did not go in"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the file, showing how far it has come.

        :raises CommandError: if the file cannot be read as a register.
        """
        errors: Path = options["errors"] or Path(f"{options['file']}.errors.csv")
        try:
            done = services.import_file(
                path=options["file"],
                source=options["source"],
                by=SYSTEM,
                at=timezone.now(),
                tell=self._show,
                errors=errors,
            )
        except (DomainError, OSError) as error:
            raise CommandError(str(error)) from error
        self._clear()
        self.stdout.write(
            f"{done.row_count} rows: {done.created_count} new, {done.updated_count}"
            f" changed, {done.unchanged_count} unchanged, {done.refused_count} refused"
        )
        if done.refused_count:
            self.stdout.write(f"what did not go in: {errors}")

    def _show(self, progress: Progress) -> None:
        line = (
            f"{progress.percent:3d} %  {progress.rows} rows,"
            f" {progress.rows_a_second:.0f} a second, {progress.seconds_left:.0f} s left"
        )
        if sys.stderr.isatty():
            self.stderr.write(f"\r\x1b[K{line}", ending="")
        else:
            self.stderr.write(line)

    def _clear(self) -> None:
        if sys.stderr.isatty():
            self.stderr.write("\r\x1b[K", ending="")
