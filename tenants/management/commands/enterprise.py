"""`manage.py enterprise …`: one enterprise's tier, from its registration to its erasure."""

import argparse
import json
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.errors import DomainError
from tenants import context
from tenants.archive.rules import BadArchive
from tenants.lifecycle import certificates, services
from tenants.models import Enterprise
from tenants.types import SYSTEM

BY_SLUG = {
    "show": "say its tier, and since when",
    "rest": "let an activated one rest",
    "wake": "wake a dormant one up",
    "archive": "put a dormant one into an archive",
    "revive": "bring an archived one back",
    "close": "erase it everywhere, now and for good",
}


class Command(BaseCommand):
    """Change the tier of one enterprise."""

    help = "Show an enterprise, change its tier, erase it, or prove that it was erased."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the verb and the enterprise."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        for verb, meaning in BY_SLUG.items():
            of_slug = verbs.add_parser(verb, help=meaning)
            of_slug.add_argument("slug")
            if verb == "close":
                of_slug.add_argument(
                    "--name", required=True, help="its name, to show that it is meant"
                )
        proof = verbs.add_parser("certificate", help="show the proof of an erasure")
        proof.add_argument("id", type=UUID)
        proof.add_argument("--verify", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it.

        :raises CommandError: if it is refused.
        """
        try:
            if options["verb"] == "certificate":
                self._certificate(options["id"], is_verified=options["verify"])
            else:
                self._change(options)
        except (DomainError, BadArchive) as error:
            raise CommandError(str(error)) from error

    def _change(self, options: dict[str, Any]) -> None:
        with context.directory():
            row = Enterprise.objects.filter(slug=options["slug"]).first()
        if row is None:
            msg = f"There is no enterprise at the address “{options['slug']}”."
            raise CommandError(msg)
        facts: dict[str, Any] = {"enterprise_id": row.pk, "at": timezone.now()}
        match options["verb"]:
            case "rest":
                services.let_rest(by=SYSTEM, **facts)
            case "wake":
                services.wake(by=SYSTEM, **facts)
            case "archive":
                services.archive_enterprise(by=SYSTEM, **facts)
            case "revive":
                services.revive_enterprise(by=SYSTEM, **facts)
            case "close":
                if options["name"] != row.name:
                    msg = f"Its name is “{row.name}”. Give it with --name."
                    raise CommandError(msg)
                closure = services.close_enterprise(by=SYSTEM, **facts)
                self.stdout.write(f"erased; certificate of {closure.enterprise_id}")
        with context.directory():
            self._say(Enterprise.objects.get(pk=row.pk))

    def _say(self, row: Enterprise) -> None:
        since = f" since {row.tier_since:%Y-%m-%d %H:%M}" if row.tier_since else ""
        place = (
            f", schema {row.schema_name} in {row.database_id}"
            if row.schema_name
            else ""
        )
        self.stdout.write(f"{row.slug}: {row.tier}{since}{place}")

    def _certificate(self, enterprise_id: UUID, *, is_verified: bool) -> None:
        found = services.certificate_of(enterprise_id)
        self.stdout.write(json.dumps(found.document, indent=2, sort_keys=True))
        self.stdout.write(f"signature: {found.signature or 'files are being removed'}")
        if not is_verified:
            return
        if not certificates.is_genuine(found):
            msg = "The signature is not of this document and this platform."
            raise CommandError(msg)
        self.stdout.write("The signature is genuine.")
