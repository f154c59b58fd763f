"""Pages by signed cursor: they hold their place while rows come and go."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.errors import Problem
from apps.api.oauth import principal_of

DEFAULT_LIMIT = 50
MOST = 200
SALT = "spindle.api.cursor"
PLUMBING = frozenset({"limit", "cursor", "count"})


def check_parameters(request: Request, allowed: frozenset[str]) -> None:
    """Refuse query parameters that the endpoint does not know.

    :raises Problem: 400 naming the parameter and those that exist.
    """
    for name in request.query_params:
        if name not in allowed | PLUMBING:
            known = ", ".join(sorted(allowed | PLUMBING))
            raise Problem(
                400,
                "unknown_parameter",
                f"There is no query parameter {name}. Known here: {known}.",
            )


def paginated(
    request: Request,
    rows: "QuerySet[Any]",
    present: Callable[[Any], Any],
    *,
    filters: frozenset[str] = frozenset(),
) -> Response:
    """Return one page, newest first, as `{items, next, prev}` with Link headers.

    :raises Problem: 400 if a parameter or the cursor is not understood.
    """
    check_parameters(request, filters)
    limit = _limit(request)
    scope = _scope(request)
    after, before = _place(request, scope)
    page = rows.order_by("-id")
    if after:
        page = page.filter(id__lt=after)
    elif before:
        page = rows.filter(id__gt=before).order_by("id")
    found = list(page[: limit + 1])
    has_more = len(found) > limit
    found = found[:limit]
    if before:
        found.reverse()
    body: dict[str, Any] = {"items": [present(row) for row in found]}
    has_next = has_more if not before else bool(found)
    has_prev = bool(after and found) if not before else has_more
    body["next"] = (
        _link(request, scope, "a", found[-1].id) if found and has_next else None
    )
    body["prev"] = (
        _link(request, scope, "b", found[0].id) if found and has_prev else None
    )
    if request.query_params.get("count") == "true":
        body["count"] = rows.count()
    links = [f'<{request.build_absolute_uri(request.path)}>; rel="first"']
    links += [f'<{body[rel]}>; rel="{rel}"' for rel in ("next", "prev") if body[rel]]
    return Response(body, headers={"Link": ", ".join(links)})


def _limit(request: Request) -> int:
    given = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= MOST:
        raise Problem(
            400, "invalid_limit", f"limit={given[:20]} must be from 1 to {MOST}."
        )
    return int(given)


def _scope(request: Request) -> str:
    # A cursor serves the enterprise, path and filters that it was made for.
    filters = sorted(
        (name, value)
        for name, value in request.query_params.items()
        if name not in PLUMBING
    )
    return f"{principal_of(request).enterprise.id} {request.path} {filters}"


def _place(request: Request, scope: str) -> tuple[UUID | None, UUID | None]:
    given = request.query_params.get("cursor")
    if given is None:
        return None, None
    try:
        kept_scope, way, row = signing.loads(given, salt=SALT)
        place = UUID(row)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Problem(
            400, "invalid_cursor", "The cursor is not one of ours."
        ) from error
    if kept_scope != scope:
        raise Problem(
            400, "invalid_cursor", "The cursor belongs to another list or filter."
        )
    return (place, None) if way == "a" else (None, place)


def _link(request: Request, scope: str, way: str, row: UUID) -> str:
    cursor = signing.dumps((scope, way, str(row)), salt=SALT)
    query = request.query_params.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
