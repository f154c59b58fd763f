from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.orders.models.columns import known
from apps.orders.types import Series
from tenants.isolation import TenantModel


class NumberSeries(TenantModel):
    """The last number given to a kind of document in a year.

    Its row is locked by whoever takes a number until that document is committed, so
    that none is given twice, and none is lost.
    """

    kind = models.CharField(_("kind"), max_length=4, choices=Series)
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number given"))

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        constraints = [
            models.UniqueConstraint(
                name="orders_numberseries_kind_and_year_unique",
                fields=["kind", "year"],
            ),
            models.CheckConstraint(
                name="orders_numberseries_kind_known", condition=known("kind", Series)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"
