"""A statement that would commit what many schemas share."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notify", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE TABLE notify_extra (id integer)"),
        migrations.RunSQL("SET work_mem = '1MB'"),
    ]
