"""Idle time on the market: offered, taken back, and kept no longer than it is free."""

import re
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.capacity import selectors as capacity
from apps.capacity.rules.buckets import Stretch
from apps.capacity.rules.spans import moment_of
from apps.capacity.types import ReservationKind
from apps.exchange.models import IdleLot, Listing
from apps.exchange.models.columns import IS_CURRENCY
from apps.exchange.selectors.idle_lots import IdleLotNotFound
from apps.exchange.services import telling
from apps.exchange.types import (
    HORIZON_WEEKS,
    Audience,
    IdleLotDraft,
    IdleLotState,
    PriceBasis,
)
from apps.kernel.errors import Conflict, InvalidInput
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.machines.types import MachineState
from tenants import context
from tenants.types import SYSTEM, Actor

LONGEST_NOTE = 400
FURTHEST_END = timedelta(weeks=HORIZON_WEEKS)
HIGHEST_PRICE = 10**9


class IdleLotOver(Conflict):
    """Raised when an offer of idle time is over already, or has changed."""

    code = "idle_lot_over"


class NotIdle(Conflict):
    """Raised when a window is not free, has no working time, or is offered already."""

    code = "not_idle"


class NotListed(Conflict):
    """Raised when a machine is not on the market for a process."""

    code = "not_listed"


@transaction.atomic
def offer_idle_lot(*, draft: IdleLotDraft, by: Actor, at: datetime) -> IdleLot:
    """Offer a window of a machine's time, from its first free minute to its last.

    :raises InvalidInput: if the window, the price or the audience cannot be meant.
    :raises MachineNotFound: if the enterprise has none of this id.
    :raises NotListed: if the machine is not on the market for the process.
    :raises NotIdle: if the window is reserved, not worked, or offered already.
    """
    machines.machine_detail(draft.machine_id)
    now = capacity.by_database_clock(at)
    _check(draft, now)
    owner = context.current()
    # Locked as the job locks it that follows the machine's free time.
    listing = (
        Listing.objects.of_machine(owner.id, draft.machine_id)
        .active()
        .filter(process_code=draft.process_code)
        .select_for_update()
        .first()
    )
    if listing is None or not _is_in_service(draft.machine_id):
        raise NotListed(
            _("The machine is not to be had on the market for this process."),
            field="process_code",
            value=draft.process_code,
            remedy=_("Put it into use and publish it with this process first."),
        )
    starts_at = max(draft.starts_at, now)
    free = _idle_within(draft.machine_id, Period(starts_at, draft.ends_at), at)
    starts_at, ends_at = moment_of(free.start), moment_of(free.end)
    is_offered = IdleLot.objects.filter(
        listing=listing, starts_at__lt=ends_at, ends_at__gt=starts_at
    ).lasting()
    if is_offered.exists():
        raise NotIdle(
            _("Some of this window is offered already."),
            field="starts_at",
            value=starts_at.isoformat(),
            remedy=_("Withdraw the other offer, or choose another window."),
        )
    lot = IdleLot.objects.create(
        owner_id=owner.id,
        listing=listing,
        machine_id=draft.machine_id,
        starts_at=starts_at,
        ends_at=ends_at,
        free_minutes=free.minutes,
        floor_price=draft.floor_price,
        price_basis=draft.price_basis,
        currency=draft.currency,
        note=draft.note.strip(),
        audience=draft.audience,
        invited_ids=sorted(set(draft.invited_ids)),
        offered_at=now,
        offered_by=by.label,
        expires_at=_expiry(draft, starts_at, ends_at, now),
    )
    audit.record(
        verb="idle_lot.offered",
        subject=lot,
        by=by,
        at=at,
        facts={
            "machine_id": str(lot.machine_id),
            "minutes": lot.free_minutes,
            "floor_price": str(lot.floor_price),
            "currency": lot.currency,
        },
    )
    return lot


