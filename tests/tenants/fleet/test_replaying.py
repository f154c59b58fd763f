"""Every schema gets what the template got, once; one that cannot is left whole."""

import os
import re
import resource
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from django.db import connection, transaction

from apps.notify import services as notify
from tenants import context
from tenants.fleet import applying, planning, replaying, selectors, verifying
from tenants.fleet.locking import AnotherRunner
from tenants.fleet.types import Pace
from tenants.models import FleetEntry, FleetPlan, Job, Slot
from tenants.provisioning import selectors as provisioning
from tenants.provisioning.services import TEMPLATE_SCHEMA
from tenants.types import EnterpriseRef, EntryState, JobState, PlanState, SlotState
from tests.support.world import NOON
from tests.tenants.fleet.conftest import RELEASES, RUN, crew, used_schemas

HURRIED = Pace(
    batch=4, tries=2, pause_seconds=0.05, batch_lock_ms=50, lock_ms=100, canaries=1
)
STAGES = 5


def write_notice(ref: EnterpriseRef, title: str = "Read me") -> None:
    with context.enterprise(ref):
        notify.notify(
            kind="test.happened", title=title, body="", roles=("planner",), at=NOON
        )


def summaries(ref: EnterpriseRef) -> list[str]:
    with context.enterprise(ref), connection.cursor() as cursor:
        cursor.execute("SELECT summary FROM notify_notice ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def standing(schema: str) -> tuple[bool, int]:
    """Say whether a schema is current, and at which stage it is."""
    with context.owner():
        slot = Slot.objects.get(pk=schema)
        current = provisioning.current_template()
    assert current is not None
    return slot.template_digest == current.digest, slot.stage


def entries(**facts: Any) -> dict[tuple[str, int], str]:
    with context.owner():
        rows = FleetEntry.objects.filter(**facts)
        return {
            (schema, stage): state
            for schema, stage, state in rows.values_list(
                "schema_name", "stage", "state"
            )
        }


def last_enterprise() -> str:
    """Return a schema that is no canary."""
    return used_schemas()[-1]


@contextmanager
def by_hand() -> Iterator[Any]:
    """A session of somebody who works past Spindle."""
    url = urlsplit(os.environ["DATABASE_ADMIN_URL"])._replace(path=f"/{RUN}")
    with closing(psycopg2.connect(urlunsplit(url))) as session:
        with session.cursor() as cursor:
            yield cursor


def done_by_hand(*statements: str) -> None:
    with by_hand() as cursor:
        for statement in statements:
            cursor.execute(statement)
        cursor.connection.commit()


def limit_files(pid: int, most: int) -> None:
    """Let a process write no file beyond a size; in its own account's name."""
    account = Path(f"/proc/{pid}").stat()
    child = os.fork()
    if not child:
        code = 1
        try:
            if account.st_uid != os.getuid():
                os.setgid(account.st_gid)
                os.setuid(account.st_uid)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0


class TestMigrateFleet:
    def test_makes_every_schema_what_the_template_is(
        self, planned: FleetPlan, amber: EnterpriseRef
    ) -> None:
        write_notice(amber)
        said: list[str] = []
        seen: list[tuple[int, int]] = []

        run = replaying.migrate_fleet(
            say=said.append, watch=lambda now: seen.append((now.done, now.total))
        )

        with context.owner():
            schemas = list(Slot.objects.values_list("schema_name", flat=True))
            planned.refresh_from_db()
        assert (run.failed, run.halted) == ({}, "")
        assert run.steps == len(schemas) * STAGES
        assert seen[-1] == (run.steps, run.steps)
        assert {standing(schema) for schema in schemas} == {(True, 0)}
        made = verifying.catalogue_digests([*schemas, TEMPLATE_SCHEMA])
        assert len(made) == len(schemas) + 1
        assert len(set(made.values())) == 1
        assert entries() == {
            (schema, stage): EntryState.DONE
            for schema in schemas
            for stage in range(STAGES)
        }
        assert planned.state == PlanState.DONE
        assert planned.finished_at is not None

    def test_runs_python_once_an_enterprise_and_lets_it_use_what_is_new(
        self, planned: FleetPlan, amber: EnterpriseRef
    ) -> None:
        write_notice(amber)

        replaying.migrate_fleet()

        assert summaries(amber) == ["50 % +"]
        with context.enterprise(amber), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO notify_reaction (mark, notice_id)"
                " SELECT id, id FROM notify_notice"
            )
            cursor.execute(
                "SELECT name FROM django_migrations WHERE app = 'notify' ORDER BY id"
            )
            assert cursor.fetchall() == [
                ("0001_initial",),
                ("0002_reactions",),
                ("0003_by_weight",),
            ]
        with context.jobs():
            done = Job.objects.filter(kind="tenants.migrate_data")
            assert set(done.values_list("state", flat=True)) == {JobState.SUCCEEDED}
            assert done.count() == len(used_schemas())

    def test_does_nothing_the_second_time(self, planned: FleetPlan) -> None:
        replaying.migrate_fleet()

        run = replaying.migrate_fleet()

        assert (run.steps, run.failed, run.halted) == (0, {}, "")

    def test_takes_an_enterprise_two_versions_behind_through_both(
        self, planned: FleetPlan, amber: EnterpriseRef, settings: Any
    ) -> None:
        write_notice(amber)
        settings.MIGRATION_MODULES = {"notify": f"{RELEASES}.second.migrations"}
        second = planning.plan_release()
        assert second is not None
        assert second.source_digest == planned.target_digest

        run = replaying.migrate_fleet()

        assert (run.failed, run.halted) == ({}, "")
        assert standing(amber.schema) == (True, 0)
        assert verifying.differences(amber.schema) == ()
        with context.enterprise(amber), connection.cursor() as cursor:
            cursor.execute("SELECT summary, weight FROM notify_notice")
            assert cursor.fetchall() == [("50 % +", 1)]
        with context.owner():
            assert set(FleetPlan.objects.values_list("state", flat=True)) == {"done"}

    def test_goes_djangos_way_where_no_plan_leads(
        self, planned: FleetPlan, amber: EnterpriseRef
    ) -> None:
        write_notice(amber)
        with context.owner():
            Slot.objects.filter(pk=amber.schema).update(template_digest="lost")
        said: list[str] = []

        run = replaying.migrate_fleet(say=said.append)

        assert run.fallen_back == [amber.schema]
        assert f"{amber.schema}: no plan leads there; migrated alone" in said
        assert standing(amber.schema) == (True, 0)
        assert verifying.differences(amber.schema) == ()
        assert summaries(amber) == ["50 % +"]


