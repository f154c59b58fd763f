"""The public directory, as fast with a million enterprises as with two.

Pages go on from the row before, nothing is skipped over, and nothing is counted to
its end: a list says how many there are where that is cheap to know, and otherwise
about how many, or more than how many.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from tenants import context
from tenants.models import Enterprise
from tenants.types import Tier

PAGE = 50
# Up to so many are counted one by one.
COUNTED = 1000
# From so many on, what the planner knows is good enough.
ESTIMATED_FROM = 10_000
# A part of a word shorter than this is in no index; the beginning of a word is.
SHORTEST_PART = 3

ESTIMATE = "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass"


@dataclass(frozen=True, slots=True)
class Total:
    """How many there are, as exactly as it is worth knowing."""

    number: int
    is_about: bool = False
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    """Enterprises by name, and where the neighboring pages begin."""

    rows: list[Enterprise]
    total: Total
    next_cursor: str = ""
    previous_cursor: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which enterprises are asked for."""

    search: str = ""
    country: str = ""
    # Only these, such as those who offer a process; None for all.
    among: Iterable[UUID] | None = None

    @property
    def is_everyone(self) -> bool:
        """Whether nothing is narrowed."""
        return not self.search and not self.country and self.among is None

    def rows(self) -> QuerySet[Enterprise]:
        """Return the enterprises that anyone may see and that are asked for."""
        rows = Enterprise.objects.filter(suspended_at__isnull=True).exclude(
            tier=Tier.CLOSED
        )
        if self.country:
            rows = rows.filter(country=self.country)
        if self.among is not None:
            rows = rows.filter(pk__in=list(self.among))
        if len(self.search) >= SHORTEST_PART:
            rows = rows.filter(
                Q(name__icontains=self.search) | Q(name_local__icontains=self.search)
            )
        elif self.search:
            rows = rows.filter(
                Q(name__istartswith=self.search)
                | Q(name__icontains=f" {self.search}")
                | Q(name_local__istartswith=self.search)
            )
        return rows


def enterprises_page(
    wanted: Wanted,
    *,
    after: UUID | None = None,
    before: UUID | None = None,
    size: int = PAGE,
) -> DirectoryPage:
    """Return a page of the directory, by name, next to the row that is named."""
    with context.directory():
        rows = wanted.rows()
        total = _total(wanted, rows)
        is_back = before is not None
        found = list(_beside(rows, before or after, is_back=is_back)[: size + 1])
    has_more = len(found) > size
    found = found[:size]
    if is_back:
        found.reverse()
    has_next = bool(found) and (is_back or has_more)
    has_previous = bool(found) and (has_more if is_back else after is not None)
    return DirectoryPage(
        rows=found,
        total=total,
        next_cursor=str(found[-1].pk) if has_next else "",
        previous_cursor=str(found[0].pk) if has_previous else "",
    )


def _beside(
    rows: QuerySet[Enterprise], place: UUID | None, *, is_back: bool
) -> QuerySet[Enterprise]:
    if place is not None:
        name = (
            Enterprise.objects.filter(pk=place).values_list("name", flat=True).first()
        )
        # A row that is gone has no neighbors; the list begins anew.
        if name is not None and is_back:
            rows = rows.filter(
                Q(name__lt=name) | Q(name=name, pk__lt=place), name__lte=name
            )
        elif name is not None:
            rows = rows.filter(
                Q(name__gt=name) | Q(name=name, pk__gt=place), name__gte=name
            )
    return rows.order_by("-name", "-id") if is_back else rows.order_by("name", "id")


def _total(wanted: Wanted, rows: QuerySet[Enterprise]) -> Total:
    if wanted.is_everyone:
        return _everyone(rows)
    found = rows.order_by().values("pk")[: COUNTED + 1].count()
    return Total(min(found, COUNTED), is_more=found > COUNTED)


def _everyone(rows: QuerySet[Enterprise]) -> Total:
    with connection.cursor() as cursor:
        cursor.execute(ESTIMATE, [f"public.{Enterprise._meta.db_table}"])
        about = int(cursor.fetchone()[0])
    if about >= ESTIMATED_FROM:
        return Total(_rounded(about), is_about=True)
    return Total(rows.count())


def _rounded(number: int) -> int:
    """Keep two figures: the others would claim to be known."""
    unit = 10 ** (len(str(number)) - 2)
    return int(round(number / unit) * unit)


def count_enterprises() -> Total:
    """Return how many enterprises the directory holds."""
    with context.directory():
        return _everyone(Wanted().rows())


def public_enterprise(slug: str) -> Enterprise | None:
    """Return what anyone may see of an enterprise, whatever its tier, or None."""
    with context.directory():
        return Wanted().rows().filter(slug=slug).first()
