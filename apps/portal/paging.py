"""Pages of a list by cursor: they hold their place while rows come and go."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest

from apps.machines.selectors import Place, Sorting

PAGE = 25


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, newest first, and where the neighbours begin."""

    rows: Sequence[Any]
    next_cursor: str
    previous_cursor: str
    # Else the neighbours are older and newer.
    is_sorted: bool = False


def page_of(request: HttpRequest, rows: "QuerySet[Any]", size: int = PAGE) -> Page:
    """Return the page that `?after=` or `?before=` names, else the first."""
    after = cursor_of(request.GET.get("after"))
    before = cursor_of(request.GET.get("before"))
    if before is not None:
        found = list(rows.filter(pk__gt=before).order_by("pk")[: size + 1])
        has_newer = len(found) > size
        found = found[:size][::-1]
        return Page(
            found,
            next_cursor=str(found[-1].pk) if found else "",
            previous_cursor=str(found[0].pk) if found and has_newer else "",
        )
    ordered = rows.order_by("-pk")
    if after is not None:
        ordered = ordered.filter(pk__lt=after)
    found = list(ordered[: size + 1])
    has_older = len(found) > size
    found = found[:size]
    return Page(
        found,
        next_cursor=str(found[-1].pk) if has_older else "",
        previous_cursor=str(found[0].pk) if found and after is not None else "",
    )


def sorted_page_of(
    request: HttpRequest, rows: "QuerySet[Any]", sorting: Any, size: int = PAGE
) -> Page:
    """Return the page that an address names of a list in an order of its own."""
    after = _place_of(request.GET.get("after"))
    before = _place_of(request.GET.get("before"))
    is_backwards = before is not None and after is None
    place = before if is_backwards else after
    ordered = sorting.ordered(rows, beyond=place, is_backwards=is_backwards)
    found = list(ordered[: size + 1])
    has_more = len(found) > size
    found = found[:size]
    if is_backwards:
        found.reverse()
    has_next, has_previous = has_more, place is not None
    if is_backwards:
        has_next, has_previous = bool(found), has_more
    return Page(
        found,
        next_cursor=_cursor(sorting.place_of(found[-1])) if found and has_next else "",
        previous_cursor=_cursor(sorting.place_of(found[0]))
        if found and has_previous
        else "",
        is_sorted=sorting != Sorting(),
    )


def _cursor(place: Place) -> str:
    # Only a sorted list needs more than the row to go on from.
    if not place.value:
        return str(place.machine_id)
    raw = json.dumps([str(place.machine_id), place.value]).encode()
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _place_of(text: str | None) -> Place | None:
    """Read where a page goes on; anything else is the first page."""
    alone = cursor_of(text)
    if alone is not None:
        return Place("", alone)
    try:
        raw = urlsafe_b64decode((text or "") + "===")
        machine_id, value = json.loads(raw)
        found = Place(str(value).replace("\x00", ""), UUID(str(machine_id)))
    except (ValueError, TypeError, RecursionError):
        return None
    return found


def cursor_of(text: str | None) -> UUID | None:
    """Return the row that a page goes on from, None for the first page."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
