import apps.kernel.identifiers
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="HandoverToken",
            fields=[
                (
                    "digest",
                    models.CharField(max_length=64, primary_key=True, serialize=False),
                ),
                ("used_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="last login"
                    ),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True,
                        db_default=django.db.models.functions.datetime.Now(),
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
                    ),
                ),
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
                    "email",
                    models.EmailField(
                        max_length=254, unique=True, verbose_name="e-mail"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "language",
                    models.CharField(
                        default="en", max_length=8, verbose_name="language"
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        default="UTC", max_length=64, verbose_name="time zone"
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "is_operator",
                    models.BooleanField(
                        default=False,
                        help_text="May open the console.",
                        verbose_name="platform operator",
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "people",
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        name="tenants_user_email_unique",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Enterprise",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True,
                        db_default=django.db.models.functions.datetime.Now(),
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
                    ),
                ),
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
                    "slug",
                    models.SlugField(
                        max_length=40, unique=True, verbose_name="address"
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="name")),
                (
                    "name_local",
                    models.CharField(
                        blank=True,
                        max_length=160,
                        verbose_name="name in its own script",
                    ),
                ),
                (
                    "schema_name",
                    models.CharField(
                        editable=False, max_length=63, null=True, unique=True
                    ),
                ),
                (
                    "country",
                    models.CharField(
                        help_text="ISO 3166-1", max_length=2, verbose_name="country"
                    ),
                ),
                (
                    "region",
                    models.CharField(blank=True, max_length=80, verbose_name="region"),
                ),
                (
                    "city",
                    models.CharField(blank=True, max_length=80, verbose_name="city"),
                ),
                (
                    "language",
                    models.CharField(
                        default="en", max_length=8, verbose_name="language"
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        help_text="ISO 4217", max_length=3, verbose_name="currency"
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(max_length=64, verbose_name="time zone"),
                ),
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("registered", "Registered"),
                            ("activated", "Activated"),
                            ("dormant", "Dormant"),
                            ("archived", "Archived"),
                            ("closed", "Closed"),
                        ],
                        default="registered",
                        max_length=12,
                        verbose_name="tier",
                    ),
                ),
                (
                    "verification",
                    models.CharField(
                        choices=[
                            ("unverified", "Unverified"),
                            ("submitted", "Submitted"),
                            ("verified", "Verified"),
                            ("expired", "Expired"),
                            ("rejected", "Rejected"),
                        ],
                        default="unverified",
                        max_length=12,
                        verbose_name="verification",
                    ),
                ),
                ("about", models.TextField(blank=True, verbose_name="about")),
                ("activated_at", models.DateTimeField(editable=False, null=True)),
                (
                    "suspended_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                ("suspension_reason", models.CharField(blank=True, max_length=300)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "suspended_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "enterprise",
                "verbose_name_plural": "enterprises",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "tier__in",
                                [
                                    "registered",
                                    "activated",
                                    "dormant",
                                    "archived",
                                    "closed",
                                ],
                            )
                        ),
                        name="tenants_enterprise_tier_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "verification__in",
                                [
                                    "unverified",
                                    "submitted",
                                    "verified",
                                    "expired",
                                    "rejected",
                                ],
                            )
                        ),
                        name="tenants_enterprise_verification_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("schema_name__isnull", True), ("tier", "registered")
                            ),
                            models.Q(("tier", "registered"), _negated=True),
                            _connector="OR",
                        ),
                        name="tenants_enterprise_schema_from_activation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("country__regex", "^[A-Z]{2}$")),
                        name="tenants_enterprise_country_is_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="tenants_enterprise_currency_is_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("suspended_at__isnull", True),
                                ("suspended_by__isnull", True),
                            ),
                            models.Q(
                                ("suspended_at__isnull", False),
                                ("suspended_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="tenants_enterprise_suspended_at_by",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Domain",
            fields=[
                (
                    "domain",
                    models.CharField(db_index=True, max_length=253, unique=True),
                ),
                ("is_primary", models.BooleanField(db_index=True, default=True)),
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
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="domains",
                        to="tenants.enterprise",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_primary", True)),
                        fields=("tenant",),
                        name="tenants_domain_one_primary",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyRecord",
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
                ("route", models.CharField(max_length=200)),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("headers", models.JSONField(default=dict)),
                ("body", models.TextField(blank=True)),
                ("created_at", models.DateTimeField()),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.enterprise",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["created_at"], name="tenants_idempotency_age")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enterprise", "route", "key"),
                        name="tenants_idempotencyrecord_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True,
                        db_default=django.db.models.functions.datetime.Now(),
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
                    ),
                ),
                (
                    "id",
                    models.UUIDField(
                        default=apps.kernel.identifiers.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("kind", models.CharField(max_length=80)),
                ("args", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                            ("quarantined", "Quarantined"),
                            ("cancelled", "Cancelled"),
                        ],
                        db_default="queued",
                        default="queued",
                        max_length=12,
                    ),
                ),
                ("run_after", models.DateTimeField()),
                ("poked_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(db_default=0, default=0)),
                ("deaths", models.PositiveIntegerField(db_default=0, default=0)),
                ("lease_until", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("dedup_key", models.CharField(max_length=160, null=True)),
                (
                    "error_code",
                    models.CharField(blank=True, db_default="", max_length=80),
                ),
                ("error", models.TextField(blank=True, db_default="")),
                (
                    "requested_by",
                    models.CharField(blank=True, db_default="", max_length=160),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.enterprise",
                    ),
                ),
            ],
            options={
                "verbose_name": "job",
                "verbose_name_plural": "jobs",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")),
                        fields=["run_after"],
                        name="tenants_job_due",
                    ),
                    models.Index(
                        condition=models.Q(("state", "running")),
                        fields=["lease_until"],
                        name="tenants_job_leased",
                    ),
                    models.Index(
                        fields=["enterprise", "-id"], name="tenants_job_of_enterprise"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "queued",
                                    "running",
                                    "succeeded",
                                    "failed",
                                    "quarantined",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="tenants_job_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "running"), _negated=True),
                            ("lease_until__isnull", False),
                            _connector="OR",
                        ),
                        name="tenants_job_running_has_lease",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("dedup_key__isnull", False), ("state", "queued")
                        ),
                        fields=("enterprise", "kind", "dedup_key"),
                        name="tenants_job_waiting_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JobProgress",
            fields=[
                ("job_id", models.UUIDField(primary_key=True, serialize=False)),
                ("percent", models.PositiveSmallIntegerField(default=0)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "enterprise",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.enterprise",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("percent__lte", 100)),
                        name="tenants_jobprogress_percent_to_100",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True,
                        db_default=django.db.models.functions.datetime.Now(),
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
                    ),
                ),
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
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "Owner"),
                            ("buyer", "Buyer"),
                            ("seller", "Seller"),
                            ("planner", "Planner"),
                            ("operator", "Shop-floor operator"),
                            ("viewer", "Viewer"),
                        ],
                        max_length=10,
                        verbose_name="role",
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="tenants.enterprise",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "membership",
                "verbose_name_plural": "memberships",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enterprise", "user"), name="tenants_membership_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "owner",
                                    "buyer",
                                    "seller",
                                    "planner",
                                    "operator",
                                    "viewer",
                                ],
                            )
                        ),
                        name="tenants_membership_role_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Slot",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True,
                        db_default=django.db.models.functions.datetime.Now(),
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
                    ),
                ),
                (
                    "schema_name",
                    models.CharField(max_length=63, primary_key=True, serialize=False),
                ),
                ("template_digest", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[("free", "Free"), ("claimed", "Claimed")],
                        db_default="free",
                        default="free",
                        max_length=8,
                    ),
                ),
                ("claimed_at", models.DateTimeField(null=True)),
                (
                    "enterprise",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slot",
                        to="tenants.enterprise",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "free")),
                        fields=["template_digest", "schema_name"],
                        name="tenants_slot_free",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["free", "claimed"])),
                        name="tenants_slot_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("enterprise__isnull", True), ("state", "free")),
                            models.Q(
                                ("enterprise__isnull", False), ("state", "claimed")
                            ),
                            _connector="OR",
                        ),
                        name="tenants_slot_claimed_has_enterprise",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Template",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True,
                        db_default=django.db.models.functions.datetime.Now(),
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
                    ),
                ),
                (
                    "digest",
                    models.CharField(max_length=64, primary_key=True, serialize=False),
                ),
                ("statements", models.TextField()),
                ("migrations", models.JSONField(default=list)),
                ("is_current", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("is_current",),
                        name="tenants_template_one_current",
                    )
                ],
            },
        ),
    ]
