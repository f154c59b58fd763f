"""How work in the background stands, for any page that waits for it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.portal.access import MEMBERS, access
from tenants.jobs.selectors import job_status

KINDS: dict[str, str | Promise] = {
    "exchange.match_demand": _("Looking for machines"),
    "exchange.publish_demand": _("Publishing the demand"),
    "exchange.publish_machine": _("Publishing the machine"),
    "machines.apply_table": _("Importing machines"),
    "machines.change_machines": _("Changing machines"),
    "machines.undo_table": _("Taking an import back"),
    "orders.read_geometry": _("Reading the geometry"),
    "reports.render": _("Making the report"),
    "scheduling.run": _("Working out an order of work"),
}


@access(*MEMBERS)
@require_safe
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Show a job; it asks again every second until it is over."""
    status = job_status(job_id)
    if status is None:
        raise Http404
    return render(
        request,
        "portal/jobs/job.html",
        {
            "title": KINDS.get(status.kind, _("Work in the background")),
            "job": {
                "id": status.id,
                "state": status.state,
                "label": status.state.label,
                "is_active": not status.is_over,
                "percent": status.percent,
                "note": status.note,
                "error": status.error,
            },
        },
    )
