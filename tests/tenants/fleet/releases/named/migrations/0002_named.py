"""A statement that names the schema that it is run in."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notify", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE TABLE notify_extra (id integer)"),
        migrations.RunSQL(
            "DO $$ BEGIN PERFORM 't_template.notify_notice'::regclass,"
            " 't_template'::regnamespace; END $$"
        ),
    ]
