"""Having certificates checked: submitted and withdrawn by shops, decided by operators."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.kernel.errors import Conflict, InvalidInput
from apps.machines import selectors as machines
from apps.machines import services as machines_services
from apps.machines.types import CertificateState
from apps.verification import selectors
from apps.verification.models import CertificateReview, CertificateReviewQuerySet
from apps.verification.types import ReviewState
from tenants import context, jobs
from tenants.registry.selectors import enterprise_by_id
from tenants.types import Actor

SETTLE = "verification.settle_certificate"
WITHDRAW = "verification.withdraw_lapsed"
LONGEST_REASON = 160


class NoEvidence(InvalidInput):
    """Nothing shows the certificate."""

    code = "no_evidence"


class ReviewDecided(Conflict):
    """The review does not wait any more."""

    code = "review_decided"


class HolderAway(Conflict):
    """The enterprise is not here to be told."""

    code = "holder_away"


class NoReason(InvalidInput):
    """A rejection that does not say why."""

    code = "no_reason"


@transaction.atomic
def submit_certificate(
    *, certificate_id: UUID, by: Actor, at: datetime
) -> CertificateReview:
    """Have the operator check a certificate against the newest evidence of it.

    :raises CertificateNotFound: if the enterprise has none of this id.
    :raises NoEvidence: if no document shows it.
    :raises CertificateNotSubmittable: if it is being checked, verified or over.
    """
    certificate = machines_services.submit_certificate(
        certificate_id=certificate_id, by=by, at=at
    )
    shown = machines.evidence_of_certificate(certificate_id).first()
    if shown is None:
        raise NoEvidence(
            _("No document shows %(certificate)s.") % {"certificate": certificate},
            field="evidence",
            remedy=_(
                "Add the certificate itself, as a scan or a PDF, and submit again."
            ),
        )
    made = CertificateReview(
        owner_id=context.current().id,
        certificate_id=certificate.pk,
        certificate_version=certificate.version,
        kind_code=certificate.kind_code,
        number=certificate.number,
        issuer=certificate.issuer,
        valid_from_on=certificate.valid_from_on,
        valid_until_on=certificate.valid_until_on,
        document_id=shown.document_id,
        document_title=shown.document.title,
        document_sha256=shown.document.file_sha256,
        submitted_at=at,
        submitted_by=by.label,
    )
    # One that ended while it was checked may still wait here.
    _waiting_of(certificate_id).update(state=ReviewState.WITHDRAWN)
    made.save(force_insert=True)
    if made.valid_until_on is not None:
        jobs.enqueue_when_due(WITHDRAW, due_at=_end_of(made.valid_until_on))
    return made


@transaction.atomic
def withdraw_submission(*, certificate_id: UUID, by: Actor, at: datetime) -> None:
    """Take a certificate out of the queue; it is a claim again.

    :raises ReviewDecided: if it does not wait any more.
    """
    review = _waiting_of(certificate_id).select_for_update().first()
    if review is None and (forlorn := _submitted_to_nobody(certificate_id)):
        _claim(certificate_id, forlorn, by=by, at=at)
        return
    if review is None:
        raise ReviewDecided(
            _("The certificate does not wait to be checked."),
            field="certificate",
            value=str(certificate_id),
            remedy=_("Look at it again; it may have been decided."),
        )
    _withdraw(review, by=by, at=at)


@transaction.atomic
def withdraw_lapsed_submissions(*, by: Actor, at: datetime) -> int:
    """Take certificates out of the queue whose last day is over; return how many."""
    lapsed = list(_lapsed(at).select_for_update().order_by("id"))
    for review in lapsed:
        _withdraw(review, by=by, at=at)
    return len(lapsed)


def has_lapsed_submissions(at: datetime) -> bool:
    """Say whether certificates wait that are over."""
    return _lapsed(at).exists()


@transaction.atomic
def decide_review(
    *,
    review_id: UUID,
    is_verified: bool,
    by: Actor,
    at: datetime,
    reason: str = "",
) -> CertificateReview:
    """Say for the operator whether a certificate holds; its owner learns it by a job.

    :raises ReviewNotFound: if there is none of this id.
    :raises ReviewDecided: if it was decided or withdrawn meanwhile.
    :raises HolderAway: if its enterprise rests, or is being moved away.
    :raises NoReason: if it is rejected without a reason, or with too long a one.
    """
    told = " ".join(reason.split())
    if not is_verified and not 0 < len(told) <= LONGEST_REASON:
        raise NoReason(
            _("A rejection says why in 1 to %(most)d characters.")
            % {"most": LONGEST_REASON},
            field="reason",
            value=told[:LONGEST_REASON],
            remedy=_("Say what the shop must mend."),
        )
    review = CertificateReview.objects.select_for_update().filter(pk=review_id).first()
    if review is None:
        return selectors.review(review_id)
    if review.state != ReviewState.SUBMITTED:
        raise ReviewDecided(
            _("%(certificate)s does not wait any more: %(state)s.")
            % {"certificate": review, "state": review.get_state_display().lower()},
            field="state",
            value=review.state,
        )
    holder = enterprise_by_id(review.owner_id)
    if holder is None:
        raise HolderAway(
            _("The enterprise of %(certificate)s is not active here.")
            % {"certificate": review},
            field="enterprise",
            value=str(review.owner_id),
            remedy=_("Decide it once the enterprise is back."),
        )
    review.state = ReviewState.VERIFIED if is_verified else ReviewState.REJECTED
    review.reason = "" if is_verified else told
    review.decided_at = at
    review.decided_by = by.label
    review.save()
    jobs.enqueue(
        SETTLE,
        dedup_key=f"review:{review.pk}",
        enterprise=holder,
        review_id=str(review.pk),
    )
    return review


@transaction.atomic
def settle_review(*, review_id: UUID) -> None:
    """Let the certificate be what was decided of it; runs in its owner's name.

    :raises ReviewNotFound: if the enterprise has none of this id.
    """
    review = selectors.review(review_id)
    if review.state not in (ReviewState.VERIFIED, ReviewState.REJECTED):
        return
    assert review.decided_at is not None
    machines_services.settle_certificate(
        certificate_id=review.certificate_id,
        version=review.certificate_version,
        state=CertificateState(review.state),
        reason=review.reason,
        by=Actor(label=review.decided_by),
        at=review.decided_at,
    )


def read_evidence(
    *, review_id: UUID, by: Actor, at: datetime
) -> selectors.SubmittedFile:
    """Return the evidence of a review to the operator; its owner's history says so.

    :raises ReviewNotFound: if there is none of this id.
    :raises EvidenceGone: if the evidence is not there as it was submitted.
    """
    review = selectors.review(review_id)
    found = selectors.evidence_of(review)
    ref = enterprise_by_id(review.owner_id)
    assert ref is not None
    with context.enterprise(ref), transaction.atomic():
        audit.record(
            verb="document.read_by_operator",
            subject=found.document,
            by=by,
            at=at,
            facts={"certificate": str(review), "review_id": str(review.pk)},
        )
    return found


def _withdraw(review: CertificateReview, *, by: Actor, at: datetime) -> None:
    review.state = ReviewState.WITHDRAWN
    review.save(update_fields=["state", "updated_at"])
    _claim(review.certificate_id, review.certificate_version, by=by, at=at)


def _claim(certificate_id: UUID, version: int, *, by: Actor, at: datetime) -> None:
    machines_services.settle_certificate(
        certificate_id=certificate_id,
        version=version,
        state=CertificateState.CLAIMED,
        by=by,
        at=at,
    )


def _submitted_to_nobody(certificate_id: UUID) -> int | None:
    """Return the version of a certificate that has no review, as in a copy of a shop."""
    found = machines.certificates().filter(
        pk=certificate_id, state=CertificateState.SUBMITTED
    )
    known = selectors.reviews_of_certificate(certificate_id)
    for certificate in found:
        if not known.filter(certificate_version=certificate.version).exists():
            version: int = certificate.version
            return version
    return None


def _waiting_of(certificate_id: UUID) -> CertificateReviewQuerySet:
    found: CertificateReviewQuerySet = CertificateReview.objects.waiting().filter(
        owner_id=context.current().id, certificate_id=certificate_id
    )
    return found


def _lapsed(at: datetime) -> CertificateReviewQuerySet:
    found: CertificateReviewQuerySet = CertificateReview.objects.waiting().filter(
        owner_id=context.current().id, valid_until_on__lt=at.date()
    )
    return found


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
