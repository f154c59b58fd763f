import apps.kernel.identifiers
import apps.orders.models.part
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="NumberSeries",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("RFQ", "Request for quotation"),
                            ("Q", "Quote"),
                            ("ORD", "Order"),
                        ],
                        max_length=4,
                        verbose_name="kind",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("last", models.PositiveIntegerField(verbose_name="last number given")),
            ],
            options={
                "verbose_name": "number series",
                "verbose_name_plural": "number series",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "year"),
                        name="orders_numberseries_kind_and_year_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["RFQ", "Q", "ORD"])),
                        name="orders_numberseries_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Part",
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
                ("number", models.CharField(max_length=64, verbose_name="part number")),
                (
                    "revision",
                    models.CharField(
                        blank=True, max_length=16, verbose_name="revision"
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="name")),
                (
                    "material_code",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="material"
                    ),
                ),
                (
                    "file",
                    models.FileField(
                        max_length=200,
                        upload_to=apps.orders.models.part.part_path,
                        verbose_name="file",
                    ),
                ),
                (
                    "file_name",
                    models.CharField(max_length=200, verbose_name="file name"),
                ),
                (
                    "file_kind",
                    models.CharField(
                        choices=[("step", "STEP (ISO 10303-21)"), ("stl", "STL")],
                        max_length=8,
                        verbose_name="format",
                    ),
                ),
                (
                    "file_unit",
                    models.CharField(
                        choices=[
                            ("mm", "millimeters"),
                            ("cm", "centimeters"),
                            ("m", "meters"),
                            ("[in_i]", "inches"),
                        ],
                        default="mm",
                        max_length=8,
                        verbose_name="unit of a file without one",
                    ),
                ),
                ("file_bytes", models.PositiveBigIntegerField(verbose_name="size")),
                (
                    "file_sha256",
                    models.CharField(max_length=64, verbose_name="SHA-256"),
                ),
                (
                    "geometry_state",
                    models.CharField(
                        choices=[
                            ("pending", "Being read"),
                            ("ready", "Ready"),
                            ("failed", "Not readable"),
                        ],
                        default="pending",
                        max_length=8,
                        verbose_name="geometry",
                    ),
                ),
                (
                    "geometry_error",
                    models.TextField(blank=True, verbose_name="why it cannot be read"),
                ),
                (
                    "volume_mm3",
                    models.FloatField(null=True, verbose_name="volume (mm³)"),
                ),
                (
                    "volume_error_mm3",
                    models.FloatField(
                        null=True, verbose_name="uncertainty of the volume"
                    ),
                ),
                (
                    "area_mm2",
                    models.FloatField(null=True, verbose_name="surface (mm²)"),
                ),
                (
                    "size_x_mm",
                    models.FloatField(null=True, verbose_name="size in x (mm)"),
                ),
                (
                    "size_y_mm",
                    models.FloatField(null=True, verbose_name="size in y (mm)"),
                ),
                (
                    "size_z_mm",
                    models.FloatField(null=True, verbose_name="size in z (mm)"),
                ),
                (
                    "triangle_count",
                    models.PositiveIntegerField(null=True, verbose_name="facets"),
                ),
                (
                    "body_count",
                    models.PositiveIntegerField(null=True, verbose_name="bodies"),
                ),
                (
                    "cavity_count",
                    models.PositiveIntegerField(
                        null=True, verbose_name="closed cavities"
                    ),
                ),
                (
                    "is_watertight",
                    models.BooleanField(null=True, verbose_name="closed"),
                ),
                (
                    "preview",
                    models.FileField(
                        blank=True,
                        max_length=200,
                        upload_to=apps.orders.models.part.preview_path,
                        verbose_name="preview",
                    ),
                ),
                ("uploaded_at", models.DateTimeField(verbose_name="uploaded at")),
                (
                    "uploaded_by",
                    models.CharField(max_length=200, verbose_name="uploaded by"),
                ),
            ],
            options={
                "verbose_name": "part",
                "verbose_name_plural": "parts",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("number", "revision"),
                        name="orders_part_number_and_revision_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("file_kind__in", ["step", "stl"])),
                        name="orders_part_file_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("file_unit__in", ["mm", "cm", "m", "[in_i]"])
                        ),
                        name="orders_part_file_unit_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("geometry_state__in", ["pending", "ready", "failed"])
                        ),
                        name="orders_part_geometry_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("geometry_state", "ready"), _negated=True),
                            models.Q(
                                ("area_mm2__gt", 0),
                                ("area_mm2__isnull", False),
                                ("geometry_error", ""),
                                ("size_x_mm__gt", 0),
                                ("size_x_mm__isnull", False),
                                ("size_y_mm__gt", 0),
                                ("size_y_mm__isnull", False),
                                ("size_z_mm__gt", 0),
                                ("size_z_mm__isnull", False),
                                ("volume_mm3__gt", 0),
                                ("volume_mm3__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="orders_part_ready_is_measured",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("geometry_state", "failed"), _negated=True),
                            models.Q(("geometry_error", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="orders_part_failed_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("file_bytes__gt", 0)),
                        name="orders_part_file_not_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("file_sha256__regex", "^[0-9a-f]{64}$")),
                        name="orders_part_file_sha256_shaped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("uploaded_by", ""), _negated=True),
                        name="orders_part_uploaded_by_someone",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rfq",
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
                ("number", models.CharField(max_length=20, verbose_name="number")),
                ("title", models.CharField(max_length=160, verbose_name="title")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("published", "Published"),
                            ("closed", "Closed"),
                            ("awarded", "Awarded"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "anonymous",
                    models.BooleanField(
                        default=True,
                        help_text="Sellers learn who asks when they win the award.",
                        verbose_name="anonymous",
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("public", "Every enterprise"),
                            ("verified", "Verified enterprises"),
                            ("invited", "Invited enterprises"),
                        ],
                        default="public",
                        max_length=10,
                        verbose_name="audience",
                    ),
                ),
                (
                    "invited_enterprise_ids",
                    models.JSONField(
                        blank=True, default=list, verbose_name="invited enterprises"
                    ),
                ),
                (
                    "delivery_country",
                    models.CharField(
                        blank=True, max_length=2, verbose_name="country of delivery"
                    ),
                ),
                (
                    "delivery_city",
                    models.CharField(
                        blank=True, max_length=80, verbose_name="place of delivery"
                    ),
                ),
                (
                    "latitude",
                    models.FloatField(blank=True, null=True, verbose_name="latitude"),
                ),
                (
                    "longitude",
                    models.FloatField(blank=True, null=True, verbose_name="longitude"),
                ),
                (
                    "due_on",
                    models.DateField(blank=True, null=True, verbose_name="due on"),
                ),
                (
                    "response_deadline_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="answers until"
                    ),
                ),
                (
                    "certificate_codes",
                    models.JSONField(
                        blank=True, default=list, verbose_name="certificates asked for"
                    ),
                ),
                (
                    "allowed_countries",
                    models.JSONField(
                        blank=True,
                        default=list,
                        verbose_name="only from these countries",
                    ),
                ),
                (
                    "excluded_countries",
                    models.JSONField(
                        blank=True,
                        default=list,
                        verbose_name="not from these countries",
                    ),
                ),
                (
                    "weights",
                    models.JSONField(
                        blank=True, default=dict, verbose_name="weights of the score"
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note to sellers")),
                (
                    "revision",
                    models.PositiveIntegerField(default=1, verbose_name="revision"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("drafted_at", models.DateTimeField(verbose_name="drafted at")),
                (
                    "drafted_by",
                    models.CharField(max_length=200, verbose_name="drafted by"),
                ),
                (
                    "published_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="published at"
                    ),
                ),
                (
                    "published_by",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=200,
                        verbose_name="published by",
                    ),
                ),
                (
                    "closed_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="closed at"
                    ),
                ),
                (
                    "closed_by",
                    models.CharField(
                        blank=True, default="", max_length=200, verbose_name="closed by"
                    ),
                ),
                (
                    "awarded_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="awarded at"
                    ),
                ),
                (
                    "awarded_by",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=200,
                        verbose_name="awarded by",
                    ),
                ),
                (
                    "cancelled_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="cancelled at"
                    ),
                ),
                (
                    "cancelled_by",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=200,
                        verbose_name="cancelled by",
                    ),
                ),
                (
                    "cancel_reason",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="why cancelled"
                    ),
                ),
            ],
            options={
                "verbose_name": "request for quotation",
                "verbose_name_plural": "requests for quotation",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("number",), name="orders_rfq_number_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "published",
                                    "closed",
                                    "awarded",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="orders_rfq_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("audience__in", ["public", "verified", "invited"])
                        ),
                        name="orders_rfq_audience_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="orders_rfq_currency_is_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("delivery_country__regex", "^([A-Z]{2})?$")
                        ),
                        name="orders_rfq_delivery_country_is_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("latitude__isnull", True), ("longitude__isnull", True)
                            ),
                            models.Q(
                                ("latitude__gte", -90),
                                ("latitude__isnull", False),
                                ("latitude__lte", 90),
                                ("longitude__gte", -180),
                                ("longitude__isnull", False),
                                ("longitude__lte", 180),
                            ),
                            _connector="OR",
                        ),
                        name="orders_rfq_place_on_earth",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("published_at__isnull", True),
                            models.Q(
                                ("due_on__isnull", False),
                                ("response_deadline_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="orders_rfq_published_has_dates",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "cancelled"]),
                            ("published_at__isnull", False),
                            _connector="OR",
                        ),
                        name="orders_rfq_published_once_out",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("published_at__isnull", True), ("published_by", "")
                            ),
                            models.Q(
                                ("published_at__isnull", False),
                                models.Q(("published_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="orders_rfq_published_at_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("closed_by", "")),
                            models.Q(
                                ("closed_at__isnull", False),
                                models.Q(("closed_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="orders_rfq_closed_at_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("awarded_at__isnull", True), ("awarded_by", "")),
                            models.Q(
                                ("awarded_at__isnull", False),
                                models.Q(("awarded_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="orders_rfq_awarded_at_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("cancelled_at__isnull", True), ("cancelled_by", "")
                            ),
                            models.Q(
                                ("cancelled_at__isnull", False),
                                models.Q(("cancelled_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="orders_rfq_cancelled_at_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("drafted_by", ""), _negated=True),
                        name="orders_rfq_drafted_by_someone",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RfqLine",
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
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                (
                    "process_codes",
                    models.JSONField(
                        default=list,
                        help_text="Any one of these will do.",
                        verbose_name="processes",
                    ),
                ),
                (
                    "material_code",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="material"
                    ),
                ),
                (
                    "it_grade",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Finest one asked for.",
                        null=True,
                        verbose_name="IT grade",
                    ),
                ),
                (
                    "roughness_um",
                    models.FloatField(
                        blank=True, null=True, verbose_name="roughness Ra (µm)"
                    ),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                (
                    "target_unit_price",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=14,
                        null=True,
                        verbose_name="target price of a piece",
                    ),
                ),
                (
                    "demand_id",
                    models.UUIDField(
                        editable=False, null=True, unique=True, verbose_name="demand"
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rfq_lines",
                        to="orders.part",
                    ),
                ),
                (
                    "rfq",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="orders.rfq",
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a request",
                "verbose_name_plural": "lines of a request",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rfq", "position"),
                        name="orders_rfqline_position_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)),
                        name="orders_rfqline_quantity_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("it_grade__isnull", True),
                            models.Q(("it_grade__gte", 1), ("it_grade__lte", 18)),
                            _connector="OR",
                        ),
                        name="orders_rfqline_it_grade_1_to_18",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("roughness_um__isnull", True),
                            ("roughness_um__gt", 0),
                            _connector="OR",
                        ),
                        name="orders_rfqline_roughness_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("target_unit_price__isnull", True),
                            ("target_unit_price__gt", 0),
                            _connector="OR",
                        ),
                        name="orders_rfqline_target_above_zero",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Quote",
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
                ("number", models.CharField(max_length=20, verbose_name="number")),
                (
                    "side",
                    models.CharField(
                        choices=[("buyer", "Buyer"), ("seller", "Seller")],
                        max_length=6,
                        verbose_name="our side",
                    ),
                ),
                ("demand_id", models.UUIDField(db_index=True, verbose_name="demand")),
                ("listing_id", models.UUIDField(verbose_name="listing")),
                (
                    "counterparty_id",
                    models.UUIDField(
                        blank=True, null=True, verbose_name="counterparty"
                    ),
                ),
                (
                    "counterparty_name",
                    models.CharField(
                        blank=True,
                        max_length=160,
                        verbose_name="name of the counterparty",
                    ),
                ),
                (
                    "machine_id",
                    models.UUIDField(blank=True, null=True, verbose_name="machine"),
                ),
                (
                    "title",
                    models.CharField(blank=True, max_length=160, verbose_name="title"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Expired"),
                        ],
                        default="submitted",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[("auto", "By cost model"), ("manual", "By hand")],
                        max_length=6,
                        verbose_name="worked out",
                    ),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                (
                    "unit_price",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="Rounded down to the cent; the total is what counts.",
                        max_digits=14,
                        verbose_name="price of a piece",
                    ),
                ),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=2, max_digits=16, verbose_name="total"
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "buyer_currency",
                    models.CharField(max_length=3, verbose_name="buyer's currency"),
                ),
                (
                    "exchange_rate",
                    models.DecimalField(
                        decimal_places=10,
                        help_text="Buyer's currency for one unit of the quote's.",
                        max_digits=20,
                        verbose_name="exchange rate",
                    ),
                ),
                ("exchange_rate_on", models.DateField(verbose_name="rate of")),
                (
                    "total_in_buyer_currency",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=16,
                        verbose_name="total in the buyer's currency",
                    ),
                ),
                (
                    "machine_minutes",
                    models.PositiveIntegerField(
                        default=0, verbose_name="machine minutes"
                    ),
                ),
                ("finish_at", models.DateTimeField(verbose_name="finished at")),
                ("ship_on", models.DateField(verbose_name="ships on")),
                ("valid_until_at", models.DateTimeField(verbose_name="valid until")),
                (
                    "reservation_id",
                    models.UUIDField(blank=True, null=True, verbose_name="reservation"),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "submitted_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="submitted at"
                    ),
                ),
                (
                    "submitted_by",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=200,
                        verbose_name="submitted by",
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="decided at"
                    ),
                ),
                (
                    "decided_by",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=200,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "decision_reason",
                    models.CharField(blank=True, max_length=300, verbose_name="reason"),
                ),
                (
                    "rfq_line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quotes",
                        to="orders.rfqline",
                    ),
                ),
            ],
            options={
                "verbose_name": "quote",
                "verbose_name_plural": "quotes",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "submitted")),
                        fields=["valid_until_at"],
                        name="orders_quote_lapsing",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("number",), name="orders_quote_number_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["buyer", "seller"])),
                        name="orders_quote_side_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "submitted",
                                    "accepted",
                                    "declined",
                                    "withdrawn",
                                    "expired",
                                ],
                            )
                        ),
                        name="orders_quote_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("origin__in", ["auto", "manual"])),
                        name="orders_quote_origin_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rfq_line__isnull", False), ("side", "buyer")),
                            models.Q(("rfq_line__isnull", True), ("side", "seller")),
                            _connector="OR",
                        ),
                        name="orders_quote_received_for_a_line",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("rfq_line__isnull", False), ("state", "accepted")
                        ),
                        fields=("rfq_line",),
                        name="orders_quote_one_accepted_per_line",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "accepted")),
                        fields=("demand_id",),
                        name="orders_quote_one_accepted_per_demand",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["draft", "submitted"])),
                        fields=("demand_id", "listing_id"),
                        name="orders_quote_one_open_per_listing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)),
                        name="orders_quote_quantity_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("total__gte", 0),
                            ("total_in_buyer_currency__gte", 0),
                            ("unit_price__gte", 0),
                        ),
                        name="orders_quote_total_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "total__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("unit_price"), "*", models.F("quantity")
                                ),
                            ),
                            (
                                "total__lt",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("unit_price"),
                                        "+",
                                        models.Value(Decimal("0.01")),
                                    ),
                                    "*",
                                    models.F("quantity"),
                                ),
                            ),
                        ),
                        name="orders_quote_unit_price_fits_total",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("buyer_currency__regex", "^[A-Z]{3}$"),
                            ("currency__regex", "^[A-Z]{3}$"),
                        ),
                        name="orders_quote_currency_is_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("exchange_rate__gt", 0)),
                        name="orders_quote_rate_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("submitted_at__isnull", True), ("submitted_by", "")
                            ),
                            models.Q(
                                ("submitted_at__isnull", False),
                                models.Q(("submitted_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="orders_quote_submitted_at_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by", "")),
                            models.Q(
                                ("decided_at__isnull", False),
                                models.Q(("decided_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="orders_quote_decided_at_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("state__in", ["draft", "submitted"]),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                (
                                    "state__in",
                                    ["accepted", "declined", "withdrawn", "expired"],
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="orders_quote_decided_when_over",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Order",
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
                ("number", models.CharField(max_length=20, verbose_name="number")),
                (
                    "side",
                    models.CharField(
                        choices=[("buyer", "Buyer"), ("seller", "Seller")],
                        max_length=6,
                        verbose_name="our side",
                    ),
                ),
                ("counterparty_id", models.UUIDField(verbose_name="counterparty")),
                (
                    "counterparty_name",
                    models.CharField(
                        max_length=160, verbose_name="name of the counterparty"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("placed", "Placed"),
                            ("confirmed", "Confirmed"),
                            ("in_production", "In production"),
                            ("shipped", "Shipped"),
                            ("received", "Received"),
                            ("closed", "Closed"),
                            ("cancelled", "Cancelled"),
                            ("disputed", "Disputed"),
                        ],
                        default="placed",
                        max_length=14,
                        verbose_name="state",
                    ),
                ),
                ("title", models.CharField(max_length=160, verbose_name="title")),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=2, max_digits=16, verbose_name="total"
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("due_on", models.DateField(verbose_name="due on")),
                ("promised_at", models.DateTimeField(verbose_name="promised at")),
                (
                    "machine_id",
                    models.UUIDField(blank=True, null=True, verbose_name="machine"),
                ),
                (
                    "reservation_id",
                    models.UUIDField(blank=True, null=True, verbose_name="reservation"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("placed_at", models.DateTimeField(verbose_name="placed at")),
                (
                    "placed_by",
                    models.CharField(max_length=200, verbose_name="placed by"),
                ),
                (
                    "moved_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="last moved at"
                    ),
                ),
                (
                    "moved_by",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=200,
                        verbose_name="last moved by",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        max_length=300,
                        verbose_name="why cancelled or disputed",
                    ),
                ),
                (
                    "quote",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="order",
                        to="orders.quote",
                    ),
                ),
                (
                    "rfq_line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="orders.rfqline",
                    ),
                ),
            ],
            options={
                "verbose_name": "order",
                "verbose_name_plural": "orders",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("number",), name="orders_order_number_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["buyer", "seller"])),
                        name="orders_order_side_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "placed",
                                    "confirmed",
                                    "in_production",
                                    "shipped",
                                    "received",
                                    "closed",
                                    "cancelled",
                                    "disputed",
                                ],
                            )
                        ),
                        name="orders_order_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rfq_line__isnull", False), ("side", "buyer")),
                            models.Q(("rfq_line__isnull", True), ("side", "seller")),
                            _connector="OR",
                        ),
                        name="orders_order_bought_for_a_line",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)),
                        name="orders_order_quantity_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("total__gte", 0)),
                        name="orders_order_total_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="orders_order_currency_is_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("moved_at__isnull", True), ("moved_by", "")),
                            models.Q(
                                ("moved_at__isnull", False),
                                models.Q(("moved_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="orders_order_moved_at_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("placed_by", ""), _negated=True),
                        name="orders_order_placed_by_someone",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuoteLine",
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
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                ("code", models.CharField(max_length=32, verbose_name="code")),
                ("label", models.CharField(max_length=120, verbose_name="label")),
                ("basis", models.TextField(verbose_name="basis")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=16, verbose_name="amount"
                    ),
                ),
                (
                    "quote",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="orders.quote",
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a quote",
                "verbose_name_plural": "lines of a quote",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("quote", "position"),
                        name="orders_quoteline_position_unique",
                    )
                ],
            },
        ),
    ]
