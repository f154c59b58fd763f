import apps.kernel.identifiers
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Notice",
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
                ("kind", models.CharField(max_length=100, verbose_name="kind")),
                ("title", models.CharField(max_length=300, verbose_name="title")),
                ("body", models.TextField(blank=True, verbose_name="text")),
                (
                    "url",
                    models.CharField(blank=True, max_length=500, verbose_name="link"),
                ),
                ("roles", models.JSONField(default=list, verbose_name="roles")),
                ("user_id", models.UUIDField(null=True, verbose_name="person")),
                (
                    "dedup_key",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="told once for"
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="told at")),
                (
                    "readings",
                    models.JSONField(
                        default=dict,
                        help_text="Who has read it, and when.",
                        verbose_name="readings",
                    ),
                ),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "indexes": [
                    models.Index(
                        fields=["-created_at", "-id"], name="notify_notice_newest"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("dedup_key", ""), _negated=True),
                        fields=("dedup_key",),
                        name="notify_notice_told_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("user_id__isnull", False),
                            models.Q(("roles", []), _negated=True),
                            _connector="OR",
                        ),
                        name="notify_notice_has_addressee",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__regex", "^[a-z][a-z_]*\\.[a-z][a-z_]*$")
                        ),
                        name="notify_notice_kind_shaped",
                    ),
                ],
            },
        ),
    ]
