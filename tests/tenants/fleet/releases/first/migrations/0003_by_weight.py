"""An index made while others write."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notify", "0002_reactions")]

    operations = [
        migrations.AddField("notice", "height", models.IntegerField(null=True)),
        AddIndexConcurrently(
            "notice", models.Index(fields=["weight"], name="notify_notice_by_weight")
        ),
    ]
