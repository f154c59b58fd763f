"""What people are told of the market's news, in their own enterprise."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.exchange.types import IdleLotState
from apps.notify import services as notify
from apps.orders.types import OrderState
from tenants import context
from tenants.types import Disclosure, EnterpriseRef, Role

BUYERS = (Role.BUYER,)
SELLERS = (Role.SELLER,)
# Whose facts each kind of notice carries to its readers.
NOTICES = {
    "exchange.matches_found": Disclosure.MARKET,
    "exchange.demand_fits": Disclosure.MARKET,
    "exchange.quote_received": Disclosure.COUNTERPARTY,
    "exchange.quote_given": Disclosure.PRIVATE,
    "exchange.not_quoted": Disclosure.PRIVATE,
    "exchange.quote_withdrawn": Disclosure.COUNTERPARTY,
    "exchange.quote_declined": Disclosure.COUNTERPARTY,
    "exchange.order_won": Disclosure.COUNTERPARTY,
    "exchange.order_moved": Disclosure.COUNTERPARTY,
    "exchange.finish_moved": Disclosure.COUNTERPARTY,
    "exchange.idle_lot_changed": Disclosure.PRIVATE,
}


def matches_found(
    buyer: EnterpriseRef,
    *,
    rfq_id: UUID,
    demand_id: UUID,
    title: str,
    fitting: int,
    considered: int,
    at: datetime,
) -> None:
    """Tell the buyer what the first run over a demand has found."""
    with _speaking_to(buyer):
        notify.notify(
            kind="exchange.matches_found",
            title=ngettext(
                "%(fitting)d machine fits “%(title)s”",
                "%(fitting)d machines fit “%(title)s”",
                fitting,
            )
            % {"fitting": fitting, "title": title},
            body=ngettext(
                "%(considered)d published machine was considered.",
                "%(considered)d published machines were considered.",
                considered,
            )
            % {"considered": considered},
            url=f"/rfqs/{rfq_id}/",
            roles=BUYERS,
            at=at,
            dedup_key=f"matches_found:{demand_id}",
        )


def demand_fits(
    seller: EnterpriseRef,
    *,
    demand_id: UUID,
    title: str,
    machine: str,
    at: datetime,
) -> None:
    """Tell a shop, once, that somebody wants what it can do."""
    with _speaking_to(seller):
        notify.notify(
            kind="exchange.demand_fits",
            title=_("“%(title)s” fits your machines") % {"title": title},
            # A shop that tells nobody its machines' names is not told them either.
            body=_("Best of them: %(machine)s.") % {"machine": machine}
            if machine
            else "",
            url=f"/inbox/{demand_id}/",
            roles=SELLERS,
            at=at,
            dedup_key=f"demand_fits:{demand_id}",
        )


def quote_received(
    buyer: EnterpriseRef,
    *,
    quote_id: UUID,
    rfq_id: UUID,
    title: str,
    seller: str,
    total: str,
    at: datetime,
) -> None:
    """Tell the buyer that a quote has come in."""
    with _speaking_to(buyer):
        notify.notify(
            kind="exchange.quote_received",
            title=_("%(seller)s quotes %(total)s for “%(title)s”")
            % {"seller": seller, "total": total, "title": title},
            url=f"/rfqs/{rfq_id}/",
            roles=BUYERS,
            at=at,
            dedup_key=f"quote_received:{quote_id}",
        )


def quote_given(
    seller: EnterpriseRef, *, quote_id: UUID, title: str, total: str, at: datetime
) -> None:
    """Tell a shop what was quoted for it by its cost model."""
    with _speaking_to(seller):
        notify.notify(
            kind="exchange.quote_given",
            title=_("“%(title)s” was quoted at %(total)s by your cost model")
            % {"title": title, "total": total},
            body=_("The machine time is held until the quote ends."),
            url=f"/quotes/{quote_id}/",
            roles=SELLERS,
            at=at,
            dedup_key=f"quote_given:{quote_id}",
        )


def not_quoted(
    seller: EnterpriseRef, *, demand_id: UUID, reason: str, at: datetime
) -> None:
    """Tell a shop that its machine could not answer a demand by itself, and why."""
    with _speaking_to(seller):
        notify.notify(
            kind="exchange.not_quoted",
            title=_("A demand could not be quoted by your cost model"),
            body=reason,
            url=f"/inbox/{demand_id}/",
            roles=SELLERS,
            at=at,
            dedup_key=f"not_quoted:{demand_id}",
        )


def quote_withdrawn(
    buyer: EnterpriseRef,
    *,
    quote_id: UUID,
    rfq_id: UUID,
    title: str,
    seller: str,
    at: datetime,
) -> None:
    """Tell the buyer that a quote was taken back."""
    with _speaking_to(buyer):
        notify.notify(
            kind="exchange.quote_withdrawn",
            title=_("%(seller)s has withdrawn its quote for “%(title)s”")
            % {"seller": seller, "title": title},
            url=f"/rfqs/{rfq_id}/",
            roles=BUYERS,
            at=at,
            dedup_key=f"quote_withdrawn:{quote_id}",
        )


def quote_declined(
    seller: EnterpriseRef, *, quote_id: UUID, title: str, at: datetime
) -> None:
    """Tell a shop that another was chosen, and that its time is free again."""
    with _speaking_to(seller):
        notify.notify(
            kind="exchange.quote_declined",
            title=_("Your quote for “%(title)s” was not chosen") % {"title": title},
            body=_("The machine time that was held for it is free again."),
            url=f"/quotes/{quote_id}/",
            roles=SELLERS,
            at=at,
            dedup_key=f"quote_declined:{quote_id}",
        )


def order_won(
    seller: EnterpriseRef,
    *,
    order_id: UUID,
    title: str,
    buyer: str,
    at: datetime,
) -> None:
    """Tell a shop that it has won an order, and whose."""
    with _speaking_to(seller):
        notify.notify(
            kind="exchange.order_won",
            title=_("%(buyer)s has ordered “%(title)s” from you")
            % {"buyer": buyer, "title": title},
            body=_("The machine time that was held is booked."),
            url=f"/orders/{order_id}/",
            roles=(Role.SELLER, Role.PLANNER),
            at=at,
            dedup_key=f"order_won:{order_id}",
        )


def order_moved(
    other: EnterpriseRef,
    *,
    order_id: UUID,
    title: str,
    who: str,
    state: OrderState,
    at: datetime,
) -> None:
    """Tell the other side how far an order has come."""
    with _speaking_to(other):
        notify.notify(
            kind="exchange.order_moved",
            title=_("“%(title)s”: %(state)s") % {"title": title, "state": state.label},
            body=_("Set by %(who)s.") % {"who": who},
            url=f"/orders/{order_id}/",
            roles=(*BUYERS, *SELLERS),
            at=at,
            dedup_key=f"order_moved:{order_id}:{state.value}",
        )


def finish_moved(
    seller: EnterpriseRef,
    buyer: EnterpriseRef | None,
    *,
    order_id: UUID,
    title: str,
    finish: datetime,
    was: datetime,
    at: datetime,
) -> None:
    """Tell both sides of an order that it will be finished later than promised."""
    for ref, roles in ((buyer, BUYERS), (seller, (Role.SELLER, Role.PLANNER))):
        if ref is None:
            continue
        zone = ZoneInfo(ref.time_zone)
        with _speaking_to(ref):
            notify.notify(
                kind="exchange.finish_moved",
                title=_("“%(title)s” will be finished on %(day)s")
                % {"title": title, "day": f"{finish.astimezone(zone):%Y-%m-%d %H:%M}"},
                body=_("The machine needs maintenance. Promised was %(day)s.")
                % {"day": f"{was.astimezone(zone):%Y-%m-%d %H:%M}"},
                url=f"/orders/{order_id}/",
                roles=roles,
                at=at,
                dedup_key=f"finish_moved:{order_id}:{finish.isoformat()}",
            )


def idle_lot_changed(
    seller: EnterpriseRef,
    *,
    idle_lot_id: UUID,
    version: int,
    machine: str,
    state: IdleLotState,
    at: datetime,
) -> None:
    """Tell a shop that its idle time is not offered any more as it was, and why."""
    with _speaking_to(seller):
        titles = {
            IdleLotState.OFFERED: _("Less idle time of %(machine)s is offered"),
            IdleLotState.TAKEN: _("The idle time of %(machine)s is taken"),
            IdleLotState.WITHDRAWN: _(
                "The idle time of %(machine)s is not offered any more"
            ),
        }
        bodies = {
            IdleLotState.OFFERED: _(
                "Some of it was reserved, or is not worked any more. What is left stays"
                " offered."
            ),
            IdleLotState.TAKEN: _(
                "All of it is held for a quote or booked for an order."
            ),
            IdleLotState.WITHDRAWN: _(
                "It was reserved, is not worked any more, or the machine is no longer"
                " to be had."
            ),
        }
        notify.notify(
            kind="exchange.idle_lot_changed",
            title=titles[state] % {"machine": machine},
            body=bodies[state],
            url="/capacity/idle-lots/",
            roles=(Role.SELLER, Role.PLANNER),
            at=at,
            dedup_key=f"idle_lot_changed:{idle_lot_id}:{version}",
        )


@contextmanager
def _speaking_to(ref: EnterpriseRef) -> Iterator[None]:
    # Around the texts as well: one that has its figures is no longer lazy.
    with context.enterprise(ref), translation.override(ref.language):
        yield
