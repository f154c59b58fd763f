"""Machine time that is taken."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.capacity.models.columns import FirstMinute, LastMinute, bounded
from apps.capacity.types import LIVE_STATES, ReservationKind, ReservationState
from apps.kernel.models import TimeStampedModel
from apps.kernel.periods import Period
from tenants.isolation import TenantModel, TenantQuerySet


class ReservationQuerySet(TenantQuerySet["Reservation"]):
    def of_machines(self, *machine_ids: UUID) -> Self:
        return self.filter(machine_id__in=machine_ids)

    def live(self, at: datetime) -> Self:
        """Keep what blocks a machine: a lapsed hold blocks nobody, swept or not."""
        # The states once more by themselves: so the planner sees that the index of
        # capacity_reservation_no_overlap answers.
        return self.filter(state__in=LIVE_STATES).exclude(
            state=ReservationState.HELD, expires_at__lte=at
        )

    def lapsed(self, at: datetime) -> Self:
        return self.filter(state=ReservationState.HELD, expires_at__lte=at)

    def overlapping(self, period: Period) -> Self:
        return self.filter(during__overlap=(period.start, period.end))

    def in_minutes(self) -> Self:
        return self.annotate(
            first_minute=FirstMinute(F("during")), last_minute=LastMinute(F("during"))
        )

    def move(self, state: ReservationState, **changes: Any) -> int:
        """Change state and count the version up; the caller's filter is the compare."""
        return self.update(
            state=state, version=F("version") + 1, updated_at=Now(), **changes
        )


class Reservation(TenantModel, TimeStampedModel):
    """A stretch of one machine's time that is taken: held for a quote, or booked.

    It spans from its first working minute to its last, nights between included: work
    in progress stays on the machine. The database keeps that two live reservations of
    a machine never overlap, that a hold ends by itself, and that a booking is for an
    order, for work of our own, or for maintenance.
    """

    machine = models.ForeignKey(
        "machines.Machine",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("machine"),
    )
    during = DateTimeRangeField(_("during"))
    minutes = models.PositiveIntegerField(_("working minutes"))
    state = models.CharField(_("state"), max_length=10, choices=ReservationState)
    kind = models.CharField(_("kind"), max_length=12, choices=ReservationKind)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    quote_id = models.UUIDField(_("quote"), null=True, blank=True)
    order_id = models.UUIDField(_("order"), null=True, blank=True)
    counterparty_id = models.UUIDField(
        _("held for"),
        null=True,
        blank=True,
        help_text=_("The enterprise that the time is kept for."),
    )
    route_id = models.UUIDField(
        _("route"),
        null=True,
        blank=True,
        help_text=_("Reservations of one promise, held and let go together."),
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [
            ExclusionConstraint(
                name="capacity_reservation_no_overlap",
                expressions=[
                    ("machine", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=LIVE_STATES),
            ),
            models.CheckConstraint(
                name="capacity_reservation_state_known",
                condition=Q(state__in=ReservationState.values),
            ),
            models.CheckConstraint(
                name="capacity_reservation_kind_known",
                condition=Q(kind__in=ReservationKind.values),
            ),
            models.CheckConstraint(
                name="capacity_reservation_held_expires",
                condition=~Q(state=ReservationState.HELD) | Q(expires_at__isnull=False),
            ),
            models.CheckConstraint(
                name="capacity_reservation_booked_for_something",
                condition=~Q(state=ReservationState.BOOKED)
                | Q(order_id__isnull=False)
                | Q(kind__in=[ReservationKind.MAINTENANCE, ReservationKind.WORK]),
            ),
            models.CheckConstraint(
                name="capacity_reservation_during_bounded", condition=bounded("during")
            ),
        ]
        indexes = [
            # For the sweep, which looks once a minute in every enterprise.
            models.Index(
                name="capacity_reservation_lapsing",
                fields=["expires_at"],
                condition=Q(state=ReservationState.HELD),
            ),
            models.Index(
                name="capacity_reservation_route",
                fields=["route_id"],
                condition=Q(route_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.state} {self.during.lower:%Y-%m-%d %H:%M}"
            f"-{self.during.upper:%Y-%m-%d %H:%M}"
        )

    @property
    def is_live(self) -> bool:
        """Whether it was not let go; a hold may have lapsed all the same."""
        return self.state in LIVE_STATES

    @property
    def start(self) -> datetime:
        """When the machine's time begins to be taken."""
        start: datetime = self.during.lower
        return start

    @property
    def finish(self) -> datetime:
        """When the machine is free again."""
        finish: datetime = self.during.upper
        return finish
