"""A change that reads and writes every row of a table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notify", "0003_by_weight")]

    operations = [
        migrations.RunSQL(
            "UPDATE notify_notice SET weight = coalesce(weight, 0) + 1",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField("notice", "weight", models.BigIntegerField(default=0)),
        migrations.AddField("notice", "mark", models.UUIDField(null=True)),
    ]
