"""Reports: asked for, made in the background, downloaded."""

from typing import Any
from uuid import UUID

from django.http import FileResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint
from apps.api.oauth import principal_of
from apps.api.pagination import listed
from apps.api.reading import AnyRepresentation, StrictSerializer, body_of
from apps.api.v1.shapes import page_of
from apps.reports import selectors as reports
from apps.reports import services
from apps.reports.types import ReportKind
from tenants.types import Disclosure

MOST_REPORTS = 1000


class ReportFileShape(serializers.Serializer[Any]):
    """A finished file of a report."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    format = serializers.CharField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class ReportShape(serializers.Serializer[Any]):
    """A report with its files, and how far it has come."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    reference = serializers.CharField()
    kind = serializers.ChoiceField(ReportKind.values)
    title = serializers.CharField()
    language = serializers.CharField()
    parameters = serializers.DictField()
    state = serializers.CharField()
    percent = serializers.IntegerField()
    note = serializers.CharField(allow_blank=True)
    error = serializers.CharField(allow_blank=True)
    job_id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    files = ReportFileShape(many=True)


class ReportInput(StrictSerializer):
    """Which report, over what, in which language."""

    kind = serializers.ChoiceField(ReportKind.values)
    parameters = serializers.DictField(required=False, default=dict)
    language = serializers.ChoiceField(["", "en", "zh-hans", "ru"], required=False)


class Reports(Endpoint):
    """Reports of the enterprise."""

    scopes = {"GET": "reports:read", "POST": "reports:read"}
    is_page = True

    @extend_schema(
        operation_id="list_reports",
        responses=page_of(ReportShape),
        summary="List reports",
    )
    def get(self, request: Request) -> Response:
        """Return reports, newest first."""
        return listed(
            request,
            reports.reports(limit=MOST_REPORTS),
            ReportShape,
            key=lambda row: row.id,
        )

    @extend_schema(
        operation_id="request_report",
        request=ReportInput,
        responses={202: ReportShape},
        summary="Ask for a report",
    )
    def post(self, request: Request) -> Response:
        """Have a report made."""
        facts = body_of(request, ReportInput)
        report = services.request_report(
            by=principal_of(request).actor, at=timezone.now(), **facts
        )
        return Response(
            ReportShape(reports.report_view(report.pk)).data,
            status=status.HTTP_202_ACCEPTED,
            headers={
                "Location": request.build_absolute_uri(f"/v1/jobs/{report.job_id}")
            },
        )


class Report(Endpoint):
    """One report."""

    scopes = {"GET": "reports:read"}

    @extend_schema(
        operation_id="get_report", responses=ReportShape, summary="Read a report"
    )
    def get(self, request: Request, report_id: UUID) -> Response:
        """Return a report with its files."""
        return Response(ReportShape(reports.report_view(report_id)).data)


class ReportFile(Endpoint):
    """One file of a report."""

    scopes = {"GET": "reports:read"}
    content_negotiation_class = AnyRepresentation

    @extend_schema(
        operation_id="download_report_file",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        summary="Download a report's file",
    )
    def get(self, request: Request, file_id: UUID) -> Any:
        """Return the file's content as an attachment."""
        found = reports.file_to_download(file_id)
        return FileResponse(
            found.file.open("rb"), as_attachment=True, filename=found.name
        )
