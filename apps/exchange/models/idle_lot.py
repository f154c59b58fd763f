"""Idle time of a machine that its owner offers to others."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.exchange.models.columns import IS_CURRENCY, known
from apps.exchange.models.listing import Listing
from apps.exchange.types import Audience, IdleLotState, PriceBasis
from apps.kernel.models import SharedModel, TimeStampedModel

if TYPE_CHECKING:
    from uuid import UUID


class IdleLotQuerySet(models.QuerySet["IdleLot"]):
    def of_machine(self, owner_id: UUID, machine_id: UUID) -> Self:
        return self.filter(owner_id=owner_id, machine_id=machine_id)

    def offered(self) -> Self:
        return self.filter(state=IdleLotState.OFFERED)

    def lasting(self, at: datetime | None = None) -> Self:
        """Keep those offers that are not over; by the database's clock if none is given."""
        now = Now() if at is None else at
        return self.offered().filter(expires_at__gt=now, ends_at__gt=now)

    def with_expiry(self) -> Self:
        """Say of each whether the database's clock has ended it."""
        over = Q(state=IdleLotState.OFFERED) & (
            Q(expires_at__lte=Now()) | Q(ends_at__lte=Now())
        )
        return self.annotate(
            is_expired=models.Case(
                models.When(over, then=True),
                default=False,
                output_field=models.BooleanField(),
            )
        )


class IdleLot(SharedModel, TimeStampedModel):
    """A window of a machine's time with the lowest price at which it is to be had.

    It reserves nothing. The window lies between reservations; when some of it is
    reserved, or is not worked any more, it shrinks or is withdrawn. An offer that has
    expired is over whether anybody notes it or not: readers ask the clock.
    """

    owner = models.ForeignKey(
        "tenants.Enterprise", models.PROTECT, related_name="+", db_index=False
    )
    listing = models.ForeignKey(
        Listing, models.PROTECT, related_name="+", verbose_name=_("listing")
    )
    machine_id = models.UUIDField(_("machine"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    free_minutes = models.PositiveIntegerField(_("minutes to be had"))
    floor_price = models.DecimalField(
        _("lowest price"), max_digits=12, decimal_places=2
    )
    price_basis = models.CharField(
        _("price is"), max_length=8, choices=PriceBasis, default=PriceBasis.HOUR
    )
    currency = models.CharField(_("currency"), max_length=3)
    note = models.CharField(_("note"), max_length=400, blank=True)
    audience = models.CharField(
        _("audience"), max_length=8, choices=Audience, default=Audience.PUBLIC
    )
    invited_ids = ArrayField(
        models.UUIDField(),
        verbose_name=_("invited enterprises"),
        default=list,
        blank=True,
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=IdleLotState,
        default=IdleLotState.OFFERED,
    )
    offered_at = models.DateTimeField(_("offered at"))
    offered_by = models.CharField(_("offered by"), max_length=200)
    expires_at = models.DateTimeField(_("expires at"))
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = IdleLotQuerySet.as_manager()

    class Meta:
        verbose_name = _("idle lot")
        verbose_name_plural = _("idle lots")
        constraints = [
            models.CheckConstraint(
                name="exchange_idlelot_state_known",
                condition=known("state", IdleLotState),
            ),
            models.CheckConstraint(
                name="exchange_idlelot_audience_known",
                condition=known("audience", Audience),
            ),
            models.CheckConstraint(
                name="exchange_idlelot_price_basis_known",
                condition=known("price_basis", PriceBasis),
            ),
            models.CheckConstraint(
                name="exchange_idlelot_window_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
            ),
            models.CheckConstraint(
                name="exchange_idlelot_expires_within_window",
                condition=Q(
                    expires_at__lte=F("ends_at"), expires_at__gt=F("offered_at")
                ),
            ),
            models.CheckConstraint(
                name="exchange_idlelot_offers_time",
                condition=Q(free_minutes__gt=0),
            ),
            models.CheckConstraint(
                name="exchange_idlelot_price_above_zero",
                condition=Q(floor_price__gt=0),
            ),
            models.CheckConstraint(
                name="exchange_idlelot_currency_is_code",
                condition=Q(currency__regex=IS_CURRENCY),
            ),
        ]
        indexes = [
            # For following a machine's free time.
            models.Index(
                name="exchange_idlelot_machine", fields=["owner", "machine_id"]
            ),
            # For the market's list.
            models.Index(
                name="exchange_idlelot_offered",
                fields=["starts_at"],
                condition=Q(state=IdleLotState.OFFERED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}-{self.ends_at:%Y-%m-%d %H:%M}"
