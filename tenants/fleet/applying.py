"""Does one stage for some schemas, in one transaction, and writes that down in it.

What is done is known by the slot: its template, and the first stage of its plan that
is not yet done. Slots are taken with a lock, skipping those that somebody else has,
and only where they still stand at this very stage; so nothing is done twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction

from apps.kernel.identifiers import uuid7
from tenants import context
from tenants.fleet import concurrency, data, rules
from tenants.fleet.types import Pace, Stage, StageKind
from tenants.models import FleetPlan

CLAIM = """
    SELECT schema_name, enterprise_id IS NOT NULL FROM tenants_slot
    WHERE schema_name = ANY(%s) AND template_digest = %s AND stage = %s
      AND (plan_id = %s OR plan_id IS NULL AND stage = 0)
    ORDER BY schema_name FOR UPDATE SKIP LOCKED
"""
# For the control test alone, which shows what happens without.
CLAIM_UNSAFELY = """
    SELECT schema_name, enterprise_id IS NOT NULL FROM tenants_slot
    WHERE schema_name = ANY(%s) AND (%s, %s, %s) IS NOT NULL ORDER BY schema_name
"""
STEP = """
    UPDATE tenants_slot SET plan_id = {plan}, stage = {next}, template_digest = {digest},
        updated_at = clock_timestamp()
    WHERE schema_name = ANY({schemas})
"""
# Whatever failed before is done now; whatever is done stays as it was written.
ENTER = """
    INSERT INTO tenants_fleetentry AS known
        (id, plan_id, schema_name, stage, state, attempts, duration_ms, error_code,
         error, at)
    SELECT v.id, {plan}, v.name, {stage}, 'done', 1,
           extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000 / {count},
           '', '', clock_timestamp()
    FROM unnest({ids}, {schemas}) AS v(id, name)
    ON CONFLICT (plan_id, stage, schema_name) DO UPDATE
    SET state = 'done', attempts = known.attempts + 1, error_code = '', error = '',
        duration_ms = excluded.duration_ms, at = excluded.at
    WHERE known.state = 'failed'
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of one plan, with what is needed to do it."""

    plan: FleetPlan
    number: int
    stage: Stage
    is_last: bool

    @property
    def label(self) -> str:
        """Name the stage for people."""
        return f"{self.number + 1}. {self.stage.label} ({self.stage.kind})"


def steps_of(plan: FleetPlan) -> list[Step]:
    """Return a plan's stages in order."""
    stages = [Stage.from_json(each) for each in plan.stages]
    return [
        Step(plan, number, stage, is_last=number + 1 == len(stages))
        for number, stage in enumerate(stages)
    ]


def apply_step(step: Step, schemas: Sequence[str], pace: Pace) -> list[str]:
    """Do a stage for those of the schemas that stand at it; return which.

    All or none, except for indexes made concurrently, which are made one by one and
    found again. Whoever else has taken a schema keeps it.
    """
    is_single = len(schemas) == 1
    with context.owner(), transaction.atomic():
        claimed = _claim(step, schemas)
        names = [name for name, _is_used in claimed]
        if not names:
            return []
        lock_ms = pace.lock_ms if is_single else pace.batch_lock_ms
        if concurrency.runs_outside(step.stage):
            for name in names:
                concurrency.run_outside(step.stage, name, lock_ms=lock_ms)
            _send(_records(step.stage, names) + _bookkeeping(step, names))
        elif step.stage.kind is StageKind.DATA:
            for name, is_used in claimed:
                if is_used:
                    data.run_function(step.stage, name)
            _send(_records(step.stage, names) + _bookkeeping(step, names))
        else:
            _send(_limits(step.stage, pace, lock_ms) + _work(step, names))
    return names


def apply_here(step: Step, schema: str, *, is_used: bool) -> None:
    """Do a stage for one schema within the caller's transaction, indexes included.

    For a schema that nobody uses meanwhile: one that is revived, moved or restored.
    """
    with context.owner(), transaction.atomic():
        if not _claim(step, [schema]):
            msg = f"{schema} does not stand at stage {step.number} of {step.plan}."
            raise RuntimeError(msg)
        if step.stage.kind is StageKind.DATA:
            if is_used:
                data.run_function(step.stage, schema)
            _send(_records(step.stage, [schema]) + _bookkeeping(step, [schema]))
        else:
            # A check put off would refuse to let a table be altered whose rows this
            # transaction has written.
            _send(["SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED"])
            _send(_work(step, [schema]))


