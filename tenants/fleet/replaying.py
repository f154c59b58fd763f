"""Brings every schema to the current template: canaries first, then wave by wave."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.kernel.errors import DomainError
from tenants import context
from tenants.fleet import applying, canaries, data_jobs, ledger, rules, verifying
from tenants.fleet.applying import Step
from tenants.fleet.canaries import FleetHalted
from tenants.fleet.locking import only_runner
from tenants.fleet.types import (
    Advance,
    Pace,
    Run,
    Say,
    StageKind,
    Watcher,
    unheard,
    unwatched,
)
from tenants.models import FleetPlan, Slot
from tenants.provisioning import migrating, selectors, services
from tenants.types import PlanState, SlotState

log = logging.getLogger(__name__)

NO_PLAN = "no plan leads there"


class NoTemplate(DomainError):
    """Raised where nothing has been rendered that a schema could be brought to."""

    code = "no_template"


def error_of(error: Exception) -> tuple[str, str]:
    """Return SQLSTATE, or the error's name, and its message on one line."""
    cause = error.__cause__
    code = str(getattr(cause, "pgcode", None) or getattr(error, "code", "") or "")
    text = " ".join(str(error).split())
    return code or type(error).__name__, text


# --- one schema


def bring_up_to_date(schema: str) -> None:
    """Bring one schema to the current template, within the caller's transaction.

    For a schema that nobody uses meanwhile: revived, moved or restored. Its slot's row
    says what it was made from. Where no plan leads from there, Django's own executor
    goes the way.

    :raises NoTemplate: if there is no template yet.
    """
    with context.owner(), transaction.atomic():
        current = selectors.current_template()
        if current is None:
            raise NoTemplate(
                _("No template has been rendered."), remedy="Run `manage.py prepare`."
            )
        slot = Slot.objects.select_for_update().get(pk=schema)
        is_used = slot.state == SlotState.CLAIMED
        way = plans_between(slot.template_digest, current.digest)
        if way is None:
            fall_back(schema)
            return
        for plan in way:
            at = slot.stage if slot.plan_id == plan.pk else 0
            for step in applying.steps_of(plan)[at:]:
                applying.apply_here(step, schema, is_used=is_used)


def plans_between(source: str, target: str) -> list[FleetPlan] | None:
    """Return the plans that lead from one template to another; None without a way."""
    with context.owner():
        plans = FleetPlan.objects.exclude(state=PlanState.DRAFT).order_by("-created_at")
        leading: dict[str, list[FleetPlan]] = {}
        for plan in plans:
            leading.setdefault(plan.target_digest, []).append(plan)
    # Backwards, breadth first: the shortest way, and of two equal ones the later.
    ways: dict[str, list[FleetPlan]] = {target: []}
    edge = [target]
    while edge and source not in ways:
        reached = []
        for digest in edge:
            for plan in leading.get(digest, ()):
                if plan.source_digest not in ways:
                    ways[plan.source_digest] = [plan, *ways[digest]]
                    reached.append(plan.source_digest)
        edge = reached
    return ways.get(source)


def fall_back(schema: str) -> None:
    """Bring a schema that no plan leads from to today's migrations by Django's way.

    :raises FleetHalted: if what comes out is not what the template says.
    """
    log.warning("%s: %s; Django's executor migrates it alone.", schema, NO_PLAN)
    migrating.migrate_schema(schema)
    with context.owner(), transaction.atomic():
        services.grant_schema(schema)
        found = verifying.differences(schema)
        if found:
            raise FleetHalted(
                _("%(schema)s differs from the template: %(what)s.")
                % {"schema": schema, "what": "; ".join(map(str, found[:5]))},
                field="schema",
                value=schema,
            )
        current = selectors.current_template()
        Slot.objects.filter(pk=schema).update(
            template_digest=current.digest if current else "",
            plan=None,
            stage=0,
            updated_at=timezone.now(),
        )


# --- all schemas


