"""What work on a machine costs."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.conditions import none_or_above_zero
from apps.kernel.models import TimeStampedModel
from apps.machines.models.machine import Machine
from tenants.isolation import TenantModel, TenantQuerySet

CURRENCY_PATTERN = r"^[A-Z]{3}$"


class CostModelQuerySet(TenantQuerySet["CostModel"]):
    """Cost models of one enterprise's machines."""


class CostModel(TenantModel, TimeStampedModel):
    """What an hour, a setup and a piece cost on one machine, in one currency.

    Every price that is worked out can be traced to a figure of this row. Cutting
    rates are for wrought aluminium, or unknown; no figure is below zero.
    """

    machine = models.OneToOneField(
        Machine, models.CASCADE, related_name="costmodel", verbose_name=_("machine")
    )
    currency = models.CharField(_("currency"), max_length=3, help_text="ISO 4217")
    hourly_rate = models.DecimalField(_("hourly rate"), max_digits=12, decimal_places=2)
    setup_minutes = models.DecimalField(
        _("setup minutes"), max_digits=8, decimal_places=2, default=0
    )
    setup_rate = models.DecimalField(
        _("setup rate per hour"), max_digits=12, decimal_places=2, default=0
    )
    programming_hours = models.DecimalField(
        _("programming hours"), max_digits=8, decimal_places=2, default=0
    )
    programming_rate = models.DecimalField(
        _("programming rate per hour"), max_digits=12, decimal_places=2, default=0
    )
    inspection_minutes_per_part = models.DecimalField(
        _("inspection minutes per part"), max_digits=8, decimal_places=2, default=0
    )
    material_markup_percent = models.DecimalField(
        _("markup on material in %"), max_digits=6, decimal_places=2, default=0
    )
    scrap_percent = models.DecimalField(
        _("scrap in %"), max_digits=5, decimal_places=2, default=0
    )
    margin_percent = models.DecimalField(
        _("margin in %"), max_digits=6, decimal_places=2, default=0
    )
    minimum_charge = models.DecimalField(
        _("minimum charge"), max_digits=12, decimal_places=2, default=0
    )
    removal_cm3_per_min = models.DecimalField(
        _("roughing in cm³/min"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    finishing_cm2_per_min = models.DecimalField(
        _("finishing in cm²/min"), max_digits=8, decimal_places=2, null=True, blank=True
    )

    objects = CostModelQuerySet.as_manager()

    class Meta:
        verbose_name = _("cost model")
        verbose_name_plural = _("cost models")
        constraints = [
            models.CheckConstraint(
                name="machines_costmodel_currency_is_code",
                condition=Q(currency__regex=CURRENCY_PATTERN),
            ),
            models.CheckConstraint(
                name="machines_costmodel_hourly_rate_above_zero",
                condition=Q(hourly_rate__gt=0),
            ),
            models.CheckConstraint(
                name="machines_costmodel_nothing_below_zero",
                condition=Q(
                    setup_minutes__gte=0,
                    setup_rate__gte=0,
                    programming_hours__gte=0,
                    programming_rate__gte=0,
                    inspection_minutes_per_part__gte=0,
                    material_markup_percent__gte=0,
                    scrap_percent__gte=0,
                    scrap_percent__lt=100,
                    margin_percent__gte=0,
                    minimum_charge__gte=0,
                ),
            ),
            models.CheckConstraint(
                name="machines_costmodel_cutting_above_zero",
                condition=none_or_above_zero("removal_cm3_per_min")
                & none_or_above_zero("finishing_cm2_per_min"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hourly_rate} {self.currency}/h of {self.machine_id}"
