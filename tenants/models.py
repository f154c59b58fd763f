"""Who the enterprises are, their people, and the work done in their name."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from apps.kernel.models import SharedModel, TimeStampedModel
from tenants.types import JobState, Role, SlotState, Tier, Verification


class UserManager(BaseUserManager["User"]):
    """Makes people."""

    def create_user(
        self, email: str, password: str | None = None, **facts: Any
    ) -> "User":
        """Write a person with a hashed password."""
        person = self.model(email=self.normalize_email(email).lower(), **facts)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(
        self, email: str, password: str | None = None, **facts: Any
    ) -> "User":
        """Write a platform operator."""
        return self.create_user(
            email, password, is_operator=True, is_superuser=True, **facts
        )


class User(SharedModel, TimeStampedModel, AbstractBaseUser, PermissionsMixin):
    """A person, who may be a member of many enterprises.

    An e-mail address names one person, whatever its case.
    """

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=8, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    is_active = models.BooleanField(_("active"), default=True)
    is_operator = models.BooleanField(
        _("platform operator"), default=False, help_text=_("May open the console.")
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="tenants_user_email_unique")
        ]

    def __str__(self) -> str:
        """Identify the person."""
        return f"{self.name} <{self.email}>"

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin lets the person in."""
        return self.is_operator

    def get_full_name(self) -> str:
        """Give the name as allauth and the admin ask for it."""
        return self.name

    def get_short_name(self) -> str:
        """Give the name as allauth and the admin ask for it."""
        return self.name


class Enterprise(SharedModel, TimeStampedModel, TenantMixin):
    """A legal entity that uses Spindle: one tenant.

    A registered one is this row only; from activation on it has a schema of its
    own, and a database role of the same name. Both stay its own for life.
    """

    auto_create_schema = False
    auto_drop_schema = False

    slug = models.SlugField(_("address"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=160)
    name_local = models.CharField(
        _("name in its own script"), max_length=160, blank=True
    )
    schema_name = models.CharField(  # noqa: DJ001  (unique, absent before activation)
        max_length=63, unique=True, null=True, editable=False
    )
    country = models.CharField(_("country"), max_length=2, help_text="ISO 3166-1")
    region = models.CharField(_("region"), max_length=80, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    currency = models.CharField(_("currency"), max_length=3, help_text="ISO 4217")
    time_zone = models.CharField(_("time zone"), max_length=64)
    tier = models.CharField(
        _("tier"), max_length=12, choices=Tier, default=Tier.REGISTERED
    )
    verification = models.CharField(
        _("verification"),
        max_length=12,
        choices=Verification,
        default=Verification.UNVERIFIED,
    )
    about = models.TextField(_("about"), blank=True)
    activated_at = models.DateTimeField(null=True, editable=False)
    suspended_at = models.DateTimeField(null=True, blank=True, editable=False)
    suspended_by = models.ForeignKey(
        "tenants.User", models.PROTECT, null=True, editable=False, related_name="+"
    )
    suspension_reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("enterprise")
        verbose_name_plural = _("enterprises")
        constraints = [
            models.CheckConstraint(
                name="tenants_enterprise_tier_known", condition=Q(tier__in=Tier.values)
            ),
            models.CheckConstraint(
                name="tenants_enterprise_verification_known",
                condition=Q(verification__in=Verification.values),
            ),
            models.CheckConstraint(
                name="tenants_enterprise_schema_from_activation",
                condition=Q(tier=Tier.REGISTERED, schema_name__isnull=True)
                | ~Q(tier=Tier.REGISTERED),
            ),
            models.CheckConstraint(
                name="tenants_enterprise_country_is_code",
                condition=Q(country__regex=r"^[A-Z]{2}$"),
            ),
            models.CheckConstraint(
                name="tenants_enterprise_currency_is_code",
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
            ),
            models.CheckConstraint(
                name="tenants_enterprise_suspended_at_by",
                condition=Q(suspended_at__isnull=True, suspended_by__isnull=True)
                | Q(suspended_at__isnull=False, suspended_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """Identify the enterprise."""
        return f"{self.name} ({self.slug})"


class Domain(SharedModel, DomainMixin):
    """A host name that leads to an enterprise's portal."""

    tenant = models.ForeignKey(
        "tenants.Enterprise", models.CASCADE, related_name="domains"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"],
                condition=Q(is_primary=True),
                name="tenants_domain_one_primary",
            )
        ]


class Membership(SharedModel, TimeStampedModel):
    """A person's place in an enterprise; one place per person."""

    enterprise = models.ForeignKey(
        Enterprise, models.CASCADE, related_name="memberships"
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "user"], name="tenants_membership_once"
            ),
            models.CheckConstraint(
                name="tenants_membership_role_known", condition=Q(role__in=Role.values)
            ),
        ]

    def __str__(self) -> str:
        """Identify the membership."""
        return f"{self.user_id} in {self.enterprise_id} as {self.role}"


class Slot(TimeStampedModel):
    """A schema made ahead with its role, for the next sign-up to claim."""

    schema_name = models.CharField(primary_key=True, max_length=63)
    template_digest = models.CharField(max_length=64)
    state = models.CharField(
        max_length=8, choices=SlotState, default=SlotState.FREE, db_default="free"
    )
    enterprise = models.OneToOneField(
        Enterprise, models.CASCADE, null=True, related_name="slot"
    )
    claimed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="tenants_slot_state_known", condition=Q(state__in=SlotState.values)
            ),
            models.CheckConstraint(
                name="tenants_slot_claimed_has_enterprise",
                condition=Q(state=SlotState.FREE, enterprise__isnull=True)
                | Q(state=SlotState.CLAIMED, enterprise__isnull=False),
            ),
        ]
        indexes = [
            # For the claim alone: the next free slot of today's template.
            models.Index(
                fields=["template_digest", "schema_name"],
                condition=Q(state=SlotState.FREE),
                name="tenants_slot_free",
            )
        ]

    def __str__(self) -> str:
        """Identify the slot."""
        return f"{self.schema_name} ({self.state})"


