"""Plans under faults: workers killed in them, stopped and overtaken while they run."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.capacity import services as capacity
from apps.capacity.models import Calendar, Reservation
from apps.kernel.periods import Period
from apps.scheduling import services
from apps.scheduling.models import JobOrder, Schedule, ScheduledJob
from tenants import context, jobs
from tenants.jobs import progress, runner, sweeper
from tenants.models import Job
from tenants.types import SYSTEM, EnterpriseRef, JobState
from tests.factories import capacity as calendars
from tests.factories import machines
from tests.factories import scheduling as make
from tests.factories.capacity import DAY, HOUR, MONDAY_7
from tests.support.processes import die, forked

PATIENCE_SECONDS = 60
DAY_LATER = MONDAY_7 + DAY

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def mills(north: EnterpriseRef) -> list[UUID]:
    """Three machines, and more work than they can do in time."""
    with context.enterprise(north):
        calendars.early_shifts()
        found = [machines.machine(code=f"Hurco{n:02}").pk for n in range(3)]
        for number in range(12):
            make.work_request(
                *found,
                title=f"Lot {number}",
                run_minutes=120 + 37 * number,
                due_at=MONDAY_7 + (4 + number % 5) * HOUR,
            )
    return found


def job_id_of(found: Schedule) -> UUID:
    assert found.job_id is not None
    return found.job_id


class TestKilled:
    @pytest.mark.parametrize("point", ["searching", "written"])
    def test_worker_leaves_a_plan_that_the_next_one_proposes_once(
        self,
        north: EnterpriseRef,
        mills: list[UUID],
        point: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        with context.enterprise(north):
            asked = make.asked_schedule()
        job_id = job_id_of(asked)

        def work_and_die() -> None:
            if point == "searching":
                monkeypatch.setattr(jobs, "report_progress", die_at_once)
            else:
                monkeypatch.setattr(settings, "JOBS_FAILPOINT", "after_effect:1")
            runner.run_job(job_id)

        assert forked(work_and_die) == 9
        with context.enterprise(north):
            # Nothing of what was found, and nothing half written.
            assert Schedule.objects.get().state == "queued"
            assert ScheduledJob.objects.count() == 0
        with context.jobs():
            assert Job.objects.get(pk=job_id).state == JobState.RUNNING

        later = timezone.now() + HOUR
        with monkeypatch.context() as patched:
            patched.setattr(timezone, "now", lambda: later)
            sweeper.give_back_orphans()
            assert runner.run_job(job_id) == JobState.SUCCEEDED
            assert runner.run_job(job_id) is None

        with context.jobs():
            job = Job.objects.get(pk=job_id)
            assert (job.attempts, job.deaths) == (2, 1)
        with context.enterprise(north):
            (found,) = Schedule.objects.all()
            assert (found.state, found.version) == ("proposed", 2)
            planned = ScheduledJob.objects.values_list("job_order_id", flat=True)
            assert sorted(planned) == sorted(
                JobOrder.objects.values_list("pk", flat=True)
            )
            assert not Reservation.objects.exists()


class TestWhileItRuns:
    def test_a_stop_gives_the_best_so_far(
        self, north: EnterpriseRef, mills: list[UUID]
    ) -> None:
        with running(north) as asked, context.enterprise(north):
            services.stop_schedule(schedule_id=asked.pk, by=SYSTEM, at=MONDAY_7)

        with context.enterprise(north):
            found = Schedule.objects.get()
            assert (found.state, found.is_stop_asked) == ("proposed", True)
            assert found.jobs.count() == 12
            make.accepted(found)
            assert Reservation.objects.filter(state="booked").count() == 12

    def test_a_calendar_that_changes_overtakes_it(
        self, north: EnterpriseRef, mills: list[UUID]
    ) -> None:
        with running(north) as asked, context.enterprise(north):
            capacity.add_exception(
                calendar_id=Calendar.objects.get().pk,
                period=Period(MONDAY_7, MONDAY_7 + timedelta(hours=2)),
                working=False,
                by=SYSTEM,
                at=MONDAY_7,
            )
            services.stop_schedule(schedule_id=asked.pk, by=SYSTEM, at=MONDAY_7)

        self.is_refused(north, "a calendar or a reservation has changed since")

    def test_a_booking_overtakes_it(
        self, north: EnterpriseRef, mills: list[UUID]
    ) -> None:
        with running(north) as asked, context.enterprise(north):
            for machine_id in mills:
                calendars.held(machine_id, not_before=MONDAY_7, expires_at=DAY_LATER)
            services.stop_schedule(schedule_id=asked.pk, by=SYSTEM, at=MONDAY_7)

        self.is_refused(north, "a calendar or a reservation has changed since")
        with context.enterprise(north):
            assert Reservation.objects.filter(state="held").count() == 3

    def is_refused(self, north: EnterpriseRef, why: str) -> None:
        with context.enterprise(north):
            found = Schedule.objects.get()
            assert found.state == "proposed"
            with pytest.raises(services.ScheduleOutdated) as refused:
                make.accepted(found)
            assert why in str(refused.value)
            assert refused.value.remedy == "Have a new plan worked out."
            found.refresh_from_db()
            assert found.state == "outdated"
            assert why in found.error
            assert not Reservation.objects.filter(state="booked").exists()


@contextmanager
def running(north: EnterpriseRef) -> Iterator[Schedule]:
    """Let a worker search for up to ten minutes; go on when it has begun."""
    with context.enterprise(north):
        asked = make.asked_schedule(budget_seconds=600)
    job_id = job_id_of(asked)

    def work() -> JobState | None:
        try:
            return runner.run_job(job_id)
        finally:
            progress._connection().close()
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        ended = threads.submit(work)
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not has_shown_a_plan(job_id):
            assert time.monotonic() < give_up, "It has not begun."
            assert not ended.done(), ended.result()
            time.sleep(0.05)
        yield asked
        assert ended.result(timeout=PATIENCE_SECONDS) == JobState.SUCCEEDED


def has_shown_a_plan(job_id: UUID) -> bool:
    with context.jobs():
        return bool(progress.progress_of(job_id)[1])


def die_at_once(**_facts: object) -> None:
    """Die where the first plan would be told of."""
    die()
