"""`manage.py migrate`: pointed to the command that knows about enterprises."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate


class Command(migrate.Command):
    """Refuse, and say what to run."""

    help = (
        "Refused: `manage.py prepare` migrates the shared schema and every enterprise,"
        " `manage.py fleet` the enterprises alone."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse.

        :raises CommandError: always.
        """
        msg = (
            "Migrations must reach every enterprise's schema under the owner's role."
            " Run `manage.py prepare`, or `manage.py fleet plan` and `manage.py fleet"
            " migrate` for the enterprises alone."
        )
        raise CommandError(msg)
