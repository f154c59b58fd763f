"""What shows that claims of the register are so."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.documents.models import Document
from apps.kernel.models import TimeStampedModel
from apps.machines.models.certificate import Certificate
from apps.machines.models.conditions import none_of
from apps.machines.models.machine import Capability, Machine
from apps.machines.models.site import Site
from apps.machines.types import EvidenceKind
from tenants.isolation import TenantModel, TenantQuerySet

SUBJECTS = ("machine", "capability", "certificate", "site")


def _only(subject: str) -> Q:
    others = [one for one in SUBJECTS if one != subject]
    return Q(**{f"{subject}__isnull": False}) & none_of(*others)


class EvidenceQuerySet(TenantQuerySet["Evidence"]):
    """Evidence of one enterprise."""

    def newest_first(self) -> Self:
        """Sort by when it was added."""
        return self.order_by("-id")


class Evidence(TenantModel, TimeStampedModel):
    """A document that speaks for one machine, capability, certificate or site.

    It may prove a figure of a capability, with the value that was observed and on how
    many pieces. A document that is evidence is not deleted.
    """

    document = models.ForeignKey(
        Document, models.PROTECT, related_name="evidence", verbose_name=_("document")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=EvidenceKind)
    machine = models.ForeignKey(
        Machine,
        models.CASCADE,
        related_name="evidence",
        null=True,
        verbose_name=_("machine"),
    )
    capability = models.ForeignKey(
        Capability,
        models.CASCADE,
        related_name="evidence",
        null=True,
        verbose_name=_("capability"),
    )
    certificate = models.ForeignKey(
        Certificate,
        models.CASCADE,
        related_name="evidence",
        null=True,
        db_index=False,
        verbose_name=_("certificate"),
    )
    site = models.ForeignKey(
        Site,
        models.CASCADE,
        related_name="evidence",
        null=True,
        db_index=False,
        verbose_name=_("site"),
    )
    figure = models.CharField(_("figure"), max_length=24, blank=True)
    observed_value = models.FloatField(_("observed value"), null=True, blank=True)
    sample_size = models.PositiveIntegerField(_("pieces"), null=True, blank=True)
    measured_on = models.DateField(_("measured on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=160, blank=True)
    added_at = models.DateTimeField(_("added at"))
    added_by = models.CharField(_("added by"), max_length=200)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                name="machines_evidence_of_one_thing",
                condition=_only("machine")
                | _only("capability")
                | _only("certificate")
                | _only("site"),
            ),
            models.CheckConstraint(
                name="machines_evidence_kind_known",
                condition=Q(kind__in=EvidenceKind.values),
            ),
            models.CheckConstraint(
                name="machines_evidence_figure_of_capability",
                condition=Q(figure="", observed_value__isnull=True)
                | Q(capability__isnull=False),
            ),
            models.CheckConstraint(
                name="machines_evidence_added_by_someone", condition=~Q(added_by="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.document_id}"
