"""Keep fewer relations: no index that another begins with, no table for long values."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    sql='DROP INDEX IF EXISTS "reports_reportfile_report_id_109d2654"',
                    reverse_sql='CREATE INDEX "reports_reportfile_report_id_109d2654" ON reports_reportfile (report_id)',
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="reportfile",
                    name="report",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="reports.report",
                    ),
                ),
            ],
        ),
        # Rows that are short enough to stay whole need no table for what is moved out.
        # Where one stands already it stays, empty; the next schema is made without.
        migrations.RunSQL(
            sql=(
                "ALTER TABLE reports_reportfile"
                " ALTER COLUMN format SET STORAGE PLAIN,"
                " ALTER COLUMN file SET STORAGE PLAIN,"
                " ALTER COLUMN name SET STORAGE PLAIN,"
                " ALTER COLUMN sha256 SET STORAGE PLAIN"
            ),
            reverse_sql=(
                "ALTER TABLE reports_reportfile"
                " ALTER COLUMN format SET STORAGE EXTENDED,"
                " ALTER COLUMN file SET STORAGE EXTENDED,"
                " ALTER COLUMN name SET STORAGE EXTENDED,"
                " ALTER COLUMN sha256 SET STORAGE EXTENDED"
            ),
        ),
    ]
