import apps.kernel.identifiers
import apps.reports.models
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Report",
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
                            ("capacity_utilisation", "Capacity and utilization"),
                            ("rfq_summary", "RFQs and matches"),
                        ],
                        max_length=32,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("parameters", models.JSONField(default=dict, verbose_name="covers")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                (
                    "edition",
                    models.PositiveIntegerField(default=0, verbose_name="edition"),
                ),
                ("job_id", models.UUIDField(verbose_name="job")),
                ("created_at", models.DateTimeField(verbose_name="asked for at")),
                (
                    "created_by",
                    models.CharField(max_length=200, verbose_name="asked for by"),
                ),
                (
                    "created_by_id",
                    models.UUIDField(null=True, verbose_name="person who asked"),
                ),
                (
                    "finished_at",
                    models.DateTimeField(null=True, verbose_name="finished at"),
                ),
            ],
            options={
                "verbose_name": "report",
                "verbose_name_plural": "reports",
                "indexes": [
                    models.Index(
                        fields=["-created_at", "-id"], name="reports_report_newest"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["capacity_utilisation", "rfq_summary"])
                        ),
                        name="reports_report_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("edition", 0), ("finished_at__isnull", True)),
                            models.Q(
                                ("edition__gte", 1), ("finished_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="reports_report_finished_with_edition",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportFile",
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
                ("edition", models.PositiveIntegerField(verbose_name="edition")),
                (
                    "format",
                    models.CharField(
                        choices=[
                            ("pdf", "PDF"),
                            ("xlsx", "Excel workbook"),
                            ("svg", "Chart (SVG)"),
                        ],
                        max_length=8,
                        verbose_name="format",
                    ),
                ),
                (
                    "file",
                    models.FileField(
                        max_length=300,
                        upload_to=apps.reports.models.file_path,
                        verbose_name="file",
                    ),
                ),
                (
                    "name",
                    models.CharField(max_length=200, verbose_name="name for download"),
                ),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("size", models.PositiveBigIntegerField(verbose_name="size in bytes")),
                ("created_at", models.DateTimeField(verbose_name="written at")),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="reports.report",
                    ),
                ),
            ],
            options={
                "verbose_name": "file of a report",
                "verbose_name_plural": "files of a report",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("report", "edition", "name"),
                        name="reports_reportfile_name_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("format__in", ["pdf", "xlsx", "svg"])),
                        name="reports_reportfile_format_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="reports_reportfile_sha256_shaped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("size__gt", 0)),
                        name="reports_reportfile_size_above_zero",
                    ),
                ],
            },
        ),
    ]
