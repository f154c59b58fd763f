"""Parts, as pages and endpoints ask for them."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import NotFound
from apps.orders.models import Part, PartQuerySet


class PartNotFound(NotFound):
    """There is no such part in this enterprise."""

    code = "part_not_found"

    def __init__(
        self, detail: object = _("There is no such part."), **facts: Any
    ) -> None:
        super().__init__(detail, **facts)


def parts(*, search: str = "", geometry_state: str = "") -> PartQuerySet:
    """Return parts, newest first, by words of their number or name."""
    found = Part.objects.newest_first()
    for word in search.split():
        found = found.filter(Q(number__icontains=word) | Q(name__icontains=word))
    if geometry_state:
        found = found.filter(geometry_state=geometry_state)
    return found


def part_detail(part_id: UUID) -> Part:
    """Return a part.

    :raises PartNotFound: if there is no such part here.
    """
    part: Part | None = Part.objects.filter(pk=part_id).first()
    if part is None:
        raise PartNotFound
    return part
