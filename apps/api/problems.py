"""What each code of a problem means, for the page that its `type` leads to."""

import inspect
from dataclasses import dataclass
from functools import cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.api.errors import TITLES
from apps.api.permissions import open_to_all
from apps.kernel.errors import DomainError

# Those of the API itself; the others are the domain's own refusals.
OWN = {
    "bad_request": (400, "The request is malformed."),
    "parse_error": (400, "The body is not what its Content-Type says."),
    "unknown_field": (
        400,
        "The body has a field that the operation does not know; `errors` points at it.",
    ),
    "unknown_parameter": (
        400,
        "The query has a parameter that the operation does not know.",
    ),
    "invalid_parameter": (400, "A query parameter has a value that cannot be meant."),
    "invalid_limit": (400, "`limit` is a whole number from 1 to 200."),
    "invalid_cursor": (
        400,
        (
            "A cursor is good for the list, filters and enterprise that it was made for."
            " Start again without one."
        ),
    ),
    "unreadable_text": (400, "Text has NUL or half of a surrogate pair."),
    "unreadable_number": (400, "A number is infinite or none."),
    "too_deep": (400, "The body nests deeper than any operation asks for."),
    "idempotency_key_required": (
        400,
        "Every POST needs an Idempotency-Key of 8 to 255 visible characters.",
    ),
    "idempotency_key_reused": (
        422,
        "The Idempotency-Key was used with another body. Use a new key.",
    ),
    "not_authenticated": (401, "Send `Authorization: Bearer <token>`."),
    "authentication_failed": (
        401,
        "The token has expired, is not ours, or its client was revoked.",
    ),
    "permission_denied": (
        403,
        (
            "The token lacks the scope that the operation needs. Whoever manages the"
            " client can give it."
        ),
    ),
    "not_found": (
        404,
        "There is no such resource, or it is not yours: the answer is the same.",
    ),
    "method_not_allowed": (405, "The `Allow` header lists the methods offered."),
    "not_acceptable": (406, "The API speaks application/json."),
    "precondition_failed": (
        412,
        "The resource has changed since you read it. Read it again, repeat the change.",
    ),
    "too_large": (413, "The body is larger than the operation takes."),
    "unsupported_media_type": (415, "Send the media type that the operation names."),
    "invalid_input": (422, "Fields cannot be meant; `errors` points at each."),
    "out_of_range": (422, "A value lies outside of what can be kept."),
    "precondition_required": (428, "Send If-Match with the ETag that you saw."),
    "server_error": (500, "The fault is ours and is recorded under `trace_id`."),
    "served_elsewhere": (
        421,
        (
            "The enterprise was moved to the database that `Spindle-Database` names."
            " Send the request again."
        ),
    ),
    "asleep": (
        503,
        "The enterprise is in an archive. A member can wake it up in the portal.",
    ),
    "being_moved": (
        503,
        (
            "The enterprise is being moved: for seconds it can be read and not written."
            " Send the request again."
        ),
    ),
    "database_away": (503, "The database is being restarted. Send it again."),
}


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A code with what it means."""

    code: str
    status: int
    meaning: str

    @property
    def slug(self) -> str:
        """The code as addresses write it."""
        return self.code.replace("_", "-")

    @property
    def title(self) -> str:
        """What all problems of its status share."""
        return TITLES.get(self.status, "The request was refused")


@cache
def problem_kinds() -> dict[str, ProblemKind]:
    """Return all codes that the API can answer with, by slug."""
    found = {
        code: ProblemKind(code, status, meaning)
        for code, (status, meaning) in OWN.items()
    }
    # The map of addresses has loaded whatever an operation can raise.
    for refusal in _refusals(DomainError):
        # A refusal of ours is 422 where the body names what is not there.
        status = 422 if refusal.status == 404 else refusal.status
        meaning = inspect.cleandoc(refusal.__doc__ or "").split("\n\n")[0]
        found.setdefault(refusal.code, ProblemKind(refusal.code, status, meaning))
    return {kind.slug: kind for _code, kind in sorted(found.items())}


def _refusals(base: type[DomainError]) -> list[type[DomainError]]:
    found = []
    for refusal in base.__subclasses__():
        found += [refusal, *_refusals(refusal)]
    return [each for each in found if each.__module__.startswith(("apps.", "tenants."))]


@open_to_all
@require_safe
def problem_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Explain one code."""
    kind = problem_kinds().get(slug)
    if kind is None:
        raise Http404
    return render(request, "api/problem.html", {"kind": kind})


@open_to_all
@require_safe
def problem_index(request: HttpRequest) -> HttpResponse:
    """List all codes."""
    return render(request, "api/problems.html", {"kinds": problem_kinds().values()})
