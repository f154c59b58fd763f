"""Certificates: claimed, revised, checked by the operator, dropped."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint, check_match, etag, represented
from apps.api.oauth import principal_of
from apps.api.pagination import paginated
from apps.api.reading import Day, NoInput, StrictSerializer, body_of
from apps.api.v1.shapes import IF_MATCH, page_of
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.types import CertificateDraft, CertificateState
from apps.verification import services as checks
from tenants.types import Disclosure


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
    verified_at = serializers.DateTimeField(allow_null=True)
    rejection = serializers.CharField(
        allow_blank=True, help_text="Why the operator rejected it."
    )


class CertificateInput(StrictSerializer):
    """A certificate to claim for the whole enterprise."""

    kind_code = serializers.CharField(max_length=60)
    number = serializers.CharField(max_length=80)
    issuer = serializers.CharField(max_length=160)
    valid_from_on = Day(required=False, allow_null=True, default=None)
    valid_until_on = Day(required=False, allow_null=True, default=None)


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
        return Response(
            CertificateShape(made).data,
            status=status.HTTP_201_CREATED,
            headers={
                "Location": request.build_absolute_uri(f"/v1/certificates/{made.pk}"),
                "ETag": etag(made.version),
            },
        )


class Certificate(Endpoint):
    """One certificate."""

    scopes = {
        "GET": "machines:read",
        "PUT": "machines:write",
        "DELETE": "machines:write",
    }
    is_versioned = True

    @extend_schema(
        operation_id="get_certificate",
        responses=CertificateShape,
        summary="Read a certificate",
    )
    def get(self, request: Request, certificate_id: UUID) -> Response:
        """Return a certificate with how far it was checked."""
        found = machines.certificate(certificate_id)
        return represented(request, CertificateShape(found).data, found.version)

    @extend_schema(
        operation_id="revise_certificate",
        parameters=[IF_MATCH],
        request=CertificateInput,
        responses=CertificateShape,
        summary="Revise or renew a certificate",
    )
    def put(self, request: Request, certificate_id: UUID) -> Response:
        """Replace what a certificate says; it is then a claim again."""
        known = machines.certificate(certificate_id)
        check_match(request, known.version)
        found = services.revise_certificate(
            certificate_id=certificate_id,
            version=known.version,
            draft=CertificateDraft(**body_of(request, CertificateInput)),
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return represented(request, CertificateShape(found).data, found.version)

    @extend_schema(
        operation_id="drop_certificate",
        parameters=[IF_MATCH],
        responses={204: None},
        summary="Drop a certificate",
    )
    def delete(self, request: Request, certificate_id: UUID) -> Response:
        """Cease to claim a certificate; listings cease to show it."""
        check_match(request, machines.certificate(certificate_id).version)
        services.drop_certificate(
            certificate_id=certificate_id,
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class CertificateSubmission(Endpoint):
    """The check of a certificate by the platform operator."""

    scopes = {"POST": "machines:write"}

    @extend_schema(
        operation_id="submit_certificate",
        request=NoInput,
        responses=CertificateShape,
        summary="Have a certificate checked",
    )
    def post(self, request: Request, certificate_id: UUID) -> Response:
        """Submit a certificate with its newest evidence."""
        body_of(request, NoInput)
        checks.submit_certificate(
            certificate_id=certificate_id,
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return _now(request, certificate_id)


class CertificateSubmissionWithdrawal(Endpoint):
    """Taking a certificate out of the operator's queue."""

    scopes = {"POST": "machines:write"}

    @extend_schema(
        operation_id="withdraw_certificate_submission",
        request=NoInput,
        responses=CertificateShape,
        summary="Withdraw a certificate from the check",
    )
    def post(self, request: Request, certificate_id: UUID) -> Response:
        """Let a certificate that waits be a claim again."""
        body_of(request, NoInput)
        machines.certificate(certificate_id)
        checks.withdraw_submission(
            certificate_id=certificate_id,
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return _now(request, certificate_id)


def _now(request: Request, certificate_id: UUID) -> Response:
    found = machines.certificate(certificate_id)
    return represented(request, CertificateShape(found).data, found.version)
