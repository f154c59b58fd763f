"""What the market has to do with an enterprise that rests, returns, or leaves."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.exchange.models import Listing
from apps.exchange.services.publishing import _ask_for_judgement, _revise
from apps.exchange.services.showcase import show_nothing
from apps.machines import selectors as machines
from apps.orders import selectors as orders
from apps.orders.types import OrderState, QuoteState, RfqState
from tenants import jobs
from tenants.lifecycle.hooks import Blocker, Kept
from tenants.types import Actor, EnterpriseRef

NAMED = 5
OVER = (OrderState.CLOSED, OrderState.CANCELLED)


def open_work(ref: EnterpriseRef) -> Iterator[Blocker]:  # noqa: ARG001  (a hook's signature)
    """Name what others wait for: orders, quotes, and requests that take answers."""
    yield _blocker(_("Open orders"), orders.orders().exclude(state__in=OVER))
    yield _blocker(_("Open quotes"), orders.quotes(state=QuoteState.SUBMITTED))
    yield _blocker(_("Published RFQs"), orders.rfqs(state=RfqState.PUBLISHED))


def _blocker(label: Any, rows: "QuerySet[Any]") -> Blocker:
    numbers = list(rows.values_list("number", flat=True)[:NAMED])
    count = len(numbers) if len(numbers) < NAMED else rows.count()
    return Blocker(label, count, tuple(numbers))


def withdraw_listings(ref: EnterpriseRef, by: Actor, at: datetime) -> int:  # noqa: ARG001  (a hook's signature)
    """Take what an enterprise shows off the market; return how many listings."""
    show_nothing()
    rows = (
        Listing.objects.active()
        .filter(owner_id=ref.id)
        .select_for_update()
        .order_by("id")
    )
    withdrawn = [row for row in rows if _revise(row, {"is_active": False})]
    for row in withdrawn:
        _ask_for_judgement(row)
    return len(withdrawn)


def publish_again(ref: EnterpriseRef, by: Actor, at: datetime) -> None:  # noqa: ARG001  (a hook's signature)
    """Have what an enterprise showed before put on the market again."""
    for machine in machines.machines_of(is_published=True):
        jobs.enqueue(
            "exchange.publish_machine",
            dedup_key=f"machine:{machine.pk}",
            machine_id=str(machine.pk),
        )
    jobs.enqueue("exchange.show_documents", dedup_key="showcase")


def kept_by_partners(ref: EnterpriseRef) -> Iterable[Kept]:  # noqa: ARG001  (a hook's signature)
    """Say what the other sides of concluded deals keep."""
    reason = (
        "Their own copy of a contract, with the name of the other side, which"
        " commercial and tax law has them keep."
    )
    concluded = orders.quotes().exclude(state=QuoteState.DRAFT)
    yield Kept("orders", orders.orders().count(), reason)
    yield Kept("quotes given or received", concluded.count(), reason)
