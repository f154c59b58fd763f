"""Machines from tables: uploaded, previewed, imported by a job, taken back."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint
from apps.api.oauth import principal_of
from apps.api.pagination import paginated
from apps.api.reading import MultiPartParser, NoInput, StrictSerializer, body_of
from apps.api.v1.shapes import page_of
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.types import TableLength, TableState
from tenants.types import Disclosure

SHOWN = 1000


class MachineTableInput(StrictSerializer):
    """A table or document of machines, as multipart/form-data.

    XLSX or CSV; Asset Administration Shells as JSON, XML or AASX; a Catena-X
    ManufacturingCapability as JSON; or an MTConnect probe document.
    """

    document = serializers.FileField()
    site_id = serializers.UUIDField(required=False)
    length_unit = serializers.ChoiceField(TableLength.values, required=False)


class MachineTableRefusalShape(serializers.Serializer[Any]):
    """A cell that keeps its machine from being imported."""

    disclosure = Disclosure.PRIVATE

    cell = serializers.CharField()
    machine_code = serializers.CharField(allow_blank=True)
    field = serializers.CharField(allow_blank=True)
    value = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    problem = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)


class MachineTableLeftShape(serializers.Serializer[Any]):
    """What a document says and the register has no place for, and why."""

    disclosure = Disclosure.PRIVATE

    path = serializers.CharField()
    value = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()


class MachineTableKeptShape(serializers.Serializer[Any]):
    """A machine that was not taken back with its import, and why."""

    disclosure = Disclosure.PRIVATE

    machine_id = serializers.UUIDField()
    machine_code = serializers.CharField()
    kept_because = serializers.CharField()


class MachineTableShape(serializers.Serializer[Any]):
    """A table of machines, and what it would do or has done; counts are of machines."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    file_name = serializers.CharField()
    file_kind = serializers.CharField()
    state = serializers.ChoiceField(TableState.values)
    length_unit = serializers.ChoiceField(TableLength.values)
    row_count = serializers.IntegerField()
    created_count = serializers.IntegerField()
    changed_count = serializers.IntegerField()
    unchanged_count = serializers.IntegerField()
    refused_count = serializers.IntegerField()
    job_id = serializers.UUIDField(allow_null=True)
    uploaded_at = serializers.DateTimeField()
    applied_at = serializers.DateTimeField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)


class MachineTableDetailShape(MachineTableShape):
    """A table of machines with the first thousand cells that it was refused for.

    Of a document, it names the first thousand elements that are not carried too.
    """

    disclosure = Disclosure.PRIVATE

    refusals = serializers.SerializerMethodField()
    kept = serializers.SerializerMethodField()
    not_carried = serializers.SerializerMethodField()

    @extend_schema_field(MachineTableRefusalShape(many=True))
    def get_refusals(self, found: Any) -> Any:
        """Return why cells were refused."""
        rows = found.refusals.order_by("position")[:SHOWN]
        return MachineTableRefusalShape(rows, many=True).data

    @extend_schema_field(MachineTableKeptShape(many=True))
    def get_kept(self, found: Any) -> Any:
        """Return what was not taken back."""
        rows = found.entries.filter(is_undone=False).exclude(kept_because="")
        return MachineTableKeptShape(
            rows.order_by("machine_code")[:SHOWN], many=True
        ).data

    @extend_schema_field(MachineTableLeftShape(many=True))
    def get_not_carried(self, found: Any) -> Any:
        """Return what the register has no place for."""
        return found.not_carried[:SHOWN]


class MachineTables(Endpoint):
    """Tables of machines."""

    scopes = {"GET": "machines:read", "POST": "machines:write"}
    parser_classes = [MultiPartParser]
    is_page = True

    @extend_schema(
        operation_id="list_machine_tables",
        responses=page_of(MachineTableShape),
        summary="List tables of machines",
    )
    def get(self, request: Request) -> Response:
        """Return the tables that were uploaded, newest first."""
        return paginated(request, machines.table_imports(), MachineTableShape)

    @extend_schema(
        operation_id="upload_machine_table",
        request={"multipart/form-data": MachineTableInput},
        responses={201: MachineTableDetailShape},
        summary="Upload a table or document of machines and preview it",
    )
    def post(self, request: Request) -> Response:
        """Read a table and say what it would do; nothing is imported yet."""
        facts = body_of(request, MachineTableInput)
        document = facts.pop("document")
        made = services.upload_table(
            raw=document.read(),
            file_name=document.name,
            by=principal_of(request).actor,
            at=timezone.now(),
            **facts,
        )
        return Response(
            MachineTableDetailShape(made).data, status=status.HTTP_201_CREATED
        )


class MachineTable(Endpoint):
    """One table of machines."""

    scopes = {"GET": "machines:read"}

    @extend_schema(
        operation_id="get_machine_table",
        responses=MachineTableDetailShape,
        summary="Read a table of machines",
    )
    def get(self, request: Request, table_import_id: UUID) -> Response:
        """Return a table with what it was refused for."""
        found = machines.table_import(table_import_id)
        return Response(MachineTableDetailShape(found).data)


class MachineTableStart(Endpoint):
    """The import of a table."""

    scopes = {"POST": "machines:write"}

    @extend_schema(
        operation_id="start_machine_table",
        request=NoInput,
        responses={202: MachineTableShape},
        summary="Import a table of machines",
    )
    def post(self, request: Request, table_import_id: UUID) -> Response:
        """Have a job write what the table says."""
        body_of(request, NoInput)
        found = services.start_table(
            table_import_id=table_import_id,
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return _accepted(request, found)


class MachineTableUndo(Endpoint):
    """The taking back of an import."""

    scopes = {"POST": "machines:write"}

    @extend_schema(
        operation_id="undo_machine_table",
        request=NoInput,
        responses={202: MachineTableShape},
        summary="Take the import of a table back",
    )
    def post(self, request: Request, table_import_id: UUID) -> Response:
        """Have a job take back what the import did."""
        body_of(request, NoInput)
        found = services.start_undo(
            table_import_id=table_import_id,
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return _accepted(request, found)


def _accepted(request: Request, found: Any) -> Response:
    return Response(
        MachineTableShape(found).data,
        status=status.HTTP_202_ACCEPTED,
        headers={"Location": request.build_absolute_uri(f"/v1/jobs/{found.job_id}")},
    )
