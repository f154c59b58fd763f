"""Machines of one site that belong together."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import TimeStampedModel
from apps.machines.models.site import Site
from tenants.isolation import TenantModel, TenantQuerySet


class WorkCenterQuerySet(TenantQuerySet["WorkCenter"]):
    """Work centers of one enterprise."""


class WorkCenter(TenantModel, TimeStampedModel):
    """A group of machines at one site that are planned and led together (ISA-95).

    A code is used once. A machine belongs to a work center of its own site only, which
    the database keeps by a key of both columns.
    """

    site = models.ForeignKey(
        Site,
        models.PROTECT,
        related_name="work_centers",
        verbose_name=_("site"),
        # A site has few.
        db_index=False,
    )
    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("description"), max_length=200, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = WorkCenterQuerySet.as_manager()

    class Meta:
        verbose_name = _("work center")
        verbose_name_plural = _("work centers")
        constraints = [
            models.UniqueConstraint(
                name="machines_workcenter_of_site", fields=["id", "site"]
            ),
            models.CheckConstraint(
                name="machines_workcenter_code_given", condition=~Q(code="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
