"""What is written down of a run beside the changes themselves."""

from collections.abc import Mapping

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.kernel.identifiers import uuid7
from tenants import context
from tenants.fleet.applying import Step
from tenants.models import FleetEntry, FleetPlan, Slot
from tenants.types import EntryState, PlanState

ENTER_FAILURE = """
    INSERT INTO tenants_fleetentry AS known
        (id, plan_id, schema_name, stage, state, attempts, duration_ms, error_code,
         error, at)
    VALUES (%s, %s, %s, %s, 'failed', 1, 0, %s, %s, clock_timestamp())
    ON CONFLICT (plan_id, stage, schema_name) DO UPDATE
    SET attempts = known.attempts + 1, error_code = excluded.error_code,
        error = excluded.error, at = excluded.at
    WHERE known.state = 'failed'
"""
BEHIND = """
    SELECT s.schema_name FROM tenants_slot s
    LEFT JOIN tenants_fleetentry e ON e.plan_id = %(plan)s
        AND e.stage = %(stage)s AND e.schema_name = s.schema_name
    WHERE s.template_digest = %(source)s AND s.stage = %(stage)s
      AND (s.plan_id = %(plan)s OR s.plan_id IS NULL AND s.stage = 0)
      AND (%(only)s::varchar[] IS NULL OR s.schema_name = ANY(%(only)s))
      AND (%(tries)s IS NULL OR e.attempts IS NULL OR e.attempts < %(tries)s)
    ORDER BY s.state = 'claimed', s.claimed_at NULLS FIRST, s.schema_name
"""
HOLDERS = """
    SELECT DISTINCT c.relname, l.pid FROM pg_locks l
    JOIN pg_class c ON c.oid = l.relation
    WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r', 'p') AND l.granted
      AND l.pid <> pg_backend_pid()
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ORDER BY c.relname, l.pid LIMIT 5
"""


def schemas_at(
    step: Step, *, only: list[str] | None = None, fewer_tries_than: int | None = None
) -> list[str]:
    """Return the schemas that stand at a stage, free slots first."""
    with context.owner(), connection.cursor() as cursor:
        cursor.execute(
            BEHIND,
            {
                "plan": step.plan.pk,
                "stage": step.number,
                "source": step.plan.source_digest,
                "only": only,
                "tries": fewer_tries_than,
            },
        )
        return [row[0] for row in cursor.fetchall()]


def lock_holders(schema: str) -> str:
    """Say which tables of a schema are locked, and by which sessions."""
    with context.owner(), connection.cursor() as cursor:
        cursor.execute(HOLDERS, [schema])
        held = [f"{table} by session {pid}" for table, pid in cursor.fetchall()]
    return f"{schema}: locked: {', '.join(held)}" if held else f"{schema}: free again"


def enter_failures(step: Step, errors: Mapping[str, tuple[str, str]]) -> None:
    """Write down which schemas failed at a stage, with SQLSTATE and message."""
    with context.owner(), transaction.atomic(), connection.cursor() as cursor:
        for schema, (code, text) in errors.items():
            cursor.execute(
                ENTER_FAILURE,
                [uuid7(), step.plan.pk, schema, step.number, code[:80], text],
            )


def start_plan(plan: FleetPlan) -> None:
    """Write down that a plan is being gone through."""
    now = timezone.now()
    plan.started_at = plan.started_at or now
    plan.state, plan.halted_reason, plan.updated_at = PlanState.RUNNING, "", now
    with context.owner():
        plan.save(update_fields=["state", "halted_reason", "started_at", "updated_at"])


def halt_plan(plan: FleetPlan, reason: str) -> None:
    """Write down why a plan is not gone on with."""
    with context.owner():
        FleetPlan.objects.filter(pk=plan.pk).update(
            state=PlanState.HALTED, halted_reason=reason, updated_at=timezone.now()
        )


def finish_plan(plan: FleetPlan) -> str:
    """Write down that a plan is through; return the reason if some schemas are not."""
    with context.owner():
        left = Slot.objects.filter(template_digest=plan.source_digest).count()
        if not left:
            now = timezone.now()
            FleetPlan.objects.filter(pk=plan.pk).update(
                state=PlanState.DONE, finished_at=now, updated_at=now
            )
            return ""
        failed = FleetEntry.objects.filter(plan=plan, state=EntryState.FAILED)
        first = failed.order_by("schema_name").first()
    reason = _("%(count)d schemas are left, the first %(schema)s: %(error)s") % {
        "count": left,
        "schema": first.schema_name if first else "?",
        "error": f"{first.error_code}: {first.error}" if first else "?",
    }
    halt_plan(plan, reason)
    return reason


def forget_failures(plan: FleetPlan) -> int:
    """Forget what failed, so that it is tried anew; return how many schemas did."""
    with context.owner():
        failed = FleetEntry.objects.filter(plan=plan, state=EntryState.FAILED)
        return failed.delete()[0]
