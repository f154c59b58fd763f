"""Schemas made ahead, and the text they are made from."""

from django.db import models
from django.db.models import Q

from apps.kernel.models import TimeStampedModel
from tenants.models.enterprises import Enterprise
from tenants.types import SlotState, Tenancy


class Slot(TimeStampedModel):
    """A schema made ahead with its role, for the next sign-up to claim."""

    tenancy = Tenancy.OPERATOR

    schema_name = models.CharField(primary_key=True, max_length=63)
    template_digest = models.CharField(max_length=64)
    state = models.CharField(
        max_length=8, choices=SlotState, default=SlotState.FREE, db_default="free"
    )
    enterprise = models.OneToOneField(
        Enterprise, models.CASCADE, null=True, related_name="slot"
    )
    claimed_at = models.DateTimeField(null=True)
    # On its way to a newer template: the plan, and the first stage not yet done.
    plan = models.ForeignKey(
        "tenants.FleetPlan", models.PROTECT, null=True, related_name="+"
    )
    stage = models.PositiveSmallIntegerField(default=0, db_default=0)
    # What the last check of its catalogue found, and when.
    catalogue_digest = models.CharField(max_length=64, blank=True, db_default="")
    verified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="tenants_slot_state_known", condition=Q(state__in=SlotState.values)
            ),
            models.CheckConstraint(
                name="tenants_slot_claimed_has_enterprise",
                condition=Q(state=SlotState.FREE, enterprise__isnull=True)
                | Q(state=SlotState.CLAIMED, enterprise__isnull=False),
            ),
        ]
        indexes = [
            # For the claim alone: the next free slot of today's template.
            models.Index(
                fields=["template_digest", "schema_name"],
                condition=Q(state=SlotState.FREE),
                name="tenants_slot_free",
            ),
            # For the fleet: who is behind, whatever their number.
            models.Index(
                fields=["template_digest", "state"], name="tenants_slot_version"
            ),
        ]

    def __str__(self) -> str:
        """Identify the slot."""
        return f"{self.schema_name} ({self.state})"


class Template(TimeStampedModel):
    """The SQL that makes an enterprise's schema, rendered from the migrations."""

    tenancy = Tenancy.OPERATOR

    digest = models.CharField(primary_key=True, max_length=64)
    statements = models.TextField()
    migrations = models.JSONField(default=list)
    catalogue_digest = models.CharField(max_length=64, blank=True, db_default="")
    is_current = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"],
                condition=Q(is_current=True),
                name="tenants_template_one_current",
            )
        ]

    def __str__(self) -> str:
        """Identify the template."""
        return self.digest[:12]
