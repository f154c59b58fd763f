from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import SharedModel, TimeStampedModel


class Counterparty(SharedModel, TimeStampedModel):
    """An enterprise that has, or had, an order with the owner; once for each pair.

    Written for both sides with the award. By it the database knows who may read the
    facts of a listing that are for counterparties.
    """

    owner = models.ForeignKey(
        "tenants.Enterprise", models.PROTECT, related_name="+", db_index=False
    )
    # No key: the other side may be closed and erased, or move elsewhere.
    counterparty_id = models.UUIDField(_("counterparty"))

    class Meta:
        verbose_name = _("counterparty")
        verbose_name_plural = _("counterparties")
        constraints = [
            models.UniqueConstraint(
                name="exchange_counterparty_pair_once",
                fields=["owner", "counterparty_id"],
            ),
            models.CheckConstraint(
                name="exchange_counterparty_not_oneself",
                condition=~Q(owner=F("counterparty_id")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id}: {self.counterparty_id}"