def is_fleet_current() -> bool:
    """Say whether every schema is at the current template, in one indexed query."""
    with context.owner(), connection.cursor() as cursor:
        # Two ranges instead of one inequality: each ends at its first row.
        cursor.execute(
            "SELECT EXISTS (SELECT FROM tenants_slot s WHERE s.template_digest < t.d)"
            " OR EXISTS (SELECT FROM tenants_slot s WHERE s.template_digest > t.d)"
            " OR EXISTS (SELECT FROM tenants_fleetplan WHERE state IN"
            " ('ready', 'running', 'halted'))"
            " FROM (SELECT digest AS d FROM tenants_template WHERE is_current) t"
        )
        row = cursor.fetchone()
    return row is None or not row[0]


def migrate_fleet(
    *,
    pace: Pace | None = None,
    watch: Watcher = unwatched,
    say: Say = unheard,
    with_canaries: bool = True,
) -> Run:
    """Bring every schema to the current template; return what was done and what failed.

    Can be killed at any moment and called again. A schema that fails stays whole at the
    stage that it had reached, and the others go on.

    :raises AnotherRunner: if somebody else is at it.
    """
    if is_fleet_current():
        return Run()
    with only_runner(), context.owner():
        return Runner(pace or Pace(), watch, say, with_canaries).run()


