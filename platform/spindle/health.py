"""Whether this process lives, and whether it can serve."""

import logging
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.signals import got_request_exception
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import get_template

from tenants.provisioning import selectors as provisioning

log = logging.getLogger(__name__)

RETRY_SECONDS = "5"
# A connection that broke, could not be made, or had to wait too long.
AWAY = (OperationalError, InterfaceError)


class Health:
    """Answers `/healthz` and `/readyz` on every host, and 503 when PostgreSQL is away.

    Strangers learn "ready" or "not ready" and no more.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # Django answers an exception where it is raised; only this signal tells why.
        got_request_exception.connect(_remember, dispatch_uid="spindle.health")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a probe, or pass the request on."""
        if request.path == "/healthz":
            return JsonResponse({"status": "alive"})
        if request.path == "/readyz":
            return self.ready()
        response = self.get_response(request)
        fault = getattr(request, "fault", None)
        if response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR and isinstance(
            fault, AWAY
        ):
            log.warning("PostgreSQL is away: %s", fault)
            return self.away(request, response)
        return response

    def ready(self) -> HttpResponse:
        """Ask the database for what every request needs."""
        try:
            is_ready = provisioning.is_prepared()
        except DatabaseError:
            is_ready = False
        if is_ready:
            return JsonResponse({"status": "ready"})
        return JsonResponse(
            {"status": "not ready"}, status=503, headers={"Retry-After": RETRY_SECONDS}
        )

    def away(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Turn the answer of a fault into a request to come back, its headers kept."""
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        response["Retry-After"] = RETRY_SECONDS
        response["Cache-Control"] = "no-store"
        if getattr(request, "face", "") == "api":
            from apps.api import errors

            detail = "The database is being restarted. Send the request again."
            body = errors.problem(request, 503, "database_away", detail)
            response.content = JsonResponse(body).content
            response["Content-Type"] = errors.CONTENT_TYPE
        else:
            response.content = get_template("503.html").render().encode()
            response["Content-Type"] = "text/html; charset=utf-8"
        response["Content-Length"] = str(len(response.content))
        return response


def _remember(*, request: HttpRequest | None = None, **_: Any) -> None:
    if request is not None:
        request.fault = sys.exc_info()[1]  # type: ignore[attr-defined]
