"""Who the enterprises are, and under which hosts they are found."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from apps.kernel.models import SharedModel, TimeStampedModel
from tenants.models.expressions import Skeleton
from tenants.types import Tier, Verification


class Enterprise(SharedModel, TimeStampedModel, TenantMixin):
    """A legal entity that uses Spindle: one tenant.

    A registered one is this row only. An activated or dormant one has a schema of
    its own in one database, and a database role of the same name; an archived one
    has given the schema up for an archive, from which it gets a new one.
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
    website = models.URLField(_("website"), max_length=200, blank=True)
    activities = models.JSONField(
        _("activities"),
        default=list,
        blank=True,
        help_text=_("Codes of what it says it does, as its register has them."),
    )
    # Where the row came from; one row per entry of a register, however often read.
    register_source = models.CharField(_("register"), max_length=60, blank=True)
    register_number = models.CharField(_("register number"), max_length=80, blank=True)
    database = models.ForeignKey(
        "tenants.Database",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="enterprises",
        help_text=_("Where its schema lives."),
    )
    tier_since = models.DateTimeField(null=True, editable=False)
    last_active_at = models.DateTimeField(null=True, editable=False)
    # Set while it is moved to another database: nothing of it may be written.
    write_stopped_at = models.DateTimeField(null=True, editable=False)
    # Whose copy it is, the first one first: the record of what was done up to the copy
    # bears their ids.
    origins = models.JSONField(null=True, editable=False)
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
        indexes = [
            # For the public directory: pages by name, of all and of one country.
            models.Index(fields=["name", "id"], name="tenants_enterprise_by_name"),
            models.Index(
                fields=["country", "name", "id"], name="tenants_enterprise_in_country"
            ),
            # For those who want an address that looks like one that is taken.
            models.Index(Skeleton("slug"), name="tenants_enterprise_looks"),
            # For the sweep that finds who has been away for long.
            models.Index(
                fields=["tier", "last_active_at"],
                condition=Q(schema_name__isnull=False),
                name="tenants_enterprise_idle",
            ),
        ]
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
                condition=Q(
                    tier__in=[Tier.ACTIVATED, Tier.DORMANT],
                    schema_name__isnull=False,
                    database__isnull=False,
                )
                | Q(
                    tier__in=[Tier.REGISTERED, Tier.ARCHIVED, Tier.CLOSED],
                    schema_name__isnull=True,
                ),
            ),
            models.UniqueConstraint(
                fields=["register_source", "register_number"],
                condition=~Q(register_source=""),
                name="tenants_enterprise_register_entry_once",
            ),
            models.CheckConstraint(
                name="tenants_enterprise_register_entry_whole",
                condition=Q(register_source="", register_number="")
                | ~Q(register_source="") & ~Q(register_number=""),
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

    def _check_schema_name_is_unique(self) -> None:
        # The library looks for names that differ in case only, through all rows and
        # without an index. Ours are all of small letters, and the database keeps
        # them unique.
        return


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
