"""What others have certified of an enterprise."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import TimeStampedModel
from apps.machines.types import CertificateState
from tenants.isolation import TenantModel, TenantQuerySet


class CertificateQuerySet(TenantQuerySet["Certificate"]):
    """Certificates of one enterprise."""

    def standing(self) -> Self:
        """Keep those that are neither known to have expired nor rejected."""
        return self.exclude(
            state__in=(CertificateState.EXPIRED, CertificateState.REJECTED)
        )


class Certificate(TenantModel, TimeStampedModel):
    """A certificate that the enterprise holds, or says that it holds.

    A number of a kind is entered once. Whoever verified it is named with the moment,
    and a rejected one says why.
    """

    kind_code = models.CharField(_("kind"), max_length=60)
    number = models.CharField(_("number"), max_length=80)
    issuer = models.CharField(_("issuer"), max_length=160)
    valid_from_on = models.DateField(_("valid from"), null=True, blank=True)
    valid_until_on = models.DateField(_("valid until"), null=True, blank=True)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=CertificateState,
        default=CertificateState.CLAIMED,
    )
    verified_at = models.DateTimeField(_("verified at"), null=True, editable=False)
    verified_by = models.CharField(
        _("verified by"), max_length=200, blank=True, editable=False
    )

    rejection = models.CharField(
        _("why it was rejected"), max_length=160, blank=True, editable=False
    )
    reminded_days = models.PositiveSmallIntegerField(
        _("days before its end that were reminded of"), null=True, editable=False
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.UniqueConstraint(
                name="machines_certificate_once", fields=["kind_code", "number"]
            ),
            models.CheckConstraint(
                name="machines_certificate_state_known",
                condition=Q(state__in=CertificateState.values),
            ),
            models.CheckConstraint(
                name="machines_certificate_validity_in_order",
                condition=Q(valid_from_on__isnull=True)
                | Q(valid_until_on__isnull=True)
                | Q(valid_until_on__gte=F("valid_from_on")),
            ),
            models.CheckConstraint(
                name="machines_certificate_verified_at_with_by",
                condition=Q(verified_at__isnull=True, verified_by="")
                | (Q(verified_at__isnull=False) & ~Q(verified_by="")),
            ),
            models.CheckConstraint(
                name="machines_certificate_verified_has_moment",
                condition=~Q(state=CertificateState.VERIFIED)
                | Q(verified_at__isnull=False),
            ),
            models.CheckConstraint(
                name="machines_certificate_rejected_says_why",
                condition=Q(state=CertificateState.REJECTED) & ~Q(rejection="")
                | ~Q(state=CertificateState.REJECTED) & Q(rejection=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind_code} {self.number}"
