"""What would have to make way for maintenance, and where it could go."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.capacity.models import Reservation
from apps.capacity.selectors.promises import earliest_again
from apps.capacity.selectors.reservations import reservations_of, route_reservations
from apps.capacity.types import Promise, ReservationKind, ReservationState
from apps.kernel.errors import DomainError
from apps.kernel.periods import Period
from apps.machines import selectors as machines

OTHERS_ASKED = 12
OTHERS_OFFERED = 3


@dataclass(frozen=True, slots=True)
class NewPlace:
    """Where a booking could go instead."""

    machine_id: UUID
    machine: str
    promise: Promise
    is_later: bool


@dataclass(frozen=True, slots=True)
class BookingInTheWay:
    """A booking that lies in the time asked for, and where it could go."""

    reservation: Reservation
    places: tuple[NewPlace, ...]
    # Why there is none on the machine itself.
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class MaintenancePreview:
    """What maintenance would do: holds that make way, bookings to decide about."""

    holds: tuple[Reservation, ...]
    bookings: tuple[BookingInTheWay, ...]


def preview_maintenance(
    *, machine_id: UUID, period: Period, at: datetime
) -> MaintenancePreview:
    """Say what lies in a period, and where each booking could go.

    Each place is worked out as if that booking alone had to go. A booking never goes
    to an earlier time than it has, for its parts need not be there before.

    :raises MachineNotFound: if there is no such machine.
    """
    machine = machines.machine_detail(machine_id)
    in_the_way = list(reservations_of([machine_id], period, at=at))
    bookings = [r for r in in_the_way if r.state == ReservationState.BOOKED]
    others: list[tuple[UUID, str]] = []
    if bookings:
        codes = [offer.process_code for offer in machine.capabilities]
        others = [
            (row.pk, str(row))
            for row in machines.machines_that_can(codes)[: OTHERS_ASKED + 1]
            if row.pk != machine_id
        ][:OTHERS_ASKED]
    itself = (machine_id, str(machine.machine))
    return MaintenancePreview(
        tuple(r for r in in_the_way if r.state == ReservationState.HELD),
        tuple(_placed(row, period, itself, others, at) for row in bookings),
    )


def latest_finish(reservation: Reservation) -> datetime | None:
    """Return until when what goes elsewhere must be done, if later steps wait for it."""
    if reservation.route_id is None:
        return None
    follows = (
        route_reservations(reservation.route_id)
        .filter(during__startswith__gte=reservation.finish)
        .exclude(pk=reservation.pk)
    )
    return reservation.finish if follows.exists() else None


def _placed(
    row: Reservation,
    period: Period,
    itself: tuple[UUID, str],
    others: list[tuple[UUID, str]],
    at: datetime,
) -> BookingInTheWay:
    if row.kind == ReservationKind.MAINTENANCE or row.start <= at:
        return BookingInTheWay(row, ())
    due_before = latest_finish(row)
    found: list[NewPlace] = []
    refusal = ""
    for machine_id, label in [itself, *others]:
        is_itself = machine_id == itself[0]
        try:
            promise = earliest_again(
                reservation=row,
                machine_id=machine_id,
                # On the machine itself nothing before the maintenance is tried: there
                # it would have been planned in the first place.
                not_before=max(row.start, period.end) if is_itself else row.start,
                due_before=due_before,
                at=at,
            )
        except DomainError as error:
            refusal = str(error) if is_itself else refusal
            continue
        found.append(NewPlace(machine_id, label, promise, promise.finish > row.finish))
    kept = [place for place in found if place.machine_id == itself[0]]
    soonest = sorted(
        (place for place in found if place.machine_id != itself[0]),
        key=lambda place: (place.promise.finish, place.machine),
    )
    return BookingInTheWay(row, (*kept, *soonest[:OTHERS_OFFERED]), refusal)
