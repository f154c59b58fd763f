"""Who may read which rows of the market, and what strangers see of the rest."""

from django.db import migrations

from tenants import context
from tenants.isolation.migrations import ALL, READ, OpenTable, ProtectRows

DIRECTORY = context.DIRECTORY_ROLE
EXCHANGE = context.EXCHANGE_ROLE
OPERATOR = context.OPERATOR_ROLE
TENANT = context.TENANT_GROUP_ROLE

WRITE_OWN = "SELECT, INSERT, UPDATE"

STAMP = [
    """
    CREATE FUNCTION exchange_listing_stamp() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
    BEGIN
        NEW.changed_xid := pg_current_xact_id();
        NEW.version := OLD.version + 1;
        RETURN NEW;
    END
    $body$
    """,
    "CREATE TRIGGER exchange_listing_stamp BEFORE UPDATE ON exchange_listing"
    " FOR EACH ROW EXECUTE FUNCTION exchange_listing_stamp()",
]
UNSTAMP = [
    "DROP TRIGGER exchange_listing_stamp ON exchange_listing",
    "DROP FUNCTION exchange_listing_stamp()",
]

# A barrier: no function of the reader's runs on a row before it is let through.
# `current_user` is the reader's role, though the view reads as its owner.
MARKET_LISTING = """
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
MARKET_DEMAND = """
CREATE VIEW exchange_market_demand WITH (security_barrier = true) AS
WITH reader AS (
    SELECT id, verification = 'verified' AS is_verified
      FROM tenants_enterprise
     WHERE schema_name = current_user::text
)
SELECT d.id,
       CASE WHEN d.is_anonymous AND d.owner_id IS DISTINCT FROM r.id
            THEN NULL ELSE d.owner_id END AS owner_id,
       CASE WHEN d.is_anonymous AND d.owner_id IS DISTINCT FROM r.id
            THEN '' ELSE e.name END::text AS buyer_name,
       d.title, d.note, d.process_codes, d.material_code, d.material_group, d.size_mm,
       d.mass_kg, d.it_grade, d.roughness_um, d.quantity, d.currency, d.certificate_codes,
       d.document_language, d.due_on, d.response_deadline_at, d.delivery_country,
       d.allowed_countries, d.excluded_countries, d.is_anonymous,
       coalesce(d.owner_id = r.id, false) AS is_own, d.audience, d.work_minutes,
       d.published_at
  FROM exchange_demand d
  JOIN tenants_enterprise e ON e.id = d.owner_id
  LEFT JOIN reader r ON true
 WHERE d.state = 'open'
   AND d.response_deadline_at > now()
   AND e.suspended_at IS NULL
   AND (
       d.owner_id = r.id
       OR d.audience = 'public' AND (r.id IS NULL OR r.id <> ALL (d.barred_ids))
       OR d.audience = 'verified' AND r.is_verified AND r.id <> ALL (d.barred_ids)
       OR d.audience = 'invited' AND r.id = ANY (d.invited_ids)
          AND r.id <> ALL (d.barred_ids)
   )
"""


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial"), ("tenants", "0003_access")]

    operations = [
        migrations.RunSQL(sql=STAMP, reverse_sql=UNSTAMP),
        ProtectRows(
            "exchange_listing", {TENANT: WRITE_OWN, EXCHANGE: ALL, OPERATOR: READ}
        ),
        ProtectRows(
            "exchange_demand", {TENANT: WRITE_OWN, EXCHANGE: ALL, OPERATOR: READ}
        ),
        ProtectRows(
            "exchange_matchrun", {TENANT: READ, EXCHANGE: ALL, OPERATOR: READ}
        ),
        ProtectRows("exchange_match", {TENANT: READ, EXCHANGE: ALL, OPERATOR: READ}),
        migrations.RunSQL(
            sql=[MARKET_LISTING, MARKET_DEMAND],
            reverse_sql=[
                "DROP VIEW exchange_market_demand",
                "DROP VIEW exchange_market_listing",
            ],
        ),
        OpenTable(
            "exchange_market_listing",
            {TENANT: READ, DIRECTORY: READ, OPERATOR: READ},
        ),
        OpenTable(
            "exchange_market_demand",
            {TENANT: READ, DIRECTORY: READ, OPERATOR: READ},
        ),
    ]