@transaction.atomic
def withdraw_idle_lot(
    *, idle_lot_id: UUID, by: Actor, at: datetime, version: int | None = None
) -> IdleLot:
    """Take an offer of idle time back.

    :raises IdleLotNotFound: if the enterprise has offered no such time.
    :raises IdleLotOver: if it is over already, or not of the version that was seen.
    """
    lot = (
        IdleLot.objects.select_for_update()
        .filter(pk=idle_lot_id, owner_id=context.current().id)
        .first()
    )
    if lot is None:
        raise IdleLotNotFound(
            _("There is no such idle time."), field="idle_lot", value=str(idle_lot_id)
        )
    now = capacity.by_database_clock(at)
    is_over = lot.state != IdleLotState.OFFERED or lot.expires_at <= now
    if is_over or version not in (None, lot.version):
        raise IdleLotOver(
            _("This offer is over already, or was changed meanwhile."),
            field="idle_lot",
            value=lot.state,
            remedy=_("Look at it again."),
        )
    _change(lot, state=IdleLotState.WITHDRAWN)
    audit.record(verb="idle_lot.withdrawn", subject=lot, by=by, at=at)
    return lot


@transaction.atomic
def follow_free_time(*, machine_id: UUID, at: datetime) -> list[IdleLot]:
    """Let offers of a machine's idle time shrink to what is free, or end.

    Runs in the seller's name with each change of the machine's free time. An offer
    never grows. Returns those that changed; the shop is told of each.
    """
    owner = context.current()
    rows = IdleLot.objects.of_machine(owner.id, machine_id).lasting()
    lots = list(rows.select_for_update(of=("self",)).order_by("id"))
    if not lots:
        return []
    listed = set(
        Listing.objects.of_machine(owner.id, machine_id)
        .active()
        .values_list("pk", flat=True)
    )
    is_in_service = _is_in_service(machine_id)
    changed = [
        lot
        for lot in lots
        if _follow(lot, at, is_shown=is_in_service and lot.listing_id in listed)
    ]
    for lot in changed:
        audit.record(
            verb="idle_lot.shrunk"
            if lot.state == IdleLotState.OFFERED
            else f"idle_lot.{lot.state}",
            subject=lot,
            by=SYSTEM,
            at=at,
            facts={"minutes": lot.free_minutes},
        )
        telling.idle_lot_changed(
            owner,
            idle_lot_id=lot.pk,
            version=lot.version,
            machine=lot.listing.machine_label,
            state=IdleLotState(lot.state),
            at=at,
        )
    return changed


def _follow(lot: IdleLot, at: datetime, *, is_shown: bool) -> bool:
    """Bring one offer up to what is free; say whether it changed."""
    if not is_shown:
        return _change(lot, state=IdleLotState.WITHDRAWN)
    window = Period(lot.starts_at, lot.ends_at)
    found = capacity.free_stretches(machine_id=lot.machine_id, period=window, at=at)
    now = capacity.by_database_clock(at)
    found = [one for one in found if moment_of(one.end) > now]
    if not found:
        taken = capacity.reservations_of([lot.machine_id], window, at=now).exclude(
            kind=ReservationKind.MAINTENANCE
        )
        is_taken = taken.exists()
        return _change(
            lot, state=IdleLotState.TAKEN if is_taken else IdleLotState.WITHDRAWN
        )
    best = max(found, key=lambda one: (one.minutes, -one.start))
    starts_at, ends_at = moment_of(best.start), moment_of(best.end)
    return _change(
        lot,
        starts_at=starts_at,
        ends_at=ends_at,
        free_minutes=min(lot.free_minutes, best.minutes),
        expires_at=min(lot.expires_at, ends_at),
    )


def _change(lot: IdleLot, **columns: object) -> bool:
    differing = [name for name, value in columns.items() if getattr(lot, name) != value]
    if not differing:
        return False
    for name in differing:
        setattr(lot, name, columns[name])
    lot.version += 1
    lot.save(update_fields=[*differing, "version", "updated_at"])
    return True


