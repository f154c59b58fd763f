"""Work written down with its cause is done once, or says why not."""

import time
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone

from apps.notify.models import Notice
from spindle.local.services import ServiceUrls
from tenants import context, jobs
from tenants.jobs import progress, queue, services, sweeper
from tenants.jobs.selectors import job_status
from tenants.models import Job
from tenants.registry.services import suspend
from tenants.types import EnterpriseRef, JobState
from tests.support import work

pytestmark = pytest.mark.usefixtures("committed")


def job(job_id: UUID) -> Job:
    with context.jobs():
        return Job.objects.get(pk=job_id)


def notices(ref: EnterpriseRef) -> list[str]:
    with context.enterprise(ref):
        return sorted(Notice.objects.values_list("title", flat=True))


def enqueue(ref: EnterpriseRef, **args: object) -> UUID:
    with context.enterprise(ref), transaction.atomic():
        return jobs.enqueue(work.KIND, **args)


class TestEnqueue:
    def test_writes_nothing_when_its_cause_is_undone(
        self, north: EnterpriseRef
    ) -> None:
        with pytest.raises(ZeroDivisionError), context.enterprise(north):
            with transaction.atomic():
                jobs.enqueue(work.KIND, number=1)
                raise ZeroDivisionError

        with context.jobs():
            assert Job.objects.count() == 0

    def test_joins_a_waiting_job_of_the_same_key(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            first = jobs.enqueue(work.KIND, dedup_key="a", number=1)
            second = jobs.enqueue(work.KIND, dedup_key="a", number=1)
        with context.enterprise(south):
            elsewhere = jobs.enqueue(work.KIND, dedup_key="a", number=1)

        assert first == second
        assert elsewhere != first

    def test_succeeds_at_once_while_the_broker_is_away(
        self,
        north: EnterpriseRef,
        running_services: ServiceUrls,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(queue, "_broker_down_until", 0.0)
        running_services.valkey.kill()
        begun = time.monotonic()
        try:
            ids = [enqueue(north, number=number) for number in range(20)]
            waited = time.monotonic() - begun
        finally:
            running_services.valkey.start()
            monkeypatch.setattr(queue, "_broker_down_until", 0.0)

        assert {job(job_id).state for job_id in ids} == {JobState.QUEUED}
        # Only the first poke may find out; the others do not even try.
        assert waited < queue.BROKER_PAUSE_SECONDS


class TestRunJob:
    def test_does_the_work_in_its_enterprises_name(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        job_id = enqueue(north, number=1)

        assert jobs.run_job(job_id) is JobState.SUCCEEDED

        assert notices(north) == ["Notice 1"]
        assert notices(south) == []

    def test_does_nothing_the_second_time(self, north: EnterpriseRef) -> None:
        job_id = enqueue(north, number=1)
        jobs.run_job(job_id)

        assert jobs.run_job(job_id) is None

        assert notices(north) == ["Notice 1"]

    def test_undoes_the_effect_of_a_refusal_and_keeps_its_reason(
        self, north: EnterpriseRef
    ) -> None:
        job_id = enqueue(north, number=1, end="refused")

        assert jobs.run_job(job_id) is JobState.FAILED

        failed = job(job_id)
        assert failed.error == "That cannot be. Do something else."
        assert failed.error_code == "refused_by_test"
        assert notices(north) == []

    def test_tries_again_after_a_fault_and_gives_up_at_the_limit(
        self, north: EnterpriseRef, settings: object
    ) -> None:
        job_id = enqueue(north, number=1, end="broken")

        states = []
        for _ in range(5):
            states.append(jobs.run_job(job_id))
            with context.jobs():
                Job.objects.filter(pk=job_id).update(run_after=timezone.now())

        assert states == [JobState.QUEUED] * 4 + [JobState.FAILED]
        assert job(job_id).attempts == 5
        assert notices(north) == []

    def test_refuses_to_run_without_an_enterprise(self, north: EnterpriseRef) -> None:
        with context.jobs():
            job_id = jobs.enqueue(work.KIND, number=1)

        assert jobs.run_job(job_id) is JobState.QUARANTINED

        assert job(job_id).error_code == "NoTenant"
        assert notices(north) == []

    def test_quarantines_a_kind_that_nobody_knows(self, north: EnterpriseRef) -> None:
        with context.enterprise(north):
            job_id = jobs.enqueue("tests.nobody_knows_this")

        assert jobs.run_job(job_id) is JobState.QUARANTINED

        assert job(job_id).error_code == "UnknownKind"

    def test_is_not_run_before_its_time(self, north: EnterpriseRef) -> None:
        with context.enterprise(north):
            job_id = jobs.enqueue(
                work.KIND, run_after=timezone.now() + timedelta(hours=1), number=1
            )

        assert jobs.run_job(job_id) is None
        assert jobs.run_due() == 0

    def test_shows_progress_that_its_transaction_did_not_keep(
        self, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            job_id = jobs.enqueue("tests.report")
        jobs.run_job(job_id)

        with context.enterprise(north):
            status = job_status(job_id)

        assert status is not None
        assert (status.percent, status.note) == (40, "nearly half")
        assert status.state is JobState.FAILED

    def test_shows_progress_again_after_its_connection_was_cut(
        self, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            first, second = jobs.enqueue("tests.report"), jobs.enqueue("tests.report")
        jobs.run_job(first)
        progress._connection().connection.close()

        jobs.run_job(second)

        with context.enterprise(north):
            status = job_status(second)
        assert status is not None
        assert status.percent == 40


class TestSweep:
    def test_gives_back_a_job_whose_runner_died(self, north: EnterpriseRef) -> None:
        job_id = enqueue(north, number=1)
        with context.jobs():
            Job.objects.filter(pk=job_id).update(
                state=JobState.RUNNING,
                attempts=1,
                lease_until=timezone.now() - timedelta(seconds=1),
            )

        assert sweeper.give_back_orphans() == 1

        assert job(job_id).state == JobState.QUEUED
        assert jobs.run_job(job_id) is JobState.SUCCEEDED

    def test_quarantines_a_job_that_keeps_killing_its_runner(
        self, north: EnterpriseRef
    ) -> None:
        job_id = enqueue(north, number=1)
        for _ in range(3):
            with context.jobs():
                Job.objects.filter(pk=job_id).update(
                    state=JobState.RUNNING,
                    lease_until=timezone.now() - timedelta(seconds=1),
                )
            sweeper.give_back_orphans()

        killer = job(job_id)
        assert killer.state == JobState.QUARANTINED
        assert killer.error == "The worker died 3 times while doing this job."

    def test_pokes_what_was_lost_once_a_while(self, north: EnterpriseRef) -> None:
        job_id = enqueue(north, number=1)
        with context.jobs():
            Job.objects.filter(pk=job_id).update(poked_at=None)

        assert sweeper.claim_due_pokes() == [job_id]
        assert sweeper.claim_due_pokes() == []


class TestRetryJob:
    def test_runs_a_failed_job_again(self, north: EnterpriseRef) -> None:
        job_id = enqueue(north, number=1, end="refused")
        jobs.run_job(job_id)
        with context.jobs():
            Job.objects.filter(pk=job_id).update(args={"number": 1})

        with context.operator():
            services.retry_job(job_id=job_id, at=timezone.now())

        assert jobs.run_job(job_id) is JobState.SUCCEEDED
        assert Counter(notices(north)) == {"Notice 1": 1}

    def test_refuses_a_job_that_went_well(self, north: EnterpriseRef) -> None:
        job_id = enqueue(north, number=1)
        jobs.run_job(job_id)

        with context.operator(), pytest.raises(services.JobNotRetryable):
            services.retry_job(job_id=job_id, at=timezone.now())

    def test_cannot_reach_another_enterprises_job(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        job_id = enqueue(north, number=1, end="refused")
        jobs.run_job(job_id)

        with context.enterprise(south), pytest.raises(services.JobNotRetryable):
            services.retry_job(job_id=job_id, at=timezone.now())

        assert job(job_id).state == JobState.FAILED


class TestSuspension:
    def test_is_recorded_with_who_and_why(self, north: EnterpriseRef) -> None:
        from tenants.registry.selectors import enterprise_by_slug, user_by_email

        owner = user_by_email("owner@north.example")
        assert owner is not None
        with context.operator():
            suspend(
                enterprise_id=north.id,
                by_user_id=owner.id,
                reason="Unpaid",
                at=timezone.now(),
            )

        found = enterprise_by_slug("north")
        assert found is not None
        assert found.is_suspended
