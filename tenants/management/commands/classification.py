"""`manage.py classification`: everything there is, with its class."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.isolation import disclosure, registry


class Command(BaseCommand):
    """List all classified things; write or check the table of what leaves the system."""

    help = (
        "List everything with its class; --write writes docs/tenancy/disclosure.json."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--write` and `--check`."""
        parser.add_argument("--write", action="store_true")
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked.

        :raises CommandError: if anything is unclassified, or the table is out of date.
        """
        found = registry.collect()
        lacking = registry.unclassified(found)
        if lacking:
            raise CommandError("\n".join(lacking))
        table = disclosure.path()
        if options["write"]:
            table.parent.mkdir(parents=True, exist_ok=True)
            table.write_text(disclosure.document(found), encoding="utf-8")
            self.stdout.write(f"Wrote {table.name}.")
        elif options["check"]:
            if table.read_text(encoding="utf-8") != disclosure.document(found):
                raise CommandError(
                    f"{table.name} is not what the code says. Run `make disclosure`"
                    " and review the difference."
                )
        else:
            self.stdout.write("\n".join(str(one) for one in found))
