"""Where an enterprise works."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import TimeStampedModel
from apps.machines.models.conditions import all_given, none_of
from apps.machines.types import HolidayPlace, LocationDisclosure
from tenants.isolation import TenantModel, TenantQuerySet

COUNTRY_PATTERN = r"^[A-Z]{2}$"
COUNTRY_OR_NONE_PATTERN = r"^([A-Z]{2})?$"


class SiteQuerySet(TenantQuerySet["Site"]):
    """Sites of one enterprise."""


class Site(TenantModel, TimeStampedModel):
    """A place where the enterprise works, and how exactly others learn of it.

    A name is used once. The database keeps coordinates in pairs and on the globe.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    country = models.CharField(_("country"), max_length=2, help_text="ISO 3166-1")
    region = models.CharField(_("region"), max_length=80, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, help_text=_("IANA name, such as Europe/Berlin.")
    )
    location_disclosure = models.CharField(
        _("what others see"),
        max_length=8,
        choices=LocationDisclosure,
        default=LocationDisclosure.GRID,
    )
    holiday_country = models.CharField(
        _("public holidays of"),
        max_length=2,
        blank=True,
        help_text=_("ISO 3166 code; empty for the site's own country."),
    )
    holiday_subdivision = models.CharField(
        _("and of the region"),
        # ISO 3166-2 has three; some cities have holidays of their own and no code.
        max_length=20,
        blank=True,
        help_text=_("Second part of an ISO 3166-2 code, such as BY for Bavaria."),
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = [
            models.CheckConstraint(
                name="machines_site_country_is_code",
                condition=Q(country__regex=COUNTRY_PATTERN),
            ),
            models.CheckConstraint(
                name="machines_site_holiday_country_is_code",
                condition=Q(holiday_country__regex=COUNTRY_OR_NONE_PATTERN),
            ),
            models.CheckConstraint(
                name="machines_site_time_zone_given", condition=~Q(time_zone="")
            ),
            models.CheckConstraint(
                name="machines_site_coordinates_on_globe",
                condition=none_of("latitude", "longitude")
                | (
                    all_given("latitude", "longitude")
                    & Q(
                        latitude__gte=-90,
                        latitude__lte=90,
                        longitude__gte=-180,
                        longitude__lte=180,
                    )
                ),
            ),
            models.CheckConstraint(
                name="machines_site_location_disclosure_known",
                condition=Q(location_disclosure__in=LocationDisclosure.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.country})"

    @property
    def holiday_place(self) -> HolidayPlace:
        """Whose public holidays are kept here."""
        return HolidayPlace(
            self.holiday_country or self.country, self.holiday_subdivision
        )
