"""When machines work: weeks, exceptions, and what they once were."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.capacity.models.columns import bounded
from apps.kernel.models import TimeStampedModel
from tenants.isolation import TenantModel, TenantQuerySet

WHOLE_MINUTES = Q(starts__second=0, ends__second=0)


class CalendarQuerySet(TenantQuerySet["Calendar"]):
    def of_machine(self, machine_id: UUID | None) -> Self:
        if machine_id is None:
            return self.of_enterprise()
        return self.filter(machine_id=machine_id)

    def of_enterprise(self) -> Self:
        return self.filter(
            site__isnull=True, work_center__isnull=True, machine__isnull=True
        )


class Calendar(TenantModel, TimeStampedModel):
    """When machines work, said at one level: enterprise, site, work center or machine.

    The calendar of no site, work center or machine is the enterprise's. A level takes
    from those above it what it does not say itself: the week, the clock, the holidays,
    the efficiency. Exceptions add up, and of two that overlap the nearer level's holds.
    The database keeps one calendar of each level at most.
    """

    name = models.CharField(_("name"), max_length=100)
    site = models.ForeignKey(
        "machines.Site",
        # A site that can be dropped has no machines, so nobody follows its calendar.
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("site"),
    )
    work_center = models.ForeignKey(
        "machines.WorkCenter",
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("work center"),
    )
    machine = models.ForeignKey(
        "machines.Machine",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("machine"),
    )
    has_week = models.BooleanField(
        _("has a week of its own"),
        default=True,
        help_text=_("Without one the week of the level above holds."),
    )
    keeps_exceptions = models.BooleanField(
        _("keeps the exceptions of the levels above"), default=True
    )
    efficiency_percent = models.PositiveSmallIntegerField(
        _("efficiency in percent"),
        null=True,
        blank=True,
        help_text=_(
            "Share of working time that makes progress; empty for that of the level"
            " above, 100 at the top."
        ),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=50,
        blank=True,
        help_text=_(
            "IANA name, such as Europe/Berlin; empty for the clock of each site."
        ),
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
                name="capacity_calendar_one_per_level",
                fields=["machine", "work_center", "site"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="capacity_calendar_of_one_level",
                condition=(
                    Q(site__isnull=True, work_center__isnull=True)
                    | Q(site__isnull=True, machine__isnull=True)
                    | Q(work_center__isnull=True, machine__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="capacity_calendar_efficiency_bounded",
                condition=Q(efficiency_percent__isnull=True)
                | Q(efficiency_percent__range=(1, 200)),
            ),
            models.CheckConstraint(
                name="capacity_calendar_holiday_country_coded",
                condition=Q(holiday_country__regex="^([A-Z]{2})?$"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_of_enterprise(self) -> bool:
        """Say whether it is the calendar above all others."""
        return not (self.site_id or self.work_center_id or self.machine_id)


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


class CalendarRevisionQuerySet(TenantQuerySet["CalendarRevision"]):
    def newest_first(self) -> Self:
        return self.order_by("-version")


class CalendarRevision(TenantModel):
    """What a calendar said after a change, so that the change can be taken back."""

    calendar = models.ForeignKey(
        Calendar,
        on_delete=models.CASCADE,
        related_name="revisions",
        db_index=False,
        verbose_name=_("calendar"),
    )
    version = models.PositiveIntegerField(_("version"))
    facts = models.JSONField(_("facts"))
    changed_at = models.DateTimeField(_("changed at"))
    changed_by = models.CharField(_("changed by"), max_length=200)

    objects = CalendarRevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar revision")
        verbose_name_plural = _("calendar revisions")
        constraints = [
            models.UniqueConstraint(
                name="capacity_calendarrevision_version_once",
                fields=["calendar", "version"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar_id} {self.version}"
