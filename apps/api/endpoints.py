"""What every endpoint does the same way: context, strict input, keys, versions."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.api import idempotency, reading
from apps.api.errors import Problem
from apps.api.oauth import Principal, principal_of
from apps.api.pagination import Filter, check_parameters
from tenants import context

SAFE = frozenset({"GET", "HEAD"})


class Endpoint(APIView):
    """An operation in the name of the token's enterprise.

    `scopes` maps each method to the scope it needs: a method that is missing there
    is not offered. A POST needs an Idempotency-Key; every write is one transaction.
    """

    scopes: ClassVar[dict[str, str]] = {}
    filters: ClassVar[tuple[Filter, ...]] = ()
    is_page: ClassVar[bool] = False
    # Whether what a GET returns has an ETag.
    is_versioned: ClassVar[bool] = False
    parser_classes = [reading.JSONParser]
    content_negotiation_class = reading.Negotiation

    @property
    def allowed_methods(self) -> list[str]:
        """The methods that this resource offers."""
        offered = [*self.scopes, "OPTIONS"]
        return [*offered, "HEAD"] if "GET" in self.scopes else offered

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer in the enterprise's context."""
        self.args, self.kwargs = args, kwargs
        drf_request = self.initialize_request(request, *args, **kwargs)
        self.request, self.headers = drf_request, self.default_response_headers
        try:
            response = self._answer(drf_request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001  (DRF's own way: all become problems)
            response = self.handle_exception(error)
        self.response = self.finalize_response(drf_request, response, *args, **kwargs)
        self.response["Cache-Control"] = "private, no-store"
        patch_vary_headers(self.response, ["Authorization", "Accept"])
        return self.response

    def _answer(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        if request.method == "OPTIONS":
            return Response(status=204)
        if request.method not in self.allowed_methods:
            raise exceptions.MethodNotAllowed(str(request.method))
        reading.check_envelope(request._request)
        self.initial(request, *args, **kwargs)
        is_safe = request.method in SAFE
        check_parameters(
            request,
            self.filters if is_safe else (),
            is_page=self.is_page and is_safe,
        )
        handler = getattr(self, str(request.method).lower())
        principal = principal_of(request)
        with context.enterprise(principal.enterprise):
            if request.method == "POST":
                return self._once(request, principal, handler, *args, **kwargs)
            unit: AbstractContextManager[Any] = (
                nullcontext() if is_safe else transaction.atomic()
            )
            with unit:
                answer: Response = handler(request, *args, **kwargs)
                return answer

    def _once(
        self,
        request: Request,
        principal: Principal,
        handler: Any,
        *args: Any,
        **kwargs: Any,
    ) -> Response:
        key = idempotency.key_of(request)
        fingerprint = idempotency.fingerprint_of(request)
        route = f"POST {request.path}"
        with transaction.atomic():
            first = idempotency.replayed(principal.enterprise, route, key, fingerprint)
            if first is not None:
                return first
            response: Response = handler(request, *args, **kwargs)
            idempotency.keep(
                principal.enterprise,
                route,
                key,
                fingerprint,
                response,
                at=timezone.now(),
            )
            return response


def etag(*versions: object) -> str:
    """Return a strong entity tag from the versions of the rows shown."""
    return f'"{"-".join(map(str, versions))}"'


def check_match(request: Request, *versions: object) -> None:
    """Compare If-Match with what is stored.

    :raises Problem: 428 without If-Match, 412 with another version.
    """
    given = request.headers.get("If-Match")
    if given is None:
        raise Problem(
            428, "precondition_required", "Send If-Match with the ETag that you saw."
        )
    if not _names(given, etag(*versions)):
        raise moved()


def moved() -> Problem:
    """Return the refusal of a write to what others have changed since."""
    return Problem(
        412,
        "precondition_failed",
        "The resource has changed since you read it. Read it again.",
    )


def represented(
    request: Request, body: Any, *versions: object, status: int = 200
) -> Response:
    """Return a representation with its ETag, or 304 where the caller has it."""
    tag = etag(*versions)
    given = request.headers.get("If-None-Match", "")
    # Reading compares weakly (RFC 9110 13.1.2): a proxy may have weakened the tag.
    if request.method in SAFE and _names(given.replace("W/", ""), tag):
        return Response(status=304, headers={"ETag": tag})
    return Response(body, status=status, headers={"ETag": tag})


def _names(given: str, tag: str) -> bool:
    tags = {each.strip() for each in given.split(",")}
    return tag in tags or "*" in tags
