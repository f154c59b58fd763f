"""Registers a partner system, and prints what it needs to ask for tokens."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.kernel.errors import DomainError
from tenants import context
from tenants.registry.clients import SCOPES, create_client
from tenants.registry.selectors import enterprise_by_slug
from tenants.types import Actor


class Command(BaseCommand):
    """`manage.py api_client SLUG` prints a new client with its secret as JSON."""

    help = "Register an OAuth 2 client for an enterprise; its secret is shown once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for whom, and for what."""
        parser.add_argument("enterprise", help="the enterprise's slug")
        parser.add_argument("--name", default="Command line", help="what it is called")
        parser.add_argument(
            "--scope",
            action="append",
            choices=sorted(SCOPES),
            help="may be given several times; all scopes by default",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the client.

        :raises CommandError: if there is no such enterprise, or no such name.
        """
        with context.directory():
            ref = enterprise_by_slug(options["enterprise"])
            if ref is None:
                raise CommandError(f"There is no enterprise {options['enterprise']}.")
            try:
                made, secret = create_client(
                    enterprise=ref,
                    name=options["name"],
                    scopes=options["scope"] or SCOPES,
                    by=Actor(label="manage.py api_client"),
                )
            except DomainError as error:
                raise CommandError(str(error)) from error
        self.stdout.write(
            json.dumps(
                {
                    "token_host": f"api.{settings.DOMAIN}",
                    "client_id": made.client_id,
                    "client_secret": secret,
                    "scopes": made.scopes,
                }
            )
        )
