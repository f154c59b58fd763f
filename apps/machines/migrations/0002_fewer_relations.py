"""Keep fewer relations: no index that another begins with, no table for long values."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("machines", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    sql='DROP INDEX IF EXISTS "machines_capability_machine_id_c4f6c0e2"',
                    reverse_sql='CREATE INDEX "machines_capability_machine_id_c4f6c0e2" ON machines_capability (machine_id)',
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="capability",
                    name="machine",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="capabilities",
                        to="machines.machine",
                        verbose_name="machine",
                    ),
                ),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    sql='DROP INDEX IF EXISTS "machines_capability_process_code_f8c900d9"',
                    reverse_sql='CREATE INDEX "machines_capability_process_code_f8c900d9" ON machines_capability (process_code)',
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="capability",
                    name="process_code",
                    field=models.CharField(max_length=60, verbose_name="process"),
                ),
            ],
        ),
        # What earlier releases made beside the indexes of text columns.
        migrations.RunSQL(
            sql='DROP INDEX IF EXISTS "machines_capability_process_code_f8c900d9_like"',
            reverse_sql='CREATE INDEX "machines_capability_process_code_f8c900d9_like" ON machines_capability (process_code varchar_pattern_ops)',
        ),
        migrations.RunSQL(
            sql='DROP INDEX IF EXISTS "machines_machine_code_3c8342aa_like"',
            reverse_sql='CREATE INDEX "machines_machine_code_3c8342aa_like" ON machines_machine (code varchar_pattern_ops)',
        ),
        migrations.RunSQL(
            sql='DROP INDEX IF EXISTS "machines_site_name_b81ce924_like"',
            reverse_sql='CREATE INDEX "machines_site_name_b81ce924_like" ON machines_site (name varchar_pattern_ops)',
        ),
        # Rows that are short enough to stay whole need no table for what is moved out.
        # Where one stands already it stays, empty; the next schema is made without.
        migrations.RunSQL(
            sql=(
                "ALTER TABLE machines_certificate"
                " ALTER COLUMN kind_code SET STORAGE PLAIN,"
                " ALTER COLUMN number SET STORAGE PLAIN,"
                " ALTER COLUMN issuer SET STORAGE PLAIN,"
                " ALTER COLUMN state SET STORAGE PLAIN,"
                " ALTER COLUMN verified_by SET STORAGE PLAIN"
            ),
            reverse_sql=(
                "ALTER TABLE machines_certificate"
                " ALTER COLUMN kind_code SET STORAGE EXTENDED,"
                " ALTER COLUMN number SET STORAGE EXTENDED,"
                " ALTER COLUMN issuer SET STORAGE EXTENDED,"
                " ALTER COLUMN state SET STORAGE EXTENDED,"
                " ALTER COLUMN verified_by SET STORAGE EXTENDED"
            ),
        ),
    ]
