"""Certificates are submitted by shops and decided by the operator alone."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import Error, connection, transaction

from apps.audit.models import AuditEvent
from apps.documents import services as documents
from apps.documents.models import Document
from apps.machines import selectors as machines
from apps.machines import services as machines_services
from apps.machines.models import Certificate
from apps.verification import selectors, services
from apps.verification.models import CertificateReview
from apps.verification.types import ReviewState
from tenants import context, jobs
from tenants.models import Job
from tenants.types import SYSTEM, Actor, EnterpriseRef, JobState
from tests.factories import machines as make_machines
from tests.factories import verification as make
from tests.factories.documents import PDF
from tests.support.world import NOON

OLGA = Actor(label="Olga Operator")


@pytest.fixture
def waiting(north: EnterpriseRef) -> CertificateReview:
    """A certificate of north that waits."""
    with context.enterprise(north):
        return make.certificate_review()


def certificate_of(ref: EnterpriseRef, row: CertificateReview) -> Certificate:
    with context.enterprise(ref):
        return Certificate.objects.get(pk=row.certificate_id)


def decide(row: CertificateReview, **facts: object) -> CertificateReview:
    with context.operator():
        return services.decide_review(
            review_id=row.pk, by=OLGA, at=NOON, **{"is_verified": True, **facts}
        )


def settle(count: int = 1) -> None:
    """Do the jobs that decisions left, as the worker does."""
    with context.jobs():
        found = list(
            Job.objects.filter(kind=services.SETTLE, state=JobState.QUEUED).values_list(
                "pk", flat=True
            )
        )
    assert len(found) == count
    for job_id in found:
        jobs.run_job(job_id)


class TestSubmitting:
    def test_names_the_evidence_as_it_is(
        self, north: EnterpriseRef, waiting: CertificateReview
    ) -> None:
        found = certificate_of(north, waiting)

        assert (found.state, found.version) == ("submitted", 2)
        assert waiting.certificate_version == 2
        assert (waiting.kind_code, waiting.number) == ("iso-9001", "DE-12345")
        assert waiting.document_title == "ISO 9001, scan"
        assert waiting.state == ReviewState.SUBMITTED

    @pytest.mark.usefixtures("in_north")
    def test_needs_evidence_and_writes_nothing_without(self) -> None:
        claimed = make_machines.certificate()

        with pytest.raises(services.NoEvidence) as refused:
            services.submit_certificate(certificate_id=claimed.pk, by=SYSTEM, at=NOON)

        assert refused.value.remedy
        claimed.refresh_from_db()
        assert claimed.state == "claimed"
        assert not CertificateReview.objects.exists()

    @pytest.mark.usefixtures("in_north")
    def test_waits_once(self) -> None:
        review = make.certificate_review()

        with pytest.raises(machines_services.CertificateNotSubmittable):
            services.submit_certificate(
                certificate_id=review.certificate_id, by=SYSTEM, at=NOON
            )

    @pytest.mark.usefixtures("in_north")
    @pytest.mark.parametrize("name", ["revise", "drop", "evidence"])
    def test_keeps_what_is_checked_from_changing(self, name: str) -> None:
        review = make.certificate_review()
        row = Certificate.objects.get(pk=review.certificate_id)
        changes: dict[str, Callable[[], object]] = {
            "revise": lambda: machines_services.revise_certificate(
                certificate_id=row.pk,
                version=row.version,
                draft=make_machines.CertificateDraft(**make_machines.ISO_9001),
                by=SYSTEM,
                at=NOON,
            ),
            "drop": lambda: machines_services.drop_certificate(
                certificate_id=row.pk, by=SYSTEM, at=NOON
            ),
            "evidence": lambda: machines_services.drop_evidence(
                evidence_id=row.evidence.get().pk, by=SYSTEM, at=NOON
            ),
        }

        with pytest.raises(
            (
                machines_services.CertificateUnderReview,
                machines_services.EvidenceUnderReview,
            )
        ):
            changes[name]()

        with pytest.raises(documents.DocumentInUse):
            documents.drop_document(document_id=review.document_id, by=SYSTEM, at=NOON)

    @pytest.mark.usefixtures("in_north")
    def test_can_be_taken_back_and_done_again(self) -> None:
        review = make.certificate_review()
        key = review.certificate_id

        services.withdraw_submission(certificate_id=key, by=SYSTEM, at=NOON)

        assert Certificate.objects.get(pk=key).state == "claimed"
        with pytest.raises(services.ReviewDecided):
            services.withdraw_submission(certificate_id=key, by=SYSTEM, at=NOON)
        services.submit_certificate(certificate_id=key, by=SYSTEM, at=NOON)
        assert [row.state for row in selectors.reviews_of_certificate(key)] == [
            "submitted",
            "withdrawn",
        ]


class TestDeciding:
    def test_verifies_by_a_job_of_the_owner(
        self, north: EnterpriseRef, waiting: CertificateReview
    ) -> None:
        decide(waiting)
        assert certificate_of(north, waiting).state == "submitted"

        settle()

        found = certificate_of(north, waiting)
        assert (found.state, found.verified_at, found.verified_by) == (
            "verified",
            NOON,
            "Olga Operator",
        )

    def test_rejects_with_a_reason_and_takes_it_off_the_listings(
        self, north: EnterpriseRef, waiting: CertificateReview
    ) -> None:
        decide(waiting, is_verified=False, reason="  The scan shows   another number. ")
        settle()

        found = certificate_of(north, waiting)
        assert (found.state, found.rejection) == (
            "rejected",
            "The scan shows another number.",
        )
        with context.enterprise(north):
            assert machines.certificate_codes() == {}
            again = services.submit_certificate(
                certificate_id=found.pk, by=SYSTEM, at=NOON
            )
        assert again.state == ReviewState.SUBMITTED
        assert certificate_of(north, waiting).rejection == ""

    @pytest.mark.parametrize("reason", ["", "   ", "x" * 161])
    def test_rejects_not_without_a_reason(
        self, waiting: CertificateReview, reason: str
    ) -> None:
        with pytest.raises(services.NoReason):
            decide(waiting, is_verified=False, reason=reason)

    def test_is_done_once(
        self, north: EnterpriseRef, waiting: CertificateReview
    ) -> None:
        decide(waiting)
        with pytest.raises(services.ReviewDecided):
            decide(waiting, is_verified=False, reason="No.")
        settle()
        with context.enterprise(north), transaction.atomic():
            services.settle_review(review_id=waiting.pk)

        with context.enterprise(north):
            verbs = AuditEvent.objects.filter(subject_id=str(waiting.certificate_id))
            assert list(verbs.order_by("id").values_list("verb", flat=True)) == [
                "certificate.added",
                "certificate.submitted",
                "certificate.verified",
            ]

    def test_comes_too_late_for_a_certificate_that_is_over(
        self, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            review = make.certificate_review(valid_until_on=NOON.date())
            machines_services.expire_certificates(
                by=SYSTEM, at=NOON + timedelta(days=1)
            )
        decide(review)
        settle()

        assert certificate_of(north, review).state == "expired"

    def test_reads_the_evidence_and_says_so_to_its_owner(
        self, north: EnterpriseRef, waiting: CertificateReview
    ) -> None:
        with context.operator():
            found = services.read_evidence(review_id=waiting.pk, by=OLGA, at=NOON)

        assert found.content == PDF
        with context.enterprise(north):
            event = AuditEvent.objects.get(verb="document.read_by_operator")
        assert (event.by_label, event.subject_id) == (
            "Olga Operator",
            str(waiting.document_id),
        )

    def test_reads_nothing_else_in_its_place(
        self, north: EnterpriseRef, waiting: CertificateReview
    ) -> None:
        with context.enterprise(north):
            Document.objects.filter(pk=waiting.document_id).update(file_sha256="0" * 64)

        with context.operator(), pytest.raises(selectors.EvidenceGone):
            services.read_evidence(review_id=waiting.pk, by=OLGA, at=NOON)


class TestWhatTheDatabaseKeeps:
    """What holds even where our own code tries otherwise."""

    FORBIDDEN = (
        "UPDATE {t} SET state = 'verified', decided_at = now(), decided_by = 'me'",
        "UPDATE {t} SET state = 'verified'",
        "UPDATE {t} SET reason = 'x'",
        "UPDATE {t} SET number = 'other'",
        "DELETE FROM {t}",
        (
            "INSERT INTO {t} (id, owner_id, certificate_id, certificate_version, kind_code,"
            " number, issuer, document_id, document_title, document_sha256, state,"
            " submitted_at, submitted_by, reason, decided_at, decided_by)"
            " SELECT gen_random_uuid(), owner_id, gen_random_uuid(), 1, 'iso-9001', 'n', 'i',"
            " document_id, 't', document_sha256, 'verified', now(), 'me', '', now(), 'me'"
            " FROM {t}"
        ),
    )

    @pytest.mark.parametrize("statement", FORBIDDEN)
    def test_an_enterprise_cannot_decide(
        self, north: EnterpriseRef, waiting: CertificateReview, statement: str
    ) -> None:
        sql = statement.format(t="public.verification_certificatereview")
        with context.enterprise(north):
            with (
                pytest.raises(Error, match="permission denied|row-level security"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(sql)
            assert CertificateReview.objects.get().state == ReviewState.SUBMITTED

    def test_a_decision_stands_against_its_owner(
        self, north: EnterpriseRef, waiting: CertificateReview
    ) -> None:
        decide(waiting, is_verified=False, reason="No.")

        with (
            context.enterprise(north),
            pytest.raises(Error, match="row-level security"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "UPDATE public.verification_certificatereview SET state = 'withdrawn'"
            )

    def test_the_operators_role_can(self, waiting: CertificateReview) -> None:
        """The control: the same statement, by whom it is allowed."""
        with context.operator(), connection.cursor() as cursor:
            cursor.execute(self.FORBIDDEN[0].format(t="verification_certificatereview"))
            assert cursor.rowcount == 1

    def test_others_see_none(
        self, south: EnterpriseRef, waiting: CertificateReview
    ) -> None:
        with context.enterprise(south):
            assert not CertificateReview.objects.exists()
            with pytest.raises(selectors.ReviewNotFound):
                services.settle_review(review_id=waiting.pk)

    def test_two_do_not_wait_for_one_certificate(
        self, north: EnterpriseRef, waiting: CertificateReview
    ) -> None:
        twin = CertificateReview(
            **{
                field.attname: getattr(waiting, field.attname)
                for field in CertificateReview._meta.concrete_fields
                if field.name != "id"
            }
        )
        with (
            context.enterprise(north),
            pytest.raises(Error, match="one_waits"),
            transaction.atomic(),
        ):
            twin.save(force_insert=True)
        assert UUID(str(twin.pk)) != waiting.pk