class TestFailures:
    def test_of_a_locked_table_leave_the_others_and_pass_when_it_is_free(
        self, planned: FleetPlan
    ) -> None:
        schema = last_enterprise()
        with by_hand() as cursor:
            cursor.execute(f'LOCK TABLE "{schema}".notify_notice IN SHARE MODE')
            run = replaying.migrate_fleet(pace=HURRIED)
            (error,) = run.failed.values()
            with context.owner():
                planned.refresh_from_db()
                (entry,) = FleetEntry.objects.filter(state=EntryState.FAILED)
                behind = Slot.objects.filter(template_digest=planned.source_digest)
                assert list(behind.values_list("schema_name", "stage")) == [(schema, 0)]

        assert list(run.failed) == [schema]
        assert error.startswith("55P03: canceling statement due to lock timeout")
        assert re.search(rf"{schema}: locked: notify_notice by session \d+", error)
        assert (entry.schema_name, entry.stage, entry.error_code) == (
            schema,
            0,
            "55P03",
        )
        assert planned.state == PlanState.HALTED
        assert planned.halted_reason.startswith(
            f"1 schemas are left, the first {schema}"
        )

        again = replaying.migrate_fleet(pace=HURRIED)

        assert (again.failed, again.halted) == ({}, "")
        assert standing(schema) == (True, 0)
        assert set(entries().values()) == {EntryState.DONE}

    def test_of_a_renamed_constraint_are_told_and_kept_to_one_schema(
        self, planned: FleetPlan
    ) -> None:
        schema = last_enterprise()
        rename = f'ALTER TABLE "{schema}".notify_notice RENAME CONSTRAINT'
        done_by_hand(f"{rename} notify_notice_kind_shaped TO by_hand")
        before = verifying.catalogue_digests([schema])

        run = replaying.migrate_fleet(pace=HURRIED)

        assert list(run.failed) == [schema]
        assert run.failed[schema] == (
            '42704: constraint "notify_notice_kind_shaped" of relation "notify_notice"'
            " does not exist"
        )
        # It has the stages before, whole; the others are through.
        assert standing(schema) == (False, 2)
        assert verifying.catalogue_digests([schema]) != before
        status = selectors.fleet_status()
        assert (status.behind, status.failed, status.has_trouble) == (1, 1, True)
        assert status.failures[0].schema == schema

        done_by_hand(f"{rename} by_hand TO notify_notice_kind_shaped")
        assert replaying.migrate_fleet(pace=HURRIED).failed == {}
        assert verifying.differences(schema) == ()

    def test_of_a_canary_halt_the_fleet(self, planned: FleetPlan) -> None:
        with context.owner():
            canary = (
                Slot.objects.filter(state=SlotState.FREE)
                .order_by("schema_name")
                .values_list("schema_name", flat=True)
                .first()
            )
            others = Slot.objects.exclude(pk=canary)
        done_by_hand(f'CREATE INDEX by_hand ON "{canary}".notify_notice (title)')

        run = replaying.migrate_fleet(pace=HURRIED)

        assert f"The canary {canary} is not what the template says" in run.halted
        assert "index by_hand is not in the template" in run.halted
        with context.owner():
            planned.refresh_from_db()
            digests = set(others.values_list("template_digest", "stage"))
        assert planned.state == PlanState.HALTED
        assert digests == {(planned.source_digest, 0)}

        # It halts again until somebody has looked, and then goes on.
        assert replaying.migrate_fleet(pace=HURRIED).halted == run.halted
        done_by_hand(f'DROP INDEX "{canary}".by_hand')
        assert replaying.migrate_fleet(pace=HURRIED).halted == ""

    def test_of_python_are_told_and_kept_to_one_enterprise(
        self, planned: FleetPlan
    ) -> None:
        ref = next(
            crew(slug)
            for slug in ("amber", "birch", "cedar", "delta")
            if crew(slug).schema == last_enterprise()
        )
        write_notice(ref, "refuse me")

        run = replaying.migrate_fleet(pace=HURRIED)

        assert run.failed == {
            ref.schema: "ValueError: this notice has no summary",
        }
        assert standing(ref.schema) == (False, 1)
        assert summaries(ref) == ["50 % "]
        with context.enterprise(ref), connection.cursor() as cursor:
            cursor.execute("UPDATE notify_notice SET title = 'Read me'")

        assert replaying.migrate_fleet(pace=HURRIED).failed == {}
        assert summaries(ref) == ["50 % +"]

    def test_of_an_index_leave_nothing_invalid_behind(self, planned: FleetPlan) -> None:
        # As a try that was killed in the middle leaves it.
        schema = last_enterprise()
        steps = applying.steps_of(planned)
        for step in steps[:4]:
            applying.apply_step(step, [schema], Pace())
        done_by_hand(
            f'CREATE INDEX notify_notice_by_weight ON "{schema}".notify_notice (weight)',
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid ="
            f" '\"{schema}\".notify_notice_by_weight'::regclass",
        )
        assert ["INVALID" in each.found for each in verifying.differences(schema)] == [
            True
        ]

        assert replaying.migrate_fleet().failed == {}

        assert verifying.differences(schema) == ()


