"""Migrations of the whole fleet of schemas: planned once, replayed, written down."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import SharedModel, TimeStampedModel
from tenants.types import EntryState, PlanState, Tenancy


class FleetPlan(SharedModel, TimeStampedModel):
    """The way from one template to the next, as SQL that any schema can replay.

    `stages` is a list of objects with `kind` (schema, data, concurrent), `label`,
    `statements` and, for data, the migration that holds the function.
    """

    tenancy = Tenancy.OPERATOR

    source_digest = models.CharField(max_length=64)
    target_digest = models.CharField(max_length=64, blank=True, db_default="")
    state = models.CharField(
        _("state"), max_length=8, choices=PlanState, default=PlanState.DRAFT
    )
    migrations = models.JSONField(default=list)
    stages = models.JSONField(default=list)
    halted_reason = models.TextField(blank=True, db_default="")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("fleet migration")
        verbose_name_plural = _("fleet migrations")
        constraints = [
            models.CheckConstraint(
                name="tenants_fleetplan_state_known",
                condition=Q(state__in=PlanState.values),
            ),
            models.UniqueConstraint(
                fields=["source_digest"],
                condition=Q(state=PlanState.DRAFT),
                name="tenants_fleetplan_one_draft",
            ),
            models.UniqueConstraint(
                fields=["source_digest", "target_digest"],
                name="tenants_fleetplan_one_way",
            ),
            models.CheckConstraint(
                name="tenants_fleetplan_leads_somewhere",
                condition=Q(state=PlanState.DRAFT) | ~Q(target_digest=""),
            ),
        ]

    def __str__(self) -> str:
        """Identify the plan."""
        return f"{self.source_digest[:8]} to {self.target_digest[:8]} ({self.state})"


class FleetEntry(SharedModel):
    """One stage of a plan done, or failed, for one schema: the ledger.

    `done` is written in the transaction of the change itself.
    """

    tenancy = Tenancy.OPERATOR

    plan = models.ForeignKey(FleetPlan, models.CASCADE, related_name="entries")
    schema_name = models.CharField(max_length=63)
    stage = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=EntryState)
    attempts = models.PositiveIntegerField(default=1)
    duration_ms = models.FloatField(default=0)
    error_code = models.CharField(max_length=80, blank=True, db_default="")
    error = models.TextField(blank=True, db_default="")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        constraints = [
            models.CheckConstraint(
                name="tenants_fleetentry_state_known",
                condition=Q(state__in=EntryState.values),
            ),
            models.UniqueConstraint(
                fields=["plan", "stage", "schema_name"],
                name="tenants_fleetentry_once",
            ),
        ]
        indexes = [
            # For the rate and the time left, and for the list of failures.
            models.Index(
                fields=["plan", "state", "at"], name="tenants_fleetentry_recent"
            )
        ]

    def __str__(self) -> str:
        """Identify the entry."""
        return f"{self.schema_name} stage {self.stage}: {self.state}"
