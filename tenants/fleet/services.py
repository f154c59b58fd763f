"""What jobs, and through them the console, do about a fleet migration.

Each call does one batch in its caller's transaction. What is left is another job.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, transaction
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict, DomainError
from tenants import context, jobs
from tenants.fleet import (
    applying,
    canaries,
    data_jobs,
    ledger,
    replaying,
    rules,
    selectors,
    verifying,
)
from tenants.fleet.applying import Step
from tenants.fleet.canaries import FleetHalted
from tenants.fleet.locking import hold_for_this_transaction
from tenants.fleet.types import Pace, StageKind, Verification
from tenants.models import FleetPlan
from tenants.types import Actor, PlanState

MIGRATE_BATCH = "tenants.migrate_batch"
CHECK_DRIFT = "tenants.check_drift"
# Workers do the data jobs of a batch meanwhile.
LOOK_AGAIN = timedelta(seconds=1)


class NothingToMigrate(Conflict):
    """Raised when no plan waits to be gone through."""

    code = "nothing_to_migrate"


def migrate_data(*, plan_id: UUID, stage: int, schema: str) -> None:
    """Run one data stage for one enterprise's schema, in the caller's transaction.

    Where the schema is past that stage already, nothing is left to do.
    """
    step = applying.steps_of(FleetPlan.objects.get(pk=plan_id))[stage]
    applying.apply_step(step, [schema], Pace())


@transaction.atomic
def request_migration(*, by: Actor, at: datetime, with_failed: bool = False) -> UUID:
    """Have the fleet migrated in the background, from where it stands.

    Schemas that failed are left out, unless they are asked for.

    :raises NothingToMigrate: if every plan is through.
    """
    plan = _unfinished()
    if plan is None:
        raise NothingToMigrate(
            _("No migration of the fleet waits."),
            remedy=_("Plan one with `manage.py fleet plan`."),
        )
    return jobs.enqueue(
        MIGRATE_BATCH,
        dedup_key="retry" if with_failed else "next",
        with_failed=with_failed,
        requested_by=by.label,
        requested_at=at.isoformat(),
    )


@transaction.atomic
def request_verification(*, by: Actor, at: datetime) -> UUID:
    """Have every schema compared with the template in the background."""
    return jobs.enqueue(
        CHECK_DRIFT,
        dedup_key="next",
        requested_by=by.label,
        requested_at=at.isoformat(),
    )


def check_drift(*, at: datetime) -> Verification:
    """Compare every schema with the template, and note what has drifted."""
    return verifying.verify_fleet(at=at)


def migrate_batch(*, at: datetime, with_failed: bool = False) -> bool:
    """Do one batch of the oldest plan in the caller's transaction; say if more waits.

    :raises AnotherRunner: if `manage.py fleet migrate` is at it.
    """
    hold_for_this_transaction()
    plan = _unfinished()
    if plan is None:
        return False
    if with_failed:
        ledger.forget_failures(plan)
        data_jobs.forget_failures(plan)
    if plan.state != PlanState.RUNNING:
        ledger.start_plan(plan)
    try:
        found = _next_batch(plan)
        if found is None:
            return not ledger.finish_plan(plan) and _unfinished() is not None
        step, names, is_canary = found
        failed = _do(step, names)
        ledger.enter_failures(step, failed)
        if is_canary:
            canaries.refuse_failure(names, {k: ": ".join(v) for k, v in failed.items()})
    except FleetHalted as error:
        ledger.halt_plan(plan, str(error))
        return False
    pause = LOOK_AGAIN if step.stage.kind is StageKind.DATA else None
    jobs.enqueue(
        MIGRATE_BATCH, dedup_key="next", run_after=at + pause if pause else None
    )
    return True


def _unfinished() -> FleetPlan | None:
    plan = selectors.current_plan()
    if plan is None or plan.state in (PlanState.DONE, PlanState.DRAFT):
        return None
    return plan


def _next_batch(plan: FleetPlan) -> tuple[Step, list[str], bool] | None:
    """Return the first stage that schemas stand at, and a batch of those."""
    pace = Pace()
    ahead = canaries.waiting(plan, pace)
    for step in applying.steps_of(plan):
        size = pace.batch
        if step.stage.is_scan or step.stage.kind is StageKind.CONCURRENT:
            size = pace.scan_batch
        names = ledger.schemas_at(step, only=ahead or None, fewer_tries_than=1)
        if names:
            return step, names[:size], bool(ahead)
    return None


def _do(step: Step, names: list[str]) -> dict[str, tuple[str, str]]:
    """Do a stage for a batch, or for one after another; return what failed."""
    if step.stage.kind is StageKind.DATA:
        applying.skip_unused(step)
        return data_jobs.hand_out(step, names)
    if _error_of(step, names) is None:
        return {}
    errors = {name: _error_of(step, [name]) for name in names}
    return {name: error for name, error in errors.items() if error is not None}


def _error_of(step: Step, names: list[str]) -> tuple[str, str] | None:
    try:
        with context.owner(), transaction.atomic():
            applying.apply_step(step, names, Pace())
    except (DatabaseError, DomainError) as error:
        code, text = replaying.error_of(error)
        if rules.halts_the_fleet(code, text):
            raise replaying.halted_by(step, names, code, text) from error
        return code, text
    return None
