from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.capacity.types import LIVE_STATES, ReservationKind, ReservationState
from apps.kernel.models import TimeStampedModel
from apps.kernel.periods import Period
from tenants.isolation import TenantModel, TenantQuerySet

WHOLE_MINUTES = Q(starts__second=0, ends__second=0)


class FirstMinute(Func):
    """The minute since 1970 that a range begins in."""

    template = "floor(extract(epoch FROM lower(%(expressions)s)) / 60)::bigint"
    output_field = models.BigIntegerField()


class LastMinute(Func):
    """The first minute since 1970 that begins when a range is over."""

    template = "ceil(extract(epoch FROM upper(%(expressions)s)) / 60)::bigint"
    output_field = models.BigIntegerField()


def bounded(column: str) -> Q:
    """Say that a range has a start, included, and a later end, excluded."""
    return Q(
        **{
            f"{column}__isempty": False,
            f"{column}__lower_inc": True,
            f"{column}__upper_inc": False,
            f"{column}__lower_inf": False,
            f"{column}__upper_inf": False,
        }
    )


class CalendarQuerySet(TenantQuerySet["Calendar"]):
    def of_machine(self, machine_id: UUID | None) -> Self:
        if machine_id is None:
            return self.filter(machine__isnull=True)
        return self.filter(machine_id=machine_id)


class Calendar(TenantModel, TimeStampedModel):
    """When a machine works: its own hours, or those of the whole enterprise.

    The calendar without a machine is the enterprise's, and holds for every machine
    that has none of its own. The database keeps one of each at most.
    """

    name = models.CharField(_("name"), max_length=100)
    machine = models.ForeignKey(
        "machines.Machine",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("machine"),
        help_text=_("Empty for the calendar of the whole enterprise."),
    )
    time_zone = models.CharField(
        _("time zone"), max_length=50, help_text=_("IANA name, such as Europe/Berlin.")
    )
    holiday_country = models.CharField(
        _("public holidays"),
        max_length=2,
        blank=True,
        help_text=_("ISO 3166 code; empty to work through holidays."),
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = CalendarQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        constraints = [
            models.UniqueConstraint(
                name="capacity_calendar_one_per_machine",
                fields=["machine"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="capacity_calendar_time_zone_given",
                condition=~Q(time_zone=""),
            ),
            models.CheckConstraint(
                name="capacity_calendar_holiday_country_coded",
                condition=Q(holiday_country__regex="^([A-Z]{2})?$"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ShiftQuerySet(TenantQuerySet["Shift"]):
    def in_order(self) -> Self:
        return self.order_by("weekday", "starts")


class Shift(TenantModel):
    """One shift of a calendar's week, in the wall time of its zone.

    A shift that does not end later than it begins ends the next day. The database
    keeps times to whole minutes, because promises are exact to the minute.
    """

    calendar = models.ForeignKey(
        Calendar,
        on_delete=models.CASCADE,
        related_name="shifts",
        db_index=False,
        verbose_name=_("calendar"),
    )
    weekday = models.PositiveSmallIntegerField(
        _("weekday"), help_text=_("0 is Monday, 6 is Sunday.")
    )
    starts = models.TimeField(_("starts"))
    ends = models.TimeField(_("ends"), help_text=_("The next day if not later."))
    break_minutes = models.PositiveSmallIntegerField(_("break in minutes"), default=0)
    break_starts = models.TimeField(
        _("break starts"),
        null=True,
        blank=True,
        help_text=_("Empty for the middle of the shift."),
    )

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        constraints = [
            models.UniqueConstraint(
                name="capacity_shift_starts_once",
                fields=["calendar", "weekday", "starts"],
            ),
            models.CheckConstraint(
                name="capacity_shift_weekday_known", condition=Q(weekday__lte=6)
            ),
            models.CheckConstraint(
                name="capacity_shift_whole_minutes", condition=WHOLE_MINUTES
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts:%H:%M}-{self.ends:%H:%M}"


class CalendarExceptionQuerySet(TenantQuerySet["CalendarException"]):
    def as_added(self) -> Self:
        return self.order_by("id")


class CalendarException(TenantModel, TimeStampedModel):
    """A period in which a calendar's week does not hold: closed, or open for once.

    Where two overlap, the one added last holds. The database keeps periods bounded,
    start included and end excluded.
    """

    calendar = models.ForeignKey(
        Calendar,
        on_delete=models.CASCADE,
        related_name="exceptions",
        verbose_name=_("calendar"),
    )
    period = DateTimeRangeField(_("period"))
    working = models.BooleanField(_("working"), default=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = CalendarExceptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar exception")
        verbose_name_plural = _("calendar exceptions")
        constraints = [
            models.CheckConstraint(
                name="capacity_calendarexception_period_bounded",
                condition=bounded("period"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period.lower:%Y-%m-%d %H:%M}-{self.period.upper:%Y-%m-%d %H:%M}"


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
    order or for maintenance.
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
                | Q(kind=ReservationKind.MAINTENANCE),
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
        ]

    def __str__(self) -> str:
        return (
            f"{self.state} {self.during.lower:%Y-%m-%d %H:%M}"
            f"-{self.during.upper:%Y-%m-%d %H:%M}"
        )

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
