"""Orders of work that were proposed, and what became of them."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import TimeStampedModel
from apps.scheduling.models.work_request import JobOrder
from apps.scheduling.types import ScheduleObjective, ScheduleState, WhyKind
from tenants.isolation import TenantModel, TenantQuerySet


class ScheduleQuerySet(TenantQuerySet["Schedule"]):
    def newest_first(self) -> Self:
        return self.order_by("-id")


class Schedule(TenantModel, TimeStampedModel):
    """An order of work worked out by a job: a proposal until it is accepted.

    A what-if schedule stands on assumptions that are not so; the database keeps that
    none is ever accepted.
    """

    state = models.CharField(
        _("state"),
        max_length=10,
        choices=ScheduleState,
        default=ScheduleState.QUEUED,
    )
    is_what_if = models.BooleanField(_("what if"), default=False)
    objective = models.CharField(
        _("objective"), max_length=10, choices=ScheduleObjective
    )
    budget_seconds = models.PositiveSmallIntegerField(_("seconds to work on it"))
    frozen_until_at = models.DateTimeField(_("nothing moves before"))
    assumptions = models.JSONField(_("assumptions"), default=dict)
    inputs_digest = models.CharField(_("digest of the inputs"), max_length=64)
    job_id = models.UUIDField(_("job"), null=True)
    figures = models.JSONField(_("figures before and after"), default=dict)
    lower_bound = models.PositiveIntegerField(_("lower bound"), null=True)
    bound_kind = models.CharField(_("kind of bound"), max_length=40, blank=True)
    gap_percent = models.FloatField(_("within at most (%)"), null=True)
    method = models.CharField(_("method"), max_length=40, blank=True)
    seed = models.PositiveIntegerField(_("seed"), default=0)
    is_stop_asked = models.BooleanField(_("to be stopped"), default=False)
    error = models.CharField(_("error"), max_length=500, blank=True)
    requested_at = models.DateTimeField(_("requested at"))
    requested_by = models.CharField(_("requested by"), max_length=200)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.CharField(_("decided by"), max_length=200, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        constraints = [
            models.CheckConstraint(
                name="scheduling_schedule_state_known",
                condition=Q(state__in=ScheduleState.values),
            ),
            models.CheckConstraint(
                name="scheduling_schedule_objective_known",
                condition=Q(objective__in=ScheduleObjective.values),
            ),
            models.CheckConstraint(
                name="scheduling_schedule_budget_bounded",
                condition=Q(budget_seconds__range=(1, 600)),
            ),
            models.CheckConstraint(
                name="scheduling_schedule_what_if_never_accepted",
                condition=~Q(state=ScheduleState.ACCEPTED) | Q(is_what_if=False),
            ),
            models.CheckConstraint(
                name="scheduling_schedule_decided_by_someone",
                condition=Q(decided_at__isnull=True, decided_by="")
                | (Q(decided_at__isnull=False) & ~Q(decided_by="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objective} {self.requested_at:%Y-%m-%d %H:%M}"


class ScheduledJobQuerySet(TenantQuerySet["ScheduledJob"]):
    """Lines of schedules of one enterprise."""


class ScheduledJob(TenantModel):
    """Where a schedule puts a job order, why there, and where it was before."""

    schedule = models.ForeignKey(
        Schedule,
        on_delete=models.CASCADE,
        related_name="jobs",
        db_index=False,
        verbose_name=_("schedule"),
    )
    job_order = models.ForeignKey(
        JobOrder,
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        verbose_name=_("job order"),
        help_text=_("Empty for work that a what-if schedule assumes."),
    )
    position = models.PositiveIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=160)
    machine = models.ForeignKey(
        "machines.Machine",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("machine"),
    )
    starts_at = models.DateTimeField(_("starts at"))
    finishes_at = models.DateTimeField(_("finishes at"))
    setup_minutes = models.PositiveIntegerField(_("setup in minutes"))
    run_minutes = models.PositiveIntegerField(_("run in minutes"))
    due_at = models.DateTimeField(_("due at"), null=True)
    tardiness_minutes = models.PositiveIntegerField(_("late by minutes"), default=0)
    reason = models.CharField(_("why here"), max_length=12, choices=WhyKind)
    reason_facts = models.JSONField(_("facts of the reason"), default=dict)
    was_machine_id = models.UUIDField(_("machine before"), null=True)
    was_starts_at = models.DateTimeField(_("start before"), null=True)
    was_finishes_at = models.DateTimeField(_("finish before"), null=True)

    objects = ScheduledJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheduled job")
        verbose_name_plural = _("scheduled jobs")
        constraints = [
            models.UniqueConstraint(
                name="scheduling_scheduledjob_position_once",
                fields=["schedule", "position"],
            ),
            models.CheckConstraint(
                name="scheduling_scheduledjob_takes_time",
                condition=Q(finishes_at__gt=F("starts_at")),
            ),
            models.CheckConstraint(
                name="scheduling_scheduledjob_reason_known",
                condition=Q(reason__in=WhyKind.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.starts_at:%Y-%m-%d %H:%M}"