class TestFullDisk:
    LIMIT = 17 * 1024 * 1024 + 100

    def test_halts_at_once_and_goes_on_when_there_is_room(
        self, fleet: None, settings: Any
    ) -> None:
        settings.MIGRATION_MODULES = {"notify": f"{RELEASES}.second.migrations"}
        plan = planning.plan_release()
        assert plan is not None
        schema = last_enterprise()
        with context.owner(schema), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO notify_notice (id, kind, title, body, url, roles,"
                " dedup_key, created_at, readings) SELECT gen_random_uuid(), 'test.full',"
                " '', repeat('x', 1500), '', '[\"planner\"]', '', now(), '{}'"
                " FROM generate_series(1, 13000)"
            )
            cursor.execute("SELECT pg_relation_size('notify_notice'), pg_backend_pid()")
            size, pid = cursor.fetchone()
        assert size > self.LIMIT

        # The disk of this one session is full: no file may grow beyond the limit.
        limit_files(pid, self.LIMIT)
        run = replaying.migrate_fleet(pace=HURRIED)
        limit_files(pid, resource.RLIM_INFINITY)

        assert re.search(
            r"stopped at t_\w+: (53100|XX000): could not extend file", run.halted
        )
        assert "Nothing is half done." in run.halted
        assert schema in run.halted
        with context.owner():
            plan.refresh_from_db()
            left = set(
                Slot.objects.filter(template_digest=plan.source_digest).values_list(
                    "stage", flat=True
                )
            )
        assert plan.state == PlanState.HALTED
        # All that had not yet come so far stand at the very stage, and wait.
        stopped = standing(schema)
        assert stopped[0] is False
        assert left == {stopped[1]}

        again = replaying.migrate_fleet(pace=HURRIED)

        assert (again.failed, again.halted) == ({}, "")
        assert verifying.differences(schema) == ()


