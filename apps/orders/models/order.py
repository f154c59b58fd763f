from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import TimeStampedModel
from apps.orders.models.columns import IS_CURRENCY, actor, known, paired
from apps.orders.models.quote import Quote
from apps.orders.models.rfq import RfqLine
from apps.orders.types import OrderState, Side
from tenants.isolation import TenantModel, TenantQuerySet


class OrderQuerySet(TenantQuerySet["Order"]):
    def newest_first(self) -> Self:
        return self.order_by("-id")


class Order(TenantModel, TimeStampedModel):
    """The contract between two enterprises, kept by both sides under the same id.

    A quote leads to one order. Each side numbers it in a series of its own.
    """

    number = models.CharField(_("number"), max_length=20)
    side = models.CharField(_("our side"), max_length=6, choices=Side)
    quote = models.OneToOneField(Quote, models.PROTECT, related_name="order")
    rfq_line = models.ForeignKey(
        RfqLine, models.PROTECT, related_name="orders", null=True, blank=True
    )
    counterparty_id = models.UUIDField(_("counterparty"))
    counterparty_name = models.CharField(_("name of the counterparty"), max_length=160)
    state = models.CharField(
        _("state"), max_length=14, choices=OrderState, default=OrderState.PLACED
    )
    title = models.CharField(_("title"), max_length=160)
    quantity = models.PositiveIntegerField(_("quantity"))
    total = models.DecimalField(_("total"), max_digits=16, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    due_on = models.DateField(_("due on"))
    promised_at = models.DateTimeField(_("promised at"))
    machine_id = models.UUIDField(_("machine"), null=True, blank=True)
    reservation_id = models.UUIDField(_("reservation"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    placed_at = models.DateTimeField(_("placed at"))
    placed_by = models.CharField(_("placed by"), max_length=200)
    moved_at = models.DateTimeField(_("last moved at"), null=True, blank=True)
    moved_by = actor(_("last moved by"))
    reason = models.CharField(
        _("why cancelled or disputed"), max_length=300, blank=True
    )

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(
                name="orders_order_number_unique", fields=["number"]
            ),
            models.CheckConstraint(
                name="orders_order_side_known", condition=known("side", Side)
            ),
            models.CheckConstraint(
                name="orders_order_state_known", condition=known("state", OrderState)
            ),
            models.CheckConstraint(
                name="orders_order_bought_for_a_line",
                condition=Q(side=Side.BUYER, rfq_line__isnull=False)
                | Q(side=Side.SELLER, rfq_line__isnull=True),
            ),
            models.CheckConstraint(
                name="orders_order_quantity_above_zero", condition=Q(quantity__gt=0)
            ),
            models.CheckConstraint(
                name="orders_order_total_not_negative", condition=Q(total__gte=0)
            ),
            models.CheckConstraint(
                name="orders_order_currency_is_code",
                condition=Q(currency__regex=IS_CURRENCY),
            ),
            models.CheckConstraint(
                name="orders_order_moved_at_by", condition=paired("moved")
            ),
            models.CheckConstraint(
                name="orders_order_placed_by_someone", condition=~Q(placed_by="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
