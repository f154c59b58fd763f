"""Documents and photos, and what they are evidence of."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint, check_match, represented
from apps.api.oauth import principal_of
from apps.api.pagination import Filter, asked, paginated
from apps.api.reading import (
    AnyRepresentation,
    Day,
    Measure,
    MultiPartParser,
    StrictSerializer,
    body_of,
)
from apps.api.v1.shapes import IF_MATCH, page_of
from apps.documents import selectors as documents
from apps.documents import services as keeping
from apps.documents.types import DocumentKind, MediaType
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.rules.origins import PROVABLE
from apps.machines.rules.proof import EvidenceDraft
from apps.machines.types import EvidenceKind
from tenants.types import Circle, Disclosure


class DocumentShape(serializers.Serializer[Any]):
    """A file that was looked into before it was kept."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(DocumentKind.values)
    circle = serializers.ChoiceField(Circle.values)
    file_name = serializers.CharField()
    media_type = serializers.ChoiceField(MediaType.values)
    file_bytes = serializers.IntegerField()
    file_sha256 = serializers.CharField()
    width_px = serializers.IntegerField(allow_null=True)
    height_px = serializers.IntegerField(allow_null=True)
    page_count = serializers.IntegerField(allow_null=True)
    uploaded_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class DocumentInput(StrictSerializer):
    """A file with what it is, as multipart/form-data."""

    file = serializers.FileField(
        help_text=(
            "JPEG, PNG or WebP up to 15 MB and 40 megapixels; PDF, QIF or CSV up to"
            " 25 MB."
        )
    )
    kind = serializers.ChoiceField(DocumentKind.values)
    title = serializers.CharField(
        max_length=160,
        required=False,
        default="",
        allow_blank=True,
        help_text="The file's name without its ending, if empty.",
    )
    circle = serializers.ChoiceField(
        Circle.values, required=False, default=Circle.PRIVATE.value
    )


class DocumentChange(StrictSerializer):
    """What of a document can change."""

    title = serializers.CharField(max_length=160)
    circle = serializers.ChoiceField(Circle.values, help_text="Who may see it.")


