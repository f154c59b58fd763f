"""`manage.py migrate_schemas`: pointed to the command that knows about enterprises."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Refuse, and say what to run."""

    help = (
        "Refused: `manage.py prepare` migrates the shared schema and every enterprise."
    )

    def add_arguments(self, parser: Any) -> None:
        """Take whatever the stock command takes."""
        parser.add_argument("anything", nargs="*")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse.

        :raises CommandError: always.
        """
        msg = (
            "Migrations must reach every enterprise's schema under the owner's role."
            " Run `manage.py prepare`."
        )
        raise CommandError(msg)
