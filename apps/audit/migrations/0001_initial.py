import apps.kernel.identifiers
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditEvent",
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
                (
                    "sequence",
                    models.PositiveBigIntegerField(
                        null=True, unique=True, verbose_name="sequence"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("by_id", models.UUIDField(null=True, verbose_name="user")),
                ("by_label", models.CharField(max_length=200, verbose_name="by")),
                (
                    "by_client_id",
                    models.CharField(
                        blank=True, max_length=100, verbose_name="API client"
                    ),
                ),
                ("verb", models.CharField(max_length=100, verbose_name="verb")),
                (
                    "subject_type",
                    models.CharField(max_length=50, verbose_name="kind of subject"),
                ),
                (
                    "subject_id",
                    models.CharField(max_length=64, verbose_name="id of subject"),
                ),
                (
                    "subject_label",
                    models.CharField(max_length=300, verbose_name="subject"),
                ),
                ("facts", models.JSONField(default=dict, verbose_name="facts")),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
                (
                    "previous_hash",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="hash before"
                    ),
                ),
                (
                    "hash",
                    models.CharField(blank=True, max_length=64, verbose_name="hash"),
                ),
            ],
            options={
                "verbose_name": "audit event",
                "verbose_name_plural": "audit events",
                "indexes": [
                    models.Index(
                        fields=["subject_type", "subject_id", "-at"],
                        name="audit_event_subject",
                    ),
                    models.Index(fields=["-at", "-id"], name="audit_event_at"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verb__regex", "^[a-z][a-z_]*\\.[a-z][a-z_]*$")
                        ),
                        name="audit_event_verb_shaped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("hash", ""),
                                ("previous_hash", ""),
                                ("sequence__isnull", True),
                            ),
                            models.Q(
                                ("hash__regex", "^[0-9a-f]{64}$"),
                                ("previous_hash__regex", "^[0-9a-f]{64}$"),
                                ("sequence__gte", 1),
                            ),
                            _connector="OR",
                        ),
                        name="audit_event_sealed_whole",
                    ),
                ],
            },
        ),
    ]
