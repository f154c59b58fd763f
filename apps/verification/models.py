"""What the platform operator is asked to check."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import SharedModel, TimeStampedModel
from apps.verification.types import DECIDED, ReviewState

IS_SHA256 = r"^[0-9a-f]{64}$"


class CertificateReviewQuerySet(models.QuerySet["CertificateReview"]):
    """Reviews, of one enterprise or of all, by who asks."""

    def waiting(self) -> "CertificateReviewQuerySet":
        """Keep those that are not decided and not withdrawn, the oldest first."""
        return self.filter(state=ReviewState.SUBMITTED).order_by("id")


class CertificateReview(SharedModel, TimeStampedModel):
    """A certificate that its holder has the operator check, as it was submitted.

    One review of a certificate waits at a time. The evidence stays with the enterprise:
    named here by its id and its digest, so that what is checked is what was submitted.
    An enterprise submits and withdraws; only the operator decides, and says why not.
    """

    owner = models.ForeignKey(
        "tenants.Enterprise", models.PROTECT, related_name="+", db_index=False
    )
    certificate_id = models.UUIDField(_("certificate"))
    certificate_version = models.PositiveIntegerField(_("version of the certificate"))
    kind_code = models.CharField(_("kind"), max_length=60)
    number = models.CharField(_("number"), max_length=80)
    issuer = models.CharField(_("issuer"), max_length=160)
    valid_from_on = models.DateField(_("valid from"), null=True)
    valid_until_on = models.DateField(_("valid until"), null=True)
    document_id = models.UUIDField(_("document"))
    document_title = models.CharField(_("evidence"), max_length=160)
    document_sha256 = models.CharField(_("SHA-256 of the evidence"), max_length=64)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=ReviewState,
        default=ReviewState.SUBMITTED,
    )
    reason = models.CharField(_("reason"), max_length=160, blank=True)
    submitted_at = models.DateTimeField(_("submitted at"))
    submitted_by = models.CharField(_("submitted by"), max_length=200)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.CharField(_("decided by"), max_length=200, blank=True)

    objects = CertificateReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review of a certificate")
        verbose_name_plural = _("reviews of certificates")
        constraints = [
            models.UniqueConstraint(
                name="verification_certificatereview_one_waits",
                fields=["owner", "certificate_id"],
                condition=Q(state=ReviewState.SUBMITTED),
            ),
            models.CheckConstraint(
                name="verification_certificatereview_state_known",
                condition=Q(state__in=ReviewState.values),
            ),
            models.CheckConstraint(
                name="verification_certificatereview_decided_at_with_by",
                condition=Q(state__in=DECIDED, decided_at__isnull=False)
                & ~Q(decided_by="")
                | ~Q(state__in=DECIDED) & Q(decided_at__isnull=True, decided_by=""),
            ),
            models.CheckConstraint(
                name="verification_certificatereview_rejected_says_why",
                condition=Q(state=ReviewState.REJECTED) & ~Q(reason="")
                | ~Q(state=ReviewState.REJECTED) & Q(reason=""),
            ),
            models.CheckConstraint(
                name="verification_certificatereview_submitted_by_someone",
                condition=~Q(submitted_by=""),
            ),
            models.CheckConstraint(
                name="verification_certificatereview_evidence_named",
                condition=Q(document_sha256__regex=IS_SHA256),
            ),
            models.CheckConstraint(
                name="verification_certificatereview_validity_in_order",
                condition=Q(valid_from_on__isnull=True)
                | Q(valid_until_on__isnull=True)
                | Q(valid_until_on__gte=F("valid_from_on")),
            ),
        ]
        indexes = [
            # For the operator's queue, which is short beside all that was decided.
            models.Index(
                name="verification_review_queue",
                fields=["id"],
                condition=Q(state=ReviewState.SUBMITTED),
            ),
            # For the page of one certificate.
            models.Index(
                name="verification_review_of",
                fields=["owner", "certificate_id", "-id"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind_code} {self.number}"
