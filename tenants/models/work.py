"""Background work and its progress."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import SharedModel, TimeStampedModel
from tenants.models.enterprises import Enterprise
from tenants.types import JobState


class Job(SharedModel, TimeStampedModel):
    """A durable unit of background work, written in the transaction of its cause.

    Celery carries only the id. A row that is `running` is locked by its runner's
    transaction for as long as the runner lives.
    """

    enterprise = models.ForeignKey(
        Enterprise, models.CASCADE, null=True, related_name="+"
    )
    kind = models.CharField(max_length=80)
    args = models.JSONField(default=dict)
    state = models.CharField(
        max_length=12, choices=JobState, default=JobState.QUEUED, db_default="queued"
    )
    run_after = models.DateTimeField()
    poked_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    deaths = models.PositiveIntegerField(default=0, db_default=0)
    lease_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    dedup_key = models.CharField(max_length=160, null=True)  # noqa: DJ001  (unique)
    error_code = models.CharField(max_length=80, blank=True, db_default="")
    error = models.TextField(blank=True, db_default="")
    requested_by = models.CharField(max_length=160, blank=True, db_default="")

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.CheckConstraint(
                name="tenants_job_state_known", condition=Q(state__in=JobState.values)
            ),
            models.CheckConstraint(
                name="tenants_job_running_has_lease",
                condition=~Q(state=JobState.RUNNING) | Q(lease_until__isnull=False),
            ),
            # One waiting job per key and enterprise: a second cause joins the first.
            models.UniqueConstraint(
                fields=["enterprise", "kind", "dedup_key"],
                condition=Q(state=JobState.QUEUED, dedup_key__isnull=False),
                name="tenants_job_waiting_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            # For the sweeper: what is due, oldest first.
            models.Index(
                fields=["run_after"],
                condition=Q(state=JobState.QUEUED),
                name="tenants_job_due",
            ),
            # For the sweeper: whose runner may have died.
            models.Index(
                fields=["lease_until"],
                condition=Q(state=JobState.RUNNING),
                name="tenants_job_leased",
            ),
            models.Index(
                fields=["enterprise", "-id"], name="tenants_job_of_enterprise"
            ),
        ]

    def __str__(self) -> str:
        """Identify the job."""
        return f"{self.kind} {self.id} ({self.state})"


class JobProgress(models.Model):
    """How far a running job has come, visible before its transaction ends."""

    # Without a foreign key: its check would wait for the runner's lock on the job.
    job_id = models.UUIDField(primary_key=True)
    enterprise = models.ForeignKey(
        Enterprise, models.CASCADE, null=True, related_name="+"
    )
    percent = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="tenants_jobprogress_percent_to_100", condition=Q(percent__lte=100)
            )
        ]

    def __str__(self) -> str:
        """Identify the progress."""
        return f"{self.job_id}: {self.percent} %"
