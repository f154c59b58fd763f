"""Idle time on the market, by the clock of the database."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.catalog import selectors as catalog
from apps.exchange.models import IdleLot, MarketIdleLot
from apps.exchange.models.idle_lot import IdleLotQuerySet
from apps.kernel.errors import NotFound
from tenants import context


class IdleLotNotFound(NotFound):
    """Raised when there is no such idle time, or none for this enterprise."""

    code = "idle_lot_not_found"


def idle_lots(*, machine_id: UUID | None = None) -> IdleLotQuerySet:
    """Return the idle time that we have offered, newest first, over or not."""
    rows: IdleLotQuerySet = IdleLot.objects.filter(owner_id=context.current().id)
    if machine_id is not None:
        rows = rows.filter(machine_id=machine_id)
    return rows.with_expiry().select_related("listing").order_by("-id")


def idle_lot(idle_lot_id: UUID) -> IdleLot:
    """Return idle time that we have offered.

    :raises IdleLotNotFound: if there is none of this id.
    """
    found = idle_lots().filter(pk=idle_lot_id).first()
    if found is None:
        raise _not_found(idle_lot_id)
    return found


def market_idle_lots(
    *,
    process_code: str = "",
    country: str = "",
    search: str = "",
    starts_before: datetime | None = None,
    ends_after: datetime | None = None,
    least_minutes: int = 0,
) -> QuerySet[MarketIdleLot]:
    """Return the idle time that the reader may see and that is not over, soonest first."""
    found = MarketIdleLot.objects.order_by("starts_at", "id")
    if process_code:
        codes = sorted(catalog.leaf_codes_below([process_code]))
        found = found.filter(process_code__in=codes)
    if country:
        found = found.filter(country=country)
    for word in search.split():
        found = found.filter(
            Q(seller_name__icontains=word) | Q(machine_label__icontains=word)
        )
    if starts_before is not None:
        found = found.filter(starts_at__lt=starts_before)
    if ends_after is not None:
        found = found.filter(ends_at__gt=ends_after)
    return found.filter(free_minutes__gte=least_minutes) if least_minutes else found


def market_idle_lot(idle_lot_id: UUID) -> MarketIdleLot:
    """Return idle time on the market that the reader may see.

    :raises IdleLotNotFound: if there is none, it is over, or it is not for this reader.
    """
    found = MarketIdleLot.objects.filter(pk=idle_lot_id).first()
    if found is None:
        raise _not_found(idle_lot_id)
    return found


def _not_found(idle_lot_id: UUID) -> IdleLotNotFound:
    return IdleLotNotFound(
        _("There is no such idle time, or it is over."),
        field="idle_lot",
        value=str(idle_lot_id),
    )
