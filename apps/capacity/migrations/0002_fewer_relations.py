"""Keep no table for the long values of tables that have none."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("capacity", "0001_initial")]

    operations = [
        # Rows that are short enough to stay whole need no table for what is moved out.
        # Where one stands already it stays, empty; the next schema is made without.
        migrations.RunSQL(
            sql=(
                "ALTER TABLE capacity_calendarexception"
                " ALTER COLUMN period SET STORAGE PLAIN,"
                " ALTER COLUMN reason SET STORAGE PLAIN"
            ),
            reverse_sql=(
                "ALTER TABLE capacity_calendarexception"
                " ALTER COLUMN period SET STORAGE EXTENDED,"
                " ALTER COLUMN reason SET STORAGE EXTENDED"
            ),
        ),
        migrations.RunSQL(
            sql=(
                "ALTER TABLE capacity_reservation"
                " ALTER COLUMN kind SET STORAGE PLAIN,"
                " ALTER COLUMN during SET STORAGE PLAIN,"
                " ALTER COLUMN state SET STORAGE PLAIN,"
                " ALTER COLUMN reason SET STORAGE PLAIN"
            ),
            reverse_sql=(
                "ALTER TABLE capacity_reservation"
                " ALTER COLUMN kind SET STORAGE EXTENDED,"
                " ALTER COLUMN during SET STORAGE EXTENDED,"
                " ALTER COLUMN state SET STORAGE EXTENDED,"
                " ALTER COLUMN reason SET STORAGE EXTENDED"
            ),
        ),
    ]
