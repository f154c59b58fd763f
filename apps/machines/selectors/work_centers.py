"""Reading groups of machines that are planned and led together."""

from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.kernel.errors import NotFound
from apps.machines.models import WorkCenter, WorkCenterQuerySet


class WorkCenterNotFound(NotFound):
    """The enterprise has no such work center."""

    code = "work_center_not_found"


def work_centers(*, site_id: UUID | None = None) -> WorkCenterQuerySet:
    """Return the enterprise's work centers by code, of one site if it is given."""
    found: WorkCenterQuerySet = WorkCenter.objects.select_related("site").order_by(
        "code"
    )
    return found if site_id is None else found.filter(site_id=site_id)


def work_centers_with_counts(*, site_id: UUID | None = None) -> WorkCenterQuerySet:
    """Return work centers by code, each with its `machine_count`."""
    return work_centers(site_id=site_id).annotate(machine_count=Count("machines"))


def work_center(work_center_id: UUID) -> WorkCenter:
    """Return one work center.

    :raises WorkCenterNotFound: if the enterprise has none of this id.
    """
    found = WorkCenter.objects.select_related("site").filter(pk=work_center_id).first()
    if found is None:
        raise work_center_not_found(str(work_center_id))
    return found


def work_center_with_count(work_center_id: UUID) -> WorkCenter:
    """Return one work center with its `machine_count`.

    :raises WorkCenterNotFound: if the enterprise has none of this id.
    """
    found = work_centers_with_counts().filter(pk=work_center_id).first()
    if found is None:
        raise work_center_not_found(str(work_center_id))
    return found


def work_center_not_found(value: str) -> WorkCenterNotFound:
    """Say that the enterprise has no work center of this id or code."""
    return WorkCenterNotFound(
        _("There is no such work center."), field="work_center", value=value
    )


def work_center_hindrances(row: WorkCenter) -> list[str]:
    """Say in words what belongs to a work center; empty: it can be dropped."""
    count = row.machines.count()
    if not count:
        return []
    return [
        ngettext(
            "%(count)d machine belongs to it",
            "%(count)d machines belong to it",
            count,
        )
        % {"count": count}
    ]
