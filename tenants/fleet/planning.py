"""Compiles a release: each migration is run once, in the template, and written down.

What ran there, statement by statement, is the plan that every other schema replays.
A migration in a transaction is written down in that same transaction, so that a death
at any moment leaves it done and known, or neither.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.contrib.postgres.operations import ValidateConstraint
from django.db import connection, transaction
from django.db.migrations import Migration, RunPython
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import DomainError
from tenants import context
from tenants.fleet import concurrency, rules, verifying
from tenants.fleet.locking import only_runner
from tenants.fleet.recording import recording_editor
from tenants.fleet.types import Say, Stage, StageKind, unheard
from tenants.models import FleetPlan, Template
from tenants.provisioning import migrating, selectors, services
from tenants.provisioning.services import TEMPLATE_SCHEMA
from tenants.types import PlanState

RELATIONS = """
    SELECT CASE WHEN c.relkind = 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.relname
    FROM pg_class c
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND c.relnamespace = %s::regnamespace
"""
APPLIED = f"SELECT app, name FROM {TEMPLATE_SCHEMA}.django_migrations"  # noqa: S608  (a constant)


class NotPlannable(DomainError):
    """Raised for a migration that cannot be written down for other schemas."""

    code = "migration_not_plannable"


def is_planned() -> bool:
    """Say whether the template is at this version's migrations, in one query.

    No migration is loaded for it, and no schema looked at.
    """
    with context.owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_regclass(%s) IS NOT NULL,"
            " EXISTS (SELECT FROM tenants_template WHERE is_current),"
            " EXISTS (SELECT FROM tenants_fleetplan WHERE state = 'draft')",
            [f"{TEMPLATE_SCHEMA}.django_migrations"],
        )
        has_template, is_rendered, has_draft = cursor.fetchone()
        if not has_template or not is_rendered or has_draft:
            return False
        cursor.execute(APPLIED)
        return migrating.tenant_migrations_on_disk() <= set(cursor.fetchall())


def plan_release(say: Say = unheard) -> FleetPlan | None:
    """Run what is new in the template, and return the way there for all others.

    The first template of all is only rendered. With nothing new there is no plan.

    :raises AnotherRunner: if somebody else is at it.
    :raises NotPlannable, StatementNotPortable: if a migration cannot be replayed; what
        was planned before it stays, and is gone on with after it was mended.
    """
    if is_planned():
        return None
    with only_runner(), context.owner():
        current = selectors.current_template()
        if current is None:
            migrating.migrate_template()
            _finish(None)
            return None
        draft = _draft_from(current)
        _run_in_template(draft, say)
        return _finish(draft)


def _draft_from(current: Template) -> FleetPlan:
    draft, made = FleetPlan.objects.get_or_create(
        state=PlanState.DRAFT, defaults={"source_digest": current.digest}
    )
    if not made:
        FleetPlan.objects.filter(pk=draft.pk).update(updated_at=timezone.now())
    return draft


def _finish(draft: FleetPlan | None) -> FleetPlan | None:
    """Render the template, and make the plan that led to it ready."""
    with transaction.atomic():
        template = services.render_template()
        with context.owner(), connection.cursor() as cursor:
            cursor.execute(APPLIED)
            template.migrations = sorted(
                f"{app}.{name}" for app, name in cursor.fetchall()
            )
            template.catalogue_digest = verifying.catalogue_digests([TEMPLATE_SCHEMA])[
                TEMPLATE_SCHEMA
            ]
            template.save(update_fields=["migrations", "catalogue_digest"])
            if draft is None:
                return None
            if draft.source_digest == template.digest:
                # Another died between its last word and its draft's end.
                draft.delete()
                return None
            draft.target_digest = template.digest
            draft.state = PlanState.READY
            draft.save(update_fields=["target_digest", "state", "updated_at"])
    return draft


def _run_in_template(draft: FleetPlan, say: Say) -> None:
    with context.owner(TEMPLATE_SCHEMA):
        executor = MigrationExecutor(connection)
        targets = migrating.tenant_targets(executor)
        pending = {each for each, _backwards in executor.migration_plan(targets)}
        if pending:
            state: Any = executor._create_project_state(  # type: ignore[attr-defined]  # unknown to its stubs
                with_applied_migrations=True
            )
            ordered = executor.migration_plan(
                executor.loader.graph.leaf_nodes(), clean_start=True
            )
            for migration, _backwards in ordered:
                if migration in pending:
                    begun = time.perf_counter()
                    state = _Recorder(draft, migration, state).run()
                    spent = time.perf_counter() - begun
                    say(f"{migration} planned ({spent:.1f} s)")
        _note_squashed(draft, executor)


class _Recorder:
    """Runs one migration in the template, and writes its stages into the draft."""

    def __init__(self, draft: FleetPlan, migration: Migration, state: Any) -> None:
        self.draft = draft
        self.migration = migration
        self.app = migration.app_label
        self.state = state
        self.label = f"{migration.app_label}.{migration.name}"

    def run(self) -> Any:
        """Run what is not yet in the template; return the state after it."""
        for operation in self.migration.operations:
            self._refuse_hidden_python(operation)
        if self.migration.atomic:
            with transaction.atomic():
                self._save(self._stages_in_transaction())
        else:
            self._run_apart()
        return self.state

    def _refuse_hidden_python(self, operation: Operation) -> None:
        if isinstance(operation, SeparateDatabaseAndState) and any(
            isinstance(each, RunPython) for each in operation.database_operations
        ):
            raise NotPlannable(
                _("%(label)s hides Python inside SeparateDatabaseAndState.")
                % {"label": self.label},
                field="migration",
                value=self.label,
                remedy=_("Make the RunPython an operation of its own."),
            )

    # --- in one transaction

    def _stages_in_transaction(self) -> list[Stage]:
        stages = []
        for kind, first, last in segments(self.migration.operations):
            if kind is StageKind.DATA:
                stage = self._data_stage(first)
            else:
                stage = self._sql_stage(kind, first, last)
            if stage is not None and (stage.statements or kind is StageKind.DATA):
                stages.append(stage)
        return stages

    def _sql_stage(self, kind: StageKind, first: int, last: int) -> Stage | None:
        before = _relations()
        with recording_editor() as editor:
            for operation in self.migration.operations[first:last]:
                self._forward(operation, editor)
        return self._stage(
            kind, first, last, editor.kept, grants=sorted(_relations() - before)
        )

    def _forward(self, operation: Operation, editor: Any) -> None:
        before = self.state.clone()
        operation.state_forwards(self.app, self.state)
        operation.database_forwards(self.app, editor, before, self.state)

    def _data_stage(self, index: int) -> Stage | None:
        operation = self.migration.operations[index]
        with connection.schema_editor(atomic=False) as editor:
            self._forward(operation, editor)
        if getattr(operation, "code", None) is RunPython.noop:
            return None
        return self._stage(StageKind.DATA, index, index + 1, [])

    def _stage(
        self,
        kind: StageKind,
        first: int,
        last: int,
        statements: list[str],
        *,
        grants: list[tuple[str, str]] | None = None,
        in_template: bool = True,
    ) -> Stage:
        return Stage(
            kind=kind,
            label=self.label,
            app=self.app,
            migration=self.migration.name,
            operations=(first, last),
            statements=rules.classed(
                rules.portable(each, schema=TEMPLATE_SCHEMA)
                for each in statements
                if each.strip()
            ),
            grants=tuple(grants or ()),
            in_template=in_template,
        )

    # --- outside a transaction, operation by operation

    def _run_apart(self) -> None:
        known = [Stage.from_json(each) for each in self.draft.stages]
        mine = [
            each
            for each in known
            if (each.app, each.migration) == (self.app, self.migration.name)
        ]
        done = max((each.operations[1] for each in mine if each.in_template), default=0)
        for operation in self.migration.operations[:done]:
            operation.state_forwards(self.app, self.state)
        for index in range(done, len(self.migration.operations)):
            self._run_one_apart(
                index, is_last=index + 1 == len(self.migration.operations)
            )
        if not self.migration.operations:
            with transaction.atomic():
                self._save([])

    def _run_one_apart(self, index: int, *, is_last: bool) -> None:
        operation = self.migration.operations[index]
        if isinstance(operation, RunPython):
            with transaction.atomic():
                stage = self._data_stage(index)
                self._save([stage] if stage else [], is_last=is_last)
            return
        after = self.state.clone()
        operation.state_forwards(self.app, after)
        with recording_editor(collect_only=True) as editor:
            operation.database_forwards(self.app, editor, self.state, after)
        if not any(rules.concurrent_index(each) for each in editor.kept):
            with transaction.atomic():
                stage = self._sql_stage(StageKind.CONCURRENT, index, index + 1)
                self._save([stage] if stage else [], is_last=is_last)
            return
        stage = self._stage(
            StageKind.CONCURRENT, index, index + 1, editor.kept, in_template=False
        )
        concurrency.refuse_unrepeatable(stage)
        with transaction.atomic():
            self._save([stage], is_last=False, replacing=index)
        concurrency.run_outside(stage, TEMPLATE_SCHEMA)
        self.state = after
        done = self._stage(StageKind.CONCURRENT, index, index + 1, editor.kept)
        with transaction.atomic():
            self._save([done], is_last=is_last, replacing=index)

    # --- written down

    def _save(
        self, stages: list[Stage], *, is_last: bool = True, replacing: int | None = None
    ) -> None:
        """Write the stages down and, with the last, the migration as applied."""
        kept = [Stage.from_json(each) for each in self.draft.stages]
        if replacing is not None:
            kept = [
                each
                for each in kept
                if (each.app, each.migration, each.operations[0])
                != (self.app, self.migration.name, replacing)
            ]
        if is_last:
            records = (*self.migration.replaces, (self.app, self.migration.name))
            stages = self._completed(stages, records)
            for app, name in records:
                _record(app, name)
            self.draft.migrations = [*self.draft.migrations, self.label]
        self.draft.stages = [each.as_json() for each in (*kept, *stages)]
        self.draft.save(update_fields=["stages", "migrations", "updated_at"])

    def _completed(
        self, stages: list[Stage], records: tuple[tuple[str, str], ...]
    ) -> list[Stage]:
        if not stages:
            last = len(self.migration.operations)
            stages = [self._stage(StageKind.SCHEMA, last, last, [])]
        return [*stages[:-1], replace(stages[-1], records=records)]


def segments(operations: Sequence[Operation]) -> Iterator[tuple[StageKind, int, int]]:
    """Split operations into runs of one kind: (kind, first, past the last)."""
    begun = 0
    for index, operation in enumerate(operations):
        kind = StageKind.SCHEMA
        if isinstance(operation, RunPython):
            kind = StageKind.DATA
        elif isinstance(operation, ValidateConstraint):
            kind = StageKind.CONCURRENT
        if kind is not StageKind.SCHEMA:
            if begun < index:
                yield StageKind.SCHEMA, begun, index
            yield kind, index, index + 1
            begun = index + 1
    if begun < len(operations):
        yield StageKind.SCHEMA, begun, len(operations)


def _note_squashed(draft: FleetPlan, executor: MigrationExecutor) -> None:
    """Make a stage of noting a squashed migration whose parts are all applied."""
    with connection.cursor() as cursor:
        cursor.execute(APPLIED)
        applied = set(cursor.fetchall())
    for (app, name), migration in sorted(executor.loader.replacements.items()):
        if (app, name) not in applied and set(migration.replaces) <= applied:
            stage = Stage(
                kind=StageKind.SCHEMA,
                label=f"{app}.{name}",
                app=app,
                migration=name,
                operations=(0, 0),
                records=((app, name),),
            )
            with transaction.atomic():
                _record(app, name)
                draft.stages = [*draft.stages, stage.as_json()]
                draft.migrations = [*draft.migrations, stage.label]
                draft.save(update_fields=["stages", "migrations", "updated_at"])


def _record(app: str, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TEMPLATE_SCHEMA}.django_migrations (app, name, applied)"  # noqa: S608  (a constant)
            " SELECT %s, %s, now() WHERE NOT EXISTS (SELECT FROM"
            f" {TEMPLATE_SCHEMA}.django_migrations WHERE app = %s AND name = %s)",
            [app, name, app, name],
        )


def _relations() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(RELATIONS, [TEMPLATE_SCHEMA])
        return {(kind, name) for kind, name in cursor.fetchall()}
