from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.exchange.models.columns import (
    IS_COUNTRY,
    ON_EARTH,
    TransactionIdField,
    codes,
)
from apps.exchange.types import HORIZON_WEEKS, EnvelopeKind
from apps.kernel.models import SharedModel, TimeStampedModel
from apps.machines.types import DisclosedFact

if TYPE_CHECKING:
    from uuid import UUID


# Of every week: no less than nothing is reserved, no more is free than the rest.
WEEKS_ADD_UP = models.Func(
    F("total_minutes"),
    F("reserved_minutes"),
    F("cumulative_free_minutes"),
    function="exchange_weeks_add_up",
    output_field=models.BooleanField(),
)


class ListingQuerySet(models.QuerySet["Listing"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def changed_since(self, transaction_id: int) -> Self:
        """Keep what that transaction or a later one wrote last."""
        return self.filter(changed_xid__gte=transaction_id)

    def of_machine(self, owner_id: UUID, machine_id: UUID) -> Self:
        return self.filter(owner_id=owner_id, machine_id=machine_id)


class Listing(SharedModel, TimeStampedModel):
    """What one machine can do for others, and when it is free: published, coarse.

    It has one owner, and a capability of an enterprise is listed once. What is null
    is not stated, which never counts as a yes. A box lists its sides from the
    largest to the smallest, a cylinder its diameter and length. A trigger raises the
    version and stamps the transaction with every change, so that readers can follow.

    The matcher reads it whole. Of `masked_facts` the views that others read show
    nothing but to counterparties, and strangers are shown `public_facts` alone.
    """

    owner = models.ForeignKey(
        "tenants.Enterprise", models.PROTECT, related_name="+", db_index=False
    )
    machine_id = models.UUIDField(_("machine"))
    capability_id = models.UUIDField(_("capability"))
    seller_name = models.CharField(_("enterprise"), max_length=160)
    machine_label = models.CharField(_("machine"), max_length=160)
    process_code = models.CharField(_("process"), max_length=64)
    material_groups = codes(_("material groups"))
    material_codes = codes(_("materials"))
    envelope_kind = models.CharField(  # noqa: DJ001  (null is "not stated" here)
        _("envelope"), max_length=8, choices=EnvelopeKind, null=True
    )
    envelope_mm = ArrayField(
        models.FloatField(), verbose_name=_("envelope (mm)"), null=True
    )
    max_mass_kg = models.FloatField(_("largest mass (kg)"), null=True)
    it_grade = models.PositiveSmallIntegerField(_("IT grade"), null=True)
    roughness_um = models.FloatField(_("roughness Ra (µm)"), null=True)
    batch_min = models.PositiveIntegerField(_("smallest batch"), null=True)
    batch_max = models.PositiveIntegerField(_("largest batch"), null=True)
    certificates = models.JSONField(
        _("certificates"),
        default=dict,
        help_text=_("Code to the last day of validity, or null if it has none."),
    )
    verified_certificates = codes(_("certificates that were verified"))
    languages = ArrayField(
        models.CharField(max_length=8),
        verbose_name=_("languages of documents"),
        default=list,
    )
    country = models.CharField(_("country"), max_length=2)
    region = models.CharField(_("region"), max_length=80, blank=True)
    latitude = models.FloatField(_("latitude"), null=True)
    longitude = models.FloatField(_("longitude"), null=True)
    rate_eur_hour = models.DecimalField(
        _("rate (EUR/h)"), max_digits=10, decimal_places=2, null=True
    )
    weeks_from = models.DateField(_("free time from"), help_text=_("A Monday."))
    cumulative_free_minutes = ArrayField(
        models.PositiveIntegerField(),
        verbose_name=_("free minutes up to the end of each week"),
        default=list,
    )
    # Of each week, where the free minutes are stated; they say how full it is.
    total_minutes = ArrayField(
        models.PositiveIntegerField(),
        verbose_name=_("working minutes of each week"),
        default=list,
        blank=True,
    )
    reserved_minutes = ArrayField(
        models.PositiveIntegerField(),
        verbose_name=_("reserved minutes of each week"),
        default=list,
        blank=True,
    )
    deliveries = models.PositiveIntegerField(_("deliveries"), default=0)
    deliveries_on_time = models.PositiveIntegerField(_("of them on time"), default=0)
    unconfirmed_figures = codes(_("figures of the maker, not confirmed"))
    masked_facts = codes(_("facts for counterparties alone"))
    public_facts = codes(_("facts for everyone"))
    auto_quote = models.BooleanField(_("answers by cost model"), default=False)
    is_active = models.BooleanField(_("published"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    # A reader that remembers the oldest transaction still running when it looked
    # (pg_snapshot_xmin) finds by this all that it could not see then. Neither a clock
    # nor a sequence tells that, for both are drawn before the commit.
    changed_xid = TransactionIdField(
        editable=False, db_default=models.Func(function="pg_current_xact_id")
    )

    objects = ListingQuerySet.as_manager()

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        constraints = [
            models.UniqueConstraint(
                name="exchange_listing_capability_once",
                fields=["owner", "capability_id"],
            ),
            models.CheckConstraint(
                name="exchange_listing_envelope_kind_known",
                condition=Q(envelope_kind__isnull=True, envelope_mm__isnull=True)
                | Q(envelope_kind=EnvelopeKind.BOX, envelope_mm__len=3)
                | Q(envelope_kind=EnvelopeKind.CYLINDER, envelope_mm__len=2),
            ),
            models.CheckConstraint(
                name="exchange_listing_box_sides_sorted",
                condition=~Q(envelope_kind=EnvelopeKind.BOX)
                | Q(
                    envelope_mm__0__gte=F("envelope_mm__1"),
                    envelope_mm__1__gte=F("envelope_mm__2"),
                ),
            ),
            models.CheckConstraint(
                name="exchange_listing_batch_max_from_min",
                condition=Q(batch_min__isnull=True)
                | Q(batch_max__isnull=True)
                | Q(batch_max__gte=F("batch_min")),
            ),
            models.CheckConstraint(
                name="exchange_listing_country_is_code",
                condition=Q(country__regex=IS_COUNTRY),
            ),
            models.CheckConstraint(
                name="exchange_listing_place_on_earth", condition=ON_EARTH
            ),
            models.CheckConstraint(
                name="exchange_listing_weeks_from_monday",
                condition=Q(weeks_from__week_day=2),
            ),
            models.CheckConstraint(
                name="exchange_listing_weeks_stated_whole",
                condition=Q(cumulative_free_minutes__len__in=[0, HORIZON_WEEKS]),
            ),
            models.CheckConstraint(
                name="exchange_listing_weeks_add_up",
                condition=WEEKS_ADD_UP,
            ),
            models.CheckConstraint(
                name="exchange_listing_facts_known",
                condition=Q(
                    masked_facts__contained_by=DisclosedFact.values,
                    public_facts__contained_by=DisclosedFact.values,
                ),
            ),
            models.CheckConstraint(
                name="exchange_listing_fact_in_one_circle",
                condition=~Q(masked_facts__overlap=F("public_facts")),
            ),
            models.CheckConstraint(
                name="exchange_listing_on_time_within_deliveries",
                condition=Q(deliveries_on_time__lte=F("deliveries")),
            ),
        ]
        indexes = [
            # For publishing and refreshing one machine.
            models.Index(
                name="exchange_listing_machine", fields=["owner", "machine_id"]
            ),
            # For following changes; costs in-page updates, saves reading the table.
            models.Index(name="exchange_listing_changed", fields=["changed_xid"]),
        ]

    def __str__(self) -> str:
        return f"{self.seller_name}: {self.machine_label} ({self.process_code})"
