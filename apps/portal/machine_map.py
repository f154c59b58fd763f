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
from apps.portal.machines import READERS, offered_processes, uuid_of
from apps.portal.public import places
from apps.portal.site_maps import site_map

# More would weigh more than the map.
MOST_ROWS = 100
ASKED = ("q", "state", "process", "published")


@access(*READERS)
@require_safe
def machine_map(request: HttpRequest) -> HttpResponse:
    """Show where the machines stand that the list's filters keep."""
    asked = {name: request.GET.get(name, "").strip() for name in (*ASKED, "site")}
    rows = (
        machines.machines_of(
            search=asked["q"],
            state=asked["state"] if asked["state"] in MachineState.values else "",
            process_code=asked["process"],
            site_id=uuid_of(asked["site"]),
            is_published={"yes": True, "no": False}.get(asked["published"]),
        )
        .order_by()
        .values_list("site_id")
        .annotate(count=Count("pk"))
    )
    counts = dict(rows)
    found = [site for site in machines.sites() if site.pk in counts]
    query = QueryDict(mutable=True)
    query.update({name: asked[name] for name in ASKED if asked[name]})

    def listed(site_id: object) -> str:
        of_site = query.copy()
        of_site["site"] = str(site_id)
        return f"{reverse('portal:machines')}?{of_site.urlencode()}"

    return render(
        request,
        "portal/machines/map.html",
        {
            "asked": asked,
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
