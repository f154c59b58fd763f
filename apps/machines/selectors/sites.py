"""Reading where an enterprise works."""

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from apps.kernel.errors import NotFound
from apps.machines.models import Machine, Site, SiteQuerySet
from apps.machines.types import HolidayPlace, Placement


class SiteNotFound(NotFound):
    """The enterprise has no such site."""

    code = "site_not_found"


def sites() -> SiteQuerySet:
    """Return the enterprise's sites by name."""
    return Site.objects.order_by("name")


def site(site_id: UUID) -> Site:
    """Return one site.

    :raises SiteNotFound: if the enterprise has none of this id.
    """
    found = Site.objects.filter(pk=site_id).first()
    if found is None:
        raise site_not_found(site_id)
    return found


def site_not_found(site_id: UUID) -> SiteNotFound:
    """Say that the enterprise has no site of this id."""
    return SiteNotFound(_("There is no such site."), field="site", value=str(site_id))


def placements_of(machine_ids: Collection[UUID]) -> dict[UUID, Placement]:
    """Return where each machine stands, by its clock, holidays and work center."""
    rows = Machine.objects.filter(pk__in=machine_ids).values_list(
        "pk",
        "site_id",
        "work_center_id",
        "site__time_zone",
        "site__holiday_country",
        "site__country",
        "site__holiday_subdivision",
    )
    return {
        machine_id: Placement(
            site_id, work_center_id, clock, HolidayPlace(chosen or country, region)
        )
        for machine_id, site_id, work_center_id, clock, chosen, country, region in rows
    }


def site_hindrances(site: Site) -> list[str]:
    """Say in words what stands at a site; empty: it can be dropped."""
    counted = (
        (
            site.machines.count(),
            ngettext_lazy(
                "%(count)d machine stands there",
                "%(count)d machines stand there",
                "count",
            ),
        ),
        (
            site.work_centers.count(),
            ngettext_lazy(
                "%(count)d work center is there",
                "%(count)d work centers are there",
                "count",
            ),
        ),
    )
    return [text % {"count": count} for count, text in counted if count]
