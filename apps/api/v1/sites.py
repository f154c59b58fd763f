"""Where an enterprise works, and which certificates it holds."""

from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint, check_match, represented
from apps.api.errors import Problem
from apps.api.oauth import principal_of
from apps.api.pagination import Filter, asked, paginated, whole
from apps.api.reading import (
    FARTHEST_YEARS,
    Measure,
    StrictSerializer,
    body_of,
)
from apps.api.v1.shapes import IF_MATCH, page_of
from apps.capacity.rules.public_holidays import named_days
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.types import (
    LocationDisclosure,
    SiteDraft,
)
from tenants.types import Disclosure


class SiteShape(serializers.Serializer[Any]):
    """A place with machines."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    name = serializers.CharField()
    country = serializers.CharField()
    region = serializers.CharField(allow_blank=True)
    city = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    time_zone = serializers.CharField()
    location_disclosure = serializers.ChoiceField(LocationDisclosure.values)
    holiday_country = serializers.CharField(
        allow_blank=True, help_text="Empty: the site's own country."
    )
    holiday_subdivision = serializers.CharField(
        allow_blank=True, help_text="Empty: what the whole country keeps."
    )


class SiteInput(StrictSerializer):
    """A place as its owner describes it."""

    name = serializers.CharField(max_length=120)
    country = serializers.RegexField(r"^[A-Z]{2}$", help_text="ISO 3166-1.")
    time_zone = serializers.CharField(
        max_length=64, help_text="IANA name, such as Europe/Berlin."
    )
    region = serializers.CharField(
        max_length=80, required=False, default="", allow_blank=True
    )
    city = serializers.CharField(
        max_length=80, required=False, default="", allow_blank=True
    )
    address = serializers.CharField(
        max_length=200,
        required=False,
        default="",
        allow_blank=True,
        help_text="Only your enterprise sees it.",
    )
    latitude = Measure(
        min_value=-90, max_value=90, required=False, allow_null=True, default=None
    )
    longitude = Measure(
        min_value=-180, max_value=180, required=False, allow_null=True, default=None
    )
    location_disclosure = serializers.ChoiceField(
        LocationDisclosure.values,
        required=False,
        default=LocationDisclosure.GRID.value,
        help_text="How exactly others learn where it is.",
    )
    holiday_country = serializers.RegexField(
        r"^([A-Z]{2})?$",
        required=False,
        default="",
        allow_blank=True,
        help_text="Whose public holidays are kept; empty for the site's own country.",
    )
    holiday_subdivision = serializers.CharField(
        max_length=20,
        required=False,
        default="",
        allow_blank=True,
        help_text="And of which region: second part of an ISO 3166-2 code, such as BY.",
    )


class HolidayShape(serializers.Serializer[Any]):
    """A day on which nobody works, or one that is worked in the place of another."""

    disclosure = Disclosure.PRIVATE

    day = serializers.DateField()
    name = serializers.CharField(
        allow_blank=True, help_text="Empty for a day that is worked instead."
    )
    is_off = serializers.BooleanField()
    worked_like = serializers.IntegerField(
        allow_null=True, help_text="The weekday whose shifts are worked: 0 is Monday."
    )


class Sites(Endpoint):
    """Sites of the enterprise."""

    scopes = {"GET": "machines:read", "POST": "machines:write"}
    is_page = True

    @extend_schema(
        operation_id="list_sites", responses=page_of(SiteShape), summary="List sites"
    )
    def get(self, request: Request) -> Response:
        """Return sites, newest first."""
        return paginated(request, machines.sites(), SiteShape)

    @extend_schema(
        operation_id="add_site",
        request=SiteInput,
        responses={201: SiteShape},
        summary="Open a site",
    )
    def post(self, request: Request) -> Response:
        """Write down a place where the enterprise works."""
        site = services.add_site(
            draft=SiteDraft(**body_of(request, SiteInput)),
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return Response(SiteShape(site).data, status=status.HTTP_201_CREATED)


class Site(Endpoint):
    """One site."""

    scopes = {
        "GET": "machines:read",
        "PUT": "machines:write",
        "DELETE": "machines:write",
    }
    is_versioned = True

    @extend_schema(operation_id="get_site", responses=SiteShape, summary="Read a site")
    def get(self, request: Request, site_id: UUID) -> Response:
        """Return a site."""
        found = machines.site(site_id)
        return represented(request, SiteShape(found).data, found.version)

    @extend_schema(
        operation_id="revise_site",
        parameters=[IF_MATCH],
        request=SiteInput,
        responses=SiteShape,
        summary="Revise a site",
    )
    def put(self, request: Request, site_id: UUID) -> Response:
        """Replace what a site says of itself; listings of its machines follow."""
        known = machines.site(site_id)
        check_match(request, known.version)
        found = services.revise_site(
            site_id=site_id,
            version=known.version,
            draft=SiteDraft(**body_of(request, SiteInput)),
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return represented(request, SiteShape(found).data, found.version)

    @extend_schema(
        operation_id="drop_site",
        parameters=[IF_MATCH],
        responses={204: None},
        summary="Drop a site",
    )
    def delete(self, request: Request, site_id: UUID) -> Response:
        """Take a site out of the register at which nothing stands any more."""
        known = machines.site(site_id)
        check_match(request, known.version)
        services.drop_site(
            site_id=site_id,
            version=known.version,
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class SiteHolidays(Endpoint):
    """The public holidays that a site keeps."""

    scopes = {"GET": "machines:read"}
    filters = (
        Filter("year", "From 2000 to 2199; the current year by default.", schema=int),
    )

    @extend_schema(
        operation_id="list_holidays_of_site",
        responses=page_of(HolidayShape),
        summary="List a site's public holidays",
    )
    def get(self, request: Request, site_id: UUID) -> Response:
        """Return days off and make-up days of a year, in order."""
        kept = machines.site(site_id).holiday_place
        year = _year_asked(request, self.filters)
        found = named_days(
            kept.country,
            kept.region,
            start=date(year, 1, 1),
            end=date(year + 1, 1, 1),
            language=get_language() or "en",
        )
        return whole(found, HolidayShape)


def _year_asked(request: Request, filters: tuple[Filter, ...]) -> int:
    text = asked(request, filters)["year"]
    if not text:
        return timezone.now().year
    first, end = FARTHEST_YEARS
    if not (text.isascii() and text.isdecimal() and first <= int(text[:9]) < end):
        raise Problem(
            400,
            "invalid_parameter",
            f"year cannot be {text[:40]}. Give a year from {first} to {end - 1}.",
        )
    return int(text)