@dataclass(slots=True)
class Runner:
    """One call of `migrate_fleet`, which holds the lock around it."""

    pace: Pace
    watch: Watcher = unwatched
    say: Say = unheard
    with_canaries: bool = True
    result: Run = field(default_factory=Run)
    begun: float = field(default_factory=time.monotonic)
    total: int = 0

    def run(self) -> Run:
        """Go through all plans, as far as nothing halts them."""
        current = selectors.current_template()
        target = current.digest if current else ""
        plans, lost = self._ways_to(target)
        for plan in plans:
            ledger.start_plan(plan)
        self.total = sum(self._work_in(plan) for plan in plans) + len(lost)
        for plan in plans:
            try:
                self._run_plan(plan)
            except FleetHalted as error:
                self._halt(plan, str(error))
                break
            self._finish(plan)
        else:
            self._migrate_lost(lost)
        self.result.seconds = time.monotonic() - self.begun
        return self.result

    def _ways_to(self, target: str) -> tuple[list[FleetPlan], list[Slot]]:
        """Return the plans to go through, in order, and the slots that none leads from."""
        behind = Slot.objects.exclude(template_digest=target)
        ways = [
            plans_between(digest, target)
            for digest in behind.values_list("template_digest", flat=True).distinct()
        ]
        # A longer way holds the shorter ones as its ends, so that it comes first.
        plans: dict[object, FleetPlan] = {}
        for way in sorted((way for way in ways if way), key=len, reverse=True):
            plans.update({plan.pk: plan for plan in way if plan.pk not in plans})
        unfinished = FleetPlan.objects.filter(
            state__in=[PlanState.READY, PlanState.RUNNING, PlanState.HALTED]
        )
        for plan in unfinished.order_by("created_at"):
            plans.setdefault(plan.pk, plan)
        ordered = sorted(plans.values(), key=lambda plan: plan.created_at)
        known = [plan.source_digest for plan in ordered]
        return ordered, list(behind.exclude(template_digest__in=known))

    def _work_in(self, plan: FleetPlan) -> int:
        stages = len(plan.stages)
        slots = Slot.objects.filter(template_digest=plan.source_digest)
        return sum(stages - stage for stage in slots.values_list("stage", flat=True))

    # --- one plan

    def _run_plan(self, plan: FleetPlan) -> None:
        steps = applying.steps_of(plan)
        self.say(f"{plan.source_digest[:8]} to {plan.target_digest[:8]}:")
        if self.with_canaries:
            canaries.refuse_drift(plan, self.pace)
            for group in canaries.chosen(plan, self.pace):
                for step in steps:
                    self._run_step(step, only=group)
                canaries.refuse_failure(group, self.result.failed)
                canaries.refuse_drift(plan, self.pace)
        for step in steps:
            self._run_step(step)

    def _finish(self, plan: FleetPlan) -> None:
        reason = ledger.finish_plan(plan)
        self.result.halted = self.result.halted or reason

    def _halt(self, plan: FleetPlan, reason: str) -> None:
        self.result.halted = self.result.halted or reason
        if not connection.is_usable():
            # The next statement opens a session anew, if the server is there.
            connection.close()
        ledger.halt_plan(plan, reason)

    def _migrate_lost(self, lost: Sequence[Slot]) -> None:
        for slot in lost:
            try:
                fall_back(slot.schema_name)
            except (DatabaseError, DomainError) as error:
                self.result.failed[slot.schema_name] = ": ".join(error_of(error))
            else:
                self.result.fallen_back.append(slot.schema_name)
                self.say(f"{slot.schema_name}: {NO_PLAN}; migrated alone")
            self._advance(NO_PLAN, 1)

    # --- one stage

    def _run_step(self, step: Step, only: list[str] | None = None) -> None:
        if step.stage.kind is StageKind.DATA:
            self._advance(step.label, applying.skip_unused(step))
            names = ledger.schemas_at(step, only=only)
            done = data_jobs.run_for(step, names)
            self._advance(step.label, len(done.finished))
            self._note(step, done.failed)
            return
        names = ledger.schemas_at(step, only=only)
        waiting = self._waves(step, names)
        for again in range(1, self.pace.tries):
            if not waiting:
                break
            time.sleep(self.pace.pause_seconds * 2 ** (again - 1))
            waiting = self._one_by_one(step, list(waiting))
        self._note(step, waiting)

    def _waves(self, step: Step, names: list[str]) -> dict[str, tuple[str, str]]:
        """Go through the schemas batch by batch; return those whose lock was held."""
        waiting: dict[str, tuple[str, str]] = {}
        size = self.pace.scan_batch if step.stage.is_scan else self.pace.batch
        if step.stage.kind is StageKind.CONCURRENT:
            size = 1
        for batch in verifying.chunks(names, size):
            if self._is_done(step, batch) is not None:
                waiting |= self._one_by_one(step, batch)
            if step.stage.kind is StageKind.CONCURRENT:
                time.sleep(self.pace.concurrent_pause_seconds)
        return waiting

    def _one_by_one(
        self, step: Step, names: Sequence[str]
    ) -> dict[str, tuple[str, str]]:
        waiting: dict[str, tuple[str, str]] = {}
        failed: dict[str, tuple[str, str]] = {}
        for name in names:
            error = self._is_done(step, [name])
            if error is None:
                continue
            is_lock = rules.may_be_tried_again(error[0])
            (waiting if is_lock else failed)[name] = error
        self._note(step, failed)
        return waiting

    def _is_done(self, step: Step, names: list[str]) -> tuple[str, str] | None:
        """Do a stage for some schemas; return the error if it was not done.

        :raises FleetHalted: for an error that every further schema would meet.
        """
        try:
            done = applying.apply_step(step, names, self.pace)
        except (DatabaseError, InterfaceError, DomainError) as error:
            code, text = error_of(error)
            if isinstance(error, InterfaceError) or rules.halts_the_fleet(code, text):
                raise halted_by(step, names, code, text) from error
            if rules.may_be_tried_again(code) and len(names) == 1:
                text = f"{text} ({ledger.lock_holders(names[0])})"
            return code, text
        self._advance(step.label, len(done))
        return None

    def _note(self, step: Step, errors: dict[str, tuple[str, str]]) -> None:
        if not errors:
            return
        ledger.enter_failures(step, errors)
        for schema, (code, text) in errors.items():
            self.result.failed[schema] = f"{code}: {text}"
            self.say(f"{schema} failed at {step.label}: {code}: {text}")
        self._advance(step.label, 0)

    def _advance(self, label: str, count: int) -> None:
        self.result.steps += count
        self.watch(
            Advance(
                label=label,
                done=self.result.steps,
                total=max(self.total, self.result.steps),
                failed=len(self.result.failed),
                seconds=time.monotonic() - self.begun,
            )
        )


def halted_by(step: Step, names: list[str], code: str, text: str) -> FleetHalted:
    """Return why nothing further is tried after an error that all would meet."""
    return FleetHalted(
        _("%(label)s stopped at %(schema)s: %(code)s: %(error)s.")
        % {"label": step.label, "schema": names[0], "code": code, "error": text},
        field="schema",
        value=names[0],
        remedy=_(
            "Nothing is half done. Mend the server (disk, memory, connections) and run"
            " `manage.py fleet migrate` again."
        ),
    )
