"""How full each published week is, and idle time that shops offer."""

from importlib import import_module

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import apps.kernel.identifiers
from tenants import context
from tenants.isolation.migrations import READ, OpenTable, ProtectRows

before = import_module("apps.exchange.migrations.0006_disclosure")
verified = import_module("apps.exchange.migrations.0007_showcase")

EXCHANGE = context.EXCHANGE_ROLE
OPERATOR = context.OPERATOR_ROLE
TENANT = context.TENANT_GROUP_ROLE
WRITE_OWN = "SELECT, INSERT, UPDATE"

# Rows that were published before have no totals until their shop is next at work.
WEEKS_ADD_UP = """
CREATE FUNCTION exchange_weeks_add_up(
    total integer[], reserved integer[], free_until integer[]
) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT cardinality(total) = cardinality(reserved)
       AND cardinality(total) IN (0, cardinality(free_until))
       AND NOT EXISTS (
           SELECT FROM generate_subscripts(total, 1) AS week
            WHERE (
                reserved[week] BETWEEN 0 AND total[week]
                AND free_until[week] - coalesce(free_until[week - 1], 0)
                    BETWEEN 0 AND total[week] - reserved[week]
            ) IS NOT TRUE
       )
$body$
"""

# No function of ours: a view's reader would have to be let use it.
WEEKS = "generate_series(w.elapsed + 1, cardinality(l.total_minutes)) week"
FREE = (
    "l.cumulative_free_minutes[week]"
    " - coalesce(l.cumulative_free_minutes[nullif(week - 1, 0)], 0)"
)
WEEKLY = {
    "weeks_from": "l.weeks_from + 7 * w.elapsed",
    "total_minutes": f"ARRAY(SELECT l.total_minutes[week] FROM {WEEKS} ORDER BY week)",
    "reserved_minutes": (
        f"ARRAY(SELECT l.reserved_minutes[week] FROM {WEEKS} ORDER BY week)"
    ),
    "free_minutes": f"ARRAY(SELECT {FREE} FROM {WEEKS} ORDER BY week)",
    "load_colors": f"""ARRAY(
           SELECT CASE WHEN ({FREE}) * 100 <= l.total_minutes[week] * (100 - 90) THEN 'red'
                       WHEN ({FREE}) * 100 <= l.total_minutes[week] * (100 - 60)
                       THEN 'amber' ELSE 'green' END
             FROM {WEEKS} ORDER BY week
       )""",
}


def with_weeks(view: str, hidden: str, names: tuple[str, ...]) -> str:
    """Let a view end with the weeks that are not over, unless they are hidden."""
    is_unsaid = f"{hidden} OR w.elapsed >= cardinality(l.total_minutes)"
    columns = "".join(
        f",\n       CASE WHEN {is_unsaid} THEN NULL ELSE {WEEKLY[name]} END AS {name}"
        for name in names
    )
    head, tables, rest = view.partition(verified.TABLES)
    return f"{head}{columns}{tables}{rest}"


