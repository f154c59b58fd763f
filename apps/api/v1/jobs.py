"""Work in the background."""

from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint
from apps.api.v1.shapes import JobShape
from tenants.jobs.selectors import job_status


class Job(Endpoint):
    """One job."""

    scopes = {"GET": "catalog:read"}

    @extend_schema(operation_id="get_job", responses=JobShape, summary="Read a job")
    def get(self, request: Request, job_id: UUID) -> Response:
        """Return a job with its progress."""
        found = job_status(job_id)
        if found is None:
            raise Http404
        return Response(JobShape(found).data)
