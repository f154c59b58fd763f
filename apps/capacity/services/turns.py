"""One at a time at a machine: the lock that every change of reservations takes first.

Rows of machines are locked in the order of their keys before anything else is read or
written. Checking without the lock books twice; the exclusion constraint alone does not,
but answers a crowd with deadlocks instead of conflicts.
"""

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils.translation import gettext as _

from apps.capacity.selectors import CapacityConflict
from apps.machines import selectors as machines
from tenants import jobs

if TYPE_CHECKING:
    from apps.machines.models import Machine, MachineQuerySet

Result = TypeVar("Result")

EXCLUSION_VIOLATION = "23P01"
DEADLOCK, SERIALIZATION_FAILURE, LOCK_NOT_AVAILABLE = "40P01", "40001", "55P03"
WORTH_ANOTHER_TRY = {DEADLOCK, SERIALIZATION_FAILURE, LOCK_NOT_AVAILABLE}

# Four seconds in all: a caller that waits five has given up.
LOCK_WAITS_MS = (2000, 1000, 500, 500)


def in_turn(work: Callable[[], Result]) -> Result:
    """Do the work in a transaction of its own or a savepoint, again if it must yield.

    :raises CapacityConflict: if another took the time, or kept the machine too long.
    """
    is_part_of_more = connection.in_atomic_block
    for wait_ms in LOCK_WAITS_MS:
        try:
            with transaction.atomic():
                patience = _wait_at_most(f"{wait_ms}ms")
                result = work()
                if is_part_of_more:
                    # The caller's own locks are not ours to hurry.
                    _wait_at_most(patience)
                return result
        except IntegrityError as error:
            if _sqlstate(error) != EXCLUSION_VIOLATION:
                raise
            raise CapacityConflict(
                _("Another reservation has just taken this time."),
                remedy=_("Ask for a new promise."),
            ) from error
        except OperationalError as error:
            if _sqlstate(error) not in WORTH_ANOTHER_TRY:
                raise
            refusal = error
    raise CapacityConflict(
        _("The machine is busy with other reservations."),
        remedy=_("Try again in a moment."),
    ) from refusal


def lock_machines(machine_ids: Collection[UUID]) -> dict[UUID, "Machine"]:
    """Lock machines in the order of their keys and return those that there are."""
    rows = _machines(machine_ids)
    if not settings.SPINDLE_UNSAFE_NO_BOOKING_LOCK:
        rows = rows.select_for_update(of=("self",))
    return {machine.pk: machine for machine in rows}


def lock_machine(machine_id: UUID) -> "Machine":
    """Lock a machine and return it.

    :raises MachineNotFound: if the enterprise has none of this id.
    """
    machine = lock_machines([machine_id]).get(machine_id)
    if machine is None:
        raise machines.machine_not_found(machine_id)
    return machine


def lock_idle_machines(machine_ids: Collection[UUID]) -> list[UUID]:
    """Lock those of the machines at which nobody is at work."""
    rows = _machines(machine_ids).select_for_update(of=("self",), skip_locked=True)
    return [machine.pk for machine in rows]


def _machines(machine_ids: Collection[UUID]) -> "MachineQuerySet":
    found: MachineQuerySet = (
        machines.machines_of()
        .filter(pk__in=machine_ids)
        .prefetch_related(None)
        .select_related(None)
        .select_related("site")
        .order_by("pk")
    )
    return found


def announce(machine_ids: Iterable[UUID]) -> None:
    """Have the market's copy of these machines' free time made anew."""
    # In the order of their keys: two that announce the same machines must not each
    # wait for the other's job row.
    for machine_id in sorted(set(machine_ids)):
        jobs.enqueue(
            "exchange.refresh_capacity",
            dedup_key=f"refresh:{machine_id}",
            machine_id=str(machine_id),
        )


def _wait_at_most(time: str) -> str:
    """Set how long this transaction waits for a lock, and return how long it did."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('lock_timeout'),"
            " set_config('lock_timeout', %s, true)",
            [time],
        )
        row = cursor.fetchone()
    return str(row[0])


def _sqlstate(error: Exception) -> str | None:
    return getattr(error.__cause__, "pgcode", None)
