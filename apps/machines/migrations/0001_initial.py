import apps.kernel.identifiers
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Certificate",
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
                ("kind_code", models.CharField(max_length=60, verbose_name="kind")),
                ("number", models.CharField(max_length=80, verbose_name="number")),
                ("issuer", models.CharField(max_length=160, verbose_name="issuer")),
                (
                    "valid_from_on",
                    models.DateField(blank=True, null=True, verbose_name="valid from"),
                ),
                (
                    "valid_until_on",
                    models.DateField(blank=True, null=True, verbose_name="valid until"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("claimed", "Claimed"),
                            ("verified", "Verified"),
                            ("expired", "Expired"),
                        ],
                        default="claimed",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "verified_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="verified at"
                    ),
                ),
                (
                    "verified_by",
                    models.CharField(
                        blank=True,
                        editable=False,
                        max_length=200,
                        verbose_name="verified by",
                    ),
                ),
            ],
            options={
                "verbose_name": "certificate",
                "verbose_name_plural": "certificates",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind_code", "number"), name="machines_certificate_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["claimed", "verified", "expired"])
                        ),
                        name="machines_certificate_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_from_on__isnull", True),
                            ("valid_until_on__isnull", True),
                            ("valid_until_on__gte", models.F("valid_from_on")),
                            _connector="OR",
                        ),
                        name="machines_certificate_validity_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("verified_at__isnull", True), ("verified_by", "")
                            ),
                            models.Q(
                                ("verified_at__isnull", False),
                                models.Q(("verified_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="machines_certificate_verified_at_with_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "verified"), _negated=True),
                            ("verified_at__isnull", False),
                            _connector="OR",
                        ),
                        name="machines_certificate_verified_has_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Site",
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
                (
                    "name",
                    models.CharField(max_length=120, unique=True, verbose_name="name"),
                ),
                (
                    "country",
                    models.CharField(
                        help_text="ISO 3166-1", max_length=2, verbose_name="country"
                    ),
                ),
                (
                    "region",
                    models.CharField(blank=True, max_length=80, verbose_name="region"),
                ),
                (
                    "city",
                    models.CharField(blank=True, max_length=80, verbose_name="city"),
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
                    "time_zone",
                    models.CharField(
                        help_text="IANA name, such as Europe/Berlin.",
                        max_length=64,
                        verbose_name="time zone",
                    ),
                ),
                (
                    "location_disclosure",
                    models.CharField(
                        choices=[
                            ("exact", "Exact"),
                            ("grid", "Within 10 km"),
                            ("region", "Region only"),
                            ("country", "Country only"),
                        ],
                        default="grid",
                        max_length=8,
                        verbose_name="what others see",
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(
                        default=1, editable=False, verbose_name="version"
                    ),
                ),
            ],
            options={
                "verbose_name": "site",
                "verbose_name_plural": "sites",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("country__regex", "^[A-Z]{2}$")),
                        name="machines_site_country_is_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("time_zone", ""), _negated=True),
                        name="machines_site_time_zone_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("latitude__isnull", True), ("longitude__isnull", True)
                            ),
                            models.Q(
                                ("latitude__isnull", False),
                                ("longitude__isnull", False),
                                ("latitude__gte", -90),
                                ("latitude__lte", 90),
                                ("longitude__gte", -180),
                                ("longitude__lte", 180),
                            ),
                            _connector="OR",
                        ),
                        name="machines_site_coordinates_on_globe",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "location_disclosure__in",
                                ["exact", "grid", "region", "country"],
                            )
                        ),
                        name="machines_site_location_disclosure_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Machine",
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
                (
                    "code",
                    models.CharField(max_length=60, unique=True, verbose_name="code"),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "maker",
                    models.CharField(blank=True, max_length=120, verbose_name="maker"),
                ),
                (
                    "model",
                    models.CharField(blank=True, max_length=120, verbose_name="model"),
                ),
                (
                    "serial_number",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="serial number"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("machine_tool", "Machine tool"),
                            ("forming_machine", "Forming machine"),
                            ("additive_machine", "Additive machine"),
                            ("molding_machine", "Casting or molding machine"),
                            ("joining_cell", "Welding or joining cell"),
                            ("treatment_line", "Treatment or coating line"),
                            ("measuring_machine", "Measuring machine"),
                            ("facility", "Facility"),
                        ],
                        default="machine_tool",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("in_maintenance", "In maintenance"),
                            ("retired", "Retired"),
                        ],
                        default="active",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "description",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="description"
                    ),
                ),
                (
                    "axes",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="axes"
                    ),
                ),
                (
                    "axis_names",
                    models.JSONField(
                        blank=True, default=list, verbose_name="names of axes"
                    ),
                ),
                (
                    "controller",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="controller"
                    ),
                ),
                (
                    "spindle_rpm",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="spindle rpm"
                    ),
                ),
                (
                    "spindle_kw",
                    models.FloatField(blank=True, null=True, verbose_name="spindle kW"),
                ),
                (
                    "figures_source",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="source of figures"
                    ),
                ),
                (
                    "source_uri",
                    models.CharField(
                        blank=True,
                        editable=False,
                        max_length=300,
                        verbose_name="imported as",
                    ),
                ),
                (
                    "source_facts",
                    models.JSONField(
                        default=dict, editable=False, verbose_name="imported facts"
                    ),
                ),
                (
                    "proposal",
                    models.JSONField(
                        default=dict, editable=False, verbose_name="proposal"
                    ),
                ),
                (
                    "auto_quote",
                    models.BooleanField(default=False, verbose_name="quotes by itself"),
                ),
                (
                    "published_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="published at"
                    ),
                ),
                (
                    "published_by",
                    models.CharField(
                        blank=True,
                        editable=False,
                        max_length=200,
                        verbose_name="published by",
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(
                        default=1, editable=False, verbose_name="version"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="machines",
                        to="machines.site",
                        verbose_name="site",
                    ),
                ),
            ],
            options={
                "verbose_name": "machine",
                "verbose_name_plural": "machines",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("source_uri", ""), _negated=True),
                        fields=("source_uri",),
                        name="machines_machine_source_uri_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code", ""), _negated=True),
                        name="machines_machine_code_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "machine_tool",
                                    "forming_machine",
                                    "additive_machine",
                                    "molding_machine",
                                    "joining_cell",
                                    "treatment_line",
                                    "measuring_machine",
                                    "facility",
                                ],
                            )
                        ),
                        name="machines_machine_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["active", "in_maintenance", "retired"])
                        ),
                        name="machines_machine_state_known",
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
                        name="machines_machine_published_at_with_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("published_at__isnull", True),
                            models.Q(("state", "retired"), _negated=True),
                            _connector="OR",
                        ),
                        name="machines_machine_retired_not_published",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("axes__isnull", True), ("axes__gt", 0), _connector="OR"
                            ),
                            models.Q(
                                ("spindle_rpm__isnull", True),
                                ("spindle_rpm__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("spindle_kw__isnull", True),
                                ("spindle_kw__gt", 0),
                                _connector="OR",
                            ),
                        ),
                        name="machines_machine_figures_above_zero",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CostModel",
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
                (
                    "currency",
                    models.CharField(
                        help_text="ISO 4217", max_length=3, verbose_name="currency"
                    ),
                ),
                (
                    "hourly_rate",
                    models.DecimalField(
                        decimal_places=2, max_digits=12, verbose_name="hourly rate"
                    ),
                ),
                (
                    "setup_minutes",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=8,
                        verbose_name="setup minutes",
                    ),
                ),
                (
                    "setup_rate",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=12,
                        verbose_name="setup rate per hour",
                    ),
                ),
                (
                    "programming_hours",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=8,
                        verbose_name="programming hours",
                    ),
                ),
                (
                    "programming_rate",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=12,
                        verbose_name="programming rate per hour",
                    ),
                ),
                (
                    "inspection_minutes_per_part",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=8,
                        verbose_name="inspection minutes per part",
                    ),
                ),
                (
                    "material_markup_percent",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=6,
                        verbose_name="markup on material in %",
                    ),
                ),
                (
                    "scrap_percent",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=5,
                        verbose_name="scrap in %",
                    ),
                ),
                (
                    "margin_percent",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=6,
                        verbose_name="margin in %",
                    ),
                ),
                (
                    "minimum_charge",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=12,
                        verbose_name="minimum charge",
                    ),
                ),
                (
                    "removal_cm3_per_min",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=8,
                        null=True,
                        verbose_name="roughing in cm³/min",
                    ),
                ),
                (
                    "finishing_cm2_per_min",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=8,
                        null=True,
                        verbose_name="finishing in cm²/min",
                    ),
                ),
                (
                    "machine",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="costmodel",
                        to="machines.machine",
                        verbose_name="machine",
                    ),
                ),
            ],
            options={
                "verbose_name": "cost model",
                "verbose_name_plural": "cost models",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="machines_costmodel_currency_is_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hourly_rate__gt", 0)),
                        name="machines_costmodel_hourly_rate_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("inspection_minutes_per_part__gte", 0),
                            ("margin_percent__gte", 0),
                            ("material_markup_percent__gte", 0),
                            ("minimum_charge__gte", 0),
                            ("programming_hours__gte", 0),
                            ("programming_rate__gte", 0),
                            ("scrap_percent__gte", 0),
                            ("scrap_percent__lt", 100),
                            ("setup_minutes__gte", 0),
                            ("setup_rate__gte", 0),
                        ),
                        name="machines_costmodel_nothing_below_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("removal_cm3_per_min__isnull", True),
                                ("removal_cm3_per_min__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("finishing_cm2_per_min__isnull", True),
                                ("finishing_cm2_per_min__gt", 0),
                                _connector="OR",
                            ),
                        ),
                        name="machines_costmodel_cutting_above_zero",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Capability",
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
                (
                    "process_code",
                    models.CharField(
                        db_index=True, max_length=60, verbose_name="process"
                    ),
                ),
                (
                    "material_groups",
                    models.JSONField(
                        blank=True, default=list, verbose_name="material groups"
                    ),
                ),
                (
                    "material_codes",
                    models.JSONField(
                        blank=True, default=list, verbose_name="materials"
                    ),
                ),
                (
                    "envelope_kind",
                    models.CharField(
                        blank=True,
                        choices=[("box", "Box"), ("cylinder", "Cylinder")],
                        max_length=8,
                        null=True,
                        verbose_name="envelope",
                    ),
                ),
                (
                    "size_x_mm",
                    models.FloatField(blank=True, null=True, verbose_name="X in mm"),
                ),
                (
                    "size_y_mm",
                    models.FloatField(blank=True, null=True, verbose_name="Y in mm"),
                ),
                (
                    "size_z_mm",
                    models.FloatField(blank=True, null=True, verbose_name="Z in mm"),
                ),
                (
                    "diameter_mm",
                    models.FloatField(
                        blank=True, null=True, verbose_name="diameter in mm"
                    ),
                ),
                (
                    "length_mm",
                    models.FloatField(
                        blank=True, null=True, verbose_name="length in mm"
                    ),
                ),
                (
                    "max_mass_kg",
                    models.FloatField(
                        blank=True, null=True, verbose_name="heaviest part in kg"
                    ),
                ),
                (
                    "it_grade",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="ISO 286",
                        null=True,
                        verbose_name="finest IT grade",
                    ),
                ),
                (
                    "roughness_um",
                    models.FloatField(
                        blank=True, null=True, verbose_name="finest Ra in µm"
                    ),
                ),
                (
                    "batch_min",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="smallest batch"
                    ),
                ),
                (
                    "batch_max",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="largest batch"
                    ),
                ),
                (
                    "machine",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="capabilities",
                        to="machines.machine",
                        verbose_name="machine",
                    ),
                ),
            ],
            options={
                "verbose_name": "capability",
                "verbose_name_plural": "capabilities",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("machine", "process_code"),
                        name="machines_capability_once_a_process",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("envelope_kind__isnull", True),
                            ("envelope_kind__in", ["box", "cylinder"]),
                            _connector="OR",
                        ),
                        name="machines_capability_envelope_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("envelope_kind__isnull", True),
                                ("diameter_mm__isnull", True),
                                ("length_mm__isnull", True),
                                ("size_x_mm__isnull", True),
                                ("size_y_mm__isnull", True),
                                ("size_z_mm__isnull", True),
                            ),
                            models.Q(
                                ("envelope_kind", "box"),
                                ("size_x_mm__gt", 0),
                                ("size_y_mm__gt", 0),
                                ("size_z_mm__gt", 0),
                                ("envelope_kind__isnull", False),
                                ("size_x_mm__isnull", False),
                                ("size_y_mm__isnull", False),
                                ("size_z_mm__isnull", False),
                                ("diameter_mm__isnull", True),
                                ("length_mm__isnull", True),
                            ),
                            models.Q(
                                ("diameter_mm__gt", 0),
                                ("envelope_kind", "cylinder"),
                                ("length_mm__gt", 0),
                                ("diameter_mm__isnull", False),
                                ("envelope_kind__isnull", False),
                                ("length_mm__isnull", False),
                                ("size_x_mm__isnull", True),
                                ("size_y_mm__isnull", True),
                                ("size_z_mm__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="machines_capability_envelope_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("max_mass_kg__isnull", True),
                                ("max_mass_kg__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("roughness_um__isnull", True),
                                ("roughness_um__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("batch_min__isnull", True),
                                ("batch_min__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("batch_max__isnull", True),
                                ("batch_max__gt", 0),
                                _connector="OR",
                            ),
                        ),
                        name="machines_capability_figures_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("it_grade__isnull", True),
                            models.Q(("it_grade__gte", 1), ("it_grade__lte", 18)),
                            _connector="OR",
                        ),
                        name="machines_capability_it_grade_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("batch_min__isnull", True),
                            ("batch_max__isnull", True),
                            ("batch_max__gte", models.F("batch_min")),
                            _connector="OR",
                        ),
                        name="machines_capability_batches_in_order",
                    ),
                ],
            },
        ),
    ]
