"""`manage.py cells`: where enterprises live, and moves between databases."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.kernel.errors import DomainError
from tenants import context
from tenants.cells import selectors, services, steps
from tenants.models import Enterprise, Move
from tenants.types import Actor, DatabaseState

BY = Actor(label="manage.py cells")
SLOTS = 2000


class Command(BaseCommand):
    """Show and change where enterprises live."""

    help = "List and add cells and databases, print the proxy's map, move enterprises."

    def add_arguments(self, parser: CommandParser) -> None:
        """Give each thing that can be done a word of its own."""
        words = parser.add_subparsers(dest="word", required=True)
        words.add_parser("list", help="databases, and how full they are")
        add = words.add_parser("add", help="let the directory know of a database")
        add.add_argument("code")
        add.add_argument("--cell", required=True)
        add.add_argument("--name", default="", help="the cell's name")
        add.add_argument(
            "--address", default="", help="where the proxy sends its hosts"
        )
        add.add_argument("--limit", type=int, default=SLOTS, help="most enterprises")
        state = words.add_parser(
            "state", help="open a database to newcomers, or close it"
        )
        state.add_argument("code")
        state.add_argument("state", choices=DatabaseState.values)
        words.add_parser("routes", help="one line a host, for a proxy's map")
        move = words.add_parser(
            "move", help="move an enterprise, or go on with its move"
        )
        move.add_argument("slug")
        move.add_argument("--to", required=True, metavar="CODE")
        abandon = words.add_parser("abandon", help="give up a move before its flip")
        abandon.add_argument("slug")
        status = words.add_parser("status", help="where an enterprise is; recent moves")
        status.add_argument("slug", nargs="?", default="")
        words.add_parser("serve", help="do what a mover at home asks, line by line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked.

        :raises CommandError: if a rule refuses it.
        """
        try:
            getattr(self, f"_{options['word']}")(options)
        except DomainError as error:
            raise CommandError(str(error)) from error

    def _list(self, options: dict[str, Any]) -> None:
        for one in selectors.databases():
            here = "  (this process)" if one.is_here else ""
            known = "" if one.is_reachable else "  (address not known here)"
            self.stdout.write(
                f"{one.cell:<12} {one.code:<12} {one.state:<7}"
                f" {one.enterprises:>6} of {one.slot_limit:<6}"
                f" {one.address}{here}{known}"
            )

    def _add(self, options: dict[str, Any]) -> None:
        row = services.add_database(
            code=options["code"],
            cell=options["cell"],
            cell_name=options["name"],
            address=options["address"],
            slot_limit=options["limit"],
        )
        self.stdout.write(f"{row.code} in {row.cell_id} holds up to {row.slot_limit}.")

    def _state(self, options: dict[str, Any]) -> None:
        row = services.set_database_state(
            code=options["code"], state=DatabaseState(options["state"])
        )
        self.stdout.write(f"{row.code} is {row.state}.")

    def _routes(self, options: dict[str, Any]) -> None:
        for route in selectors.routes():
            self.stdout.write(f"{route.host} {route.address or '-'};")

    def _move(self, options: dict[str, Any]) -> None:
        move = services.move_enterprise(
            enterprise_id=self._enterprise(options["slug"]).id,
            target=options["to"],
            by=BY,
            at=timezone.now(),
        )
        self.stdout.write(
            f"{options['slug']} lives in {move.target_id};"
            f" writes stopped for {move.stopped_seconds:.2f} s."
        )

    def _abandon(self, options: dict[str, Any]) -> None:
        move = services.abandon_move(
            enterprise_id=self._enterprise(options["slug"]).id, at=timezone.now()
        )
        self.stdout.write(f"{options['slug']} stays in {move.source_id}.")

    def _status(self, options: dict[str, Any]) -> None:
        if options["slug"]:
            self._whereabouts(self._enterprise(options["slug"]))
            return
        with context.directory():
            rows = Move.objects.select_related("enterprise").order_by("-id")[:20]
            for row in rows:
                stopped = (
                    f"{row.stopped_seconds:.2f} s"
                    if row.stopped_seconds is not None
                    else "-"
                )
                self.stdout.write(
                    f"{row.created_at:%Y-%m-%d %H:%M} {row.enterprise.slug:<24}"
                    f" {row.source_id} to {row.target_id}  {row.state:<8}"
                    f" {stopped}  {row.error[:100]}"
                )

    def _whereabouts(self, enterprise: Enterprise) -> None:
        found = selectors.where_is(enterprise)
        for word, value in (
            ("tier", found.tier),
            ("state", found.state),
            ("cell", found.cell),
            ("database", found.database),
            ("slot", found.slot),
            ("role", found.role),
            ("template", f"{found.template[:12]} stage {found.stage}"),
            ("move", found.move or "-"),
        ):
            self.stdout.write(f"{word:<10} {value}")

    def _serve(self, options: dict[str, Any]) -> None:
        def say(line: str) -> None:
            self.stdout.write(line)
            self.stdout.flush()

        steps.serve(sys.stdin, say)

    def _enterprise(self, slug: str) -> Enterprise:
        with context.directory():
            found = Enterprise.objects.filter(slug=slug).first()
        if found is None:
            raise CommandError(f"There is no enterprise {slug}.")
        return found
