"""Machines by the sites where they stand, on a map."""

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.machines import selectors as machines
from apps.machines.types import MachineState
from apps.portal.access import access
from apps.portal.machine_forms import site_choices
from apps.portal.machine_list import filtered_machines, offered_processes
from apps.portal.machines import READERS
from apps.portal.public import places
from apps.portal.site_maps import site_map

# More would weigh more than the map.
MOST_ROWS = 100
IN_THE_FORM = ("q", "process", "state", "published", "site")


@access(*READERS)
@require_safe
def machine_map(request: HttpRequest) -> HttpResponse:
    """Show where the machines stand that the list's filters keep."""
    asked, machines_asked = filtered_machines(request)
    rows = machines_asked.order_by().values_list("site_id").annotate(count=Count("pk"))
    counts = dict(rows)
    found = [site for site in machines.sites() if site.pk in counts]
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in asked.items() if value})

    def listed(site_id: object) -> str:
        of_site = query.copy()
        of_site["site"] = str(site_id)
        return f"{reverse('portal:machines')}?{of_site.urlencode()}"

    return render(
        request,
        "portal/machines/map.html",
        {
            "asked": asked,
            # Asked of the list, and not in the form of the map.
            "carried": [
                (name, value)
                for name, value in asked.items()
                if value and name not in IN_THE_FORM
            ],
            "is_filtered": any(asked.values()),
            "total": sum(counts.values()),
            "sites": [
                {
                    "site": site,
                    "country": places.country_name(site.country),
                    "count": counts[site.pk],
                    "href": listed(site.pk),
                }
                for site in sorted(
                    found, key=lambda site: (-counts[site.pk], site.name)
                )[:MOST_ROWS]
            ],
            "unlisted": max(len(found) - MOST_ROWS, 0),
            "states": MachineState.choices,
            "processes": offered_processes(),
            "site_choices": site_choices(),
            **site_map(request, found, counts, href=listed, table="#sites"),
        },
    )
