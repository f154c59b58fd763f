"""Keep fewer relations: no index that another begins with, no table for long values."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_quote_sum")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    sql='DROP INDEX IF EXISTS "orders_quoteline_quote_id_64cafd2e"',
                    reverse_sql='CREATE INDEX "orders_quoteline_quote_id_64cafd2e" ON orders_quoteline (quote_id)',
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="quoteline",
                    name="quote",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="orders.quote",
                    ),
                ),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    sql='DROP INDEX IF EXISTS "orders_rfqline_rfq_id_21a64a4b"',
                    reverse_sql='CREATE INDEX "orders_rfqline_rfq_id_21a64a4b" ON orders_rfqline (rfq_id)',
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="rfqline",
                    name="rfq",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="orders.rfq",
                    ),
                ),
            ],
        ),
        # Rows that are short enough to stay whole need no table for what is moved out.
        # Where one stands already it stays, empty; the next schema is made without.
        migrations.RunSQL(
            sql=(
                "ALTER TABLE orders_order"
                " ALTER COLUMN number SET STORAGE PLAIN,"
                " ALTER COLUMN side SET STORAGE PLAIN,"
                " ALTER COLUMN counterparty_name SET STORAGE PLAIN,"
                " ALTER COLUMN state SET STORAGE PLAIN,"
                " ALTER COLUMN title SET STORAGE PLAIN,"
                " ALTER COLUMN total SET STORAGE PLAIN,"
                " ALTER COLUMN currency SET STORAGE PLAIN,"
                " ALTER COLUMN placed_by SET STORAGE PLAIN,"
                " ALTER COLUMN moved_by SET STORAGE PLAIN,"
                " ALTER COLUMN reason SET STORAGE PLAIN"
            ),
            reverse_sql=(
                "ALTER TABLE orders_order"
                " ALTER COLUMN number SET STORAGE EXTENDED,"
                " ALTER COLUMN side SET STORAGE EXTENDED,"
                " ALTER COLUMN counterparty_name SET STORAGE EXTENDED,"
                " ALTER COLUMN state SET STORAGE EXTENDED,"
                " ALTER COLUMN title SET STORAGE EXTENDED,"
                " ALTER COLUMN total SET STORAGE MAIN,"
                " ALTER COLUMN currency SET STORAGE EXTENDED,"
                " ALTER COLUMN placed_by SET STORAGE EXTENDED,"
                " ALTER COLUMN moved_by SET STORAGE EXTENDED,"
                " ALTER COLUMN reason SET STORAGE EXTENDED"
            ),
        ),
    ]
