"""Writes the API's OpenAPI document where it is checked in."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.api.contract import document


class Command(BaseCommand):
    """`manage.py contract` writes docs/api/openapi.json; `--check` compares."""

    help = "Write docs/api/openapi.json, or check that it is what is served."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--check`."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the document, or compare it with the one that is there.

        :raises CommandError: if `--check` finds that they differ.
        """
        path = Path(settings.ROOT) / "docs" / "api" / "openapi.json"
        current = document()
        if not options["check"]:
            path.write_text(current, encoding="utf-8")
            self.stdout.write(f"Wrote {path.relative_to(settings.ROOT)}.")
        elif not path.exists() or path.read_text(encoding="utf-8") != current:
            raise CommandError(
                "docs/api/openapi.json is not what is served."
                " Run `manage.py contract` and review the difference."
            )
