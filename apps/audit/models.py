from __future__ import annotations

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.isolation import TenantModel, TenantQuerySet


class AuditEventQuerySet(TenantQuerySet["AuditEvent"]):
    def about(self, *, subject_type: str, subject_id: str) -> Self:
        return self.filter(subject_type=subject_type, subject_id=subject_id)

    def caused_by(self, user_id: UUID) -> Self:
        return self.filter(by_id=user_id)

    def newest_first(self) -> Self:
        return self.order_by("-at", "-id")


class AuditEvent(TenantModel):
    """One thing that someone did in this enterprise, and never edited since.

    The database refuses to change or remove a row. On commit it gives the row
    the next sequence number of the enterprise and a hash over its digest and
    the hash before it, so that any later change shows. Sequence and hashes are
    therefore empty inside the transaction that records the event.
    """

    sequence = models.PositiveBigIntegerField(_("sequence"), null=True, unique=True)
    at = models.DateTimeField(_("at"))
    by_id = models.UUIDField(_("user"), null=True, db_index=False)
    by_label = models.CharField(_("by"), max_length=200)
    by_client_id = models.CharField(_("API client"), max_length=100, blank=True)
    verb = models.CharField(_("verb"), max_length=100)
    subject_type = models.CharField(_("kind of subject"), max_length=50)
    subject_id = models.CharField(_("id of subject"), max_length=64)
    subject_label = models.CharField(_("subject"), max_length=300)
    facts = models.JSONField(_("facts"), default=dict)
    digest = models.CharField(_("digest"), max_length=64)
    previous_hash = models.CharField(_("hash before"), max_length=64, blank=True)
    hash = models.CharField(_("hash"), max_length=64, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        constraints = [
            models.CheckConstraint(
                name="audit_event_verb_shaped",
                condition=Q(verb__regex=r"^[a-z][a-z_]*\.[a-z][a-z_]*$"),
            ),
            models.CheckConstraint(
                name="audit_event_sealed_whole",
                condition=(
                    Q(sequence__isnull=True, previous_hash="", hash="")
                    | Q(
                        sequence__gte=1,
                        previous_hash__regex="^[0-9a-f]{64}$",
                        hash__regex="^[0-9a-f]{64}$",
                    )
                ),
            ),
        ]
        indexes = [
            models.Index(
                name="audit_event_subject",
                fields=["subject_type", "subject_id", "-at"],
            ),
            models.Index(name="audit_event_at", fields=["-at", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_label}"