class EvidenceShape(serializers.Serializer[Any]):
    """What a document shows of a machine, a capability or a certificate."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    document_id = serializers.UUIDField()
    document_title = serializers.CharField(source="document.title")
    kind = serializers.ChoiceField(EvidenceKind.values)
    process_code = serializers.CharField(
        source="capability.process_code", default="", allow_blank=True
    )
    figure = serializers.CharField(allow_blank=True)
    observed_value = serializers.FloatField(allow_null=True)
    sample_size = serializers.IntegerField(allow_null=True)
    measured_on = serializers.DateField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    added_at = serializers.DateTimeField()


class EvidenceInput(StrictSerializer):
    """What a document shows."""

    document_id = serializers.UUIDField()
    kind = serializers.ChoiceField(EvidenceKind.values)
    note = serializers.CharField(
        max_length=160, required=False, default="", allow_blank=True
    )
    measured_on = Day(required=False, allow_null=True, default=None)


class MachineEvidenceInput(EvidenceInput):
    """What a document shows of a machine, or of a figure of what it can do."""

    process_code = serializers.CharField(
        max_length=60,
        required=False,
        default="",
        allow_blank=True,
        help_text="Of which capability; without it, of the machine as a whole.",
    )
    figure = serializers.ChoiceField(
        PROVABLE, required=False, default="", allow_blank=True
    )
    observed_value = Measure(
        min_value=0,
        required=False,
        allow_null=True,
        default=None,
        help_text=(
            "In the unit of the figure. An inspection result that reaches the stated"
            " figure makes its origin `observed`."
        ),
    )
    sample_size = serializers.IntegerField(
        min_value=1,
        max_value=1_000_000,
        required=False,
        allow_null=True,
        default=None,
        help_text="How many pieces were measured.",
    )


class Documents(Endpoint):
    """Documents of the enterprise."""

    scopes = {"GET": "machines:read", "POST": "machines:write"}
    parser_classes = [MultiPartParser]
    is_page = True
    filters = (
        Filter("search", "Words of the title or of the file's name."),
        Filter("kind", "What it is of.", tuple(DocumentKind.values)),
        Filter("circle", "Who may see it.", tuple(Circle.values)),
        Filter("media_type", "Its format.", tuple(MediaType.values)),
    )

    @extend_schema(
        operation_id="list_documents",
        responses=page_of(DocumentShape),
        summary="List documents",
    )
    def get(self, request: Request) -> Response:
        """Return documents, newest first."""
        found = documents.documents(**asked(request, self.filters))
        return paginated(request, found, DocumentShape)

    @extend_schema(
        operation_id="upload_document",
        request={"multipart/form-data": DocumentInput},
        responses={201: DocumentShape},
        summary="Upload a document or photo",
        description=(
            "What it is goes by its bytes. Photos are drawn anew without place, person"
            " and camera; formulas in a CSV are disarmed; a PDF that acts is refused."
        ),
    )
    def post(self, request: Request) -> Response:
        """Look into a file and keep it."""
        made = keeping.upload_document(
            by=principal_of(request).actor,
            at=timezone.now(),
            **body_of(request, DocumentInput),
        )
        return Response(
            DocumentShape(made).data,
            status=status.HTTP_201_CREATED,
            headers={
                "Location": request.build_absolute_uri(f"/v1/documents/{made.pk}")
            },
        )


class Document(Endpoint):
    """One document."""

    scopes = {
        "GET": "machines:read",
        "PUT": "machines:write",
        "DELETE": "machines:write",
    }
    is_versioned = True

    @extend_schema(
        operation_id="get_document", responses=DocumentShape, summary="Read a document"
    )
    def get(self, request: Request, document_id: UUID) -> Response:
        """Return what is known of a document."""
        found = documents.document(document_id)
        return represented(request, DocumentShape(found).data, found.version)

    @extend_schema(
        operation_id="revise_document",
        parameters=[IF_MATCH],
        request=DocumentChange,
        responses=DocumentShape,
        summary="Retitle a document and say who may see it",
    )
    def put(self, request: Request, document_id: UUID) -> Response:
        """Change a document's title and circle."""
        known = documents.document(document_id)
        check_match(request, known.version)
        facts = body_of(request, DocumentChange)
        by, at = principal_of(request).actor, timezone.now()
        found = keeping.retitle_document(
            document_id=document_id,
            title=facts["title"],
            version=known.version,
            by=by,
            at=at,
        )
        found = keeping.change_circle(
            document_id=document_id,
            circle=facts["circle"],
            version=found.version,
            by=by,
            at=at,
        )
        return represented(request, DocumentShape(found).data, found.version)

    @extend_schema(
        operation_id="drop_document",
        parameters=[IF_MATCH],
        responses={204: None},
        summary="Drop a document",
    )
    def delete(self, request: Request, document_id: UUID) -> Response:
        """Throw a document away that is evidence of nothing."""
        known = documents.document(document_id)
        check_match(request, known.version)
        keeping.drop_document(
            document_id=document_id,
            version=known.version,
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class DocumentContent(Endpoint):
    """The file of a document."""

    scopes = {"GET": "machines:read"}
    content_negotiation_class = AnyRepresentation

    @extend_schema(
        operation_id="download_document",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        summary="Download a document's file",
    )
    def get(self, request: Request, document_id: UUID) -> Any:
        """Return the file as an attachment that no browser runs."""
        found = documents.document(document_id)
        return FileResponse(
            found.file.open("rb"),
            as_attachment=True,
            filename=found.file_name,
            headers={
                "Content-Security-Policy": "sandbox",
                "X-Content-Type-Options": "nosniff",
            },
            content_type="application/octet-stream",
        )


class _EvidenceList(Endpoint):
    scopes = {"GET": "machines:read", "POST": "machines:write"}
    is_page = True

    def added(self, made: Any) -> Response:
        """Answer with what was added."""
        return Response(EvidenceShape(made).data, status=status.HTTP_201_CREATED)

    def page(self, request: Request, found: "QuerySet[Any]") -> Response:
        """Answer with a page of evidence."""
        return paginated(request, found, EvidenceShape)


class MachineEvidence(_EvidenceList):
    """What speaks for a machine and what it can do."""

    @extend_schema(
        operation_id="list_evidence_of_machine",
        responses=page_of(EvidenceShape),
        summary="List a machine's evidence",
    )
    def get(self, request: Request, machine_id: UUID) -> Response:
        """Return evidence of a machine and its capabilities, newest first."""
        return self.page(request, machines.evidence_of_machine(machine_id))

    @extend_schema(
        operation_id="add_evidence_of_machine",
        request=MachineEvidenceInput,
        responses={201: EvidenceShape},
        summary="Let a document speak for a machine",
    )
    def post(self, request: Request, machine_id: UUID) -> Response:
        """Say that a document shows what a machine is or can do."""
        facts = body_of(request, MachineEvidenceInput)
        made = services.add_machine_evidence(
            machine_id=machine_id,
            process_code=facts.pop("process_code"),
            draft=EvidenceDraft(**facts),
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return self.added(made)


class CertificateEvidence(_EvidenceList):
    """What speaks for a certificate."""

    @extend_schema(
        operation_id="list_evidence_of_certificate",
        responses=page_of(EvidenceShape),
        summary="List a certificate's evidence",
    )
    def get(self, request: Request, certificate_id: UUID) -> Response:
        """Return evidence of a certificate, newest first."""
        return self.page(request, machines.evidence_of_certificate(certificate_id))

    @extend_schema(
        operation_id="add_evidence_of_certificate",
        request=EvidenceInput,
        responses={201: EvidenceShape},
        summary="Let a document speak for a certificate",
    )
    def post(self, request: Request, certificate_id: UUID) -> Response:
        """Say that a document shows a certificate."""
        made = services.add_certificate_evidence(
            certificate_id=certificate_id,
            draft=EvidenceDraft(**body_of(request, EvidenceInput)),
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return self.added(made)


class Evidence(Endpoint):
    """One piece of evidence."""

    scopes = {"GET": "machines:read", "DELETE": "machines:write"}

    @extend_schema(
        operation_id="get_evidence", responses=EvidenceShape, summary="Read evidence"
    )
    def get(self, request: Request, evidence_id: UUID) -> Response:
        """Return one piece of evidence."""
        return Response(EvidenceShape(machines.piece_of_evidence(evidence_id)).data)

    @extend_schema(
        operation_id="drop_evidence",
        responses={204: None},
        summary="Cease to rely on a document",
    )
    def delete(self, request: Request, evidence_id: UUID) -> Response:
        """Remove evidence; its document stays, and a figure is a claim again."""
        services.drop_evidence(
            evidence_id=evidence_id,
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)