MARKET_LISTING = with_weeks(
    verified.MARKET_LISTING, before.masked("free_capacity"), tuple(WEEKLY)
)
# Strangers are told colors: that a machine is idle, and not for how many minutes.
PUBLIC_LISTING = with_weeks(
    verified.PUBLIC_LISTING,
    before.not_public("free_capacity"),
    ("weeks_from", "load_colors"),
)
# What the listing does not tell its reader, the lot does not either; a listing that is
# off the market takes its lots along.
MARKET_IDLE_LOT = """
CREATE VIEW exchange_market_idlelot WITH (security_barrier = true) AS
WITH reader AS (
    SELECT id, verification = 'verified' AS is_verified
      FROM tenants_enterprise
     WHERE schema_name = current_user::text
)
SELECT i.id, i.owner_id, i.listing_id, m.seller_name, m.seller_slug, m.is_verified,
       m.machine_label, m.process_code, m.country, m.region, i.starts_at, i.ends_at,
       least(i.free_minutes, (extract(epoch FROM i.ends_at - now()) / 60)::integer)
           AS free_minutes,
       i.floor_price, i.price_basis, i.currency, i.note, i.audience,
       i.offered_at, i.expires_at, coalesce(i.owner_id = r.id, false) AS is_own
  FROM exchange_idlelot i
  JOIN exchange_market_listing m ON m.id = i.listing_id
  LEFT JOIN reader r ON true
 WHERE i.state = 'offered'
   AND i.expires_at > now()
   AND i.ends_at > now()
   AND (
       i.owner_id = r.id
       OR i.audience = 'public'
       OR i.audience = 'verified' AND r.is_verified
       OR i.audience = 'invited' AND r.id = ANY (i.invited_ids)
   )
"""


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0007_showcase"),
        ("tenants", "0005_access_to_fleet_and_archives"),
    ]

    operations = [
        migrations.RunSQL(
            sql=[WEEKS_ADD_UP],
            reverse_sql=[
                "DROP FUNCTION exchange_weeks_add_up(integer[], integer[], integer[])"
            ],
        ),
        migrations.CreateModel(
            name="MarketIdleLot",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("owner_id", models.UUIDField()),
                ("listing_id", models.UUIDField()),
                ("seller_name", models.TextField()),
                ("seller_slug", models.TextField()),
                ("is_verified", models.BooleanField()),
                ("machine_label", models.TextField()),
                ("process_code", models.TextField()),
                ("country", models.TextField()),
                ("region", models.TextField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("free_minutes", models.PositiveIntegerField()),
                ("floor_price", models.DecimalField(decimal_places=2, max_digits=12)),
                ("price_basis", models.TextField()),
                ("currency", models.TextField()),
                ("note", models.TextField()),
                ("audience", models.TextField()),
                ("offered_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("is_own", models.BooleanField()),
            ],
            options={
                "db_table": "exchange_market_idlelot",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="IdleLot",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True,
                        db_default=django.db.models.functions.datetime.Now(),
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
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
                ("machine_id", models.UUIDField(verbose_name="machine")),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="to")),
                (
                    "free_minutes",
                    models.PositiveIntegerField(verbose_name="minutes to be had"),
                ),
                (
                    "floor_price",
                    models.DecimalField(
                        decimal_places=2, max_digits=12, verbose_name="lowest price"
                    ),
                ),
                (
                    "price_basis",
                    models.CharField(
                        choices=[
                            ("hour", "Per machine hour"),
                            ("total", "For all of it"),
                        ],
                        default="hour",
                        max_length=8,
                        verbose_name="price is",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "note",
                    models.CharField(blank=True, max_length=400, verbose_name="note"),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("public", "Every enterprise"),
                            ("invited", "Invited enterprises"),
                            ("verified", "Verified enterprises"),
                        ],
                        default="public",
                        max_length=8,
                        verbose_name="audience",
                    ),
                ),
                (
                    "invited_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="invited enterprises",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "Offered"),
                            ("taken", "Taken"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="offered",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("offered_at", models.DateTimeField(verbose_name="offered at")),
                (
                    "offered_by",
                    models.CharField(max_length=200, verbose_name="offered by"),
                ),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
                (
                    "version",
                    models.PositiveIntegerField(
                        default=1, editable=False, verbose_name="version"
                    ),
                ),
            ],
            options={
                "verbose_name": "idle lot",
                "verbose_name_plural": "idle lots",
            },
        ),
        migrations.AddField(
            model_name="listing",
            name="reserved_minutes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveIntegerField(),
                blank=True,
                default=list,
                size=None,
                verbose_name="reserved minutes of each week",
            ),
        ),
        migrations.AddField(
            model_name="listing",
            name="total_minutes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveIntegerField(),
                blank=True,
                default=list,
                size=None,
                verbose_name="working minutes of each week",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Func(
                    models.F("total_minutes"),
                    models.F("reserved_minutes"),
                    models.F("cumulative_free_minutes"),
                    function="exchange_weeks_add_up",
                    output_field=models.BooleanField(),
                ),
                name="exchange_listing_weeks_add_up",
            ),
        ),
        migrations.AddField(
            model_name="idlelot",
            name="listing",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="exchange.listing",
                verbose_name="listing",
            ),
        ),
        migrations.AddField(
            model_name="idlelot",
            name="owner",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.enterprise",
            ),
        ),
        migrations.AddIndex(
            model_name="idlelot",
            index=models.Index(
                fields=["owner", "machine_id"], name="exchange_idlelot_machine"
            ),
        ),
        migrations.AddIndex(
            model_name="idlelot",
            index=models.Index(
                condition=models.Q(("state", "offered")),
                fields=["starts_at"],
                name="exchange_idlelot_offered",
            ),
        ),
        migrations.AddConstraint(
            model_name="idlelot",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["offered", "taken", "withdrawn"])),
                name="exchange_idlelot_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="idlelot",
            constraint=models.CheckConstraint(
                condition=models.Q(("audience__in", ["public", "invited", "verified"])),
                name="exchange_idlelot_audience_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="idlelot",
            constraint=models.CheckConstraint(
                condition=models.Q(("price_basis__in", ["hour", "total"])),
                name="exchange_idlelot_price_basis_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="idlelot",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="exchange_idlelot_window_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="idlelot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at__gt", models.F("offered_at")),
                    ("expires_at__lte", models.F("ends_at")),
                ),
                name="exchange_idlelot_expires_within_window",
            ),
        ),
        migrations.AddConstraint(
            model_name="idlelot",
            constraint=models.CheckConstraint(
                condition=models.Q(("free_minutes__gt", 0)),
                name="exchange_idlelot_offers_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="idlelot",
            constraint=models.CheckConstraint(
                condition=models.Q(("floor_price__gt", 0)),
                name="exchange_idlelot_price_above_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="idlelot",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                name="exchange_idlelot_currency_is_code",
            ),
        ),
        ProtectRows(
            "exchange_idlelot", {TENANT: WRITE_OWN, EXCHANGE: READ, OPERATOR: READ}
        ),
        migrations.RunSQL(
            # Replaced, and not made anew: who may read them stays.
            sql=[MARKET_LISTING, PUBLIC_LISTING, MARKET_IDLE_LOT],
            reverse_sql=[
                "DROP VIEW exchange_market_idlelot",
                "DROP VIEW exchange_public_listing",
                "DROP VIEW exchange_market_listing",
                before.MARKET_LISTING,
                before.PUBLIC_LISTING,
                *OpenTable(
                    "exchange_market_listing", before.MARKET_READERS
                ).statements(),
                *OpenTable(
                    "exchange_public_listing", before.PUBLIC_READERS
                ).statements(),
                verified.MARKET_LISTING,
                verified.PUBLIC_LISTING,
            ],
        ),
        OpenTable("exchange_market_idlelot", {TENANT: READ, OPERATOR: READ}),
    ]
