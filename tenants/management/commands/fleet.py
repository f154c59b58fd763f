"""`manage.py fleet plan | migrate | status | verify`: every enterprise's schema."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.kernel.errors import DomainError
from tenants.fleet import planning, replaying, selectors, verifying
from tenants.fleet.bar import ProgressBar, time_of
from tenants.fleet.types import FleetStatus, Pace


class Command(BaseCommand):
    """Plan, migrate, look at and check the fleet of schemas."""

    help = "Plan a release's migrations once, replay them in every enterprise's schema."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the four verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        verbs.add_parser("plan", help="run what is new in the template; write the plan")
        migrate = verbs.add_parser("migrate", help="replay plans in every schema")
        usual = Pace()
        migrate.add_argument(
            "--batch", type=int, default=usual.batch, help="schemas a transaction"
        )
        migrate.add_argument(
            "--canaries", type=int, default=usual.canaries, help="schemas that go first"
        )
        migrate.add_argument(
            "--no-canary",
            action="store_true",
            help="go on although a canary differs from the template",
        )
        for verb, text in (
            ("status", "say how far the fleet is"),
            ("verify", "compare every schema's catalogue with the template's"),
        ):
            verbs.add_parser(verb, help=text).add_argument(
                "--json", action="store_true", help="print one JSON object"
            )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the verb says.

        :raises CommandError: if a person has to look; the exit code is 1 then.
        """
        try:
            getattr(self, f"_{options['verb']}")(options)
        except DomainError as error:
            raise CommandError(str(error)) from error

    def _plan(self, _options: dict[str, Any]) -> None:
        plan = planning.plan_release(self.stdout.write)
        if plan is None:
            self.stdout.write("Nothing to plan.")
            return
        self._say_stages(selectors.fleet_status())

    def _migrate(self, options: dict[str, Any]) -> None:
        bar = ProgressBar(self.stdout)  # type: ignore[arg-type]  # writes and says isatty()
        pace = Pace(batch=max(options["batch"], 1), canaries=options["canaries"])
        try:
            run = replaying.migrate_fleet(
                pace=pace,
                watch=bar.watch,
                say=bar.say,
                with_canaries=not options["no_canary"],
            )
        finally:
            bar.close()
        if run.halted:
            raise CommandError(f"The fleet is halted. {run.halted}")
        if run.failed:
            schema, error = next(iter(run.failed.items()))
            msg = f"{len(run.failed)} schemas failed, the first {schema}: {error}"
            raise CommandError(msg)
        if not run.steps:
            self.stdout.write("Nothing to migrate.")
            return
        self.stdout.write(
            f"{run.steps} steps in {time_of(run.seconds)}; every schema is current."
        )

    def _status(self, options: dict[str, Any]) -> None:
        status = selectors.fleet_status()
        if options["json"]:
            facts = asdict(status) | {"percent": status.percent}
            self.stdout.write(json.dumps(facts, default=str))
        else:
            self._say_status(status)
        if status.has_trouble:
            msg = status.halted_reason or (
                f"{status.failed} schemas failed, {len(status.drifted)} have drifted."
            )
            raise CommandError(msg)

    def _say_status(self, status: FleetStatus) -> None:
        write = self.stdout.write
        write(
            f"Template {status.template[:8] or 'none'}: {status.current} of"
            f" {status.schemas} schemas current, {status.behind} behind,"
            f" {status.failed} failed, {len(status.drifted)} drifted."
        )
        if status.plan:
            left = time_of(status.seconds_left)
            write(
                f"Plan {status.plan} is {status.state}: {status.steps_done} of"
                f" {status.steps_total} steps ({status.percent} %),"
                f" {status.steps_per_second:.0f}/s, {left} left."
            )
            self._say_stages(status)
        for failure in status.failures:
            write(
                f"  {failure.schema} failed at {failure.label} after"
                f" {failure.attempts}: {failure.code}: {failure.error}"
            )

    def _say_stages(self, status: FleetStatus) -> None:
        for stage in status.stages:
            classes = sorted({str(found) for _sql, found in stage.statements})
            self.stdout.write(
                f"  {stage.number + 1}. {stage.label}: {stage.kind}"
                + (f" ({', '.join(classes)})" if classes else "")
                + f", {len(stage.statements)} statements,"
                f" {stage.done} done, {stage.failed} failed"
            )

    def _verify(self, options: dict[str, Any]) -> None:
        say = self.stdout.write if not options["json"] else lambda _text: None
        found = verifying.verify_fleet(at=timezone.now(), say=say)
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found)))
        else:
            self.stdout.write(
                f"{found.checked} schemas checked, {len(found.drifted)} drifted,"
                f" {found.behind} behind and not compared."
            )
        if found.drifted:
            names = ", ".join(drift.schema for drift in found.drifted[:5])
            raise CommandError(f"{len(found.drifted)} schemas have drifted: {names}")
