"""Whether this process lives, and whether it can serve."""

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse

from tenants.provisioning import selectors as provisioning

RETRY_SECONDS = "5"


class Health:
    """Answers `/healthz` and `/readyz` on every host, and 503 when PostgreSQL is away.

    Strangers learn "ready" or "not ready" and no more.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a probe, or pass the request on."""
        if request.path == "/healthz":
            return JsonResponse({"status": "alive"})
        if request.path == "/readyz":
            return self.ready()
        return self.get_response(request)

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
