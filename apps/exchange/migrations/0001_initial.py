import apps.exchange.models.columns
import apps.kernel.identifiers
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0003_access"),
    ]

    operations = [
        migrations.CreateModel(
            name="MarketDemand",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("owner_id", models.UUIDField(null=True)),
                ("buyer_name", models.TextField()),
                ("title", models.TextField()),
                ("note", models.TextField()),
                (
                    "process_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="processes",
                    ),
                ),
                ("material_code", models.TextField()),
                ("material_group", models.TextField()),
                (
                    "size_mm",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(), null=True, size=None
                    ),
                ),
                ("mass_kg", models.FloatField(null=True)),
                ("it_grade", models.PositiveSmallIntegerField(null=True)),
                ("roughness_um", models.FloatField(null=True)),
                ("quantity", models.PositiveIntegerField()),
                ("currency", models.TextField()),
                (
                    "certificate_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="certificates",
                    ),
                ),
                ("document_language", models.TextField()),
                ("due_on", models.DateField()),
                ("response_deadline_at", models.DateTimeField()),
                ("delivery_country", models.TextField()),
                (
                    "allowed_countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="only from these countries",
                    ),
                ),
                (
                    "excluded_countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="not from these countries",
                    ),
                ),
                ("is_anonymous", models.BooleanField()),
                ("is_own", models.BooleanField()),
                ("audience", models.TextField()),
                ("work_minutes", models.PositiveIntegerField(null=True)),
                ("published_at", models.DateTimeField()),
            ],
            options={
                "db_table": "exchange_market_demand",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="MarketListing",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("owner_id", models.UUIDField()),
                ("seller_name", models.TextField()),
                ("seller_slug", models.TextField()),
                ("is_verified", models.BooleanField()),
                ("machine_label", models.TextField()),
                ("process_code", models.TextField()),
                (
                    "material_groups",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="material groups",
                    ),
                ),
                (
                    "material_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="materials",
                    ),
                ),
                ("envelope_kind", models.TextField(null=True)),
                (
                    "envelope_mm",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(), null=True, size=None
                    ),
                ),
                ("max_mass_kg", models.FloatField(null=True)),
                ("it_grade", models.PositiveSmallIntegerField(null=True)),
                ("roughness_um", models.FloatField(null=True)),
                ("batch_min", models.PositiveIntegerField(null=True)),
                ("batch_max", models.PositiveIntegerField(null=True)),
                ("certificates", models.JSONField()),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                ("country", models.TextField()),
                ("region", models.TextField()),
                ("latitude", models.FloatField(null=True)),
                ("longitude", models.FloatField(null=True)),
                ("free_minutes_four_weeks", models.IntegerField(null=True)),
                ("auto_quote", models.BooleanField()),
            ],
            options={
                "db_table": "exchange_market_listing",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Demand",
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
                ("rfq_id", models.UUIDField(verbose_name="RFQ")),
                ("rfq_line_id", models.UUIDField(verbose_name="line")),
                ("title", models.CharField(max_length=160, verbose_name="title")),
                ("note", models.TextField(blank=True, verbose_name="note to sellers")),
                (
                    "process_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="processes",
                    ),
                ),
                (
                    "accepted_processes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="processes with their children",
                    ),
                ),
                (
                    "material_code",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="material"
                    ),
                ),
                (
                    "material_group",
                    models.CharField(
                        blank=True, max_length=32, verbose_name="material group"
                    ),
                ),
                (
                    "accepted_materials",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="material with its equals",
                    ),
                ),
                (
                    "size_mm",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(),
                        null=True,
                        size=3,
                        verbose_name="size (mm)",
                    ),
                ),
                (
                    "round_mm",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(),
                        help_text="Of a part that is round.",
                        null=True,
                        size=2,
                        verbose_name="diameter and length (mm)",
                    ),
                ),
                (
                    "volume_mm3",
                    models.FloatField(null=True, verbose_name="volume (mm³)"),
                ),
                (
                    "area_mm2",
                    models.FloatField(null=True, verbose_name="surface (mm²)"),
                ),
                ("mass_kg", models.FloatField(null=True, verbose_name="mass (kg)")),
                (
                    "it_grade",
                    models.PositiveSmallIntegerField(
                        null=True, verbose_name="IT grade"
                    ),
                ),
                (
                    "roughness_um",
                    models.FloatField(null=True, verbose_name="roughness Ra (µm)"),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "certificate_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="certificates",
                    ),
                ),
                (
                    "document_language",
                    models.CharField(
                        blank=True, max_length=8, verbose_name="language of documents"
                    ),
                ),
                ("due_on", models.DateField(verbose_name="due on")),
                (
                    "response_deadline_at",
                    models.DateTimeField(verbose_name="answers until"),
                ),
                (
                    "delivery_country",
                    models.CharField(max_length=2, verbose_name="country of delivery"),
                ),
                ("latitude", models.FloatField(null=True, verbose_name="latitude")),
                ("longitude", models.FloatField(null=True, verbose_name="longitude")),
                (
                    "allowed_countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="only from these countries",
                    ),
                ),
                (
                    "excluded_countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="not from these countries",
                    ),
                ),
                (
                    "is_anonymous",
                    models.BooleanField(default=True, verbose_name="anonymous"),
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
                        default=list,
                        size=None,
                        verbose_name="invited enterprises",
                    ),
                ),
                (
                    "barred_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        default=list,
                        size=None,
                        verbose_name="barred enterprises",
                    ),
                ),
                (
                    "work_minutes",
                    models.PositiveIntegerField(
                        help_text="Of the whole batch, on the reference machine.",
                        null=True,
                        verbose_name="estimated machine minutes",
                    ),
                ),
                (
                    "material_cost_eur",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=14,
                        verbose_name="estimated material (EUR)",
                    ),
                ),
                (
                    "reference_eur",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="The buyer's target, else the estimate.",
                        max_digits=14,
                        null=True,
                        verbose_name="reference price (EUR)",
                    ),
                ),
                (
                    "weights",
                    models.JSONField(default=dict, verbose_name="weights of the score"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("closed", "Closed"),
                            ("awarded", "Awarded"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("published_at", models.DateTimeField(verbose_name="published at")),
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
                "verbose_name": "demand",
                "verbose_name_plural": "demands",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["response_deadline_at"],
                        name="exchange_demand_open",
                    ),
                    models.Index(
                        fields=["owner", "rfq_id"], name="exchange_demand_rfq"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "rfq_line_id"),
                        name="exchange_demand_line_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["open", "closed", "awarded", "cancelled"])
                        ),
                        name="exchange_demand_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("audience__in", ["public", "invited", "verified"])
                        ),
                        name="exchange_demand_audience_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("size_mm__isnull", True),
                            models.Q(
                                ("size_mm__0__gte", models.F("size_mm__1")),
                                ("size_mm__1__gte", models.F("size_mm__2")),
                                ("size_mm__len", 3),
                            ),
                            _connector="OR",
                        ),
                        name="exchange_demand_sides_sorted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)),
                        name="exchange_demand_quantity_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("work_minutes__isnull", True),
                            ("work_minutes__gt", 0),
                            _connector="OR",
                        ),
                        name="exchange_demand_work_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="exchange_demand_currency_is_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("delivery_country__regex", "^[A-Z]{2}$")),
                        name="exchange_demand_country_is_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("latitude__isnull", True), ("longitude__isnull", True)
                            ),
                            models.Q(
                                ("latitude__gte", -90),
                                ("latitude__lte", 90),
                                ("longitude__gte", -180),
                                ("longitude__lte", 180),
                            ),
                            _connector="OR",
                        ),
                        name="exchange_demand_place_on_earth",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Listing",
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
                ("capability_id", models.UUIDField(verbose_name="capability")),
                (
                    "seller_name",
                    models.CharField(max_length=160, verbose_name="enterprise"),
                ),
                (
                    "machine_label",
                    models.CharField(max_length=160, verbose_name="machine"),
                ),
                (
                    "process_code",
                    models.CharField(max_length=64, verbose_name="process"),
                ),
                (
                    "material_groups",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="material groups",
                    ),
                ),
                (
                    "material_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="materials",
                    ),
                ),
                (
                    "envelope_kind",
                    models.CharField(
                        choices=[("box", "Box"), ("cylinder", "Cylinder")],
                        max_length=8,
                        null=True,
                        verbose_name="envelope",
                    ),
                ),
                (
                    "envelope_mm",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(),
                        null=True,
                        size=None,
                        verbose_name="envelope (mm)",
                    ),
                ),
                (
                    "max_mass_kg",
                    models.FloatField(null=True, verbose_name="largest mass (kg)"),
                ),
                (
                    "it_grade",
                    models.PositiveSmallIntegerField(
                        null=True, verbose_name="IT grade"
                    ),
                ),
                (
                    "roughness_um",
                    models.FloatField(null=True, verbose_name="roughness Ra (µm)"),
                ),
                (
                    "batch_min",
                    models.PositiveIntegerField(
                        null=True, verbose_name="smallest batch"
                    ),
                ),
                (
                    "batch_max",
                    models.PositiveIntegerField(
                        null=True, verbose_name="largest batch"
                    ),
                ),
                (
                    "certificates",
                    models.JSONField(
                        default=dict,
                        help_text="Code to the last day of validity, or null if it has none.",
                        verbose_name="certificates",
                    ),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8),
                        default=list,
                        size=None,
                        verbose_name="languages of documents",
                    ),
                ),
                ("country", models.CharField(max_length=2, verbose_name="country")),
                (
                    "region",
                    models.CharField(blank=True, max_length=80, verbose_name="region"),
                ),
                ("latitude", models.FloatField(null=True, verbose_name="latitude")),
                ("longitude", models.FloatField(null=True, verbose_name="longitude")),
                (
                    "rate_eur_hour",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=10,
                        null=True,
                        verbose_name="rate (EUR/h)",
                    ),
                ),
                (
                    "weeks_from",
                    models.DateField(
                        help_text="A Monday.", verbose_name="free time from"
                    ),
                ),
                (
                    "cumulative_free_minutes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(),
                        default=list,
                        size=None,
                        verbose_name="free minutes up to the end of each week",
                    ),
                ),
                (
                    "deliveries",
                    models.PositiveIntegerField(default=0, verbose_name="deliveries"),
                ),
                (
                    "deliveries_on_time",
                    models.PositiveIntegerField(
                        default=0, verbose_name="of them on time"
                    ),
                ),
                (
                    "auto_quote",
                    models.BooleanField(
                        default=False, verbose_name="answers by cost model"
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(default=True, verbose_name="published"),
                ),
                (
                    "version",
                    models.PositiveIntegerField(
                        default=1, editable=False, verbose_name="version"
                    ),
                ),
                (
                    "changed_xid",
                    apps.exchange.models.columns.TransactionIdField(
                        db_default=models.Func(function="pg_current_xact_id"),
                        editable=False,
                    ),
                ),
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
                "verbose_name": "listing",
                "verbose_name_plural": "listings",
                "indexes": [
                    models.Index(
                        fields=["owner", "machine_id"], name="exchange_listing_machine"
                    ),
                    models.Index(
                        fields=["changed_xid"], name="exchange_listing_changed"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "capability_id"),
                        name="exchange_listing_capability_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("envelope_kind__isnull", True),
                                ("envelope_mm__isnull", True),
                            ),
                            models.Q(("envelope_kind", "box"), ("envelope_mm__len", 3)),
                            models.Q(
                                ("envelope_kind", "cylinder"), ("envelope_mm__len", 2)
                            ),
                            _connector="OR",
                        ),
                        name="exchange_listing_envelope_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("envelope_kind", "box"), _negated=True),
                            models.Q(
                                ("envelope_mm__0__gte", models.F("envelope_mm__1")),
                                ("envelope_mm__1__gte", models.F("envelope_mm__2")),
                            ),
                            _connector="OR",
                        ),
                        name="exchange_listing_box_sides_sorted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("batch_min__isnull", True),
                            ("batch_max__isnull", True),
                            ("batch_max__gte", models.F("batch_min")),
                            _connector="OR",
                        ),
                        name="exchange_listing_batch_max_from_min",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("country__regex", "^[A-Z]{2}$")),
                        name="exchange_listing_country_is_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("latitude__isnull", True), ("longitude__isnull", True)
                            ),
                            models.Q(
                                ("latitude__gte", -90),
                                ("latitude__lte", 90),
                                ("longitude__gte", -180),
                                ("longitude__lte", 180),
                            ),
                            _connector="OR",
                        ),
                        name="exchange_listing_place_on_earth",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weeks_from__week_day", 2)),
                        name="exchange_listing_weeks_from_monday",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cumulative_free_minutes__len__in", [0, 26])
                        ),
                        name="exchange_listing_weeks_stated_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("deliveries_on_time__lte", models.F("deliveries"))
                        ),
                        name="exchange_listing_on_time_within_deliveries",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MatchRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=apps.kernel.identifiers.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("demand_published", "Demand published"),
                            ("listing_changed", "Listing changed"),
                            ("asked", "Asked for"),
                        ],
                        max_length=20,
                        verbose_name="trigger",
                    ),
                ),
                (
                    "rule_version",
                    models.CharField(
                        max_length=16, verbose_name="version of the rules"
                    ),
                ),
                ("engine", models.CharField(max_length=16, verbose_name="engine")),
                ("weights", models.JSONField(verbose_name="weights")),
                ("judged_on", models.DateField(verbose_name="judged for")),
                (
                    "demand_version",
                    models.PositiveIntegerField(verbose_name="version of the demand"),
                ),
                (
                    "inputs_digest",
                    models.CharField(
                        max_length=64, verbose_name="digest of the inputs"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "Running"), ("finished", "Finished")],
                        default="running",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "considered",
                    models.PositiveIntegerField(default=0, verbose_name="considered"),
                ),
                (
                    "fitting",
                    models.PositiveIntegerField(default=0, verbose_name="fitting"),
                ),
                (
                    "unknown",
                    models.PositiveIntegerField(
                        default=0, verbose_name="not all stated"
                    ),
                ),
                (
                    "refused_by_first",
                    models.JSONField(
                        default=dict, verbose_name="refused, by first reason"
                    ),
                ),
                (
                    "refused_by_only",
                    models.JSONField(
                        default=dict, verbose_name="refused, by only reason"
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="started at")),
                (
                    "finished_at",
                    models.DateTimeField(null=True, verbose_name="finished at"),
                ),
                ("engine_ms", models.FloatField(null=True, verbose_name="engine (ms)")),
                (
                    "demand",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="exchange.demand",
                    ),
                ),
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
                "verbose_name": "match run",
                "verbose_name_plural": "match runs",
                "indexes": [
                    models.Index(
                        fields=["demand", "-id"], name="exchange_matchrun_latest"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "trigger__in",
                                ["demand_published", "listing_changed", "asked"],
                            )
                        ),
                        name="exchange_matchrun_trigger_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["running", "finished"])),
                        name="exchange_matchrun_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("finished_at__isnull", True), ("state", "running")
                            ),
                            models.Q(
                                ("finished_at__isnull", False), ("state", "finished")
                            ),
                            _connector="OR",
                        ),
                        name="exchange_matchrun_finished_has_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "fitting__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("considered"), "-", models.F("unknown")
                                ),
                            )
                        ),
                        name="exchange_matchrun_fitting_within_considered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Match",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=apps.kernel.identifiers.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "listing_version",
                    models.PositiveIntegerField(verbose_name="version of the listing"),
                ),
                ("rank", models.PositiveIntegerField(verbose_name="rank")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("fits", "Fits"),
                            ("unknown", "Not all stated"),
                            ("refused", "Does not fit"),
                        ],
                        max_length=8,
                        verbose_name="outcome",
                    ),
                ),
                ("score", models.FloatField(verbose_name="score")),
                (
                    "parts",
                    models.JSONField(default=list, verbose_name="parts of the score"),
                ),
                ("refusals", models.JSONField(default=list, verbose_name="refusals")),
                ("unknowns", models.JSONField(default=list, verbose_name="not stated")),
                (
                    "demand",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="matches",
                        to="exchange.demand",
                    ),
                ),
                (
                    "listing",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exchange.listing",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.enterprise",
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.enterprise",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="matches",
                        to="exchange.matchrun",
                    ),
                ),
            ],
            options={
                "verbose_name": "match",
                "verbose_name_plural": "matches",
                "indexes": [
                    models.Index(
                        condition=models.Q(("outcome", "refused"), _negated=True),
                        fields=["seller", "demand"],
                        name="exchange_match_inbox",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("demand", "listing"), name="exchange_match_pair_once"
                    ),
                    models.UniqueConstraint(
                        fields=("demand", "rank"), name="exchange_match_rank_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("outcome", "fits"), ("refusals", []), ("unknowns", [])
                            ),
                            models.Q(
                                ("outcome", "unknown"),
                                ("refusals", []),
                                models.Q(("unknowns", []), _negated=True),
                            ),
                            models.Q(
                                ("outcome", "refused"),
                                models.Q(("refusals", []), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="exchange_match_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rank__gte", 1)),
                        name="exchange_match_rank_from_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("score__gte", 0), ("score__lte", 1)),
                        name="exchange_match_score_is_share",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("owner", models.F("seller")), _negated=True
                        ),
                        name="exchange_match_not_with_oneself",
                    ),
                ],
            },
        ),
    ]
