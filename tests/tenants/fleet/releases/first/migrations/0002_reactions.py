"""Everything that a migration may be made of: columns, tables, constraints, rows."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


def write_summaries(apps, schema_editor):
    notices = apps.get_model("notify", "Notice").objects
    for notice in notices.exclude(title=""):
        if notice.title == "refuse me":
            msg = "this notice has no summary"
            raise ValueError(msg)
        notices.filter(pk=notice.pk).update(
            summary=models.functions.Concat(models.F("summary"), models.Value("+"))
        )


class Migration(migrations.Migration):
    dependencies = [("notify", "0001_initial")]

    operations = [
        migrations.AddField(
            "notice", "summary", models.CharField(max_length=80, db_default="50 % ")
        ),
        migrations.AddField("notice", "weight", models.IntegerField(null=True)),
        migrations.CreateModel(
            "Reaction",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("mark", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "notice",
                    models.ForeignKey(
                        "notify.Notice", django.db.models.deletion.CASCADE
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        name="notify_reaction_id_positive", condition=models.Q(id__gt=0)
                    )
                ]
            },
        ),
        migrations.RunPython(write_summaries, migrations.RunPython.noop),
        migrations.AddConstraint(
            "notice",
            models.CheckConstraint(
                name="notify_notice_weight_positive",
                condition=models.Q(weight__gte=0) | models.Q(weight=None),
            ),
        ),
        migrations.RemoveConstraint("notice", "notify_notice_kind_shaped"),
        migrations.AddConstraint(
            "notice",
            models.CheckConstraint(
                name="notify_notice_kind_shaped",
                condition=models.Q(kind__regex=r"^[a-z_]+\.[a-z_%]+$"),
            ),
        ),
    ]
