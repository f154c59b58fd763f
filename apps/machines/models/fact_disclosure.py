"""Who may see which fact of a machine."""

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import TimeStampedModel
from apps.machines.models.machine import Machine
from apps.machines.types import DisclosedFact
from tenants.isolation import TenantModel, TenantQuerySet
from tenants.types import Circle


class FactDisclosureQuerySet(TenantQuerySet["FactDisclosure"]):
    """Choices of one enterprise."""

    def of_machine_or_all(self, machine_id: UUID | None) -> Self:
        """Keep what is chosen for a machine, and for all that have no choice."""
        return self.filter(Q(machine__isnull=True) | Q(machine_id=machine_id))


class FactDisclosure(TenantModel, TimeStampedModel):
    """The widest circle that may see a fact: of one machine, or of all of them.

    The choice without a machine holds for every machine that has none of its own. A
    fact that nothing is said of keeps the circle that Spindle gives it.
    """

    machine = models.ForeignKey(
        Machine,
        models.CASCADE,
        related_name="disclosures",
        null=True,
        blank=True,
        # The unique constraint below begins with it.
        db_index=False,
        verbose_name=_("machine"),
    )
    fact = models.CharField(_("fact"), max_length=20, choices=DisclosedFact)
    circle = models.CharField(_("who may see it"), max_length=12, choices=Circle)

    objects = FactDisclosureQuerySet.as_manager()

    class Meta:
        verbose_name = _("disclosure of a fact")
        verbose_name_plural = _("disclosures of facts")
        constraints = [
            models.UniqueConstraint(
                name="machines_factdisclosure_once_a_fact",
                fields=["machine", "fact"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="machines_factdisclosure_fact_known",
                condition=Q(fact__in=DisclosedFact.values),
            ),
            models.CheckConstraint(
                name="machines_factdisclosure_circle_known",
                condition=Q(circle__in=Circle.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact}: {self.circle}"