class Template(TimeStampedModel):
    """The SQL that makes an enterprise's schema, rendered from the migrations."""

    digest = models.CharField(primary_key=True, max_length=64)
    statements = models.TextField()
    migrations = models.JSONField(default=list)
    is_current = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"],
                condition=Q(is_current=True),
                name="tenants_template_one_current",
            )
        ]

    def __str__(self) -> str:
        """Identify the template."""
        return self.digest[:12]


class Job(SharedModel, TimeStampedModel):
    """A durable unit of background work, written in the transaction of its cause.

    Celery carries only the id. A row that is `running` is locked by its runner's
    transaction for as long as the runner lives.
    """

    enterprise = models.ForeignKey(
        Enterprise, models.CASCADE, null=True, related_name="+"
    )
    kind = models.CharField(max_length=80)
    args = models.JSONField(default=dict)
    state = models.CharField(
        max_length=12, choices=JobState, default=JobState.QUEUED, db_default="queued"
    )
    run_after = models.DateTimeField()
    poked_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    deaths = models.PositiveIntegerField(default=0, db_default=0)
    lease_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    dedup_key = models.CharField(max_length=160, null=True)  # noqa: DJ001  (unique)
    error_code = models.CharField(max_length=80, blank=True, db_default="")
    error = models.TextField(blank=True, db_default="")
    requested_by = models.CharField(max_length=160, blank=True, db_default="")

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.CheckConstraint(
                name="tenants_job_state_known", condition=Q(state__in=JobState.values)
            ),
            models.CheckConstraint(
                name="tenants_job_running_has_lease",
                condition=~Q(state=JobState.RUNNING) | Q(lease_until__isnull=False),
            ),
            # One waiting job per key and enterprise: a second cause joins the first.
            models.UniqueConstraint(
                fields=["enterprise", "kind", "dedup_key"],
                condition=Q(state=JobState.QUEUED, dedup_key__isnull=False),
                name="tenants_job_waiting_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            # For the sweeper: what is due, oldest first.
            models.Index(
                fields=["run_after"],
                condition=Q(state=JobState.QUEUED),
                name="tenants_job_due",
            ),
            # For the sweeper: whose runner may have died.
            models.Index(
                fields=["lease_until"],
                condition=Q(state=JobState.RUNNING),
                name="tenants_job_leased",
            ),
            models.Index(
                fields=["enterprise", "-id"], name="tenants_job_of_enterprise"
            ),
        ]

    def __str__(self) -> str:
        """Identify the job."""
        return f"{self.kind} {self.id} ({self.state})"


class JobProgress(models.Model):
    """How far a running job has come, visible before its transaction ends."""

    # Without a foreign key: its check would wait for the runner's lock on the job.
    job_id = models.UUIDField(primary_key=True)
    enterprise = models.ForeignKey(
        Enterprise, models.CASCADE, null=True, related_name="+"
    )
    percent = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="tenants_jobprogress_percent_to_100", condition=Q(percent__lte=100)
            )
        ]

    def __str__(self) -> str:
        """Identify the progress."""
        return f"{self.job_id}: {self.percent} %"


class ApiClient(SharedModel, TimeStampedModel):
    """A partner system's OAuth 2 client; its tokens speak for one enterprise."""

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="+")
    client = models.OneToOneField(
        "allauth_idp_oidc.Client", models.CASCADE, related_name="api_client"
    )
    name = models.CharField(_("name"), max_length=100)
    scopes = models.JSONField(_("scopes"), default=list)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")
        constraints = [
            models.CheckConstraint(
                name="tenants_apiclient_revoked_at_by",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        """Identify the client."""
        return f"{self.name} ({self.client_id})"


class IdempotencyRecord(SharedModel):
    """The first answer to a POST, kept in the transaction of its effect."""

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="+")
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "route", "key"],
                name="tenants_idempotencyrecord_once",
            )
        ]
        indexes = [models.Index(fields=["created_at"], name="tenants_idempotency_age")]

    def __str__(self) -> str:
        """Identify the record."""
        return f"{self.route} {self.key}"


class HandoverToken(models.Model):
    """A signed sign-in from one host to another that has been used up."""

    digest = models.CharField(primary_key=True, max_length=64)
    used_at = models.DateTimeField()

    def __str__(self) -> str:
        """Identify the token."""
        return self.digest[:12]
