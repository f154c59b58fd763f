"""What partner systems and signed-in people leave behind."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import SharedModel, TimeStampedModel
from tenants.models.enterprises import Enterprise
from tenants.models.people import User
from tenants.types import Tenancy


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

    tenancy = Tenancy.DIRECTORY

    digest = models.CharField(primary_key=True, max_length=64)
    used_at = models.DateTimeField()

    def __str__(self) -> str:
        """Identify the token."""
        return self.digest[:12]


class Throttle(models.Model):
    """How often something was tried of late, such as a sign-in with a wrong password.

    Django's cache keeps the rows; see `tenants.registry.throttles`.
    """

    tenancy = Tenancy.DIRECTORY

    cache_key = models.CharField(primary_key=True, max_length=255)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        """Identify the count."""
        return self.cache_key
