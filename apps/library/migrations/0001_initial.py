import apps.kernel.identifiers
import django.contrib.postgres.fields
from django.db import migrations, models

from tenants import context
from tenants.isolation.migrations import READ, OpenTable

READERS = {
    context.DIRECTORY_ROLE: READ,
    context.EXCHANGE_ROLE: READ,
    context.OPERATOR_ROLE: READ,
    context.TENANT_GROUP_ROLE: READ,
}


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="MachineModel",
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
                    "code",
                    models.CharField(max_length=60, unique=True, verbose_name="code"),
                ),
                ("maker", models.CharField(max_length=120, verbose_name="maker")),
                ("model", models.CharField(max_length=120, verbose_name="model")),
                (
                    "other_names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="other names",
                    ),
                ),
                (
                    "names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=240),
                        editable=False,
                        size=None,
                    ),
                ),
                ("search_text", models.TextField(editable=False)),
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
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "process_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        size=None,
                        verbose_name="processes",
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("travel", "Travels of the axes"),
                            ("part", "Largest part"),
                            ("sheet", "Sheet format"),
                            ("volume", "Build volume"),
                            ("range", "Measuring range"),
                            ("tie_bars", "Between the tie bars"),
                            ("bending_length", "Bending length"),
                        ],
                        max_length=16,
                        verbose_name="sizes of",
                    ),
                ),
                (
                    "axes",
                    models.PositiveSmallIntegerField(null=True, verbose_name="axes"),
                ),
                ("size_x_mm", models.FloatField(null=True, verbose_name="X in mm")),
                ("size_y_mm", models.FloatField(null=True, verbose_name="Y in mm")),
                ("size_z_mm", models.FloatField(null=True, verbose_name="Z in mm")),
                (
                    "diameter_mm",
                    models.FloatField(null=True, verbose_name="diameter in mm"),
                ),
                (
                    "length_mm",
                    models.FloatField(null=True, verbose_name="length in mm"),
                ),
                (
                    "max_load_kg",
                    models.FloatField(null=True, verbose_name="table load in kg"),
                ),
                (
                    "spindle_rpm",
                    models.PositiveIntegerField(null=True, verbose_name="spindle rpm"),
                ),
                ("spindle_kw", models.FloatField(null=True, verbose_name="spindle kW")),
                (
                    "tool_places",
                    models.PositiveSmallIntegerField(
                        null=True, verbose_name="tool places"
                    ),
                ),
                ("force_kn", models.FloatField(null=True, verbose_name="force in kN")),
                (
                    "positioning_um",
                    models.FloatField(null=True, verbose_name="positioning in µm"),
                ),
                ("source", models.CharField(max_length=300, verbose_name="source")),
                (
                    "source_on",
                    models.CharField(blank=True, max_length=40, verbose_name="edition"),
                ),
                ("source_url", models.CharField(max_length=300, verbose_name="address")),
                (
                    "confirmed_figures",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="figures found in a second text",
                    ),
                ),
                (
                    "second_source",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="second text"
                    ),
                ),
                (
                    "second_source_url",
                    models.CharField(
                        blank=True,
                        max_length=300,
                        verbose_name="address of the second text",
                    ),
                ),
                ("order", models.PositiveIntegerField(verbose_name="order")),
            ],
            options={
                "verbose_name": "machine model",
                "verbose_name_plural": "machine models",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("maker", "model"), name="library_machinemodel_name_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[a-z0-9]+(-[a-z0-9]+)*$")),
                        name="library_machinemodel_code_shaped",
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
                        name="library_machinemodel_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("basis", ""),
                            (
                                "basis__in",
                                [
                                    "travel",
                                    "part",
                                    "sheet",
                                    "volume",
                                    "range",
                                    "tie_bars",
                                    "bending_length",
                                ],
                            ),
                            _connector="OR",
                        ),
                        name="library_machinemodel_basis_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("process_codes__len__gt", 0)),
                        name="library_machinemodel_process_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", ""), _negated=True),
                        name="library_machinemodel_source_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("axes__isnull", True), ("axes__gt", 0), _connector="OR"
                            ),
                            models.Q(
                                ("size_x_mm__isnull", True),
                                ("size_x_mm__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("size_y_mm__isnull", True),
                                ("size_y_mm__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("size_z_mm__isnull", True),
                                ("size_z_mm__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("diameter_mm__isnull", True),
                                ("diameter_mm__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("length_mm__isnull", True),
                                ("length_mm__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("max_load_kg__isnull", True),
                                ("max_load_kg__gt", 0),
                                _connector="OR",
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
                            models.Q(
                                ("tool_places__isnull", True),
                                ("tool_places__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("force_kn__isnull", True),
                                ("force_kn__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("positioning_um__isnull", True),
                                ("positioning_um__gt", 0),
                                _connector="OR",
                            ),
                        ),
                        name="library_machinemodel_figures_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_figures__len", 0), ("second_source", "")
                            ),
                            models.Q(
                                ("confirmed_figures__len__gt", 0),
                                models.Q(("second_source", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="library_machinemodel_confirmed_by_second",
                    ),
                ],
            },
        ),
        OpenTable("library_machinemodel", READERS),
    ]
