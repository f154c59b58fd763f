"""`manage.py archive`: enterprises as files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.kernel.errors import DomainError
from tenants import context
from tenants.archive import reading, restoring, storing, writing
from tenants.models import Archive, Enterprise
from tenants.types import Actor, ArchivePurpose

BY = Actor(label="manage.py archive")


class Command(BaseCommand):
    """Export, verify, import and list archives."""

    help = "Write an enterprise to a file, check such a file, make an enterprise of it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Give each thing that can be done a word of its own."""
        words = parser.add_subparsers(dest="word", required=True)
        export = words.add_parser("export", help="write an enterprise to a file")
        export.add_argument("slug")
        export.add_argument(
            "--purpose",
            choices=[ArchivePurpose.EXPORT, ArchivePurpose.BACKUP],
            default=ArchivePurpose.BACKUP,
        )
        verify = words.add_parser("verify", help="read a file to the last byte")
        verify.add_argument("file", type=Path)
        bring = words.add_parser("import", help="make an enterprise of a file")
        bring.add_argument("file", type=Path)
        way = bring.add_mutually_exclusive_group(required=True)
        way.add_argument("--slug", default="", help="the address of a fresh enterprise")
        way.add_argument(
            "--same", action="store_true", help="give an enterprise its rows back"
        )
        bring.add_argument("--name", default="", help="the fresh enterprise's name")
        bring.add_argument(
            "--publish",
            action="store_true",
            help="put what the original showed on the market, as the copy's",
        )
        words.add_parser("list", help="archives, the latest first").add_argument(
            "slug", nargs="?", default=""
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked.

        :raises CommandError: if a rule refuses it, or the disk.
        """
        try:
            getattr(self, f"_{options['word']}")(options)
        except (DomainError, OSError) as error:
            raise CommandError(str(error)) from error

    def _export(self, options: dict[str, Any]) -> None:
        with context.directory():
            row = Enterprise.objects.filter(slug=options["slug"]).first()
        if row is None:
            raise CommandError(f"There is no enterprise {options['slug']}.")
        made = writing.write_archive(
            enterprise=row,
            purpose=ArchivePurpose(options["purpose"]),
            by=BY,
            at=timezone.now(),
        )
        self.stdout.write(
            f"{storing.path_of(made.path)}: {made.row_count} rows, {made.file_count}"
            f" files, {made.size} bytes, SHA-256 {made.sha256}"
        )

    def _verify(self, options: dict[str, Any]) -> None:
        manifest = reading.verify_archive(options["file"])
        seal = "sealed here" if manifest.is_ours else "not sealed here"
        self.stdout.write(
            f"{manifest.enterprise.get('name', '')}, made at {manifest.made_at}:"
            f" {len(manifest.tables)} tables with {manifest.rows} rows,"
            f" {len(manifest.files)} files, {seal}. Whole."
        )

    def _import(self, options: dict[str, Any]) -> None:
        at = timezone.now()
        if options["same"]:
            manifest = reading.read_manifest(options["file"])
            made = restoring.restore_same(
                enterprise_id=manifest.enterprise_id,
                path=options["file"],
                by=BY,
                at=at,
            )
        else:
            made = restoring.import_as_new(
                path=options["file"],
                slug=options["slug"],
                name=options["name"],
                is_published=options["publish"],
                by=BY,
                at=at,
            )
        self.stdout.write(
            f"{made.enterprise.slug}: {made.rows} rows and {made.files} files;"
            " every table's checksum is the archive's."
        )
        for table, count in sorted(made.not_carried.items()):
            self.stdout.write(f"not carried: {count} rows of {table}")

    def _list(self, options: dict[str, Any]) -> None:
        with context.directory():
            rows = Archive.objects.select_related("enterprise").order_by("-id")
            if options["slug"]:
                rows = rows.filter(enterprise__slug=options["slug"])
            for row in rows[:50]:
                self.stdout.write(
                    f"{row.created_at:%Y-%m-%d %H:%M} {row.enterprise.slug:<24}"
                    f" {row.purpose:<8} {row.state:<7} {row.row_count:>9} rows"
                    f" {row.size:>12} bytes  {row.path}  {row.error[:100]}"
                )
