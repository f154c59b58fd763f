"""Where planners want job orders, and where each may go."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg

from apps.kernel.periods import Period
from apps.scheduling.models import JobOrder
from apps.scheduling.types import BEGUN_STATES, OPEN_STATES

TO_COME = frozenset(OPEN_STATES) - frozenset(BEGUN_STATES)


@dataclass(frozen=True, slots=True)
class Pinning:
    """The pin of a job order, and the machines that it may be pinned to.

    Work that has begun, or is over, may go nowhere.
    """

    version: int
    machine_id: UUID | None
    start_at: datetime | None
    option_ids: tuple[UUID, ...]

    @property
    def is_pinned(self) -> bool:
        """Say whether there is a pin."""
        return self.machine_id is not None


def pinnings_of(job_order_ids: Collection[UUID]) -> Mapping[UUID, Pinning]:
    """Return the pins of job orders, and where each may go."""
    rows = (
        JobOrder.objects.filter(pk__in=job_order_ids)
        .annotate(option_ids=ArrayAgg("options__machine_id", default=[]))
        .values_list(
            "pk",
            "state",
            "version",
            "pinned_machine_id",
            "pinned_start_at",
            "option_ids",
        )
    )
    return {
        key: Pinning(
            version=version,
            machine_id=machine_id,
            start_at=start_at,
            option_ids=tuple(one for one in option_ids if one)
            if state in TO_COME
            else (),
        )
        for key, state, version, machine_id, start_at, option_ids in rows
    }


def reservations_of_job_orders(
    machine_ids: Collection[UUID], period: Period
) -> set[UUID]:
    """Return which reservations of machines in a period are those of job orders."""
    return set(
        JobOrder.objects.filter(
            reservation__machine_id__in=machine_ids,
            reservation__during__overlap=(period.start, period.end),
        ).values_list("reservation_id", flat=True)
    )
