"""Every refusal as RFC 9457 `application/problem+json`, from one place."""

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions, status
from rest_framework.response import Response

from apps.kernel.errors import DomainError

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"

TITLES = {
    400: "The request cannot be read",
    401: "Sign in first",
    403: "That is not allowed",
    404: "There is no such thing",
    405: "That method is not offered here",
    406: "That representation is not offered",
    409: "The state does not allow it",
    412: "The representation has changed",
    413: "The body is too large",
    415: "That media type is not understood",
    422: "The request cannot be meant",
    428: "Say which version you saw",
    429: "Too many requests",
    500: "Something broke on our side",
    503: "Try again shortly",
}


class Problem(exceptions.APIException):
    """A refusal by the API itself, such as a missing header."""

    def __init__(
        self,
        http_status: int,
        code: str,
        detail: str,
        *,
        pointer: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail=detail, code=code)
        self.status_code = http_status
        self.problem_code = code
        self.text = detail
        self.pointer = pointer
        self.headers = headers or {}


def problem(
    request: Any,
    http_status: int,
    code: str,
    detail: str,
    errors: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the body of a problem."""
    body: dict[str, Any] = {
        "type": f"https://{settings.DOMAIN}/problems/{code.replace('_', '-')}",
        "title": TITLES.get(http_status, "The request was refused"),
        "status": http_status,
        "detail": detail,
        "instance": getattr(request, "path", ""),
        "code": code,
        "trace_id": getattr(getattr(request, "_request", request), "id", ""),
    }
    if errors:
        body["errors"] = errors
    return body


def as_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception of a view; None lets it become a 500."""
    request = context["request"]
    headers: dict[str, str] = {}
    if isinstance(error, DomainError):
        http_status, code, detail = error.status, error.code, str(error)
        errors = _domain_errors(error)
    elif isinstance(error, Problem):
        http_status, code, detail = error.status_code, error.problem_code, error.text
        errors = [{"pointer": error.pointer, "detail": detail}] if error.pointer else []
        headers = error.headers
    elif isinstance(error, exceptions.ValidationError):
        http_status, code = 422, "invalid_input"
        errors = list(_flatten(error.detail))
        if any(item["code"] == "unknown_field" for item in errors):
            http_status, code = 400, "unknown_field"
        detail = (
            f"{len(errors)} fields need attention."
            if len(errors) > 1
            else (f"{errors[0]['pointer'] or 'body'}: {errors[0]['detail']}")
        )
    elif isinstance(error, Http404):
        http_status, code, errors = 404, "not_found", []
        detail = "There is no such resource, or it is not yours."
    elif isinstance(error, PermissionDenied):
        http_status, code, detail, errors = 403, "forbidden", "Not allowed.", []
    elif isinstance(error, exceptions.APIException):
        http_status = error.status_code
        code, detail, errors = str(error.default_code), str(error.detail), []
        if isinstance(error, exceptions.NotFound):
            detail = "There is no such resource, or it is not yours."
        headers = _headers_of(error)
    elif isinstance(error, OperationalError):
        log.warning("PostgreSQL is away: %s", error)
        http_status, code, errors = 503, "database_away", []
        detail = "The database is being restarted. Send the request again."
        headers = {"Retry-After": "5"}
    else:
        return None
    response = Response(
        problem(request, http_status, code, detail, errors),
        status=http_status,
        headers=headers,
        content_type=CONTENT_TYPE,
    )
    response.exception = True
    return response


def _domain_errors(error: DomainError) -> list[dict[str, Any]]:
    listed = error.facts.get("errors")
    if isinstance(listed, list):
        return [
            {
                "pointer": "/" + str(item.get("field", "")).replace(".", "/"),
                "code": item.get("code", error.code),
                "detail": str(item.get("detail", "")),
            }
            for item in listed
        ]
    if error.field is None:
        return []
    return [
        {
            "pointer": "/" + error.field.replace(".", "/"),
            "code": error.code,
            "detail": str(error.detail),
            "value": None if error.value is None else str(error.value)[:200],
            "remedy": str(error.remedy),
        }
    ]


def _headers_of(error: exceptions.APIException) -> dict[str, str]:
    headers: dict[str, str] = {}
    auth = getattr(error, "auth_header", None)
    if auth:
        headers["WWW-Authenticate"] = auth
    wait = getattr(error, "wait", None)
    if wait:
        headers["Retry-After"] = str(int(wait) + 1)
    return headers


def _flatten(detail: Any, pointer: str = "") -> Any:
    if isinstance(detail, dict):
        for field, inner in detail.items():
            step = "" if field == "non_field_errors" else f"/{field}"
            yield from _flatten(inner, pointer + step)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            if isinstance(inner, dict | list):
                if inner:
                    yield from _flatten(inner, f"{pointer}/{index}")
            else:
                yield from _flatten(inner, pointer)
    else:
        yield {
            "pointer": pointer,
            "code": getattr(detail, "code", "invalid"),
            "detail": str(detail),
        }


def _plain(
    request: HttpRequest, http_status: int, code: str, detail: str
) -> JsonResponse:
    return JsonResponse(
        problem(request, http_status, code, detail),
        status=http_status,
        content_type=CONTENT_TYPE,
    )


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Answer what could not be parsed."""
    detail = "The request could not be read."
    if isinstance(exception, SuspiciousOperation):
        detail = "The request was refused as malformed."
    return _plain(request, status.HTTP_400_BAD_REQUEST, "bad_request", detail)


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Answer a path that leads nowhere."""
    return _plain(
        request,
        status.HTTP_404_NOT_FOUND,
        "not_found",
        "There is no such resource, or it is not yours.",
    )


def server_error(request: HttpRequest) -> JsonResponse:
    """Answer a fault of ours, without its inside."""
    return _plain(
        request,
        status.HTTP_500_INTERNAL_SERVER_ERROR,
        "server_error",
        "The fault is recorded under this trace id.",
    )
