from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.exchange.models.columns import codes
from tenants.types import Disclosure, Tenancy


class MarketListing(models.Model):
    """A listing as the asking enterprise may see it: of those that trade, published.

    Weeks are told from the running one on, by minutes and by the color of their load.
    Facts that are for counterparties read as not stated, and `masked_facts` names
    them; the owner and its counterparties read all, and find none named. The rate is
    stated if it is for everyone; otherwise a match estimates the price by it. Read-only:
    a view that the database keeps.
    """

    tenancy = Tenancy.SHARED
    disclosure = Disclosure.MARKET

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
    verified_certificates = codes(_("certificates that were verified"))
    languages = ArrayField(models.TextField())
    country = models.TextField()
    region = models.TextField()
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    free_minutes_four_weeks = models.IntegerField(null=True)
    auto_quote = models.BooleanField()
    unconfirmed_figures = codes(_("figures of the maker, not confirmed"))
    rate_eur_hour = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    masked_facts = codes(_("facts for counterparties alone"))
    weeks_from = models.DateField(null=True)
    total_minutes = ArrayField(models.IntegerField(), null=True)
    reserved_minutes = ArrayField(models.IntegerField(), null=True)
    free_minutes = ArrayField(models.IntegerField(), null=True)
    load_colors = ArrayField(models.TextField(), null=True)

    class Meta:
        managed = False
        db_table = "exchange_market_listing"

    def __str__(self) -> str:
        return f"{self.seller_name}: {self.machine_label}"


class PublicListing(models.Model):
    """A listing as anyone may see it: what its owner shows to everyone.

    Of its weeks it has colors alone: minutes are for enterprises. Read-only: a view that the database keeps.
    """

    tenancy = Tenancy.SHARED
    disclosure = Disclosure.PUBLIC

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
    verified_certificates = codes(_("certificates that were verified"))
    country = models.TextField()
    region = models.TextField()
    free_minutes_four_weeks = models.IntegerField(null=True)
    unconfirmed_figures = codes(_("figures of the maker, not confirmed"))
    rate_eur_hour = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    weeks_from = models.DateField(null=True)
    load_colors = ArrayField(models.TextField(), null=True)

    class Meta:
        managed = False
        db_table = "exchange_public_listing"

    def __str__(self) -> str:
        return f"{self.seller_name}: {self.machine_label}"


class MarketMatch(models.Model):
    """A pair as the listing's owner may see it: whether it fits, and how well.

    Not who asks, nor the rank, nor the part of the score that would tell the price the
    buyer has in mind. Refused pairs are not in it. Read-only: a view that the database
    keeps.
    """

    tenancy = Tenancy.SHARED
    disclosure = Disclosure.MARKET

    id = models.UUIDField(primary_key=True)
    seller_id = models.UUIDField()
    demand_id = models.UUIDField()
    listing_id = models.UUIDField()
    listing_version = models.PositiveIntegerField()
    outcome = models.TextField()
    parts = models.JSONField()
    unknowns = models.JSONField()

    class Meta:
        managed = False
        db_table = "exchange_market_match"

    def __str__(self) -> str:
        return f"{self.listing_id} ({self.outcome})"


class MarketDemand(models.Model):
    """An open demand as the asking enterprise may see it, if it may at all.

    Its owner is hidden if it asked to be. Read-only: a view that the database keeps.
    """

    tenancy = Tenancy.SHARED
    disclosure = Disclosure.MARKET

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


class MarketIdleLot(models.Model):
    """Idle time as the asking enterprise may see it, if it may at all.

    Of those that are offered, not over by the database's clock, and of a machine that
    is listed; its machine is named as the listing names it. Read-only: a view that the
    database keeps.
    """

    tenancy = Tenancy.SHARED
    disclosure = Disclosure.MARKET

    id = models.UUIDField(primary_key=True)
    owner_id = models.UUIDField()
    listing_id = models.UUIDField()
    seller_name = models.TextField()
    seller_slug = models.TextField()
    is_verified = models.BooleanField()
    machine_label = models.TextField()
    process_code = models.TextField()
    country = models.TextField()
    region = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    free_minutes = models.PositiveIntegerField()
    floor_price = models.DecimalField(max_digits=12, decimal_places=2)
    price_basis = models.TextField()
    currency = models.TextField()
    note = models.TextField()
    audience = models.TextField()
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    is_own = models.BooleanField()

    class Meta:
        managed = False
        db_table = "exchange_market_idlelot"

    def __str__(self) -> str:
        return f"{self.seller_name}: {self.starts_at:%Y-%m-%d}"