class TestBringUpToDate:
    def test_brings_one_schema_along_within_the_callers_transaction(
        self, planned: FleetPlan, amber: EnterpriseRef, settings: Any
    ) -> None:
        write_notice(amber)
        settings.MIGRATION_MODULES = {"notify": f"{RELEASES}.second.migrations"}
        planning.plan_release()

        with context.owner(), transaction.atomic():
            replaying.bring_up_to_date(amber.schema)
            transaction.set_rollback(True)
        assert standing(amber.schema) == (False, 0)
        with context.directory(), transaction.atomic():
            replaying.bring_up_to_date(amber.schema)
            assert Slot.objects.filter(pk=amber.schema).exists()

        assert standing(amber.schema) == (True, 0)
        assert verifying.differences(amber.schema) == ()
        assert summaries(amber) == ["50 % +"]
        with context.owner():
            mine = FleetEntry.objects.filter(schema_name=amber.schema)
            assert mine.count() == STAGES + 1
        others = [name for name in used_schemas() if name != amber.schema]
        assert {standing(name) for name in others} == {(False, 0)}


class TestTwoRunners:
    def test_are_one_too_many(self, planned: FleetPlan) -> None:
        ended: list[BaseException | None] = []

        def run() -> None:
            try:
                replaying.migrate_fleet()
            except AnotherRunner as refusal:
                ended.append(refusal)
            finally:
                connection.close()

        with by_hand() as cursor:
            cursor.execute("SELECT pg_advisory_lock(727275, 1), pg_backend_pid()")
            pid = cursor.fetchone()[1]
            thread = threading.Thread(target=run)
            thread.start()
            thread.join()

        (refusal,) = ended
        assert re.match(
            r"Another runner is migrating the fleet since \d{4}-\d\d-\d\d [\d:]+ UTC"
            rf" \(session {pid}\)\.",
            str(refusal),
        )
        assert entries() == {}

    @pytest.mark.parametrize(
        ("is_unsafe", "seconds_time", "summary"),
        [(False, 0, "50 % +"), (True, 1, "50 % ++")],
        ids=["with compare-and-swap", "without"],
    )
    def test_who_both_looked_before_either_did_do_it_once(
        self,
        planned: FleetPlan,
        amber: EnterpriseRef,
        settings: Any,
        is_unsafe: bool,
        seconds_time: int,
        summary: str,
    ) -> None:
        write_notice(amber)
        schema_step, data_step, *_rest = applying.steps_of(planned)
        applying.apply_step(schema_step, [amber.schema], Pace())
        settings.SPINDLE_UNSAFE_NO_FLEET_CLAIM = is_unsafe

        done = [
            len(applying.apply_step(data_step, [amber.schema], Pace()))
            for _runner in range(2)
        ]

        assert done == [1, seconds_time]
        assert summaries(amber) == [summary]
