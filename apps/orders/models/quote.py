from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import TimeStampedModel
from apps.orders.models.columns import IS_CURRENCY, actor, known, paired
from apps.orders.models.rfq import RfqLine
from apps.orders.types import PriceLine, QuoteOrigin, QuoteState, Side
from tenants.isolation import TenantModel, TenantQuerySet


class QuoteQuerySet(TenantQuerySet["Quote"]):
    def newest_first(self) -> Self:
        return self.order_by("-id")

    def given(self) -> Self:
        return self.filter(side=Side.SELLER)

    def received(self) -> Self:
        return self.filter(side=Side.BUYER)

    def lapsed_at(self, moment: datetime) -> Self:
        return self.filter(
            state=QuoteState.SUBMITTED, valid_until_at__lte=moment
        ).order_by("id")


class Quote(TenantModel, TimeStampedModel):
    """A seller's priced and dated answer, kept by both sides under the same id.

    On the buyer's side it belongs to a line of a request. A line, and a demand, has
    at most one accepted quote. The lines of a quote sum to its total: the database
    checks that on commit.
    """

    number = models.CharField(_("number"), max_length=20)
    side = models.CharField(_("our side"), max_length=6, choices=Side)
    rfq_line = models.ForeignKey(
        RfqLine, models.PROTECT, related_name="quotes", null=True, blank=True
    )
    demand_id = models.UUIDField(_("demand"), db_index=True)
    listing_id = models.UUIDField(_("listing"))
    counterparty_id = models.UUIDField(_("counterparty"), null=True, blank=True)
    counterparty_name = models.CharField(
        _("name of the counterparty"), max_length=160, blank=True
    )
    machine_id = models.UUIDField(_("machine"), null=True, blank=True)
    title = models.CharField(_("title"), max_length=160, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=QuoteState, default=QuoteState.SUBMITTED
    )
    origin = models.CharField(_("worked out"), max_length=6, choices=QuoteOrigin)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = models.DecimalField(
        _("price of a piece"),
        max_digits=14,
        decimal_places=2,
        help_text=_("Rounded down to the cent; the total is what counts."),
    )
    total = models.DecimalField(_("total"), max_digits=16, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    buyer_currency = models.CharField(_("buyer's currency"), max_length=3)
    exchange_rate = models.DecimalField(
        _("exchange rate"),
        max_digits=20,
        decimal_places=10,
        help_text=_("Buyer's currency for one unit of the quote's."),
    )
    exchange_rate_on = models.DateField(_("rate of"))
    total_in_buyer_currency = models.DecimalField(
        _("total in the buyer's currency"), max_digits=16, decimal_places=2
    )
    machine_minutes = models.PositiveIntegerField(_("machine minutes"), default=0)
    finish_at = models.DateTimeField(_("finished at"))
    ship_on = models.DateField(_("ships on"))
    valid_until_at = models.DateTimeField(_("valid until"))
    reservation_id = models.UUIDField(_("reservation"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    submitted_by = actor(_("submitted by"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = actor(_("decided by"))
    decision_reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = QuoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        constraints = [
            models.UniqueConstraint(
                name="orders_quote_number_unique", fields=["number"]
            ),
            models.CheckConstraint(
                name="orders_quote_side_known", condition=known("side", Side)
            ),
            models.CheckConstraint(
                name="orders_quote_state_known", condition=known("state", QuoteState)
            ),
            models.CheckConstraint(
                name="orders_quote_origin_known",
                condition=known("origin", QuoteOrigin),
            ),
            models.CheckConstraint(
                name="orders_quote_received_for_a_line",
                condition=Q(side=Side.BUYER, rfq_line__isnull=False)
                | Q(side=Side.SELLER, rfq_line__isnull=True),
            ),
            models.UniqueConstraint(
                name="orders_quote_one_accepted_per_line",
                fields=["rfq_line"],
                condition=Q(state=QuoteState.ACCEPTED, rfq_line__isnull=False),
            ),
            models.UniqueConstraint(
                name="orders_quote_one_accepted_per_demand",
                fields=["demand_id"],
                condition=Q(state=QuoteState.ACCEPTED),
            ),
            # A seller answers a demand from one listing once; it may answer again
            # after it has withdrawn.
            models.UniqueConstraint(
                name="orders_quote_one_open_per_listing",
                fields=["demand_id", "listing_id"],
                condition=Q(state__in=[QuoteState.DRAFT, QuoteState.SUBMITTED]),
            ),
            models.CheckConstraint(
                name="orders_quote_quantity_above_zero", condition=Q(quantity__gt=0)
            ),
            models.CheckConstraint(
                name="orders_quote_total_not_negative",
                condition=Q(
                    total__gte=0, unit_price__gte=0, total_in_buyer_currency__gte=0
                ),
            ),
            models.CheckConstraint(
                name="orders_quote_unit_price_fits_total",
                condition=Q(total__gte=F("unit_price") * F("quantity"))
                & Q(total__lt=(F("unit_price") + Decimal("0.01")) * F("quantity")),
            ),
            models.CheckConstraint(
                name="orders_quote_currency_is_code",
                condition=Q(
                    currency__regex=IS_CURRENCY, buyer_currency__regex=IS_CURRENCY
                ),
            ),
            models.CheckConstraint(
                name="orders_quote_rate_above_zero", condition=Q(exchange_rate__gt=0)
            ),
            models.CheckConstraint(
                name="orders_quote_submitted_at_by", condition=paired("submitted")
            ),
            models.CheckConstraint(
                name="orders_quote_decided_at_by", condition=paired("decided")
            ),
            models.CheckConstraint(
                name="orders_quote_decided_when_over",
                condition=Q(
                    state__in=[QuoteState.DRAFT, QuoteState.SUBMITTED],
                    decided_at__isnull=True,
                )
                | Q(
                    state__in=[
                        QuoteState.ACCEPTED,
                        QuoteState.DECLINED,
                        QuoteState.WITHDRAWN,
                        QuoteState.EXPIRED,
                    ],
                    decided_at__isnull=False,
                ),
            ),
        ]
        indexes = [
            # For the sweep of lapsed quotes alone.
            models.Index(
                name="orders_quote_lapsing",
                fields=["valid_until_at"],
                condition=Q(state=QuoteState.SUBMITTED),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def remainder(self) -> Decimal:
        """What the total holds beyond `quantity` pieces at the rounded unit price."""
        return self.total - self.unit_price * self.quantity

    @property
    def is_open(self) -> bool:
        """Whether the quote may still be accepted, its validity aside."""
        return self.state == QuoteState.SUBMITTED


class QuoteLineQuerySet(TenantQuerySet["QuoteLine"]):
    def in_order(self) -> Self:
        return self.order_by("position")


class QuoteLine(TenantModel):
    """One amount that a quote is made of, and how to work it out again."""

    # The unique constraint below begins with it, so that it needs no index of its own.
    quote = models.ForeignKey(
        Quote, models.CASCADE, related_name="lines", db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"))
    code = models.CharField(_("code"), max_length=32)
    label = models.CharField(_("label"), max_length=120)
    basis = models.TextField(_("basis"))
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)

    objects = QuoteLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a quote")
        verbose_name_plural = _("lines of a quote")
        constraints = [
            models.UniqueConstraint(
                name="orders_quoteline_position_unique", fields=["quote", "position"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.amount}"

    @property
    def shown_label(self) -> str:
        """The label in the reader's language, where Spindle knows the line."""
        if self.code in PriceLine.values:
            return str(PriceLine(self.code).label)
        return self.label
