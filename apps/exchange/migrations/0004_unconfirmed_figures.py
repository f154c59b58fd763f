"""Say which figures of a listing its shop took over from the maker unconfirmed."""

import django.contrib.postgres.fields
from django.db import migrations, models

from tenants import context
from tenants.isolation.migrations import READ, OpenTable

# A view gains columns at its end alone, and loses none.
MARKET_LISTING = """
CREATE OR REPLACE VIEW exchange_market_listing WITH (security_barrier = true) AS
SELECT l.id, l.owner_id, l.seller_name, e.slug::text AS seller_slug,
       e.verification = 'verified' AS is_verified, l.machine_label, l.process_code,
       l.material_groups, l.material_codes, l.envelope_kind, l.envelope_mm,
       l.max_mass_kg, l.it_grade, l.roughness_um, l.batch_min, l.batch_max,
       l.certificates, l.languages, l.country, l.region, l.latitude, l.longitude,
       CASE
           WHEN cardinality(l.cumulative_free_minutes) = 0 OR w.elapsed > 22 THEN NULL
           ELSE l.cumulative_free_minutes[w.elapsed + 4]
                - coalesce(l.cumulative_free_minutes[nullif(w.elapsed, 0)], 0)
       END AS free_minutes_four_weeks,
       l.auto_quote, l.unconfirmed_figures
  FROM exchange_listing l
  JOIN tenants_enterprise e ON e.id = l.owner_id
 CROSS JOIN LATERAL (
       SELECT greatest(
           0, (date_trunc('week', now() AT TIME ZONE 'UTC')::date - l.weeks_from) / 7
       ) AS elapsed
 ) w
 WHERE l.is_active AND e.tier = 'activated' AND e.suspended_at IS NULL
"""
BEFORE = """
CREATE VIEW exchange_market_listing WITH (security_barrier = true) AS
SELECT l.id, l.owner_id, l.seller_name, e.slug::text AS seller_slug,
       e.verification = 'verified' AS is_verified, l.machine_label, l.process_code,
       l.material_groups, l.material_codes, l.envelope_kind, l.envelope_mm,
       l.max_mass_kg, l.it_grade, l.roughness_um, l.batch_min, l.batch_max,
       l.certificates, l.languages, l.country, l.region, l.latitude, l.longitude,
       CASE
           WHEN cardinality(l.cumulative_free_minutes) = 0 OR w.elapsed > 22 THEN NULL
           ELSE l.cumulative_free_minutes[w.elapsed + 4]
                - coalesce(l.cumulative_free_minutes[nullif(w.elapsed, 0)], 0)
       END AS free_minutes_four_weeks,
       l.auto_quote
  FROM exchange_listing l
  JOIN tenants_enterprise e ON e.id = l.owner_id
 CROSS JOIN LATERAL (
       SELECT greatest(
           0, (date_trunc('week', now() AT TIME ZONE 'UTC')::date - l.weeks_from) / 7
       ) AS elapsed
 ) w
 WHERE l.is_active AND e.tier = 'activated' AND e.suspended_at IS NULL
"""
READERS = {
    context.TENANT_GROUP_ROLE: READ,
    context.DIRECTORY_ROLE: READ,
    context.OPERATOR_ROLE: READ,
}


class Migration(migrations.Migration):
    dependencies = [("exchange", "0003_seller_match")]

    operations = [
        migrations.AddField(
            model_name="listing",
            name="unconfirmed_figures",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=64),
                blank=True,
                default=list,
                size=None,
                verbose_name="figures of the maker, not confirmed",
            ),
        ),
        migrations.RunSQL(
            sql=MARKET_LISTING,
            # Made anew, the view lets nobody in until it is told to.
            reverse_sql=[
                "DROP VIEW exchange_market_listing",
                BEFORE,
                *OpenTable("exchange_market_listing", READERS).statements(),
            ],
        ),
    ]
