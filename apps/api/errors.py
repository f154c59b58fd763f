"""Every refusal as RFC 9457 `application/problem+json`, from one place."""

import logging
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import DataError, InterfaceError, OperationalError
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
    421: "Another server answers for this enterprise",
    422: "The request cannot be meant",
    428: "Say which version you saw",
    429: "Too many requests",
    500: "Something broke on our side",
    503: "Try again shortly",
}
# One text for all: which ids exist elsewhere must not show.
NOTHING_HERE = "There is no such resource, or it is not yours."
LONGEST_ECHO = 200


# Status, code, detail, errors, headers.
_Answer = tuple[int, str, str, list[dict[str, Any]], dict[str, str]]


class Problem(exceptions.APIException):
    """A refusal by the API itself, such as a missing header."""

    def __init__(
        self,
        http_status: int,
        code: str,
        detail: str,
        *,
        pointer: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail=detail, code=code)
        self.status_code = http_status
        self.problem_code = code
        self.text = detail
        self.pointer = pointer
        self.headers = headers or {}


def type_of(code: str, *, scheme: str = "https") -> str:
    """Return the address of the page that explains a code."""
    return f"{scheme}://api.{settings.DOMAIN}/problems/{code.replace('_', '-')}"


def problem(
    request: Any,
    http_status: int,
    code: str,
    detail: str,
    errors: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the body of a problem."""
    body: dict[str, Any] = {
        "type": type_of(code, scheme=request.scheme),
        "title": TITLES.get(http_status, "The request was refused"),
        "status": http_status,
        "detail": detail,
        "instance": request.path,
        "code": code,
        "trace_id": getattr(getattr(request, "_request", request), "id", ""),
    }
    if errors:
        body["errors"] = errors
    return body


def as_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception of a view; None lets it become a 500."""
    request = context["request"]
    answer: _Answer | None
    if isinstance(error, DomainError):
        answer = _of_domain(error, request)
    elif isinstance(error, exceptions.APIException):
        answer = _of_framework(error)
    else:
        answer = _of_django(error)
    if answer is None:
        return None
    http_status, code, detail, errors, headers = answer
    response = Response(
        problem(request, http_status, code, detail, errors),
        status=http_status,
        headers=headers,
        content_type=CONTENT_TYPE,
    )
    response.exception = True
    return response


def problem_of(error: DomainError, request: Any) -> dict[str, Any]:
    """Return the problem of one of many things that a request asked for."""
    if error.status == status.HTTP_404_NOT_FOUND and error.field == "machine":
        return problem(request, error.status, "not_found", NOTHING_HERE)
    http_status = error.status
    if http_status == status.HTTP_404_NOT_FOUND:
        # What is changed is there; what the change names is not.
        http_status = status.HTTP_422_UNPROCESSABLE_ENTITY
    return problem(request, http_status, error.code, str(error), _domain_errors(error))


def _of_domain(error: DomainError, request: Any) -> _Answer:
    http_status = error.status
    if http_status == status.HTTP_404_NOT_FOUND:
        if not _is_about_body(error, request):
            return http_status, "not_found", NOTHING_HERE, [], {}
        # The address is right; what the body names is not there.
        http_status = status.HTTP_422_UNPROCESSABLE_ENTITY
    return http_status, error.code, str(error), _domain_errors(error), {}


def _is_about_body(error: DomainError, request: Any) -> bool:
    if error.field is None or request.method not in {"POST", "PUT", "PATCH"}:
        return False
    data = request.data
    return hasattr(data, "keys") and error.field.partition(".")[0] in data


def _of_framework(error: exceptions.APIException) -> _Answer:
    if isinstance(error, Problem):
        errors = (
            []
            if error.pointer is None
            else [
                {
                    "pointer": error.pointer,
                    "code": error.problem_code,
                    "detail": error.text,
                }
            ]
        )
        return (
            error.status_code,
            error.problem_code,
            error.text,
            errors,
            error.headers,
        )
    if isinstance(error, exceptions.ValidationError):
        return _of_validation(error)
    detail = str(error.detail)
    if isinstance(error, exceptions.NotFound):
        detail = NOTHING_HERE
    return error.status_code, str(error.default_code), detail, [], _headers_of(error)


def _of_validation(error: exceptions.ValidationError) -> _Answer:
    errors = list(_flatten(error.detail))
    http_status: int = status.HTTP_422_UNPROCESSABLE_ENTITY
    code = "invalid_input"
    if any(item["code"] == "unknown_field" for item in errors):
        http_status, code = status.HTTP_400_BAD_REQUEST, "unknown_field"
    detail = f"{len(errors)} fields need attention."
    if len(errors) == 1:
        detail = f"{errors[0]['pointer'] or 'body'}: {errors[0]['detail']}"
    return http_status, code, detail, errors, {}


def _of_django(error: Exception) -> _Answer | None:
    if isinstance(error, Http404):
        return status.HTTP_404_NOT_FOUND, "not_found", NOTHING_HERE, [], {}
    if isinstance(error, PermissionDenied):
        return status.HTTP_403_FORBIDDEN, "permission_denied", "Not allowed.", [], {}
    if isinstance(error, RequestDataTooBig):
        detail = "The body is larger than this operation takes."
        return status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, "too_large", detail, [], {}
    if isinstance(error, SuspiciousOperation | RecursionError):
        detail = "The request was refused as malformed."
        return status.HTTP_400_BAD_REQUEST, "bad_request", detail, [], {}
    if isinstance(error, DataError):
        log.warning("PostgreSQL cannot keep a value: %s", error)
        detail = "A value lies outside of what can be kept."
        return (
            status.HTTP_422_UNPROCESSABLE_ENTITY,
            "out_of_range",
            detail,
            [],
            {},
        )
    if isinstance(error, OperationalError | InterfaceError):
        log.warning("PostgreSQL is away: %s", error)
        detail = "The database is being restarted. Send the request again."
        return (
            status.HTTP_503_SERVICE_UNAVAILABLE,
            "database_away",
            detail,
            [],
            {"Retry-After": "5"},
        )
    return None


def _domain_errors(error: DomainError) -> list[dict[str, Any]]:
    listed = error.facts.get("errors")
    if isinstance(listed, list):
        return [
            {
                "pointer": pointer_of(str(item.get("field", ""))),
                "code": item.get("code", error.code),
                "detail": str(item.get("detail") or item.get("message", "")),
            }
            for item in listed
        ]
    if error.field is None:
        return []
    return [
        {
            "pointer": pointer_of(error.field),
            "code": error.code,
            "detail": str(error.detail),
            "value": None if error.value is None else str(error.value)[:LONGEST_ECHO],
            "remedy": str(error.remedy),
        }
    ]


def pointer_of(field: str) -> str:
    """Return a dotted field as a JSON Pointer (RFC 6901)."""
    return "".join(f"/{_escaped(step)}" for step in field.split(".") if step)


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


def _headers_of(error: exceptions.APIException) -> dict[str, str]:
    headers: dict[str, str] = {}
    auth = getattr(error, "auth_header", None)
    if auth:
        headers["WWW-Authenticate"] = auth
    wait = getattr(error, "wait", None)
    if wait:
        headers["Retry-After"] = str(int(wait) + 1)
    return headers


def _flatten(detail: Any, pointer: str = "") -> Iterator[dict[str, Any]]:
    if isinstance(detail, dict):
        for field, inner in detail.items():
            step = (
                "" if field == "non_field_errors" else f"/{_escaped(str(field))[:80]}"
            )
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
    return _plain(request, status.HTTP_404_NOT_FOUND, "not_found", NOTHING_HERE)


def server_error(request: HttpRequest) -> JsonResponse:
    """Answer a fault of ours, without its inside."""
    return _plain(
        request,
        status.HTTP_500_INTERNAL_SERVER_ERROR,
        "server_error",
        "The fault is recorded under this trace id.",
    )
