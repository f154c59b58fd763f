"""Pages of a list by cursor: they hold their place while rows come and go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest

PAGE = 25


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, newest first, and where the neighbours begin."""

    rows: Sequence[Any]
    next_cursor: str
    previous_cursor: str


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


def cursor_of(text: str | None) -> UUID | None:
    """Return the row that a page goes on from, None for the first page."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
