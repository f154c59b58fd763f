"""How long a machine takes from one kind of work to another."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.isolation import TenantModel, TenantQuerySet


class SetupTimeQuerySet(TenantQuerySet["SetupTime"]):
    """Setup times of one enterprise."""


class SetupTime(TenantModel):
    """The minutes that a machine is set up for between two families of work.

    A pair that has no row takes the setup of the job order itself.
    """

    machine = models.ForeignKey(
        "machines.Machine",
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        verbose_name=_("machine"),
    )
    from_family = models.CharField(_("from family"), max_length=40)
    to_family = models.CharField(_("to family"), max_length=40)
    minutes = models.PositiveIntegerField(_("minutes"))

    objects = SetupTimeQuerySet.as_manager()

    class Meta:
        verbose_name = _("setup time")
        verbose_name_plural = _("setup times")
        constraints = [
            models.UniqueConstraint(
                name="scheduling_setuptime_pair_once",
                fields=["machine", "from_family", "to_family"],
            ),
            models.CheckConstraint(
                name="scheduling_setuptime_families_given",
                condition=~Q(from_family="") & ~Q(to_family=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_family} > {self.to_family}: {self.minutes} min"
