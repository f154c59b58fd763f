"""Query parameters, and pages by signed cursor that hold their place as rows come."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from django.core import signing
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.errors import Problem
from apps.api.oauth import principal_of
from apps.api.reading import FARTHEST_YEARS

DEFAULT_LIMIT = 50
MOST = 200
LONGEST_TEXT = 200
SALT = "spindle.api.cursor"
Shape: TypeAlias = type[serializers.Serializer[Any]]
PLUMBING = frozenset({"limit", "cursor", "count"})


@dataclass(frozen=True, slots=True)
class Filter:
    """A query parameter of an operation."""

    name: str
    description: str
    choices: tuple[str, ...] = ()
    schema: type = str


def check_parameters(
    request: Request, filters: Iterable[Filter], *, is_page: bool
) -> None:
    """Refuse query parameters that the operation does not know, and unknown values.

    :raises Problem: 400 naming the parameter and what exists.
    """
    known = {each.name: each for each in filters}
    allowed = known.keys() | (PLUMBING if is_page else frozenset())
    for name, value in request.query_params.items():
        if name not in allowed:
            offered = ", ".join(sorted(allowed)) or "none"
            raise Problem(
                400,
                "unknown_parameter",
                f"There is no query parameter {name[:40]}. Known here: {offered}.",
            )
        if "\x00" in value or (name != "cursor" and len(value) > LONGEST_TEXT):
            raise Problem(
                400,
                "invalid_parameter",
                f"{name} must be text of up to {LONGEST_TEXT} characters without NUL.",
            )
        choices = known[name].choices if name in known else ()
        if choices and value not in choices:
            raise Problem(
                400,
                "invalid_parameter",
                f"{name}={value[:40]} must be one of: {', '.join(choices)}.",
            )


def asked(request: Request, filters: Iterable[Filter]) -> dict[str, Any]:
    """Return the filters' values, empty where none is asked for."""
    return {each.name: request.query_params.get(each.name, "") for each in filters}


def asked_id(request: Request, name: str) -> UUID | None:
    """Return the id that a filter names, if any.

    :raises Problem: 400 if it is none.
    """
    given = request.query_params.get(name, "")
    if not given:
        return None
    try:
        return UUID(given)
    except ValueError as error:
        raise Problem(
            400,
            "invalid_parameter",
            f"{name}={given[:40]} must be an id as this API writes them, a UUID.",
        ) from error


def asked_moment(request: Request, name: str) -> datetime | None:
    """Return the moment that a filter names, if any.

    :raises Problem: 400 if it is none.
    """
    given = request.query_params.get(name)
    if given is None:
        return None
    first, last = FARTHEST_YEARS
    try:
        moment = parse_datetime(given)
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment) or not first < moment.year < last:
        raise Problem(
            400,
            "invalid_parameter",
            f"{name}={given[:40]} must be a moment with its offset"
            f" (2026-11-30T06:00:00Z) from {first + 1} on.",
        )
    return moment


def paginated(
    request: Request, rows: "QuerySet[Any]", shape: Shape, *, order: Any = None
) -> Response:
    """Return one page, newest first, as `{items, next, prev}` with Link headers.

    Another order says how rows are sorted beyond a place, and where a row stands.

    :raises Problem: 400 if limit, count or cursor is not understood.
    """
    limit, place = _limit(request), _place(request)
    if order is not None:
        row_id = place.after or place.before
        found = order.ordered(
            rows,
            beyond=row_id and order.place(place.value, row_id),
            is_backwards=place.before is not None,
        )
        return _page(
            request,
            place,
            list(found[: limit + 1]),
            limit,
            shape,
            value=lambda row: order.place_of(row)[0],
            count=rows.count,
        )
    page = rows.order_by("-id")
    if place.after:
        page = page.filter(id__lt=place.after)
    elif place.before:
        page = rows.filter(id__gt=place.before).order_by("id")
    found = list(page[: limit + 1])
    return _page(request, place, found, limit, shape, count=rows.count)