def skip_unused(step: Step) -> int:
    """Pass a data stage over for all schemas that hold no enterprise's rows."""
    with context.owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT schema_name FROM tenants_slot WHERE state = 'free' AND"
            " template_digest = %s AND stage = %s"
            " AND (plan_id = %s OR plan_id IS NULL AND stage = 0)"
            " ORDER BY schema_name FOR UPDATE SKIP LOCKED",
            [step.plan.source_digest, step.number, step.plan.pk],
        )
        names = [row[0] for row in cursor.fetchall()]
        if names:
            _send(_records(step.stage, names) + _bookkeeping(step, names))
    return len(names)


def _claim(step: Step, schemas: Sequence[str]) -> list[tuple[str, bool]]:
    sql = CLAIM_UNSAFELY if settings.SPINDLE_UNSAFE_NO_FLEET_CLAIM else CLAIM
    with connection.cursor() as cursor:
        cursor.execute(
            sql, [list(schemas), step.plan.source_digest, step.number, step.plan.pk]
        )
        return list(cursor.fetchall())


def _send(parts: list[str]) -> None:
    """Send many statements as one message."""
    with connection.cursor() as cursor:
        cursor.execute(";\n".join(parts))


def _limits(stage: Stage, pace: Pace, lock_ms: int) -> list[str]:
    statement_ms = (
        pace.scan_statement_ms if stage.is_scan else pace.catalogue_statement_ms
    )
    return [
        f"SET LOCAL lock_timeout = {lock_ms:d}",
        f"SET LOCAL statement_timeout = {statement_ms:d}",
    ]


def _work(step: Step, names: Sequence[str]) -> list[str]:
    parts: list[str] = []
    for name in names:
        parts.append(_path(name))
        parts += [
            rules.within_transaction(sql) for sql, _class in step.stage.statements
        ]
        parts += [_grant(kind, table, name) for kind, table in step.stage.grants]
        parts += _own_records(step.stage)
    return [*parts, _path(context.SHARED_SCHEMA), *_bookkeeping(step, names)]


def _records(stage: Stage, names: Sequence[str]) -> list[str]:
    """Write Django's own record, in each schema's ledger."""
    if not stage.records:
        return []
    parts = [part for name in names for part in (_path(name), *_own_records(stage))]
    return [*parts, _path(context.SHARED_SCHEMA)]


def _own_records(stage: Stage) -> list[str]:
    return [
        _composed(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES (%s, %s, clock_timestamp())",
            [app, name],
        )
        for app, name in stage.records
    ]


def _path(schema: str) -> str:
    path = context.Context(role=context.OWNER_ROLE, schema=schema).search_path
    return "SET LOCAL search_path = " + ", ".join(f'"{each}"' for each in path)


def _grant(kind: str, relation: str, role: str) -> str:
    privileges = "USAGE" if kind == "SEQUENCE" else "SELECT, INSERT, UPDATE, DELETE"
    return f'GRANT {privileges} ON {kind} "{relation}" TO "{role}"'


def _bookkeeping(step: Step, names: Sequence[str]) -> list[str]:
    plan = step.plan
    marks: dict[str, object] = {
        "plan": plan.pk,
        "stage": step.number,
        "count": len(names),
        "ids": [uuid7() for _name in names],
        "schemas": list(names),
        "next": 0 if step.is_last else step.number + 1,
        "digest": plan.target_digest if step.is_last else plan.source_digest,
    }
    found = []
    for text in (STEP, ENTER):
        used = text
        if step.is_last and text is STEP:
            # What was found of its catalogue was found of another.
            used = used.replace(
                "{plan}", "NULL, catalogue_digest = '', verified_at = NULL"
            )
        casts = {"ids": "::uuid[]", "schemas": "::varchar[]"}
        for name in marks:
            used = used.replace(f"{{{name}}}", f"%({name})s{casts.get(name, '')}")
        found.append(_composed(used, marks))
    return found


def _composed(sql: str, params: object) -> str:
    text: str = connection.ops.compose_sql(sql, params)  # type: ignore[attr-defined]  # PostgreSQL's
    return text
