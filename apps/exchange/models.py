from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.exchange.types import (
    HORIZON_WEEKS,
    Audience,
    DemandState,
    EnvelopeKind,
    Outcome,
    RunState,
    RunTrigger,
)
from apps.kernel.models import SharedModel, TimeStampedModel

if TYPE_CHECKING:
    from uuid import UUID

    IntegerColumn = models.Field[int, int]
else:
    # Only the stubs know what a field holds.
    IntegerColumn = models.Field

IS_COUNTRY = r"^[A-Z]{2}$"
IS_CURRENCY = r"^[A-Z]{3}$"
ON_EARTH = Q(latitude__isnull=True, longitude__isnull=True) | Q(
    latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180
)


def known(column: str, choices: type[models.TextChoices], **also: bool) -> Q:
    """Say that a column holds one of its choices."""
    return Q(**{f"{column}__in": choices.values}, **also)


def codes(label: Any) -> ArrayField[list[str], list[str]]:
    """Return a column for a set of catalogue codes."""
    return ArrayField(
        models.CharField(max_length=64), verbose_name=label, default=list, blank=True
    )


class TransactionIdField(IntegerColumn):
    """The id of a transaction in PostgreSQL, which never wraps around."""

    def db_type(self, connection: object) -> str:  # noqa: ARG002  (Django's signature)
        """Name the type in the database."""
        return "xid8"

    def from_db_value(self, value: str | None, *_: object) -> int | None:
        """Read a number; the driver knows no such type and gives text."""
        return None if value is None else int(value)

    def get_prep_value(self, value: object) -> str | None:
        """Write text: there is no cast from a number to a transaction id."""
        return None if value is None else str(value)


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
    deliveries = models.PositiveIntegerField(_("deliveries"), default=0)
    deliveries_on_time = models.PositiveIntegerField(_("of them on time"), default=0)
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


class MatchRunQuerySet(models.QuerySet["MatchRun"]):
    def newest_first(self) -> Self:
        return self.order_by("-id")


