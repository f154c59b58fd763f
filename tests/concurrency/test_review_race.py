"""One certificate that waits, many who decide or take it back: real threads."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from apps.kernel.errors import DomainError
from apps.machines.models import Certificate
from apps.verification import services
from apps.verification.models import CertificateReview
from tenants import context, jobs
from tenants.models import Job
from tenants.types import SYSTEM, EnterpriseRef, JobState
from tests.factories import verification as make
from tests.support.world import NOON

pytestmark = pytest.mark.usefixtures("committed")

ROUNDS = 5
# What each outcome of a review makes of the certificate.
LEADS_TO = {"verified": "verified", "rejected": "rejected", "withdrawn": "claimed"}


def race(deeds: list[Callable[[], object]]) -> Counter[str]:
    """Start all in the same moment; count wins, and refusals by their code."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> str:
        try:
            start.wait(timeout=60)
            deed()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "won"

    with ThreadPoolExecutor(len(deeds)) as threads:
        return Counter(threads.map(run, deeds))


def decide(review: CertificateReview, *, is_verified: bool) -> None:
    with context.operator(), jobs.unpoked():
        services.decide_review(
            review_id=review.pk,
            is_verified=is_verified,
            reason="" if is_verified else "Another number.",
            by=SYSTEM,
            at=NOON,
        )


def take_back(ref: EnterpriseRef, review: CertificateReview) -> None:
    with context.enterprise(ref), jobs.unpoked():
        services.withdraw_submission(
            certificate_id=review.certificate_id, by=SYSTEM, at=NOON
        )


def test_exactly_one_decides(north: EnterpriseRef) -> None:
    for number in range(ROUNDS):
        with context.enterprise(north), jobs.unpoked():
            review = make.certificate_review(number=f"DE-{number}")

        ended = race(
            [
                partial(decide, review, is_verified=True),
                partial(decide, review, is_verified=False),
                partial(decide, review, is_verified=True),
                partial(take_back, north, review),
            ]
        )

        assert ended == {"won": 1, "review_decided": 3}
        with context.jobs():
            waiting = list(
                Job.objects.filter(kind=services.SETTLE, state=JobState.QUEUED)
            )
        for job in waiting:
            assert jobs.run_job(job.pk) == JobState.SUCCEEDED
        with context.enterprise(north):
            state = CertificateReview.objects.get(pk=review.pk).state
            found = Certificate.objects.get(pk=review.certificate_id)
        assert found.state == LEADS_TO[state]
        assert len(waiting) == (state != "withdrawn")


def test_one_of_many_submissions_waits(north: EnterpriseRef) -> None:
    with context.enterprise(north), jobs.unpoked():
        first = make.certificate_review()
        services.withdraw_submission(
            certificate_id=first.certificate_id, by=SYSTEM, at=NOON
        )

    def submit() -> None:
        with context.enterprise(north), jobs.unpoked():
            services.submit_certificate(
                certificate_id=first.certificate_id, by=SYSTEM, at=NOON
            )

    assert race([submit] * 6) == {"won": 1, "certificate_not_submittable": 5}

    with context.operator():
        assert CertificateReview.objects.waiting().count() == 1
