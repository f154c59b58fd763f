from __future__ import annotations

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.exchange.models.columns import (
    IS_COUNTRY,
    IS_CURRENCY,
    ON_EARTH,
    codes,
    known,
)
from apps.exchange.types import Audience, DemandState
from apps.kernel.models import SharedModel, TimeStampedModel


class DemandQuerySet(models.QuerySet["Demand"]):
    def open_at(self, at: datetime) -> Self:
        return self.filter(state=DemandState.OPEN, response_deadline_at__gt=at)


class Demand(SharedModel, TimeStampedModel):
    """The published copy of one RFQ line: what is wanted, coarse enough for strangers.

    It has one owner, and a line is published once. What is null or empty is not asked
    for. Sides are kept from the largest to the smallest.
    """

    owner = models.ForeignKey(
        "tenants.Enterprise", models.PROTECT, related_name="+", db_index=False
    )
    rfq_id = models.UUIDField(_("RFQ"))
    rfq_line_id = models.UUIDField(_("line"))
    title = models.CharField(_("title"), max_length=160)
    note = models.TextField(_("note to sellers"), blank=True)
    process_codes = codes(_("processes"))
    accepted_processes = codes(_("processes with their children"))
    material_code = models.CharField(_("material"), max_length=64, blank=True)
    material_group = models.CharField(_("material group"), max_length=32, blank=True)
    accepted_materials = codes(_("material with its equals"))
    size_mm = ArrayField(
        models.FloatField(), size=3, verbose_name=_("size (mm)"), null=True
    )
    round_mm = ArrayField(
        models.FloatField(),
        size=2,
        verbose_name=_("diameter and length (mm)"),
        null=True,
        help_text=_("Of a part that is round."),
    )
    volume_mm3 = models.FloatField(_("volume (mm³)"), null=True)
    area_mm2 = models.FloatField(_("surface (mm²)"), null=True)
    mass_kg = models.FloatField(_("mass (kg)"), null=True)
    it_grade = models.PositiveSmallIntegerField(_("IT grade"), null=True)
    roughness_um = models.FloatField(_("roughness Ra (µm)"), null=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    currency = models.CharField(_("currency"), max_length=3)
    certificate_codes = codes(_("certificates"))
    document_language = models.CharField(
        _("language of documents"), max_length=8, blank=True
    )
    due_on = models.DateField(_("due on"))
    response_deadline_at = models.DateTimeField(_("answers until"))
    delivery_country = models.CharField(_("country of delivery"), max_length=2)
    latitude = models.FloatField(_("latitude"), null=True)
    longitude = models.FloatField(_("longitude"), null=True)
    allowed_countries = codes(_("only from these countries"))
    excluded_countries = codes(_("not from these countries"))
    is_anonymous = models.BooleanField(_("anonymous"), default=True)
    audience = models.CharField(
        _("audience"), max_length=8, choices=Audience, default=Audience.PUBLIC
    )
    invited_ids = ArrayField(
        models.UUIDField(), verbose_name=_("invited enterprises"), default=list
    )
    barred_ids = ArrayField(
        models.UUIDField(), verbose_name=_("barred enterprises"), default=list
    )
    work_minutes = models.PositiveIntegerField(
        _("estimated machine minutes"),
        null=True,
        help_text=_("Of the whole batch, on the reference machine."),
    )
    material_cost_eur = models.DecimalField(
        _("estimated material (EUR)"), max_digits=14, decimal_places=2, default=0
    )
    reference_eur = models.DecimalField(
        _("reference price (EUR)"),
        max_digits=14,
        decimal_places=2,
        null=True,
        help_text=_("The buyer's target, else the estimate."),
    )
    weights = models.JSONField(_("weights of the score"), default=dict)
    state = models.CharField(
        _("state"), max_length=10, choices=DemandState, default=DemandState.OPEN
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    published_at = models.DateTimeField(_("published at"))

    objects = DemandQuerySet.as_manager()

    class Meta:
        verbose_name = _("demand")
        verbose_name_plural = _("demands")
        constraints = [
            models.UniqueConstraint(
                name="exchange_demand_line_once", fields=["owner", "rfq_line_id"]
            ),
            models.CheckConstraint(
                name="exchange_demand_state_known",
                condition=known("state", DemandState),
            ),
            models.CheckConstraint(
                name="exchange_demand_audience_known",
                condition=known("audience", Audience),
            ),
            models.CheckConstraint(
                name="exchange_demand_sides_sorted",
                condition=Q(size_mm__isnull=True)
                | Q(
                    size_mm__len=3,
                    size_mm__0__gte=F("size_mm__1"),
                    size_mm__1__gte=F("size_mm__2"),
                ),
            ),
            models.CheckConstraint(
                name="exchange_demand_quantity_above_zero", condition=Q(quantity__gt=0)
            ),
            models.CheckConstraint(
                name="exchange_demand_work_above_zero",
                condition=Q(work_minutes__isnull=True) | Q(work_minutes__gt=0),
            ),
            models.CheckConstraint(
                name="exchange_demand_currency_is_code",
                condition=Q(currency__regex=IS_CURRENCY),
            ),
            models.CheckConstraint(
                name="exchange_demand_country_is_code",
                condition=Q(delivery_country__regex=IS_COUNTRY),
            ),
            models.CheckConstraint(
                name="exchange_demand_place_on_earth", condition=ON_EARTH
            ),
        ]
        indexes = [
            # For judging a changed listing, and for the market's list of demands.
            models.Index(
                name="exchange_demand_open",
                fields=["response_deadline_at"],
                condition=Q(state=DemandState.OPEN),
            ),
            # For an RFQ's demands when its last line is awarded.
            models.Index(name="exchange_demand_rfq", fields=["owner", "rfq_id"]),
        ]

    def __str__(self) -> str:
        return self.title
