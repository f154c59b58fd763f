"""What is to be made, step by step, and on which machines each step can be done."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import TimeStampedModel
from apps.scheduling.types import OPEN_STATES, JobOrderState
from tenants.isolation import TenantModel, TenantQuerySet


class WorkRequestQuerySet(TenantQuerySet["WorkRequest"]):
    def open(self) -> Self:
        """Keep those that still have work to be done."""
        return self.filter(job_orders__state__in=OPEN_STATES).distinct()


class WorkRequest(TenantModel, TimeStampedModel):
    """What is to be made, for an order or for oneself (ISA-95 work request).

    Its job orders are done one after another, in the order of their steps.
    """

    title = models.CharField(_("title"), max_length=160)
    order_id = models.UUIDField(_("order"), null=True, blank=True, unique=True)
    part_label = models.CharField(_("part"), max_length=160, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    release_at = models.DateTimeField(_("not before"))
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=5, help_text=_("1 counts least, 9 most.")
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = WorkRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("work request")
        verbose_name_plural = _("work requests")
        constraints = [
            models.CheckConstraint(
                name="scheduling_workrequest_title_given", condition=~Q(title="")
            ),
            models.CheckConstraint(
                name="scheduling_workrequest_quantity_some",
                condition=Q(quantity__gte=1),
            ),
            models.CheckConstraint(
                name="scheduling_workrequest_priority_bounded",
                condition=Q(priority__range=(1, 9)),
            ),
            models.CheckConstraint(
                name="scheduling_workrequest_due_after_release",
                condition=Q(due_at__isnull=True) | Q(due_at__gt=F("release_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class JobOrderQuerySet(TenantQuerySet["JobOrder"]):
    def open(self) -> Self:
        """Keep those that are still to be done or finished."""
        return self.filter(state__in=OPEN_STATES)

    def in_order(self) -> Self:
        return self.order_by("work_request", "step")


class JobOrder(TenantModel, TimeStampedModel):
    """One step of a work request, done on one machine (ISA-95 job order).

    What is in force is its reservation, which is live as long as the step is to come.
    A planner's pin keeps it on a machine, or at a time there too.
    """

    work_request = models.ForeignKey(
        WorkRequest,
        on_delete=models.CASCADE,
        related_name="job_orders",
        db_index=False,
        verbose_name=_("work request"),
    )
    step = models.PositiveSmallIntegerField(_("step"))
    title = models.CharField(_("title"), max_length=160)
    process_code = models.CharField(_("process"), max_length=64, blank=True)
    setup_family = models.CharField(
        _("setup family"),
        max_length=40,
        blank=True,
        help_text=_("Work of one family follows another without a new setup."),
    )
    state = models.CharField(
        _("state"),
        max_length=24,
        choices=JobOrderState,
        default=JobOrderState.ALLOWED_TO_START,
    )
    reservation = models.OneToOneField(
        "capacity.Reservation",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("reservation"),
    )
    pinned_machine = models.ForeignKey(
        "machines.Machine",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("pinned to machine"),
    )
    pinned_start_at = models.DateTimeField(_("pinned to start at"), null=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = JobOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("job order")
        verbose_name_plural = _("job orders")
        constraints = [
            models.UniqueConstraint(
                name="scheduling_joborder_step_once", fields=["work_request", "step"]
            ),
            models.CheckConstraint(
                name="scheduling_joborder_state_known",
                condition=Q(state__in=JobOrderState.values),
            ),
            models.CheckConstraint(
                name="scheduling_joborder_start_pinned_on_machine",
                condition=Q(pinned_start_at__isnull=True)
                | Q(pinned_machine__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.title}"


class JobOptionQuerySet(TenantQuerySet["JobOption"]):
    """Options of job orders of one enterprise."""


class JobOption(TenantModel):
    """A machine on which a job order can be done, and how long it takes there."""

    job_order = models.ForeignKey(
        JobOrder,
        on_delete=models.CASCADE,
        related_name="options",
        db_index=False,
        verbose_name=_("job order"),
    )
    machine = models.ForeignKey(
        "machines.Machine",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("machine"),
    )
    setup_minutes = models.PositiveIntegerField(_("setup in minutes"), default=0)
    run_minutes = models.PositiveIntegerField(_("run in minutes"))

    objects = JobOptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("job option")
        verbose_name_plural = _("job options")
        constraints = [
            models.UniqueConstraint(
                name="scheduling_joboption_machine_once",
                fields=["job_order", "machine"],
            ),
            models.CheckConstraint(
                name="scheduling_joboption_takes_time",
                condition=Q(run_minutes__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.machine_id}: {self.setup_minutes} + {self.run_minutes} min"
