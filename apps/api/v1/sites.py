"""Where an enterprise works, and which certificates it holds."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint
from apps.api.oauth import principal_of
from apps.api.pagination import paginated
from apps.api.reading import Day, Measure, StrictSerializer, body_of
from apps.api.v1.shapes import page_of
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.types import (
    CertificateDraft,
    CertificateState,
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
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    time_zone = serializers.CharField()
    location_disclosure = serializers.ChoiceField(LocationDisclosure.values)


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


class CertificateShape(serializers.Serializer[Any]):
    """A certificate that the enterprise claims."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    kind_code = serializers.CharField()
    number = serializers.CharField()
    issuer = serializers.CharField()
    valid_from_on = serializers.DateField(allow_null=True)
    valid_until_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(CertificateState.values)


class CertificateInput(StrictSerializer):
    """A certificate to claim for the whole enterprise."""

    kind_code = serializers.CharField(max_length=60)
    number = serializers.CharField(max_length=80)
    issuer = serializers.CharField(max_length=160)
    valid_from_on = Day(required=False, allow_null=True, default=None)
    valid_until_on = Day(required=False, allow_null=True, default=None)


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


class Certificates(Endpoint):
    """Certificates of the enterprise."""

    scopes = {"GET": "machines:read", "POST": "machines:write"}
    is_page = True

    @extend_schema(
        operation_id="list_certificates",
        responses=page_of(CertificateShape),
        summary="List certificates",
    )
    def get(self, request: Request) -> Response:
        """Return certificates, newest first."""
        return paginated(request, machines.certificates(), CertificateShape)

    @extend_schema(
        operation_id="add_certificate",
        request=CertificateInput,
        responses={201: CertificateShape},
        summary="Claim a certificate",
    )
    def post(self, request: Request) -> Response:
        """Claim a certificate for the whole enterprise."""
        made = services.add_certificate(
            draft=CertificateDraft(**body_of(request, CertificateInput)),
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return Response(CertificateShape(made).data, status=status.HTTP_201_CREATED)
