"""Reading what is checked, and what came of it."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from apps.documents import selectors as documents
from apps.documents.models import Document
from apps.kernel.errors import NotFound
from apps.verification.models import CertificateReview, CertificateReviewQuerySet
from tenants import context
from tenants.registry.selectors import enterprise_by_id


class ReviewNotFound(NotFound):
    """There is no such review, or not here."""

    code = "review_not_found"


class EvidenceGone(NotFound):
    """The evidence is not what was submitted any more."""

    code = "evidence_gone"


@dataclass(frozen=True, slots=True)
class SubmittedFile:
    """The evidence of a review, as it was submitted."""

    document: Document
    content: bytes


def reviews_of_certificate(certificate_id: UUID) -> CertificateReviewQuerySet:
    """Return the checks of one certificate of the enterprise, newest first."""
    found: CertificateReviewQuerySet = CertificateReview.objects.filter(
        owner_id=context.current().id, certificate_id=certificate_id
    ).order_by("-id")
    return found


def review(review_id: UUID) -> CertificateReview:
    """Return one review of those that the context may see.

    :raises ReviewNotFound: if there is none of this id.
    """
    found = CertificateReview.objects.filter(pk=review_id).first()
    if found is None:
        raise ReviewNotFound(
            _("There is no such review."), field="review", value=str(review_id)
        )
    return found


def waiting_count() -> int:
    """Return how many certificates wait for the operator."""
    return CertificateReview.objects.waiting().count()


def evidence_of(row: CertificateReview) -> SubmittedFile:
    """Return the evidence that its enterprise submitted, and nothing else of it.

    :raises EvidenceGone: if enterprise or document are not there, or another document
        stands in its place.
    """
    ref = enterprise_by_id(row.owner_id)
    if ref is None:
        raise _gone(row)
    with context.enterprise(ref):
        found = documents.documents().filter(pk=row.document_id).first()
        if found is None or found.file_sha256 != row.document_sha256:
            raise _gone(row)
        with found.file.open("rb") as stored:
            return SubmittedFile(found, stored.read())


def _gone(row: CertificateReview) -> EvidenceGone:
    return EvidenceGone(
        _("The evidence %(title)s is not there as it was submitted.")
        % {"title": row.document_title},
        field="document_id",
        value=str(row.document_id),
        remedy=_("Reject it, and ask for the document again."),
    )
