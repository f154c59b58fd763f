"""Keep facts of a listing from those whom its owner does not show them to.

What other enterprises and strangers read are views, and the database leaves out of
them what is not for the reader: no program that reads the market can forget to.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import apps.kernel.identifiers
from tenants import context
from tenants.isolation.migrations import (
    ALL,
    CURRENT_ENTERPRISE,
    READ,
    OpenTable,
    ProtectRows,
)

DIRECTORY = context.DIRECTORY_ROLE
EXCHANGE = context.EXCHANGE_ROLE
OPERATOR = context.OPERATOR_ROLE
TENANT = context.TENANT_GROUP_ROLE

FACTS = [
    "machine_label",
    "materials",
    "envelope",
    "max_mass",
    "tolerance",
    "roughness",
    "batch",
    "hourly_rate",
    "free_capacity",
    "certificates",
]
# What anyone saw before there was a choice.
PUBLIC_BEFORE = ["machine_label", "certificates", "free_capacity"]

WEEKS = """
 CROSS JOIN LATERAL (
       SELECT greatest(
           0, (date_trunc('week', now() AT TIME ZONE 'UTC')::date - l.weeks_from) / 7
       ) AS elapsed
 ) w
"""
FREE = """
       CASE
           WHEN {hidden} OR cardinality(l.cumulative_free_minutes) = 0
                OR w.elapsed > 22 THEN NULL
           ELSE l.cumulative_free_minutes[w.elapsed + 4]
                - coalesce(l.cumulative_free_minutes[nullif(w.elapsed, 0)], 0)
       END AS free_minutes_four_weeks"""
TRADING = "l.is_active AND e.tier = 'activated' AND e.suspended_at IS NULL"
OF_FIGURE = """
           CASE f.name WHEN 'max_mass_kg' THEN 'max_mass' WHEN 'it_grade' THEN 'tolerance'
                       WHEN 'roughness_um' THEN 'roughness' ELSE 'envelope' END"""


def unless(hidden: str, column: str, empty: str = "NULL") -> str:
    """Write a column that is empty where its fact is hidden."""
    return f"CASE WHEN {hidden} THEN {empty} ELSE l.{column} END AS {column}"


def masked(fact: str) -> str:
    """Write whether a fact is hidden from the enterprise that asks."""
    return f"'{fact}' = ANY (m.facts)"


def not_public(fact: str) -> str:
    """Write whether a fact is hidden from strangers."""
    return f"'{fact}' <> ALL (l.public_facts)"


def columns_of(hidden) -> dict[str, str]:
    """Write every column that a choice of circle is about."""
    return {
        "machine_label": unless(hidden("machine_label"), "machine_label", "''"),
        "material_groups": unless(hidden("materials"), "material_groups", "'{}'"),
        "material_codes": unless(hidden("materials"), "material_codes", "'{}'"),
        "envelope_kind": unless(hidden("envelope"), "envelope_kind"),
        "envelope_mm": unless(hidden("envelope"), "envelope_mm"),
        "max_mass_kg": unless(hidden("max_mass"), "max_mass_kg"),
        "it_grade": unless(hidden("tolerance"), "it_grade"),
        "roughness_um": unless(hidden("roughness"), "roughness_um"),
        "batch_min": unless(hidden("batch"), "batch_min"),
        "batch_max": unless(hidden("batch"), "batch_max"),
        "certificates": unless(hidden("certificates"), "certificates", "'{}'::jsonb"),
        "rate_eur_hour": unless(hidden("hourly_rate"), "rate_eur_hour"),
        "free": FREE.format(hidden=hidden("free_capacity")),
    }


M = columns_of(masked)
P = columns_of(not_public)

# The rate itself is told to everyone or to nobody: to all others a match says what the
# work would cost by it, and that is what the circle is about.
# `m`: the facts that the reader may not see. Of its own listings, and of those whom it has
# an order with, none are kept from it.
MARKET_LISTING = f"""
CREATE VIEW exchange_market_listing WITH (security_barrier = true) AS
SELECT l.id, l.owner_id, l.seller_name, e.slug::text AS seller_slug,
       e.verification = 'verified' AS is_verified, {M["machine_label"]}, l.process_code,
       {M["material_groups"]}, {M["material_codes"]}, {M["envelope_kind"]},
       {M["envelope_mm"]}, {M["max_mass_kg"]}, {M["it_grade"]}, {M["roughness_um"]},
       {M["batch_min"]}, {M["batch_max"]}, {M["certificates"]}, l.languages, l.country,
       l.region, l.latitude, l.longitude, {M["free"]}, l.auto_quote,
       ARRAY(
           SELECT f.name FROM unnest(l.unconfirmed_figures) WITH ORDINALITY f (name, place)
            WHERE {OF_FIGURE} <> ALL (m.facts) ORDER BY f.place
       ) AS unconfirmed_figures,
       {P["rate_eur_hour"]}, m.facts AS masked_facts
  FROM exchange_listing l
  JOIN tenants_enterprise e ON e.id = l.owner_id
{WEEKS}
 CROSS JOIN LATERAL (
       SELECT CASE
           WHEN cardinality(l.masked_facts) = 0 OR l.owner_id = {CURRENT_ENTERPRISE}
                OR EXISTS (
                    SELECT 1 FROM exchange_counterparty c
                     WHERE c.owner_id = l.owner_id
                       AND c.counterparty_id = {CURRENT_ENTERPRISE}
                ) THEN '{{}}'::varchar[]
           ELSE l.masked_facts
       END AS facts
 ) m
 WHERE {TRADING}
