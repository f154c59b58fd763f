"""A worker that dies in the middle of a table leaves nothing, and the next one ends it."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.machines import services
from apps.machines.models import Machine, TableEntry, TableImport
from apps.machines.services import table_applying
from apps.machines.types import TableState
from tenants import context, jobs
from tenants.jobs import sweeper
from tenants.models import Job
from tenants.types import Actor, EnterpriseRef, JobState
from tests.factories import machines as make
from tests.factories.machines import NOON
from tests.support.processes import die, forked
from tests.support.tables import HEADER, many, text

pytestmark = pytest.mark.usefixtures("committed")

MACHINES = 600
AFTER_CHUNKS = 2


def started(by: Actor) -> TableImport:
    make.site()
    made = services.upload_table(
        raw=text(HEADER, *many(MACHINES)), file_name="machines.csv", by=by, at=NOON
    )
    return services.start_table(table_import_id=made.pk, by=by, at=NOON)


def run_and_die(job_id: object) -> None:
    """Do the job in this process, which ends itself after the second chunk."""
    passed = 0
    write_chunk = table_applying._write_chunk

    def counted(*args: object, **more: object) -> object:
        nonlocal passed
        done = write_chunk(*args, **more)  # type: ignore[arg-type]
        passed += 1
        if passed == AFTER_CHUNKS:
            assert Machine.objects.count() == AFTER_CHUNKS * 200
            die()
        return done

    table_applying._write_chunk = counted  # type: ignore[assignment]
    jobs.run_job(job_id)  # type: ignore[arg-type]


def test_a_killed_job_leaves_no_chunk_and_is_finished_by_the_next(
    north: EnterpriseRef, planner: Actor
) -> None:
    with context.enterprise(north), jobs.unpoked():
        made = started(planner)

    ended = forked(lambda: run_and_die(made.job_id))

    assert os.WTERMSIG(ended) == 9
    with context.enterprise(north):
        assert Machine.objects.count() == 0
        assert TableEntry.objects.count() == 0
        assert TableImport.objects.get().state == TableState.APPLYING
    with context.jobs():
        Job.objects.filter(pk=made.job_id).update(
            lease_until=timezone.now() - timedelta(seconds=1)
        )
    sweeper.sweep()
    with context.jobs():
        Job.objects.filter(pk=made.job_id).update(run_after=timezone.now())

    assert jobs.run_job(made.job_id) == JobState.SUCCEEDED

    with context.enterprise(north):
        found = TableImport.objects.get()
        assert (found.state, found.created_count) == (TableState.APPLIED, MACHINES)
        assert Machine.objects.count() == MACHINES
        assert TableEntry.objects.count() == MACHINES
