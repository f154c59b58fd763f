"""What a shop sees of the pairs that its listings are in."""

from django.db import migrations, models

from tenants import context
from tenants.isolation.migrations import CURRENT_ENTERPRISE, READ, OpenTable

# A view and not a policy on the table: a policy lets whole rows through, and with them
# who an anonymous buyer is. The part of the price is left out for the reference that it
# is measured against: it may be the price that the buyer has in mind.
MARKET_MATCH = f"""
CREATE VIEW exchange_market_match WITH (security_barrier = true) AS
SELECT m.id, m.seller_id, m.demand_id, m.listing_id, m.listing_version, m.outcome,
       (
           SELECT coalesce(jsonb_agg(part ORDER BY place), '[]'::jsonb)
             FROM jsonb_array_elements(m.parts) WITH ORDINALITY AS p (part, place)
            WHERE part ->> 'name' <> 'price'
       ) AS parts,
       m.unknowns
  FROM exchange_match m
 WHERE m.outcome <> 'refused' AND m.seller_id = {CURRENT_ENTERPRISE}
"""


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_market")]

    operations = [
        migrations.CreateModel(
            name="MarketMatch",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("seller_id", models.UUIDField()),
                ("demand_id", models.UUIDField()),
                ("listing_id", models.UUIDField()),
                ("listing_version", models.PositiveIntegerField()),
                ("outcome", models.TextField()),
                ("parts", models.JSONField()),
                ("unknowns", models.JSONField()),
            ],
            options={"db_table": "exchange_market_match", "managed": False},
        ),
        migrations.RunSQL(
            sql=["DROP POLICY IF EXISTS seller ON exchange_match", MARKET_MATCH],
            reverse_sql="DROP VIEW exchange_market_match",
        ),
        OpenTable("exchange_market_match", {context.TENANT_GROUP_ROLE: READ}),
    ]
