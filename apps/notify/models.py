from __future__ import annotations

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.isolation import TenantModel, TenantQuerySet
from tenants.types import Role


class NoticeQuerySet(TenantQuerySet["Notice"]):
    def for_reader(self, *, user_id: UUID, role: str) -> Self:
        # The owner answers for every role, so none of their notices is hidden.
        mine = ~Q(roles=[]) if role == Role.OWNER else Q(roles__contains=[role])
        return self.filter(mine | Q(user_id=user_id))

    def unread_by(self, user_id: UUID) -> Self:
        return self.exclude(readings__has_key=str(user_id))

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")


class Notice(TenantModel):
    """Something that people of the enterprise should know today.

    It is addressed to roles, to one person, or to both, and each of its readers
    reads it on their own: `readings` keeps who did and when. The database keeps
    that a notice has an addressee and that one fact is told once.
    """

    kind = models.CharField(_("kind"), max_length=100)
    title = models.CharField(_("title"), max_length=300)
    body = models.TextField(_("text"), blank=True)
    url = models.CharField(_("link"), max_length=500, blank=True)
    roles = models.JSONField(_("roles"), default=list)
    user_id = models.UUIDField(_("person"), null=True)
    dedup_key = models.CharField(_("told once for"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("told at"))
    readings = models.JSONField(
        _("readings"), default=dict, help_text=_("Who has read it, and when.")
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(
                name="notify_notice_told_once",
                fields=["dedup_key"],
                condition=~Q(dedup_key=""),
            ),
            models.CheckConstraint(
                name="notify_notice_has_addressee",
                condition=Q(user_id__isnull=False) | ~Q(roles=[]),
            ),
            models.CheckConstraint(
                name="notify_notice_kind_shaped",
                condition=Q(kind__regex=r"^[a-z][a-z_]*\.[a-z][a-z_]*$"),
            ),
        ]
        indexes = [
            models.Index(name="notify_notice_newest", fields=["-created_at", "-id"]),
        ]

    def __str__(self) -> str:
        return self.title
