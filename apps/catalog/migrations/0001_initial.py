import apps.kernel.identifiers
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="CertificateKind",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=60,
                        primary_key=True,
                        serialize=False,
                        verbose_name="code",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "issuer_scope",
                    models.CharField(max_length=160, verbose_name="issued by"),
                ),
                ("industry", models.CharField(max_length=40, verbose_name="industry")),
                ("includes", models.JSONField(default=list, verbose_name="includes")),
                ("source", models.TextField(verbose_name="source")),
                ("order", models.PositiveIntegerField(verbose_name="order")),
            ],
            options={
                "verbose_name": "kind of certificate",
                "verbose_name_plural": "kinds of certificate",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[a-z0-9]+(-[a-z0-9]+)*$")),
                        name="catalog_certificatekind_code_shaped",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ExchangeRate",
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
                    "currency",
                    models.CharField(
                        help_text="ISO 4217", max_length=3, verbose_name="currency"
                    ),
                ),
                (
                    "units_per_eur",
                    models.DecimalField(
                        decimal_places=8, max_digits=18, verbose_name="units per euro"
                    ),
                ),
                ("on", models.DateField(verbose_name="on")),
                ("source", models.TextField(verbose_name="source")),
            ],
            options={
                "verbose_name": "exchange rate",
                "verbose_name_plural": "exchange rates",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("currency", "on"),
                        name="catalog_exchangerate_once_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("currency__regex", "^[A-Z]{3}$"),
                            models.Q(("currency", "EUR"), _negated=True),
                        ),
                        name="catalog_exchangerate_currency_is_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("units_per_eur__gt", 0)),
                        name="catalog_exchangerate_above_zero",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Material",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=60,
                        primary_key=True,
                        serialize=False,
                        verbose_name="code",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="designation")),
                ("standard", models.CharField(max_length=60, verbose_name="standard")),
                (
                    "number",
                    models.CharField(blank=True, max_length=60, verbose_name="number"),
                ),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("P", "P: steel"),
                            ("M", "M: stainless steel"),
                            ("K", "K: cast iron"),
                            ("N", "N: non-ferrous metal"),
                            ("S", "S: superalloy and titanium"),
                            ("H", "H: hardened steel"),
                            ("polymer", "Polymer"),
                            ("composite", "Composite"),
                            ("ceramic", "Ceramic and cemented carbide"),
                        ],
                        max_length=12,
                        verbose_name="group",
                    ),
                ),
                (
                    "density_kg_m3",
                    models.PositiveIntegerField(verbose_name="density in kg/m³"),
                ),
                (
                    "removal_factor",
                    models.DecimalField(
                        decimal_places=3, max_digits=6, verbose_name="removal factor"
                    ),
                ),
                (
                    "price_eur_kg",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=8,
                        verbose_name="indicative price in EUR/kg",
                    ),
                ),
                ("aliases", models.JSONField(default=list, verbose_name="other names")),
                ("source", models.TextField(verbose_name="source")),
                ("order", models.PositiveIntegerField(verbose_name="order")),
            ],
            options={
                "verbose_name": "material",
                "verbose_name_plural": "materials",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[a-z0-9]+(-[a-z0-9]+)*$")),
                        name="catalog_material_code_shaped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "group__in",
                                [
                                    "P",
                                    "M",
                                    "K",
                                    "N",
                                    "S",
                                    "H",
                                    "polymer",
                                    "composite",
                                    "ceramic",
                                ],
                            )
                        ),
                        name="catalog_material_group_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("density_kg_m3__gt", 0),
                            ("price_eur_kg__gt", 0),
                            ("removal_factor__gt", 0),
                        ),
                        name="catalog_material_figures_above_zero",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MaterialEquivalence",
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
                            ("identical", "Identical"),
                            ("nearest", "Nearest; the buyer must agree"),
                            ("substitute", "Substitute; the buyer must approve"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("source", models.TextField(verbose_name="source")),
                (
                    "a",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.material",
                        verbose_name="grade asked for",
                    ),
                ),
                (
                    "b",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.material",
                        verbose_name="grade offered",
                    ),
                ),
            ],
            options={
                "verbose_name": "material equivalence",
                "verbose_name_plural": "material equivalences",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("a", "b"), name="catalog_materialequivalence_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("a", models.F("b")), _negated=True),
                        name="catalog_materialequivalence_between_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["identical", "nearest", "substitute"])
                        ),
                        name="catalog_materialequivalence_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Process",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=60,
                        primary_key=True,
                        serialize=False,
                        verbose_name="code",
                    ),
                ),
                (
                    "path",
                    models.CharField(max_length=300, unique=True, verbose_name="path"),
                ),
                (
                    "din_group",
                    models.CharField(
                        blank=True,
                        help_text="3.2.3",
                        max_length=12,
                        verbose_name="DIN 8580 group",
                    ),
                ),
                (
                    "standard",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="standard"
                    ),
                ),
                (
                    "name_en",
                    models.CharField(max_length=120, verbose_name="name in English"),
                ),
                (
                    "name_zh",
                    models.CharField(max_length=120, verbose_name="name in Chinese"),
                ),
                (
                    "name_ru",
                    models.CharField(max_length=120, verbose_name="name in Russian"),
                ),
                (
                    "name_de",
                    models.CharField(max_length=120, verbose_name="name in German"),
                ),
                ("aliases", models.JSONField(default=list, verbose_name="other names")),
                (
                    "definition",
                    models.CharField(max_length=300, verbose_name="definition"),
                ),
                (
                    "it_grade_min",
                    models.PositiveSmallIntegerField(
                        null=True, verbose_name="finest typical IT"
                    ),
                ),
                (
                    "it_grade_max",
                    models.PositiveSmallIntegerField(
                        null=True, verbose_name="coarsest typical IT"
                    ),
                ),
                (
                    "roughness_min_um",
                    models.FloatField(null=True, verbose_name="finest typical Ra"),
                ),
                (
                    "roughness_max_um",
                    models.FloatField(null=True, verbose_name="coarsest typical Ra"),
                ),
                ("source", models.TextField(verbose_name="source")),
                (
                    "is_leaf",
                    models.BooleanField(verbose_name="has no parts of its own"),
                ),
                ("order", models.PositiveIntegerField(verbose_name="order")),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.process",
                        verbose_name="parent",
                    ),
                ),
            ],
            options={
                "verbose_name": "process",
                "verbose_name_plural": "processes",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[a-z0-9]+(-[a-z0-9]+)*$")),
                        name="catalog_process_code_shaped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("parent__isnull", True), ("path", models.F("code"))
                            ),
                            models.Q(
                                ("parent__isnull", False),
                                ("path__endswith", models.F("code")),
                            ),
                            _connector="OR",
                        ),
                        name="catalog_process_path_ends_in_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent__isnull", True),
                            models.Q(("parent", models.F("code")), _negated=True),
                            _connector="OR",
                        ),
                        name="catalog_process_not_its_own_parent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("it_grade_max__isnull", True),
                                ("it_grade_min__isnull", True),
                            ),
                            models.Q(
                                ("it_grade_max__gte", models.F("it_grade_min")),
                                ("it_grade_max__isnull", False),
                                ("it_grade_max__lte", 18),
                                ("it_grade_min__gte", 1),
                                ("it_grade_min__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="catalog_process_it_grades_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("roughness_max_um__isnull", True),
                                ("roughness_min_um__isnull", True),
                            ),
                            models.Q(
                                ("roughness_max_um__gte", models.F("roughness_min_um")),
                                ("roughness_max_um__isnull", False),
                                ("roughness_min_um__gt", 0),
                                ("roughness_min_um__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="catalog_process_roughness_in_order",
                    ),
                ],
            },
        ),
    ]