def _is_in_service(machine_id: UUID) -> bool:
    return (
        machines.machines_of(state=MachineState.ACTIVE).filter(pk=machine_id).exists()
    )


def _idle_within(machine_id: UUID, window: Period, at: datetime) -> Stretch:
    found = capacity.free_stretches(machine_id=machine_id, period=window, at=at)
    is_reserved = capacity.reservations_of([machine_id], window, at=at).exists()
    if len(found) == 1 and not is_reserved:
        return found[0]
    best = max(found, key=lambda one: one.minutes, default=None)
    raise NotIdle(
        _("Some of this window is reserved.")
        if is_reserved
        else _("The machine does no work in this window."),
        field="starts_at",
        value=window.start.isoformat(),
        remedy=_("Choose a window between reservations, in which work is done.")
        if best is None
        else _("The longest that is free here is from %(start)s to %(end)s.")
        % {
            "start": f"{timezone.localtime(moment_of(best.start)):%Y-%m-%d %H:%M}",
            "end": f"{timezone.localtime(moment_of(best.end)):%Y-%m-%d %H:%M}",
        },
        facts={
            "largest_window": {
                "starts_at": moment_of(best.start).isoformat(),
                "ends_at": moment_of(best.end).isoformat(),
                "minutes": best.minutes,
            }
        }
        if best
        else {},
    )


def _expiry(
    draft: IdleLotDraft, starts_at: datetime, ends_at: datetime, now: datetime
) -> datetime:
    if draft.expires_at is not None:
        return min(draft.expires_at, ends_at)
    return starts_at if starts_at > now + timedelta(minutes=1) else ends_at


def _check(draft: IdleLotDraft, now: datetime) -> None:
    if (
        not now < draft.ends_at <= now + FURTHEST_END
        or draft.starts_at >= draft.ends_at
    ):
        raise InvalidInput(
            _("This is no window of time in the next %(weeks)d weeks.")
            % {"weeks": HORIZON_WEEKS},
            field="ends_at",
            value=draft.ends_at.isoformat(),
            remedy=_("Let it end after it begins, within %(weeks)d weeks.")
            % {"weeks": HORIZON_WEEKS},
        )
    if draft.expires_at is not None and draft.expires_at <= now:
        raise InvalidInput(
            _("The offer would be over at once."),
            field="expires_at",
            value=draft.expires_at.isoformat(),
            remedy=_("Let it expire later, or leave that out."),
        )
    if not 0 < draft.floor_price < HIGHEST_PRICE:
        raise InvalidInput(
            _("The lowest price must be above 0."),
            field="floor_price",
            value=str(draft.floor_price),
            remedy=_("Give a price above 0."),
        )
    if not re.search(IS_CURRENCY, draft.currency):
        raise InvalidInput(
            _("%(currency)s is no currency.") % {"currency": draft.currency[:20]},
            field="currency",
            value=draft.currency,
            remedy=_("Give the currency as three letters, such as EUR."),
        )
    for field, choices in (("price_basis", PriceBasis), ("audience", Audience)):
        if getattr(draft, field) not in choices.values:
            raise InvalidInput(
                _("There is no such choice."),
                field=field,
                value=str(getattr(draft, field)),
                remedy=_("Choose one of: %(choices)s.")
                % {"choices": ", ".join(choices.values)},
            )
    if (draft.audience == Audience.INVITED) != bool(draft.invited_ids):
        raise InvalidInput(
            _("Who is invited and the audience do not agree."),
            field="audience",
            value=draft.audience,
            remedy=_("Name enterprises exactly where only those invited may see it."),
        )
    if len(draft.note) > LONGEST_NOTE:
        raise InvalidInput(
            _("The note is too long."),
            field="note",
            value=draft.note[:40],
            remedy=_("Say it in %(most)d characters.") % {"most": LONGEST_NOTE},
        )
