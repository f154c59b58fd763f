"""Sites on a map: each as large as the number of machines that are counted there."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.portal import maps


def site_map(
    request: HttpRequest,
    sites: Sequence[Any],
    counts: Mapping[UUID, int],
    *,
    href: Callable[[UUID], str],
    table: str,
) -> dict[str, Any]:
    """Return the map of sites and what a page says beside it.

    Sites that lie too near to tell apart lead to the same page, zoomed in on them, or
    to the table if they lie at one place.
    """
    spots = [
        maps.Spot(
            name=site.name,
            longitude=site.longitude,
            latitude=site.latitude,
            count=counts.get(site.pk, 0),
            href=href(site.pk),
            summary=f"{site.name}: {machines_text(counts.get(site.pk, 0))}",
        )
        for site in sites
        if site.latitude is not None
    ]

    def several(near: Sequence[maps.Spot], box: str) -> tuple[str, str, str]:
        label = ngettext("%(count)d site", "%(count)d sites", len(near)) % {
            "count": len(near)
        }
        summary = _("%(sites)s near %(first)s: %(machines)s") % {
            "sites": label,
            "first": near[0].name,
            "machines": machines_text(sum(spot.count for spot in near)),
        }
        return label, summary, _zoomed(request, box) if box else table

    corners = maps.box_of(request.GET.get("box", ""))
    return {
        "map": maps.draw(spots, several=several, corners=corners),
        "whole": _zoomed(request, "") if corners else "",
        "placed": len(spots),
        "unplaced": [site for site in sites if site.latitude is None],
    }


def machines_text(count: int) -> str:
    """Say a number of machines."""
    return ngettext("%(count)d machine", "%(count)d machines", count) % {"count": count}


def _zoomed(request: HttpRequest, box: str) -> str:
    query = request.GET.copy()
    query.pop("box", None)
    if box:
        query["box"] = box
    # A comma needs no escape in a query, and reads better without.
    return f"{request.path}?{query.urlencode(safe=',')}" if query else request.path
