"""What is to be made, and on which machines."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q
from django.utils.translation import gettext as _

from apps.kernel.errors import NotFound
from apps.scheduling.models import (
    JobOption,
    JobOrder,
    SetupTime,
    WorkRequest,
    WorkRequestQuerySet,
)
from apps.scheduling.types import OPEN_STATES


class WorkRequestUnknown(NotFound):
    """Raised when the enterprise has no such work request."""

    code = "work_request_unknown"


class JobOrderUnknown(NotFound):
    """Raised when the enterprise has no such job order."""

    code = "job_order_unknown"


def work_requests(
    *, search: str = "", is_open: bool | None = None
) -> WorkRequestQuerySet:
    """Return work requests with their job orders, newest first."""
    found = WorkRequest.objects.order_by("-id").prefetch_related(_job_orders())
    if search:
        found = found.filter(
            Q(title__icontains=search) | Q(part_label__icontains=search)
        )
    if is_open is None:
        return found
    working = JobOrder.objects.filter(state__in=OPEN_STATES).values("work_request_id")
    return found.filter(pk__in=working) if is_open else found.exclude(pk__in=working)


def work_request(work_request_id: UUID) -> WorkRequest:
    """Return a work request with its job orders, their options and reservations.

    :raises WorkRequestUnknown: if the enterprise has none of this id.
    """
    found = work_requests().filter(pk=work_request_id).first()
    if found is None:
        raise WorkRequestUnknown(
            _("There is no such work request."), field="work_request"
        )
    return found


def work_of_order(order_id: UUID) -> WorkRequest | None:
    """Return the work request of an order, if it has one."""
    return work_requests().filter(order_id=order_id).first()


def job_order(job_order_id: UUID) -> JobOrder:
    """Return a job order with its work request.

    :raises JobOrderUnknown: if the enterprise has none of this id.
    """
    found = (
        JobOrder.objects.select_related("work_request", "reservation", "pinned_machine")
        .prefetch_related(_options())
        .filter(pk=job_order_id)
        .first()
    )
    if found is None:
        raise JobOrderUnknown(_("There is no such job order."), field="job_order")
    return found


def setup_times(machine_id: UUID) -> list[SetupTime]:
    """Return the setup times of a machine, by family."""
    return list(
        SetupTime.objects.filter(machine_id=machine_id).order_by(
            "from_family", "to_family"
        )
    )


def setup_counts(machine_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """Return how many pairs of families have a setup time, by machine."""
    rows = (
        SetupTime.objects.filter(machine_id__in=machine_ids)
        .values("machine_id")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return dict(rows.values_list("machine_id", "count"))


def families_on(machine_id: UUID) -> list[str]:
    """Return the setup families of work that can be done on a machine."""
    return sorted(
        JobOption.objects.filter(machine_id=machine_id)
        .exclude(job_order__setup_family="")
        .values_list("job_order__setup_family", flat=True)
        .distinct()
    )


def _job_orders() -> "Prefetch[Any]":
    return Prefetch(
        "job_orders",
        JobOrder.objects.order_by("step")
        .select_related("reservation__machine", "pinned_machine")
        .prefetch_related(_options()),
    )


def _options() -> "Prefetch[Any]":
    return Prefetch(
        "options", JobOption.objects.select_related("machine").order_by("machine_id")
    )