class MatchRun(SharedModel):
    """One recorded execution of the matcher for a demand.

    It keeps the version of the rules, the weights, the day it judged for and a digest
    of its inputs: run again over the same inputs, it gives the same matches. A
    finished run has an end, and fits no more listings than it considered.
    """

    owner = models.ForeignKey(
        "tenants.Enterprise", models.PROTECT, related_name="+", db_index=False
    )
    demand = models.ForeignKey(
        Demand, models.CASCADE, related_name="runs", db_index=False
    )
    trigger = models.CharField(_("trigger"), max_length=20, choices=RunTrigger)
    rule_version = models.CharField(_("version of the rules"), max_length=16)
    engine = models.CharField(_("engine"), max_length=16)
    weights = models.JSONField(_("weights"))
    judged_on = models.DateField(_("judged for"))
    demand_version = models.PositiveIntegerField(_("version of the demand"))
    inputs_digest = models.CharField(_("digest of the inputs"), max_length=64)
    state = models.CharField(
        _("state"), max_length=10, choices=RunState, default=RunState.RUNNING
    )
    considered = models.PositiveIntegerField(_("considered"), default=0)
    fitting = models.PositiveIntegerField(_("fitting"), default=0)
    unknown = models.PositiveIntegerField(_("not all stated"), default=0)
    refused_by_first = models.JSONField(_("refused, by first reason"), default=dict)
    refused_by_only = models.JSONField(_("refused, by only reason"), default=dict)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    engine_ms = models.FloatField(_("engine (ms)"), null=True)

    objects = MatchRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("match run")
        verbose_name_plural = _("match runs")
        constraints = [
            models.CheckConstraint(
                name="exchange_matchrun_trigger_known",
                condition=known("trigger", RunTrigger),
            ),
            models.CheckConstraint(
                name="exchange_matchrun_state_known", condition=known("state", RunState)
            ),
            models.CheckConstraint(
                name="exchange_matchrun_finished_has_end",
                condition=Q(state=RunState.RUNNING, finished_at__isnull=True)
                | Q(state=RunState.FINISHED, finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="exchange_matchrun_fitting_within_considered",
                condition=Q(fitting__lte=F("considered") - F("unknown")),
            ),
        ]
        indexes = [
            # For the latest run of a demand; ids sort by the time they were made.
            models.Index(name="exchange_matchrun_latest", fields=["demand", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.id} ({self.trigger})"


class MatchQuerySet(models.QuerySet["Match"]):
    def best_first(self) -> Self:
        return self.order_by("rank")


class Match(SharedModel):
    """A listing judged for a demand in its latest run, with score and reasons.

    Kept for all that fit, up to a limit, and for the nearest that do not. A pair
    is kept once, ranks are unique, and what fits has no refusals. The demand's owner
    reads it; the listing's owner does too, unless it is refused.
    """

    owner = models.ForeignKey(
        "tenants.Enterprise", models.PROTECT, related_name="+", db_index=False
    )
    seller = models.ForeignKey(
        "tenants.Enterprise", models.PROTECT, related_name="+", db_index=False
    )
    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="matches")
    demand = models.ForeignKey(
        Demand, models.CASCADE, related_name="matches", db_index=False
    )
    listing = models.ForeignKey(
        Listing, models.PROTECT, related_name="+", db_index=False
    )
    listing_version = models.PositiveIntegerField(_("version of the listing"))
    rank = models.PositiveIntegerField(_("rank"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    score = models.FloatField(_("score"))
    parts = models.JSONField(_("parts of the score"), default=list)
    refusals = models.JSONField(_("refusals"), default=list)
    unknowns = models.JSONField(_("not stated"), default=list)

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        constraints = [
            models.UniqueConstraint(
                name="exchange_match_pair_once", fields=["demand", "listing"]
            ),
            models.UniqueConstraint(
                name="exchange_match_rank_once", fields=["demand", "rank"]
            ),
            models.CheckConstraint(
                name="exchange_match_outcome_known",
                condition=Q(outcome=Outcome.FITS, refusals=[], unknowns=[])
                | (Q(outcome=Outcome.UNKNOWN, refusals=[]) & ~Q(unknowns=[]))
                | (Q(outcome=Outcome.REFUSED) & ~Q(refusals=[])),
            ),
            models.CheckConstraint(
                name="exchange_match_rank_from_one", condition=Q(rank__gte=1)
            ),
            models.CheckConstraint(
                name="exchange_match_score_is_share",
                condition=Q(score__gte=0, score__lte=1),
            ),
            models.CheckConstraint(
                name="exchange_match_not_with_oneself",
                condition=~Q(owner=F("seller")),
            ),
        ]
        indexes = [
            # For a shop's inbox: the demands that its listings fit.
            models.Index(
                name="exchange_match_inbox",
                fields=["seller", "demand"],
                condition=~Q(outcome=Outcome.REFUSED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.listing_id} ({self.outcome})"


class MarketListing(models.Model):
    """A listing as any enterprise may see it: of those that trade, published ones.

    Read-only: a view that the database keeps.
    """

    id = models.UUIDField(primary_key=True)
    owner_id = models.UUIDField()
    seller_name = models.TextField()
    seller_slug = models.TextField()
    is_verified = models.BooleanField()
    machine_label = models.TextField()
    process_code = models.TextField()
    material_groups = codes(_("material groups"))
    material_codes = codes(_("materials"))
    envelope_kind = models.TextField(null=True)  # noqa: DJ001  (not stated)
    envelope_mm = ArrayField(models.FloatField(), null=True)
    max_mass_kg = models.FloatField(null=True)
    it_grade = models.PositiveSmallIntegerField(null=True)
    roughness_um = models.FloatField(null=True)
    batch_min = models.PositiveIntegerField(null=True)
    batch_max = models.PositiveIntegerField(null=True)
    certificates = models.JSONField()
    languages = ArrayField(models.TextField())
    country = models.TextField()
    region = models.TextField()
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    free_minutes_four_weeks = models.IntegerField(null=True)
    auto_quote = models.BooleanField()

    class Meta:
        managed = False
        db_table = "exchange_market_listing"

    def __str__(self) -> str:
        return f"{self.seller_name}: {self.machine_label}"


class MarketDemand(models.Model):
    """An open demand as the asking enterprise may see it, if it may at all.

    Its owner is hidden if it asked to be. Read-only: a view that the database keeps.
    """

    id = models.UUIDField(primary_key=True)
    owner_id = models.UUIDField(null=True)
    buyer_name = models.TextField()
    title = models.TextField()
    note = models.TextField()
    process_codes = codes(_("processes"))
    material_code = models.TextField()
    material_group = models.TextField()
    size_mm = ArrayField(models.FloatField(), null=True)
    mass_kg = models.FloatField(null=True)
    it_grade = models.PositiveSmallIntegerField(null=True)
    roughness_um = models.FloatField(null=True)
    quantity = models.PositiveIntegerField()
    currency = models.TextField()
    certificate_codes = codes(_("certificates"))
    document_language = models.TextField()
    due_on = models.DateField()
    response_deadline_at = models.DateTimeField()
    delivery_country = models.TextField()
    allowed_countries = codes(_("only from these countries"))
    excluded_countries = codes(_("not from these countries"))
    is_anonymous = models.BooleanField()
    is_own = models.BooleanField()
    audience = models.TextField()
    work_minutes = models.PositiveIntegerField(null=True)
    published_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "exchange_market_demand"

    def __str__(self) -> str:
        return self.title