def listed(
    request: Request,
    rows: Sequence[Any],
    shape: Shape,
    *,
    key: Callable[[Any], UUID],
) -> Response:
    """Return one page of rows that are at hand, in their own order.

    :raises Problem: 400 if limit, count or cursor is not understood.
    """
    limit, place = _limit(request), _place(request)
    keys = [key(row) for row in rows]
    found = list(rows)
    if place.after:
        found = found[keys.index(place.after) + 1 :] if place.after in keys else []
    elif place.before:
        found = found[: keys.index(place.before)] if place.before in keys else []
        found.reverse()
    return _page(
        request, place, found[: limit + 1], limit, shape, key=key, count=rows.__len__
    )


def whole(rows: Iterable[Any], shape: Shape) -> Response:
    """Return a list that is short by nature, in the shape of a page."""
    return Response({"items": shape(rows, many=True).data, "next": None, "prev": None})


@dataclass(frozen=True, slots=True)
class _Place:
    scope: str
    after: UUID | None = None
    before: UUID | None = None
    # By what the row is sorted, if not by its id alone.
    value: str = ""


def _page(
    request: Request,
    place: _Place,
    found: list[Any],
    limit: int,
    shape: Shape,
    *,
    count: Callable[[], int],
    key: Callable[[Any], UUID] = lambda row: row.id,
    value: Callable[[Any], str] = lambda _row: "",
) -> Response:
    has_more = len(found) > limit
    found = found[:limit]
    if place.before:
        found.reverse()
    has_next = bool(found) if place.before else has_more
    has_prev = has_more if place.before else bool(place.after and found)
    body: dict[str, Any] = {
        "items": shape(found, many=True).data,
        "next": _link(request, place, "a", key(found[-1]), value(found[-1]))
        if found and has_next
        else None,
        "prev": _link(request, place, "b", key(found[0]), value(found[0]))
        if found and has_prev
        else None,
    }
    if _wants_count(request):
        body["count"] = count()
    links = [f'<{_address(request, None)}>; rel="first"']
    links += [f'<{body[rel]}>; rel="{rel}"' for rel in ("next", "prev") if body[rel]]
    return Response(body, headers={"Link": ", ".join(links)})


def _limit(request: Request) -> int:
    given = request.query_params.get("limit", str(DEFAULT_LIMIT))
    is_number = given.isascii() and given.isdigit() and len(given) <= len(str(MOST))
    if not is_number or not 1 <= int(given) <= MOST:
        raise Problem(
            400, "invalid_limit", f"limit={given[:20]} must be from 1 to {MOST}."
        )
    return int(given)


def _wants_count(request: Request) -> bool:
    given = request.query_params.get("count", "false")
    if given not in {"true", "false"}:
        raise Problem(400, "invalid_parameter", "count must be true or false.")
    return given == "true"


def _scope(request: Request) -> str:
    # A cursor serves the enterprise, path and filters that it was made for.
    filters = sorted(
        (name, request.query_params.getlist(name))
        for name in request.query_params
        if name not in PLUMBING
    )
    made_for = f"{principal_of(request).enterprise.id} {request.path} {filters}"
    return hashlib.sha256(made_for.encode()).hexdigest()[:32]


def _place(request: Request) -> _Place:
    scope = _scope(request)
    given = request.query_params.get("cursor")
    if given is None:
        return _Place(scope)
    try:
        kept_scope, way, row, value = signing.loads(given, salt=SALT)
        row_id = UUID(row)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Problem(
            400, "invalid_cursor", "The cursor is not one of ours."
        ) from error
    if kept_scope != scope:
        raise Problem(
            400, "invalid_cursor", "The cursor belongs to another list or filter."
        )
    if way == "a":
        return _Place(scope, after=row_id, value=value)
    return _Place(scope, before=row_id, value=value)


def _link(request: Request, place: _Place, way: str, row: UUID, value: str) -> str:
    cursor = (place.scope, way, str(row), value)
    return _address(request, signing.dumps(cursor, salt=SALT))


def _address(request: Request, cursor: str | None) -> str:
    query = request.query_params.copy()
    query.pop("cursor", None)
    if cursor is not None:
        query["cursor"] = cursor
    encoded = query.urlencode()
    return request.build_absolute_uri(f"{request.path}{encoded and f'?{encoded}'}")
