"""What becomes of a certificate that ends, or whose holder rests, while it waits."""

from datetime import timedelta

import pytest

from apps.machines import services as machines
from apps.machines.models import Certificate
from apps.machines.types import CertificateDraft
from apps.verification import selectors, services
from apps.verification.models import CertificateReview
from tenants import context
from tenants.lifecycle import services as lifecycle
from tenants.models import Job
from tenants.types import SYSTEM, EnterpriseRef
from tests.factories import verification as make
from tests.factories.machines import ISO_9001
from tests.support.world import NOON

NEXT_DAY = NOON + timedelta(days=1)
RENEWED = CertificateDraft(
    **{**ISO_9001, "number": "DE-2", "valid_until_on": NOON.date().replace(year=2029)}
)


@pytest.mark.usefixtures("in_north")
class TestEnding:
    def test_leaves_the_queue_by_a_job_of_the_day_after(self) -> None:
        review = make.certificate_review(valid_until_on=NOON.date())

        assert not services.has_lapsed_submissions(NOON)
        assert services.withdraw_lapsed_submissions(by=SYSTEM, at=NOON) == 0
        assert services.has_lapsed_submissions(NEXT_DAY)
        assert services.withdraw_lapsed_submissions(by=SYSTEM, at=NEXT_DAY) == 1

        review.refresh_from_db()
        assert review.state == "withdrawn"
        assert Certificate.objects.get().state == "claimed"
        with context.jobs():
            due = Job.objects.get(kind=services.WITHDRAW).run_after
        assert due.date() == NEXT_DAY.date()

    def test_lets_the_renewed_one_be_submitted(self) -> None:
        first = make.certificate_review(valid_until_on=NOON.date())
        machines.expire_certificates(by=SYSTEM, at=NEXT_DAY)
        row = Certificate.objects.get()
        assert row.state == "expired"
        machines.revise_certificate(
            certificate_id=row.pk,
            version=row.version,
            draft=RENEWED,
            by=SYSTEM,
            at=NEXT_DAY,
        )

        again = services.submit_certificate(
            certificate_id=row.pk, by=SYSTEM, at=NEXT_DAY
        )

        assert [
            (one.pk, one.state) for one in selectors.reviews_of_certificate(row.pk)
        ] == [(again.pk, "submitted"), (first.pk, "withdrawn")]

    def test_does_not_touch_one_that_was_decided(self) -> None:
        review = make.certificate_review(valid_until_on=NOON.date())
        with context.operator():
            services.decide_review(
                review_id=review.pk, is_verified=True, by=SYSTEM, at=NOON
            )

        assert services.withdraw_lapsed_submissions(by=SYSTEM, at=NEXT_DAY) == 0

        review.refresh_from_db()
        assert review.state == "verified"


class TestResting:
    def test_leaves_the_decision_until_the_holder_is_back(
        self, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            review = make.certificate_review()
        lifecycle.let_rest(enterprise_id=north.id, by=SYSTEM, at=NOON)

        with context.operator(), pytest.raises(services.HolderAway) as refused:
            services.decide_review(
                review_id=review.pk, is_verified=True, by=SYSTEM, at=NOON
            )

        assert refused.value.remedy
        with context.operator():
            assert CertificateReview.objects.get().state == "submitted"
        with context.jobs():
            assert not Job.objects.filter(kind=services.SETTLE).exists()


@pytest.mark.usefixtures("in_north")
class TestCopying:
    """A copy of an enterprise has its certificates, and no place in the queue."""

    def test_leaves_a_certificate_that_can_be_taken_back(self) -> None:
        review = make.certificate_review()
        with context.owner():
            CertificateReview.objects.all().delete()

        services.withdraw_submission(
            certificate_id=review.certificate_id, by=SYSTEM, at=NOON
        )

        assert Certificate.objects.get().state == "claimed"

    def test_is_told_from_a_decision_on_its_way(self) -> None:
        review = make.certificate_review()
        with context.operator():
            services.decide_review(
                review_id=review.pk, is_verified=True, by=SYSTEM, at=NOON
            )

        with pytest.raises(services.ReviewDecided):
            services.withdraw_submission(
                certificate_id=review.certificate_id, by=SYSTEM, at=NOON
            )

        assert Certificate.objects.get().state == "submitted"
