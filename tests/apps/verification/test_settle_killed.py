"""A decision reaches its certificate once, though the worker that carries it is killed."""

import os
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.machines import services as machines
from apps.machines.models import Certificate
from apps.verification import services
from tenants import context, jobs
from tenants.jobs import sweeper
from tenants.models import Job
from tenants.types import Actor, EnterpriseRef, JobState
from tests.factories import verification as make
from tests.support.processes import die, forked
from tests.support.world import NOON

pytestmark = pytest.mark.usefixtures("committed")

OLGA = Actor(label="Olga Operator")


def run_and_die(job_id: UUID) -> None:
    """Do the job in this process, which ends itself once the certificate is written."""
    settle = machines.settle_certificate

    def settled(**facts: object) -> None:
        done = settle(**facts)  # type: ignore[arg-type]
        assert done is not None
        assert done.state == "verified"
        die()

    services.machines_services.settle_certificate = settled  # type: ignore[assignment]
    jobs.run_job(job_id)


def test_a_killed_job_changes_nothing_and_the_next_ends_it(
    north: EnterpriseRef,
) -> None:
    with context.enterprise(north), jobs.unpoked():
        review = make.certificate_review()
    with context.operator(), jobs.unpoked():
        services.decide_review(review_id=review.pk, is_verified=True, by=OLGA, at=NOON)
    with context.jobs():
        job_id = Job.objects.get(kind=services.SETTLE).pk

    ended = forked(lambda: run_and_die(job_id))

    assert os.WTERMSIG(ended) == 9
    with context.enterprise(north):
        assert Certificate.objects.get().state == "submitted"
    with context.jobs():
        lapsed = timezone.now() - timedelta(seconds=1)
        Job.objects.filter(pk=job_id).update(lease_until=lapsed)
    sweeper.sweep()
    with context.jobs():
        Job.objects.filter(pk=job_id).update(run_after=timezone.now())

    assert jobs.run_job(job_id) == JobState.SUCCEEDED

    with context.enterprise(north):
        assert Certificate.objects.get().state == "verified"
        verbs = AuditEvent.objects.filter(subject_id=str(review.certificate_id))
        assert list(verbs.order_by("id").values_list("verb", flat=True)) == [
            "certificate.added",
            "certificate.submitted",
            "certificate.verified",
        ]