"""
PUBLIC_LISTING = f"""
CREATE VIEW exchange_public_listing WITH (security_barrier = true) AS
SELECT l.id, l.owner_id, l.seller_name, e.slug::text AS seller_slug,
       e.verification = 'verified' AS is_verified, {P["machine_label"]}, l.process_code,
       {P["material_groups"]}, {P["material_codes"]}, {P["envelope_kind"]},
       {P["envelope_mm"]}, {P["max_mass_kg"]}, {P["it_grade"]}, {P["roughness_um"]},
       {P["batch_min"]}, {P["batch_max"]}, {P["certificates"]}, l.country, l.region,
       {P["free"]},
       ARRAY(
           SELECT f.name FROM unnest(l.unconfirmed_figures) WITH ORDINALITY f (name, place)
            WHERE {OF_FIGURE} = ANY (l.public_facts) ORDER BY f.place
       ) AS unconfirmed_figures,
       {P["rate_eur_hour"]}
  FROM exchange_listing l
  JOIN tenants_enterprise e ON e.id = l.owner_id
{WEEKS}
 WHERE {TRADING}
"""
BEFORE = f"""
CREATE VIEW exchange_market_listing WITH (security_barrier = true) AS
SELECT l.id, l.owner_id, l.seller_name, e.slug::text AS seller_slug,
       e.verification = 'verified' AS is_verified, l.machine_label, l.process_code,
       l.material_groups, l.material_codes, l.envelope_kind, l.envelope_mm,
       l.max_mass_kg, l.it_grade, l.roughness_um, l.batch_min, l.batch_max,
       l.certificates, l.languages, l.country, l.region, l.latitude, l.longitude,
       {FREE.format(hidden="false")}, l.auto_quote, l.unconfirmed_figures
  FROM exchange_listing l
  JOIN tenants_enterprise e ON e.id = l.owner_id
{WEEKS}
 WHERE {TRADING}
"""
# The exchange reads as an enterprise without an order does: its own role is nobody's.
MARKET_READERS = {TENANT: READ, EXCHANGE: READ, OPERATOR: READ}
PUBLIC_READERS = {TENANT: READ, DIRECTORY: READ, OPERATOR: READ}
READERS_BEFORE = {TENANT: READ, DIRECTORY: READ, OPERATOR: READ}


def codes(label: str, default) -> django.contrib.postgres.fields.ArrayField:
    """Write a column of names."""
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.CharField(max_length=64),
        blank=True,
        default=default,
        size=None,
        verbose_name=label,
    )


class Migration(migrations.Migration):
    dependencies = [("exchange", "0005_matchrun_catalog_version")]

    operations = [
        migrations.CreateModel(
            name="Counterparty",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_default=models.functions.Now()
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True, db_default=models.functions.Now()
                    ),
                ),
                (
                    "id",
                    models.UUIDField(
                        default=apps.kernel.identifiers.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("counterparty_id", models.UUIDField(verbose_name="counterparty")),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.enterprise",
                    ),
                ),
            ],
            options={
                "verbose_name": "counterparty",
                "verbose_name_plural": "counterparties",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "counterparty_id"),
                        name="exchange_counterparty_pair_once",
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(owner=models.F("counterparty_id")),
                        name="exchange_counterparty_not_oneself",
                    ),
                ],
            },
        ),
        ProtectRows(
            "exchange_counterparty", {TENANT: READ, EXCHANGE: ALL, OPERATOR: READ}
        ),
        migrations.AddField(
            model_name="listing",
            name="masked_facts",
            field=codes("facts for counterparties alone", list),
        ),
        migrations.AddField(
            model_name="listing",
            name="public_facts",
            field=codes("facts for everyone", PUBLIC_BEFORE),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="listing",
            name="public_facts",
            field=codes("facts for everyone", list),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    masked_facts__contained_by=FACTS, public_facts__contained_by=FACTS
                ),
                name="exchange_listing_facts_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=~models.Q(masked_facts__overlap=models.F("public_facts")),
                name="exchange_listing_fact_in_one_circle",
            ),
        ),
        migrations.CreateModel(
            name="PublicListing",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("owner_id", models.UUIDField()),
                ("seller_name", models.TextField()),
                ("seller_slug", models.TextField()),
                ("is_verified", models.BooleanField()),
                ("process_code", models.TextField()),
                ("machine_label", models.TextField()),
            ],
            options={"db_table": "exchange_public_listing", "managed": False},
        ),
        migrations.RunSQL(
            sql=["DROP VIEW exchange_market_listing", MARKET_LISTING, PUBLIC_LISTING],
            # Made anew, a view lets nobody in until it is told to.
            reverse_sql=[
                "DROP VIEW exchange_public_listing",
                "DROP VIEW exchange_market_listing",
                BEFORE,
                *OpenTable("exchange_market_listing", READERS_BEFORE).statements(),
            ],
        ),
        OpenTable("exchange_market_listing", MARKET_READERS),
        OpenTable("exchange_public_listing", PUBLIC_READERS),
    ]
