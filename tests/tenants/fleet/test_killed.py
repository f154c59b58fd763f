"""A runner killed with -9 at random moments leaves every schema at a whole stage."""

import os
import random
from typing import Any

from django.db import connection

from tenants import context
from tenants.fleet import planning, replaying, verifying
from tenants.fleet.types import Pace
from tenants.models import FleetEntry, FleetPlan, Slot
from tenants.provisioning.services import TEMPLATE_SCHEMA
from tenants.types import EntryState, PlanState
from tests.tenants.fleet.conftest import (
    CREWS,
    MANY,
    RELEASES,
    crew,
    fork,
    killed_while,
)
from tests.tenants.fleet.test_replaying import STAGES, summaries, write_notice

KILLS = 22
LEAST_SECONDS, MOST_SECONDS = 0.02, 0.16
# Small steps, so that there are many moments to die at.
SMALL_STEPS = Pace(batch=4, canaries=1, concurrent_pause_seconds=0.01)

# What tells that a stage is done, beside what is written down of it.
MARKS = """
    SELECT s.schema_name,
        CASE WHEN s.template_digest = %(source)s THEN s.stage ELSE %(stages)s END,
        EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid
                AND a.attname = 'summary'),
        to_regclass(format('%%I.notify_reaction', s.schema_name)) IS NOT NULL,
        EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = t.oid
                AND k.conname = 'notify_notice_weight_positive'),
        EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid
                AND a.attname = 'height')
    FROM tenants_slot s
    JOIN pg_class t ON t.relname = 'notify_notice'
        AND t.relnamespace = s.schema_name::regnamespace
"""


def half_migrated(plan: FleetPlan) -> list[Any]:
    """Return the schemas whose tables are not as far as their slot says."""
    with context.owner(), connection.cursor() as cursor:
        cursor.execute(MARKS, {"source": plan.source_digest, "stages": STAGES})
        return [
            (schema, stage, marks)
            for schema, stage, *marks in cursor.fetchall()
            if marks != [stage > 0, stage > 0, stage > 2, stage > 3]
        ]


def migrate() -> None:
    replaying.migrate_fleet(pace=SMALL_STEPS)


def test_at_random_moments(large_fleet: None, settings: Any) -> None:
    for slug in CREWS:
        write_notice(crew(slug))
    settings.MIGRATION_MODULES = {"notify": f"{RELEASES}.first.migrations"}
    plan = planning.plan_release()
    assert plan is not None
    dice = random.Random(20300506)
    died, stood_at = 0, set()

    while died < KILLS:
        died += killed_while(migrate, dice.uniform(LEAST_SECONDS, MOST_SECONDS))
        assert half_migrated(plan) == []
        with context.owner():
            stood_at |= set(
                Slot.objects.filter(template_digest=plan.source_digest).values_list(
                    "stage", flat=True
                )
            )
            plan.refresh_from_db()
        assert plan.state != PlanState.DONE, f"it was through after {died} deaths"
    # The deaths were spread over the whole of the way.
    assert len(stood_at) >= STAGES - 1

    run = replaying.migrate_fleet()

    assert (run.failed, run.halted) == ({}, "")
    with context.owner():
        plan.refresh_from_db()
        schemas = list(Slot.objects.values_list("schema_name", flat=True))
        entries = FleetEntry.objects.filter(plan=plan)
        states = set(entries.values_list("state", flat=True))
        written = set(entries.values_list("schema_name", "stage"))
        assert entries.count() == MANY * STAGES
    assert plan.state == PlanState.DONE
    assert states == {EntryState.DONE}
    assert written == {(name, stage) for name in schemas for stage in range(STAGES)}
    digests = verifying.catalogue_digests([*schemas, TEMPLATE_SCHEMA])
    assert len(digests) == MANY + 1
    assert len(set(digests.values())) == 1
    assert [summaries(crew(slug)) for slug in CREWS] == [["50 % +"]] * len(CREWS)


def migrate_past_the_lock() -> None:
    with context.owner():
        runner = replaying.Runner(SMALL_STEPS)
        runner.run()
    assert runner.result.failed == {}


def test_two_runners_without_the_lock_do_nothing_twice(
    large_fleet: None, settings: Any
) -> None:
    for slug in CREWS:
        write_notice(crew(slug))
    settings.MIGRATION_MODULES = {"notify": f"{RELEASES}.first.migrations"}
    plan = planning.plan_release()
    assert plan is not None

    runners = [fork(migrate_past_the_lock) for _number in range(2)]
    ends = [os.waitpid(pid, 0)[1] for pid in runners]

    assert ends == [0, 0]
    run = replaying.migrate_fleet()
    assert (run.failed, run.halted) == ({}, "")
    with context.owner():
        entries = FleetEntry.objects.filter(plan=plan)
        assert entries.count() == MANY * STAGES
        assert set(entries.values_list("state", "attempts")) == {("done", 1)}
    assert [summaries(crew(slug)) for slug in CREWS] == [["50 % +"]] * len(CREWS)
